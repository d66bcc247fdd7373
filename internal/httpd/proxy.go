package httpd

import (
	"net/netip"
	"slices"
	"strings"
)

// callerAddr is the peer's address, or what a listed proxy says of its own peer.
func (x *exchange) callerAddr() netip.Addr {
	peer, err := netip.ParseAddrPort(x.r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr, ok := behind(plain(peer.Addr()), x.s.o.Proxies, x.r.Header.Values("X-Forwarded-For"))
	if !ok {
		x.s.o.Log.Warn("a listed proxy sent a malformed X-Forwarded-For; its own address counts", "id", x.id, "proxy", addr)
	}
	return addr
}

// behind walks the hops from the right, as far as those who report them are
// listed: what stands further left is the caller's own claim. When every hop is
// listed, the leftmost is where the request began. A malformed hop that a listed
// proxy reports leaves the peer's address, and ok false.
func behind(peer netip.Addr, proxies []netip.Prefix, forwarded []string) (addr netip.Addr, ok bool) {
	if len(forwarded) == 0 || !listed(proxies, peer) {
		return peer, true
	}
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for _, text := range slices.Backward(hops) {
		if addr, ok = hop(strings.TrimSpace(text)); !ok {
			return peer, false
		}
		if !listed(proxies, addr) {
			break
		}
	}
	return addr, true
}

// hop reads an address, with or without a port (some proxies add one).
func hop(text string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		return plain(a), true
	}
	if a, err := netip.ParseAddrPort(text); err == nil {
		return plain(a.Addr()), true
	}
	return netip.Addr{}, false
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func listed(proxies []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

package httpd

import "net/netip"

// Behind is the address that a request counts as coming from.
func Behind(peer netip.Addr, proxies []netip.Prefix, forwarded []string) netip.Addr {
	addr, _ := behind(peer, proxies, forwarded)
	return addr
}

// Local is where goto_uri leads within a session.
func Local(path string) string { return local(path) }

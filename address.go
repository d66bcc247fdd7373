package hostkeep

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// MaxAddresses is how many entries an address list may have (WHM's limit).
const MaxAddresses = 100

// AddressList limits where a token may be used from: addresses and CIDR blocks
// of IPv4 and IPv6. The empty list means anywhere.
type AddressList []netip.Prefix

// ParseAddresses reads a list as api_token_create takes it. Entries are
// addresses or CIDR blocks; the base address is kept as written and masked when
// compared. IPv4-mapped IPv6 is read as IPv4, zones and repeated entries are
// refused or dropped.
func ParseAddresses(entries []string) (AddressList, error) {
	if len(entries) > MaxAddresses {
		return nil, Errorf(Invalid, "A token's address list has at most %d entries; %d were given.", MaxAddresses, len(entries))
	}
	var list AddressList
	for _, e := range entries {
		p, err := parseAddress(strings.TrimSpace(e))
		if err != nil {
			return nil, Errorf(Invalid, "%q is not an IPv4 or IPv6 address or CIDR block.", Clip(e, 60))
		}
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list, nil
}

func parseAddress(s string) (netip.Prefix, error) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("address %q: %w", s, err)
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return netip.Prefix{}, fmt.Errorf("address %q: mapped block is wider than IPv4", s)
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p, nil
}

// Allows reports whether a call from addr is inside the list.
func (l AddressList) Allows(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	return len(l) == 0 || slices.ContainsFunc(l, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// Covers reports whether every address that m allows is allowed by one entry
// of l. It may answer false where several entries of l together cover one of m:
// that errs on the narrow side.
func (l AddressList) Covers(m AddressList) bool {
	if len(l) == 0 {
		return true
	}
	if len(m) == 0 {
		return false
	}
	for _, q := range m {
		if !slices.ContainsFunc(l, func(p netip.Prefix) bool {
			return p.Bits() <= q.Bits() && p.Addr().Is4() == q.Addr().Is4() && p.Contains(q.Addr())
		}) {
			return false
		}
	}
	return true
}

// Texts writes the list as WHM answers it: IPv6 in eight groups of four digits,
// a single address without prefix length.
func (l AddressList) Texts() []string {
	out := make([]string, len(l))
	for i, p := range l {
		out[i] = p.Addr().StringExpanded()
		if !p.IsSingleIP() {
			out[i] += fmt.Sprintf("/%d", p.Bits())
		}
	}
	return out
}

// String is the texts joined by commas, the form that is stored.
func (l AddressList) String() string { return strings.Join(l.Texts(), ",") }

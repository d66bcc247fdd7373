package hostkeep

import (
	"maps"
	"net/netip"
	"strings"
	"time"
)

// The lists of addresses that the guard against guessed passwords goes by.
const (
	GuardWhite = "white" // never blocked, never counted
	GuardBlack = "black" // its passwords are refused unseen; its tokens are not
)

// GuardEntry is one entry of a list: the addresses From to To, both included.
type GuardEntry struct {
	ID      int64
	List    string // GuardWhite or GuardBlack
	Span    Span
	Comment string
	Change  int64
}

// Span is a range of addresses of one family, both ends included.
type Span struct{ From, To netip.Addr }

// ParseSpan reads an address, a CIDR block or two addresses with a hyphen
// between them. IPv4-mapped IPv6 is read as IPv4; zones are refused.
func ParseSpan(text string) (Span, error) {
	bad := Errorf(Invalid, "%q is not an IPv4 or IPv6 address, CIDR block or range.", Clip(text, 90))
	from, to, ranged := strings.Cut(strings.TrimSpace(text), "-")
	p, err := parseAddress(strings.TrimSpace(from))
	if err != nil {
		return Span{}, bad
	}
	s := Span{p.Masked().Addr(), lastOf(p)}
	if !ranged {
		return s, nil
	}
	q, err := parseAddress(strings.TrimSpace(to))
	if err != nil || !p.IsSingleIP() || !q.IsSingleIP() || p.Addr().Is4() != q.Addr().Is4() || q.Addr().Less(p.Addr()) {
		return Span{}, bad
	}
	return Span{p.Addr(), q.Addr()}, nil
}

// lastOf is the last address of a block.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < 8*len(b); bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// Contains reports whether a is in the range.
func (s Span) Contains(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return a.IsValid() && a.Is4() == s.From.Is4() && !a.Less(s.From) && !s.To.Less(a)
}

// String is the one text for the range: an address, a block where it is one, else
// both ends with a hyphen. ParseSpan reads it.
func (s Span) String() string {
	if s.From == s.To {
		return s.From.String()
	}
	for bits := s.From.BitLen() - 1; bits >= 0; bits-- {
		if p := netip.PrefixFrom(s.From, bits); p.Masked().Addr() == s.From && lastOf(p) == s.To {
			return p.String()
		}
	}
	return s.From.String() + "-" + s.To.String()
}

// Guard is what is stored of the guard against guessed passwords.
type Guard struct {
	Entries  []GuardEntry
	Settings GuardSettings // only those that were set
}

// GuardSettings are the guard's settings by WHM's names for them. Switches are 0
// or 1, periods are seconds.
type GuardSettings map[string]int64

// With is s where more says nothing else.
func (s GuardSettings) With(more GuardSettings) GuardSettings {
	all := GuardSettings{}
	maps.Copy(all, s)
	maps.Copy(all, more)
	return all
}

// The names of the settings that the guard goes by.
const (
	GuardEnabled         = "is_enabled"
	GuardByAddress       = "ip_based_protection"
	GuardByUser          = "username_based_protection"
	GuardByUserRoot      = "username_based_protection_for_root"
	GuardByUserLocal     = "username_based_protection_local_origin"
	GuardUserPeriod      = "brute_force_period_sec"
	GuardUserFailures    = "max_failures"
	GuardAddressPeriod   = "ip_brute_force_period_sec"
	GuardAddressFailures = "max_failures_byip"
	GuardExcessive       = "mark_as_brute"
	GuardLookback        = "lookback_time"
	GuardNetworkFailures = "network_failures" // Hostkeep's own
)

// LoginFailure is one password that was refused after it was checked.
type LoginFailure struct {
	At, Until time.Time // when, and until when it is remembered
	Addr      netip.Addr
	User      string // "" when nobody has the name
	Service   string
}

// LoginBlock is who may not try passwords now: an address, or, under attack from
// many, a user's name.
type LoginBlock struct {
	LoginFailure // the last failure; Until is the block's end
	Failures     int64
}

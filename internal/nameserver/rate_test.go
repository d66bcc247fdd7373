package nameserver_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

// TestLikeAnswersAreLimited: a second's worth at once, then every second one cut
// back and the others not at all; other networks and other answers are not touched,
// and a second later all is as before.
func TestLikeAnswersAreLimited(t *testing.T) {
	t.Parallel()
	const rate = 10
	now := noon
	made := 0
	for _, tt := range []struct {
		what  string
		next  func() (name string, qtype uint16)
		other string // another kind of answer, which still comes
	}{
		{"the same question", func() (string, uint16) { return "web.example.test.", dns.TypeA }, "mail.example.test."},
		{"in other letters", func() (string, uint16) {
			made++
			name := []byte("web.example.test.")
			for i := range 3 {
				if made>>i&1 == 1 {
					name[i] -= 'a' - 'A'
				}
			}
			return string(name), dns.TypeA
		}, "mail.example.test."},
		{"names that are not there", func() (string, uint16) { made++; return fmt.Sprintf("none%d.example.test.", made), dns.TypeA }, "web.example.test."},
		{"names of a wildcard", func() (string, uint16) { made++; return fmt.Sprintf("x%d.wild.example.test.", made), dns.TypeA }, "web.example.test."},
		{"names below a cut", func() (string, uint16) { made++; return fmt.Sprintf("x%d.far.example.test.", made), dns.TypeA }, "x.sub.example.test."},
		{"names of others", func() (string, uint16) { made++; return fmt.Sprintf("x%d.test.", made), dns.TypeA }, "web.example.test."},
	} {
		s := silent(t, nameserver.Limits{Rate: rate}, zoneOf(t, "example.test", example))
		from := stranger
		ask := func() string {
			name, qtype := tt.next()
			if b := s.Packet(packed(t, question(name, qtype)), from, now); b == nil {
				return "-"
			} else if unpacked(t, b).Truncated {
				return "c"
			}
			return "A"
		}
		run := func(n int) (out string) {
			for range n {
				out += ask()
			}
			return out
		}
		if got, want := run(rate+1+6), strings.Repeat("A", rate+1)+"c-c-c-"; got != want {
			t.Errorf("%s: %s, want %s", tt.what, got, want)
		}
		from = netip.MustParseAddrPort("198.51.100.250:53") // the same network
		if got := run(2); got != "c-" {
			t.Errorf("%s, a neighbour: %s", tt.what, got)
		}
		if s.Packet(packed(t, question(tt.other, dns.TypeA)), from, now) == nil {
			t.Errorf("%s: other answers do not come either", tt.what)
		}
		from = netip.MustParseAddrPort("198.51.101.7:1024") // another
		if got := run(2); got != "AA" {
			t.Errorf("%s, another network: %s", tt.what, got)
		}
		from = netip.MustParseAddrPort("198.52.100.7:1024") // of which every part counts
		if got := run(1); got != "A" {
			t.Errorf("%s, a network farther away: %s", tt.what, got)
		}
		from = netip.MustParseAddrPort("199.51.100.7:1024")
		if got := run(1); got != "A" {
			t.Errorf("%s, a network farther still: %s", tt.what, got)
		}
		from, now = stranger, now.Add(2*time.Second)
		if got := run(2); got != "AA" {
			t.Errorf("%s, later: %s", tt.what, got)
		}
	}
}

// TestNetworksOfIPv6 have 56 bits.
func TestNetworksOfIPv6(t *testing.T) {
	t.Parallel()
	s := silent(t, nameserver.Limits{Rate: 1}, zoneOf(t, "example.test", example))
	whole := func(addr string) bool {
		b := s.Packet(packed(t, question("web.example.test.", dns.TypeA)), netip.AddrPortFrom(netip.MustParseAddr(addr), 1024), noon)
		return b != nil && !unpacked(t, b).Truncated
	}
	for _, tt := range []struct {
		addr string
		want bool
	}{
		{"2001:db8:0:1200::1", true},
		{"2001:db8:0:1200::1", true},
		{"2001:db8:0:1200::1", false},
		{"2001:db8:0:12ff::9", false},
		{"2001:db8:0:1300::1", true},
	} {
		if got := whole(tt.addr); got != tt.want {
			t.Errorf("%s: %v", tt.addr, got)
		}
	}
}

package hostkeep_test

import (
	"net/netip"
	"testing"

	"github.com/hostkeep/hostkeep"
)

func TestSpan(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want, in, out string }{
		{" 192.0.2.1 ", "192.0.2.1", "192.0.2.1", "192.0.2.2"},
		{"192.0.2.77/24", "192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
		{"192.0.2.8 - 192.0.2.11", "192.0.2.8/30", "192.0.2.11", "192.0.2.12"},
		{"192.0.2.8-192.0.2.12", "192.0.2.8-192.0.2.12", "192.0.2.12", "192.0.2.7"},
		{"2001:DB8::/32", "2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
		{"::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "::"},
		{"0.0.0.0/0", "0.0.0.0/0", "255.255.255.255", "::1"},
	} {
		s, err := hostkeep.ParseSpan(tt.text)
		if err != nil || s.String() != tt.want || !s.Contains(netip.MustParseAddr(tt.in)) || s.Contains(netip.MustParseAddr(tt.out)) {
			t.Errorf("%q is %s, %v; want %s", tt.text, s, err, tt.want)
		}
		if again, err := hostkeep.ParseSpan(s.String()); again != s || err != nil {
			t.Errorf("%s reads back as %s, %v", s, again, err)
		}
	}
	for _, text := range []string{"", "x", "192.0.2.2-192.0.2.1", "192.0.2.1-::1", "192.0.2.0/24-192.0.3.0/24", "fe80::1%eth0", "192.0.2.1/33", "192.0.2.1-"} {
		if s, err := hostkeep.ParseSpan(text); err == nil {
			t.Errorf("%q is %s", text, s)
		}
	}
}

// FuzzParseSpan: what is read reads back from its one text, and holds its ends.
func FuzzParseSpan(f *testing.F) {
	for _, text := range []string{"192.0.2.1", "192.0.2.0/24", "192.0.2.8-192.0.2.12", "2001:db8::/32", "::ffff:192.0.2.1", "::-ffff::", "0.0.0.0/0", "1-", "-"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := hostkeep.ParseSpan(text)
		if err != nil {
			return
		}
		again, err := hostkeep.ParseSpan(s.String())
		if err != nil || again != s || !s.Contains(s.From) || !s.Contains(s.To) || s.To.Less(s.From) {
			t.Errorf("%q is %s, which is read as %s, %v", text, s, again, err)
		}
	})
}

package zonefile_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// named is BIND's checker: the path of the program, and a folder of its own.
type named struct{ program, dir string }

// findNamed ends the test where the checker is missing: by failing where tests count.
func findNamed(t *testing.T) named {
	t.Helper()
	program, err := exec.LookPath("named-checkzone")
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("named-checkzone is missing (Debian: bind9-utils): %v", err)
	default:
		t.Skipf("named-checkzone is missing (Debian: bind9-utils): %v", err)
	}
	return named{program, t.TempDir()}
}

// records are what the checker reads in a zone file.
func (n named) records(ctx context.Context, text string) ([]dns.RR, error) {
	path := filepath.Join(n.dir, "zone")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	// Whether targets exist and hosts are called as hosts should be is not ours.
	cmd := exec.CommandContext(ctx, n.program, "-D", "-o", "-", "-s", "full", "-i", "none", "-k", "ignore", "-n", "ignore", "-m", "ignore",
		"-M", "ignore", "-S", "ignore", "-r", "ignore", "-T", "ignore", "-W", "ignore", "example.com", path)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s%s", err, errs.Bytes(), out)
	}
	p := dns.NewZoneParser(bytes.NewReader(out), "", "")
	var rrs []dns.RR
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		rrs = append(rrs, rr)
	}
	return rrs, p.Err()
}

// sorted makes records comparable. The TTL counts only where all lines of a set
// agree: where they do not, BIND and RFC 2181 differ. Without a $TTL, what BIND makes
// of such a set becomes the TTL of what follows, too.
func sorted(z *zonefile.Zone, rrs []dns.RR) []string {
	ttls := map[string]map[uint32]bool{}
	key := func(h *dns.RR_Header) string { return strings.ToLower(h.Name) + dns.Type(h.Rrtype).String() }
	for _, l := range z.Lines {
		if l.Kind == zonefile.Record {
			k := key(l.RR.Header())
			if ttls[k] == nil {
				ttls[k] = map[uint32]bool{}
			}
			ttls[k][l.TTL] = true
		}
	}
	loose := false
	for _, set := range ttls {
		loose = loose || len(set) > 1 && !strings.HasPrefix(z.String(), "$TTL")
	}
	var out []string
	for _, rr := range rrs {
		rr := dns.Copy(rr)
		h := rr.Header()
		if loose || len(ttls[key(h)]) > 1 {
			h.Ttl = 0
		}
		h.Name = strings.ToLower(h.Name)
		s := rr.String()
		if h.Rrtype != dns.TypeTXT && h.Rrtype != dns.TypeCAA {
			s = strings.ToLower(s)
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// TestAgreesWithNamed compares the records of random zones behind an edit with what
// BIND reads in the same file.
func TestAgreesWithNamed(t *testing.T) {
	t.Parallel()
	bind := findNamed(t)
	rapid.Check(t, func(rt *rapid.T) {
		g, m := drawModel(rt)
		z, err := zonefile.Parse("example.com", m.String())
		if err != nil {
			rt.Fatalf("%v: %q", err, m)
		}
		if z, err = z.Apply(g.edit(m), g.serial); err != nil {
			rt.Fatalf("%v: %q", err, m)
		}
		theirs, err := bind.records(t.Context(), z.String())
		if err != nil {
			rt.Fatalf("%v: %q", err, z)
		}
		if diff := cmp.Diff(sorted(z, theirs), sorted(z, z.Records())); diff != "" {
			rt.Fatalf("of %q BIND reads -, we +: %s", z, diff)
		}
	})
}

// TestRefusedByNamed holds that what is refused here is what BIND refuses, and that
// it takes what is taken here: of the tables' zones the ones that are not our choice.
// A TTL out of range is: BIND takes it for 0.
func TestRefusedByNamed(t *testing.T) {
	t.Parallel()
	bind := findNamed(t)
	label := strings.Repeat("a", 63)
	for text, taken := range map[string]bool{
		"a A 192.0.2.1\n":                          true,
		"a 1h30 A 192.0.2.1\n":                     false,
		"a 1h30m A 192.0.2.1\n":                    true,
		"a CH A 192.0.2.1\n":                       false,
		"a ANY x\n":                                false,
		"a AXFR x\n":                               false,
		"a MX mail\n":                              false,
		"a A 192.0.2.1 192.0.2.2\n":                false,
		"a A\n":                                    false,
		`a A \# 5 c000020101` + "\n":               false,
		`a A \# 4 c0000201` + "\n":                 true,
		`a TYPE999 \# 3 ABCD` + "\n":               false,
		"a HINFO \"x y\"\n":                        false,
		"a CAA 0 is-sue x\n":                       false,
		"a TXT " + strings.Repeat("x", 256) + "\n": false,
		"a TXT " + strings.Repeat("x", 255) + "\n": true,
		"a TXT \"x\nb A 192.0.2.1\n":               false,
		"a A (\n192.0.2.1\n":                       false,
		"a A 192.0.2.1 )\n":                        false,
		`a\256 A 192.0.2.1` + "\n":                 false,
		`a\25 A 192.0.2.1` + "\n":                  false,
		label + "a A 192.0.2.1\n":                  false,
		label + " A 192.0.2.1\n":                   true,
		"a..b A 192.0.2.1\n":                       false,
		"a CNAME b\na TXT x\n":                     false,
		"a CNAME b\na CNAME c\n":                   false,
		"a CNAME b\na CNAME b\n":                   true,
		"a DNAME b\na DNAME c\n":                   false,
		"@ CNAME a\n":                              false,
		"$DATE 1\n":                                false,
		"a SVCB 1 . alpn=\"h2,h3\"\n":              true,
		`a TXT a"b"c` + "\n":                       true,
		`a CAA 0 issue "x\"\\;y"` + "\n":           true,
		`a URI 1 2 "http://x/\"\\"` + "\n":         true,
	} {
		z, ours := zonefile.Parse("example.com", head+text)
		theirs, err := bind.records(t.Context(), head+text)
		if (ours == nil) != taken || (err == nil) != taken {
			t.Errorf("%q is to be taken: %v; we say %v, and BIND %v", text, taken, ours, err)
			continue
		}
		if taken {
			if diff := cmp.Diff(sorted(z, theirs), sorted(z, z.Records())); diff != "" {
				t.Errorf("of %q BIND reads -, we +: %s", text, diff)
			}
		}
	}
}

package nameserver_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

const small = "@ 60 IN SOA ns host %d 1 1 1 60\n@ 60 IN NS ns\n"

func smallZone(t testing.TB, name string, serial int, more string) nameserver.Zone {
	t.Helper()
	return zoneOf(t, name, fmt.Sprintf(small, serial)+more)
}

func rcodeOf(t testing.TB, s *nameserver.Server, name string, qtype uint16) string {
	t.Helper()
	return dns.RcodeToString[unpacked(t, s.Message(packed(t, question(name, qtype)), stranger.Addr())).Rcode]
}

// TestZonesComeAndGo: what is served is what was handed over last.
func TestZonesComeAndGo(t *testing.T) {
	t.Parallel()
	s := silent(t, nameserver.Limits{}, smallZone(t, "one.test", 1, ""), smallZone(t, "two.test", 1, ""))
	check := func(want ...string) {
		t.Helper()
		for i, name := range []string{"one.test.", "two.test.", "three.test."} {
			if got := rcodeOf(t, s, name, dns.TypeSOA); got != want[i] {
				t.Errorf("%s: %s, want %s", name, got, want[i])
			}
		}
	}
	check("NOERROR", "NOERROR", "REFUSED")
	s.Remove("ONE.test")
	s.Remove("never.test")
	check("REFUSED", "NOERROR", "REFUSED")
	s.Set(smallZone(t, "one.test", 1, ""))
	s.Set(nameserver.Zone{Name: "three.test"}) // ours, and broken
	check("NOERROR", "NOERROR", "SERVFAIL")
	s.Replace([]nameserver.Zone{smallZone(t, "three.test", 1, "")})
	check("REFUSED", "REFUSED", "NOERROR")
}

// TestRecordsThatCannotBeServed are left out; the others are served.
func TestRecordsThatCannotBeServed(t *testing.T) {
	t.Parallel()
	z := smallZone(t, "one.test", 1, "good 60 IN A 192.0.2.1\ngood 60 IN A 192.0.2.1\noutside.other. 60 IN A 192.0.2.1\nchaos 60 CH TXT x\nbelow 60 IN SOA ns host 1 1 1 1 1\n")
	s := silent(t, nameserver.Limits{}, z)
	for name, want := range map[string]string{"good.one.test.": "NOERROR", "outside.other.": "REFUSED", "chaos.one.test.": "NXDOMAIN", "below.one.test.": "NXDOMAIN"} {
		if got := rcodeOf(t, s, name, dns.TypeA); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if r := unpacked(t, s.Message(packed(t, question("good.one.test.", dns.TypeA)), stranger.Addr())); len(r.Answer) != 1 {
		t.Errorf("the same record twice: %v", r.Answer)
	}
	s.Set(smallZone(t, "one.test", 1, "@ 60 IN SOA other host 2 1 1 1 1\n"))
	if got := rcodeOf(t, s, "one.test.", dns.TypeA); got != "SERVFAIL" {
		t.Errorf("with two SOA records: %s", got)
	}
}

// TestZonesOfOthers: an alias is not followed into another zone of this server,
// below or beside; DS records are the upper zone's.
func TestZonesOfOthers(t *testing.T) {
	t.Parallel()
	s := silent(t, nameserver.Limits{},
		smallZone(t, "one.test", 1, "beside IN CNAME web.two.test.\nbelow IN CNAME web.sub.one.test.\nsub IN DS 1 8 2 00000000000000000000000000000000000000000000000000000000000000ff\nsub IN NS ns.sub\n"),
		smallZone(t, "two.test", 1, "web IN A 192.0.2.1\n"), smallZone(t, "sub.one.test", 1, "web IN A 192.0.2.2\n"))
	for _, tt := range []struct {
		name   string
		qtype  uint16
		answer int
	}{
		{"beside.one.test.", dns.TypeA, 1},
		{"below.one.test.", dns.TypeA, 1},
		{"web.sub.one.test.", dns.TypeA, 1},
		{"sub.one.test.", dns.TypeDS, 1},
		{"two.test.", dns.TypeDS, 0},
	} {
		r := unpacked(t, s.Message(packed(t, question(tt.name, tt.qtype)), stranger.Addr()))
		if r.Rcode != dns.RcodeSuccess || !r.Authoritative || len(r.Answer) != tt.answer {
			t.Errorf("%s: %v", tt.name, r)
		}
	}
}

// TestSetIsSeenWhenItReturns, by readers who ask all the while, beside changes of
// other zones.
func TestSetIsSeenWhenItReturns(t *testing.T) {
	t.Parallel()
	s := serve(t, nameserver.Options{Limits: nameserver.Limits{Rate: -1}}, smallZone(t, "one.test", 0, ""))
	serial := func() int {
		r := unpacked(t, exchange(t, s, packed(t, question("one.test.", dns.TypeSOA))))
		return int(r.Answer[0].(*dns.SOA).Serial)
	}
	const rounds = 100
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range rounds {
			s.Set(smallZone(t, fmt.Sprintf("z%d.test", i), i, ""))
		}
	})
	wg.Go(func() {
		for last := 0; last < rounds; {
			now := serial()
			if now < last {
				t.Errorf("the serial went from %d back to %d", last, now)
				return
			}
			last = now
		}
	})
	for i := 1; i <= rounds; i++ {
		s.Set(smallZone(t, "one.test", i, ""))
		if got := serial(); got != i {
			t.Errorf("serial %d was set, %d is served", i, got)
		}
	}
	wg.Wait()
}

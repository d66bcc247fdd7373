// Package dns_test has the name server, alone and in the whole program, beside a
// real secondary, NSD, and asks both with dig.
package dns_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/nameserver"
)

const zoneName = "example.test"

// zoneText has one of each. Its serial is a verb.
var zoneText = `
$TTL 3600
@             7200 IN SOA ns1 hostmaster %d 3600 600 86400 300
@                  IN NS  ns1
@                  IN NS  ns.elsewhere.test.
@                  IN MX  10 mail
@                  IN MX  20 mx.elsewhere.test.
@                  IN CAA 0 issue "ca.example"
ns1                IN A   192.0.2.1
ns1                IN AAAA 2001:db8::1
mail               IN A   192.0.2.2
www                IN CNAME web
web                IN A   192.0.2.3
web                IN TXT "one" "two; with a semicolon" "\"quoted\" \200\255"
long               IN TXT ` + strings.Repeat(`"`+strings.Repeat("x", 250)+`" `, 16) + `
a.b.c              IN A   192.0.2.4
*.wild             IN A   192.0.2.5
*.wild             IN MX  5 mail
here.wild          IN TXT "here"
sub.ent.wild       IN TXT "below"
*.alias            IN CNAME web
out                IN CNAME www.elsewhere.test.
gone               IN CNAME nothing
empty              IN CNAME b.c
_sip._tcp          IN SRV 0 5 5060 mail
_acme-challenge    IN TXT "before"
tobelow            IN CNAME x.sub
loop1              IN CNAME loop2
loop2              IN CNAME loop1
mxbelow            IN MX  1 ns.sub
sub                IN NS  ns.sub
sub                IN NS  ns1
ns.sub             IN A   192.0.2.6
far                IN NS  ns.elsewhere.test.
old                IN DNAME new
x.new              IN A   192.0.2.7
odd\.dot           IN A   192.0.2.8
odd\000\255        IN A   192.0.2.9
unknown            IN TYPE65400 \# 3 010203
`

// questions is one of each kind.
var questions = []question{
	{name: "example.test", qtype: "SOA"},
	{name: "example.test", qtype: "NS"},
	{name: "example.test", qtype: "MX"},
	{name: "example.test", qtype: "CAA"},
	{name: "web.example.test", qtype: "A"},
	{name: "WeB.eXample.test", qtype: "A"},
	{name: "web.example.test", qtype: "TXT"},
	{name: "web.example.test", qtype: "AAAA"},
	{name: "nothing.example.test", qtype: "A"},
	{name: "x.web.example.test", qtype: "A"},
	{name: "b.c.example.test", qtype: "A"},
	{name: "c.example.test", qtype: "TXT"},
	{name: "x.b.c.example.test", qtype: "A"},
	{name: "any.wild.example.test", qtype: "A"},
	{name: "very.any.wild.example.test", qtype: "A"},
	{name: "any.wild.example.test", qtype: "MX"},
	{name: "any.wild.example.test", qtype: "TXT"},
	{name: "here.wild.example.test", qtype: "A"},
	{name: "x.here.wild.example.test", qtype: "A"},
	{name: "x.ent.wild.example.test", qtype: "A"},
	{name: "*.wild.example.test", qtype: "A"},
	{name: "www.example.test", qtype: "A"},
	{name: "www.example.test", qtype: "CNAME"},
	{name: "www.example.test", qtype: "MX"},
	{name: "any.alias.example.test", qtype: "A"},
	{name: "out.example.test", qtype: "A"},
	{name: "gone.example.test", qtype: "A"},
	{name: "empty.example.test", qtype: "A"},
	{name: "_sip._tcp.example.test", qtype: "SRV"},
	{name: "mxbelow.example.test", qtype: "MX"},
	{name: "tobelow.example.test", qtype: "A"},
	{name: "loop1.example.test", qtype: "A"},
	{name: "sub.example.test", qtype: "A"},
	{name: "x.sub.example.test", qtype: "TXT"},
	{name: "x.far.example.test", qtype: "A"},
	{name: "sub.example.test", qtype: "DS"},
	{name: "x.old.example.test", qtype: "A"},
	{name: "y.old.example.test", qtype: "A"},
	{name: "old.example.test", qtype: "DNAME"},
	{name: `odd\.dot.example.test`, qtype: "A"},
	{name: `odd\000\255.example.test`, qtype: "A"},
	{name: "unknown.example.test", qtype: "TYPE65400"},
	{name: "long.example.test", qtype: "TXT"},
	{name: "long.example.test", qtype: "TXT", options: []string{"+ignore"}},
	{name: "long.example.test", qtype: "TXT", options: []string{"+ignore", "+noedns"}},
	{name: "web.example.test", qtype: "A", options: []string{"+tcp"}},
	{name: "web.example.test", qtype: "A", options: []string{"+noedns"}},
	{name: "web.example.test", qtype: "A", options: []string{"+dnssec"}},
	{name: "web.example.test", qtype: "A", options: []string{"+edns=1", "+noednsnegotiation"}},
	{name: "elsewhere.test", qtype: "A"},
	{name: "test", qtype: "SOA"},
}

func zoneAt(t *testing.T, serial int, more string) nameserver.Zone {
	t.Helper()
	z := nameserver.Zone{Name: zoneName}
	p := dns.NewZoneParser(strings.NewReader(fmt.Sprintf(zoneText, serial)+more), dns.Fqdn(zoneName), "")
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		z.Records = append(z.Records, rr)
	}
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	return z
}

var goodKey = key{name: "transfer.example", algorithm: "hmac-sha256", secret: "c2VjcmV0IG9mIHRoZSB0ZXN0"}

// primary is our server, which lists 127.0.0.1 with a key, to be told at a port.
func primary(t *testing.T, told int) (s *nameserver.Server, port int) {
	t.Helper()
	s, err := nameserver.New(nameserver.Options{
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Limits: nameserver.Limits{Rate: -1},
		Keys:        []nameserver.Key{{Name: goodKey.name, Algorithm: goodKey.algorithm, Secret: hostkeep.NewSecret(goodKey.secret)}},
		Secondaries: []nameserver.Secondary{{Addr: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(told)), Key: goodKey.name}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	s.Replace([]nameserver.Zone{zoneAt(t, 1, "")})
	return s, int(netip.MustParseAddrPort(s.Addr()).Port())
}

// TestSecondary: a real one takes the zone, answers as we do, and follows an edit.
func TestSecondary(t *testing.T) {
	t.Parallel()
	told := freePort(t)
	s, port := primary(t, told)
	second := startNSD(t, zoneName, told, port, "127.0.0.1", goodKey)
	took := until(t, "the first transfer", func() bool { return second.has(t.Context(), zoneName, "SOA", " 1 3600 600 ") })
	t.Logf("the first transfer took %v", took.Round(time.Millisecond))
	compare(t, port, told, questions)

	for serial := 2; serial <= 4; serial++ {
		text := fmt.Sprintf("edit-%d", serial)
		s.Set(zoneAt(t, serial, fmt.Sprintf("_acme-challenge IN TXT %q\n", text)))
		if a := dig(t, port, question{name: "_acme-challenge.example.test", qtype: "TXT"})[0]; !strings.Contains(strings.Join(a.Answer, "\n"), text) {
			t.Errorf("we do not answer with the edit when Set has returned: %v", a)
		}
		took := until(t, "the edit", func() bool { return second.has(t.Context(), "_acme-challenge.example.test", "TXT", text) })
		t.Logf("the secondary answered edit %d after %v", serial, took.Round(time.Millisecond))
	}
	compare(t, port, told, questions)
}

// TestStrangersGetNothing: with a wrong secret, a wrong name, no signature or from
// another address, dig gets no record, and a secondary none either.
func TestStrangersGetNothing(t *testing.T) {
	t.Parallel()
	_, port := primary(t, freePort(t))
	strangersGetNothing(t, port)
	for name, second := range map[string]*nsd{
		"wrong secret": startNSD(t, zoneName, freePort(t), port, "127.0.0.1", key{goodKey.name, goodKey.algorithm, wrongSecret}),
		"unlisted":     startNSD(t, zoneName, freePort(t), port, "127.0.0.2", goodKey),
	} {
		until(t, name+": the refusal", func() bool { return strings.Contains(second.log.String(), "error") })
		if a := dig(t, second.port, question{name: zoneName, qtype: "SOA"})[0]; a.Status != "SERVFAIL" || a.Answer != nil {
			t.Errorf("%s: the secondary answers %v", name, a)
		}
		t.Logf("%s: %s", name, second.log)
	}
}

const wrongSecret = "d3Jvbmcgc2VjcmV0"

// transfer asks for a zone with dig, from an address and with a key, or "" for none.
func transfer(t *testing.T, port int, from, key, qtype string) string {
	t.Helper()
	args := []string{"@127.0.0.1", "-p", fmt.Sprint(port), "-b", from, "+tries=1", "+time=10", "-q", zoneName, "-t", qtype}
	if key != "" {
		args = append(args, "-y", key)
	}
	return run(t.Context(), "dig", args...)
}

// strangersGetNothing asks for the zone in each wrong way, and in the right one.
func strangersGetNothing(t *testing.T, port int) {
	t.Helper()
	for _, tt := range []struct{ name, from, key, want string }{
		{"right", "127.0.0.1", "hmac-sha256:" + goodKey.name + ":" + goodKey.secret, "7200\tIN\tSOA"},
		{"wrong secret", "127.0.0.1", "hmac-sha256:" + goodKey.name + ":" + wrongSecret, "BADSIG"},
		{"wrong algorithm", "127.0.0.1", "hmac-sha512:" + goodKey.name + ":" + goodKey.secret, "BADKEY"},
		{"wrong name", "127.0.0.1", "hmac-sha256:other.example:" + goodKey.secret, "BADKEY"},
		{"no key", "127.0.0.1", "", "Transfer failed"},
		{"unlisted", "127.0.0.2", "hmac-sha256:" + goodKey.name + ":" + goodKey.secret, "Transfer failed"},
	} {
		for _, qtype := range []string{"AXFR", "IXFR=0"} {
			out := transfer(t, port, tt.from, tt.key, qtype)
			if !strings.Contains(out, tt.want) || strings.Contains(out, "192.0.2.") != (tt.name == "right") {
				t.Errorf("%s, %s: %s", tt.name, qtype, out)
			}
		}
	}
}

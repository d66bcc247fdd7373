package nameserver_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

// example has one of each: a name, one with several types, aliases, an empty
// non-terminal, a wildcard, a cut with glue and one without, a DNAME record.
const example = `
$TTL 3600
@           7200 IN SOA ns1 hostmaster 7 3600 600 86400 300
@                IN NS  ns1
@                IN NS  ns.elsewhere.test.
@                IN MX  10 mail
@                IN MX  20 mx.elsewhere.test.
ns1              IN A   192.0.2.1
ns1              IN AAAA 2001:db8::1
mail             IN A   192.0.2.2
www              IN CNAME web
web              IN A   192.0.2.3
web              IN TXT "one" "two"
a.b.c            IN A   192.0.2.4
*.wild           IN A   192.0.2.5
*.wild           IN MX  5 mail
here.wild        IN TXT "here"
sub.ent.wild     IN TXT "below"
*.alias          IN CNAME web
loop1            IN CNAME loop2
loop2            IN CNAME loop1
out              IN CNAME www.elsewhere.test.
gone             IN CNAME nothing
empty            IN CNAME b.c
tobelow          IN CNAME x.sub
_sip._tcp        IN SRV 0 5 5060 mail
sub              IN NS  ns.sub
sub              IN NS  ns1
ns.sub           IN A   192.0.2.6
hidden.sub       IN TXT "never seen"
sub              IN DS  1 8 2 0000000000000000000000000000000000000000000000000000000000000000
far              IN NS  ns.elsewhere.test.
old              IN DNAME new
x.new            IN A   192.0.2.7
round            IN DNAME @
x                IN CNAME round
odd\.dot         IN A   192.0.2.8
odd\000\255      IN A   192.0.2.9
mxbelow          IN MX  1 ns.sub
`

// soa is the SOA record of negative answers: its time is the least of its own and
// its last field (RFC 2308, 3).
const soa = "example.test. 300 SOA ns1.example.test. hostmaster.example.test. 7 3600 600 86400 300"

// answers is the table: question, rcode, whether it is authoritative, sections.
// The expectations are from RFC 1034, 4.3.2 and 2308, 4592, 6604, 6672.
var answers = []struct {
	name, qtype, rcode string
	aa                 bool
	answer, ns, extra  []string
}{
	{name: "web", qtype: "A", aa: true, answer: []string{"web 3600 A 192.0.2.3"}},
	{name: "web", qtype: "TXT", aa: true, answer: []string{`web 3600 TXT "one" "two"`}},
	{name: "", qtype: "SOA", aa: true, answer: []string{"7200 SOA ns1 hostmaster 7 3600 600 86400 300"}},
	{name: "", qtype: "MX", aa: true, answer: []string{"3600 MX 10 mail", "3600 MX 20 mx.elsewhere.test."}, extra: []string{"mail 3600 A 192.0.2.2"}},
	{name: "", qtype: "NS", aa: true, answer: []string{"3600 NS ns1", "3600 NS ns.elsewhere.test."}, extra: []string{"ns1 3600 A 192.0.2.1", "ns1 3600 AAAA 2001:db8::1"}},
	{name: "_sip._tcp", qtype: "SRV", aa: true, answer: []string{"_sip._tcp 3600 SRV 0 5 5060 mail"}, extra: []string{"mail 3600 A 192.0.2.2"}},
	// Negative: no such type, no such name, and a name that is there only for those below it.
	{name: "web", qtype: "AAAA", aa: true, ns: []string{soa}},
	{name: "nothing", qtype: "A", rcode: "NXDOMAIN", aa: true, ns: []string{soa}},
	{name: "below.web", qtype: "A", rcode: "NXDOMAIN", aa: true, ns: []string{soa}},
	{name: "b.c", qtype: "A", aa: true, ns: []string{soa}},
	{name: "c", qtype: "TXT", aa: true, ns: []string{soa}},
	{name: "x.b.c", qtype: "A", rcode: "NXDOMAIN", aa: true, ns: []string{soa}},
	// Wildcards. A name that exists, or that has names below it, is not one of theirs.
	{name: "any.wild", qtype: "A", aa: true, answer: []string{"any.wild 3600 A 192.0.2.5"}},
	{name: "very.any.wild", qtype: "A", aa: true, answer: []string{"very.any.wild 3600 A 192.0.2.5"}},
	{name: "any.wild", qtype: "MX", aa: true, answer: []string{"any.wild 3600 MX 5 mail"}, extra: []string{"mail 3600 A 192.0.2.2"}},
	{name: "any.wild", qtype: "AAAA", aa: true, ns: []string{soa}},
	{name: "here.wild", qtype: "A", aa: true, ns: []string{soa}},
	{name: "x.here.wild", qtype: "A", rcode: "NXDOMAIN", aa: true, ns: []string{soa}},
	{name: "ent.wild", qtype: "A", aa: true, ns: []string{soa}},
	{name: "x.ent.wild", qtype: "A", rcode: "NXDOMAIN", aa: true, ns: []string{soa}},
	{name: "*.wild", qtype: "A", aa: true, answer: []string{"*.wild 3600 A 192.0.2.5"}},
	{name: "wild", qtype: "A", aa: true, ns: []string{soa}},
	// Aliases.
	{name: "www", qtype: "A", aa: true, answer: []string{"www 3600 CNAME web", "web 3600 A 192.0.2.3"}},
	{name: "www", qtype: "CNAME", aa: true, answer: []string{"www 3600 CNAME web"}},
	{name: "www", qtype: "AAAA", aa: true, answer: []string{"www 3600 CNAME web"}, ns: []string{soa}},
	{name: "any.alias", qtype: "A", aa: true, answer: []string{"any.alias 3600 CNAME web", "web 3600 A 192.0.2.3"}},
	{name: "loop1", qtype: "A", aa: true, answer: []string{"loop1 3600 CNAME loop2", "loop2 3600 CNAME loop1"}},
	{name: "out", qtype: "A", aa: true, answer: []string{"out 3600 CNAME www.elsewhere.test."}},
	{name: "gone", qtype: "A", rcode: "NXDOMAIN", aa: true, answer: []string{"gone 3600 CNAME nothing"}, ns: []string{soa}},
	{name: "empty", qtype: "A", aa: true, answer: []string{"empty 3600 CNAME b.c"}, ns: []string{soa}},
	{
		name: "tobelow", qtype: "A", aa: true, answer: []string{"tobelow 3600 CNAME x.sub"},
		ns: []string{"sub 3600 NS ns.sub", "sub 3600 NS ns1"}, extra: []string{"ns.sub 3600 A 192.0.2.6", "ns1 3600 A 192.0.2.1", "ns1 3600 AAAA 2001:db8::1"},
	},
	// Delegations: not ours to answer, with what is needed to go on.
	{
		name: "sub", qtype: "A", ns: []string{"sub 3600 NS ns.sub", "sub 3600 NS ns1"},
		extra: []string{"ns.sub 3600 A 192.0.2.6", "ns1 3600 A 192.0.2.1", "ns1 3600 AAAA 2001:db8::1"},
	},
	{
		name: "hidden.sub", qtype: "TXT", ns: []string{"sub 3600 NS ns.sub", "sub 3600 NS ns1"},
		extra: []string{"ns.sub 3600 A 192.0.2.6", "ns1 3600 A 192.0.2.1", "ns1 3600 AAAA 2001:db8::1"},
	},
	{name: "x.far", qtype: "A", ns: []string{"far 3600 NS ns.elsewhere.test."}},
	{name: "sub", qtype: "DS", aa: true, answer: []string{"sub 3600 DS 1 8 2 0000000000000000000000000000000000000000000000000000000000000000"}},
	{name: "far", qtype: "DS", aa: true, ns: []string{soa}},
	{name: "mxbelow", qtype: "MX", aa: true, answer: []string{"mxbelow 3600 MX 1 ns.sub"}}, // glue is not for mail
	// DNAME.
	{name: "old", qtype: "DNAME", aa: true, answer: []string{"old 3600 DNAME new"}},
	{name: "old", qtype: "A", aa: true, ns: []string{soa}},
	{name: "x.round", qtype: "DNAME", aa: true, answer: []string{"round 3600 DNAME @", "x.round 3600 CNAME x", "x 3600 CNAME round"}},
	{name: "x.old", qtype: "A", aa: true, answer: []string{"old 3600 DNAME new", "x.old 3600 CNAME x.new", "x.new 3600 A 192.0.2.7"}},
	{name: "y.old", qtype: "A", rcode: "NXDOMAIN", aa: true, answer: []string{"old 3600 DNAME new", "y.old 3600 CNAME y.new"}, ns: []string{soa}},
	// Odd names.
	{name: `odd\.dot`, qtype: "A", aa: true, answer: []string{`odd\.dot 3600 A 192.0.2.8`}},
	{name: `odd\000\255`, qtype: "A", aa: true, answer: []string{`odd\000\255 3600 A 192.0.2.9`}},
	// Not ours, or nobody's.
	{name: "elsewhere.test.", qtype: "A", rcode: "REFUSED"},
	{name: "test.", qtype: "A", rcode: "REFUSED"},
	{name: ".", qtype: "NS", rcode: "REFUSED"},
	{name: "web", qtype: "ANY", rcode: "REFUSED"},
	{name: "", qtype: "AXFR", rcode: "REFUSED"},
	{name: "", qtype: "IXFR", rcode: "REFUSED"},
}

// full is a name or record of the table as the library prints it.
func full(t *testing.T, text string) string {
	t.Helper()
	rr, err := dns.NewRR("$ORIGIN example.test.\n" + withOwner(text))
	if err != nil || rr == nil {
		t.Fatalf("%s: %v", text, err)
	}
	return rr.String()
}

// withOwner puts the zone's top before a record that begins with its TTL.
func withOwner(text string) string {
	if c := text[0]; '0' <= c && c <= '9' {
		return "@ " + text
	}
	return text
}

func absolute(name string) string {
	switch {
	case name == "":
		return "example.test."
	case strings.HasSuffix(name, "."):
		return name
	}
	return name + ".example.test."
}

func sorted(list []dns.RR) []string {
	texts := []string{}
	for _, rr := range list {
		if rr.Header().Rrtype != dns.TypeOPT {
			texts = append(texts, rr.String())
		}
	}
	slices.Sort(texts)
	return texts
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := serve(t, nameserver.Options{}, zoneOf(t, "example.test", example))
	for _, tt := range answers {
		for _, network := range []string{"udp", "tcp"} {
			if network == "tcp" && (tt.qtype == "AXFR" || tt.qtype == "IXFR") {
				continue // TestTransfer
			}
			t.Run(fmt.Sprintf("%s %s %s", network, tt.name, tt.qtype), func(t *testing.T) {
				t.Parallel()
				r := ask(t, s, network, question(absolute(tt.name), dns.StringToType[tt.qtype]))
				rcode := tt.rcode
				if rcode == "" {
					rcode = "NOERROR"
				}
				if got := dns.RcodeToString[r.Rcode]; got != rcode || r.Authoritative != tt.aa || r.RecursionAvailable || r.Truncated {
					t.Errorf("%s, aa %v, want %s, %v", got, r.Authoritative, rcode, tt.aa)
				}
				for i, section := range [][]string{tt.answer, tt.ns, tt.extra} {
					want := []string{}
					for _, text := range section {
						want = append(want, full(t, text))
					}
					slices.Sort(want)
					if got := sorted([][]dns.RR{r.Answer, r.Ns, r.Extra}[i]); !slices.Equal(got, want) {
						t.Errorf("section %d: %q, want %q", i, got, want)
					}
				}
			})
		}
	}
}

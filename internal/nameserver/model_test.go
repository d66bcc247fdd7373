package nameserver_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

// model answers as RFC 1034, 4.3.2 has it, from a list of records, by searching
// the list for everything. Names are text in small letters without odd bytes.
type model struct {
	top     string
	records []dns.RR
}

// said is an answer; sections are sorted, without what is there twice.
type said struct {
	Rcode                         string
	AA                            bool
	Answer, Authority, Additional []string
}

func (m model) at(name string, qtype uint16) (list []dns.RR) {
	for _, rr := range m.records {
		if rr.Header().Name == name && rr.Header().Rrtype == qtype {
			list = append(list, rr)
		}
	}
	return list
}

// exists also says so of names that only have names below them (RFC 4592, 2.2.2).
func (m model) exists(name string) bool {
	return slices.ContainsFunc(m.records, func(rr dns.RR) bool { return dns.IsSubDomain(name, rr.Header().Name) })
}

// above lists a name and what is above it in the zone, the top first.
func (m model) above(name string) (list []string) {
	for n := name; ; n = n[strings.IndexByte(n, '.')+1:] {
		list = append([]string{n}, list...)
		if n == m.top {
			return list
		}
	}
}

// hidden says whether a cut or a DNAME record is above a name.
func (m model) hidden(name string) bool {
	for _, n := range m.above(name) {
		if n != name && (n != m.top && m.at(n, dns.TypeNS) != nil || m.at(n, dns.TypeDNAME) != nil) {
			return true
		}
	}
	return false
}

func (m model) ask(name string, qtype uint16) said {
	a := said{Rcode: "NOERROR", AA: true}
	asked := map[string]bool{}
	for range 10 {
		if !dns.IsSubDomain(m.top, name) || asked[name] {
			break
		}
		asked[name] = true
		next := m.step(&a, name, qtype)
		if next == "" {
			break
		}
		name = next
	}
	for _, s := range []*[]string{&a.Answer, &a.Authority, &a.Additional} {
		slices.Sort(*s)
		*s = slices.Compact(*s)
	}
	return a
}

// step looks one name up. It answers with the name that an alias leads to.
func (m model) step(a *said, name string, qtype uint16) (next string) {
	for _, n := range m.above(name) {
		if ns := m.at(n, dns.TypeNS); ns != nil && n != m.top && (n != name || qtype != dns.TypeDS) {
			a.AA = a.Answer != nil
			a.Authority = append(a.Authority, texts(ns, n)...)
			m.addresses(a, ns)
			return ""
		}
		if d := m.at(n, dns.TypeDNAME); d != nil && n != name {
			target := strings.TrimSuffix(name, n) + d[0].(*dns.DNAME).Target
			a.Answer = append(a.Answer, texts(d[:1], n)...)
			a.Answer = append(a.Answer, fmt.Sprintf("%s 60 CNAME %s", name, target))
			return target
		}
	}
	source := name
	if !m.exists(name) {
		encloser := ""
		for _, n := range m.above(name) {
			if m.exists(n) {
				encloser = n
			}
		}
		if source = "*." + encloser; !m.exists(source) {
			a.Rcode = "NXDOMAIN"
			a.Authority = append(a.Authority, m.none())
			return ""
		}
	}
	if alias := m.at(source, dns.TypeCNAME); alias != nil && qtype != dns.TypeCNAME {
		a.Answer = append(a.Answer, texts(alias, name)...)
		return alias[0].(*dns.CNAME).Target
	}
	found := m.at(source, qtype)
	if found == nil {
		a.Authority = append(a.Authority, m.none())
		return ""
	}
	a.Answer = append(a.Answer, texts(found, name)...)
	m.addresses(a, found)
	return ""
}

// none is the SOA record, with the least of its two times (RFC 2308, 3).
func (m model) none() string {
	soa := dns.Copy(m.at(m.top, dns.TypeSOA)[0]).(*dns.SOA)
	soa.Hdr.Ttl = min(soa.Hdr.Ttl, soa.Minttl)
	return texts([]dns.RR{soa}, m.top)[0]
}

func (m model) addresses(a *said, list []dns.RR) {
	for _, rr := range list {
		target, glue := "", false
		switch rr := rr.(type) {
		case *dns.NS:
			target, glue = rr.Ns, true
		case *dns.MX:
			target = rr.Mx
		case *dns.SRV:
			target = rr.Target
		}
		if !dns.IsSubDomain(m.top, target) || target == "" || m.hidden(target) && !glue {
			continue
		}
		a.Additional = append(a.Additional, texts(m.at(target, dns.TypeA), target)...)
	}
}

// texts writes records under a name.
func texts(list []dns.RR, name string) (out []string) {
	for _, rr := range list {
		data := strings.TrimPrefix(rr.String(), rr.Header().String())
		out = append(out, fmt.Sprintf("%s %d %s %s", name, rr.Header().Ttl, dns.TypeToString[rr.Header().Rrtype], data))
	}
	return out
}

// drawName draws few different names, so that they meet.
func drawName(t *rapid.T, top string) string {
	labels := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "*", "c"}), 0, 4).Draw(t, "labels")
	return strings.Join(append(labels, top), ".")
}

func drawZone(t *rapid.T) model {
	const top = "z.test."
	m := model{top: top}
	add := func(format string, args ...any) {
		rr, err := dns.NewRR(fmt.Sprintf(format, args...))
		if err != nil {
			t.Fatal(err)
		}
		m.records = append(m.records, rr)
	}
	add("%s 60 SOA ns.%s host.%s 1 2 3 4 %d", top, top, top, rapid.SampledFrom([]int{5, 600}).Draw(t, "negative"))
	add("%s 60 NS a.%s", top, top)
	only := map[string]bool{} // types of which a name has one record
	for range rapid.IntRange(0, 14).Draw(t, "records") {
		name, target := drawName(t, top), rapid.OneOf(rapid.Just("out.test."), rapid.Custom(func(t *rapid.T) string { return drawName(t, top) })).Draw(t, "target")
		switch k := rapid.IntRange(0, 9).Draw(t, "type"); {
		case k <= 2:
			add("%s 60 A 192.0.2.%d", name, rapid.IntRange(1, 3).Draw(t, "address"))
		case k == 3:
			add("%s 60 TXT x", name)
		case k == 4:
			add("%s 60 MX 1 %s", name, target)
		case k == 5:
			add("%s 60 SRV 1 2 3 %s", name, target)
		case k == 6 && !strings.HasPrefix(name, "*"): // what a cut or a DNAME record of a wildcard is, nobody knows
			add("%s 60 NS %s", name, target)
		case k == 7 && !strings.HasPrefix(name, "*") && !only["DNAME "+name]:
			only["DNAME "+name] = true
			add("%s 60 DNAME %s", name, target)
		case k >= 8 && !only["CNAME "+name]:
			only["CNAME "+name] = true
			add("%s 60 CNAME %s", name, target)
		}
	}
	return m
}

// TestAgreesWithTheModel: whatever the zone, whatever the question.
func TestAgreesWithTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawZone(t)
		s, err := nameserver.New(nameserver.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		s.Set(nameserver.Zone{Name: "z.test", Records: m.records})
		for range 20 {
			name := drawName(t, m.top)
			qtype := rapid.SampledFrom([]uint16{dns.TypeA, dns.TypeTXT, dns.TypeMX, dns.TypeSRV, dns.TypeNS, dns.TypeCNAME, dns.TypeDNAME, dns.TypeDS, dns.TypeSOA}).Draw(t, "qtype")
			packet, err := question(name, qtype).Pack()
			if err != nil {
				t.Fatal(err)
			}
			var r dns.Msg
			if err := r.Unpack(s.Message(packet, netip.MustParseAddr("192.0.2.1"))); err != nil {
				t.Fatal(err)
			}
			got := said{Rcode: dns.RcodeToString[r.Rcode], AA: r.Authoritative}
			for section, list := range map[*[]string][]dns.RR{&got.Answer: r.Answer, &got.Authority: r.Ns, &got.Additional: r.Extra} {
				for _, rr := range list {
					*section = append(*section, texts([]dns.RR{rr}, rr.Header().Name)...)
				}
				slices.Sort(*section)
				if !slices.Equal(*section, slices.Compact(slices.Clone(*section))) {
					t.Fatalf("%s %s: a record twice in %q", name, dns.TypeToString[qtype], *section)
				}
			}
			if d := cmp.Diff(m.ask(name, qtype), got); d != "" {
				t.Fatalf("%s %s in\n%v\n%s", name, dns.TypeToString[qtype], m.records, d)
			}
		}
	})
}

package nameserver

import (
	"errors"
	"net/netip"

	"github.com/miekg/dns"
)

// chunk is how many bytes one message of a transfer holds, uncompressed:
// compression points no farther than this.
const chunk = 16000

// may says whether somebody may have whole zones: from a listed address, and
// signed with the key that is listed with it, if one is.
func (s *Server) may(from netip.Addr, key string) bool {
	for _, sec := range s.options.Secondaries {
		if sec.Addr.Addr().Unmap() == from.Unmap() && (sec.Key == "" || dns.CanonicalName(sec.Key) == key) {
			return true
		}
	}
	return false
}

// current answers an IXFR question over UDP by the SOA record, after which a
// secondary that has another serial comes by TCP (RFC 1995, 2).
func (s *Server) current(w *worker) bool {
	if w.tcp || !s.may(w.from, w.key) {
		return false
	}
	z, _ := s.zones.get(w.q.key.from(0))
	if z == nil {
		return false
	}
	soa := z.top.set(dns.TypeSOA)
	w.found.kind, w.found.about = kindAnswer, s.rate.mark(soa.owner)
	w.found.answer = append(w.found.answer, entry{w.q.name, soa})
	return true
}

// transfer answers AXFR and IXFR over TCP with the whole zone, or, of IXFR, with
// the SOA record alone when the client has this serial or a later one. Whoever may
// not is refused in the same words, whether the zone exists or not.
func (s *Server) transfer(w *worker, packet []byte, from netip.Addr, put func([]byte) error) error {
	var sig *signature
	if w.q.signed {
		if sig = s.check(packet); sig == nil {
			return errors.New("the signature cannot be read")
		}
	}
	z, _ := s.zones.get(w.q.key.from(0))
	t := &transfer{q: &w.q, sig: sig, put: put}
	switch {
	case sig != nil && sig.code != 0:
		return t.refuse(dns.RcodeNotAuth)
	case !s.may(from, sig.name()):
		s.options.Log.Debug("a transfer was refused", "from", from.String())
		return t.refuse(dns.RcodeRefused)
	case z == nil:
		return t.refuse(dns.RcodeNotAuth) // RFC 5936, 2.2.1
	case w.q.qtype == dns.TypeIXFR && int32(w.q.serial-z.soa.Serial) >= 0: // serials go round: RFC 1982
		return t.send([]dns.RR{z.soa}, dns.RcodeSuccess)
	}
	return t.zone(z)
}

// transfer is one under way.
type transfer struct {
	q      *query
	sig    *signature
	before string // the MAC of the message before
	begun  bool
	put    func([]byte) error
}

func (t *transfer) refuse(rcode int) error { return t.send(nil, rcode) }

// zone sends the records between two SOA records.
func (t *transfer) zone(z *zone) error {
	part, size := []dns.RR{z.soa}, dns.Len(z.soa)
	for _, rr := range z.records {
		n := dns.Len(rr)
		if size+n > chunk && len(part) > 0 {
			if err := t.send(part, dns.RcodeSuccess); err != nil {
				return err
			}
			part, size = part[:0], 0
		}
		part, size = append(part, rr), size+n
	}
	return t.send(append(part, z.soa), dns.RcodeSuccess)
}

// send sends one message, signed if the question was.
func (t *transfer) send(part []dns.RR, rcode int) error {
	m := &dns.Msg{Answer: part, Compress: true}
	m.Id, m.Response, m.Rcode, m.Authoritative = t.q.id, true, rcode, rcode == dns.RcodeSuccess
	if !t.begun {
		name, _, err := dns.UnpackDomainName(t.q.name, 0)
		if err != nil {
			return err
		}
		m.Question = []dns.Question{{Name: name, Qtype: t.q.qtype, Qclass: t.q.class}}
		if t.q.edns {
			m.SetEdns0(udpSize, false)
		}
	}
	packed, err := t.pack(m)
	if err != nil {
		return err
	}
	t.begun = true
	return t.put(prefixed(packed))
}

func (t *transfer) pack(m *dns.Msg) (packed []byte, err error) {
	if t.sig == nil {
		return m.Pack()
	}
	if !t.begun {
		t.before = t.sig.before()
	}
	packed, t.before, err = t.sig.sign(m, t.before, t.begun)
	return packed, err
}

package nameserver

import (
	"net/netip"

	"github.com/miekg/dns"
)

// worker is what answering one packet after the other needs. It is used by one
// goroutine at a time.
type worker struct {
	from  netip.Addr
	tcp   bool
	key   string // the TSIG key that has signed the question; "" for none
	q     query
	found found
	msg   message
}

// answer writes the answer to a packet into buf, or is nil if there is none. It
// leaves in w what the answer is.
func (s *Server) answer(w *worker, packet, buf []byte, from netip.Addr, tcp bool) []byte {
	w.from, w.tcp, w.key = from, tcp, ""
	rcode := w.q.parse(packet)
	if rcode == rcodeDrop {
		return nil
	}
	if rcode == dns.RcodeSuccess && w.q.signed {
		return s.signed(w, packet, buf)
	}
	return s.respond(w, rcode, buf, 0)
}

// respond answers the question in w. An rcode other than 0 is the whole answer.
// reserve is how much comes behind.
func (s *Server) respond(w *worker, rcode int, buf []byte, reserve int) []byte {
	q, f := &w.q, &w.found
	f.reset()
	if rcode == dns.RcodeSuccess {
		rcode = s.search(w)
	}
	if rcode != dns.RcodeSuccess {
		f.reset()
		f.bits, f.rcode = 0, rcode
	}
	w.msg.begin(buf, w.limit()-reserve, q.question)
	w.write()
	return w.msg.end(q, f.bits, f.rcode)
}

// limit is how long an answer may be, without the OPT record.
func (w *worker) limit() int {
	limit := dns.MaxMsgSize
	if !w.tcp {
		limit = dns.MinMsgSize
		if w.q.edns {
			limit = min(max(w.q.size, dns.MinMsgSize), udpSize)
		}
	}
	if w.q.edns {
		limit -= optLen
	}
	return limit
}

// search finds what there is to say, or the rcode of a refusal.
//
// A question for ANY is refused, one of the ways that RFC 8482 leaves: such an
// answer is large, proves nothing, and serves floods. The other types of RFC 6895,
// 3.1 that are no data (128 to 255) are with it.
func (s *Server) search(w *worker) int {
	q := &w.q
	if q.version != 0 {
		return dns.RcodeBadVers
	}
	if q.class == dns.ClassINET && q.qtype == dns.TypeIXFR && s.current(w) {
		return dns.RcodeSuccess
	}
	if q.class != dns.ClassINET || q.qtype >= 128 && q.qtype <= 255 {
		return dns.RcodeRefused
	}
	z, ok := s.zones.find(&q.key, q.qtype)
	switch {
	case !ok:
		return dns.RcodeRefused
	case z == nil:
		return dns.RcodeServerFailure
	}
	s.lookup(&w.found, z, q.name, &q.key, q.qtype)
	return dns.RcodeSuccess
}

// write puts the sections together. An answer or a referral that does not fit
// goes out cut back to the question, with TC, so that no packet is larger than it
// is useful; additional records that do not fit are left out.
func (w *worker) write() {
	m, f := &w.msg, &w.found
	for section, list := range [][]entry{1: f.answer, 2: f.authority} {
		for _, e := range list {
			if !m.set(section, e.owner, e.set) {
				w.truncate()
				return
			}
		}
	}
	for _, s := range f.glue {
		if !m.set(3, s.owner, s) { // RFC 9471
			w.truncate()
			return
		}
	}
	for i, e := range f.answer {
		for _, s := range e.set.extra {
			if !told(f.answer[:i], s) && !m.set(3, s.owner, s) {
				return // to try the next ten thousand costs more than they are worth
			}
		}
	}
}

// told says whether the message has a set of addresses already.
func told(answer []entry, s *rrset) bool {
	for _, e := range answer {
		for _, t := range e.set.extra {
			if s == t {
				return true
			}
		}
	}
	return false
}

func (w *worker) truncate() {
	w.msg.cutBack(&w.q)
	w.found.bits |= bitTruncated
}

package nameserver

import (
	"slices"

	"github.com/miekg/dns"
)

// maxChain is how many CNAME and DNAME records one answer follows.
const maxChain = 10

// entry is a set in an answer, under a name that a wildcard may have given it.
type entry struct {
	owner []byte
	set   *rrset
}

// kind is what an answer is, for limiting how many go out.
type kind uint8

const (
	kindError kind = iota
	kindAnswer
	kindNone // no such name or no such type
	kindReferral
)

// found is what a zone has to say. The slices are used again for the next question.
type found struct {
	rcode     int
	bits      uint16
	kind      kind
	about     uint64 // the same for all answers that are like this one
	answer    []entry
	authority []entry
	glue      []*rrset // without which a referral leads nowhere
}

func (f *found) reset() {
	*f = found{bits: bitAuthority, answer: f.answer[:0], authority: f.authority[:0]}
}

// add adds a set to the answer. Names may come by the same DNAME record again,
// which is told once.
func (f *found) add(owner []byte, s *rrset) {
	if s.rtype != dns.TypeDNAME || !slices.ContainsFunc(f.answer, func(e entry) bool { return e.set == s }) {
		f.answer = append(f.answer, entry{owner, s})
	}
}

// place is where a name was found.
type place struct {
	n       *node
	missing bool // n is the nearest that exists above it (RFC 4592, 3.3.1: the closest encloser)
	label   int  // from which of the name's labels on n's name is
}

// walk goes down from the top of the zone. What a cut or a DNAME record hides is
// not looked at. DS records belong above the cut.
func (z *zone) walk(k *key, qtype uint16) place {
	n := z.top
	for i := k.labels - 2 - z.labels; i >= 0; i-- {
		if n.dname != nil {
			return place{n: n, missing: true, label: i + 1}
		}
		child := z.nodes[string(k.from(i))]
		if child == nil {
			return place{n: n, missing: true, label: i + 1}
		}
		n = child
		if n.cut != nil && (i > 0 || qtype != dns.TypeDS) {
			return place{n: n, label: i}
		}
	}
	return place{n: n}
}

// lookup is RFC 1034, 4.3.2, from step 3 on. It stops following names at the
// zone's end, also where the other zone is ours: resolvers believe nothing else,
// and on a server with many owners a zone is no proof of who owns the name.
func (s *Server) lookup(f *found, z *zone, name []byte, k *key, qtype uint16) {
	f.kind, f.about = kindAnswer, s.rate.mark(k.from(0))
	for range maxChain {
		p := z.walk(k, qtype)
		owner, n := name, p.n
		switch {
		case n.cut != nil && (p.label > 0 || qtype != dns.TypeDS):
			s.refer(f, n.cut)
			return
		case p.missing && n.dname != nil:
			if name = s.rename(f, n.dname, name, int(k.at[p.label])); name == nil {
				return
			}
			if !s.follow(f, z, name, k, qtype) {
				return
			}
			continue
		case p.missing && n.star == nil:
			s.none(f, z, dns.RcodeNameError)
			return
		case p.missing:
			n = n.star
			if len(f.answer) == 0 && len(n.sets) > 0 {
				f.about = s.rate.mark(n.sets[0].owner) // else each made-up name would count by itself
			}
		}
		if alias := n.set(dns.TypeCNAME); alias != nil && qtype != dns.TypeCNAME {
			f.add(owner, alias)
			name = alias.records[0].names[0]
			if !s.follow(f, z, name, k, qtype) {
				return
			}
			continue
		}
		if set := n.set(qtype); set != nil {
			f.add(owner, set)
		} else {
			s.none(f, z, dns.RcodeSuccess)
		}
		return
	}
}

// follow says whether the answer goes on under a name, which it makes the key.
func (s *Server) follow(f *found, z *zone, name []byte, k *key, qtype uint16) bool {
	k.of(name)
	for _, e := range f.answer {
		if e.set.rtype == dns.TypeCNAME && len(e.owner) == len(name) && folded(e.owner) == string(k.from(0)) {
			return false // a loop
		}
	}
	next, ok := s.zones.find(k, qtype)
	return ok && next == z
}

func (s *Server) refer(f *found, cut *rrset) {
	f.kind, f.about = kindReferral, s.rate.mark(cut.owner)
	if len(f.answer) == 0 {
		f.bits &^= bitAuthority
	}
	f.authority = append(f.authority, entry{cut.owner, cut})
	f.glue = cut.extra
}

func (s *Server) none(f *found, z *zone, rcode int) {
	f.rcode = rcode
	if len(f.answer) == 0 {
		f.kind, f.about = kindNone, s.rate.mark(z.none.owner)
	}
	f.authority = append(f.authority, entry{z.none.owner, z.none})
}

// rename answers with a DNAME record and the CNAME record that follows from it
// (RFC 6672, 3.1), and what the name is now; nil if that is too long. at is where
// in the name the record's owner begins.
func (s *Server) rename(f *found, dname *rrset, name []byte, at int) []byte {
	target := dname.records[0].tail
	f.add(dname.owner, dname)
	f.about = s.rate.mark(dname.owner)
	if at+len(target) > maxName {
		f.rcode = dns.RcodeYXDomain
		return nil
	}
	made := append(append(make([]byte, 0, at+len(target)), name[:at]...), target...)
	f.answer = append(f.answer, entry{name, &rrset{
		owner: name, rtype: dns.TypeCNAME, ttl: dname.ttl, records: []rdata{{names: [][]byte{made}}},
	}})
	return made
}

package nameserver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/miekg/dns"
)

// Zone is what the server is handed of a zone: every record, with absolute names.
type Zone struct {
	Name    string // folded, without the dot at the end
	Records []dns.RR
}

// zone is one as it is served. Nothing in it changes once it is made.
type zone struct {
	name    string // on the wire, in small letters
	labels  int    // of name, without the root's
	soa     *dns.SOA
	none    *rrset // the SOA record of negative answers
	nodes   map[string]*node
	top     *node
	records []dns.RR // of a transfer, without the SOA record
}

// node is a name of the zone, also one that exists only because names below it do.
type node struct {
	sets  []*rrset
	above *node  // nil of the top
	star  *node  // the wildcard right below
	cut   *rrset // NS records below the top: another server's from here on
	dname *rrset
	below bool // below a cut or a DNAME record, so that it is seen only as glue
}

func (n *node) set(rtype uint16) *rrset {
	for _, s := range n.sets {
		if s.rtype == rtype {
			return s
		}
	}
	return nil
}

var errNoSOA = errors.New("the zone has no SOA record at its top, or several")

// build makes a zone to serve. What cannot be served is left out, and told as an
// error beside the zone; without a good SOA record there is no zone at all.
func build(z Zone) (*zone, error) {
	name, err := wireName(z.Name)
	if err != nil {
		return nil, fmt.Errorf("the zone's name: %w", err)
	}
	var k key
	k.of(name)
	made := &zone{name: string(k.from(0)), labels: k.labels - 1, nodes: make(map[string]*node, len(z.Records)/2+1)}
	made.top = made.node(&k, 0)
	var wrong error
	seen := make(map[string]struct{}, len(z.Records))
	for _, rr := range z.Records {
		if err := made.add(rr, seen); err != nil && wrong == nil {
			wrong = err
		}
	}
	if made.soa == nil || len(made.top.set(dns.TypeSOA).records) != 1 {
		return nil, errNoSOA
	}
	made.finish()
	return made, wrong
}

// node finds or makes the node of a name, and those between it and the top.
func (z *zone) node(k *key, label int) *node {
	if n := z.nodes[string(k.from(label))]; n != nil {
		return n
	}
	n := &node{}
	z.nodes[string(k.from(label))] = n
	if k.labels-1-label == z.labels {
		return n
	}
	n.above = z.node(k, label+1)
	if name := k.from(label); name[0] == 1 && name[1] == '*' {
		n.above.star = n
	}
	return n
}

// add takes a record; seen is what the zone has already.
func (z *zone) add(rr dns.RR, seen map[string]struct{}) error {
	h := rr.Header()
	if h.Class != dns.ClassINET {
		return fmt.Errorf("a record is not of class IN: %q", h.Name)
	}
	owner, data, err := pack(rr)
	if err != nil {
		return err
	}
	var k key
	k.of(owner)
	if above := k.labels - 1 - z.labels; above < 0 || string(k.from(above)) != z.name {
		return fmt.Errorf("a record is outside of the zone: %q", h.Name)
	}
	if soa, ok := rr.(*dns.SOA); ok {
		if string(k.from(0)) != z.name {
			return fmt.Errorf("an SOA record is not at the zone's top: %q", h.Name)
		}
		z.soa = soa
	} else {
		z.records = append(z.records, rr)
	}
	packed := data.appendTo(binary.BigEndian.AppendUint16(bytes.Clone(k.from(0)), h.Rrtype))
	_, twice := seen[string(packed)]
	seen[string(packed)] = struct{}{}
	z.node(&k, 0).add(owner, h, data, twice)
	return nil
}

func (n *node) add(owner []byte, h *dns.RR_Header, data rdata, twice bool) {
	s := n.set(h.Rrtype)
	if s == nil {
		s = &rrset{owner: owner, rtype: h.Rrtype, ttl: h.Ttl}
		n.sets = append(n.sets, s)
	}
	s.ttl = min(s.ttl, h.Ttl)
	if !twice {
		s.records = append(s.records, data)
	}
}

// finish works out what depends on all of the records.
func (z *zone) finish() {
	soa := *z.top.set(dns.TypeSOA)
	soa.ttl = min(soa.ttl, z.soa.Minttl) // RFC 2308, 3
	z.none = &soa
	for _, n := range z.nodes {
		n.dname = n.set(dns.TypeDNAME)
		if n != z.top {
			n.cut = n.set(dns.TypeNS)
		}
	}
	for _, n := range z.nodes {
		n.below = n.hidden()
	}
	for _, n := range z.nodes {
		for _, s := range n.sets {
			s.extra = z.addresses(s)
		}
	}
}

// hidden says whether something above a name ends what the zone says itself.
func (n *node) hidden() bool {
	for above := n.above; above != nil; above = above.above {
		if above.cut != nil || above.dname != nil {
			return true
		}
	}
	return false
}

// addresses are those of the names that a set points to. What only glue says is
// told with NS records only.
func (z *zone) addresses(s *rrset) (list []*rrset) {
	if s.rtype != dns.TypeNS && s.rtype != dns.TypeMX && s.rtype != dns.TypeSRV {
		return nil
	}
	seen := map[*node]bool{}
	for _, d := range s.records {
		n := z.nodes[folded(s.target(d))]
		if n == nil || seen[n] || n.below && s.rtype != dns.TypeNS {
			continue
		}
		seen[n] = true
		for _, t := range []uint16{dns.TypeA, dns.TypeAAAA} {
			if a := n.set(t); a != nil {
				list = append(list, a)
			}
		}
	}
	return list
}

package nameserver

import (
	"bytes"
	"fmt"

	"github.com/miekg/dns"
)

// rrset is the records of one name and type, packed once when the zone comes, so
// that an answer only copies.
type rrset struct {
	owner   []byte // on the wire, in the zone's case
	rtype   uint16
	ttl     uint32 // the least of the records: a set has one (RFC 2181, 5.2)
	records []rdata
	extra   []*rrset // addresses of the names in it, for the additional section
}

// rdata is the data of one record. Names in it are kept apart only where they may
// be compressed, which are the types of RFC 1035 (RFC 3597, 4).
type rdata struct {
	head  []byte
	names [][]byte
	tail  []byte
}

// pack packs a record, and says under which name. The library knows the types.
func pack(rr dns.RR) (owner []byte, d rdata, err error) {
	buf := make([]byte, dns.Len(rr)+256)
	end, err := dns.PackRR(rr, buf, 0, nil, false)
	if err != nil {
		return nil, d, fmt.Errorf("packing a record: %w", err)
	}
	n := nameLen(buf)
	if n < 0 || n+10 > end {
		return nil, d, dns.ErrRdata
	}
	owner, data := bytes.Clone(buf[:n]), bytes.Clone(buf[n+10:end])
	fixed, names := 0, 0
	switch rr.Header().Rrtype {
	case dns.TypeNS, dns.TypeCNAME, dns.TypePTR:
		names = 1
	case dns.TypeMX:
		fixed, names = 2, 1
	case dns.TypeSOA:
		names = 2
	}
	if len(data) < fixed {
		return nil, d, dns.ErrRdata
	}
	d.head, d.tail = data[:fixed], data[fixed:]
	for range names {
		n := nameLen(d.tail)
		if n < 0 {
			return nil, d, dns.ErrRdata
		}
		d.names, d.tail = append(d.names, d.tail[:n]), d.tail[n:]
	}
	return owner, d, nil
}

// appendTo appends the data to b.
func (d rdata) appendTo(b []byte) []byte {
	b = append(b, d.head...)
	for _, n := range d.names {
		b = append(b, n...)
	}
	return append(b, d.tail...)
}

// target is the name that a record points to, on the wire; nil where its type has none.
func (s *rrset) target(d rdata) []byte {
	switch {
	case s.rtype == dns.TypeSRV && len(d.tail) > 6:
		return d.tail[6:]
	case s.rtype == dns.TypeDNAME:
		return d.tail
	case s.rtype != dns.TypeSOA && len(d.names) == 1:
		return d.names[0]
	}
	return nil
}

package nameserver

import (
	"encoding/binary"

	"github.com/miekg/dns"
)

const headerLen = 12

// Bits of the header's second word.
const (
	bitResponse  = 1 << 15
	bitAuthority = 1 << 10
	bitTruncated = 1 << 9
	bitRecursion = 1 << 8 // desired; it is copied into the answer
)

// rcodeDrop says that there is no answer at all.
const rcodeDrop = -1

// query is a question as it stands in a packet.
type query struct {
	id, bits uint16
	opcode   int
	question []byte // name, type and class, as they came
	name     []byte
	key      key
	qtype    uint16
	class    uint16
	edns     bool
	size     int // bytes of an answer that the client takes, as it says
	version  uint8
	dnssec   bool // the DO bit
	signed   bool // a TSIG record ends the packet
	serial   uint32
}

// parse reads a packet, and answers with an rcode: that of an answer which can be
// given at once, or 0. It follows no compression: a question has nothing before it
// to point to, and of other records only the type matters.
func (q *query) parse(p []byte) (rcode int) {
	q.question, q.name, q.qtype, q.class, q.serial = nil, nil, 0, 0, 0
	q.edns, q.size, q.version, q.dnssec, q.signed = false, dns.MinMsgSize, 0, false, false
	if len(p) < headerLen {
		return rcodeDrop
	}
	word := func(i int) uint16 { return binary.BigEndian.Uint16(p[i:]) }
	q.id, q.bits = word(0), word(2)
	q.opcode = int(q.bits>>11) & 15
	switch {
	case q.bits&bitResponse != 0:
		return rcodeDrop // two servers must not talk to each other for ever
	case q.opcode != dns.OpcodeQuery:
		return dns.RcodeNotImplemented
	case word(4) != 1 || word(6) != 0:
		return dns.RcodeFormatError
	}
	rest := p[headerLen:]
	n := nameLen(rest)
	if n < 0 {
		return badName(rest)
	}
	if len(rest) < n+4 {
		return dns.RcodeFormatError
	}
	q.name, q.question, rest = rest[:n], rest[:n+4], rest[n+4:]
	q.qtype, q.class = binary.BigEndian.Uint16(q.question[n:]), binary.BigEndian.Uint16(q.question[n+2:])
	q.key.of(q.name)
	if rest, ok := q.authority(rest, word(8)); !ok || !q.additional(rest, word(10)) {
		return dns.RcodeFormatError
	}
	return dns.RcodeSuccess
}

// badName drops a question with a pointer in it, which only a loop or a fault
// can have, and has the others answered.
func badName(b []byte) int {
	for i := 0; i < len(b) && b[i] != 0 && i < maxName; i += 1 + int(b[i]) {
		if b[i] > 63 {
			return rcodeDrop
		}
	}
	return dns.RcodeFormatError
}

// authority holds the serial that an IXFR client has, and nothing else.
func (q *query) authority(b []byte, count uint16) (rest []byte, ok bool) {
	if count == 0 {
		return b, true
	}
	_, rtype, _, data, rest, ok := record(b)
	if !ok || count > 1 || q.qtype != dns.TypeIXFR || rtype != dns.TypeSOA || len(data) < 20 {
		return nil, false
	}
	q.serial = binary.BigEndian.Uint32(data[len(data)-20:])
	return rest, true
}

// additional reads EDNS, and notes a signature.
func (q *query) additional(b []byte, count uint16) (ok bool) {
	for i := range count {
		name, rtype, middle, data, rest, ok := record(b)
		if !ok {
			return false
		}
		switch rtype {
		case dns.TypeOPT:
			if q.edns || len(name) != 1 || name[0] != 0 {
				return false
			}
			q.edns, q.size = true, int(binary.BigEndian.Uint16(middle))
			q.version, q.dnssec = middle[3], middle[4]&0x80 != 0
		case dns.TypeTSIG:
			if i != count-1 || binary.BigEndian.Uint16(middle) != dns.ClassANY || !wholeTSIG(data) {
				return false
			}
			q.signed = true
		}
		b = rest
	}
	return len(b) == 0
}

// wholeTSIG reports whether a signature has all of its fields and nothing behind
// them (RFC 8945, 4.2). The library reads what is cut short as if zeros followed.
func wholeTSIG(b []byte) bool {
	n := nameLen(b) // of the algorithm; it is never compressed
	if n < 0 {
		return false
	}
	b = b[n:]
	for _, fixed := range []int{10, 6} { // before the MAC and before other data, with their lengths
		if len(b) < fixed {
			return false
		}
		long := fixed + int(binary.BigEndian.Uint16(b[fixed-2:]))
		if len(b) < long {
			return false
		}
		b = b[long:]
	}
	return len(b) == 0
}

// record takes a record from the beginning of b. middle is class and TTL.
func record(b []byte) (name []byte, rtype uint16, middle, data, rest []byte, ok bool) {
	n := 0
	for n < len(b) && b[n] != 0 && b[n] < 64 && n < maxName {
		n += 1 + int(b[n])
	}
	if n < len(b) && b[n] >= 192 {
		n++ // a pointer ends the name
	}
	n++
	if n > maxName+1 || len(b) < n+10 {
		return nil, 0, nil, nil, nil, false
	}
	end := n + 10 + int(binary.BigEndian.Uint16(b[n+8:]))
	if len(b) < end {
		return nil, 0, nil, nil, nil, false
	}
	return b[:n], binary.BigEndian.Uint16(b[n:]), b[n+2 : n+8], b[n+10 : end], b[end:], true
}

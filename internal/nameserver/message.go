package nameserver

import (
	"encoding/binary"

	"github.com/miekg/dns"
)

const (
	udpSize  = 1232 // the most that is sent over UDP, and the least that fragments nowhere
	optLen   = 11   // of our OPT record
	maxNames = 64   // how many names of one message others may point to
	farthest = 1 << 14
)

// message is an answer that is being written. Names are compressed as RFC 1035,
// 4.1.4 has it, in whatever case stands there first: the question's is the client's.
type message struct {
	buf   []byte // from the beginning of the message
	limit int
	names [maxNames]struct {
		at     uint16
		length uint8 // of the name from there on, uncompressed
	}
	named  int
	counts [4]uint16 // question, answer, authority, additional
}

// begin writes header and question. question may be nil.
func (m *message) begin(buf []byte, limit int, question []byte) {
	m.buf, m.limit, m.named, m.counts = append(buf[:0], make([]byte, headerLen)...), limit, 0, [4]uint16{}
	if question == nil {
		return
	}
	m.counts[0] = 1
	m.remember(question[:len(question)-4], len(question)-5, headerLen)
	m.buf = append(m.buf, question...)
}

// remember lets later names point to the labels of one that is written at a place,
// as far as it is written out.
func (m *message) remember(name []byte, out, at int) {
	for i := 0; i < out && m.named < maxNames && at+i < farthest; i += 1 + int(name[i]) {
		m.names[m.named].at, m.names[m.named].length = uint16(at+i), uint8(len(name)-i)
		m.named++
	}
}

// name appends a name.
func (m *message) name(name []byte) {
	begin := len(m.buf)
	for i := 0; name[i] != 0; i += 1 + int(name[i]) {
		for _, known := range m.names[:m.named] {
			if int(known.length) == len(name)-i && m.same(int(known.at), name[i:]) {
				m.remember(name, i, begin)
				m.buf = append(append(m.buf, name[:i]...), 0xc0|byte(known.at>>8), byte(known.at))
				return
			}
		}
	}
	m.remember(name, len(name)-1, begin)
	m.buf = append(m.buf, name...)
}

// same compares a name with one in the message, which may go on elsewhere.
func (m *message) same(at int, name []byte) bool {
	for i := 0; ; {
		l := int(m.buf[at])
		if l >= 0xc0 {
			at = (l&0x3f)<<8 | int(m.buf[at+1])
			continue
		}
		if l != int(name[i]) {
			return false
		}
		if l == 0 {
			return true
		}
		for j := 1; j <= l; j++ {
			if lower(m.buf[at+j]) != lower(name[i+j]) {
				return false
			}
		}
		at, i = at+l+1, i+l+1
	}
}

// set appends a set to a section, whole or not at all.
func (m *message) set(section int, owner []byte, s *rrset) (fits bool) {
	begin, named := len(m.buf), m.named
	for _, d := range s.records {
		m.name(owner)
		m.buf = binary.BigEndian.AppendUint16(m.buf, s.rtype)
		m.buf = binary.BigEndian.AppendUint16(m.buf, dns.ClassINET)
		m.buf = binary.BigEndian.AppendUint32(m.buf, s.ttl)
		m.buf = append(m.buf, 0, 0)
		at := len(m.buf)
		m.buf = append(m.buf, d.head...)
		for _, n := range d.names {
			m.name(n)
		}
		m.buf = append(m.buf, d.tail...)
		binary.BigEndian.PutUint16(m.buf[at-2:], uint16(len(m.buf)-at))
		if len(m.buf) > m.limit {
			m.buf, m.named = m.buf[:begin], named
			return false
		}
	}
	m.counts[section] += uint16(len(s.records))
	return true
}

// cutBack leaves header and question.
func (m *message) cutBack(q *query) {
	m.buf = m.buf[:headerLen+len(q.question)]
	m.counts = [4]uint16{m.counts[0]}
}

// end writes the OPT record and the header. rcode may be an extended one.
func (m *message) end(q *query, bits uint16, rcode int) []byte {
	if q.edns {
		m.buf = append(m.buf, 0, 0, byte(dns.TypeOPT&0xff), udpSize>>8, udpSize&0xff, byte(rcode>>4), 0, 0, 0, 0, 0)
		if q.dnssec {
			m.buf[len(m.buf)-4] = 0x80
		}
		m.counts[3]++
	}
	bits |= bitResponse | uint16(q.opcode)<<11 | q.bits&bitRecursion | uint16(rcode&15)
	binary.BigEndian.PutUint16(m.buf, q.id)
	binary.BigEndian.PutUint16(m.buf[2:], bits)
	for i, n := range m.counts {
		binary.BigEndian.PutUint16(m.buf[4+2*i:], n)
	}
	return m.buf
}

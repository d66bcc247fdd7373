package nameserver

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/miekg/dns"
)

const tsigFudge = 300 // seconds by which clocks may differ (RFC 8945, 10)

// signature is that of a question, and what answers are signed with.
type signature struct {
	keys keys
	of   *dns.TSIG
	code uint16 // what is wrong with it, 0 if nothing
	now  uint64 // seconds
}

// check reads the signature that ends a packet; nil if the packet cannot be read.
func (s *Server) check(packet []byte) *signature {
	var m dns.Msg
	if m.Unpack(packet) != nil || m.IsTsig() == nil {
		return nil
	}
	sig := &signature{keys: s.keys, of: m.IsTsig(), now: uint64(s.options.Now().Unix())}
	err := dns.TsigVerifyWithProvider(bytes.Clone(packet), s.keys, "", false) // it writes into the packet
	switch {
	case err == nil:
	case errors.Is(err, dns.ErrSecret):
		sig.code = dns.RcodeBadKey
	case errors.Is(err, dns.ErrTime):
		sig.code = dns.RcodeBadTime
	default:
		sig.code = dns.RcodeBadSig
	}
	return sig
}

// name is the key's, which has signed; "" if the signature is not good.
func (g *signature) name() string {
	if g == nil || g.code != 0 {
		return ""
	}
	return dns.CanonicalName(g.of.Hdr.Name)
}

// length is how much a signature adds to an answer at most.
func (g *signature) length() int {
	return len(g.of.Hdr.Name) + len(g.of.Algorithm) + 2 + 10 + 16 + 64 + 6
}

// sign adds the signature to a message. before is the MAC that it goes on from:
// the question's, and in a transfer that of the message before.
func (g *signature) sign(m *dns.Msg, before string, timersOnly bool) (packed []byte, mac string, err error) {
	t := &dns.TSIG{
		Hdr:       dns.RR_Header{Name: g.of.Hdr.Name, Rrtype: dns.TypeTSIG, Class: dns.ClassANY},
		Algorithm: g.of.Algorithm, TimeSigned: g.now, Fudge: tsigFudge, OrigId: m.Id, Error: g.code,
	}
	if g.code == dns.RcodeBadTime { // the client learns how late it is: RFC 8945, 5.2.3
		t.OtherLen, t.OtherData = 6, hex48(g.now)
		t.TimeSigned = g.of.TimeSigned
	}
	if g.code == dns.RcodeBadKey || g.code == dns.RcodeBadSig { // without a MAC: 5.3.2; the library would say no time
		packed, err = unsigned(m, t)
		return packed, "", err
	}
	m.Extra = append(m.Extra, t)
	return dns.TsigGenerateWithProvider(m, g.keys, before, timersOnly)
}

func unsigned(m *dns.Msg, t *dns.TSIG) ([]byte, error) {
	packed, err := m.Pack()
	if err != nil {
		return nil, err
	}
	tail := make([]byte, dns.Len(t))
	n, err := dns.PackRR(t, tail, 0, nil, false)
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint16(packed[10:], uint16(len(m.Extra)+1))
	return append(packed, tail[:n]...), nil
}

func hex48(n uint64) string {
	const digits = "0123456789abcdef"
	var b [12]byte
	for i := range b {
		b[i] = digits[n>>(44-4*i)&15]
	}
	return string(b[:])
}

// signed answers a packet with a signature: a good one signs the answer, another
// gets NOTAUTH and learns nothing (RFC 8945, 5.2).
func (s *Server) signed(w *worker, packet, buf []byte) []byte {
	sig := s.check(packet)
	if sig == nil {
		return s.respond(w, dns.RcodeFormatError, buf, 0)
	}
	w.key = sig.name()
	rcode := dns.RcodeSuccess
	if sig.code != 0 {
		rcode = dns.RcodeNotAuth
	}
	var m dns.Msg
	if m.Unpack(s.respond(w, rcode, buf, sig.length())) != nil {
		return nil
	}
	m.Compress = true
	packed, _, err := sig.sign(&m, sig.before(), false)
	if err != nil {
		return nil
	}
	return packed
}

// before is the MAC that the first answer goes on from.
func (g *signature) before() string {
	if g.code == dns.RcodeBadKey || g.code == dns.RcodeBadSig {
		return ""
	}
	return g.of.MAC
}

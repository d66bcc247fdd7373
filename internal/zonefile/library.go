package zonefile

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/miekg/dns"
)

// library hands records to the DNS library, one at a time. What it hands over is
// written by us in the plainest form, so that the two cannot read it differently.
type library struct {
	line []byte
	buf  []byte
	wire []byte // the record packed last
}

func newLibrary() *library { return &library{buf: make([]byte, dns.MaxMsgSize)} }

// asGeneric is the first word of data in the form of RFC 3597.
const asGeneric = `\#`

// parse makes a record of the tokens of its data, and the data as an editor sees them.
func (lib *library) parse(owner string, ttl uint32, rtype uint16, tokens []token, origin, zone string) (dns.RR, []string, error) {
	generic := startsGeneric(tokens)
	if generic && rtype == dns.TypeSOA {
		return nil, nil, errors.New("the data of the SOA record must be written out")
	}
	data, err := fields(rtype, tokens, generic)
	if err != nil {
		return nil, nil, err
	}
	rr, err := lib.make(owner, ttl, rtype, data, generic, origin)
	if err != nil {
		return nil, nil, err
	}
	if _, unknown := rr.(*dns.RFC3597); !unknown && (generic || origin != zone) {
		data, _, err = presented(rr, rtype)
	}
	return rr, data, err
}

// fields decodes the tokens of a record's data.
func fields(rtype uint16, tokens []token, generic bool) ([]string, error) {
	data := make([]string, 0, len(tokens))
	for i, t := range tokens {
		switch {
		case !generic && isString(rtype, len(data)):
			s := decode(t.text)
			if len(s) > maxString {
				return nil, fmt.Errorf("a string of the %s record is longer than %d bytes", typeName(rtype), maxString)
			}
			data = append(data, s)
		case !t.quoted && (!t.glued || !tokens[i-1].quoted):
			data = append(data, t.text)
		case hasPairs(rtype) && t.quoted && t.glued && strings.HasSuffix(tokens[i-1].text, "="):
			data[len(data)-1] += `"` + t.text + `"`
		default:
			return nil, fmt.Errorf("there are quotation marks in the data of the %s record", typeName(rtype))
		}
	}
	return data, nil
}

// make has the library parse and pack a record.
func (lib *library) make(owner string, ttl uint32, rtype uint16, data []string, generic bool, origin string) (dns.RR, error) {
	if err := checkData(rtype, data, generic); err != nil {
		return nil, err
	}
	b := append(lib.line[:0], owner...)
	b = append(b, ' ')
	b = strconv.AppendUint(b, uint64(ttl), 10)
	b = append(b, " IN "...)
	b = append(b, typeName(rtype)...)
	b = appendData(b, rtype, data, generic)
	lib.line = append(b, '\n')
	p := dns.NewZoneParser(bytes.NewReader(lib.line), origin, "")
	rr, ok := p.Next()
	if !ok || p.Err() != nil || rr.Header().Rrtype != rtype {
		return nil, wrong(rtype, data)
	}
	if _, more := p.Next(); more || p.Err() != nil {
		return nil, wrong(rtype, data)
	}
	if err := lib.pack(rr); err != nil {
		return nil, wrong(rtype, data)
	}
	// The library leaves out what it does not expect behind such data.
	if generic && !bytes.Equal(lib.data(), genericBytes(data)) ||
		!generic && isString(rtype, 0) && !bytes.Equal(lib.data(), stringBytes(data)) {
		return nil, wrong(rtype, data)
	}
	return lib.respelled(rr, data)
}

// pack packs a record; nil is none.
func (lib *library) pack(rr dns.RR) error {
	if rr == nil {
		return nil
	}
	n, err := dns.PackRR(rr, lib.buf, 0, nil, false)
	if err == nil {
		lib.wire = lib.buf[:n]
	}
	return err
}

// respelled is a record as it comes out of a message: bytes of names can be escaped
// in several ways, and this is how the library will spell the names of questions.
func (lib *library) respelled(parsed dns.RR, data []string) (dns.RR, error) {
	rr, _, err := dns.UnpackRR(lib.wire, 0)
	if err != nil {
		return nil, wrong(parsed.Header().Rrtype, data)
	}
	// The library unpacks these two without the escapes that it packs them by.
	switch parsed := parsed.(type) {
	case *dns.CAA:
		rr.(*dns.CAA).Value = parsed.Value
	case *dns.URI:
		rr.(*dns.URI).Target = parsed.Target
	}
	return rr, nil
}

// data is that of the record packed last.
func (lib *library) data() []byte {
	i := 0
	for lib.wire[i] != 0 {
		i += int(lib.wire[i]) + 1
	}
	return lib.wire[i+1+10:] // behind type, class, TTL and length
}

func genericBytes(data []string) []byte {
	if len(data) < 2 {
		return nil
	}
	b, _ := hex.DecodeString(strings.Join(data[2:], "")) // what is no hex, the library has refused
	return b
}

// stringBytes are strings as they are packed.
func stringBytes(data []string) []byte {
	var b []byte
	for _, s := range data {
		b = append(b, byte(len(s)))
		b = append(b, s...)
	}
	return b
}

// checkData checks what the library lets pass.
func checkData(rtype uint16, data []string, generic bool) error {
	if len(data) == 0 {
		return fmt.Errorf("the %s record has no data", typeName(rtype))
	}
	switch {
	case generic:
		return nil
	case rtype == dns.TypeSOA && len(data) != 7: // the library takes what is missing for 0
		return wrong(rtype, data)
	case rtype == dns.TypeSOA:
		for i, s := range data[2:] {
			if _, ok := seconds(s, 1<<32-1); !ok || i == 0 && strings.Trim(s, "0123456789") != "" {
				return fmt.Errorf("%q is not a number of the SOA record from 0 to %d", hostkeep.Clip(s, 40), uint32(1<<32-1))
			}
		}
	case rtype == dns.TypeCAA && len(data) == 3:
		if data[1] == "" || strings.Trim(strings.ToLower(data[1]), "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return fmt.Errorf("the tag of a CAA record is letters and digits, not %q", hostkeep.Clip(data[1], 40))
		}
	}
	return nil
}

// wrong is the refusal of data that the library does not take.
func wrong(rtype uint16, data []string) error {
	takes := ""
	if names := FieldNames(typeName(rtype)); names != nil {
		takes = ", which takes " + strings.Join(names, ", ")
	}
	return fmt.Errorf("%q is not the data of a record of the type %s%s", hostkeep.Clip(strings.Join(data, " "), 80), typeName(rtype), takes)
}

// presented is the data of a record of a known type with absolute names, and whether
// it is generic.
func presented(rr dns.RR, rtype uint16) (data []string, generic bool, err error) {
	text := strings.TrimPrefix(rr.String(), rr.Header().String())
	x := lexer{text: text}
	l, err := x.next()
	if err != nil || x.more() {
		return nil, false, errors.New("the record cannot be written with absolute names")
	}
	generic = startsGeneric(l.tokens)
	data, err = fields(rtype, l.tokens, generic)
	return data, generic, err
}

func startsGeneric(tokens []token) bool {
	return len(tokens) > 0 && tokens[0].text == asGeneric && !tokens[0].quoted
}

package zonefile

import (
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/miekg/dns"
)

// The limits of a zone file.
const (
	MaxText  = 16 << 20 // bytes
	MaxLines = 200_000
)

// place is what is in force at a line of the file.
type place struct {
	zone    string // absolute
	origin  string // absolute
	owner   string // of the record before, absolute; "" at the begin
	written string // that owner as Line.Name has it
	at      string // the origin that written stands under
	ttl     uint32 // what a record without a TTL has
	settled bool   // by $TTL, or by the SOA record's minimum
	known   bool   // there is a ttl: settled, or the last that a record had
}

// Parse reads a zone file. A file that is no valid zone is refused with a
// hostkeep.Error that names the line.
func Parse(name, text string) (*Zone, error) {
	lines, err := roomFor(text)
	if err != nil {
		return nil, err
	}
	top, err := topOf(name)
	if err != nil {
		return nil, err
	}
	z := &Zone{Name: name, text: text, soa: -1, Lines: make([]Line, 0, lines+1)}
	p := &place{zone: top, origin: top}
	lib := newLibrary()
	rules := newRules(fold(top), lines)
	for x := (lexer{text: text}); x.more(); {
		l, err := x.next()
		if err != nil {
			return nil, err
		}
		line, err := p.line(l, lib)
		if err != nil {
			return nil, err
		}
		if line.Kind == Record {
			if err := rules.add(&line, lib); err != nil {
				return nil, err
			}
			if z.soa < 0 {
				z.soa = len(z.Lines) // the rules want it first
			}
		}
		z.Lines = append(z.Lines, line)
	}
	if err := rules.whole(); err != nil {
		return nil, err
	}
	return z, nil
}

// topOf is the absolute name of a zone's top.
func topOf(name string) (string, error) {
	top, err := absolute(name, ".")
	if err != nil || top == "." || name == "@" {
		return "", hostkeep.Errorf(hostkeep.Invalid, "%q is not the name of a zone", hostkeep.Clip(name, 80))
	}
	return top, nil
}

// line reads a logical line and moves the place behind it.
func (p *place) line(l logical, lib *library) (Line, error) {
	line := Line{Text: l.text, Number: l.number, end: l.end, Kind: Comment}
	switch {
	case len(l.tokens) == 0:
		return line, nil
	case l.text[0] == '$':
		line.Kind = Control
		return line, p.control(l)
	}
	line.Kind = Record
	return line, p.record(l, &line, lib)
}

func (p *place) control(l logical) error {
	word := strings.ToUpper(l.tokens[0].text)
	switch word {
	case "$TTL", "$ORIGIN":
	case "$INCLUDE", "$GENERATE":
		return refuse(l.number, "%s is not allowed", word)
	default:
		return refuse(l.number, "%q is not known; there are $TTL and $ORIGIN", hostkeep.Clip(word, 40))
	}
	if len(l.tokens) != 2 || l.tokens[1].quoted || l.tokens[1].glued {
		return refuse(l.number, "%s takes one word", word)
	}
	value := l.tokens[1].text
	if word == "$TTL" {
		ttl, ok := seconds(value, maxTTL)
		if !ok {
			return refuse(l.number, "the $TTL %q is not a number of seconds from 0 to %d", hostkeep.Clip(value, 40), maxTTL)
		}
		p.ttl, p.settled, p.known = ttl, true, true
		return nil
	}
	origin, err := absolute(value, p.origin)
	if err != nil {
		return refuse(l.number, "$ORIGIN: %v", err)
	}
	p.origin = origin
	return nil
}

// record reads a record: owner, TTL, class and type here, its data by the library.
func (p *place) record(l logical, line *Line, lib *library) error {
	rest := l.tokens
	line.indent = l.indented()
	if !line.indent {
		if err := p.own(l); err != nil {
			return err
		}
		rest = rest[1:]
	}
	if p.owner == "" {
		return refuse(l.number, "the record has no owner, and there is no record before it")
	}
	line.owner, line.Name = p.owner, p.written
	if p.at != p.origin {
		line.Name = p.owner
	}
	rtype, rest, err := p.head(l.number, line, rest)
	if err != nil {
		return err
	}
	line.Type = typeName(rtype)
	rr, data, err := lib.parse(p.owner, line.TTL, rtype, rest, p.origin, p.zone)
	if err != nil {
		return refuse(l.number, "%v", err)
	}
	line.RR, line.Data = rr, data
	if soa, ok := rr.(*dns.SOA); ok && line.implied && !p.known {
		// As BIND does it: where nothing says a TTL, it is the zone's minimum.
		if soa.Minttl > maxTTL {
			return refuse(l.number, "the TTL is to be the minimum, and that is more than %d", maxTTL)
		}
		line.TTL = soa.Minttl
		soa.Hdr.Ttl = soa.Minttl
		p.settled = true
	}
	p.after(line)
	return nil
}

// own takes the owner from the first word.
func (p *place) own(l logical) error {
	t := l.tokens[0]
	if t.quoted || len(l.tokens) > 1 && l.tokens[1].glued {
		return refuse(l.number, "there are quotation marks in the owner's name")
	}
	if strings.HasPrefix(t.text, "$") {
		return refuse(l.number, "%q must stand at the begin of its line", hostkeep.Clip(t.text, 40))
	}
	owner, err := absolute(t.text, p.origin)
	if err != nil {
		return refuse(l.number, "%v", err)
	}
	p.owner, p.written, p.at = owner, t.text, p.origin
	if p.origin != p.zone {
		p.written = owner
	}
	return nil
}

// pass moves the place behind a line that was read there before.
func (p *place) pass(l *Line) {
	switch l.Kind {
	case Control:
		_ = p.control(recut(l.Text)) // it was taken before
	case Record:
		if p.owner = l.owner; !l.indent {
			p.written, p.at = l.Name, p.origin
		}
		p.settled = p.settled || l.Type == "SOA" && l.implied && !p.known
		p.after(l)
	case Comment:
	}
}

// after moves the place behind a record's TTL.
func (p *place) after(line *Line) {
	if !p.settled || !p.known {
		p.ttl, p.known = line.TTL, true
	}
}

// head reads what stands between owner and data: TTL, class, type.
func (p *place) head(number int, line *Line, rest []token) (uint16, []token, error) {
	line.TTL, line.implied = p.ttl, true
	class := false
	for i, t := range rest {
		if t.quoted || i+1 < len(rest) && rest[i+1].glued {
			return 0, nil, refuse(number, "there are quotation marks before the record's data")
		}
		switch word := strings.ToUpper(t.text); {
		case !class && isClass(word):
			if word != "IN" && word != "CLASS1" {
				return 0, nil, refuse(number, "the class %s is not served, only IN", hostkeep.Clip(word, 20))
			}
			class = true
		case line.implied && startsWithDigit(word):
			ttl, ok := seconds(word, maxTTL)
			if !ok {
				return 0, nil, refuse(number, "the TTL %q is not a number of seconds from 0 to %d", hostkeep.Clip(word, 40), maxTTL)
			}
			line.TTL, line.implied = ttl, false
		default:
			rtype, err := typeOf(word)
			if err != nil {
				return 0, nil, refuse(number, "%v", err)
			}
			if line.implied && !p.known && rtype != dns.TypeSOA {
				return 0, nil, refuse(number, "the record has no TTL, and there is no $TTL")
			}
			return rtype, rest[i+1:], nil
		}
	}
	return 0, nil, refuse(number, "the record has no type")
}

func isClass(word string) bool {
	_, ok := dns.StringToClass[word]
	digits, is := strings.CutPrefix(word, "CLASS")
	return ok || is && startsWithDigit(digits)
}

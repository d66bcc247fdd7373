package zonefile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/miekg/dns"
)

// writer puts the edited zone together, and knows what is in force where it is.
type writer struct {
	place
	lib     *library
	next    uint32
	newline string // as the zone ends its lines
	out     strings.Builder
	lines   []written
	open    bool // the line written last has no end
}

// written is a line that must say what is meant by it.
type written struct {
	text, end string
	rr        dns.RR // nil where the line is no record
	kept      *Line  // what it was in the zone as it is; nil of a new one
}

func (w *writer) put(line written) {
	if w.open {
		w.out.WriteString(w.newline)
		w.lines[len(w.lines)-1].end = w.newline
	}
	w.out.WriteString(line.text)
	w.out.WriteString(line.end)
	w.open = line.end == ""
	w.lines = append(w.lines, line)
}

// keep writes a line that is not edited.
func (w *writer) keep(l *Line) error {
	if l.Kind != Record {
		if l.Kind == Control {
			if err := w.control(recut(l.Text)); err != nil {
				return err
			}
		}
		w.put(written{l.Text, l.end, nil, l})
		return nil
	}
	text, rr := w.head(l), l.RR
	if soa, ok := rr.(*dns.SOA); ok {
		text = withSerial(text, w.next)
		next := *soa
		next.Serial = w.next
		rr = &next
		w.settled = w.settled || l.implied && !w.known
	}
	w.owner = l.owner
	w.after(l)
	w.put(written{text, l.end, rr, l})
	return nil
}

// recut cuts a line that Parse has cut before.
func recut(text string) logical {
	x := lexer{text: text}
	l, _ := x.next()
	return l
}

// head is the text of a record that is kept, with what it leaves out written in
// front where the lines before it say something else now.
func (w *writer) head(l *Line) string {
	text := l.Text
	if l.implied && w.known && w.ttl != l.TTL {
		tokens := recut(text).tokens
		if !l.indent {
			tokens = tokens[1:]
		}
		text = text[:tokens[0].at] + strconv.FormatUint(uint64(l.TTL), 10) + " " + text[tokens[0].at:]
	}
	if l.indent && w.owner != l.owner {
		text = l.owner + text
	}
	return text
}

// withSerial changes the digits of an SOA record's serial.
func withSerial(text string, serial uint32) string {
	tokens := recut(text).tokens
	i := 1
	for !strings.EqualFold(tokens[i].text, "SOA") && !strings.EqualFold(tokens[i].text, "TYPE6") {
		i++
	}
	t := tokens[i+3]
	return text[:t.at] + strconv.FormatUint(uint64(serial), 10) + text[t.at+len(t.text):]
}

// entry writes a line for an entry. Where nothing says a TTL, it has the old one.
func (w *writer) entry(e Entry, old uint32, end string) error {
	line, rr, err := w.compose(e, old)
	if err != nil {
		return hostkeep.Errorf(hostkeep.Invalid, "the record %s of %q: %v",
			hostkeep.Clip(e.Type, 20), hostkeep.Clip(e.Name, 80), err)
	}
	w.owner = line.owner
	w.after(&line)
	w.put(written{line.Text, end, rr, nil})
	return nil
}

func (w *writer) compose(e Entry, old uint32) (line Line, rr dns.RR, err error) {
	rtype, err := typeOf(strings.ToUpper(e.Type))
	if err != nil {
		return line, nil, err
	}
	owner, name, err := w.names(e.Name)
	if err != nil {
		return line, nil, err
	}
	ttl := old
	if w.known {
		ttl = w.ttl
	}
	if e.TTL != nil {
		ttl = *e.TTL
	}
	if ttl > maxTTL {
		return line, nil, fmt.Errorf("the TTL %d is more than %d seconds", ttl, maxTTL)
	}
	data := split(rtype, e.Data)
	if rtype == dns.TypeSOA && len(data) == 7 {
		data = append([]string{}, data...)
		data[2] = strconv.FormatUint(uint64(w.next), 10)
	}
	if err := checkWords(rtype, data); err != nil {
		return line, nil, err
	}
	generic := isGeneric(rtype, data)
	if rr, err = w.lib.make(owner, ttl, rtype, data, generic, w.zone); err != nil {
		return line, nil, err
	}
	if _, unknown := rr.(*dns.RFC3597); !unknown && w.origin != w.zone {
		if data, generic, err = presented(rr, rtype); err != nil {
			return line, nil, err
		}
	}
	text := fmt.Appendf(nil, "%s\t%d\tIN\t%s", name, ttl, typeName(rtype))
	text = appendData(text, rtype, data, generic)
	return Line{Text: string(text), TTL: ttl, owner: owner}, rr, nil
}

// names are an entry's owner, absolute and as it is written: as the editor did,
// where that means the same.
func (w *writer) names(name string) (owner, text string, err error) {
	if name == "" || name == "@" || fold(name)+"." == fold(w.zone) {
		owner = w.zone
	} else {
		if err := checkWords(dns.TypePTR, []string{name}); err != nil {
			return "", "", err
		}
		if owner, err = absolute(name, w.zone); err != nil {
			return "", "", err
		}
	}
	switch {
	case !within(fold(owner), fold(w.zone)):
		return "", "", fmt.Errorf("the name is not in the zone %s", strings.TrimSuffix(w.zone, "."))
	case w.origin != w.zone || dns.IsFqdn(name):
		return owner, owner, nil
	case owner == w.zone:
		return owner, "@", nil
	}
	return owner, strings.TrimSuffix(owner, "."+w.zone), nil
}

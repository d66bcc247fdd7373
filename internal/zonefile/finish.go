package zonefile

import (
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/miekg/dns"
)

// finish makes the zone of what was written, as Parse would of its text, and sees to
// it that each line says what was meant. A logical line means what it says in the
// place where it stands, so one whose text and place are those that it had in old is
// taken over as it was read. Whether the lines go together is looked at in all of them.
func (w *writer) finish(old *Zone) (*Zone, error) {
	z := &Zone{Name: old.Name, text: w.out.String(), soa: -1}
	lines, err := roomFor(z.text)
	if err != nil {
		return nil, refusedAfter(err)
	}
	z.Lines = make([]Line, 0, lines+1)
	is := place{zone: w.zone, origin: w.zone}
	was, passed := is, 0 // passed: how many lines of old was is behind
	rules := newRules(fold(w.zone), lines)
	number, wrong := 0, error(nil) // wrong is our own mistake, told after the caller's
	for i := range w.lines {
		want := &w.lines[i]
		if want.kept != nil {
			for ; &old.Lines[passed] != want.kept; passed++ {
				was.pass(&old.Lines[passed])
			}
		}
		var line Line
		if want.kept != nil && want.text == want.kept.Text && is == was {
			line = *want.kept
			was.pass(want.kept)
			is, passed = was, passed+1
			err = w.lib.pack(line.RR)
		} else {
			line, err = want.read(&is, number, w.lib)
		}
		line.Number, line.end = number, want.end
		if err == nil && line.Kind == Record {
			err = rules.add(&line, w.lib)
		}
		if err != nil {
			return nil, refusedAfter(err)
		}
		if wrong == nil && !want.says(&line) {
			wrong = fmt.Errorf("an edit of the zone %s made another line %d than was meant", z.Name, number+1)
		}
		if line.Kind == Record && z.soa < 0 {
			z.soa = len(z.Lines)
		}
		z.Lines = append(z.Lines, line)
		number += line.Lines()
	}
	if err := rules.whole(); err != nil {
		return nil, refusedAfter(err)
	}
	return z, wrong
}

// refusedAfter is the error of an edit after which the zone would be none.
func refusedAfter(err error) error {
	if hostkeep.KindOf(err) != hostkeep.Invalid {
		return err
	}
	return hostkeep.Errorf(hostkeep.Invalid, "the zone would be refused after this edit: %v", err)
}

// read is the line as Parse reads it at a place, which it moves behind it.
func (w *written) read(p *place, number int, lib *library) (Line, error) {
	x := lexer{text: w.text, number: number}
	l, err := x.next()
	if err != nil {
		return Line{}, err
	}
	if x.more() {
		return Line{}, fmt.Errorf("an edit made two lines of line %d", number+1)
	}
	return p.line(l, lib)
}

// says reports whether a line that was read is what was meant.
func (w *written) says(l *Line) bool {
	switch {
	case l.Text != w.text || (l.Kind == Record) != (w.rr != nil):
		return false
	case w.rr == nil || l.RR == w.rr:
		return true
	}
	return l.TTL == w.rr.Header().Ttl && dns.IsDuplicate(l.RR, w.rr)
}

// roomFor counts the line ends of a text, if it is no longer than a zone may be.
func roomFor(text string) (lines int, err error) {
	if len(text) > MaxText {
		return 0, hostkeep.Errorf(hostkeep.Invalid, "the zone is longer than %d bytes", MaxText)
	}
	lines = strings.Count(text, "\n")
	if lines > MaxLines || lines == MaxLines && !strings.HasSuffix(text, "\n") {
		return 0, hostkeep.Errorf(hostkeep.Invalid, "the zone has more than %d lines", MaxLines)
	}
	return lines, nil
}

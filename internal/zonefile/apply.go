package zonefile

import (
	"strings"

	"github.com/hostkeep/hostkeep"
)

// Apply makes the edited zone, with the next serial. Nothing of z changes. Lines
// that are not edited stay as they are, byte by byte; of the SOA record only the
// serial's digits change. There is one exception: a record that leaves out its owner
// or TTL, and would get another one by the edit, has it written in front.
func (z *Zone) Apply(e Edit, next uint32) (*Zone, error) {
	changed, err := z.plan(e)
	if err != nil {
		return nil, err
	}
	top, err := topOf(z.Name)
	if err != nil {
		return nil, err
	}
	w := writer{place: place{zone: top, origin: top}, lib: newLibrary(), next: next, newline: "\n"}
	w.lines = make([]written, 0, len(z.Lines)+len(e.Add))
	w.out.Grow(len(z.text))
	for i := range z.Lines {
		l := &z.Lines[i]
		entry, edited := changed[i]
		switch {
		case !edited:
			err = w.keep(l)
		case entry != nil:
			err = w.entry(*entry, l.TTL, l.end)
		}
		if err != nil {
			return nil, err
		}
		if l.end != "" {
			w.newline = l.end
		}
	}
	for _, entry := range e.Add {
		if err := w.entry(entry, 0, w.newline); err != nil {
			return nil, err
		}
	}
	return w.finish(z)
}

// plan checks the numbers of an edit. It maps the index of a line to what takes its
// place: nil for nothing.
func (z *Zone) plan(e Edit) (map[int]*Entry, error) {
	plan := map[int]*Entry{}
	take := func(number int, entry *Entry) error {
		i, err := z.editable(number)
		if err != nil {
			return err
		}
		if _, twice := plan[i]; twice {
			return hostkeep.Errorf(hostkeep.Invalid, "the record on line %d is edited or removed twice", number+1)
		}
		plan[i] = entry
		switch isSOA := entry != nil && strings.EqualFold(entry.Type, "SOA"); {
		case i == z.soa && entry == nil:
			return hostkeep.Errorf(hostkeep.Invalid, "line %d is the SOA record, which cannot be removed", number+1)
		case i == z.soa && !isSOA:
			return hostkeep.Errorf(hostkeep.Invalid, "line %d is the SOA record, and must stay one", number+1)
		case i != z.soa && isSOA:
			return hostkeep.Errorf(hostkeep.Invalid, "line %d cannot become an SOA record: the zone has one", number+1)
		}
		return nil
	}
	for i := range e.Change {
		if err := take(e.Change[i].Number, &e.Change[i].Entry); err != nil {
			return nil, err
		}
	}
	for _, number := range e.Remove {
		if err := take(number, nil); err != nil {
			return nil, err
		}
	}
	for i := range e.Add {
		if strings.EqualFold(e.Add[i].Type, "SOA") {
			return nil, hostkeep.Errorf(hostkeep.Invalid, "an SOA record cannot be added: the zone has one")
		}
	}
	return plan, nil
}

func (z *Zone) editable(number int) (int, error) {
	i, ok := z.index(number)
	switch {
	case ok && z.Lines[i].Kind == Record:
		return i, nil
	case ok:
		return 0, hostkeep.Errorf(hostkeep.Invalid, "line %d is no record", number+1)
	case i > 0 && number < z.Lines[i-1].Number+z.Lines[i-1].Lines():
		return 0, hostkeep.Errorf(hostkeep.Invalid, "line %d is in the middle of the record that begins on line %d", number+1, z.Lines[i-1].Number+1)
	}
	return 0, hostkeep.Errorf(hostkeep.Invalid, "the zone has no line %d", number+1)
}

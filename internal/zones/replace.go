package zones

import (
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// Replaced is a zone with a whole file in the place of its own, under the lock of
// Open. Of the file only the serial changes: it goes on from the later one of the two,
// because secondaries do not look at an earlier one. Nothing is written.
func (r Rules) Replaced(z hostkeep.Zone, seen *uint32, file *zonefile.Zone) (hostkeep.Zone, error) {
	if err := fresh(z, seen); err != nil {
		return z, err
	}
	z.Serial = later(z.Serial, file.Serial())
	return r.Edited(z, file, zonefile.Edit{})
}

// later is the one of two serials that is ahead by the arithmetic of RFC 1982.
func later(a, b uint32) uint32 {
	if int32(b-a) > 0 {
		return b
	}
	return a
}

// fresh refuses an edit by who saw another zone than there is now.
func fresh(z hostkeep.Zone, seen *uint32) error {
	if seen != nil && *seen != z.Serial {
		return hostkeep.Errorf(hostkeep.Conflict, "The zone %q was changed meanwhile: its serial is %d, not %d. Read it again.", z.Name, z.Serial, *seen)
	}
	return nil
}

// Reset makes a zone anew from a template and what else it begins with. Its TXT
// records stay, because others go by them; where the template has an alias of the
// same name, they go before.
func (r Rules) Reset(tx Tx, z hostkeep.Zone, b Begin) (hostkeep.Zone, error) {
	old, err := Parsed(z)
	if err != nil {
		return z, err
	}
	file, err := r.begin(tx, b)
	if err != nil {
		return z, err
	}
	var e zonefile.Edit
	var names []string
	for _, l := range old.Lines {
		if l.Kind == zonefile.Record && l.Type == "TXT" {
			e.Add = append(e.Add, zonefile.Entry{Name: l.Name, TTL: &l.TTL, Type: l.Type, Data: l.Data})
			names = append(names, ownerName(l))
		}
	}
	for _, l := range file.Lines {
		if l.Kind == zonefile.Record && (l.Type == "TXT" || l.Type == "CNAME" && slices.Contains(names, ownerName(l))) {
			e.Remove = append(e.Remove, l.Number)
		}
	}
	return r.edit(tx, z, file, e)
}

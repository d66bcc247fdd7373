package dns

import (
	"context"
	"math"
	"strconv"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

type massEditIn struct {
	Zone   string   `whm:"zone,required,max=255"`
	Serial int64    `whm:"serial,required" doc:"of the zone's SOA record; when it is another by now, nothing is changed"`
	Add    []string `whm:"add,multiline,max=65536" doc:"a JSON object: dname, ttl, record_type, data (a list of texts)"`
	Edit   []string `whm:"edit,multiline,max=65536" doc:"the same, and line_index"`
	Remove []string `whm:"remove" doc:"a line_index"`
}

type serialOut struct {
	Serial string `whm:"new_serial"`
}

func (f family) massEdit(ctx context.Context, c api.Call, in massEditIn) (serialOut, error) {
	return f.editBySerial(ctx, c, in, noZone(in.Zone))
}

func (f family) editBySerial(ctx context.Context, c api.Call, in massEditIn, none *hostkeep.Error) (out serialOut, err error) {
	serial, err := serialOf("serial", in.Serial)
	if err != nil {
		return out, err
	}
	e, err := newEdit(in.Add, in.Edit, in.Remove)
	if err != nil {
		return out, err
	}
	z, err := f.edit(ctx, c, f.wish(called(c, in.Zone, none), &serial, func(*zonefile.Zone) (zonefile.Edit, error) { return e, nil }))
	out.Serial = strconv.FormatUint(uint64(z.Serial), 10)
	return out, err
}

// newEdit reads what mass_edit_dns_zone and its twins are given. Errors say which
// of the items is wrong.
func newEdit(add, edit, remove []string) (e zonefile.Edit, err error) {
	for i, text := range add {
		it, err := readItem(text, false)
		if err != nil {
			return e, which("add", i, err)
		}
		e.Add = append(e.Add, it.Entry)
	}
	for i, text := range edit {
		it, err := readItem(text, true)
		if err != nil {
			return e, which("edit", i, err)
		}
		e.Change = append(e.Change, it)
	}
	for i, text := range remove {
		n, err := strconv.ParseUint(text, 10, 31)
		if err != nil {
			return e, which("remove", i, hostkeep.Errorf(hostkeep.Invalid, "a line_index is a whole number from 0 on."))
		}
		e.Remove = append(e.Remove, int(n))
	}
	if len(add)+len(edit)+len(remove) == 0 {
		return e, hostkeep.Errorf(hostkeep.Invalid, "Nothing is to be changed: give \"add\", \"edit\" or \"remove\".")
	}
	return e, nil
}

// which says of which item an error is, counted from 1 as people count.
func which(name string, i int, err error) error {
	return hostkeep.Errorf(hostkeep.KindOf(err), "%s #%d: %s", name, i+1, err)
}

// serialOf reads a serial, which is any 32 bits.
func serialOf(name string, n int64) (uint32, error) {
	if n < 0 || n > math.MaxUint32 {
		return 0, hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is no serial: those are whole numbers from 0 to %d.", name, uint32(math.MaxUint32))
	}
	return uint32(n), nil
}

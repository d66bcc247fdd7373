package dns

import (
	"context"
	"errors"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// wish is a zone that somebody wants to have changed.
type wish struct {
	look    look
	brought int // bytes of the text that comes with it
	// work makes the zone that is to be of the one that there is, and names the
	// records that it touched. It may be asked again, of the zone as it is by then;
	// what it did last counts.
	work func(hostkeep.Zone) (hostkeep.Zone, []string, error)
}

// wish is that for an edit of records, which follows from the zone as it is. seen is
// the serial that the editor saw; nil is none. An edit of nothing changes nothing, the
// serial neither.
func (f family) wish(look look, seen *uint32, what func(*zonefile.Zone) (zonefile.Edit, error)) wish {
	return wish{look: look, work: func(z hostkeep.Zone) (hostkeep.Zone, []string, error) {
		file, err := f.Zones.Open(z, seen)
		if err != nil {
			return z, nil, err
		}
		e, err := what(file)
		if err != nil || e.Empty() {
			return z, nil, err
		}
		edited, err := f.Zones.Edited(z, file, e)
		if err != nil {
			return z, nil, refused("The zone was not changed", err)
		}
		return edited, touched(file, e), nil
	}}
}

// draft is what came of working a wish out on the zone as it was.
type draft struct {
	of, edited hostkeep.Zone
	touched    []string
	err        error
}

func (w wish) draft(z hostkeep.Zone) draft {
	d := draft{of: z}
	d.edited, d.touched, d.err = w.work(z)
	return d
}

// How often an edit is worked out outside of the change before it is worked out
// within, and of how many bytes of text at most drafts are kept for one change.
const (
	attempts  = 3
	maxDrafts = hostkeep.MaxZoneText
)

// errMeanwhile says that a zone is no longer the one that the draft was made of.
var errMeanwhile = errors.New("the zone was changed while an edit of it was worked out")

// edit is the one way of an edit: of the caller's own zones, no temporary ones, all of
// them or none. The work is done before the change begins, because all changes of the
// server wait for each other. The change looks again whether the caller may, and
// writes if the zone is the very one that the work was done on. Else it is done anew,
// the last time within the change. Whatever a draft is refused for is said within the
// change, too: it is true of the zone as it is then.
func (f family) edit(ctx context.Context, c api.Call, wishes ...wish) (z hostkeep.Zone, err error) {
	for attempt := 1; ; attempt++ {
		drafts, err := f.drafts(ctx, c, wishes)
		if err != nil {
			return z, err
		}
		err = f.Change(ctx, c.Change(), func(tx Tx) (err error) {
			for i := 0; i < len(wishes) && err == nil; i++ {
				z, err = f.write(tx, c, wishes[i], drafts[i], attempt == attempts)
			}
			return err
		})
		if !errors.Is(err, errMeanwhile) {
			return z, err
		}
	}
}

// drafts works the wishes out, as far as there is room for what comes of it.
func (f family) drafts(ctx context.Context, c api.Call, wishes []wish) ([]draft, error) {
	drafts, kept := make([]draft, len(wishes)), 0
	for i, w := range wishes {
		if kept > maxDrafts {
			break
		}
		look := func(r Reader) (hostkeep.Zone, error) {
			z, err := w.look(r)
			if hostkeep.KindOf(err) != 0 || err == nil && f.editable(z) != nil {
				return hostkeep.Zone{}, nil // the change will say so
			}
			return z, err
		}
		err := f.Turns.Open(ctx, w.brought, f.looking(ctx, look), func(z hostkeep.Zone) error {
			if z.ID != 0 {
				drafts[i] = w.draft(z)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		kept += len(drafts[i].edited.Text)
	}
	return drafts, nil
}

// write writes what a draft came to. One that is of another zone than there is now is
// made anew, at once if there was none or it is the last time.
func (f family) write(tx Tx, c api.Call, w wish, d draft, last bool) (hostkeep.Zone, error) {
	z, err := w.look(tx)
	if err != nil {
		return z, err
	}
	if err := f.editable(z); err != nil {
		return z, err
	}
	if d.of != z {
		if d.of.ID != 0 && !last {
			return z, errMeanwhile
		}
		d = w.draft(z)
	}
	if d.err != nil || d.edited == z {
		return z, d.err
	}
	if err := tx.UpdateZone(d.edited); err != nil {
		return z, err
	}
	for _, name := range d.touched {
		tx.Note(hostkeep.Object{Kind: hostkeep.KindRecord, ID: z.ID, Name: name})
	}
	return d.edited, nil
}

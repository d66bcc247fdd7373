package dns

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/zonefile"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// find finds a zone that the caller may see. A foreign one is answered like a
// missing one, with the sentence none.
func find(r Reader, c api.Call, name string, none *hostkeep.Error) (hostkeep.Zone, error) {
	z, err := r.Zone(hostkeep.FoldDomain(name))
	switch {
	case errors.Is(err, hostkeep.ErrNotFound), err == nil && !c.Sees(z.PrincipalID, z.OwnerID):
		return hostkeep.Zone{}, none
	case err != nil:
		return hostkeep.Zone{}, fmt.Errorf("finding the zone: %w", err)
	}
	return z, nil
}

// read is find, parsed.
func read(r Reader, c api.Call, name string, none *hostkeep.Error) (*zonefile.Zone, error) {
	z, err := find(r, c, name, none)
	if err != nil {
		return nil, err
	}
	return zones.Parsed(z)
}

// near lists the zones that could have a name, the nearest first.
func near(name string) []string { return append([]string{name}, hostkeep.DomainsAbove(name)...) }

// nearest finds the nearest zone of the caller's that could have a name.
func nearest(r Reader, c api.Call, name string, none *hostkeep.Error) (hostkeep.Zone, error) {
	for _, zone := range near(name) {
		z, err := find(r, c, zone, none)
		if err != none { //nolint:errorlint // this very one
			return z, err
		}
	}
	return hostkeep.Zone{}, none
}

// enclosing is nearest, parsed.
func enclosing(r Reader, c api.Call, name string, none *hostkeep.Error) (*zonefile.Zone, error) {
	z, err := nearest(r, c, name, none)
	if err != nil {
		return nil, err
	}
	return zones.Parsed(z)
}

// noZone is what the newer functions say; the older ones have each their own words.
func noZone(name string) *hostkeep.Error {
	return hostkeep.Errorf(hostkeep.NotFound, "There is no zone %q.", hostkeep.Clip(name, 80))
}

var noZoneHere = hostkeep.Errorf(hostkeep.NotFound, "Zone does not exist.")

// edit is the one way of an edit: the caller's own zone, not a temporary one, and
// what is changed follows from the zone as it is now. Where that is nothing, the
// serial stays.
func (f family) edit(tx Tx, c api.Call, name string, none *hostkeep.Error, seen *uint32, what func(*zonefile.Zone) (zonefile.Edit, error)) (hostkeep.Zone, error) {
	z, err := find(tx, c, name, none)
	if err != nil {
		return z, err
	}
	if err := f.editable(z); err != nil {
		return z, err
	}
	file, err := f.Zones.Open(z, seen)
	if err != nil {
		return z, err
	}
	e, err := what(file)
	if err != nil || e.Empty() {
		return z, err
	}
	if z, err = f.Zones.Edit(tx, z, file, e); err != nil {
		return z, refused("The zone was not changed", err)
	}
	for _, name := range touched(file, e) {
		tx.Note(hostkeep.Object{Kind: hostkeep.KindRecord, ID: z.ID, Name: name})
	}
	return z, nil
}

// refused makes a sentence of what the zone's text or an edit of it is refused for.
func refused(what string, err error) error {
	if hostkeep.KindOf(err) != hostkeep.Invalid {
		return err
	}
	return hostkeep.Errorf(hostkeep.Invalid, "%s: %s.", what, strings.TrimSuffix(err.Error(), "."))
}

// editable refuses the zone of a temporary domain, which goes with its account's name.
func (f family) editable(z hostkeep.Zone) error {
	if strings.HasSuffix(z.Name, ".temp."+f.Domains.Hostname) {
		return hostkeep.Errorf(hostkeep.Denied, "%q is a temporary domain, whose zone cannot be edited.", z.Name)
	}
	return nil
}

package dns

import (
	"context"
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

// look finds a zone that the call may see.
type look func(Reader) (hostkeep.Zone, error)

// called finds a zone by its name, as find does.
func called(c api.Call, name string, none *hostkeep.Error) look {
	return func(r Reader) (hostkeep.Zone, error) { return find(r, c, name, none) }
}

// open has do work on a zone as it is now, in its turn if it is a large one, and
// outside of the store's transaction: look finds the zone within one.
func (f family) open(ctx context.Context, look look, do func(hostkeep.Zone) error) error {
	return f.Turns.Open(ctx, 0, f.looking(ctx, look), do)
}

func (f family) looking(ctx context.Context, look look) func() (hostkeep.Zone, error) {
	return func() (z hostkeep.Zone, err error) {
		err = f.Read(ctx, func(r Reader) error {
			z, err = look(r)
			return err
		})
		return z, err
	}
}

// read is open of a zone that the caller may see, parsed.
func (f family) read(ctx context.Context, c api.Call, name string, none *hostkeep.Error, do func(*zonefile.Zone) error) error {
	return f.open(ctx, called(c, name, none), parsed(do))
}

func parsed(do func(*zonefile.Zone) error) func(hostkeep.Zone) error {
	return func(z hostkeep.Zone) error {
		file, err := zones.Parsed(z)
		if err != nil {
			return err
		}
		return do(file)
	}
}

// nearest finds the nearest zone of the caller's that could have a name.
func nearest(r Reader, c api.Call, name string, none *hostkeep.Error) (hostkeep.Zone, error) {
	for _, zone := range hostkeep.DomainAndAbove(name) {
		z, err := find(r, c, zone, none)
		if err != none { //nolint:errorlint // this very one
			return z, err
		}
	}
	return hostkeep.Zone{}, none
}

// enclosing is read of that.
func (f family) enclosing(ctx context.Context, c api.Call, name string, none *hostkeep.Error, do func(*zonefile.Zone) error) error {
	return f.open(ctx, func(r Reader) (hostkeep.Zone, error) { return nearest(r, c, name, none) }, parsed(do))
}

// noZone is what the newer functions say; the older ones have each their own words.
func noZone(name string) *hostkeep.Error {
	return hostkeep.Errorf(hostkeep.NotFound, "There is no zone %q.", hostkeep.Clip(name, 80))
}

var noZoneHere = hostkeep.Errorf(hostkeep.NotFound, "Zone does not exist.")

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

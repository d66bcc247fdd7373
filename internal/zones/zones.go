// Package zones holds the rules of DNS zones that several families follow: who
// sees one, how one begins, how an edit is locked by the serial, and that a domain
// brings its zone along and takes it away. It works inside the change of whoever
// calls it; it refuses to know SQL, HTTP and the functions that clients call.
package zones

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// Settings is what the rules read of settings.
type Settings interface {
	Settings(ownerID int64, kind string) ([]hostkeep.Setting, error)
}

// Reader is what the rules read.
type Reader interface {
	Settings
	// Zone finds a zone by its folded name, text and all; hostkeep.ErrNotFound if there is none.
	Zone(name string) (hostkeep.Zone, error)
}

// Tx is what the rules write, within one change.
type Tx interface {
	Reader
	NewID() int64
	InsertZone(hostkeep.Zone) error // ErrExists if the name is taken
	UpdateZone(hostkeep.Zone) error
	DeleteZone(hostkeep.Zone) error
	// LastSerial is the serial that the zone of a name had when it went; 0 if there was none.
	LastSerial(name string) (uint32, error)
}

// Rules are a server's.
type Rules struct {
	Hostname string // qualified
	Version  string // what is said to have written a zone
	Now      hostkeep.Clock
}

// Begin is what a new zone begins with.
type Begin struct {
	Name        string // folded
	PrincipalID int64
	User        string // of the principal, for the template
	IP, IPv6    string // either may be ""
	Template    string // "" is standard
	Nameservers []string

	last uint32 // the serial of the zone that had the name before; 0: none
}

// Create makes a zone from a template; ErrExists if there is one of that name. Its
// serial goes on from the zone that had the name before: secondaries and editors may
// still know that one's.
func (r Rules) Create(tx Tx, b Begin) (hostkeep.Zone, error) {
	switch _, err := tx.Zone(b.Name); {
	case err == nil:
		return hostkeep.Zone{}, fmt.Errorf("the zone %s: %w", b.Name, hostkeep.ErrExists)
	case !errors.Is(err, hostkeep.ErrNotFound):
		return hostkeep.Zone{}, fmt.Errorf("looking for the zone: %w", err)
	}
	var err error
	if b.last, err = tx.LastSerial(b.Name); err != nil {
		return hostkeep.Zone{}, fmt.Errorf("finding the serial of a zone before: %w", err)
	}
	file, err := r.begin(tx, b)
	if err != nil {
		return hostkeep.Zone{}, err
	}
	z := hostkeep.Zone{ID: tx.NewID(), Name: b.Name, PrincipalID: b.PrincipalID, User: b.User, Serial: file.Serial(), Text: file.String()}
	return z, tx.InsertZone(z)
}

// begin makes the file of a new zone from its template.
func (r Rules) begin(kept Reader, b Begin) (*zonefile.Zone, error) {
	t, err := ReadTemplate(kept, b.Template)
	if err != nil {
		return nil, err
	}
	text, err := r.fill(t.Text, b)
	if err != nil {
		return nil, err
	}
	file, err := zonefile.Parse(b.Name, text)
	if err != nil {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "The template %q makes no zone of %s: %v.", t.Name, b.Name, err)
	}
	return file, nil
}

// Open parses a zone that is to be edited, if the serial that the editor saw is still
// the zone's (nil: the editor saw none). A stale one is refused, before anything is
// parsed, with an error that says what the serial is.
func (r Rules) Open(z hostkeep.Zone, seen *uint32) (*zonefile.Zone, error) {
	if err := fresh(z, seen); err != nil {
		return nil, err
	}
	return Parsed(z)
}

// Parsed reads a zone that is kept. It was checked before it was written: what is
// wrong with it is no caller's fault.
func Parsed(z hostkeep.Zone) (*zonefile.Zone, error) {
	file, err := zonefile.Parse(z.Name, z.Text)
	if err != nil {
		return nil, fmt.Errorf("the zone %s as it is kept: %v", z.Name, err) //nolint:errorlint // see above
	}
	return file, nil
}

// Edited is a zone, of which file is the parsed text, after an edit. Nothing is
// written: a large zone takes a second, for which a change must not keep others waiting.
func (r Rules) Edited(z hostkeep.Zone, file *zonefile.Zone, e zonefile.Edit) (hostkeep.Zone, error) {
	edited, err := file.Apply(e, zonefile.NextSerial(z.Serial, r.Now()))
	if err != nil {
		return z, err
	}
	z.Serial, z.Text = edited.Serial(), edited.String()
	return z, nil
}

// edit is Edited and written.
func (r Rules) edit(tx Tx, z hostkeep.Zone, file *zonefile.Zone, e zonefile.Edit) (hostkeep.Zone, error) {
	edited, err := r.Edited(z, file, e)
	if err != nil {
		return z, err
	}
	return edited, tx.UpdateZone(edited)
}

// Nameservers are those that were set for a reseller, whose settings are given,
// else those of the server, else they are named after it.
func (r Rules) Nameservers(kept Settings, settled hostkeep.Reseller) (names []string, err error) {
	if len(settled.Nameservers) > 0 {
		return settled.Nameservers, nil
	}
	list, err := kept.Settings(hostkeep.ServerSettings, hostkeep.NameserverSetting) // named by their places, 1 to 4
	if err != nil {
		return nil, fmt.Errorf("finding the name servers: %w", err)
	}
	for _, s := range list {
		names = append(names, s.Value)
	}
	if len(names) == 0 {
		names = []string{"ns1." + r.Hostname, "ns2." + r.Hostname}
	}
	return names, nil
}

// Public is the address under which a local one is seen from outside, as an IPv4
// and an IPv6 address of which one is "", or both where it is none.
func Public(r Reader, local string) (v4, v6 string, err error) {
	list, err := r.Settings(hostkeep.ServerSettings, hostkeep.NATSetting)
	if err != nil {
		return "", "", fmt.Errorf("finding the public address: %w", err)
	}
	for _, s := range list {
		if s.Name == local {
			local = s.Value
			break
		}
	}
	switch addr, err := netip.ParseAddr(local); {
	case err != nil:
		return "", "", nil //nolint:nilerr // an account from long ago: its zone has no address then
	case addr.Unmap().Is4():
		return addr.Unmap().String(), "", nil
	default:
		return "", addr.String(), nil
	}
}

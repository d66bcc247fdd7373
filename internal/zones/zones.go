// Package zones holds the rules of DNS zones that several families follow: who
// sees one, how one begins, how an edit is locked by the serial, and that a domain
// brings its zone along and takes it away. It works inside the change of whoever
// calls it; it refuses to know SQL, HTTP and the functions that clients call.
package zones

import (
	"errors"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// Reader is what the rules read.
type Reader interface {
	// Zone finds a zone by its folded name, text and all; hostkeep.ErrNotFound if there is none.
	Zone(name string) (hostkeep.Zone, error)
	Settings(ownerID int64, kind string) ([]hostkeep.Setting, error)
}

// Tx is what the rules write, within one change.
type Tx interface {
	Reader
	NewID() int64
	InsertZone(hostkeep.Zone) error // ErrExists if the name is taken
	UpdateZone(hostkeep.Zone) error
	DeleteZone(hostkeep.Zone) error
}

// Rules are a server's.
type Rules struct {
	Hostname string // qualified
	Now      hostkeep.Clock
}

// Begin is what a new zone begins with.
type Begin struct {
	Name        string // folded
	PrincipalID int64
	User        string // of the principal, for the template
	IP, IPv6    string // IPv6 may be ""
	Template    string // "" is standard
	Nameservers []string
}

// Create makes a zone from a template.
func (r Rules) Create(tx Tx, b Begin) (hostkeep.Zone, error) {
	return hostkeep.Zone{}, errors.ErrUnsupported
}

// Edit applies an edit to a zone, if the serial that the editor saw is still the
// zone's (nil: the editor saw none). A stale one is refused with an error that says
// what the serial is.
func (r Rules) Edit(tx Tx, z hostkeep.Zone, seen *uint32, e zonefile.Edit) (hostkeep.Zone, error) {
	return hostkeep.Zone{}, errors.ErrUnsupported
}

// Added brings the zone of an account's new domain, or, of a subdomain, the records
// in the zone above.
func (r Rules) Added(tx Tx, a hostkeep.Account, d hostkeep.Domain, nameservers []string) error {
	return errors.ErrUnsupported
}

// Removed takes away what Added brought.
func (r Rules) Removed(tx Tx, a hostkeep.Account, d hostkeep.Domain) error {
	return errors.ErrUnsupported
}

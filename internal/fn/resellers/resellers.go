// Package resellers is the family of reseller functions: who is a reseller,
// which privileges and limits one has, and what becomes of its accounts with it.
// It refuses to know HTTP and SQL; that nobody gives more than it has is the
// dispatcher's decision, asked again here of the rows that a change reads.
package resellers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// People is what the family reads of principals and accounts.
type People interface {
	Principal(name string) (hostkeep.Principal, error)
	PrincipalByID(id int64) (hostkeep.Principal, error)
	Resellers() ([]hostkeep.Principal, error)
	Accounts(ownerID int64) ([]hostkeep.Account, error)
	AccountCounts(ownerID int64) (active, suspended int64, err error)
	AccountsOnAddress(ip string) (int64, error)
	Tokens(ownerID int64) ([]hostkeep.Token, error)
}

// Settings is what it reads of what was settled for resellers.
type Settings interface {
	ACLList(name string) (hostkeep.ACLList, error)
	ACLLists() ([]hostkeep.ACLList, error)
	Reseller(id int64) (hostkeep.Reseller, error)
	PackageLimit(resellerID, packageID int64) (hostkeep.PackageLimit, error)
	Package(name string) (hostkeep.Package, error)
}

// Reader is what the family reads.
type Reader interface {
	People
	Settings
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	UpdatePrincipal(hostkeep.Principal) error
	UpdateAccount(hostkeep.Account) error
	DeleteAccount(id int64) error
	DeleteToken(hostkeep.Token) error
	SaveACLList(hostkeep.ACLList) error
	SetReseller(hostkeep.Reseller) error
	SetPackageLimit(hostkeep.PackageLimit) error
	DropReseller(id int64) error
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
	Now    hostkeep.Clock
	// Addresses are the machine's own.
	Addresses func() []string
}

type family struct{ Deps }

const (
	notAReseller = "Specified user is not a reseller.%.0s" // the name is not in the sentence
	noSetup      = "_setupreseller called for a user that does not exist. (%s)"
	noUnsetup    = "_unsetupreseller called for a user that does not exist. (%s)"
	noACLs       = "Not a reseller.%.0s"
	noStats      = "Reseller Does Not Exist%.0s"
	noTerminate  = "Reseller %s Does not exist"
)

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return slices.Concat(f.whoIsOne(), f.privileges(), f.limits(), f.addresses(), f.life())
}

// account finds an account that can be, or is, a reseller: anybody but root.
func account(r Reader, user, missing string) (hostkeep.Principal, error) {
	p, err := r.Principal(user)
	if errors.Is(err, hostkeep.ErrNotFound) || (err == nil && p.ID == hostkeep.RootID) {
		return p, hostkeep.Errorf(hostkeep.NotFound, missing, hostkeep.Clip(user, 64))
	}
	if err != nil {
		return p, fmt.Errorf("finding the user: %w", err)
	}
	return p, nil
}

// reseller finds a reseller that the caller may act on; a foreign one is
// answered like a missing one.
func reseller(r Reader, c hostkeep.Caller, user, missing string) (hostkeep.Principal, error) {
	p, err := account(r, user, missing)
	if err == nil && (!p.Reseller || !c.User.Owns(p)) {
		err = hostkeep.Errorf(hostkeep.NotFound, missing, hostkeep.Clip(user, 64))
	}
	return p, err
}

// asked finds the WHM user that a question is about: the caller where none is
// named, and root has its answer too.
func asked(r Reader, c hostkeep.Caller, user string) (hostkeep.Principal, error) {
	if user == "" {
		user = c.User.Name
	}
	p, err := r.Principal(user)
	if errors.Is(err, hostkeep.ErrNotFound) || (err == nil && (!p.WHMUser() || !c.User.Owns(p))) {
		return p, hostkeep.Errorf(hostkeep.NotFound, notAReseller, user)
	}
	if err != nil {
		return p, fmt.Errorf("finding the reseller: %w", err)
	}
	return p, nil
}

// settle changes what was settled for a reseller.
func (f family) settle(ctx context.Context, c api.Call, user string, change func(Tx, *hostkeep.Reseller) error) error {
	return f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := reseller(tx, c.Caller, user, notAReseller)
		if err != nil {
			return err
		}
		s, err := tx.Reseller(p.ID)
		if err != nil {
			return fmt.Errorf("finding what was settled: %w", err)
		}
		if err := change(tx, &s); err != nil {
			return err
		}
		return tx.SetReseller(s)
	})
}

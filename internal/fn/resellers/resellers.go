// Package resellers is the family of reseller functions: who is a reseller, and
// which privileges one has. It refuses to know HTTP and SQL; that nobody gives
// more than it has is the dispatcher's decision.
package resellers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Reader is what the family reads.
type Reader interface {
	Principal(name string) (hostkeep.Principal, error)
	Resellers() ([]hostkeep.Principal, error)
	AccountCounts(ownerID int64) (active, suspended int64, err error)
	Tokens(ownerID int64) ([]hostkeep.Token, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	UpdatePrincipal(hostkeep.Principal) error
	DeleteToken(hostkeep.Token) error
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
}

type family struct{ Deps }

const (
	notAReseller = "Specified user is not a reseller.%.0s" // the name is not in the sentence
	noSetup      = "_setupreseller called for a user that does not exist. (%s)"
	noUnsetup    = "_unsetupreseller called for a user that does not exist. (%s)"
	noACLs       = "Not a reseller.%.0s"
)

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return []*api.Function{
		api.Define(api.Decl{
			Name: "setupreseller", Summary: "Make an account a reseller, with the initial privileges.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.WHMUsers,
			Account: "user", NoAccount: noSetup,
			V0: wire.V0{Form: wire.Result},
		}, f.setupreseller),
		api.Define(api.Decl{
			Name: "unsetupreseller", Summary: "Make a reseller a plain account again; its tokens are removed.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.WHMUsers,
			Account: "user", NoAccount: noUnsetup,
			V0: wire.V0{Form: wire.Result},
		}, f.unsetupreseller),
		api.Define(api.Decl{
			Name: "listresellers", Summary: "List the resellers by name.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain},
		}, f.listresellers),
		api.Define(api.Decl{
			Name: "setacls", Summary: "Set the privileges of a reseller: those named, and no others.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.WHMUsers,
			Account: "reseller", NoAccount: noACLs,
			V0: wire.V0{Form: wire.Result, Empty: true, Members: []wire.Twin{{Name: "acl", As: "acls"}}},
		}, f.setacls),
		api.Define(api.Decl{
			Name: "listacls", Summary: "List the named privilege lists.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain, Members: []wire.Twin{{
				Name: "acl", As: "acls", Key: "name", Value: "privileges", Members: []wire.Twin{{Name: "privileges", Text: true}},
			}}},
		}, f.listacls),
		api.Define(api.Decl{
			Name: "acctcounts", Summary: "Count the accounts that a reseller owns.", Since: "11",
			Opens: []hostkeep.Privilege{"acct-summary"}, Touches: api.NoCredentials,
			Account: "user", NoAccount: notAReseller,
			V0: wire.V0{Form: wire.Beside, Message: "Obtained reseller account counts.", Members: []wire.Twin{
				{Name: "reseller", Members: []wire.Twin{{Name: "user", As: "account"}, {Name: "active", Text: true}}},
			}},
		}, f.acctcounts),
	}
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

type listOut struct {
	Resellers []string `whm:"reseller,list"`
}

func (f family) listresellers(ctx context.Context, _ api.Call, _ struct{}) (out listOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		ps, err := r.Resellers()
		for _, p := range ps {
			out.Resellers = append(out.Resellers, p.Name)
		}
		return err
	})
	slices.Sort(out.Resellers)
	return out, err
}

type countsIn struct {
	User string `whm:"user" doc:"the reseller; absent: the caller"`
}

type counts struct {
	User      string `whm:"user"`
	Active    int64  `whm:"active"`
	Suspended int64  `whm:"suspended"`
	Limit     string `whm:"limit"` // empty: none, as WHM writes it
}

type countsOut struct {
	Reseller counts `whm:"reseller"`
}

func (f family) acctcounts(ctx context.Context, c api.Call, in countsIn) (out countsOut, err error) {
	if in.User == "" {
		in.User = c.User.Name
	}
	err = f.Read(ctx, func(r Reader) error {
		p, err := r.Principal(in.User)
		if errors.Is(err, hostkeep.ErrNotFound) || (err == nil && (!p.WHMUser() || !c.User.Owns(p))) {
			return hostkeep.Errorf(hostkeep.NotFound, notAReseller, in.User)
		}
		if err != nil {
			return fmt.Errorf("finding the reseller: %w", err)
		}
		out.Reseller.User = p.Name
		out.Reseller.Active, out.Reseller.Suspended, err = r.AccountCounts(p.ID)
		return err
	})
	return out, err
}

package resellers

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type setupIn struct {
	User      string `whm:"user,required"`
	MakeOwner bool   `whm:"makeowner,default=0" doc:"the account owns itself from then on"`
}

// Grants tells the dispatcher what promise 2 asks.
func (setupIn) Grants() (bool, hostkeep.Privileges) { return true, hostkeep.InitialPrivileges() }

// setupreseller leaves a reseller's privileges as they are.
func (f family) setupreseller(ctx context.Context, c api.Call, in setupIn) (out api.Done, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := account(tx, in.User, noSetup)
		if err != nil {
			return err
		}
		if !p.Reseller {
			p.Reseller, p.Privileges = true, hostkeep.InitialPrivileges()
		}
		if err := c.MayTouchWHMUser(p, p.Privileges); err != nil {
			return err
		}
		if in.MakeOwner {
			p.OwnerID = p.ID
		}
		return tx.UpdatePrincipal(p)
	})
	return out, err
}

type unsetupIn struct {
	User string `whm:"user,required"`
}

// Grants tells the dispatcher what promise 2 asks: nothing is given.
func (unsetupIn) Grants() (bool, hostkeep.Privileges) { return false, hostkeep.Privileges{} }

// unsetupreseller removes the user's tokens too: left in place, they would come
// back to life with the next setupreseller.
func (f family) unsetupreseller(ctx context.Context, c api.Call, in unsetupIn) (out api.Done, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := account(tx, in.User, noUnsetup)
		if err != nil {
			return err
		}
		if err := c.MayTouchWHMUser(p, hostkeep.Privileges{}); err != nil {
			return err
		}
		tokens, err := tx.Tokens(p.ID)
		if err != nil {
			return fmt.Errorf("finding the user's tokens: %w", err)
		}
		for _, t := range tokens {
			if err := tx.DeleteToken(t); err != nil {
				return fmt.Errorf("removing the user's tokens: %w", err)
			}
		}
		out.Messages = nil
		if len(tokens) > 0 {
			out.Messages = []string{fmt.Sprintf("%d API tokens of %s were removed.", len(tokens), p.Name)}
		}
		p.Reseller, p.Privileges = false, hostkeep.Privileges{}
		return tx.UpdatePrincipal(p)
	})
	return out, err
}

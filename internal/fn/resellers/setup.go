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
// back to life with the next setupreseller. Its accounts become root's, since
// only a WHM user can act as an owner.
func (f family) unsetupreseller(ctx context.Context, c api.Call, in unsetupIn) (out api.Done, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := account(tx, in.User, noUnsetup)
		if err != nil {
			return err
		}
		if err := c.MayTouchWHMUser(p, hostkeep.Privileges{}); err != nil {
			return err
		}
		out.Messages, err = unset(tx, p)
		return err
	})
	return out, err
}

// unset makes a plain account of a reseller and tells what went with that.
func unset(tx Tx, p hostkeep.Principal) (messages []string, err error) {
	tokens, err := tx.Tokens(p.ID)
	if err != nil {
		return nil, fmt.Errorf("finding the user's tokens: %w", err)
	}
	for _, t := range tokens {
		if err := tx.DeleteToken(t); err != nil {
			return nil, fmt.Errorf("removing the user's tokens: %w", err)
		}
	}
	if len(tokens) > 0 {
		messages = append(messages, fmt.Sprintf("%d API tokens of %s were removed.", len(tokens), p.Name))
	}
	active, suspended, err := tx.AccountCounts(p.ID)
	if err != nil {
		return nil, fmt.Errorf("counting the accounts: %w", err)
	}
	if n := active + suspended; n > 0 {
		messages = append(messages, fmt.Sprintf("%d accounts of %s are root's now.", n, p.Name))
	}
	if err := tx.DropReseller(p.ID); err != nil {
		return nil, fmt.Errorf("giving the accounts to root: %w", err)
	}
	if p.OwnerID == p.ID {
		p.OwnerID = hostkeep.RootID
	}
	p.Reseller, p.Privileges = false, hostkeep.Privileges{}
	return messages, tx.UpdatePrincipal(p)
}

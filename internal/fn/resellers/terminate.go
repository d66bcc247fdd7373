package resellers

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type terminateIn struct {
	User   string `whm:"user,required,alias=reseller"`
	Own    *bool  `whm:"terminatereseller" doc:"1: its own account too; 0: it becomes a plain one of root's"`
	Verify string `whm:"verify,max=300" doc:"a sentence that old versions wanted; when it is given it must be right"`
}

// Grants tells the dispatcher what promise 2 asks: nothing is given.
func (terminateIn) Grants() (bool, hostkeep.Privileges) { return false, hostkeep.Privileges{} }

type termination struct {
	User   string    `whm:"user"`
	Result bool      `whm:"result"`
	Reason string    `whm:"reason"`
	Output rawOutput `whm:"output"`
}

type rawOutput struct {
	Raw string `whm:"raw"`
}

type oldTermination struct {
	Status  bool   `whm:"status"`
	Message string `whm:"statusmsg"`
	Log     string `whm:"rawout"`
}

type terminateOut struct {
	wire.Note
	Accounts    []termination              `whm:"acct,list"`
	OldAccounts wire.Keyed[oldTermination] `whm:"accts,v0"`
	PrivDelete  bool                       `whm:"privdelete,v0"`
}

func (o *terminateOut) add(user string, done bool, reason, raw string) {
	o.Accounts = append(o.Accounts, termination{user, done, reason, rawOutput{raw}})
	o.OldAccounts = append(o.OldAccounts, wire.KeyedItem[oldTermination]{Key: user, Value: oldTermination{done, reason, raw}})
}

// terminatereseller is one change: when it fails, no account is gone. Resellers
// among the accounts leave theirs to root, as with removeacct.
func (f family) terminatereseller(ctx context.Context, c api.Call, in terminateIn) (out terminateOut, err error) {
	if in.Own == nil && c.Version > 0 { // API 0 knows a call without it
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"terminatereseller\" is required.")
	}
	sentence := "I understand this will irrevocably remove all the accounts owned by the reseller " + in.User
	if in.Verify != "" && in.Verify != sentence {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"verify\" must be the sentence that ends in the reseller's name, or be left out.")
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		out = terminateOut{PrivDelete: true}
		p, err := reseller(tx, c.Caller, in.User, noTerminate)
		if err != nil {
			return err
		}
		if err := c.NotOneself(p.Name, "terminate"); err != nil {
			return err
		}
		if err := c.MayTouchWHMUser(p, hostkeep.Privileges{}); err != nil {
			return err
		}
		return out.terminate(tx, c.Caller, p, in.Own != nil && *in.Own)
	})
	return out, err
}

func (o *terminateOut) terminate(tx Tx, c hostkeep.Caller, p hostkeep.Principal, own bool) error {
	list, err := tx.Accounts(p.ID)
	if err != nil {
		return fmt.Errorf("listing the accounts: %w", err)
	}
	for _, a := range list {
		switch a.ID {
		case p.ID:
		case c.User.ID:
			o.add(a.User, false, "You cannot remove the account that you are calling as; it is root's now.", "")
		default:
			if err := o.remove(tx, a.ID, a.User); err != nil {
				return err
			}
		}
	}
	if own {
		return o.remove(tx, p.ID, p.Name)
	}
	o.Messages, err = unset(tx, p)
	return err
}

func (o *terminateOut) remove(tx Tx, id int64, user string) error {
	if err := tx.DeleteAccount(id); err != nil {
		return fmt.Errorf("removing %s: %w", user, err)
	}
	o.add(user, true, user+" account removed", fmt.Sprintf("User: %s\nRemoving the account...\n...Done\n", user))
	return nil
}

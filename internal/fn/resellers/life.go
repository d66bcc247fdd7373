package resellers

import (
	"context"
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// life declares what takes life from a reseller and its accounts, and gives it
// back.
func (f family) life() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "suspendreseller", Summary: "Suspend a reseller and the accounts that it owns.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: notAReseller,
			V0: wire.V0{Form: wire.Result, Log: wire.AtTop},
		}, f.suspendreseller),
		api.Define(api.Decl{
			Name: "unsuspendreseller", Summary: "Unsuspend a reseller and the accounts that it owns.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.AccountCredentials,
			Account: "user", NoAccount: notAReseller,
			V0: wire.V0{Form: wire.Result, Log: wire.AtTop},
		}, f.unsuspendreseller),
		api.Define(api.Decl{
			Name: "terminatereseller", Summary: "Remove the accounts that a reseller owns, and its own or its privileges.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.WHMUsers,
			Account: "user", NoAccount: noTerminate,
			V0: wire.V0{Form: wire.Result, Bare: true, Message: "Account Terminations Complete", Members: []wire.Twin{{Name: "acct", Gone: true}}},
		}, f.terminatereseller),
	}
}

type suspendIn struct {
	User     string `whm:"user,required"`
	Reason   string `whm:"reason,default=Unknown,max=4096,multiline"`
	Disallow bool   `whm:"disallow,default=0" doc:"only root and holders of all may unsuspend"`
	Only     bool   `whm:"reseller-only,default=0" doc:"not the accounts that it owns"`
}

// suspendreseller suspends the reseller and what it owns; what was suspended
// already has the newest reason.
func (f family) suspendreseller(ctx context.Context, c api.Call, in suspendIn) (out api.Done, err error) {
	var log strings.Builder
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		log.Reset()
		list, err := group(tx, c.Caller, in.User, in.Only)
		if err != nil {
			return err
		}
		for _, a := range list {
			if err := c.NotOneself(a.User, "suspend"); err != nil {
				return err
			}
			if err := hostkeep.Suspend(tx, a, in.Reason, f.Now(), in.Disallow); err != nil {
				return err
			}
			fmt.Fprintf(&log, "Suspending the account %s\n...Done\n%s's account has been suspended\n", a.User, a.User)
		}
		return nil
	})
	out.Note = wire.Note{Reason: "Finished suspending reseller.", Raw: log.String()}
	return out, err
}

type unsuspendIn struct {
	User string `whm:"user,required"`
	Only bool   `whm:"reseller-only,default=0" doc:"not the accounts that it owns"`
}

// unsuspendreseller brings the credentials of the reseller, and of resellers
// that it owns, back to life, so promise 2 is asked for each.
func (f family) unsuspendreseller(ctx context.Context, c api.Call, in unsuspendIn) (out api.Done, err error) {
	var log strings.Builder
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		log.Reset()
		list, err := group(tx, c.Caller, in.User, in.Only)
		if err != nil {
			return err
		}
		for _, a := range list {
			if !a.Suspended {
				continue
			}
			if err := c.Unsuspend(tx, a); err != nil {
				return err
			}
			fmt.Fprintf(&log, "Unsuspending the account %s\n...Done\n%s's account is now active\n", a.User, a.User)
		}
		return nil
	})
	out.Note = wire.Note{Reason: "Finished unsuspending reseller.", Raw: log.String()}
	return out, err
}

// group is a reseller's own account and, unless it is the only one meant, those
// that it owns.
func group(tx Tx, c hostkeep.Caller, user string, only bool) (list []hostkeep.Account, err error) {
	p, err := reseller(tx, c, user, notAReseller)
	if err != nil {
		return nil, err
	}
	all, err := tx.Accounts(p.ID)
	if err != nil {
		return nil, fmt.Errorf("listing the accounts: %w", err)
	}
	for _, a := range all {
		if a.ID == p.ID || !only {
			list = append(list, a)
		}
	}
	return list, nil
}

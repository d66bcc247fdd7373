package accounts

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zones"
)

type suspendIn struct {
	User     string `whm:"user,required"`
	Reason   string `whm:"reason,default=Unknown,max=4096,multiline"`
	Disallow bool   `whm:"disallowun,alias=disallow,default=0" doc:"only root and holders of all may unsuspend"`
	KeepFTP  bool   `whm:"leave-ftp-accts-enabled,default=0" doc:"taken and without effect: no FTP server is run"`
}

// suspendacct suspends, or, on a suspended account, keeps the newest reason.
func (f family) suspendacct(ctx context.Context, c api.Call, in suspendIn) (out api.Done, err error) {
	if err := c.NotOneself(in.User, "suspend"); err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := governed(tx, c.Caller, in.User, "_suspendacct called for a user that does not exist. (%s)")
		if err != nil {
			return err
		}
		if err := unlocked(c.Caller, a, "change that"); err != nil {
			return err
		}
		return hostkeep.Suspend(tx, a, in.Reason, f.Now(), in.Disallow)
	})
	out.Note = wire.Note{Raw: fmt.Sprintf("Suspending the account %s\n...Done\n%s's account has been suspended\n", in.User, in.User)}
	return out, err
}

// unlocked refuses what only root may do to an account that was locked.
func unlocked(c hostkeep.Caller, a hostkeep.Account, what string) error {
	if a.Locked && !c.Rights.Has(hostkeep.All) {
		return hostkeep.Errorf(hostkeep.Denied, "The account %s was suspended so that only root may %s.", a.User, what)
	}
	return nil
}

type unsuspendIn struct {
	User   string `whm:"user,required"`
	Retain bool   `whm:"retain-service-proxies,default=0" doc:"taken and without effect"`
}

func (f family) unsuspendacct(ctx context.Context, c api.Call, in unsuspendIn) (out api.Done, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := governed(tx, c.Caller, in.User, "_unsuspendacct called for a user that does not exist. (%s)")
		if err != nil {
			return err
		}
		if err := unlocked(c.Caller, a, "unsuspend it"); err != nil {
			return err
		}
		return c.Unsuspend(tx, a)
	})
	out.Note = wire.Note{Raw: fmt.Sprintf("Unsuspending the account %s\n...Done\n%s's account is now active\n", in.User, in.User)}
	return out, err
}

type removeIn struct {
	User    string `whm:"username,required,alias=user"`
	KeepDNS bool   `whm:"keepdns,default=0" doc:"1: its zones stay, and are its owner's from then on"`
}

func (f family) removeacct(ctx context.Context, c api.Call, in removeIn) (out api.Done, err error) {
	if err := c.NotOneself(in.User, "remove"); err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := governed(tx, c.Caller, in.User, "System user %s does not exist!")
		if err != nil {
			return err
		}
		if err := unlocked(c.Caller, a, "change that"); err != nil { // made again, it would be free
			return err
		}
		if in.KeepDNS {
			if err := zones.Keep(tx, a); err != nil {
				return err
			}
		}
		return tx.DeleteAccount(a.ID)
	})
	out.Note = wire.Note{Reason: in.User + " account removed", Raw: fmt.Sprintf("User: %s\nRemoving the account...\n...Done\n", in.User)}
	return out, err
}

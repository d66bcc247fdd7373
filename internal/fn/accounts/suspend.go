package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type suspendIn struct {
	User     string `whm:"user,required"`
	Reason   string `whm:"reason,default=Unknown,max=4096,multiline"`
	Disallow bool   `whm:"disallowun,alias=disallow,default=0" doc:"only root and holders of all may unsuspend"`
	KeepFTP  bool   `whm:"leave-ftp-accts-enabled,default=0" doc:"taken and without effect: no FTP server is run"`
}

// suspendacct suspends, or, on a suspended account, keeps the newest reason.
func (f family) suspendacct(ctx context.Context, c api.Call, in suspendIn) (out api.Done, err error) {
	if err := notOneself(c.Caller, in.User, "suspend"); err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := mine(tx, c.Caller, in.User, "_suspendacct called for a user that does not exist. (%s)")
		if err != nil {
			return err
		}
		if a.Locked && !c.Rights.Has(hostkeep.All) {
			return hostkeep.Errorf(hostkeep.Denied, "The account %s was suspended so that only root may change that.", a.User)
		}
		a.Suspended, a.SuspendReason, a.SuspendedAt = true, in.Reason, f.Now()
		a.Locked = a.Locked || in.Disallow
		return setSuspended(tx, a)
	})
	out.Note = wire.Note{Raw: fmt.Sprintf("Suspending the account %s\n...Done\n%s's account has been suspended\n", in.User, in.User)}
	return out, err
}

type unsuspendIn struct {
	User   string `whm:"user,required"`
	Retain bool   `whm:"retain-service-proxies,default=0" doc:"taken and without effect"`
}

func (f family) unsuspendacct(ctx context.Context, c api.Call, in unsuspendIn) (out api.Done, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := mine(tx, c.Caller, in.User, "_unsuspendacct called for a user that does not exist. (%s)")
		if err != nil {
			return err
		}
		if a.Locked && !c.Rights.Has(hostkeep.All) {
			return hostkeep.Errorf(hostkeep.Denied, "The account %s was suspended so that only root may unsuspend it.", a.User)
		}
		if err := mayRevive(tx, c.Caller, a); err != nil {
			return err
		}
		a.Suspended, a.SuspendReason, a.SuspendedAt, a.Locked = false, "", time.Time{}, false
		return setSuspended(tx, a)
	})
	out.Note = wire.Note{Raw: fmt.Sprintf("Unsuspending the account %s\n...Done\n%s's account is now active\n", in.User, in.User)}
	return out, err
}

// mayRevive: the tokens and the password of a suspended reseller come back to
// life with it, so promise 2 has a word to say, as it has for its password.
func mayRevive(tx Tx, c hostkeep.Caller, a hostkeep.Account) error {
	p, err := tx.PrincipalByID(a.ID)
	if err != nil {
		return fmt.Errorf("finding the user: %w", err)
	}
	if !a.Suspended || !p.WHMUser() {
		return nil
	}
	return c.MayTouchWHMUser(p, p.Privileges)
}

// setSuspended keeps account and principal alike: the principal's mark is what
// refuses the user's tokens.
func setSuspended(tx Tx, a hostkeep.Account) error {
	p, err := tx.PrincipalByID(a.ID)
	if err != nil {
		return fmt.Errorf("finding the user: %w", err)
	}
	p.Suspended = a.Suspended
	if err := tx.UpdatePrincipal(p); err != nil {
		return fmt.Errorf("marking the user: %w", err)
	}
	return tx.UpdateAccount(a)
}

// notOneself keeps a reseller from locking itself out for good.
func notOneself(c hostkeep.Caller, user, verb string) error {
	if user == c.User.Name {
		return hostkeep.Errorf(hostkeep.Denied, "You cannot %s the account that you are calling as.", verb)
	}
	return nil
}

type removeIn struct {
	User    string `whm:"username,required,alias=user"`
	KeepDNS bool   `whm:"keepdns,default=0" doc:"taken and without effect: no zones are kept yet"`
}

func (f family) removeacct(ctx context.Context, c api.Call, in removeIn) (out api.Done, err error) {
	if err := notOneself(c.Caller, in.User, "remove"); err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := mine(tx, c.Caller, in.User, "System user %s does not exist!")
		if err != nil {
			return err
		}
		return tx.DeleteAccount(a.ID)
	})
	out.Note = wire.Note{Reason: in.User + " account removed", Raw: fmt.Sprintf("User: %s\nRemoving the account...\n...Done\n", in.User)}
	return out, err
}

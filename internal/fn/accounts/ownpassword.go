package accounts

import (
	"context"
	"errors"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type changePasswordIn struct {
	Old    hostkeep.Secret `whm:"oldpass" doc:"must be given: the password that the account has"`
	New    hostkeep.Secret `whm:"newpass" doc:"must be given: another one"`
	Digest bool            `whm:"enabledigest,default=0" doc:"taken and without effect"`
}

type changedApp struct {
	App string `whm:"app"`
}

type changePasswordOut struct {
	Status bool         `whm:"status"`
	Text   string       `whm:"statustxt"`
	Apps   []changedApp `whm:"applist" doc:"what the password was set for: system, or none"`
	Output *string      `whm:"passwdoutput" doc:"null where nothing was changed"`
}

// changePassword answers failures in a row of the same form, as cPanel does.
func (f family) changePassword(ctx context.Context, c api.Call, in changePasswordIn) (out changePasswordOut, err error) {
	err = f.exchange(ctx, c, in)
	var told *hostkeep.Error
	switch {
	case errors.As(err, &told):
		return changePasswordOut{Text: told.Message, Apps: []changedApp{{"none"}}}, &api.Partial{Err: err}
	case err != nil:
		return out, err
	}
	output := "Changing password for " + c.Account.Name + "\nPassword for " + c.Account.Name + " has been changed\n"
	return changePasswordOut{true, "Your password has been changed!", []changedApp{{"system"}}, &output}, nil
}

// exchange sets another password for whoever proves the one that there is. Whoever
// may not is told so before the old one is looked at. It cannot have been changed
// meanwhile: that would have changed the user's row, which a change asks about first.
func (f family) exchange(ctx context.Context, c api.Call, in changePasswordIn) error {
	if err := exchangeable(c, in); err != nil {
		return err
	}
	var user hostkeep.Principal
	err := f.Read(ctx, func(r Reader) (err error) {
		user, err = mayExchange(r, c)
		return err
	})
	if err != nil {
		return err
	}
	right, err := f.Confirm(ctx, c.Caller, user, in.Old)
	if err == nil && !right {
		err = hostkeep.Errorf(hostkeep.Denied, "The old password was not accepted; nothing was changed.")
	}
	if err != nil {
		return err
	}
	hash, err := f.HashPassword(ctx, in.New)
	if err != nil {
		return err
	}
	return f.Change(ctx, c.Change(), func(tx Tx) error {
		if user, err = mayExchange(tx, c); err != nil {
			return err
		}
		if err := tx.SetPasswordHash(user.ID, hash); err != nil {
			return err
		}
		return noLongerForced(tx, user.Name)
	})
}

// exchangeable says what is wrong with the passwords as they are given.
func exchangeable(c api.Call, in changePasswordIn) error {
	switch {
	case in.Old.Empty():
		return hostkeep.Errorf(hostkeep.Invalid, "\"oldpass\" is a required argument.")
	case in.New.Empty():
		return hostkeep.Errorf(hostkeep.Invalid, "\"newpass\" is a required argument.")
	case in.New.Reveal() == in.Old.Reveal():
		return hostkeep.Errorf(hostkeep.Invalid, "The new password must be another than the old one.")
	}
	return hostkeep.CheckPassword(c.Account.Name, in.New)
}

// mayExchange finds the account's user, and decides promise 2: what WHM's passwd would
// let a WHM user do, and of a WHM user's password nothing that a token answers for. A
// suspended user has no password that could be proved.
func mayExchange(r Reader, c api.Call) (hostkeep.Principal, error) {
	p, err := hostkeep.UserOf(r, hostkeep.Account{ID: c.Account.ID})
	switch {
	case err != nil:
		return p, err
	case p.Suspended:
		return p, hostkeep.Errorf(hostkeep.Denied, "The account is suspended, so its old password proves nothing. WHM's passwd sets another one.")
	case !c.CPanel:
		return p, c.MayTouchUser(p)
	case p.WHMUser() && c.Maker() != 0:
		return p, hostkeep.Errorf(hostkeep.Denied, "The account is a WHM user, whose password opens WHM as well, so no token changes it: call by the password itself, or in a session that it opened.")
	}
	return p, nil
}

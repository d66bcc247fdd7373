package hostkeep

import (
	"errors"
	"fmt"
	"time"
)

// OwnsAccount is Owns for an account, or what hangs on one, of which only the ids are at hand.
func (p Principal) OwnsAccount(id, ownerID int64) bool {
	return p.Owns(Principal{ID: id, OwnerID: ownerID})
}

// FindAccount finds an account that the caller may act on, as a change sees it. A
// foreign account is answered like a missing one, with the sentence missing, whose
// %s is the user.
func (c Caller) FindAccount(user, missing string, find func(user string) (Account, error)) (Account, error) {
	a, err := find(user)
	return a, reached(err, c.User.OwnsAccount(a.ID, a.OwnerID), user, missing)
}

// GovernAccount is FindAccount for what changes the state of an account: its own,
// which a WHM user sees and whose password it sets, is for its owner to change.
// Else it would lift what was laid on it.
func (c Caller) GovernAccount(user, missing string, find func(user string) (Account, error)) (Account, error) {
	a, err := c.FindAccount(user, missing, find)
	if err == nil && a.ID == c.User.ID && a.OwnerID != c.User.ID && !c.User.Rights().Has(All) {
		err = Errorf(Denied, "The account %s is the caller's own: its state is for its owner to change.", a.User)
	}
	return a, err
}

// FindUser is FindAccount for any principal, root too.
func (c Caller) FindUser(user, missing string, find func(user string) (Principal, error)) (Principal, error) {
	p, err := find(user)
	return p, reached(err, c.User.Owns(p), user, missing)
}

func reached(err error, owned bool, user, missing string) error {
	switch {
	case errors.Is(err, ErrNotFound), err == nil && !owned:
		return Errorf(NotFound, missing, Clip(user, 64))
	case err != nil:
		return fmt.Errorf("finding the user: %w", err)
	}
	return nil
}

// MayTouchUser is MayTouchWHMUser for what leaves the privileges as they are. Of a
// plain account promise 2 asks nothing.
func (c Caller) MayTouchUser(p Principal) error {
	if !p.WHMUser() {
		return nil
	}
	return c.MayTouchWHMUser(p, p.Privileges)
}

// NotOneself keeps a caller from taking its own life or standing, and so from
// locking itself out for good.
func (c Caller) NotOneself(user, verb string) error {
	if user == c.User.Name {
		return Errorf(Denied, "You cannot %s the account that you are calling as.", verb)
	}
	return nil
}

// Users is what of a change finds and writes an account and its principal.
type Users interface {
	PrincipalByID(id int64) (Principal, error)
	UpdatePrincipal(Principal) error
	UpdateAccount(Account) error
}

// Suspend suspends an account, or, on a suspended one, keeps the newest reason.
// lock has only root and holders of All change that.
func Suspend(tx Users, a Account, reason string, at time.Time, lock bool) error {
	p, err := UserOf(tx, a)
	if err != nil {
		return err
	}
	a.Suspended, a.SuspendReason, a.SuspendedAt = true, reason, at
	a.Locked = a.Locked || lock
	return writeSuspended(tx, a, p)
}

// Unsuspend brings an account back to life. The tokens and the password of a
// suspended reseller come back with it, so promise 2 has a word to say, as it has
// for its password.
func (c Caller) Unsuspend(tx Users, a Account) error {
	p, err := UserOf(tx, a)
	if err != nil {
		return err
	}
	if a.Suspended {
		if err := c.MayTouchUser(p); err != nil {
			return err
		}
	}
	a.Suspended, a.SuspendReason, a.SuspendedAt, a.Locked = false, "", time.Time{}, false
	return writeSuspended(tx, a, p)
}

// UserOf is the principal of an account.
func UserOf(tx interface {
	PrincipalByID(id int64) (Principal, error)
}, a Account,
) (Principal, error) {
	p, err := tx.PrincipalByID(a.ID)
	if err != nil {
		err = fmt.Errorf("finding the user: %w", err)
	}
	return p, err
}

// writeSuspended keeps account and principal alike: the principal's mark is what
// refuses the user's tokens.
func writeSuspended(tx Users, a Account, p Principal) error {
	p.Suspended = a.Suspended
	if err := tx.UpdatePrincipal(p); err != nil {
		return fmt.Errorf("marking the user: %w", err)
	}
	return tx.UpdateAccount(a)
}

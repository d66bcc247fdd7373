package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
)

// Password authenticates a user by name and password, however they came: it
// is the one way to check a password, and the throttle stands before it. It costs
// one read of the store and one computation for every name, known or not; while
// the throttle refuses, neither. The error is a *Refusal or wraps ErrUnavailable.
func (a *Authenticator) Password(ctx context.Context, name string, secret hostkeep.Secret, r Request) (hostkeep.Caller, error) {
	return a.prove(ctx, name, r, func(p hostkeep.Principal) (string, error) { return a.checkPassword(ctx, p, secret, r) })
}

// prove authenticates a user whom check does, by the throttle's leave. check
// returns why it does not, or "".
func (a *Authenticator) prove(ctx context.Context, name string, r Request, check func(hostkeep.Principal) (string, error)) (hostkeep.Caller, error) {
	before, _ := a.memory.PrincipalByName(name)
	try, reason, err := a.throttle.begin(ctx, r.Addr, name)
	if err != nil {
		return hostkeep.Caller{}, err
	}
	if reason != "" {
		return hostkeep.Caller{}, refuse(reason, before, 0)
	}
	failed, known := false, ""
	defer func() { try.end(failed, known) }()
	c, err := a.judge(ctx, before, name, r, check)
	var refused *Refusal
	if errors.As(err, &refused) {
		// The password was right where only the code was not there, not new, or not
		// looked at. A ticket that is over was not guessed: nobody could.
		right := []string{ReasonNoCode, ReasonUsedCode, ReasonWaits, ReasonTicket}
		failed, known = !slices.Contains(right, refused.Reason), refused.User
	}
	return c, err
}

// judge is prove behind the throttle. before is who had the name when it came.
func (a *Authenticator) judge(ctx context.Context, before hostkeep.Principal, name string, r Request, check func(hostkeep.Principal) (string, error)) (hostkeep.Caller, error) {
	reason, err := check(before)
	if err != nil {
		return hostkeep.Caller{}, err
	}
	if reason == ReasonTicket { // of a name that nobody has as of any other
		return hostkeep.Caller{}, refuse(reason, before, 0)
	}
	// The check may have waited: the user counts as it is now.
	user, known := a.memory.PrincipalByName(name)
	if err := a.ready(); err != nil {
		return hostkeep.Caller{}, err
	}
	switch {
	case !known:
		reason = ReasonUser
	case userReason(user, r.CPanel) != "":
		reason = userReason(user, r.CPanel)
	case user.ID != before.ID: // the name changed hands meanwhile
		reason = ReasonSecret
	}
	if reason == "" {
		if reason, err = a.checkCode(ctx, user, r.Code); err != nil {
			return hostkeep.Caller{}, err
		}
	}
	if reason != "" {
		return hostkeep.Caller{}, refuse(reason, user, 0)
	}
	return callerOf(user, hostkeep.ViaPassword, r), nil
}

// checkPassword returns why s is not p's password, or "" if it is. The store is
// read within the hasher's bound, so that a flood of passwords does not become
// one of queries.
func (a *Authenticator) checkPassword(ctx context.Context, p hostkeep.Principal, s hostkeep.Secret, r Request) (string, error) {
	leave, err := a.hasher.enter(ctx, r.Addr)
	if err != nil {
		return "", err
	}
	defer leave()
	stored, reason, err := a.storedPassword(ctx, p, r.CPanel)
	if err != nil {
		return "", err
	}
	if !stored.matches(s) && reason == "" {
		reason = ReasonSecret
	}
	return reason, nil
}

// storedPassword returns the dummy and a reason when p cannot sign in.
func (a *Authenticator) storedPassword(ctx context.Context, p hostkeep.Principal, cpanel bool) (phc, string, error) {
	reason, id := userReason(p, cpanel), p.ID
	if reason != "" {
		id = 0 // nobody's: read for the time that it takes
	}
	text, err := a.passwords.PasswordHash(ctx, id)
	if err != nil && !errors.Is(err, hostkeep.ErrNotFound) {
		return phc{}, "", fmt.Errorf("%w: reading a password hash: %w", ErrUnavailable, err)
	}
	if reason == "" && text == "" {
		reason = ReasonNoHash
	}
	if reason != "" {
		return a.dummy, reason, nil
	}
	stored, err := parsePHC(text)
	if err != nil {
		return a.dummy, ReasonBadHash, nil
	}
	return stored, "", nil
}

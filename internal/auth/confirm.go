package auth

import (
	"context"

	"github.com/hostkeep/hostkeep"
)

// Confirm proves a user's password for a caller who is let in already. It is a try like
// one at sign-in, behind the same throttle and within the same bound, so that whoever
// holds a stolen token or session guesses no better than a stranger. It asks for no
// code: who signs in by password has shown one. The error is a *Refusal or wraps
// ErrUnavailable.
func (a *Authenticator) Confirm(ctx context.Context, user hostkeep.Principal, s hostkeep.Secret, r Request) error {
	if err := a.ready(); err != nil {
		return err
	}
	try, reason, err := a.throttle.begin(ctx, r.Addr, user.Name)
	if err != nil {
		return err
	}
	if reason != "" {
		return refuse(reason, user, 0)
	}
	failed := false
	defer func() { try.end(failed, user.Name) }()
	reason, err = a.checkPassword(ctx, user, s, r)
	if err != nil || reason == "" {
		return err
	}
	failed = true
	return refuse(reason, user, 0)
}

package twofactor

import (
	"bytes"
	"context"
	"errors"

	"github.com/hostkeep/hostkeep"
)

// mustProve reports whether the caller shows a code of its second factor before
// that is taken away. A session may be stolen, and a password guessed, without the
// app. Promise 2 bounds tokens, and whoever runs commands on the machine is above.
func mustProve(c hostkeep.Caller) bool {
	return c.Via == hostkeep.ViaSession || c.Via == hostkeep.ViaPassword
}

// prove checks a code of the caller's own second factor, and answers which one it
// proves; none where none is to be proven. It counts tries in the store, so it
// stands before the change.
func (f family) prove(ctx context.Context, c hostkeep.Caller, code hostkeep.Secret) (own hostkeep.TwoFactor, err error) {
	if !mustProve(c) {
		return own, nil
	}
	err = f.Read(ctx, func(r Reader) (err error) {
		own, err = r.TwoFactor(c.User.ID)
		return err
	})
	switch {
	case errors.Is(err, hostkeep.ErrNotFound):
		return own, nil
	case err != nil:
		return own, err
	case code.Empty():
		return own, hostkeep.Errorf(hostkeep.Denied, "You have a second factor: current_tfa_token must be the code that its app shows now.")
	}
	return own, f.ProveCode(ctx, c.User, own, code.Reveal())
}

// stillProven asks within the change whether the second factor that the caller has
// is the one that it has proven.
func stillProven(r Reader, c hostkeep.Caller, proven hostkeep.TwoFactor) error {
	if !mustProve(c) {
		return nil
	}
	now, err := r.TwoFactor(c.User.ID)
	switch {
	case errors.Is(err, hostkeep.ErrNotFound):
		return nil
	case err != nil:
		return err
	case !bytes.Equal(now.Sealed, proven.Sealed):
		return hostkeep.Errorf(hostkeep.Denied, "You were given another second factor while this call ran; nothing was done.")
	}
	return nil
}

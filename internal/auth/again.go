package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
)

// Again judges a caller once more, as of now: a request that makes many calls
// must not outlive the credential that it began with. The rights are what is
// left of them now; a token that is gone, over or moved out of its addresses is refused, and
// so is a user whose row has changed since the password was checked, because the
// password may be what changed; a session must still be there. The error is as WHM's.
func (a *Authenticator) Again(ctx context.Context, c hostkeep.Caller) (hostkeep.Caller, error) {
	if c.Via == hostkeep.ViaToken {
		now, err := a.Token(c.TokenHash, Request{CPanel: c.CPanel, Addr: c.Addr, Agent: c.Agent, ID: c.RequestID})
		if err != nil {
			return hostkeep.Caller{}, err
		}
		if now.TokenID != c.TokenID {
			return hostkeep.Caller{}, refuse(ReasonSecret, c.User, c.TokenID)
		}
		now.Rights, now.ReadOnly = now.Rights.And(c.Rights), c.ReadOnly
		return now, nil
	}
	if c.Via == hostkeep.ViaSession {
		s, err := a.sessions.Session(ctx, c.SessionID)
		if err != nil && !errors.Is(err, hostkeep.ErrNotFound) {
			return hostkeep.Caller{}, fmt.Errorf("%w: reading a session: %w", ErrUnavailable, err)
		}
		if err != nil || s.PrincipalID != c.User.ID || s.Over(a.uses.of(s), a.now()) {
			return hostkeep.Caller{}, refuse(ReasonSession, c.User, 0)
		}
	}
	user, known := a.memory.PrincipalByName(c.User.Name)
	if err := a.ready(); err != nil {
		return hostkeep.Caller{}, err
	}
	reason := userReason(user, c.CPanel)
	if !known || user.ID != c.User.ID || c.Via == hostkeep.ViaPassword && user.Change != c.User.Change {
		reason = ReasonSecret
	}
	if reason != "" {
		return hostkeep.Caller{}, refuse(reason, c.User, 0)
	}
	user = callerOf(user, c.Via, Request{CPanel: c.CPanel}).User
	c.User, c.Rights = user, user.Rights().And(c.Rights)
	return c, nil
}

package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hostkeep/hostkeep"
)

// SessionStore keeps the sessions. They are looked up in it with each request:
// what ended one is in force everywhere once it is committed.
type SessionStore interface {
	// OpenSession adds a session for a caller who has just signed in; an error
	// of kind Denied when the credential has changed meanwhile.
	OpenSession(ctx context.Context, c hostkeep.Caller, s hostkeep.Session) error
	// OpenLink turns a link into the given session, once; hostkeep.ErrNotFound
	// when it is none of that user, service and security token.
	OpenLink(ctx context.Context, link hostkeep.SessionHash, s hostkeep.Session) error
	// SessionByHash finds an open session; hostkeep.ErrNotFound if there is none.
	SessionByHash(ctx context.Context, h hostkeep.SessionHash) (hostkeep.Session, error)
	// Session is SessionByHash by id.
	Session(ctx context.Context, id int64) (hostkeep.Session, error)
	UseSession(ctx context.Context, id int64, at time.Time) error
	EndSession(ctx context.Context, id int64) error
}

// SessionKeys makes what is kept of a session's secrets, and what proves that
// they are this server's.
type SessionKeys interface {
	HashSession(hostkeep.Secret) hostkeep.SessionHash
	MarkSession(text string) string
	// MarkTicket proves the same of a ticket, and passes for nothing else.
	MarkTicket(text string) string
}

// useEvery is how often a session's last use is written at most.
const useEvery = time.Minute

// uses is when each session was used last, ahead of what is written.
type uses struct {
	mu   sync.Mutex
	last map[int64]time.Time
}

// of answers when a session was used last, as far as this node or the store knows.
func (u *uses) of(s hostkeep.Session) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at := u.last[s.ID]; at.After(s.LastUsed) {
		return at
	}
	return s.LastUsed
}

// note remembers a use, and forgets what has been idle for long.
func (u *uses) note(id int64, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.last == nil {
		u.last = map[int64]time.Time{}
	}
	if _, known := u.last[id]; !known {
		for other, at := range u.last {
			if now.Sub(at) >= hostkeep.SessionIdle {
				delete(u.last, other)
			}
		}
	}
	u.last[id] = now
}

func (u *uses) forget(id int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.last, id)
}

// bySession judges a session cookie together with the security token of the
// request's path.
func (a *Authenticator) bySession(ctx context.Context, r Request) (hostkeep.Caller, error) {
	s, user, err := a.find(ctx, r)
	if err != nil {
		return hostkeep.Caller{}, err
	}
	if !hostkeep.WellFormedSecurityToken(r.Token) || !a.guards(s, r.Token) {
		return hostkeep.Caller{}, refuse(ReasonToken, user, 0)
	}
	a.use(ctx, s)
	c := callerOf(user, hostkeep.ViaSession, r)
	c.SessionID, c.MadeBy = s.ID, s.MadeBy
	return c, nil
}

// guards reports whether a security token is the session's.
func (a *Authenticator) guards(s hostkeep.Session, token string) bool {
	h := a.keys.HashSession(hostkeep.NewSecret(token))
	return subtle.ConstantTimeCompare(s.Token[:], h[:]) == 1
}

// find is the session of a cookie, with its user, as of now. The security token
// is somebody else's to check.
func (a *Authenticator) find(ctx context.Context, r Request) (s hostkeep.Session, user hostkeep.Principal, err error) {
	name, secret, reason := a.cookie(r.Cookies)
	if reason != "" {
		return s, user, &Refusal{Reason: reason}
	}
	s, err = a.sessions.SessionByHash(ctx, a.keys.HashSession(secret))
	missing := errors.Is(err, hostkeep.ErrNotFound)
	if err != nil && !missing {
		return s, user, fmt.Errorf("%w: reading a session: %w", ErrUnavailable, err)
	}
	user, known := a.memory.PrincipalByName(name)
	if err := a.ready(); err != nil {
		return s, user, err
	}
	switch {
	case !known:
		return s, user, &Refusal{Reason: ReasonUser}
	case missing || s.PrincipalID != user.ID || s.Service != hostkeep.ServiceOf(r.CPanel) || s.Over(a.uses.of(s), a.now()):
		return s, user, refuse(ReasonSession, user, 0)
	case userReason(user, r.CPanel) != "":
		return s, user, refuse(userReason(user, r.CPanel), user, 0)
	}
	return s, user, nil
}

// use notes that a session is used. It is written once a minute: a store that
// cannot be written must not end what can still be read.
func (a *Authenticator) use(ctx context.Context, s hostkeep.Session) {
	now := a.now()
	a.uses.note(s.ID, now)
	if now.Sub(s.LastUsed) >= useEvery {
		_ = a.sessions.UseSession(ctx, s.ID, now)
	}
}

// cookie reads the one session cookie, USER:ID,MARK in the escapes of a query.
// The mark is checked before anything is looked up, so that a flood of made-up
// cookies does not become one of queries.
func (a *Authenticator) cookie(values []string) (user string, secret hostkeep.Secret, reason string) {
	switch {
	case len(values) == 0:
		return "", hostkeep.Secret{}, ReasonNone
	case len(values) > 1:
		return "", hostkeep.Secret{}, ReasonSeveral
	case len(values[0]) > maxHeader:
		return "", hostkeep.Secret{}, ReasonTooLong
	}
	text, err := url.QueryUnescape(values[0])
	if err != nil {
		return "", hostkeep.Secret{}, ReasonMalformed
	}
	claim, mark, _ := strings.Cut(text, ",")
	return a.claimed(claim, mark)
}

// claimed reads USER:ID, which a mark must prove to be of this server's making.
func (a *Authenticator) claimed(claim, mark string) (user string, secret hostkeep.Secret, reason string) {
	user, id, ok := strings.Cut(claim, ":")
	if !ok || user == "" || id == "" || subtle.ConstantTimeCompare([]byte(a.keys.MarkSession(claim)), []byte(mark)) != 1 {
		return "", hostkeep.Secret{}, ReasonMalformed
	}
	return user, hostkeep.NewSecret(id), ""
}

// Logout ends the session of a cookie. With a security token that must be the
// session's; without, the caller of Logout has seen to it that no other site asks.
func (a *Authenticator) Logout(ctx context.Context, r Request) error {
	s, user, err := a.find(ctx, r)
	if err != nil {
		return err
	}
	if r.Token != "" && !a.guards(s, r.Token) {
		return refuse(ReasonToken, user, 0)
	}
	if err := a.sessions.EndSession(ctx, s.ID); err != nil {
		return fmt.Errorf("%w: ending a session: %w", ErrUnavailable, err)
	}
	a.uses.forget(s.ID)
	return nil
}

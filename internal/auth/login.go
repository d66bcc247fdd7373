package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// Login is what a login form says. Code is for those who have a second factor.
type Login struct {
	User     string
	Password hostkeep.Secret
	Ticket   hostkeep.Secret // instead of the password, which it was given for
	Code     string
}

// Opened is a new session. Its secrets exist here and with the client only.
type Opened struct {
	Caller hostkeep.Caller
	Cookie hostkeep.Secret // the cookie's value, ready to be sent
	Token  hostkeep.Secret // the security token: /cpsess and ten digits
	// Ticket stands for the password for two minutes. It comes alone, beside a
	// refusal for want of a right code.
	Ticket hostkeep.Secret
}

// Login opens a session for whoever knows a user's password, and code. No
// cookie that the request brings is looked at: what a browser had before never
// becomes a session.
func (a *Authenticator) Login(ctx context.Context, l Login, r Request) (Opened, error) {
	if hasControl(l.User + l.Code + l.Password.Reveal() + l.Ticket.Reveal()) {
		return Opened{}, &Refusal{Reason: ReasonControl}
	}
	if l.User == "" || l.Password.Empty() == l.Ticket.Empty() || len(l.User)+len(l.Password.Reveal())+len(l.Ticket.Reveal()) > maxHeader {
		return Opened{}, &Refusal{Reason: ReasonMalformed}
	}
	if err := a.ready(); err != nil {
		return Opened{}, err
	}
	r.Code = nil
	if l.Code != "" {
		r.Code = []string{l.Code}
	}
	c, ticket, err := a.proveLogin(ctx, l, r)
	if err != nil {
		return Opened{Ticket: ticket}, err
	}
	return a.open(c.User, func(s hostkeep.Session) error {
		err := a.sessions.OpenSession(ctx, c, s)
		switch {
		case hostkeep.KindOf(err) == hostkeep.Denied: // the password was changed meanwhile
			return refuse(ReasonSecret, c.User, 0)
		case err != nil:
			return fmt.Errorf("%w: opening a session: %w", ErrUnavailable, err)
		}
		return nil
	}, r)
}

// proveLogin proves a user by password or ticket. The ticket that it answers
// beside a refusal is for whoever lacks nothing but a right code. One that was
// shown stays as it is: wrong codes make it last no longer.
func (a *Authenticator) proveLogin(ctx context.Context, l Login, r Request) (c hostkeep.Caller, ticket hostkeep.Secret, err error) {
	var user hostkeep.Principal // as it was before its password was checked
	c, err = a.prove(ctx, l.User, r, func(p hostkeep.Principal) (string, error) {
		if user = p; !l.Ticket.Empty() {
			return a.checkTicket(p, l.Ticket, r.Addr), nil
		}
		return a.checkPassword(ctx, p, l.Password, r)
	})
	var refused *Refusal
	switch {
	case !errors.As(err, &refused) || !refused.CodeWanted():
	case !l.Ticket.Empty():
		ticket = l.Ticket
	default:
		ticket = a.newTicket(user, r.Addr)
	}
	return c, ticket, err
}

// OpenLink opens the session of a one-time link, whose address has a security
// token and a text USER:ID. The link is then used up; the session's cookie is new.
func (a *Authenticator) OpenLink(ctx context.Context, link string, r Request) (Opened, error) {
	if len(link) > maxHeader || !hostkeep.WellFormedSecurityToken(r.Token) {
		return Opened{}, &Refusal{Reason: ReasonMalformed}
	}
	cut := max(len(link)-markLength, 0)
	name, secret, reason := a.claimed(link[:cut], link[cut:])
	if reason != "" {
		return Opened{}, &Refusal{Reason: reason}
	}
	user, known := a.memory.PrincipalByName(name)
	if err := a.ready(); err != nil {
		return Opened{}, err
	}
	switch {
	case !known:
		return Opened{}, &Refusal{Reason: ReasonUser}
	case userReason(user, r.CPanel) != "":
		return Opened{}, refuse(userReason(user, r.CPanel), user, 0)
	}
	return a.openAs(user, r.Token, func(s hostkeep.Session) error {
		err := a.sessions.OpenLink(ctx, a.keys.HashSession(secret), s)
		switch {
		case errors.Is(err, hostkeep.ErrNotFound):
			return refuse(ReasonSession, user, 0)
		case err != nil:
			return fmt.Errorf("%w: opening a link: %w", ErrUnavailable, err)
		}
		return nil
	}, r)
}

func (a *Authenticator) open(user hostkeep.Principal, keep func(hostkeep.Session) error, r Request) (Opened, error) {
	token, err := NewSecurityToken(a.random)
	if err != nil {
		return Opened{}, err
	}
	return a.openAs(user, token, keep, r)
}

func (a *Authenticator) openAs(user hostkeep.Principal, token string, keep func(hostkeep.Session) error, r Request) (Opened, error) {
	claim, secret, err := newClaim(a.random, user.Name)
	if err != nil {
		return Opened{}, err
	}
	now := a.now()
	err = keep(hostkeep.Session{
		PrincipalID: user.ID, Service: hostkeep.ServiceOf(r.CPanel), Open: true,
		Hash: a.keys.HashSession(secret), Token: a.keys.HashSession(hostkeep.NewSecret(token)),
		Created: now, LastUsed: now, Ends: now.Add(hostkeep.SessionLife),
		Addr: r.Addr, Agent: hostkeep.CleanAgent(r.Agent),
	})
	if err != nil {
		return Opened{}, err
	}
	return Opened{
		Caller: callerOf(user, hostkeep.ViaSession, r),
		Cookie: hostkeep.NewSecret(url.QueryEscape(claim + "," + a.keys.MarkSession(claim))),
		Token:  hostkeep.NewSecret(token),
	}, nil
}

const (
	sessionLength = 32 // characters, 185 bits
	markLength    = 32 // hexadecimal digits
	digits        = "0123456789"
	securityWord  = "/cpsess"
)

// newClaim makes what a session's secret says: USER:ID.
func newClaim(random io.Reader, user string) (claim string, secret hostkeep.Secret, err error) {
	id, err := pick(random, passwordChars, sessionLength)
	if err != nil {
		return "", hostkeep.Secret{}, fmt.Errorf("making a session: %w", err)
	}
	return user + ":" + id, hostkeep.NewSecret(id), nil
}

// NewSecurityToken makes a security token: /cpsess and ten digits.
func NewSecurityToken(random io.Reader) (string, error) {
	text, err := pick(random, digits, 10)
	if err != nil {
		return "", fmt.Errorf("making a security token: %w", err)
	}
	return securityWord + text, nil
}

// NewLink makes the secret of a one-time link for a user, USER:ID with a mark,
// and what is kept of it and of its security token.
func NewLink(random io.Reader, keys SessionKeys, user, token string) (text hostkeep.Secret, s hostkeep.Session, err error) {
	claim, secret, err := newClaim(random, user)
	if err != nil {
		return text, s, err
	}
	s.Hash, s.Token = keys.HashSession(secret), keys.HashSession(hostkeep.NewSecret(token))
	return hostkeep.NewSecret(strings.Join([]string{claim, keys.MarkSession(claim)}, "")), s, nil
}

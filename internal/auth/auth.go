// Package auth says who is calling: it is the one authenticator, and makes and
// checks the secrets that prove a caller. It turns an Authorization header, or a
// session's cookie, into a hostkeep.Caller from what the node keeps in memory and
// the store of its sessions. It refuses to know functions, what a caller may do,
// SQL and HTTP.
package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/netip"

	"github.com/hostkeep/hostkeep"
)

// Memory is what the node keeps to judge credentials. Its methods are quick and
// may be called by any number of goroutines.
type Memory interface {
	// Ready returns nil, or why no credential may be judged now.
	Ready() error
	// TokenByHash finds a token, which may lack its name, and its owner as of now.
	TokenByHash(h hostkeep.TokenHash) (hostkeep.Token, hostkeep.Principal, bool)
	// PrincipalByName finds a principal as of now.
	PrincipalByName(name string) (hostkeep.Principal, bool)
}

// PasswordStore keeps the password hashes of principals.
type PasswordStore interface {
	// PasswordHash returns the hash that a Hasher made, or "" or
	// hostkeep.ErrNotFound for a principal that has none or does not exist.
	PasswordHash(ctx context.Context, principalID int64) (string, error)
}

// Options are an Authenticator's parts; all are needed but Throttle, Sessions and
// Keys (where sessions are), and Codes (where second factors are).
type Options struct {
	Memory    Memory
	Passwords PasswordStore
	Hasher    *Hasher
	Throttle  *Throttle // nil: passwords may be guessed for ever
	HashToken func(hostkeep.Secret) hostkeep.TokenHash
	Now       hostkeep.Clock

	Sessions SessionStore
	Keys     SessionKeys
	Codes    CodeStore
}

// Authenticator judges credentials. It may be used by any number of goroutines.
type Authenticator struct {
	memory    Memory
	passwords PasswordStore
	hasher    *Hasher
	throttle  *Throttle
	hashToken func(hostkeep.Secret) hostkeep.TokenHash
	now       hostkeep.Clock
	sessions  SessionStore
	keys      SessionKeys
	codes     CodeStore
	random    io.Reader
	uses      uses
	dummy     phc // costs as much as a stored password and is never let in
}

// New makes an Authenticator.
func New(o Options) *Authenticator {
	return &Authenticator{
		memory: o.Memory, passwords: o.Passwords, hasher: o.Hasher, throttle: o.Throttle, hashToken: o.HashToken, now: o.Now,
		sessions: o.Sessions, keys: o.Keys, codes: o.Codes, random: rand.Reader,
		dummy: phc{cost: o.Hasher.cost, salt: make([]byte, saltSize), key: make([]byte, keySize)},
	}
}

// Request is what the authenticator needs to know of a call.
type Request struct {
	Authorization []string // the value of every Authorization header
	Code          []string // the value of every header with a second factor's code
	Cookies       []string // the value of every session cookie
	Token         string   // the security token at the head of the path, "" when there is none
	CPanel        bool     // it came to cPanel's side, where accounts sign in for themselves
	Agent         string   // the user agent, as it names itself
	Addr          netip.Addr
	ID            string
}

// Caller authenticates a call: to WHM (port 2087) by the token, the password or the
// session of root or a reseller, to cPanel's side (port 2083) by those of an account.
// What opens one side never opens the other but a password. A header decides alone;
// a session's cookie counts only beside its security token. The error is a *Refusal or
// wraps ErrUnavailable.
func (a *Authenticator) Caller(ctx context.Context, r Request) (hostkeep.Caller, error) {
	if len(r.Authorization) == 0 && r.Token != "" && a.sessions != nil {
		if err := a.ready(); err != nil {
			return hostkeep.Caller{}, err
		}
		return a.bySession(ctx, r)
	}
	c, reason := parse(r.Authorization, r.CPanel)
	if reason != "" {
		return hostkeep.Caller{}, &Refusal{Reason: reason}
	}
	if err := a.ready(); err != nil {
		return hostkeep.Caller{}, err
	}
	if c.scheme == schemeBasic {
		return a.Password(ctx, c.User, c.Secret, r)
	}
	return a.byToken(c, r)
}

func (a *Authenticator) ready() error {
	if err := a.memory.Ready(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

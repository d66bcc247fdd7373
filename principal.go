package hostkeep

import (
	"fmt"
	"log/slog"
	"net/netip"
	"time"
)

// RootID is the id of the principal root, RootName its name.
const (
	RootID   int64 = 1
	RootName       = "root"
)

// Principal is somebody who can own things or sign in: root, or a cPanel
// account, which may be a reseller. Ids are never used again.
type Principal struct {
	ID         int64
	Name       string
	OwnerID    int64 // who owns it; itself for a self-owned reseller; 0 for root
	Reseller   bool
	Privileges Privileges // of the WHM user: Everything for root, none for a plain account
	Suspended  bool
	// PasswordForced: the user must set another password (the account's mark).
	PasswordForced bool
	Change         int64 // number of the change that wrote this row last
}

// WHMUser reports whether the principal may call WHM at all: root or a reseller.
func (p Principal) WHMUser() bool { return p.ID == RootID || p.Reseller }

// Rights are the privileges that the principal has now: none when suspended or
// no WHM user.
func (p Principal) Rights() Privileges {
	if !p.WHMUser() || p.Suspended {
		return Privileges{}
	}
	return p.Privileges
}

// Owns reports whether p may act on q: everyone for root and holders of All,
// else what it owns and itself.
func (p Principal) Owns(q Principal) bool {
	return p.Rights().Has(All) || q.OwnerID == p.ID || q.ID == p.ID
}

// Via says how a caller proved who it is.
type Via string

// The ways to call.
const (
	ViaToken    Via = "token"
	ViaPassword Via = "password"
	ViaSession  Via = "session" // a cookie session, with its security token
	ViaCommand  Via = "command" // a command on the server's own machine
	ViaSystem   Via = "system"  // the server itself: first start, sample data
)

// Caller is who asks, as authentication settled it. Only package auth (and a
// command, for the machine's own administrator) makes one.
type Caller struct {
	User        Principal // the WHM user, as of now
	Via         Via
	Rights      Privileges // effective: the token's ∩ the user's
	TokenID     int64      // 0 unless Via is ViaToken
	Expires     time.Time  // the token's end; zero: none
	Addresses   AddressList
	TokenHash   TokenHash
	TokenChange int64 // Token.Change as seen, checked again when something is written

	SessionID int64 // 0 unless Via is ViaSession
	// CPanel: the caller was let in on cPanel's side (port 2083), as the account that
	// User is. Rights are then empty, and User is seen without what it may be to WHM.
	CPanel bool
	// ActsFor is the account that a WHM user calls cPanel's functions for; zero: none.
	ActsFor   Principal
	MadeBy    int64      // the API token whose link opened the session; 0: none
	ReadOnly  bool       // the request's method (HEAD) must change nothing
	Addr      netip.Addr // where the call came from; invalid for a command
	Agent     string     // what a token's client calls itself, as it was sent
	RequestID string
	RealUser  string // a command's operating system user
}

// Service is what a session of the side that the caller came to is for.
func (c Caller) Service() string { return ServiceOf(c.CPanel) }

// Maker is the token that answers for what the caller leaves behind: its own, or
// the one whose link opened its session; 0 for neither.
func (c Caller) Maker() int64 {
	if c.TokenID != 0 {
		return c.TokenID
	}
	return c.MadeBy
}

// MustChangePassword reports whether the caller may set its own password and do
// nothing else. The mark is about the password, and about sessions, which people
// open: a token was not made from the password, and does not become safer by
// another one.
func (c Caller) MustChangePassword() bool {
	return c.User.PasswordForced && (c.Via == ViaPassword || c.Via == ViaSession)
}

// Full reports whether the caller has all the rights of its user.
func (c Caller) Full() bool { return c.Rights.Covers(c.User.Rights()) }

// Unbounded reports whether nothing but its user's rights limits the caller: no
// missing privilege, no end, no address list.
func (c Caller) Unbounded() bool {
	return c.Full() && c.Expires.IsZero() && len(c.Addresses) == 0
}

// LogValue names the caller without anything secret.
func (c Caller) LogValue() slog.Value {
	return slog.StringValue(fmt.Sprintf("%s/%s", c.User.Name, c.Via))
}

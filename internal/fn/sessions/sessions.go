// Package sessions is the family of functions that open sessions for others, by
// one-time links, and that show and end the caller's own. It refuses to know HTTP, SQL and
// what a cookie is.
package sessions

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Reader is what the family reads.
type Reader interface {
	Principal(name string) (hostkeep.Principal, error)
	Account(user string) (hostkeep.Account, error)
	Sessions(principalID int64, service string) ([]hostkeep.Session, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	TokenByID(id int64) (hostkeep.Token, error)
	NewID() int64
	InsertLink(hostkeep.Session) error
	DeleteSession(hostkeep.Session) error
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
	Now    hostkeep.Clock
	Host   string                      // the server's name
	Port   func(service string) string // where people reach a service
	// NewToken makes a security token.
	NewToken func() (string, error)
	// NewLink makes a link's secret for a user, and what is kept of it.
	NewLink func(user, token string) (hostkeep.Secret, hostkeep.Session, error)
}

type family struct{ Deps }

const noUser = "Sorry, the user %s does not exist."

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return append(f.own(),
		api.Define(api.Decl{
			Name: "create_user_session", Summary: "Make a link that opens a session for a user, once.", Since: "11.40",
			Opens: []hostkeep.Privilege{"create-user-session"}, Writes: true, Touches: api.AccountCredentials,
			Account: "user", NoAccount: noUser,
		}, f.create),
		api.Define(api.Decl{
			Name: "get_users_links", Summary: "List the pages that a session's link can lead to.", Since: "11.50",
			Opens: []hostkeep.Privilege{"create-user-session"}, Touches: api.NoCredentials,
			Account: "user", NoAccount: noUser,
		}, f.links),
	)
}

type linksIn struct {
	User    string `whm:"user,required"`
	Service string `whm:"service,default=cpaneld,enum=cpaneld|webmail"`
}

type linksOut struct {
	Links wire.Keyed[string] `whm:",spread" doc:"the address of each page, by the name that app takes; none yet"`
}

// links answers none: there are no pages of cPanel to lead to.
func (f family) links(context.Context, api.Call, linksIn) (out linksOut, err error) { return out, nil }

// Package tokens is the family of API token functions: create, list, update,
// get details, revoke, and those of cPanel's side for accounts. It holds the rules of a token's life and of promise 2
// (what a token makes never exceeds it). It refuses to know HTTP, SQL and how a
// secret is checked at a call.
package tokens

import (
	"context"
	"net/netip"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Reader is what the family reads.
type Reader interface {
	Token(ownerID int64, name string) (hostkeep.Token, error)
	TokenByID(id int64) (hostkeep.Token, error)
	TokenByHash(hostkeep.TokenHash) (hostkeep.Token, error)
	Tokens(ownerID int64) ([]hostkeep.Token, error)
	CPanelToken(accountID int64, name string) (hostkeep.Token, error)
	CPanelTokens(accountID int64) ([]hostkeep.Token, error)
	TokensMadeBy(tokenID int64) ([]hostkeep.Token, error)
	CPanelTokensMade(userID int64) ([]hostkeep.Token, error)

	TokenUse(tokenID int64) (hostkeep.TokenUse, error)
	TokenUses(ownerID int64) ([]hostkeep.TokenUse, error)
	TokenDays(tokenID, since int64) ([]hostkeep.TokenDay, error)
	TokenCounts(tokenID, since int64) ([]hostkeep.UseCount, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	NewID() int64
	InsertToken(hostkeep.Token) error
	UpdateToken(hostkeep.Token) error
	DeleteToken(hostkeep.Token) error
}

// Deps is what the family is made of.
type Deps struct {
	Read      func(context.Context, func(Reader) error) error
	Change    func(context.Context, hostkeep.Change, func(Tx) error) error
	Now       hostkeep.Clock
	NewSecret func() (hostkeep.Secret, error)
	Hash      func(hostkeep.Secret) hostkeep.TokenHash
	KeyID     string // of the key that Hash uses
	// RequireACL refuses api_token_create without acl.
	RequireACL bool
	// UpdateResets brings WHM's meaning of api_token_update back: what is
	// absent is reset to the widest, within promise 2.
	UpdateResets bool

	// Judge judges a token as a request from an address would have it judged: the
	// caller that it makes, or one sentence why none.
	Judge func(hostkeep.TokenHash, netip.Addr) (c hostkeep.Caller, refused string, err error)
	// Decide is the dispatcher's decision about a call that names an account ("": none).
	Decide func(c hostkeep.Caller, function, account string) api.Decision
	// Opens lists the privileges that open a function; none for one that does not exist.
	Opens func(function string) []hostkeep.Privilege
}

type family struct{ Deps }

const manage hostkeep.Privilege = "manage-api-tokens"

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return []*api.Function{
		api.Define(api.Decl{
			Name: "api_token_create", Summary: "Make an API token for the calling user; its secret is in this answer and nowhere else.",
			Since: "64", Opens: []hostkeep.Privilege{manage}, Writes: true, Touches: api.OwnTokens,
		}, f.create),
		api.Define(api.Decl{
			Name: "api_token_list", Summary: "List the calling user's API tokens, expired ones too.",
			Since: "64", Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
		}, f.list),
		api.Define(api.Decl{
			Name: "api_token_update", Summary: "Change an API token's name, privileges, end or addresses; what is left out stays.",
			Since: "68", Opens: []hostkeep.Privilege{manage}, Writes: true, Touches: api.OwnTokens,
		}, f.update),
		api.Define(api.Decl{
			Name: "api_token_get_details", Summary: "Tell what the calling user's token with a given secret may do.",
			Since: "98", Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
		}, f.details),
		api.Define(api.Decl{
			Name: "api_token_revoke", Summary: "Remove API tokens of the calling user: all that are named, or none.",
			Since: "64", Opens: []hostkeep.Privilege{manage}, Writes: true, Touches: api.OwnTokens,
		}, f.revoke),
		api.Define(api.Decl{
			Name: "hostkeep_token_overview", Summary: "List the calling user's API tokens as a table needs them: filtered, sorted, a page at a time, with what they were last used for.",
			Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
		}, f.overview),
		api.Define(api.Decl{
			Name: "hostkeep_token_use", Summary: "Tell what an API token of the calling user has done in the last days, and which of its privileges that needed.",
			Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
		}, f.use),
		api.Define(api.Decl{
			Name: "hostkeep_explain", Summary: "Tell whether a call would be allowed, and if not, why: the server's own decision, without making the call.",
			Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
		}, f.explain),
	}
}

// described is a token as create, update and get_details answer it.
type described struct {
	ACLs      []string  `whm:"acls"`
	Created   time.Time `whm:"create_time"`
	Expires   time.Time `whm:"expires_at"`
	Name      string    `whm:"name"`
	Addresses []string  `whm:"whitelist_ips,null"`
}

func describe(t hostkeep.Token) described {
	return described{t.Privileges.Names(), t.Created, t.Expires, t.Name, addresses(t)}
}

// addresses is nil, and so null on the wire, where there is no limit.
func addresses(t hostkeep.Token) []string {
	if len(t.Addresses) == 0 {
		return nil
	}
	return t.Addresses.Texts()
}

// expiry reads expires_at: absent or 0 is never, the past is refused.
func (f family) expiry(seconds *int64) (time.Time, error) {
	if seconds == nil || *seconds == 0 {
		return time.Time{}, nil
	}
	const year9999 = 253402300799 // what four-digit years can show
	switch end := time.Unix(*seconds, 0).UTC(); {
	case *seconds < 0 || *seconds > year9999:
		return time.Time{}, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"expires_at\" is no time in Unix seconds that can be kept.")
	case !end.After(f.Now()):
		return time.Time{}, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"expires_at\" lies in the past.")
	default:
		return end, nil
	}
}

// privileges reads a list of acl that was given.
func privileges(names []string) (hostkeep.Privileges, error) {
	if len(names) == 0 {
		return hostkeep.Privileges{}, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"acl\" is empty: name at least one privilege.")
	}
	return hostkeep.ParsePrivileges(names)
}

func noToken(name string) error {
	return hostkeep.Errorf(hostkeep.NotFound, "You have no API token named %q.", hostkeep.Clip(name, hostkeep.MaxTokenName))
}

func nameTaken(name string) error {
	return hostkeep.Errorf(hostkeep.Conflict, "You have an API token named %q already.", name)
}

// Keyed rows of api_token_list.
type listed struct {
	Name      string            `whm:"name"`
	Created   time.Time         `whm:"create_time"`
	Expires   time.Time         `whm:"expires_at"`
	ACLs      wire.Worded[bool] `whm:"acls"`
	Addresses []string          `whm:"whitelist_ips,null"`
}

// Package accounts is the family of account functions: create, list, suspend,
// remove, change package and password. It holds WHM's rules of names, domains
// and limits. It refuses to know HTTP, SQL and what makes an account real on a
// machine.
package accounts

import (
	"context"
	"errors"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// Users is what the family reads of users and their tokens.
type Users interface {
	Principal(name string) (hostkeep.Principal, error)
	PrincipalByID(id int64) (hostkeep.Principal, error)
	PrincipalsAlike(name string) ([]hostkeep.Principal, error)
	Tokens(ownerID int64) ([]hostkeep.Token, error)
}

// Hosting is what the family reads of what accounts have.
type Hosting interface {
	Domain(name string) (hostkeep.Domain, error)
	DomainsOf(accountID int64) ([]hostkeep.Domain, error)
	Domains(ownerID int64) ([]hostkeep.Domain, error)
	DomainsBelow(name string) ([]hostkeep.Domain, error)
	Zone(name string) (hostkeep.Zone, error)
	ZonesBelow(name string) ([]hostkeep.Zone, error)
	Settings(ownerID int64, kind string) ([]hostkeep.Setting, error)
}

// Reader is what the family reads.
type Reader interface {
	Users
	Hosting
	Account(user string) (hostkeep.Account, error)
	AccountByID(id int64) (hostkeep.Account, error)
	AccountByDomain(domain string) (hostkeep.Account, error)
	Accounts(ownerID int64) ([]hostkeep.Account, error)
	Package(name string) (hostkeep.Package, error)
	FeatureList(name string) (hostkeep.FeatureList, error)
	MaxUID() (int64, error)
	AccountsWithUID(uid int64) (int64, error)
	AccountsAtHome(home string, but int64) (int64, error)
	Allotment(ownerID, accountID, packageID int64) (hostkeep.Allotment, error)
}

// UserWriter is what the family writes of users.
type UserWriter interface {
	NewID() int64
	InsertPrincipal(p hostkeep.Principal, passwordHash string) error
	UpdatePrincipal(hostkeep.Principal) error
	SetPasswordHash(id int64, passwordHash string) error
	DeleteToken(hostkeep.Token) error
	DropReseller(id int64) error
}

// AccountWriter is what the family writes of accounts and what they have.
type AccountWriter interface {
	InsertAccount(hostkeep.Account) error
	UpdateAccount(hostkeep.Account) error
	DeleteAccount(id int64) error
	InsertPackage(hostkeep.Package) error
	UpdateDomain(hostkeep.Domain) error
	PutSetting(hostkeep.Setting) error
}

// Tx is what the family reads and writes, within one change.
type Tx interface {
	Reader
	UserWriter
	AccountWriter
	zones.AccountTx
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
	// Since lists what of accounts, their owners and packages has changed since a
	// place in the node's list of changes, and the place that it has come to; or
	// tells that it does not have all of it. 0 is no place.
	Since        func(at int64) (changed []hostkeep.Object, now int64, complete bool)
	Now          hostkeep.Clock
	HashPassword func(context.Context, hostkeep.Secret) (string, error)
	// IsPassword reports whether it is the password that a principal has now.
	IsPassword func(ctx context.Context, principalID int64, s hostkeep.Secret) (bool, error)
	// Confirm reports whether somebody who calls for a user has shown its password. It
	// counts as a sign-in does.
	Confirm     func(ctx context.Context, c hostkeep.Caller, user hostkeep.Principal, s hostkeep.Secret) (bool, error)
	NewPassword func() (hostkeep.Secret, error)
	Domains     hostkeep.DomainRules
	Zones       zones.Rules
	IP          string // the server's shared address
}

type family struct {
	Deps
	known *known
}

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d, &known{turn: make(chan struct{}, 1)}}
	listed := wire.V0{Form: wire.Status, Members: []wire.Twin{
		{Name: "acct", Members: []wire.Twin{{Name: "unix_startdate", Text: true}}},
	}}
	return slices.Concat(f.outgoing(), f.modifying(), f.using(), f.naming(), []*api.Function{
		api.Define(api.Decl{
			Name: "createacct", Summary: "Make a cPanel account.", Since: "11.32",
			Opens: []hostkeep.Privilege{hostkeep.CreateAcct}, Writes: true, Touches: api.NewAccounts,
			V0: wire.V0{Form: wire.Result, Log: wire.RawOut, Under: "options", Members: []wire.Twin{
				{Name: "nameserver3", Null: true}, {Name: "nameserver4", Null: true},
			}},
		}, f.createacct),
		api.Define(api.Decl{
			Name: "listaccts", Summary: "List the accounts that the caller may see, sorted by user.", Since: "11",
			Opens: []hostkeep.Privilege{"list-accts"}, Touches: api.NoCredentials,
			V0: listed,
		}, f.listaccts),
		api.Define(api.Decl{
			Name: "accountsummary", Summary: "Show one account, by user or domain.", Since: "11.32",
			Opens: []hostkeep.Privilege{"acct-summary"}, Touches: api.NoCredentials,
			V0: listed,
		}, f.accountsummary),
		api.Define(api.Decl{
			Name: "suspendacct", Summary: "Suspend an account.", Since: "11",
			Opens: []hostkeep.Privilege{"suspend-acct"}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: "_suspendacct called for a user that does not exist. (%s)",
			V0: wire.V0{Form: wire.Result, Log: wire.InStatus},
		}, f.suspendacct),
		api.Define(api.Decl{
			Name: "unsuspendacct", Summary: "Unsuspend an account.", Since: "11",
			Opens: []hostkeep.Privilege{"suspend-acct"}, Writes: true, Touches: api.AccountCredentials,
			Account: "user", NoAccount: "_unsuspendacct called for a user that does not exist. (%s)",
			V0: wire.V0{Form: wire.Result, Log: wire.InStatus},
		}, f.unsuspendacct),
		api.Define(api.Decl{
			Name: "listsuspended", Summary: "List the suspended accounts that the caller may see.", Since: "11",
			Opens: []hostkeep.Privilege{"suspend-acct"}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Status, Members: []wire.Twin{
				{Name: "account", As: "accts", Members: []wire.Twin{{Name: "unixtime", Text: true}}},
			}},
		}, f.listsuspended),
		api.Define(api.Decl{
			Name: "removeacct", Summary: "Remove an account, and the tokens of its user.", Since: "11",
			Opens: []hostkeep.Privilege{"kill-acct"}, Writes: true, Touches: api.NoCredentials,
			Account: "username", NoAccount: "System user %s does not exist!",
			V0: wire.V0{Form: wire.Result, Log: wire.RawOut},
		}, f.removeacct),
		api.Define(api.Decl{
			Name: "changepackage", Summary: "Give an account another package and its limits.", Since: "11",
			Opens: []hostkeep.Privilege{"upgrade-account"}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: "Sorry the user %s does not exist",
			V0: wire.V0{Form: wire.Result, Log: wire.RawOut},
		}, f.changepackage),
		api.Define(api.Decl{
			Name: "passwd", Summary: "Change the password of an account's user.", Since: "11",
			Opens: []hostkeep.Privilege{"passwd"}, Writes: true, Touches: api.AccountCredentials,
			Account: "user", NoAccount: noSuchUser, OwnPassword: true,
			V0: wire.V0{Form: wire.Result, Name: "passwd", Log: wire.RawOut, Members: []wire.Twin{
				{Name: "app", As: "services", Wrap: "app"},
			}},
		}, f.passwd),
	})
}

const noSuchUser = "Sorry, the user %s does not exist."

// mine finds an account that the caller may act on, as the change sees it. The
// dispatcher asked the node's memory before; this asks the store.
func mine(r Reader, c hostkeep.Caller, user, missing string) (hostkeep.Account, error) {
	return c.FindAccount(user, missing, r.Account)
}

// governed finds an account whose state the caller may change.
func governed(r Reader, c hostkeep.Caller, user, missing string) (hostkeep.Account, error) {
	return c.GovernAccount(user, missing, r.Account)
}

// orElse is ours for a row that is not there.
func orElse(err error, ours *hostkeep.Error) error {
	if errors.Is(err, hostkeep.ErrNotFound) {
		return ours
	}
	return err
}

// Package twofactor is the family of functions about second factors: the codes
// of an app beside the password. It refuses to know HTTP, SQL, how a code is
// computed and how a seed is sealed.
package twofactor

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// Reader is what the family reads.
type Reader interface {
	Principal(name string) (hostkeep.Principal, error)
	Accounts(ownerID int64) ([]hostkeep.Account, error)
	TwoFactor(principalID int64) (hostkeep.TwoFactor, error)
	TwoFactors() ([]int64, error)
	TwoFactorSetting(principalID int64) (hostkeep.TwoFactorSetting, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	PutTwoFactor(hostkeep.TwoFactor) error
	DeleteTwoFactor(principalID int64) error
	PutTwoFactorSetting(hostkeep.TwoFactorSetting) error
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
	Host   string // the server's name
	// NewSeed makes a seed and the address that apps read.
	NewSeed func(issuer, user string) (seed, address hostkeep.Secret, err error)
	// CheckSeed refuses what makes no codes, MatchCode finds the step of a code.
	CheckSeed func(hostkeep.Secret) error
	MatchCode func(seed hostkeep.Secret, code string) (step int64, right bool)
	// ProveCode uses up a code of a user's second factor; of kind Denied when it
	// is none now.
	ProveCode func(ctx context.Context, p hostkeep.Principal, t hostkeep.TwoFactor, code string) error
	// Seal closes a seed for a principal; codes up to the step are used.
	Seal func(principalID int64, seed hostkeep.Secret, step int64) (hostkeep.TwoFactor, error)
}

type family struct{ Deps }

// Functions declares the family. The two that move seeds from one server to
// another (since 118) are left out: a seed is shown once.
func Functions(d Deps) []*api.Function {
	f := family{d}
	opens := []hostkeep.Privilege{"create-acct"}
	return []*api.Function{
		api.Define(api.Decl{
			Name: "twofactorauth_policy_status", Summary: "Tell whether users who have a second factor must use it.", Since: "54",
			Opens: opens, Touches: api.NoCredentials,
		}, f.status),
		api.Define(api.Decl{
			Name: "twofactorauth_enable_policy", Summary: "Ask for the code of everyone who has a second factor.", Since: "54",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.OwnLogin,
		}, f.policy(false)),
		api.Define(api.Decl{
			Name: "twofactorauth_disable_policy", Summary: "Ask nobody for codes; second factors are kept.", Since: "54",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.OwnLogin,
		}, f.policy(true)),
		api.Define(api.Decl{
			Name: "twofactorauth_get_issuer", Summary: "Tell the name that apps show beside the caller's codes.", Since: "54",
			Opens: opens, Touches: api.NoCredentials,
		}, f.issuer),
		api.Define(api.Decl{
			Name: "twofactorauth_set_issuer", Summary: "Set the name that apps show; root's is everyone's who has none.", Since: "54",
			Opens: opens, Writes: true, Touches: api.NoCredentials,
		}, f.setIssuer),
		api.Define(api.Decl{
			Name: "twofactorauth_generate_tfa_config", Summary: "Make a seed for the caller's app; nothing is set by it.", Since: "54",
			Opens: opens, Touches: api.NoCredentials,
		}, f.generate),
		api.Define(api.Decl{
			Name: "twofactorauth_set_tfa_config", Summary: "Give the caller a second factor, which a code of it proves.", Since: "54",
			Opens: opens, Writes: true, Touches: api.OwnLogin,
		}, f.set),
		api.Define(api.Decl{
			Name: "twofactorauth_get_user_configs", Summary: "List the caller's users, and whether each has a second factor.", Since: "54",
			Opens: opens, Touches: api.NoCredentials, Account: "user", NoAccount: noUser,
		}, f.configs),
		api.Define(api.Decl{
			Name: "twofactorauth_remove_user_config", Summary: "Take the second factor of users.", Since: "54",
			Opens: opens, Writes: true, Touches: api.ListedUsers,
		}, f.remove),
	}
}

const noUser = "Sorry, the user %s does not exist."

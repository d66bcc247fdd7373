package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/fn/accounts"
	"github.com/hostkeep/hostkeep/internal/fn/cpaneluser"
	"github.com/hostkeep/hostkeep/internal/fn/cphulk"
	"github.com/hostkeep/hostkeep/internal/fn/dns"
	"github.com/hostkeep/hostkeep/internal/fn/domains"
	"github.com/hostkeep/hostkeep/internal/fn/features"
	"github.com/hostkeep/hostkeep/internal/fn/network"
	"github.com/hostkeep/hostkeep/internal/fn/packages"
	"github.com/hostkeep/hostkeep/internal/fn/record"
	"github.com/hostkeep/hostkeep/internal/fn/resellers"
	"github.com/hostkeep/hostkeep/internal/fn/server"
	"github.com/hostkeep/hostkeep/internal/fn/sessions"
	"github.com/hostkeep/hostkeep/internal/fn/settings"
	"github.com/hostkeep/hostkeep/internal/fn/tokens"
	"github.com/hostkeep/hostkeep/internal/fn/twofactor"
	"github.com/hostkeep/hostkeep/internal/fn/zonetemplates"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// What each family needs of the store, checked when this is compiled.
var (
	_ tokens.Tx    = (*sqlstore.Tx)(nil)
	_ accounts.Tx  = (*sqlstore.Tx)(nil)
	_ cphulk.Tx    = (*sqlstore.Tx)(nil)
	_ dns.Tx       = (*sqlstore.Tx)(nil)
	_ domains.Tx   = (*sqlstore.Tx)(nil)
	_ packages.Tx  = (*sqlstore.Tx)(nil)
	_ features.Tx  = (*sqlstore.Tx)(nil)
	_ resellers.Tx = (*sqlstore.Tx)(nil)
	_ settings.Tx  = (*sqlstore.Tx)(nil)
	_ network.Tx   = (*sqlstore.Tx)(nil)
	_ sessions.Tx  = (*sqlstore.Tx)(nil)
	_ twofactor.Tx = (*sqlstore.Tx)(nil)

	_ zonetemplates.Tx = (*sqlstore.Tx)(nil)
)

var (
	_ record.Reader     = (*sqlstore.Reader)(nil)
	_ cpaneluser.Reader = (*sqlstore.Reader)(nil)
)

// catalogue declares every function that this server answers.
func (a *App) catalogue() (*api.Catalogue, error) {
	var c *api.Catalogue
	o := api.Options{Directory: a.node, Digest: a.ring.Digest, Now: a.now, Observe: a.observe}
	if a.hooks != nil {
		o.Hooks = a.hooks
	}
	c, err := api.New(
		o,
		server.Functions(server.Deps{
			Hostname: a.host, LoadAvg: loadAverage, Disks: a.disks, Services: a.services, System: system, Certificate: a.certificate,
			Callable: func(who hostkeep.Caller, version int) []string { return c.Callable(who, version) },
			Call: func(ctx context.Context, who hostkeep.Caller, function string, p wire.Params) wire.Reply {
				return a.inner(ctx, c, who, function, p)
			},
			CPanel: a.cpanelFor,
			Batch:  a.cfg.Limits.Batch, Limits: a.wireLimits(),
		}),
		tokens.Functions(tokens.Deps{
			Read: reading[tokens.Reader](a), Change: changing[tokens.Tx](a), Now: a.now,
			NewSecret: newTokenSecret,
			Hash:      a.ring.HashToken, KeyID: a.ring.ID(),
			RequireACL: a.cfg.Tokens.RequireACL, UpdateResets: a.cfg.Compat.UpdateResets,
			Judge: a.judgeToken,
			Decide: func(who hostkeep.Caller, function, account string) api.Decision {
				return c.Explain(who, function, account)
			},
			Opens: func(function string) []hostkeep.Privilege { return c.Opens(function) },
		}),
		accounts.Functions(a.accountDeps()),
		domains.Functions(a.domainDeps()),
		packages.Functions(packages.Deps{Read: reading[packages.Reader](a), Change: changing[packages.Tx](a)}),
		features.Functions(features.Deps{Read: reading[features.Reader](a), Change: changing[features.Tx](a)}),
		resellers.Functions(resellers.Deps{
			Read: reading[resellers.Reader](a), Change: changing[resellers.Tx](a), Now: a.now, Addresses: ownAddresses,
		}),
		settings.Functions(settings.Deps{
			Read: reading[settings.Reader](a), Change: changing[settings.Tx](a), Configured: a.cfg.OfFile, Zones: a.zoneRules(),
		}),
		network.Functions(network.Deps{
			Read: reading[network.Reader](a), Change: changing[network.Tx](a),
			Main: mainAddress(), Interfaces: interfaces, Sockets: sockets,
		}),
		cphulk.Functions(cphulk.Deps{Read: reading[cphulk.Reader](a), Change: changing[cphulk.Tx](a), Watch: a.guards, Now: a.now}),
		dns.Functions(a.dnsDeps()),
		record.Functions(record.Deps{Read: reading[record.Reader](a)}),
		zonetemplates.Functions(zonetemplates.Deps{Read: reading[zones.Reader](a), Change: changing[zonetemplates.Tx](a), Zones: a.zoneRules()}),
		a.sessionFunctions(),
		a.twoFactorFunctions(),
	)
	if err != nil {
		return nil, fmt.Errorf("the declared functions do not hold together: %w", err)
	}
	return c, nil
}

// dnsDeps is what the zone functions of both sides are made of.
func (a *App) dnsDeps() dns.Deps {
	return dns.Deps{
		Read: reading[dns.Reader](a), Change: changing[dns.Tx](a), Domains: a.domainRules(),
		Zones: a.zoneRules(), Turns: a.turns,
		Resolve: a.resolve, ResolveNS: a.servers,
	}
}

func (a *App) accountDeps() accounts.Deps {
	return accounts.Deps{
		Read: reading[accounts.Reader](a), Change: a.accountChange(), Since: a.node.Hosting, Now: a.now,
		HashPassword: a.hash,
		IsPassword:   a.isPassword,
		Confirm:      a.confirm,
		NewPassword:  func() (hostkeep.Secret, error) { return auth.NewPassword(rand.Reader) },
		Domains:      a.domainRules(), Zones: a.zoneRules(), IP: mainAddress(),
	}
}

func (a *App) domainDeps() domains.Deps {
	return domains.Deps{Read: reading[domains.Reader](a), Change: changing[domains.Tx](a), Rules: a.domainRules(), Zones: a.zoneRules()}
}
func newTokenSecret() (hostkeep.Secret, error) { return auth.NewSecret(rand.Reader) }

// reading fits the store's read transaction to what a family calls it.
func reading[R any](a *App) func(context.Context, func(R) error) error {
	return func(ctx context.Context, do func(R) error) error {
		return a.store.Read(ctx, func(r *sqlstore.Reader) error { return do(any(r).(R)) })
	}
}

// changing is the one way of a write: the store's transaction, then this node's
// own memory, before the answer.
func changing[T any](a *App) func(context.Context, hostkeep.Change, func(T) error) error {
	return func(ctx context.Context, c hostkeep.Change, do func(T) error) error {
		return a.change(ctx, c, func(tx *sqlstore.Tx) error { return do(any(tx).(T)) })
	}
}

func (a *App) change(ctx context.Context, c hostkeep.Change, do func(*sqlstore.Tx) error) error {
	at, err := a.store.Change(ctx, c, do)
	if err != nil {
		return err
	}
	return a.node.Reach(context.WithoutCancel(ctx), at)
}

// accountChange also removes the file with root's first password once that
// password is no longer the one.
func (a *App) accountChange() func(context.Context, hostkeep.Change, func(accounts.Tx) error) error {
	return func(ctx context.Context, c hostkeep.Change, do func(accounts.Tx) error) error {
		var rootChanged bool
		err := a.change(ctx, c, func(tx *sqlstore.Tx) error { return do(&passwordTx{tx, &rootChanged}) })
		if err == nil && rootChanged {
			if rmErr := os.Remove(a.passwordFile()); rmErr != nil && !os.IsNotExist(rmErr) {
				a.log.Warn("the file with root's first password cannot be removed", "err", rmErr)
			}
		}
		return err
	}
}

// isPassword reports whether s is the password that is stored for a principal.
func (a *App) isPassword(ctx context.Context, principalID int64, s hostkeep.Secret) (bool, error) {
	stored, err := passwords{a.store}.PasswordHash(ctx, principalID)
	if err != nil {
		return false, err
	}
	same, err := a.hasher.Verify(ctx, stored, s)
	if err != nil && !errors.Is(err, auth.ErrUnavailable) {
		return false, nil // none, or not of a form that anybody signs in with
	}
	return same, err
}

// confirm reports whether a caller who is let in has shown a user's password too.
func (a *App) confirm(ctx context.Context, c hostkeep.Caller, user hostkeep.Principal, s hostkeep.Secret) (bool, error) {
	err := a.told(c.RequestID, a.auth.Confirm(ctx, user, s, auth.Request{CPanel: true, Addr: c.Addr, ID: c.RequestID}))
	var refused *auth.Refusal
	if errors.As(err, &refused) {
		return false, nil
	}
	return err == nil, err
}

func (a *App) passwordFile() string { return filepath.Join(a.cfg.Data, "root-password") }

// passwordTx notes when root's password is set.
type passwordTx struct {
	*sqlstore.Tx
	rootChanged *bool
}

// SetPasswordHash sets a password's hash.
func (tx *passwordTx) SetPasswordHash(id int64, hash string) error {
	*tx.rootChanged = *tx.rootChanged || id == hostkeep.RootID
	return tx.Tx.SetPasswordHash(id, hash)
}

package daemon

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/fn/accounts"
	"github.com/hostkeep/hostkeep/internal/fn/cpaneluser"
	"github.com/hostkeep/hostkeep/internal/fn/dns"
	"github.com/hostkeep/hostkeep/internal/fn/domains"
	"github.com/hostkeep/hostkeep/internal/fn/features"
	"github.com/hostkeep/hostkeep/internal/fn/lacking"
	"github.com/hostkeep/hostkeep/internal/fn/server"
	"github.com/hostkeep/hostkeep/internal/fn/tokens"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// cpanelCatalogue declares every function of cPanel's APIs that this server answers.
func (a *App) cpanelCatalogue() (*api.CPanelCatalogue, error) {
	o := api.Options{Directory: a.node, Digest: a.ring.Digest, Now: a.now, Observe: a.observe}
	if a.hooks != nil {
		o.Hooks = a.hooks
	}
	c, err := api.NewCPanel(
		api.CPanelOptions{Options: o, Account: a.cpanelAccount},
		domains.CPanel(a.domainDeps()),
		accounts.CPanel(a.accountDeps()),
		dns.CPanel(a.dnsDeps()),
		cpaneluser.CPanel(cpaneluser.Deps{Read: reading[cpaneluser.Reader](a), Hostname: a.domainRules().Hostname, Level: server.Level}),
		server.CPanel(server.Deps{CPanel: a.cpanelFor, Batch: a.cfg.Limits.Batch, Limits: a.wireLimits()}),
		tokens.CPanel(tokens.Deps{
			Read: reading[tokens.Reader](a), Change: changing[tokens.Tx](a), Now: a.now,
			NewSecret: newTokenSecret, Hash: a.ring.HashToken, KeyID: a.ring.ID(),
		}),
		features.CPanel(features.Deps{Read: reading[features.Reader](a)}),
		lacking.CPanel(),
	)
	if err != nil {
		return nil, fmt.Errorf("the declared functions of cPanel do not hold together: %w", err)
	}
	return c, nil
}

// cpanelAccount reads an account and which features it has.
func (a *App) cpanelAccount(ctx context.Context, id int64) (found hostkeep.Account, has func(string) bool, err error) {
	err = a.store.Read(ctx, func(r *sqlstore.Reader) (err error) {
		if found, err = r.AccountByID(id); err != nil {
			return err
		}
		has, err = features.Of(r, found)
		return err
	})
	return found, has, err
}

// cpanelFor runs a function of cPanel's for the account with a name. It may be one of
// many calls of a batch, so whether the caller may is asked again: a WHM user may do
// what WHM's function cpanel would do for it.
func (a *App) cpanelFor(ctx context.Context, who hostkeep.Caller, account string, k api.CPanelCall) wire.Reply {
	k.Account, _ = a.node.PrincipalByName(account) // before what decides: what changes after is seen when it is written
	now, err := a.again(ctx, who)
	if err == nil && !now.CPanel {
		err = refusedBy(a.api.Explain(now, "cpanel", account))
	}
	if err == nil && (k.Account.ID == 0 || k.Account.ID == hostkeep.RootID) {
		err = hostkeep.Errorf(hostkeep.NotFound, "There is no such account any more.")
	}
	if err != nil {
		return a.refusedInside(who, a.cpanel.Refuse(who, k, err), err)
	}
	r := a.cpanel.Call(ctx, now, k)
	a.metrics.Call(r.Function, r.OK)
	return r.Reply
}

// refusedBy is a decision as an error, nil when the call is allowed.
func refusedBy(d api.Decision) error {
	if d.Allowed {
		return nil
	}
	return &hostkeep.Error{Kind: d.Kind, Message: d.Reason, Missing: d.Missing}
}

// answerCPanel turns a request that came to cPanel's side into an answer.
func (a *App) answerCPanel(ctx context.Context, c hostkeep.Caller, r httpd.Request) httpd.Answer {
	p, err := wire.Parse(r.RawQuery, r.ContentType, r.Body, a.wireLimits())
	if err != nil {
		return a.refuseCPanel(c, r, err)
	}
	k, err := a.cpanelCall(c, r, p)
	if err != nil {
		return shape(r, a.refusedCPanel(c, k, err))
	}
	return shape(r, a.cpanel.Call(ctx, c, k))
}

// cpanelCall is which function a request calls, for the caller's own account.
func (a *App) cpanelCall(c hostkeep.Caller, r httpd.Request, p wire.Params) (k api.CPanelCall, err error) {
	switch {
	case r.UAPI:
		k = api.CPanelCall{Dialect: wire.UAPI, Module: r.Module, Name: r.Function, Params: p}
	case r.Function != "cpanel":
		k = api.CPanelCall{Dialect: wire.API2, Name: r.Function}
		err = hostkeep.Errorf(hostkeep.Unsupported, "WHM's functions are not on this port; call cPanel's by /execute/ or /json-api/cpanel.")
	default:
		names, badNames := a.cpanel.Names(p)
		k, err = names.Call(p)
		if badNames != nil {
			err = badNames
		} else if names.User != "" && names.User != c.User.Name {
			err = hostkeep.Errorf(hostkeep.Denied, "You may call cPanel's functions for your own account only.")
		}
	}
	k.Account = c.User
	return k, err
}

// refuseCPanel answers a request whose parameters are not known.
func (a *App) refuseCPanel(c hostkeep.Caller, r httpd.Request, err error) httpd.Answer {
	k := api.CPanelCall{Dialect: wire.API2, Name: r.Function}
	if r.UAPI {
		k = api.CPanelCall{Dialect: wire.UAPI, Module: r.Module, Name: r.Function}
	}
	answer := shape(r, a.refusedCPanel(c, k, err))
	answer.Function = "" // it was not called
	return answer
}

func (a *App) refusedCPanel(c hostkeep.Caller, k api.CPanelCall, err error) api.Reply {
	reply := a.cpanel.Refuse(c, k, err)
	a.count(api.Observation{Function: reply.Function, Caller: c, Kind: reply.Kind, At: a.now()})
	return reply
}

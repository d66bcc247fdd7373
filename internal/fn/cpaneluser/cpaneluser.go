// Package cpaneluser is the family of functions by which an account asks about
// itself: what it is, what it may have and has, and the server it is on. It refuses
// to know HTTP and SQL, and makes no figure up: what is not known is refused by name.
package cpaneluser

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Reader is what the family reads.
type Reader interface {
	AccountByID(id int64) (hostkeep.Account, error)
	DomainsOf(accountID int64) ([]hostkeep.Domain, error)
	Settings(ownerID int64, kind string) ([]hostkeep.Setting, error)
	FeatureOverrides(accountID int64) ([]hostkeep.FeatureOverride, error)
	Sessions(principalID int64, service string) ([]hostkeep.Session, error)
}

// Deps is what the family is made of.
type Deps struct {
	Read     func(context.Context, func(Reader) error) error
	Hostname string // qualified
	Level    string // the WHM version whose API is spoken
}

type family struct {
	Deps
	user, server, session *wire.Output // what is known by name
}

// CPanel declares the family.
func CPanel(d Deps) []*api.Function {
	f := &family{Deps: d}
	decl := func(module, name, summary string) api.Decl {
		return api.Decl{
			Name: name, Summary: summary, Touches: api.NoCredentials,
			CPanel: api.CPanel{Module: module, Dialect: wire.UAPI, Feature: api.AnyFeature},
		}
	}
	user := api.Define(decl("Variables", "get_user_information", "Tell what is known of the account: one variable, or all."), f.userInformation)
	server := api.Define(decl("Variables", "get_server_information", "Tell what is known of the server: one variable, or all."), f.serverInformation)
	session := api.Define(decl("Variables", "get_session_information", "Tell the name of the server that is called."), f.sessionInformation)
	inEncoding := decl("Locale", "get_encoding", "Tell the encoding that the server answers in.")
	inEncoding.CPanel.Dialect = wire.API2
	f.user, f.server, f.session = user.Out, server.Out, session.Out
	return []*api.Function{
		user, server, session,
		api.Define(decl("Quota", "get_quota_info", "Show the account's disk quota and use."), f.quotaInfo),
		api.Define(decl("Quota", "get_local_quota_info", "Show the account's disk quota and use on this server."), f.localQuotaInfo),
		api.Define(decl("StatsBar", "get_stats", "Show how much the account has of what is limited, and may have."), f.stats),
		api.Define(decl("ResourceUsage", "get_usages", "List how much the account has of what is limited, and may have."), f.usages),
		api.Define(decl("Locale", "get_attributes", "Tell the language that the server answers in."), f.locale),
		api.Define(inEncoding, f.encoding),
		api.Define(decl("LastLogin", "get_last_or_current_logged_in_ip", "Tell where the account's user signed in last."), f.lastLogin),
	}
}

// one narrows an answer to the variable that is asked for; without a name it shows
// all that are known.
func one(c api.Call, known *wire.Output, name string) (wire.Note, error) {
	if name == "" {
		return wire.Note{}, nil
	}
	var names []string
	for _, m := range known.Fields() {
		if !strings.Contains(m.Path, ".") && !strings.Contains(m.Path, "[") {
			names = append(names, m.Path)
		}
	}
	if !slices.Contains(names, name) {
		return wire.Note{}, hostkeep.Errorf(
			hostkeep.Unsupported, "%s does not know %q on this server. It knows: %s.", c.Function, hostkeep.Clip(name, 64), strings.Join(names, ", "),
		)
	}
	return wire.Note{Columns: []string{name}}, nil
}

// have is an account with its domains.
type have struct {
	hostkeep.Account
	domains []hostkeep.Domain
}

func accountOf(r Reader, c api.Call) (h have, err error) {
	if h.Account, err = r.AccountByID(c.Account.ID); err != nil {
		return h, fmt.Errorf("finding the account: %w", err)
	}
	if h.domains, err = r.DomainsOf(h.ID); err != nil {
		return h, fmt.Errorf("finding the account's domains: %w", err)
	}
	return h, nil
}

func (f *family) account(ctx context.Context, c api.Call) (h have, err error) {
	err = f.Read(ctx, func(r Reader) (err error) {
		h, err = accountOf(r, c)
		return err
	})
	return h, err
}

// number counts the domains of a kind, as the limits do.
func (h have) number(kind hostkeep.DomainKind) int64 { return hostkeep.CountDomains(h.domains, kind) }

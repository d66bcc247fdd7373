package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"net"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/fn/sessions"
	"github.com/hostkeep/hostkeep/internal/fn/twofactor"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/keyring"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func (a *App) login(ctx context.Context, l httpd.Login, c httpd.Credential) (httpd.Opened, error) {
	o, err := a.auth.Login(ctx, auth.Login(l), auth.Request(c))
	return httpd.Opened(o), a.told(c.ID, err)
}

func (a *App) openLink(ctx context.Context, link hostkeep.Secret, c httpd.Credential) (httpd.Opened, error) {
	o, err := a.auth.OpenLink(ctx, link.Reveal(), auth.Request(c))
	return httpd.Opened(o), a.told(c.ID, err)
}

func codeWanted(err error) bool {
	var refused *auth.Refusal
	return errors.As(err, &refused) && refused.CodeWanted()
}

// sessionStore is the store as the authenticator looks sessions up in it.
type sessionStore struct{ *sqlstore.Store }

// SessionByHash finds an open session.
func (s sessionStore) SessionByHash(ctx context.Context, h hostkeep.SessionHash) (found hostkeep.Session, err error) {
	err = s.Read(ctx, func(r *sqlstore.Reader) (err error) {
		found, err = r.SessionByHash(h)
		return err
	})
	return found, err
}

// Session finds an open session by id.
func (s sessionStore) Session(ctx context.Context, id int64) (found hostkeep.Session, err error) {
	err = s.Read(ctx, func(r *sqlstore.Reader) (err error) {
		found, err = r.Session(id)
		return err
	})
	return found, err
}

// codes is the store of second factors, with the key that opens them.
type codes struct {
	*sqlstore.Store
	ring *keyring.Ring
}

// TwoFactor is a principal's second factor, unless the policy is off.
func (c codes) TwoFactor(ctx context.Context, principalID int64) (t hostkeep.TwoFactor, err error) {
	err = c.Read(ctx, func(r *sqlstore.Reader) error {
		server, err := r.TwoFactorSetting(hostkeep.RootID)
		if err == nil && server.Off {
			err = hostkeep.ErrNotFound
		}
		if err == nil {
			t, err = r.TwoFactor(principalID)
		}
		return err
	})
	return t, err
}

// Seed opens the sealed seed.
func (c codes) Seed(t hostkeep.TwoFactor) (hostkeep.Secret, error) {
	return c.ring.Unseal(seedOf(t.PrincipalID), t.KeyID, t.Sealed)
}

// seedOf is where a principal's seed is kept.
func seedOf(principalID int64) keyring.Place {
	return keyring.Place{Table: "two_factor", Column: "sealed", Row: principalID}
}

// sealSeed is what is kept of a seed whose code of a step was just shown.
func (a *App) sealSeed(principalID int64, seed hostkeep.Secret, step int64) (hostkeep.TwoFactor, error) {
	sealed, err := a.ring.Seal(seedOf(principalID), seed)
	return hostkeep.TwoFactor{PrincipalID: principalID, KeyID: a.ring.ID(), Sealed: sealed, LastStep: step}, err
}

// port is the port of a service as people reach it: the listener's own, or the
// one that it is set to, or WHM's.
func (a *App) port(service string) string {
	listener, set, usual := "whm", a.cfg.WHM, "2087"
	switch service {
	case hostkeep.ServiceCPanel:
		listener, set, usual = "cpanel", a.cfg.CPanel, "2083"
	case hostkeep.ServiceWebmail:
		return "2096"
	}
	if running := a.running.Load(); running != nil && running.Addr(listener) != "" {
		set = running.Addr(listener)
	}
	if _, port, err := net.SplitHostPort(set); err == nil && port != "0" && port != "" {
		return port
	}
	return usual
}

func (a *App) sessionFunctions() []*api.Function {
	return sessions.Functions(sessions.Deps{
		Read: reading[sessions.Reader](a), Change: changing[sessions.Tx](a), Now: a.now, Host: a.host, Port: a.port,
		NewToken: func() (string, error) { return auth.NewSecurityToken(rand.Reader) },
		NewLink: func(user, token string) (hostkeep.Secret, hostkeep.Session, error) {
			return auth.NewLink(rand.Reader, a.ring, user, token)
		},
	})
}

func (a *App) twoFactorFunctions() []*api.Function {
	return twofactor.Functions(twofactor.Deps{
		Read: reading[twofactor.Reader](a), Change: changing[twofactor.Tx](a), Host: a.host,
		NewSeed: func(issuer, user string) (seed, address hostkeep.Secret, err error) {
			return auth.NewSeed(rand.Reader, issuer, user)
		},
		CheckSeed: auth.CheckSeed, MatchCode: a.matchCode, ProveCode: a.proveCode, Seal: a.sealSeed,
	})
}

// matchCode is auth.MatchCode by this server's clock.
func (a *App) matchCode(seed hostkeep.Secret, code string) (step int64, right bool) {
	return auth.MatchCode(seed, code, a.now())
}

// proveCode uses up a code of a second factor, whether or not anybody is asked for
// codes at sign-in.
func (a *App) proveCode(ctx context.Context, p hostkeep.Principal, t hostkeep.TwoFactor, code string) error {
	err := a.auth.ProveCode(ctx, p, t, code)
	var refused *auth.Refusal
	switch {
	case errors.As(err, &refused):
		a.log.Info("code refused", "user", p.Name, "reason", refused.Reason)
		return hostkeep.Errorf(hostkeep.Denied, "current_tfa_token is not a code that your second factor shows now, or was used before, or came too soon after wrong ones.")
	case errors.Is(err, auth.ErrUnavailable):
		a.log.Error("checking a code", "user", p.Name, "error", err)
		return hostkeep.Errorf(hostkeep.Unavailable, "The code cannot be checked right now. Try again in a few seconds.")
	}
	return err
}

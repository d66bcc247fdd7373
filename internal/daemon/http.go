package daemon

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/doc"
	"github.com/hostkeep/hostkeep/internal/fn/server"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/usage"
	"github.com/hostkeep/hostkeep/internal/web"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// httpServer makes the handlers of the API ports.
func (a *App) httpServer() *httpd.Server {
	return httpd.New(httpd.Options{
		Authenticate: a.authenticate,
		Login:        a.login,
		OpenLink:     a.openLink,
		Logout: func(ctx context.Context, c httpd.Credential) error {
			return a.told(c.ID, a.auth.Logout(ctx, auth.Request(c)))
		},
		CodeWanted:    codeWanted,
		Unavailable:   func(err error) bool { return errors.Is(err, auth.ErrUnavailable) },
		RefusalReason: refusalReason,
		Call:          a.answer,
		Refuse:        a.refuse,
		Room:          a.api.Room,
		OpenAPI:       a.openAPI(),
		Pages:         a.pages(),
		Limits:        a.limits(),
		Proxies:       a.cfg.Proxies,
		Log:           a.log,
		Metrics:       a.metrics,
		Now:           a.now,
	})
}

// openAPI answers the document of the caller's side, made once. No function answers it,
// but whoever fetches it with a token has used that token: it is counted under the path's
// name, which no function can have.
func (a *App) openAPI() func(hostkeep.Caller) ([]byte, error) {
	whm := sync.OnceValues(func() ([]byte, error) { return doc.OpenAPI(a.api.Functions(), server.Level) })
	cpanel := sync.OnceValues(func() ([]byte, error) { return doc.CPanelOpenAPI(a.cpanel.Functions(), server.Level) })
	return func(c hostkeep.Caller) ([]byte, error) {
		if c.TokenID != 0 {
			a.uses.Called(c.TokenID, usage.Use{At: a.now(), Addr: c.Addr, Function: "openapi.json", Agent: c.Agent})
		}
		if c.CPanel {
			return cpanel()
		}
		return whm()
	}
}

func (a *App) limits() httpd.Limits {
	l := a.cfg.Limits
	return httpd.Limits{Header: l.Header, Body: l.Body, Read: l.ReadTimeout}
}

// refusalReason is a word for logs and counters; it never holds caller's text.
func refusalReason(err error) string {
	var refused *auth.Refusal
	switch {
	case errors.As(err, &refused):
		return refused.Reason
	case errors.Is(err, auth.ErrUnavailable):
		return "unavailable"
	}
	return "error"
}

// pages are the pages as the listeners call them.
func (a *App) pages() httpd.Pages {
	p := a.web
	return httpd.Pages{
		Has: p.Has, Static: p.Static,
		Page:    func(w http.ResponseWriter, r *http.Request, v httpd.Visit) { p.Page(w, r, web.Visit(v)) },
		SignIn:  func(w http.ResponseWriter, s httpd.SignIn) { p.SignIn(w, web.SignIn(s)) },
		GoOn:    func(w http.ResponseWriter, g httpd.GoOn) { p.GoOn(w, web.GoOn(g)) },
		Trouble: func(w http.ResponseWriter, t httpd.Trouble) { p.Trouble(w, t.Status, t.ID) },
	}
}

// newPages compiles the pages. What they call is counted as other calls are.
func (a *App) newPages() (*web.Pages, error) {
	return web.New(web.Options{
		Call: func(ctx context.Context, c hostkeep.Caller, function string, p wire.Params) api.Reply {
			r := a.api.Call(ctx, c, function, p)
			a.metrics.Call(r.Function, r.OK)
			return r
		},
		Callable: func(c hostkeep.Caller) []string { return a.api.Callable(c, 1) },
		Host:     a.host, Log: a.log, Now: a.now, UpdateResets: a.cfg.Compat.UpdateResets,
	})
}

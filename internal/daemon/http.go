package daemon

import (
	"context"
	"errors"
	"sync"

	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/doc"
	"github.com/hostkeep/hostkeep/internal/fn/server"
	"github.com/hostkeep/hostkeep/internal/httpd"
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
		OpenAPI:       sync.OnceValues(func() ([]byte, error) { return doc.OpenAPI(a.api.Functions(), server.Level) }),
		Limits:        a.limits(),
		Proxies:       a.cfg.Proxies,
		Log:           a.log,
		Metrics:       a.metrics,
		Now:           a.now,
	})
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

package daemon

import (
	"context"
	"errors"
	"net/http"
	"net/netip"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const jsonType = `application/json; charset="utf-8"`

// authenticate is the one authenticator as the listeners call it.
func (a *App) authenticate(ctx context.Context, authorization []string, addr netip.Addr, id string) (hostkeep.Caller, error) {
	c, err := a.auth.WHM(ctx, auth.Request{Authorization: authorization, Addr: addr, ID: id})
	var refused *auth.Refusal
	if errors.As(err, &refused) && refused.User != "" { // a known user's: root may learn all of it
		a.log.Info("credential refused", "id", id, "user", refused.User, "token", refused.TokenID, "reason", refused.Reason)
	}
	return c, err
}

// answer turns a request that is authenticated into an answer on the wire.
func (a *App) answer(ctx context.Context, c hostkeep.Caller, function, rawQuery, contentType string, body []byte) httpd.Answer {
	p, err := wire.Parse(rawQuery, contentType, body, wire.Limits{Params: a.cfg.Limits.Params, Value: a.cfg.Limits.Value})
	if err != nil {
		return a.refuse(c, function, err)
	}
	version, _, err := p.Version()
	switch {
	case err != nil:
		return a.refuse(c, function, err)
	case version == 0:
		return httpd.Answer{Status: http.StatusOK, ContentType: jsonType, Body: []byte(noVersion)}
	}
	r := a.api.Call(ctx, c, function, p)
	answer := httpd.Answer{Status: http.StatusOK, ContentType: jsonType, Body: r.AppendJSON(nil), Function: r.Function, OK: r.OK, Header: http.Header{}}
	if r.Kind == hostkeep.Unavailable {
		answer.Status = http.StatusServiceUnavailable
		answer.Header.Set("Retry-After", "5")
	}
	if r.Missing != "" {
		answer.Header.Set("X-Hostkeep-Missing-Privilege", string(r.Missing))
	}
	return answer
}

// noVersion answers a call without api.version, which on WHM is API 0: in the
// shape that readers of API 0 look at, and with the metadata of API 1.
const noVersion = `{"status":0,"statusmsg":"This call has no api.version, which means API 0; this server answers only API 1 yet: add api.version=1.",` +
	`"error":"This call has no api.version, which means API 0; this server answers only API 1 yet: add api.version=1.",` +
	`"metadata":{"version":0,"result":0,"reason":"This call has no api.version, which means API 0; this server answers only API 1 yet: add api.version=1."}}`

// refuse answers a request whose parameters cannot be read. Which function it
// was for does not matter, nor whether there is one.
func (a *App) refuse(c hostkeep.Caller, function string, err error) httpd.Answer {
	r := wire.Reply{Command: function, Reason: "An internal error occurred."}
	var told *hostkeep.Error
	if errors.As(err, &told) {
		r.Reason = told.Message
	} else {
		a.log.Error("a request's parameters cannot be read", "id", c.RequestID, "err", err)
	}
	return httpd.Answer{Status: http.StatusOK, ContentType: jsonType, Body: r.AppendJSON(nil)}
}

// observe sees every answered call; httpd counts them.
func (a *App) observe(o api.Observation) {
	switch {
	case o.OK:
	case o.Kind == 0:
		a.log.Error("internal error", "id", o.Caller.RequestID, "function", o.Function, "err", o.Err)
	default:
		a.log.Debug("refused", "id", o.Caller.RequestID, "function", o.Function, "kind", o.Kind.String())
	}
}

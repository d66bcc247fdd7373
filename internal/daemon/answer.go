package daemon

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const (
	jsonType = `application/json; charset="utf-8"`
	xmlType  = `text/xml; charset="utf-8"`
)

// long is from how many records on an answer is not gathered before it is sent.
const long = 64

// authenticate is the one authenticator as the listeners call it.
func (a *App) authenticate(ctx context.Context, c httpd.Credential) (hostkeep.Caller, error) {
	caller, err := a.auth.Caller(ctx, auth.Request(c))
	a.countRefused(c.Addr, err)
	return caller, a.told(c.ID, err)
}

// told logs the refusal of a known user's credential: root may learn all of it.
func (a *App) told(id string, err error) error {
	var refused *auth.Refusal
	if errors.As(err, &refused) && refused.User != "" {
		a.log.Info("credential refused", "id", id, "user", refused.User, "token", refused.TokenID, "reason", refused.Reason)
	}
	return err
}

// answer turns a request that is authenticated into an answer on the wire.
func (a *App) answer(ctx context.Context, c hostkeep.Caller, r httpd.Request) httpd.Answer {
	if r.CPanel {
		return a.answerCPanel(ctx, c, r)
	}
	limits := a.wireLimits()
	limits.Value = max(limits.Value, a.api.Room(c, r.Function))
	p, err := wire.Parse(r.RawQuery, r.ContentType, r.Body, limits)
	if err != nil {
		return a.refuse(c, r, err)
	}
	v, _, err := p.Version()
	if err != nil {
		return a.refuseIn(1, c, r, err)
	}
	return shape(r, a.api.CallVersion(ctx, c, v, r.Function, p))
}

func (a *App) wireLimits() wire.Limits {
	return wire.Limits{Params: a.cfg.Limits.Params, Value: a.cfg.Limits.Value}
}

// shape writes a reply in the form that was asked for.
func shape(r httpd.Request, reply api.Reply) httpd.Answer {
	answer := httpd.Answer{
		Status: http.StatusOK, ContentType: jsonType, Function: reply.Function, OK: reply.OK, Header: http.Header{},
		Plain: !reply.Reads || reply.Nests(), // a new token's secret, alone or in a batch
	}
	write, appended := reply.WriteJSON, reply.AppendJSON
	if r.XML {
		answer.ContentType, write, appended = xmlType, reply.WriteXML, reply.AppendXML
	}
	if reply.Records() >= long {
		answer.Write = write
	} else {
		answer.Body = appended(nil)
	}
	if reply.Kind == hostkeep.Unavailable {
		answer.Status = http.StatusServiceUnavailable
		answer.Header.Set("Retry-After", "5")
	}
	if reply.Missing != "" {
		answer.Header.Set("X-Hostkeep-Missing-Privilege", string(reply.Missing))
	}
	return answer
}

// version guesses which API was meant by a request whose parameters cannot be
// read: one that does not speak of api.version means API 0, as far as it is known.
func version(r httpd.Request) int {
	const name = "api.version"
	if r.Unread || strings.Contains(r.RawQuery, name) || bytes.Contains(r.Body, []byte(name)) {
		return 1
	}
	return 0
}

// refuse answers a request that does not reach its function.
func (a *App) refuse(c hostkeep.Caller, r httpd.Request, err error) httpd.Answer {
	if r.CPanel {
		return a.refuseCPanel(c, r, err)
	}
	return a.refuseIn(version(r), c, r, err)
}

func (a *App) refuseIn(version int, c hostkeep.Caller, r httpd.Request, err error) httpd.Answer {
	reply := a.api.Refuse(c, version, r.Function, err)
	a.count(api.Observation{Function: reply.Function, Caller: c, Kind: reply.Kind, At: a.now()})
	answer := shape(r, reply)
	answer.Function = "" // it was not called
	return answer
}

// errChanged is what the rest of a batch is told whose credential has ended.
var errChanged = hostkeep.Errorf(hostkeep.Denied, "Your credential was changed while this batch ran; nothing more was done.")

// inner runs one call of a batch, with the caller's rights as they are by now.
func (a *App) inner(ctx context.Context, from *api.Catalogue, c hostkeep.Caller, function string, p wire.Params) wire.Reply {
	now, err := a.again(ctx, c)
	if err != nil {
		return a.refusedInside(c, from.Refuse(c, 1, function, err), err)
	}
	r := from.Call(ctx, now, function, p)
	a.metrics.Call(r.Function, r.OK)
	return r.Reply
}

// again is a caller with its rights as they are by now; the error is what the rest of
// a batch is told.
func (a *App) again(ctx context.Context, c hostkeep.Caller) (hostkeep.Caller, error) {
	now, err := a.auth.Again(ctx, c)
	if err != nil && !errors.Is(err, auth.ErrUnavailable) {
		err = errChanged
	}
	return now, err
}

// refusedInside is the reply to a call inside another that did not get as far as its
// function: nobody else counts it.
func (a *App) refusedInside(c hostkeep.Caller, r api.Reply, err error) wire.Reply {
	a.metrics.Call(r.Function, false)
	a.observe(api.Observation{Function: r.Function, Caller: c, Kind: r.Kind, Err: err, At: a.now()})
	return r.Reply
}

// observe sees every answered call; httpd counts them.
func (a *App) observe(o api.Observation) {
	a.count(o)
	switch {
	case o.OK:
	case errors.Is(o.Err, context.Canceled): // the client left, or the server has drained
		a.log.Debug("left unanswered", "id", o.Caller.RequestID, "function", o.Function)
	case o.Kind == 0:
		a.log.Error("internal error", "id", o.Caller.RequestID, "function", o.Function, "err", o.Err)
	default:
		a.log.Debug("refused", "id", o.Caller.RequestID, "function", o.Function, "kind", o.Kind.String())
	}
}

package daemon

import (
	"errors"
	"net/netip"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/usage"
)

// The words under which authorisation's refusals are counted; authentication's
// have their own.
const (
	reasonMissing = "missing privilege"
	reasonDenied  = "not allowed"
)

// count counts an answered call of a token. What was not denied is a use, whatever
// came of it: a wrong parameter shows that somebody calls. A command is none.
func (a *App) count(o api.Observation) {
	c := o.Caller
	switch {
	case c.TokenID == 0:
	case o.Kind != hostkeep.Denied:
		a.uses.Called(c.TokenID, usage.Use{At: o.At, Addr: c.Addr, Function: o.Function, Agent: c.Agent})
	case o.Missing != "":
		a.uses.Refused(c.TokenID, o.At, c.Addr, usage.Reason{Word: reasonMissing, Missing: o.Missing})
	default:
		a.uses.Refused(c.TokenID, o.At, c.Addr, usage.Reason{Word: reasonDenied})
	}
}

// countRefused counts a refused credential when its secret was a token's.
func (a *App) countRefused(from netip.Addr, err error) {
	if err == nil {
		return // before what errors.As needs is allocated
	}
	var refused *auth.Refusal
	if errors.As(err, &refused) && refused.TokenID != 0 {
		a.uses.Refused(refused.TokenID, a.now(), from, usage.Reason{Word: refused.Reason})
	}
}

// judgeToken asks the one authenticator about a token that does not call.
func (a *App) judgeToken(h hostkeep.TokenHash, from netip.Addr) (c hostkeep.Caller, refused string, err error) {
	var refusal *auth.Refusal
	c, err = a.auth.Token(h, auth.Request{Addr: from})
	if errors.As(err, &refusal) {
		return c, refusal.Sentence(), nil
	}
	return c, "", err
}

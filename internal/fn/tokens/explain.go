package tokens

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type explainIn struct {
	Function string `whm:"function,required" doc:"the function that would be called, in API 1"`
	Account  string `whm:"account" doc:"the account that it would name; absent: only what does not depend on the account is decided"`
	Token    string `whm:"token" doc:"the name of one of the caller's tokens; absent: the caller itself"`
	Address  string `whm:"address" doc:"where the call would come from; absent: from where the token may be used"`
}

type explainOut struct {
	wire.Note
	Allowed bool   `whm:"allowed" doc:"whether authentication and authorisation let the call through; whether it succeeds depends on its parameters"`
	Kind    string `whm:"kind" doc:"why not: credential, denied, not found or unsupported"`
	Reason  string `whm:"reason" doc:"why not, in full"`
	Answer  string `whm:"answer" doc:"what the holder of the credential would be told instead"`
	Missing string `whm:"missing" doc:"the privilege that would have opened it"`
}

// accessDenied is all that the holder of a refused credential is told.
const accessDenied = "Access denied"

// explain asks what a call asks, in its order: the authenticator, then the one
// authorisation. It decides nothing itself.
func (f family) explain(ctx context.Context, c api.Call, in explainIn) (out explainOut, err error) {
	from, err := address(in.Address)
	if err != nil {
		return out, err
	}
	who := c.Caller
	if in.Token != "" || who.Via == hostkeep.ViaToken && from.IsValid() {
		t, err := f.meant(ctx, c, in.Token)
		if err != nil {
			return out, err
		}
		if !from.IsValid() && len(t.Addresses) > 0 {
			from = t.Addresses[0].Addr()
			out.Warnings = []string{"No address was given: this is for a call from " + strings.Join(t.Addresses.Texts(), ", ") + ". From elsewhere the token is refused."}
		}
		var reason string
		if who, reason, err = f.Judge(t.Hash, from); err != nil {
			return out, err
		}
		if reason != "" {
			out.Kind, out.Reason, out.Answer = "credential", reason, accessDenied
			return out, nil
		}
	}
	d := f.Decide(who, in.Function, in.Account)
	if out.Allowed = d.Allowed; !d.Allowed {
		out.Kind, out.Reason, out.Answer, out.Missing = d.Kind.String(), d.Reason, d.Reason, string(d.Missing)
	}
	return out, nil
}

// meant is the caller's token of that name, or, without one, the token that calls.
func (f family) meant(ctx context.Context, c api.Call, name string) (t hostkeep.Token, err error) {
	if name == "" {
		return hostkeep.Token{Hash: c.TokenHash, Addresses: c.Addresses}, nil
	}
	err = f.Read(ctx, func(r Reader) (err error) {
		t, err = r.Token(c.User.ID, name)
		return err
	})
	if errors.Is(err, hostkeep.ErrNotFound) {
		err = noToken(name)
	}
	return t, err
}

// address reads where a call would come from; absent: the zero address.
func address(text string) (netip.Addr, error) {
	if text == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil || a.Zone() != "" {
		return a, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"address\" is no IPv4 or IPv6 address.")
	}
	return a.Unmap(), nil
}

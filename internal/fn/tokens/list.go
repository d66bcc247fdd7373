package tokens

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type listOut struct {
	Tokens wire.Keyed[listed] `whm:"tokens,list"`
}

func (f family) list(ctx context.Context, c api.Call, _ struct{}) (out listOut, err error) {
	var tokens []hostkeep.Token
	err = f.Read(ctx, func(r Reader) (err error) {
		tokens, err = r.Tokens(c.User.ID)
		return err
	})
	slices.SortFunc(tokens, func(a, b hostkeep.Token) int { return cmp.Compare(a.Name, b.Name) })
	assignable := assignable(c.User)
	for _, t := range tokens {
		out.Tokens = append(out.Tokens, wire.KeyedItem[listed]{Key: t.Name, Value: listed{
			t.Name, t.Created, t.Expires, flags(t.Privileges, assignable), addresses(t),
		}})
	}
	return out, err
}

// assignable lists the privileges that a user could give to a token.
func assignable(u hostkeep.Principal) []string {
	if !u.Rights().Has(hostkeep.All) {
		return u.Rights().Names()
	}
	var every hostkeep.Privileges
	for _, p := range hostkeep.PrivilegeTable() {
		every = every.With(p.Name)
	}
	return every.Names()
}

// flags says of each name whether the set lists it. What "all" implies is not
// listed, as in recorded answers of myprivs.
func flags(s hostkeep.Privileges, names []string) wire.Worded[bool] {
	out := make(wire.Worded[bool], len(names))
	for i, n := range names {
		out[i] = wire.KeyedItem[bool]{Key: n, Value: s.Lists(hostkeep.Privilege(n))}
	}
	return out
}

type detailsIn struct {
	Secret hostkeep.Secret `whm:"token,required" doc:"the secret of the token that is asked about"`
}

type detailsOut struct {
	Token *described `whm:",data"`
}

// details finds only the caller's own tokens of WHM; any other secret is answered as
// one that does not exist: the call succeeds and has no data.
func (f family) details(ctx context.Context, c api.Call, in detailsIn) (out detailsOut, err error) {
	if !hostkeep.WellFormedSecret(in.Secret.Reveal()) {
		return out, nil
	}
	var t hostkeep.Token
	err = f.Read(ctx, func(r Reader) (err error) {
		t, err = r.TokenByHash(f.Hash(in.Secret))
		return err
	})
	if errors.Is(err, hostkeep.ErrNotFound) || (err == nil && (t.OwnerID != c.User.ID || t.CPanel)) {
		return out, nil
	}
	d := describe(t)
	return detailsOut{&d}, err
}

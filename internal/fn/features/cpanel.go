package features

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// CPanel declares the family's face for accounts.
func CPanel(d Deps) []*api.Function {
	f := family{d}
	decl := func(name, summary string) api.Decl {
		return api.Decl{
			Name: name, Summary: summary, Touches: api.NoCredentials,
			CPanel: api.CPanel{Module: "Features", Dialect: wire.UAPI, Feature: api.AnyFeature},
		}
	}
	return []*api.Function{
		api.Define(decl("list_features", "List every feature, and whether the account has it."), f.listFor),
		api.Define(decl("has_feature", "Succeed when the account has a feature, and fail when it has not."), f.hasFor),
	}
}

type listForOut struct {
	Features wire.Worded[bool] `whm:",whole" doc:"each feature by its id: 1 or 0"`
}

func (f family) listFor(ctx context.Context, c api.Call, _ struct{}) (out listForOut, err error) {
	has, err := f.standingFor(ctx, c)
	if err != nil {
		return out, err
	}
	for _, feature := range hostkeep.FeatureTable() {
		out.Features = append(out.Features, wire.KeyedItem[bool]{Key: feature.ID, Value: has(feature.ID)})
	}
	return out, nil
}

type hasForIn struct {
	Name string `whm:"name,required" doc:"the feature's id"`
}

// hasFor answers by its status, as UAPI does: there is no data.
func (f family) hasFor(ctx context.Context, c api.Call, in hasForIn) (out api.Done, err error) {
	if !hostkeep.KnownFeature(in.Name) {
		return out, hostkeep.Errorf(hostkeep.NotFound, "There is no feature %q.", hostkeep.Clip(in.Name, 64))
	}
	has, err := f.standingFor(ctx, c)
	if err == nil && !has(in.Name) {
		err = hostkeep.Errorf(hostkeep.Denied, "The feature %q exists, and the account does not have it.", in.Name)
	}
	return out, err
}

// standingFor tells which features the account has that the call is for.
func (f family) standingFor(ctx context.Context, c api.Call) (has func(feature string) bool, err error) {
	err = f.Read(ctx, func(r Reader) error {
		a, err := r.Account(c.Account.Name)
		if err == nil {
			has, err = Of(r, a)
		}
		return err
	})
	return has, err
}

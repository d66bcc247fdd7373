package features

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type createIn struct {
	List      string           `whm:"featurelist,required"`
	Overwrite bool             `whm:"overwrite,default=0" doc:"where the list exists, make it anew"`
	Features  wire.Keyed[bool] `whm:"featurelistname,rest" doc:"the ids of features; what is not named is off"`
}

type createOut struct {
	wire.Note
	List string `whm:"featurelist"`
}

func (f family) create(ctx context.Context, c api.Call, in createIn) (out createOut, err error) {
	known, unknown := sorted(in.Features)
	for _, u := range unknown {
		out.Warnings = append(out.Warnings, fmt.Sprintf("There is no feature %q; it was ignored.", hostkeep.Clip(u.Key, 64)))
	}
	out.List, err = f.save(ctx, c, in.List, known, in.Overwrite)
	return out, err
}

type updateIn struct {
	List     string           `whm:"featurelist,required"`
	Features wire.Keyed[bool] `whm:"feature name,rest" doc:"the ids of features; what is not named is off"`
}

type updateOut struct {
	List    string             `whm:"featurelist"`
	Updated wire.Worded[bool]  `whm:"updated_features" doc:"every feature of the list"`
	Invalid []wire.Keyed[bool] `whm:"invalid_features" doc:"what was named and is no feature"`
}

func (f family) update(ctx context.Context, c api.Call, in updateIn) (out updateOut, err error) {
	known, unknown := sorted(in.Features)
	for _, u := range unknown {
		out.Invalid = append(out.Invalid, wire.Keyed[bool]{u})
	}
	for _, feature := range hostkeep.FeatureTable() {
		out.Updated = append(out.Updated, wire.KeyedItem[bool]{Key: feature.ID, Value: slices.Contains(known, feature.ID)})
	}
	out.List, err = f.save(ctx, c, in.List, known, true)
	return out, err
}

// sorted tells the features that are switched on from what is no feature. WHM's
// names are in lower case.
func sorted(given wire.Keyed[bool]) (on []string, unknown wire.Keyed[bool]) {
	for _, g := range given {
		id := strings.ToLower(g.Key)
		switch {
		case !hostkeep.KnownFeature(id):
			unknown = append(unknown, g)
		case g.Value:
			on = append(on, id)
		}
	}
	return on, unknown
}

// save writes the list of a name so that it gives the features of on, and answers
// its whole name.
func (f family) save(ctx context.Context, c api.Call, name string, on []string, overwrite bool) (string, error) {
	off := []string{}
	for _, feature := range hostkeep.FeatureTable() {
		if !slices.Contains(on, feature.ID) {
			off = append(off, feature.ID)
		}
	}
	err := f.Change(ctx, c.Change(), func(tx Tx) error {
		l, found, err := target(tx, c.Caller, name)
		if err != nil {
			return err
		}
		l.Off = off
		name = l.Name
		switch {
		case !found:
			l.ID = tx.NewID()
			return tx.InsertFeatureList(l)
		case !overwrite:
			return hostkeep.Errorf(hostkeep.Conflict, "A feature list named %q exists already.", l.Name)
		}
		if err := onlyOwn(tx, c.Caller, l); err != nil {
			return err
		}
		return tx.UpdateFeatureList(l)
	})
	return name, err
}

// onlyOwn keeps a reseller from changing what accounts of others have, which root
// put on its list, or which had it when they became another's.
func onlyOwn(r Reader, c hostkeep.Caller, l hostkeep.FeatureList) error {
	if c.User.Rights().Has(hostkeep.All) {
		return nil
	}
	n, err := r.FeatureListOthers(l.Name, c.User.ID)
	if err == nil && n > 0 {
		err = hostkeep.Errorf(hostkeep.Denied, "The feature list %q is also on accounts that are not yours; only root and holders of \"all\" may change it.", l.Name)
	}
	return err
}

// target is the list that a name means to the caller: one of that name that it
// may change, else its own of that name, which may be still to be made.
func target(tx Tx, c hostkeep.Caller, name string) (l hostkeep.FeatureList, found bool, err error) {
	if l, err = tx.FeatureList(name); err == nil && c.MayChange(l.OwnerID) {
		return l, true, nil
	} else if err == nil && l.BuiltIn() {
		return l, false, hostkeep.Errorf(hostkeep.Denied, "Only root and holders of \"all\" may change the feature list %q.", l.Name)
	} else if err != nil && !errors.Is(err, hostkeep.ErrNotFound) {
		return l, false, fmt.Errorf("finding the feature list: %w", err)
	}
	if name, err = c.NewFeatureListName(name); err != nil {
		return l, false, err
	}
	if l, err = tx.FeatureList(name); !errors.Is(err, hostkeep.ErrNotFound) {
		if err == nil && !c.MayChange(l.OwnerID) {
			err = hostkeep.Errorf(hostkeep.Conflict, "A feature list named %q exists already.", name)
		}
		return l, err == nil, err
	}
	l = hostkeep.FeatureList{Name: name}
	l.OwnerID, err = c.OwnerOfNew(name, tx.Principal)
	return l, false, err
}

type deleteIn struct {
	List string `whm:"featurelist,required"`
}

type deleteOut struct {
	Deleted string `whm:"deleted_featurelist"`
}

func (f family) delete(ctx context.Context, c api.Call, in deleteIn) (deleteOut, error) {
	err := f.Change(ctx, c.Change(), func(tx Tx) error {
		l, err := found(tx, in.List, func(l hostkeep.FeatureList) bool { return c.MayChange(l.OwnerID) })
		if err != nil {
			return err
		}
		accounts, packages, err := tx.FeatureListUses(l.Name)
		switch {
		case err != nil:
			return fmt.Errorf("counting who has the feature list: %w", err)
		case l.BuiltIn():
			return hostkeep.Errorf(hostkeep.Conflict, "The feature list %q is one that every server has; it cannot be removed.", l.Name)
		case accounts+packages > 0 && !c.User.Rights().Has(hostkeep.All): // as killpkg
			return hostkeep.Errorf(hostkeep.Conflict, "The feature list %q is used by accounts or packages; give them another one first.", l.Name)
		case accounts+packages > 0:
			return hostkeep.Errorf(hostkeep.Conflict, "The feature list %q is used by %d accounts and %d packages; give them another one first.", l.Name, accounts, packages)
		}
		return tx.DeleteFeatureList(l.ID)
	})
	return deleteOut{in.List}, err
}

// found finds a list that the caller may do something with; any other is answered
// like one that does not exist.
func found(r Reader, name string, may func(hostkeep.FeatureList) bool) (hostkeep.FeatureList, error) {
	l, err := r.FeatureList(name)
	if errors.Is(err, hostkeep.ErrNotFound) || (err == nil && !may(l)) {
		return l, hostkeep.Errorf(hostkeep.NotFound, "The feature list %q does not exist.", hostkeep.Clip(name, 60))
	}
	if err != nil {
		return l, fmt.Errorf("finding the feature list: %w", err)
	}
	return l, nil
}

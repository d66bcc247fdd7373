package features

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type verifyIn struct {
	User    string `whm:"user,required"`
	Feature string `whm:"feature,required"`
}

type verifyOut struct {
	Has     bool   `whm:"has_feature"`
	Feature string `whm:"query_feature"`
}

// verify answers 1 for what is no feature, as WHM does: what stands in no list is
// not kept from anybody.
func (f family) verify(ctx context.Context, c api.Call, in verifyIn) (out verifyOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		a, err := c.FindAccount(in.User, noUser, r.Account)
		if err != nil {
			return err
		}
		s, err := standingOf(r, a)
		out = verifyOut{s.has(in.Feature), in.Feature}
		return err
	})
	return out, err
}

type settingsIn struct {
	Users    []string `whm:"user,required"`
	Features []string `whm:"feature" doc:"absent: every feature"`
}

type settingRow struct {
	User    string `whm:"user"`
	Feature string `whm:"feature"`
	List    string `whm:"feature_list"`
	ByList  bool   `whm:"feature_list_setting"`
	Own     *bool  `whm:"cpuser_setting"`
}

type settingsOut struct {
	Settings []settingRow `whm:"users_features_settings,list"`
}

func (f family) settings(ctx context.Context, c api.Call, in settingsIn) (out settingsOut, err error) {
	switch {
	case in.Features == nil:
		for _, feature := range hostkeep.FeatureTable() {
			in.Features = append(in.Features, feature.ID)
		}
	case len(in.Features) == 0:
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"feature\" names no feature.")
	}
	err = f.Read(ctx, func(r Reader) error {
		out.Settings = nil
		for _, user := range in.Users {
			a, err := c.FindAccount(user, noUser, r.Account)
			if err != nil {
				return err
			}
			s, err := standingOf(r, a)
			if err != nil {
				return err
			}
			for _, feature := range in.Features {
				out.Settings = append(out.Settings, settingRow{a.User, feature, s.list.Name, s.list.On(feature), s.own(feature)})
			}
		}
		return nil
	})
	return out, err
}

type overrideIn struct {
	User     string `whm:"user,required"`
	Features string `whm:"features,required,max=8192,multiline" doc:"a JSON object: the ids of features, each with 1 or 0"`
}

func (f family) override(ctx context.Context, c api.Call, in overrideIn) (out api.Done, err error) {
	given, err := overrides(in.Features)
	if err != nil {
		return out, err
	}
	return out, f.rewrite(ctx, c, in.User, func(had []hostkeep.FeatureOverride) ([]hostkeep.FeatureOverride, error) {
		kept := slices.DeleteFunc(had, func(o hostkeep.FeatureOverride) bool {
			return slices.ContainsFunc(given, func(g hostkeep.FeatureOverride) bool { return g.Feature == o.Feature })
		})
		return append(kept, given...), nil
	})
}

// overrides reads {"backup":1,"ssh":"0"}.
func overrides(text string) (list []hostkeep.FeatureOverride, err error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil || len(object) == 0 {
		return nil, hostkeep.Errorf(hostkeep.Invalid, `The parameter "features" must be a JSON object of features, as {"backup":1}.`)
	}
	for id, value := range object {
		if !hostkeep.KnownFeature(id) {
			return nil, hostkeep.Errorf(hostkeep.NotFound, "There is no feature %q.", hostkeep.Clip(id, 64))
		}
		switch strings.Trim(string(value), `"`) {
		case "1", "true":
			list = append(list, hostkeep.FeatureOverride{Feature: id, On: true})
		case "0", "false":
			list = append(list, hostkeep.FeatureOverride{Feature: id})
		default:
			return nil, hostkeep.Errorf(hostkeep.Invalid, "The feature %q must be 1 or 0.", id)
		}
	}
	return list, nil
}

type restoreIn struct {
	User     string   `whm:"user,required"`
	Features []string `whm:"features,required,max=8192" doc:"a JSON list of the ids of features"`
}

func (f family) restore(ctx context.Context, c api.Call, in restoreIn) (out api.Done, err error) {
	given, err := ids(in.Features)
	if err != nil {
		return out, err
	}
	return out, f.rewrite(ctx, c, in.User, func(had []hostkeep.FeatureOverride) ([]hostkeep.FeatureOverride, error) {
		for _, id := range given {
			at := slices.IndexFunc(had, func(o hostkeep.FeatureOverride) bool { return o.Feature == id })
			switch {
			case at >= 0:
				had = slices.Delete(had, at, at+1)
			case !hostkeep.KnownFeature(id):
				return nil, hostkeep.Errorf(hostkeep.NotFound, "There is no feature %q.", hostkeep.Clip(id, 64))
			}
		}
		return had, nil
	})
}

// ids reads ["backup","ssh"]; a JSON body's list comes as one name after the other.
func ids(given []string) (list []string, err error) {
	for _, g := range given {
		if !strings.HasPrefix(strings.TrimSpace(g), "[") {
			list = append(list, g)
			continue
		}
		var names []string
		if err := json.Unmarshal([]byte(g), &names); err != nil {
			return nil, hostkeep.Errorf(hostkeep.Invalid, `The parameter "features" must be a JSON list of features, as ["backup"].`)
		}
		list = append(list, names...)
	}
	if len(list) == 0 {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"features\" names no feature.")
	}
	return list, nil
}

// rewrite makes other overrides of those that an account has.
func (f family) rewrite(ctx context.Context, c api.Call, user string, make func([]hostkeep.FeatureOverride) ([]hostkeep.FeatureOverride, error)) error {
	return f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := c.GovernAccount(user, noUser, tx.Account)
		if err != nil {
			return err
		}
		had, err := tx.FeatureOverrides(a.ID)
		if err != nil {
			return err
		}
		will, err := make(slices.Clone(had))
		if err != nil {
			return err
		}
		slices.SortFunc(will, func(a, b hostkeep.FeatureOverride) int { return strings.Compare(a.Feature, b.Feature) })
		if slices.Equal(had, will) {
			return nil
		}
		return tx.SetFeatureOverrides(a, will)
	})
}

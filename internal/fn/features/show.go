package features

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type nameRow struct {
	ID   string `whm:"id"`
	Name string `whm:"name"`
}

type namesOut struct {
	Features []nameRow `whm:"feature,list"`
}

func (f family) names(context.Context, api.Call, struct{}) (out namesOut, err error) {
	for _, feature := range hostkeep.FeatureTable() {
		out.Features = append(out.Features, nameRow{feature.ID, feature.Name})
	}
	return out, nil
}

type metadataRow struct {
	nameRow
	Plugin bool `whm:"is_plugin"` // never: there are no plugins
}

type metadataOut struct {
	Features []metadataRow `whm:"features,list"`
}

func (f family) metadata(context.Context, api.Call, struct{}) (out metadataOut, err error) {
	for _, feature := range hostkeep.FeatureTable() {
		out.Features = append(out.Features, metadataRow{nameRow: nameRow{feature.ID, feature.Name}})
	}
	return out, nil
}

type listsOut struct {
	Lists []string `whm:"featurelists,list"`
}

func (f family) lists(ctx context.Context, c api.Call, _ struct{}) (out listsOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		all, err := r.FeatureLists()
		for _, l := range all {
			if c.MayChange(l.OwnerID) {
				out.Lists = append(out.Lists, l.Name)
			}
		}
		return err
	})
	return out, err
}

type dataIn struct {
	List string `whm:"featurelist,required"`
}

// dataRow is a feature of a list. What only plugins' features have is empty.
type dataRow struct {
	nameRow
	Value             bool     `whm:"value"`
	Disabled          bool     `whm:"is_disabled"`
	Dependencies      []string `whm:"dependencies"`
	OnlyOneRules      []string `whm:"only_one_rules"`
	BadgeClass        string   `whm:"badge_class"`
	BadgeLabel        string   `whm:"badge_label"`
	MeridianOnly      *bool    `whm:"is_meridian_only"`
	Standalone        bool     `whm:"is_standalone_experience"`
	RedirectURL       string   `whm:"redirect_url"`
	RequiredExtension string   `whm:"required_package_extension"`
	SuppressPlugin    bool     `whm:"suppress_plugin_label"`
}

type dataOut struct {
	List     string    `whm:"featurelist"`
	Features []dataRow `whm:"features,list"`
}

// data shows the lists that the caller may give to a package, too: whoever gives
// "default" may look what it is.
func (f family) data(ctx context.Context, c api.Call, in dataIn) (out dataOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		l, err := found(r, in.List, c.MayUseFeatureList)
		if err != nil {
			return err
		}
		disabled, err := r.FeatureList(hostkeep.DisabledFeatureList)
		if err != nil {
			return fmt.Errorf("finding the disabled features: %w", err)
		}
		out = dataOut{List: l.Name}
		for _, feature := range hostkeep.FeatureTable() {
			out.Features = append(out.Features, dataRow{
				nameRow: nameRow{feature.ID, feature.Name}, Value: l.On(feature.ID),
				Disabled: !disabled.On(feature.ID) && l.Name != disabled.Name, // of itself it says nothing
			})
		}
		return nil
	})
	return out, err
}

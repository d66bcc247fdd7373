// Package features is the family of feature list functions: which features there
// are, the lists that give them to accounts, and what one account has beside its
// list. It refuses to know packages, HTTP and SQL, and what a feature does.
package features

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// Reader is what the family reads.
type Reader interface {
	Principal(name string) (hostkeep.Principal, error)
	Account(user string) (hostkeep.Account, error)
	FeatureList(name string) (hostkeep.FeatureList, error)
	FeatureLists() ([]hostkeep.FeatureList, error)
	FeatureListUses(name string) (accounts, packages int64, err error)
	FeatureListOthers(name string, ownerID int64) (int64, error)
	FeatureOverrides(accountID int64) ([]hostkeep.FeatureOverride, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	NewID() int64
	InsertFeatureList(hostkeep.FeatureList) error
	UpdateFeatureList(hostkeep.FeatureList) error
	DeleteFeatureList(id int64) error
	SetFeatureOverrides(hostkeep.Account, []hostkeep.FeatureOverride) error
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
}

type family struct{ Deps }

const (
	listPkgs    hostkeep.Privilege = "list-pkgs"
	editAccount hostkeep.Privilege = "edit-account"

	noUser = "The user %s does not exist."
)

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	reads := func(name, since, summary string, opens hostkeep.Privilege) api.Decl {
		return api.Decl{Name: name, Summary: summary, Since: since, Opens: []hostkeep.Privilege{opens}, Touches: api.NoCredentials}
	}
	writes := func(name, since, summary string, opens hostkeep.Privilege) api.Decl {
		decl := reads(name, since, summary, opens)
		decl.Writes = true
		return decl
	}
	ofUser := func(decl api.Decl) api.Decl {
		decl.Account, decl.NoAccount = "user", noUser
		return decl
	}
	return []*api.Function{
		api.Define(reads("get_feature_names", "11", "List the features by id and name.", listPkgs), f.names),
		api.Define(reads("get_feature_metadata", "11", "List the features, and which come from plugins.", listPkgs), f.metadata),
		api.Define(reads("get_featurelists", "11.52", "List the feature lists that the caller owns; root: all.", hostkeep.AddPkg), f.lists),
		api.Define(reads("get_featurelist_data", "11", "Show what a feature list gives.", hostkeep.AddPkg), f.data),
		api.Define(writes("create_featurelist", "11.46", "Make a feature list of the features named with 1; a reseller's carries the reseller's name before an underscore.", hostkeep.AddPkg), f.create),
		api.Define(writes("update_featurelist", "11", "Make a feature list, or an existing one, give the features named with 1 and no others.", hostkeep.AddPkg), f.update),
		api.Define(writes("delete_featurelist", "11", "Remove a feature list that no account and no package has.", hostkeep.AddPkg), f.delete),
		api.Define(ofUser(reads("verify_user_has_feature", "56", "Tell whether an account has a feature.", hostkeep.CreateAcct)), f.verify),
		api.Define(reads("get_users_features_settings", "58", "Show what accounts have of features, by their list and of their own.", hostkeep.All), f.settings),
		api.Define(ofUser(writes("add_override_features_for_user", "56", "Give or take features of one account, whatever its feature list says.", editAccount)), f.override),
		api.Define(ofUser(writes("remove_override_features_for_user", "56", "Let an account's feature list decide about features again.", editAccount)), f.restore),
	}
}

// standing is what decides which features an account has.
type standing struct {
	list, disabled hostkeep.FeatureList
	overrides      []hostkeep.FeatureOverride
}

func standingOf(r Reader, a hostkeep.Account) (s standing, err error) {
	s.list, err = r.FeatureList(a.Plan.FeatureList)
	if errors.Is(err, hostkeep.ErrNotFound) { // nobody is left without a list
		s.list, err = r.FeatureList(hostkeep.DefaultFeatureList)
	}
	if err != nil {
		return s, fmt.Errorf("finding the account's feature list: %w", err)
	}
	if s.disabled, err = r.FeatureList(hostkeep.DisabledFeatureList); err != nil {
		return s, fmt.Errorf("finding the disabled features: %w", err)
	}
	s.overrides, err = r.FeatureOverrides(a.ID)
	return s, err
}

// Of tells which features an account has.
func Of(r Reader, a hostkeep.Account) (has func(feature string) bool, err error) {
	s, err := standingOf(r, a)
	return s.has, err
}

// own is the account's own setting of a feature, nil for none.
func (s standing) own(feature string) *bool {
	for _, o := range s.overrides {
		if o.Feature == feature {
			return &o.On
		}
	}
	return nil
}

// has: what is disabled nobody has; else the account's own setting decides, else
// its list. What is in no list everybody has.
func (s standing) has(feature string) bool {
	on := s.list.On(feature)
	if own := s.own(feature); own != nil {
		on = *own
	}
	return on && s.disabled.On(feature)
}

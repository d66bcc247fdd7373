package hostkeep

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The feature lists that every server has. Root may change them; they cannot be
// removed.
const (
	// DefaultFeatureList is what packages have that name no other.
	DefaultFeatureList = "default"
	// DisabledFeatureList says what no account may use, whatever its own list
	// says: a feature that is off in it is off everywhere.
	DisabledFeatureList = "disabled"
)

// Feature is something that an account may use or not, as WHM's Feature Manager
// lists it.
type Feature struct{ ID, Name string }

// FeatureList says which features an account has. OwnerID is 0 for a global one
// (root's).
type FeatureList struct {
	ID      int64
	Name    string
	OwnerID int64
	Off     []string // ids of what is off, sorted; what is not named is on, as on WHM
	Change  int64
}

// BuiltIn reports whether every server has the list.
func (l FeatureList) BuiltIn() bool {
	return l.Name == DefaultFeatureList || l.Name == DisabledFeatureList
}

// On reports whether the list gives a feature.
func (l FeatureList) On(feature string) bool { return !slices.Contains(l.Off, feature) }

// FeatureOverride gives or takes one feature of one account, whatever its
// feature list says.
type FeatureOverride struct {
	Feature string
	On      bool
}

// FeatureTable lists the features by id.
func FeatureTable() []Feature { return featureTable[:] }

// KnownFeature reports whether there is a feature with that id.
func KnownFeature(id string) bool {
	_, found := slices.BinarySearchFunc(featureTable[:], id, func(f Feature, id string) int { return strings.Compare(f.ID, id) })
	return found
}

// KnownFeatureList refuses the name of a feature list that the caller cannot give
// to an account or a package: one that it may not use is answered like one that
// does not exist. find finds a list as the change sees it.
func (c Caller) KnownFeatureList(name string, find func(name string) (FeatureList, error)) error {
	l, err := find(name)
	if errors.Is(err, ErrNotFound) || err == nil && !c.MayUseFeatureList(l) {
		return Errorf(NotFound, "The feature list %q does not exist.", Clip(name, 60))
	}
	if err != nil {
		return fmt.Errorf("finding the feature list: %w", err)
	}
	return nil
}

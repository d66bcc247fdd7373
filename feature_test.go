package hostkeep_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// TestFeatureTable: sorted and each once, so that a feature can be found; ids are
// fit for names of parameters and XML elements.
func TestFeatureTable(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	table := hostkeep.FeatureTable()
	sorted := slices.IsSortedFunc(table, func(a, b hostkeep.Feature) int { return strings.Compare(a.ID, b.ID) })
	for i, f := range table {
		if !id.MatchString(f.ID) || f.Name == "" || !hostkeep.KnownFeature(f.ID) || i > 0 && f.ID == table[i-1].ID {
			t.Errorf("the feature %q, %q", f.ID, f.Name)
		}
	}
	for _, f := range []string{"addondomains", "autoresponders", "autossl", "backup", "changemx", "sslinstall", "sslmanager", "videotut", "webmail"} {
		if !hostkeep.KnownFeature(f) { // named by the API description
			t.Errorf("there is no %s", f)
		}
	}
	for _, f := range []string{"", "a", "zzz", "WEBMAIL", "overwrite", "featurelist"} { // the last are parameters
		if hostkeep.KnownFeature(f) {
			t.Errorf("there is %q", f)
		}
	}
	if !sorted {
		t.Error("the table is not sorted")
	}
}

func TestKnownFeatureList(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	find := func(name string) (hostkeep.FeatureList, error) {
		switch name {
		case "default", "global":
			return hostkeep.FeatureList{Name: name}, nil
		case "shop_x":
			return hostkeep.FeatureList{Name: name, OwnerID: 10}, nil
		case "broken":
			return hostkeep.FeatureList{}, broken
		}
		return hostkeep.FeatureList{}, hostkeep.ErrNotFound
	}
	for name, known := range map[string]bool{"default": true, "shop_x": true, "global": false, "gone": false} {
		err := holding().KnownFeatureList(name, find)
		if (err == nil) != known || !known && (hostkeep.KindOf(err) != hostkeep.NotFound || err.Error() != `The feature list "`+name+`" does not exist.`) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := holding().KnownFeatureList("broken", find); !errors.Is(err, broken) {
		t.Errorf("a failure is %v", err)
	}
}

package hostkeep_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

func rootCaller() hostkeep.Caller {
	all := hostkeep.Everything()
	return hostkeep.Caller{User: hostkeep.Principal{ID: hostkeep.RootID, Name: "root", Privileges: all}, Rights: all}
}

func TestOwnedNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, root, shop string }{
		{"gold", "gold", "shop_gold"},
		{"shop_gold", "shop_gold", "shop_gold"}, // once
		{"other_gold", "other_gold", "shop_other_gold"},
		{"Mail Only", "Mail Only", "shop_Mail Only"},
		{"root_x", "root_x", "shop_root_x"},
		{"extensions", "", ""}, // WHM's own
		{"", "", ""},
		{"shop_", "shop_", ""},
		{"-x", "", ""},
		{" x", "", ""},
		{"x ", "", ""},
		{"../x", "", ""},
		{"a/b", "", ""},
		{"ä", "", ""},
		{"a\nb", "", ""},
		{strings.Repeat("x", 60), strings.Repeat("x", 60), ""},
		{strings.Repeat("x", 61), "", ""},
	} {
		for c, want := range map[*hostkeep.Caller]string{ptr(rootCaller()): tt.root, ptr(holding()): tt.shop} {
			got, err := c.NewPackageName(tt.name)
			if got != want || (want == "") != (hostkeep.KindOf(err) == hostkeep.Invalid) {
				t.Errorf("%s names %q %q, %v, want %q", c.User.Name, tt.name, got, err, want)
			}
		}
	}
	if got, err := rootCaller().NewFeatureListName("extensions"); got != "extensions" || err != nil {
		t.Errorf("a list may have the name: %q, %v", got, err)
	}
}

func ptr[T any](v T) *T { return &v }

func TestOwnerOfNew(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	find := func(user string) (hostkeep.Principal, error) {
		switch user {
		case "shop":
			return hostkeep.Principal{ID: 10, Reseller: true}, nil
		case "plain":
			return hostkeep.Principal{ID: 11}, nil
		case "broken":
			return hostkeep.Principal{}, broken
		}
		return hostkeep.Principal{}, hostkeep.ErrNotFound
	}
	for name, want := range map[string]int64{"gold": 0, "shop_gold": 10, "shop": 0, "plain_gold": 0, "nobody_gold": 0, "_gold": 0} {
		if got, err := rootCaller().OwnerOfNew(name, find); got != want || err != nil {
			t.Errorf("root's %s belongs to %d, %v, want %d", name, got, err, want)
		}
		if got, err := holding().OwnerOfNew(name, find); got != 10 || err != nil {
			t.Errorf("a reseller's %s belongs to %d, %v", name, got, err)
		}
	}
	if _, err := rootCaller().OwnerOfNew("broken_gold", find); !errors.Is(err, broken) {
		t.Errorf("a failure is %v", err)
	}
}

func TestWhoMayUseAndChange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		c           hostkeep.Caller
		owner       int64
		name        string
		use, change bool
	}{
		{rootCaller(), 0, "x", true, true},
		{rootCaller(), 10, "shop_x", true, true},
		{holding(), 10, "shop_x", true, true},
		{holding(), 11, "other_x", false, false},
		{holding(), 0, "x", false, false},
		{holding(), 0, "default", true, false},
		{holding(), 11, "default", false, false}, // no such thing, but the name alone opens nothing
		{holding("viewglobalpackages"), 0, "x", true, false},
		{holding("viewglobalpackages"), 11, "other_x", false, false},
		{holding("all"), 11, "other_x", true, true},
	} {
		if got := tt.c.MayUsePackage(hostkeep.Package{OwnerID: tt.owner, Name: tt.name}); got != tt.use {
			t.Errorf("%v uses the package %s of %d: %v", tt.c, tt.name, tt.owner, got)
		}
		if got := tt.c.MayUseFeatureList(hostkeep.FeatureList{OwnerID: tt.owner, Name: tt.name}); got != tt.use {
			t.Errorf("%v uses the list %s of %d: %v", tt.c, tt.name, tt.owner, got)
		}
		if got := tt.c.MayChange(tt.owner); got != tt.change {
			t.Errorf("%v changes what is of %d: %v", tt.c, tt.owner, got)
		}
	}
}

package hostkeep_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
)

func privileges(names ...string) hostkeep.Privileges { return hostkeep.KnownPrivileges(names) }

func privilegeNames() []string {
	var names []string
	for _, p := range hostkeep.PrivilegeTable() {
		names = append(names, string(p.Name))
	}
	return names
}

// drawPrivileges draws a set: sometimes empty, sometimes with all.
func drawPrivileges() *rapid.Generator[hostkeep.Privileges] {
	return rapid.Custom(func(t *rapid.T) hostkeep.Privileges {
		few := rapid.SliceOfN(rapid.SampledFrom([]string{"passwd", "list-accts", "locale-edit", "acct-summary"}), 0, 4)
		any := rapid.SliceOf(rapid.SampledFrom(privilegeNames()))
		s := privileges(rapid.OneOf(few, any).Draw(t, "names")...)
		if rapid.IntRange(0, 4).Draw(t, "with all") == 0 {
			s = s.With(hostkeep.All)
		}
		return s
	})
}

// TestPrivilegeTable holds the table against the collected facts.
func TestPrivilegeTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("protocol/privileges.json")
	if err != nil {
		t.Fatal(err)
	}
	var facts struct {
		Privileges []struct {
			Name, Category, Group, Label string
			Initial                      bool `json:"granted_by_default_to_new_resellers"`
		}
	}
	if err := json.Unmarshal(text, &facts); err != nil {
		t.Fatal(err)
	}
	var want []hostkeep.PrivilegeInfo
	for _, f := range facts.Privileges {
		if f.Category == "additional software" { // of plugins, not built in
			continue
		}
		want = append(want, hostkeep.PrivilegeInfo{Name: hostkeep.Privilege(f.Name), Category: f.Category, Group: f.Group, Label: f.Label})
		if got := hostkeep.InitialPrivileges().Lists(hostkeep.Privilege(f.Name)); got != f.Initial {
			t.Errorf("%s is initial: %v, want %v", f.Name, got, f.Initial)
		}
	}
	if got := hostkeep.PrivilegeTable(); !slices.Equal(got, want) {
		t.Errorf("the table is\n%q\nwant\n%q", got, want)
	}
	if len(want) != 64 {
		t.Errorf("%d privileges are built in", len(want))
	}
}

// TestInitialPrivileges: the twenty of the protocol's table, by name.
func TestInitialPrivileges(t *testing.T) {
	t.Parallel()
	want := strings.Fields(`acct-summary basic-system-info basic-whm-functions connected-applications cors-proxy-get
		cpanel-api cpanel-integration create-user-session digest-auth generate-email-config list-pkgs manage-api-tokens
		manage-dns-records manage-oidc manage-styles mysql-info ns-config public-contact ssl-info track-email`)
	if got := hostkeep.InitialPrivileges(); len(want) != 20 || !slices.Equal(got.Names(), want) || got.Has(hostkeep.All) {
		t.Errorf("initial privileges are %v", got)
	}
}

func TestPrivilegeNames(t *testing.T) {
	t.Parallel()
	const names = `all viewglobalpackages create-acct add-pkg`
	declared := []hostkeep.Privilege{hostkeep.All, hostkeep.ViewGlobalPackages, hostkeep.CreateAcct, hostkeep.AddPkg}
	for i, n := range strings.Fields(names) {
		if string(declared[i]) != n || !slices.Contains(privilegeNames(), n) {
			t.Errorf("%q stands for %s", declared[i], n)
		}
	}
	if s := privileges(string(hostkeep.Anyone), ""); !s.Empty() {
		t.Errorf("a set holds what is no privilege: %v", s)
	}
}

func TestParsePrivileges(t *testing.T) {
	t.Parallel()
	s, err := hostkeep.ParsePrivileges([]string{"passwd", "list-accts", "passwd"})
	if err != nil || s != privileges("list-accts", "passwd") || s.Len() != 2 {
		t.Errorf("parsed %v, %v", s, err)
	}
	if s, err := hostkeep.ParsePrivileges(nil); err != nil || !s.Empty() {
		t.Errorf("of nothing: %v, %v", s, err)
	}
	for _, bad := range []string{"", "Passwd", "passwd ", "nope", "(anyone)", "list-accts,passwd", strings.Repeat("n", 900)} {
		s, err := hostkeep.ParsePrivileges([]string{"list-accts", bad, "passwd"})
		if hostkeep.KindOf(err) != hostkeep.Invalid || !s.Empty() {
			t.Errorf("%.20q: %v, %v", bad, s, err)
			continue
		}
		if len(err.Error()) > 150 || !strings.Contains(err.Error(), hostkeep.Clip(bad, 60)) {
			t.Errorf("the error for %.20q is %q", bad, err)
		}
	}
	if s := hostkeep.KnownPrivileges([]string{"passwd", "of-a-newer-version"}); s != privileges("passwd") {
		t.Errorf("what is unknown became %v", s)
	}
}

func TestHas(t *testing.T) {
	t.Parallel()
	tests := []struct {
		set        hostkeep.Privileges
		p          hostkeep.Privilege
		has, lists bool
	}{
		{privileges(), "passwd", false, false},
		{privileges("passwd"), "passwd", true, true},
		{privileges("passwd"), "list-accts", false, false},
		{privileges("passwd"), hostkeep.All, false, false},
		{hostkeep.Everything(), "passwd", true, false},
		{hostkeep.Everything(), hostkeep.All, true, true},
		{privileges("all", "passwd"), "passwd", true, true},
		{privileges("passwd"), "", false, false},
		{privileges("acct-summary"), "", false, false}, // bit 0 is not the unknown's
		{privileges("acct-summary"), hostkeep.Anyone, false, false},
		{hostkeep.Everything(), hostkeep.Anyone, true, false},
	}
	for _, tt := range tests {
		if got := tt.set.Has(tt.p); got != tt.has {
			t.Errorf("%q has %q: %v", tt.set, tt.p, got)
		}
		if got := tt.set.Lists(tt.p); got != tt.lists {
			t.Errorf("%q lists %q: %v", tt.set, tt.p, got)
		}
	}
	var every []string
	for _, n := range privilegeNames() {
		if n != "all" {
			every = append(every, n)
		}
	}
	if s := privileges(every...); s.Has(hostkeep.All) || s.Covers(hostkeep.Everything()) || !hostkeep.Everything().Covers(s) {
		t.Error("all sixty-three others together are not all")
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		s, t hostkeep.Privileges
		want []string
	}{
		{privileges("passwd"), privileges("passwd"), nil},
		{privileges("passwd"), privileges("ssl", "passwd", "kill-acct"), []string{"kill-acct", "ssl"}},
		{privileges("passwd"), hostkeep.Everything(), []string{"all"}},
		{privileges("passwd"), privileges("all", "passwd"), []string{"all"}},
		{hostkeep.Everything(), privileges("passwd", "ssl"), nil},
		{privileges(), privileges(), nil},
	}
	for _, tt := range tests {
		if got := tt.s.Missing(tt.t); !slices.Equal(got, tt.want) {
			t.Errorf("what %q misses of %q is %q, want %q", tt.s, tt.t, got, tt.want)
		}
	}
}

// TestPrivilegeLaws: sets are ordered by what they give, and And is the greatest
// set below both.
func TestPrivilegeLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b, c := drawPrivileges().Draw(rt, "a"), drawPrivileges().Draw(rt, "b"), drawPrivileges().Draw(rt, "c")
		both, covers := a.And(b), true
		for _, n := range privilegeNames() {
			p := hostkeep.Privilege(n)
			if both.Has(p) != (a.Has(p) && b.Has(p)) {
				rt.Fatalf("%s: both %v, a %v, b %v", p, both.Has(p), a.Has(p), b.Has(p))
			}
			covers = covers && (!b.Has(p) || a.Has(p))
			if with := a.With(p); !with.Has(p) || !with.Covers(a) {
				rt.Fatalf("with %s: %v", p, with)
			}
		}
		if a.Covers(b) != covers {
			rt.Fatalf("a covers b: %v, name by name: %v", a.Covers(b), covers)
		}
		if both.Covers(c) != (a.Covers(c) && b.Covers(c)) {
			rt.Fatalf("And is not the greatest lower bound: %v", both)
		}
		if (len(a.Missing(b)) == 0) != covers {
			rt.Fatalf("a misses %q of b and covers it: %v", a.Missing(b), covers)
		}
		if a.Covers(b) && b.Covers(c) && !a.Covers(c) || !a.Covers(a) {
			rt.Fatal("Covers is no order")
		}
		if again, err := hostkeep.ParsePrivileges(a.Names()); err != nil || again != a || a.Len() != len(a.Names()) || a.Empty() != (a.Len() == 0) {
			rt.Fatalf("by its names a is %v, %v", again, err)
		}
	})
}

func TestPrivilegesText(t *testing.T) {
	t.Parallel()
	s := privileges("ssl", "all", "kill-acct")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, s); got != "all,kill-acct,ssl" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if s.String() != "all,kill-acct,ssl" || privileges().String() != "" {
		t.Errorf("String is %q", s.String())
	}
}

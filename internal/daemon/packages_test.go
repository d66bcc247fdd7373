package daemon

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// packageShop gives the reseller of hosting more privileges.
func packageShop(w *world, more ...string) hostkeep.Caller {
	acls := []string{"reseller", "shop"}
	for _, p := range append([]string{"create-acct", "add-pkg", "edit-pkg", "list-pkgs", "acct-summary", "edit-account", "upgrade-account"}, more...) {
		acls = append(acls, "acl-"+p, "1")
	}
	w.must(w.root(), "setacls", acls...)
	return w.as("shop")
}

func (w *world) pkg(t *testing.T, c hostkeep.Caller, name string) map[string]any {
	t.Helper()
	return dataOf(t, w.must(c, "getpkginfo", "pkg", name))["pkg"].(map[string]any)
}

func (w *world) acct(t *testing.T, user string) map[string]any {
	t.Helper()
	return rows(t, dataOf(t, w.must(w.root(), "accountsummary", "user", user)), "acct")[0]
}

func expect(t *testing.T, about string, got, want map[string]any) {
	t.Helper()
	for name, v := range want {
		if got[name] != v {
			t.Errorf("%s: %s is %v (%T), want %v", about, name, got[name], got[name], v)
		}
	}
}

// TestGetpkginfo: types as the API description has them, and what upmind needs:
// an unknown package fails.
func TestGetpkginfo(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "addpkg", "name", "silver", "quota", "0", "maxpop", "7", "hasshell", "1", "ip", "y", "digestauth", "1", "max_team_users", "3")
	expect(t, "silver", w.pkg(t, root, "silver"), map[string]any{
		"QUOTA": "unlimited", "BWLIMIT": 1048576.0, "MAXPOP": 7.0, "MAXFTP": "unlimited", "MAXADDON": 0.0, "MAX_EMAILACCT_QUOTA": 1024.0,
		"MAX_EMAIL_PER_HOUR": "unlimited", "MAX_TEAM_USERS": 3.0, "HASSHELL": 1.0, "CGI": 1.0, "IP": 1.0, "FRONTPAGE": 0.0, "DIGESTAUTH": "y",
		"CPMOD": "jupiter", "LANG": "en", "FEATURELIST": "default", "_PACKAGE_EXTENSIONS": "",
	})
	expect(t, "gold", w.pkg(t, root, "gold"), map[string]any{"MAX_TEAM_USERS": nil, "IP": 0.0, "DIGESTAUTH": "n"})
	w.refused(root, "Specified package does not exist.", "getpkginfo", "pkg", "nosuch")
	shop := packageShop(w)
	w.refused(shop, "Specified package does not exist.", "getpkginfo", "pkg", "gold")
	w.must(shop, "getpkginfo", "pkg", "default")
	w.must(packageShop(w, "viewglobalpackages"), "getpkginfo", "pkg", "gold")
}

// TestZeroAndUnlimited: what 0, "unlimited" and "null" mean, in both functions and
// in either spelling.
func TestZeroAndUnlimited(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "addpkg", "name", "base")
	sizes := []string{"quota", "bwlimit", "max_emailacct_quota", "max_email_per_hour", "max_defer_fail_percentage"}
	counts := []string{"maxftp", "maxsql", "maxpop", "maxlst", "maxsub", "maxpark", "maxaddon"}
	for _, name := range append(slices.Clone(sizes), counts...) {
		for _, value := range []string{"0", "unlimited", "null", "5"} {
			for _, spelling := range []string{name, strings.ToUpper(name)} {
				w.must(root, "addpkg", "name", "new", spelling, value)
				w.must(root, "editpkg", "name", "base", spelling, value)
				var want any = "unlimited"
				switch {
				case value == "5":
					want = 5.0
				case value == "0" && slices.Contains(counts, name):
					want = 0.0
				}
				for _, p := range []string{"new", "base"} {
					expect(t, p+" with "+spelling+"="+value, w.pkg(t, root, p), map[string]any{strings.ToUpper(name): want})
				}
				w.must(root, "killpkg", "pkgname", "new")
			}
		}
	}
}

// TestEditpkg: absent fields stay, every account on the package follows in the
// same change, and what an account had of its own is overwritten.
func TestEditpkg(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "second", "domain", "second.example", "plan", "gold", "maxpop", "9", "featurelist", "default")
	before := w.trace()
	if got := dataOf(t, w.must(root, "editpkg", "name", "gold", "quota", "700", "maxsub", "4", "hasshell", "1", "featurelist", ""))["pkg"]; got != "gold" {
		t.Errorf("editpkg answers %v", got)
	}
	expect(t, "gold", w.pkg(t, root, "gold"), map[string]any{"QUOTA": 700.0, "MAXPOP": 5.0, "MAXSUB": 4.0, "HASSHELL": 1.0, "CGI": 1.0, "FEATURELIST": "default"})
	for _, user := range []string{"shop", "second"} {
		expect(t, user, w.acct(t, user), map[string]any{"disklimit": "700M", "maxpop": "5", "maxsub": "4", "shell": "/bin/bash", "plan": "gold"})
	}
	expect(t, "rooted, on another package", w.acct(t, "rooted"), map[string]any{"disklimit": "unlimited", "shell": "/usr/local/cpanel/bin/noshell"})
	after := w.trace()
	if after == before {
		t.Error("an edit is not in the record")
	}
	w.refused(root, "Specified package does not exist.", "editpkg", "name", "nosuch", "quota", "1")
	w.refused(root, `"nolist" does not exist`, "editpkg", "name", "gold", "quota", "1", "featurelist", "nolist")
	w.refused(root, "must be a whole number", "editpkg", "name", "gold", "quota", "lots")
	if w.trace() != after {
		t.Error("a refused edit left a trace")
	}
	expect(t, "shop after refused edits", w.acct(t, "shop"), map[string]any{"disklimit": "700M"})
}

// TestEditpkgOfResellers: only one's own packages, and only values that one could
// have given to a new one; what root gave stays untouched.
func TestEditpkgOfResellers(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := packageShop(w, "allow-unlimited-pkgs", "viewglobalpackages")
	w.must(shop, "addpkg", "name", "basic")
	for _, p := range []string{"gold", "default", "nosuch"} { // it sees the first two
		w.refused(shop, "Specified package does not exist.", "editpkg", "name", p, "quota", "1")
		w.refused(shop, "Specified package does not exist.", "killpkg", "pkgname", p)
		w.refused(shop, "Specified package does not exist.", "addpkgext", "name", p, "_PACKAGE_EXTENSIONS", "x")
	}
	w.must(shop, "createacct", "username", "mine", "domain", "mine.example", "plan", "shop_basic")
	for _, tt := range []struct{ privilege, name, value string }{
		{"allow-unlimited-disk-pkgs", "quota", "0"},
		{"allow-unlimited-disk-pkgs", "QUOTA", "unlimited"},
		{"allow-unlimited-bw-pkgs", "bwlimit", "null"},
		{"allow-emaillimits-pkgs", "max_email_per_hour", "5"},
		{"allow-emaillimits-pkgs", "max_defer_fail_percentage", "50"},
		{"allow-addoncreate", "maxaddon", "1"},
		{"allow-parkedcreate", "maxpark", "1"},
		{"add-pkg-ip", "ip", "y"},
		{"add-pkg-shell", "hasshell", "1"},
	} {
		w.refused(shop, `"`+tt.privilege+`"`, "editpkg", "name", "shop_basic", tt.name, tt.value)
		w.refused(shop, `"`+tt.privilege+`"`, "addpkg", "name", "other", tt.name, tt.value)
	}
	w.must(w.root(), "editpkg", "name", "shop_basic", "hasshell", "1", "maxaddon", "3")
	w.must(shop, "editpkg", "name", "shop_basic", "quota", "90", "maxaddon", "2", "hasshell", "1") // what is there, or less
	w.refused(shop, `"allow-addoncreate"`, "editpkg", "name", "shop_basic", "maxaddon", "4")
	expect(t, "mine", w.acct(t, "mine"), map[string]any{"disklimit": "90M", "maxaddons": "2", "shell": "/bin/bash"})
	few := packageShop(w) // no more unlimited features
	w.refused(few, `"allow-unlimited-pkgs"`, "addpkg", "name", "other")
	w.refused(few, `"allow-unlimited-pkgs"`, "addpkg", "name", "other", "maxftp", "1", "maxsql", "1", "maxpop", "1", "maxlst", "1", "maxsub", "1", "max_emailacct_quota", "0")
	w.must(few, "editpkg", "name", "shop_basic", "maxpop", "3")
	w.refused(few, `"allow-unlimited-pkgs"`, "editpkg", "name", "shop_basic", "maxpop", "unlimited")
}

func TestListpkgsWant(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.must(packageShop(w, "allow-unlimited-pkgs"), "addpkg", "name", "basic")
	w.must(w.root(), "addpkg", "name", "shop_big")   // root makes it for the reseller
	w.must(w.root(), "addpkg", "name", "client_big") // no reseller: global
	names := func(c hostkeep.Caller, want string) string {
		var list []string
		for _, r := range rows(t, dataOf(t, w.must(c, "listpkgs", "want", want)), "pkg") {
			list = append(list, r["name"].(string))
		}
		return strings.Join(list, " ")
	}
	viewer := packageShop(w, "viewglobalpackages")
	plain := viewer // a token of the same with list-pkgs alone
	plain.Rights = hostkeep.Privileges{}.With("list-pkgs")
	for _, tt := range []struct{ want, root, viewer, plain string }{
		{"all", "client_big default gold shop_basic shop_big", "client_big default gold shop_basic shop_big", "default shop_basic shop_big"},
		{"viewable", "client_big default gold shop_basic shop_big", "client_big default gold shop_basic shop_big", "default shop_basic shop_big"},
		{"creatable", "client_big default gold shop_basic shop_big", "client_big default gold shop_basic shop_big", "default shop_basic shop_big"},
		{"editable", "client_big default gold shop_basic shop_big", "shop_basic shop_big", "shop_basic shop_big"},
	} {
		if got := []string{names(w.root(), tt.want), names(viewer, tt.want), names(plain, tt.want)}; !slices.Equal(got, []string{tt.root, tt.viewer, tt.plain}) {
			t.Errorf("%s: %q", tt.want, got)
		}
	}
}

func TestMatchpkgs(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "addpkg", "name", "silver", "quota", "500", "hasshell", "1", "_PACKAGE_EXTENSIONS", "a b")
	for _, tt := range []struct {
		params []string
		want   string
	}{
		{nil, "default gold silver"},
		{[]string{"QUOTA", "500"}, "gold silver"},
		{[]string{"quota", "500", "MAXPOP", "5"}, "gold"},
		{[]string{"QUOTA", "unlimited"}, "default"},
		{[]string{"HASSHELL", "1"}, "silver"},
		{[]string{"HASSHELL", "0", "IP", "n", "DIGESTAUTH", "n", "CGI", "1"}, "default gold"},
		{[]string{"_PACKAGE_EXTENSIONS", "b a"}, "silver"},
		{[]string{"_PACKAGE_EXTENSIONS", "b c"}, ""},
		{[]string{"MAX_TEAM_USERS", "null", "LANG", "en", "CPMOD", "jupiter", "FEATURELIST", "default"}, "default gold silver"},
		{[]string{"LANG", "de"}, ""},
	} {
		found := dataOf(t, w.must(root, "matchpkgs", tt.params...))["pkg"].(map[string]any)
		var names []string
		for name := range found {
			names = append(names, name)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%q finds %q, want %q", tt.params, got, tt.want)
		}
	}
	silver := dataOf(t, w.must(root, "matchpkgs", "HASSHELL", "1"))["pkg"].(map[string]any)["silver"].(map[string]any)
	expect(t, "silver", silver, map[string]any{"HASSHELL": "y", "IP": "n", "CGI": 1.0, "DIGESTAUTH": "n", "FRONTPAGE": 0.0, "QUOTA": 500.0, "MAXPOP": "unlimited"})
	if found := dataOf(t, w.must(packageShop(w), "matchpkgs"))["pkg"].(map[string]any); len(found) != 1 || found["default"] == nil {
		t.Errorf("a reseller finds %v", found)
	}
}

func TestPackageExtensions(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	has := func(want string) {
		t.Helper()
		expect(t, "gold", w.pkg(t, root, "gold"), map[string]any{"_PACKAGE_EXTENSIONS": want})
	}
	if answer := text(w.must(root, "addpkgext", "name", "gold", "_PACKAGE_EXTENSIONS", "dog  cat dog")); !strings.Contains(answer, "No package extension is installed") {
		t.Errorf("addpkgext answers %s", answer)
	}
	has("dog cat")
	w.must(root, "addpkgext", "name", "gold", "_PACKAGE_EXTENSIONS", "cat bird")
	has("dog cat bird")
	before := w.trace()
	w.must(root, "addpkgext", "name", "gold", "_PACKAGE_EXTENSIONS", "cat")
	w.refused(root, "no name of a package extension", "addpkgext", "name", "gold", "_PACKAGE_EXTENSIONS", "<b>")
	if w.trace() != before {
		t.Error("what changed nothing left a trace")
	}
	w.must(root, "delpkgext", "name", "gold", "_DELETE_EXTENSIONS", "dog Cat")
	has("cat bird") // names are told apart by case
	w.must(root, "editpkg", "name", "gold", "maxpop", "5")
	has("cat bird")
	w.must(root, "editpkg", "name", "gold", "_PACKAGE_EXTENSIONS", "")
	has("")
	if answer := text(w.must(root, "_getpkgextensionform", "pkg", "gold")); strings.Contains(answer, `"data"`) {
		t.Errorf("there is a form: %s", answer)
	}
	w.refused(root, "Specified package does not exist.", "_getpkgextensionform", "pkg", "nosuch")
	w.refused(packageShop(w), "Specified package does not exist.", "_getpkgextensionform", "pkg", "gold")
}

// TestCreateacctIsHeldToPackagePrivileges: what one cannot put into a package one
// cannot give to an account either.
func TestCreateacctIsHeldToPackagePrivileges(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.must(w.root(), "addpkg", "name", "big", "quota", "unlimited", "hasshell", "1", "maxaddon", "unlimited", "max_email_per_hour", "100")
	w.must(w.root(), "addpkg", "name", "small", "maxftp", "1", "maxsql", "1", "maxpop", "1", "maxlst", "1", "maxsub", "1")
	shop := packageShop(w, "viewglobalpackages")
	for _, tt := range []struct{ privilege, plan, name, value string }{
		{"allow-unlimited-disk-pkgs", "small", "quota", "0"},
		{"allow-unlimited-bw-pkgs", "small", "bwlimit", "unlimited"},
		{"allow-unlimited-pkgs", "small", "maxpop", "unlimited"},
		{"allow-unlimited-pkgs", "small", "maxftp", "0"},
		{"allow-unlimited-pkgs", "small", "max_emailacct_quota", "unlimited"},
		{"allow-emaillimits-pkgs", "small", "max_email_per_hour", "9"},
		{"allow-emaillimits-pkgs", "big", "max_email_per_hour", "unlimited"},
		{"allow-addoncreate", "small", "maxaddon", "1"},
		{"allow-parkedcreate", "small", "maxpark", "2"},
		{"add-pkg-ip", "small", "ip", "y"},
		{"allow-shell", "small", "hasshell", "1"},
	} {
		w.refused(shop, `an account with`, "createacct", "username", "new", "domain", "new.example", "plan", tt.plan, tt.name, tt.value)
		w.refused(shop, `"`+tt.privilege+`"`, "createacct", "username", "new", "domain", "new.example", "plan", tt.plan, tt.name, tt.value)
	}
	// What the package gives, or less, needs nothing.
	w.must(shop, "createacct", "username", "new", "domain", "new.example", "plan", "big", "hasshell", "1", "maxaddon", "3", "quota", "0", "maxpop", "2", "max_email_per_hour", "100")
	expect(t, "new", w.acct(t, "new"), map[string]any{"disklimit": "unlimited", "maxaddons": "3", "maxpop": "2", "shell": "/bin/bash"})
	w.refused(shop, `"nolist" does not exist`, "createacct", "username", "listless", "domain", "list.example", "featurelist", "nolist")
	w.must(packageShop(w, "allow-shell"), "createacct", "username", "shelled", "domain", "shelled.example", "hasshell", "1")
}

func TestSavepkg(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	make := func(user string, more ...string) []string {
		return append([]string{"username", user, "domain", user + ".example", "savepkg", "1"}, more...)
	}
	data := dataOf(t, w.must(root, "createacct", make("fresh", "plan", "gold", "maxpop", "8", "pkgname", "gold8")...))
	if data["package"] != "gold8" {
		t.Errorf("the answer names the package %v", data["package"])
	}
	expect(t, "gold8", w.pkg(t, root, "gold8"), map[string]any{"QUOTA": 500.0, "MAXPOP": 8.0})
	expect(t, "gold", w.pkg(t, root, "gold"), map[string]any{"QUOTA": 500.0, "MAXPOP": 5.0})
	expect(t, "fresh", w.acct(t, "fresh"), map[string]any{"plan": "gold8", "disklimit": "500M", "maxpop": "8"})
	w.must(root, "editpkg", "name", "gold8", "quota", "50")
	expect(t, "fresh after an edit", w.acct(t, "fresh"), map[string]any{"disklimit": "50M"})

	shop := packageShop(w, "allow-unlimited-pkgs", "allow-unlimited-disk-pkgs")
	before := w.trace()
	w.refused(root, "pkgname", "createacct", make("other")...)
	w.refused(root, `"gold8" exists already`, "createacct", make("other", "pkgname", "gold8")...)
	w.refused(root, "package's name", "createacct", make("other", "pkgname", "../x")...)
	w.refused(shop, `"allow-unlimited-bw-pkgs"`, "createacct", make("other", "pkgname", "mine")...) // "default" gives it, a package of its own may not
	poor := shop
	poor.Rights = hostkeep.Privileges{}.With("create-acct")
	w.refused(poor, `"add-pkg"`, "createacct", make("other", "pkgname", "mine")...)
	if w.trace() != before {
		t.Error("refused calls left a trace")
	}
	data = dataOf(t, w.must(shop, "createacct", make("other", "pkgname", "mine", "bwlimit", "10", "quota", "5")...))
	if data["package"] != "shop_mine" {
		t.Errorf("a reseller's package is %v", data["package"])
	}
	w.must(shop, "editpkg", "name", "shop_mine", "quota", "6")
	expect(t, "other", w.acct(t, "other"), map[string]any{"plan": "shop_mine", "disklimit": "6M"})
}

// TestEditpkgIsHeldToResellerLimits: what the accounts on a package come to after
// an edit counts, and a refused edit changes nothing.
func TestEditpkgIsHeldToResellerLimits(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := packageShop(w, "allow-unlimited-pkgs", "kill-acct")
	w.must(w.root(), "removeacct", "user", "client") // it is unlimited
	w.must(shop, "addpkg", "name", "basic", "quota", "100", "bwlimit", "10")
	for _, user := range []string{"one", "two"} {
		w.must(shop, "createacct", "username", user, "domain", user+".example", "plan", "shop_basic")
	}
	w.must(w.root(), "setresellerlimits", "user", "shop", "enable_resource_limits", "1", "diskspace_limit", "500", "bandwidth_limit", "100")
	w.must(shop, "editpkg", "name", "shop_basic", "quota", "250")
	w.refused(shop, "limit of 500 MB of disk space", "editpkg", "name", "shop_basic", "quota", "251")
	w.refused(shop, "limit of 100 MB of bandwidth", "editpkg", "name", "shop_basic", "bwlimit", "51")
	expect(t, "one", w.acct(t, "one"), map[string]any{"disklimit": "250M"})
	expect(t, "shop_basic", w.pkg(t, shop, "shop_basic"), map[string]any{"QUOTA": 250.0, "BWLIMIT": 10.0})
	w.must(w.root(), "editpkg", "name", "shop_basic", "quota", "300") // root may
	w.must(shop, "editpkg", "name", "shop_basic", "maxpop", "3", "quota", "300")
	w.refused(shop, "limit of 500 MB", "editpkg", "name", "shop_basic", "quota", "301")
}

// TestCreatablePackages: a reseller that is limited to some packages is offered
// those, as long as their numbers last.
func TestCreatablePackages(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.as("shop")
	w.must(shop, "addpkg", "name", "small", "quota", "10")
	w.must(shop, "addpkg", "name", "large", "quota", "20")
	offered := func(about, want string) {
		t.Helper()
		var names []string
		for _, p := range rows(t, dataOf(t, w.must(shop, "listpkgs", "want", "creatable", "api.filter.enable", "1", "api.filter.a.field", "name", "api.filter.a.arg0", "shop_")), "pkg") {
			names = append(names, fmt.Sprint(p["name"]))
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %q is offered, want %q", about, got, want)
		}
	}
	offered("without limits", "shop_large shop_small")
	w.must(w.root(), "setresellerpackagelimit", "user", "shop", "package", "shop_small", "allowed", "1", "number", "1")
	offered("limited to one", "shop_small")
	w.must(shop, "createacct", "username", "last", "domain", "last.example", "plan", "shop_small")
	offered("its number is used up", "")
	if all := rows(t, dataOf(t, w.must(shop, "listpkgs", "want", "viewable")), "pkg"); len(all) < 2 {
		t.Errorf("only %d can be viewed", len(all))
	}
}

package daemon

import (
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// given lists the features that a list gives.
func (w *world) given(t *testing.T, c hostkeep.Caller, list string) (on []string) {
	t.Helper()
	for _, f := range rows(t, dataOf(t, w.must(c, "get_featurelist_data", "featurelist", list)), "features") {
		if f["value"] == 1.0 {
			on = append(on, f["id"].(string))
		}
	}
	return on
}

func texts(t *testing.T, v any) (list []string) {
	t.Helper()
	for _, e := range v.([]any) {
		list = append(list, e.(string))
	}
	return list
}

func TestFeatureNames(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	names := rows(t, dataOf(t, w.must(w.root(), "get_feature_names")), "feature")
	meta := rows(t, dataOf(t, w.must(w.root(), "get_feature_metadata")), "features")
	if len(names) != len(hostkeep.FeatureTable()) || len(names) != len(meta) {
		t.Fatalf("%d names, %d in the metadata", len(names), len(meta))
	}
	for i, n := range names {
		if n["id"] != meta[i]["id"] || n["name"] != meta[i]["name"] || meta[i]["is_plugin"] != 0.0 || n["id"] == "" || n["name"] == "" {
			t.Errorf("%v and %v", n, meta[i])
		}
	}
	if i := slices.IndexFunc(names, func(n map[string]any) bool { return n["id"] == "sslmanager" }); i < 0 || names[i]["name"] != "SSL Manager" {
		t.Error("there is no SSL Manager") // the example of the API description
	}
}

func TestFeatureLists(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	all := len(hostkeep.FeatureTable())
	if got := texts(t, dataOf(t, w.must(root, "get_featurelists"))["featurelists"]); !slices.Equal(got, []string{"default", "disabled"}) {
		t.Errorf("a new server has %v", got)
	}
	if n := len(w.given(t, root, "default")); n != all {
		t.Errorf("default gives %d of %d", n, all)
	}
	// The example of the API description.
	answer := w.must(root, "create_featurelist", "featurelist", "Arthur", "webmail", "1", "changemx", "1", "ssh", "0", "nosuch", "1", "overwrite", "0")
	if got := dataOf(t, answer); got["featurelist"] != "Arthur" || !strings.Contains(text(answer), `There is no feature \"nosuch\"`) {
		t.Errorf("create_featurelist answers %s", text(answer))
	}
	if got := w.given(t, root, "Arthur"); !slices.Equal(got, []string{"changemx", "webmail"}) {
		t.Errorf("Arthur gives %v", got)
	}
	w.refused(root, "exists already", "create_featurelist", "featurelist", "Arthur", "cron", "1")
	w.must(root, "create_featurelist", "featurelist", "Arthur", "Cron", "1", "overwrite", "1")
	if got := w.given(t, root, "Arthur"); !slices.Equal(got, []string{"cron"}) {
		t.Errorf("made anew, Arthur gives %v", got)
	}
	got := dataOf(t, w.must(root, "update_featurelist", "featurelist", "Arthur", "autoresponders", "1", "cron", "0", "nosuch", "1", "worse", "0"))
	updated := got["updated_features"].(map[string]any)
	if len(updated) != all || updated["autoresponders"] != 1.0 || updated["cron"] != 0.0 || updated["webmail"] != 0.0 {
		t.Errorf("updated are %v", updated)
	}
	invalid := got["invalid_features"].([]any)
	if len(invalid) != 2 || invalid[0].(map[string]any)["nosuch"] != 1.0 || invalid[1].(map[string]any)["worse"] != 0.0 {
		t.Errorf("invalid are %v", invalid)
	}
	w.must(root, "update_featurelist", "featurelist", "Arthur")
	if got := w.given(t, root, "Arthur"); got != nil {
		t.Errorf("updated with nothing, Arthur gives %v", got)
	}
	w.must(root, "update_featurelist", "featurelist", "Mail Only", "webmail", "1") // makes what is not there
	w.refused(root, `must be 1 or 0`, "update_featurelist", "featurelist", "Arthur", "webmail", "maybe")
	w.refused(root, "name has", "create_featurelist", "featurelist", "../x")
	w.refused(root, "does not exist", "get_featurelist_data", "featurelist", "nosuch")
	w.refused(root, "cannot be removed", "delete_featurelist", "featurelist", "default")
	w.refused(root, "cannot be removed", "delete_featurelist", "featurelist", "disabled")
	w.refused(root, "does not exist", "delete_featurelist", "featurelist", "nosuch")
	if got := dataOf(t, w.must(root, "delete_featurelist", "featurelist", "Arthur"))["deleted_featurelist"]; got != "Arthur" {
		t.Errorf("deleted is %v", got)
	}
	w.refused(root, "does not exist", "get_featurelist_data", "featurelist", "Arthur")
}

// TestFeatureListInUse: nothing is left with a list that is not there.
func TestFeatureListInUse(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "create_featurelist", "featurelist", "mail", "webmail", "1")
	w.must(root, "addpkg", "name", "mailer", "featurelist", "mail")
	w.refused(root, "used by 0 accounts and 1 packages", "delete_featurelist", "featurelist", "mail")
	w.must(root, "createacct", "username", "mailed", "domain", "mailed.example", "plan", "mailer")
	w.refused(root, "used by 1 accounts and 1 packages", "delete_featurelist", "featurelist", "mail")
	w.must(root, "editpkg", "name", "mailer", "featurelist", "default") // the account follows
	w.must(root, "createacct", "username", "own", "domain", "own.example", "featurelist", "mail")
	w.refused(root, "used by 1 accounts and 0 packages", "delete_featurelist", "featurelist", "mail")
	w.refused(root, `"gone" does not exist`, "addpkg", "name", "other", "featurelist", "gone")
	w.must(root, "removeacct", "user", "own")
	w.must(root, "delete_featurelist", "featurelist", "mail")
}

func TestFeatureListsOfResellers(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "create_featurelist", "featurelist", "roots", "webmail", "1")
	w.must(root, "create_featurelist", "featurelist", "shop_gift", "cron", "1") // made for the reseller
	shop := packageShop(w, "allow-unlimited-pkgs")
	if got := dataOf(t, w.must(shop, "create_featurelist", "featurelist", "mail", "webmail", "1"))["featurelist"]; got != "shop_mail" {
		t.Errorf("a reseller's list is named %v", got)
	}
	if got := texts(t, dataOf(t, w.must(shop, "get_featurelists"))["featurelists"]); !slices.Equal(got, []string{"shop_gift", "shop_mail"}) {
		t.Errorf("the reseller has %v", got)
	}
	if got := texts(t, dataOf(t, w.must(root, "get_featurelists"))["featurelists"]); len(got) != 5 {
		t.Errorf("root sees %v", got)
	}
	for _, list := range []string{"default", "disabled"} {
		w.refused(shop, "Only root", "update_featurelist", "featurelist", list, "webmail", "1")
		w.refused(shop, "Only root", "create_featurelist", "featurelist", list, "overwrite", "1")
	}
	for _, list := range []string{"default", "disabled", "roots", "nosuch"} {
		w.refused(shop, "does not exist", "delete_featurelist", "featurelist", list)
	}
	for _, name := range []string{"mail", "shop_mail"} { // either means its own
		if got := dataOf(t, w.must(shop, "update_featurelist", "featurelist", name, "cron", "1"))["featurelist"]; got != "shop_mail" {
			t.Errorf("%s means %v", name, got)
		}
	}
	if got := dataOf(t, w.must(shop, "update_featurelist", "featurelist", "roots", "cron", "1"))["featurelist"]; got != "shop_roots" {
		t.Errorf("root's list means %v to a reseller", got)
	}
	if got := w.given(t, root, "roots"); !slices.Equal(got, []string{"webmail"}) {
		t.Errorf("root's list gives %v", got)
	}
	w.given(t, shop, "default")
	w.refused(shop, "does not exist", "get_featurelist_data", "featurelist", "roots")
	w.refused(shop, `"roots" does not exist`, "addpkg", "name", "a", "featurelist", "roots")
	w.must(shop, "addpkg", "name", "a", "featurelist", "shop_mail")
	viewer := packageShop(w, "allow-unlimited-pkgs", "viewglobalpackages")
	w.must(viewer, "addpkg", "name", "b", "featurelist", "roots")
	w.given(t, viewer, "roots")
	// What a removed reseller had becomes root's; nobody loses a list.
	w.must(root, "createacct", "username", "left", "domain", "left.example", "plan", "shop_a")
	w.must(root, "removeacct", "user", "shop")
	w.must(root, "verify_user_has_feature", "user", "left", "feature", "cron")
	w.refused(root, "used by 1 accounts", "delete_featurelist", "featurelist", "shop_mail")
}

func TestFeaturesOfUsers(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root, shop := w.root(), packageShop(w)
	w.must(root, "create_featurelist", "featurelist", "mail", "webmail", "1", "autossl", "1")
	w.must(root, "createacct", "username", "mailed", "domain", "mailed.example", "featurelist", "mail", "owner", "shop")
	has := func(want float64, feature string) {
		t.Helper()
		got := dataOf(t, w.must(shop, "verify_user_has_feature", "user", "mailed", "feature", feature))
		if got["has_feature"] != want || got["query_feature"] != feature {
			t.Errorf("%s: %v, want %v", feature, got, want)
		}
	}
	has(1, "webmail")
	has(0, "cron")
	has(1, "nosuch") // what is in no list everybody has
	before := w.trace()
	for about, features := range map[string]string{
		"must be a JSON object": `["cron"]`, "no feature": `{"nosuch":1}`, "must be 1 or 0": `{"cron":2}`, "JSON object of": `{}`, "a JSON object": "cron",
	} {
		w.refused(shop, about, "add_override_features_for_user", "user", "mailed", "features", features)
	}
	for _, user := range []string{"rooted", "nosuch", "root"} {
		want := "The user " + user + " does not exist."
		w.refused(shop, want, "verify_user_has_feature", "user", user, "feature", "cron")
		w.refused(shop, want, "add_override_features_for_user", "user", user, "features", `{"cron":1}`)
		w.refused(shop, want, "remove_override_features_for_user", "user", user, "features", `["cron"]`)
	}
	if w.trace() != before {
		t.Error("what was refused left a trace")
	}
	w.must(shop, "add_override_features_for_user", "user", "mailed", "features", `{"cron":1,"webmail":"0"}`)
	w.must(shop, "add_override_features_for_user", "user", "mailed", "features", `{"backup": true}`)
	has(1, "cron")
	has(0, "webmail")
	has(1, "backup")
	settings := rows(t, dataOf(t, w.must(root, "get_users_features_settings", "user-1", "mailed", "user-2", "client", "feature-1", "cron", "feature-2", "autossl")), "users_features_settings")
	for i, want := range []map[string]any{
		{"user": "mailed", "feature": "cron", "feature_list": "mail", "feature_list_setting": 0.0, "cpuser_setting": 1.0},
		{"user": "mailed", "feature": "autossl", "feature_list": "mail", "feature_list_setting": 1.0, "cpuser_setting": nil},
		{"user": "client", "feature": "cron", "feature_list": "default", "feature_list_setting": 1.0, "cpuser_setting": nil},
		{"user": "client", "feature": "autossl", "feature_list": "default", "feature_list_setting": 1.0, "cpuser_setting": nil},
	} {
		expect(t, "settings", settings[i], want)
	}
	if n := len(rows(t, dataOf(t, w.must(root, "get_users_features_settings", "user", "mailed")), "users_features_settings")); n != len(hostkeep.FeatureTable()) {
		t.Errorf("of all features %d are shown", n)
	}
	w.refused(root, "names no feature", "get_users_features_settings", "user", "mailed", "feature", "")
	w.refused(root, "does not exist", "get_users_features_settings", "user-1", "mailed", "user-2", "nosuch")
	before = w.trace()
	w.must(shop, "remove_override_features_for_user", "user", "mailed", "features", `["ssh"]`)
	w.refused(shop, "no feature", "remove_override_features_for_user", "user", "mailed", "features", `["nosuch"]`)
	w.refused(shop, "names no feature", "remove_override_features_for_user", "user", "mailed", "features", `[]`)
	if w.trace() != before {
		t.Error("what changed nothing left a trace")
	}
	w.must(shop, "remove_override_features_for_user", "user", "mailed", "features", `["cron","webmail"]`)
	has(0, "cron")
	has(1, "webmail")
	// What is disabled nobody has, whatever else is said.
	var on []string
	for _, f := range hostkeep.FeatureTable() {
		if f.ID != "backup" {
			on = append(on, f.ID, "1")
		}
	}
	w.must(root, "update_featurelist", append([]string{"featurelist", "disabled"}, on...)...)
	has(0, "backup")
	has(1, "webmail")
	for _, f := range rows(t, dataOf(t, w.must(root, "get_featurelist_data", "featurelist", "default")), "features") {
		if (f["is_disabled"] == 1.0) != (f["id"] == "backup") {
			t.Errorf("disabled: %v", f)
		}
	}
}

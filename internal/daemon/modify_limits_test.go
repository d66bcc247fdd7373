package daemon

import "testing"

// What a reseller may give its accounts holds however it is given.
func TestModifyWithinLimits(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-edit-account", "1", "acl-quota", "1", "acl-limit-bandwidth", "1")
	shop := w.as("shop")
	w.must(root, "modifyacct", "user", "shop", "QUOTA", "10", "BWLIMIT", "10")
	w.must(root, "modifyacct", "user", "client", "QUOTA", "10", "BWLIMIT", "10")
	w.must(root, "setresellerlimits", "user", "shop", "enable_resource_limits", "1", "diskspace_limit", "100", "bandwidth_limit", "100")
	before := w.summary(t, "client")["disklimit"]
	for _, call := range [][]string{
		{"modifyacct", "user", "client", "QUOTA", "5000"},
		{"modifyacct", "user", "client", "BWLIMIT", "5000"},
		{"editquota", "user", "client", "quota", "5000"},
		{"editquota", "user", "client", "quota", "unlimited"},
		{"limitbw", "user", "client", "bwlimit", "5000"},
	} {
		w.refused(shop, "", call[0], call[1:]...)
		w.must(shop, "modifyacct", "user", "client", "contactemail", "a@client.example")
	}
	if after := w.summary(t, "client")["disklimit"]; after != before {
		t.Errorf("a refused call left %v", after)
	}
	w.must(shop, "editquota", "user", "client", "quota", "20")
	w.must(root, "editquota", "user", "client", "quota", "5000")
	w.refused(shop, "owner", "editquota", "user", "shop", "quota", "999999") // root's to say, for root owns it
}

// A package of a reseller's may be on an account that is not the reseller's: that
// one keeps its plan when the package changes, as only its owner may change it.
func TestEditpkgLeavesForeignAccounts(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-add-pkg", "1", "acl-edit-pkg", "1", "acl-allow-unlimited-pkgs", "1", "acl-allow-unlimited-disk-pkgs", "1", "acl-allow-unlimited-bw-pkgs", "1", "acl-create-acct", "1", "acl-quota", "1")
	shop := w.as("shop")
	w.must(shop, "addpkg", "name", "shop_gold", "quota", "100")
	w.must(root, "createacct", "username", "foreign", "domain", "foreign.example", "plan", "shop_gold")
	w.must(root, "changepackage", "user", "client", "pkg", "shop_gold")
	w.must(shop, "editpkg", "name", "shop_gold", "quota", "900")
	for user, want := range map[string]string{"foreign": "100M", "client": "900M"} {
		if got := w.summary(t, user)["disklimit"]; got != want {
			t.Errorf("%s has %v, want %s", user, got, want)
		}
	}
}

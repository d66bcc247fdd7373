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

// What root laid on a reseller's own account is not the reseller's to lift; it
// still sees the account, and sets its own password.
func TestOwnAccountIsItsOwners(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	var acl []string
	for _, p := range []string{"acct-summary", "passwd", "suspend-acct", "edit-account", "quota", "limit-bandwidth", "upgrade-account", "list-accts", "kill-acct", "park-dns"} {
		acl = append(acl, "acl-"+p, "1")
	}
	w.must(root, "setacls", append([]string{"reseller", "shop"}, acl...)...)
	w.must(root, "suspend_outgoing_email", "user", "shop")
	w.must(root, "add_override_features_for_user", "user", "shop", "features", `{"backup":0}`)
	shop := w.as("shop")
	at := w.position()
	for _, call := range [][]string{
		{"unsuspend_outgoing_email", "user", "shop"},
		{"release_outgoing_email", "user", "shop"},
		{"remove_override_features_for_user", "user", "shop", "features", `["backup"]`},
		{"add_override_features_for_user", "user", "shop", "features", `{"backup":1}`},
		{"modifyacct", "user", "shop", "contactemail", "a@shop.example"},
		{"modifyacct", "user", "shop", "newuser", "other"},
		{"editquota", "user", "shop", "quota", "1"},
		{"limitbw", "user", "shop", "bwlimit", "1"},
		{"changepackage", "user", "shop", "pkg", "default"},
	} {
		w.refused(shop, "for its owner to change", call[0], call[1:]...)
	}
	marked := dataOf(t, w.must(shop, "forcepasswordchange", "users_json", `{"shop":0}`))["updated"]
	if len(marked.([]any)) != 0 || w.position() != at {
		t.Errorf("marked %v, and the record moved from %d to %d", marked, at, w.position())
	}
	w.must(shop, "accountsummary", "user", "shop")
	w.must(shop, "create_subdomain", "domain", "x.shop.example", "document_root", "x")
	w.must(root, "modifyacct", "user", "shop", "owner", "shop")
	w.must(w.as("shop"), "unsuspend_outgoing_email", "user", "shop") // now it is its own
}

// A temporary domain follows its user's name, also where a client sends the
// domain that it has read before.
func TestTemporaryDomainFollowsRename(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "first")
	w.must(root, "modifyacct", "user", "first", "newuser", "second", "domain", "first.temp."+w.host)
	if got := w.summary(t, "second")["domain"]; got != "second.temp."+w.host {
		t.Errorf("the domain is %v", got)
	}
	w.must(root, "createacct", "username", "first")
	for _, name := range []string{"temp." + w.host, "third.temp." + w.host, w.host} {
		w.refused(root, "kept for the server", "createacct", "username", "fourth", "domain", name)
	}
}

// Nobody but root takes a name below which others are or will be.
func TestDomainsAboveOthers(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-create-acct", "1", "acl-park-dns", "1", "acl-edit-account", "1")
	w.must(root, "createacct", "username", "deep", "domain", "www.deep.example")
	shop := w.as("shop")
	w.must(root, "modifyacct", "user", "client", "MAXPARK", "unlimited")
	for name, why := range map[string]string{"deep.example": "below it", "co.uk": `"all"`, "github.io": `"all"`, "ns1." + w.host: "kept for the server", "whm." + w.host: "kept for the server"} {
		w.refused(shop, why, "createacct", "username", "taker", "domain", name)
		w.refused(shop, why, "modifyacct", "user", "client", "domain", name)
		w.refused(shop, why, "create_parked_domain_for_user", "username", "client", "domain", name, "web_vhost_domain", "client.example")
	}
	w.must(shop, "createacct", "username", "taker", "domain", "taker.co.uk")
}

// An account that has less than its package gets all of it by editpkg: that raises
// what the reseller's accounts come to, whatever it takes from another.
func TestEditpkgRaisesTheLeast(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-add-pkg", "1", "acl-edit-pkg", "1", "acl-allow-unlimited-pkgs", "1", "acl-allow-unlimited-bw-pkgs", "1", "acl-create-acct", "1", "acl-quota", "1", "acl-upgrade-account", "1")
	shop := w.as("shop")
	w.must(shop, "addpkg", "name", "shop_gold", "quota", "60")
	w.must(shop, "changepackage", "user", "client", "pkg", "shop_gold")
	w.must(shop, "createacct", "username", "second", "domain", "second.example", "plan", "shop_gold")
	w.must(shop, "editquota", "user", "second", "quota", "10")
	w.must(root, "setresellerlimits", "user", "shop", "enable_resource_limits", "1", "diskspace_limit", "100")
	w.refused(shop, "allocated", "editpkg", "name", "shop_gold", "quota", "55") // 70 MB become 110
	w.must(shop, "editpkg", "name", "shop_gold", "quota", "50")
}

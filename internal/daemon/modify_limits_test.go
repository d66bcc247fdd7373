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
}

package daemon

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/wire"
)

// summary is what accountsummary shows of an account.
func (w *world) summary(t *testing.T, user string) map[string]any {
	t.Helper()
	return rows(t, dataOf(t, w.must(w.root(), "accountsummary", "user", user)), "acct")[0]
}

func shows(t *testing.T, about string, got, want map[string]any) {
	t.Helper()
	for field, v := range want {
		if fmt.Sprint(got[field]) != fmt.Sprint(v) {
			t.Errorf("%s: %s is %v, want %v", about, field, got[field], v)
		}
	}
}

func TestModifyacct(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	r := dataOf(t, w.must(root, "modifyacct", "user", "client", "QUOTA", "100", "bwlimit", "2", "maxpop", "unlimited", "MAXFTP", "0",
		"MAXSQL", "null", "MAXPARK", "3", "MAXADDON", "0", "MAXSUB", "unlimited", "contactemail", "me@client.example", "RS", "x3", "LOCALE", "de", "HASCGI", "0",
		"MAILBOX_FORMAT", "mbox", "STARTDATE", "1298658868", "DBOWNER", "db", "notify_disk_limit", "1", "MAXPASSENGERAPPS", "4"))
	if r["user"] != "client" || r["domain"] != "client.example" || r["setshell"] != "unmodified" {
		t.Errorf("modifyacct answers %v", r)
	}
	shows(t, "cpuser", r["cpuser"].(map[string]any), map[string]any{
		"USER": "client", "DOMAIN": "client.example", "DOMAINS": "[]", "DEADDOMAINS": "[]", "OWNER": "shop", "PLAN": "default", "CONTACTEMAIL": "me@client.example",
		"BWLIMIT": "2097152", "MAXPOP": "unlimited", "MAXFTP": "unlimited", "MAXSQL": "unlimited", "MAXPARK": "3", "MAXADDON": "0", "MAXSUB": "unlimited",
		"HASCGI": "0", "DEMO": 0, "LOCALE": "de", "RS": "x3", "STARTDATE": "1298658868", "MTIME": fmt.Sprint(w.now.Unix()), "MXCHECK-client.example": "0",
		"DBOWNER": "db", "notify_disk_limit": "1", "MAXPASSENGERAPPS": "4",
	})
	shows(t, "accountsummary", w.summary(t, "client"), map[string]any{
		"disklimit": "100M", "maxparked": "3", "maxaddons": "*unknown*", "email": "me@client.example", "theme": "x3", "mailbox_format": "mdbox",
		"startdate": "11 Feb 25 18:34", "maxpop": "unlimited",
	})
	w.must(root, "modifyacct", "user", "client", "plan", "gold", "MAXPOP", "6")
	shows(t, "another plan", w.summary(t, "client"), map[string]any{"plan": "gold", "disklimit": "500M", "maxpop": "6", "email": "me@client.example"})
	if got := dataOf(t, w.must(root, "modifyacct", "user", "client", "shell", "/bin/bash"))["setshell"]; got != "/bin/bash" {
		t.Errorf("setshell is %v", got)
	}
	if got := dataOf(t, w.must(root, "modifyacct", "user", "client", "HASSHELL", "0"))["setshell"]; got != "/usr/local/cpanel/bin/noshell" {
		t.Errorf("setshell is %v", got)
	}
	for _, refused := range [][]string{
		{"Unable to fetch the cPanel user file for nobody", "user", "nobody"},
		{"Unable to fetch the cPanel user file for root", "user", "root"},
		{"package does not exist", "user", "client", "plan", "nosuch", "MAXPOP", "1"},
		{"mail address", "user", "client", "contactemail", "nonsense", "MAXPOP", "1"},
		{"STARTDATE", "user", "client", "STARTDATE", "99999999999", "MAXPOP", "1"},
		{"valid domain", "user", "client", "domain", "nodots", "MAXPOP", "1"},
		{"already exists", "user", "client", "domain", "rooted.example", "MAXPOP", "1"},
		{"neither root nor a reseller", "user", "client", "owner", "rooted", "MAXPOP", "1"},
		{"already has", "user", "client", "newuser", "rooted", "MAXPOP", "1"},
		{"reserved", "user", "client", "newuser", "mysql", "MAXPOP", "1"},
	} {
		w.refused(root, refused[0], "modifyacct", refused[1:]...)
	}
	shows(t, "after refusals", w.summary(t, "client"), map[string]any{"maxpop": "6", "user": "client", "domain": "client.example", "owner": "shop"})
}

// TestRename: a user's tokens, password and accounts go on under the new name at
// once, and the old name is nobody's.
func TestRename(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	secret := w.newToken(w.as("shop"), "token_name", "robot", "acl", "list-accts")
	w.must(root, "modifyacct", "user", "shop", "MAXPARK", "1")
	w.must(root, "create_parked_domain_for_user", "domain", "also.example", "username", "shop", "web_vhost_domain", "shop.example")
	w.must(root, "modifyacct", "user", "shop", "newuser", "Store")
	if _, err := w.with("shop", secret, "192.0.2.1"); err == nil {
		t.Error("the token goes on under the old name")
	}
	c, err := w.with("store", secret, "192.0.2.1")
	if err != nil || c.User.Name != "store" {
		t.Fatalf("the token under the new name: %v", err)
	}
	if got := users(t, dataOf(t, w.must(c, "listaccts")), "acct"); !slices.Equal(got, []string{"client", "store"}) {
		t.Errorf("under its new name it sees %v", got)
	}
	shows(t, "what it owns", w.summary(t, "client"), map[string]any{"owner": "store"})
	if got := dataOf(t, w.must(root, "getdomainowner", "domain", "also.example"))["user"]; got != "store" {
		t.Errorf("its parked domain is %v's", got)
	}
	info := rows(t, dataOf(t, w.must(root, "get_domain_info")), "domains")
	if !slices.ContainsFunc(info, func(d map[string]any) bool { return d["docroot"] == "/home/store/public_html" && d["user"] == "store" }) {
		t.Errorf("its home did not follow: %v", info)
	}
	if _, ok := w.node.PrincipalByName("shop"); ok {
		t.Error("memory still knows the old name")
	}
	w.must(root, "createacct", "username", "shop", "domain", "second.example") // another user
	w.must(root, "setupreseller", "user", "shop")
	if _, err := w.with("shop", secret, "192.0.2.1"); err == nil {
		t.Error("the token wakes up under the name of another user")
	}
	w.refused(root, "already has", "modifyacct", "user", "store", "newuser", "shop")
	w.must(root, "modifyacct", "user", "shop", "newuser", "swap")
	w.must(root, "modifyacct", "user", "store", "newuser", "shop")
	w.must(root, "modifyacct", "user", "swap", "newuser", "store")
	if _, err := w.with("shop", secret, "192.0.2.1"); err != nil {
		t.Errorf("after the names were swapped: %v", err)
	}
	if _, err := w.with("store", secret, "192.0.2.1"); err == nil {
		t.Error("after the names were swapped the token is the other user's")
	}
	// Another process that loads everything comes to the same.
	if err := w.node.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.with("shop", secret, "192.0.2.1"); err != nil {
		t.Errorf("after loading anew: %v", err)
	}
}

func TestRenameRules(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "customer1", "domain", "one.example")
	for _, function := range []string{"createacct", "modifyacct"} {
		params := []string{"username", "customer2", "domain", "two.example"}
		if function == "modifyacct" {
			params = []string{"user", "client", "newuser", "customer2"}
		}
		w.refused(root, "first eight characters", function, params...)
	}
	w.refused(root, "first eight characters", "verify_new_username", "user", "Customer2")
	w.refused(root, "already has", "verify_new_username", "user", "client")
	w.refused(root, "test", "verify_new_username", "user", "tester")
	w.must(root, "verify_new_username_for_restore", "user", "tester")
	w.refused(root, "valid user name", "verify_new_username_for_restore", "user", "1st")
	w.must(root, "verify_new_username", "user", "custom")
	for name, want := range map[string]string{"client": "1 0 1 1", "Mysql": "0 1 0 0", "tester": "0 0 0 1", "new": "0 0 1 1", "1st": "0 0 0 0", "root": "1 1 0 0"} {
		got := dataOf(t, w.must(root, "validate_system_user", "user", name))
		if text := fmt.Sprint(got["exists"], got["reserved"], got["valid_for_new"], got["valid_for_transfer"]); text != want {
			t.Errorf("validate_system_user of %s: %s, want %s", name, text, want)
		}
	}
	w.must(root, "modifyacct", "user", "customer1", "newuser", "customer2") // its own eight characters
	w.must(root, "suspendacct", "user", "client")
	w.refused(root, "suspended", "modifyacct", "user", "client", "newuser", "other")
	w.refused(root, "suspended", "modifyacct", "user", "client", "domain", "other.example")
	w.must(root, "modifyacct", "user", "client", "MAXPOP", "3", "newuser", "client", "domain", "client.example")
	w.must(root, "createacct", "username", "nodomain")
	before := w.summary(t, "nodomain")["domain"].(string)
	w.must(root, "modifyacct", "user", "nodomain", "newuser", "renamed")
	if after := w.summary(t, "renamed"); after["domain"] != strings.Replace(before, "nodomain", "renamed", 1) || after["temporary"] != 1.0 {
		t.Errorf("the temporary domain %s became %v", before, after["domain"])
	}
	w.refused(root, "server's own", "createacct", "username", "squatter", "domain", before)
	w.must(root, "modifyacct", "user", "renamed", "domain", "real.example")
	shows(t, "a real domain", w.summary(t, "renamed"), map[string]any{"domain": "real.example", "temporary": 0, "is_temporary_domain": 0})
}

func TestOwnersAndResellers(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-edit-account", "1", "acl-list-accts", "1", "acl-acct-summary", "1")
	shop := w.as("shop")
	w.refused(shop, `"all"`, "modifyacct", "user", "client", "owner", "root")
	w.refused(shop, "more privileges", "modifyacct", "user", "client", "reseller", "1") // than the caller has
	w.refused(shop, "allow-shell", "modifyacct", "user", "client", "HASSHELL", "1")
	w.refused(shop, "Unable to fetch the cPanel user file for rooted", "modifyacct", "user", "rooted", "MAXPOP", "1")
	w.must(shop, "modifyacct", "user", "client", "owner", "shop", "reseller", "0", "MAXPOP", "4") // as it is
	w.must(root, "modifyacct", "user", "client", "owner", "root")
	w.refused(shop, "Unable to fetch", "modifyacct", "user", "client", "MAXPOP", "1")
	w.must(root, "modifyacct", "user", "client", "reseller", "1")
	client := w.as("client")
	if !client.User.Reseller || !client.Rights.Has("manage-api-tokens") || client.Rights.Has("create-acct") {
		t.Errorf("reseller=1 made %v", client.User)
	}
	w.must(root, "modifyacct", "user", "rooted", "owner", "client")
	shows(t, "another owner", w.summary(t, "rooted"), map[string]any{"owner": "client"})
	secret := w.newToken(client, "token_name", "robot", "acl", "acct-summary")
	w.must(root, "modifyacct", "user", "client", "owner", "client", "newuser", "itself")
	shows(t, "its own owner", w.summary(t, "itself"), map[string]any{"owner": "itself"})
	w.must(root, "modifyacct", "user", "itself", "reseller", "0")
	for _, user := range []string{"itself", "rooted"} {
		shows(t, "of a reseller that is none", w.summary(t, user), map[string]any{"owner": "root"})
	}
	w.must(root, "modifyacct", "user", "itself", "reseller", "1")
	if _, err := w.with("itself", secret, "192.0.2.1"); err == nil {
		t.Error("a token of before reseller=0 wakes up with reseller=1")
	}
}

// Promise 2: a token with fewer rights than its owner changes no WHM user, and
// one that ends none that is not below its owner.
func TestModifyNeedsStanding(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	narrow, err := w.with("root", w.newToken(root, "token_name", "narrow", "acl", "edit-account", "acl", "passwd", "acl", "digest-auth"), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	ending, err := w.with("root", w.newToken(root, "token_name", "ending", "acl", "all", "expires_at", fmt.Sprint(w.now.Add(time.Hour).Unix())), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	w.must(root, "createacct", "username", "deputy", "domain", "deputy.example", "reseller", "1")
	w.must(root, "setacls", "reseller", "deputy", "acl-all", "1")
	for _, change := range [][]string{{"newuser", "other"}, {"owner", "deputy"}, {"MAXPOP", "1"}, {"reseller", "0"}} {
		w.refused(narrow, "fewer rights", "modifyacct", append([]string{"user", "shop"}, change...)...)
	}
	w.refused(narrow, "fewer rights", "modifyacct", "user", "client", "reseller", "1")
	w.refused(narrow, "fewer rights", "massmodifyacct", "user", "client", "reseller", "1")
	w.refused(narrow, "fewer rights", "set_digest_auth", "user", "shop", "password", "long enough", "enabledigest", "1")
	w.refused(narrow, "fewer rights", "forcepasswordchange", "users_json", `{"shop":1}`, "stop_on_failure", "1")
	w.must(narrow, "modifyacct", "user", "client", "MAXPOP", "9", "newuser", "patron")
	w.refused(ending, "end or an address list", "modifyacct", "user", "deputy", "newuser", "other")
	w.must(ending, "modifyacct", "user", "shop", "newuser", "store")
	mass := rows(t, dataOf(t, w.must(narrow, "massmodifyacct", "user-1", "patron", "user-2", "store", "user-3", "nobody", "MAXPOP", "8")), "payload")
	var told []string
	for _, r := range mass {
		told = append(told, fmt.Sprintf("%v %v %v", r["user"], r["result"], r["extended"] != nil))
	}
	if want := []string{"patron 1 true", "store 0 false", "nobody 0 false"}; !slices.Equal(told, want) {
		t.Errorf("massmodifyacct answers %v, want %v: %v", told, want, mass)
	}
	shows(t, "the allowed one", w.summary(t, "patron"), map[string]any{"maxpop": "8"})
	if w.summary(t, "store")["maxpop"] == "8" {
		t.Error("massmodifyacct changed a WHM user")
	}
}

func TestForcepasswordchange(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	isForced := func(user string) (on bool) {
		t.Helper()
		if err := w.store.Read(context.Background(), readForced(user, &on)); err != nil {
			t.Fatal(err)
		}
		return on
	}
	w.refused(root, "users_json", "forcepasswordchange", "users_json", "client")
	w.refused(root, "users_json", "forcepasswordchange", "users_json", `{"client":2}`)
	w.refused(root, "does not exist", "forcepasswordchange", "users_json", `{"client":1,"nobody":1}`, "stop_on_failure", "1")
	if isForced("client") {
		t.Error("a refused call left a mark")
	}
	r := w.must(root, "forcepasswordchange", "users_json", `{"client":1,"nobody":1,"rooted":"1"}`)
	if got := fmt.Sprint(dataOf(t, r)["updated"]); got != "[client rooted]" || !strings.Contains(text(r), "nobody does not exist") {
		t.Errorf("forcepasswordchange answers %s", text(r))
	}
	w.must(root, "forcepasswordchange", "users_json", `{"rooted":0}`)
	if !isForced("client") || isForced("rooted") {
		t.Error("the marks are not kept as asked")
	}
	w.must(root, "passwd", "user", "client", "password", "another long one")
	if isForced("client") {
		t.Error("the mark outlives the password")
	}
}

// TestUses: what is limited is kept, and what is used is nothing.
func TestUses(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-list-accts", "1", "acl-show-bandwidth", "1", "acl-quota", "1", "acl-limit-bandwidth", "1", "acl-create-acct", "1", "acl-suspend-acct", "1")
	shop := w.as("shop")
	w.must(shop, "editquota", "user", "client", "quota", "0")
	shows(t, "quota=0", w.summary(t, "client"), map[string]any{"disklimit": "unlimited"})
	w.must(shop, "editquota", "user", "client", "quota", "20")
	w.refused(shop, "Invalid user. Cannot set quota.", "editquota", "user", "rooted", "quota", "20")
	w.refused(shop, "Failed to set quota for user.", "editquota", "user", "client", "quota", "-1")
	w.refused(shop, "does not exist", "limitbw", "user", "rooted", "bwlimit", "5")
	limit := rows(t, dataOf(t, w.must(shop, "limitbw", "user", "client", "bwlimit", "99999")), "bwlimits")[0]
	shows(t, "limitbw", limit, map[string]any{"bwlimit": 1.04856551424e+11, "human_bwlimit": "97.66 GB", "human_bwused": "none", "unlimited": 0, "domains": "[client.example]"})
	w.refused(shop, "allow-unlimited-bw-pkgs", "limitbw", "user", "client")
	limit = rows(t, dataOf(t, w.must(root, "limitbw", "user", "shop")), "bwlimits")[0]
	shows(t, "limitbw without a limit", limit, map[string]any{"bwlimit": 0, "human_bwlimit": "unlimited", "unlimited": 1})
	disk := rows(t, dataOf(t, w.must(shop, "get_disk_usage")), "accounts")
	if len(disk) != 2 {
		t.Fatalf("the reseller sees the disk use of %v", disk)
	}
	shows(t, "get_disk_usage", disk[0], map[string]any{"user": "client", "blocks_used": 0, "blocks_limit": 20480, "inodes_used": 0, "inodes_limit": nil})
	bw := dataOf(t, w.must(shop, "showbw"))
	shows(t, "showbw", bw, map[string]any{"month": 11, "year": 2026, "reseller": "shop", "totalused": 0})
	accts := rows(t, bw, "acct")
	if len(accts) != 2 {
		t.Fatalf("the reseller sees the traffic of %v", accts)
	}
	shows(t, "showbw", accts[0], map[string]any{
		"user": "client", "maindomain": "client.example", "owner": "shop", "reseller": 0, "deleted": 0, "limit": 1.04856551424e+11, "totalbytes": 0, "bwlimited": 0,
		"bwusage": "[map[deleted:0 domain:client.example usage:0]]",
	})
	shows(t, "showbw of a reseller", accts[1], map[string]any{"user": "shop", "reseller": 1, "limit": "unlimited"})
	if got := users(t, dataOf(t, w.must(root, "showbw", "searchtype", "user", "search", "^c", "month", "5", "year", "2011")), "acct"); !slices.Equal(got, []string{"client"}) {
		t.Errorf("showbw finds %v", got)
	}
	if got := users(t, dataOf(t, w.must(root, "showbw", "showres", "root")), "acct"); !slices.Equal(got, []string{"rooted", "shop"}) {
		t.Errorf("showbw of root's finds %v", got)
	}
	w.refused(root, "month", "showbw", "month", "13")
	for function, want := range map[string]string{"get_current_users_count": "2", "get_maximum_users": "0", "list_users": "[client shop]"} {
		if got := fmt.Sprint(dataOf(t, w.must(shop, function))["users"]); got != want {
			t.Errorf("%s shows the reseller %s, want %s", function, got, want)
		}
	}
	if got := fmt.Sprint(dataOf(t, w.must(root, "list_users"))["users"]); got != "[root client rooted shop]" {
		t.Errorf("list_users shows root %s", got)
	}
}

// TestMarks: states that are kept and shown, each told from the others.
func TestMarks(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root, shop := w.root(), w.as("shop")
	marks := func() string {
		a := w.summary(t, "client")
		return fmt.Sprint(a["outgoing_mail_hold"], a["outgoing_mail_suspended"])
	}
	for _, step := range [][2]string{
		{"hold_outgoing_email", "1 0"}, {"suspend_outgoing_email", "1 1"}, {"release_outgoing_email", "0 1"}, {"unsuspend_outgoing_email", "0 0"},
	} {
		w.refused(shop, "does not exist", step[0], "user", "rooted")
		w.must(shop, step[0], "user", "client")
		if got := marks(); got != step[1] {
			t.Errorf("after %s the marks are %s, want %s", step[0], got, step[1])
		}
	}
	w.must(root, "suspendacct", "user", "client", "disallowun", "1")
	if got := fmt.Sprint(dataOf(t, w.must(shop, "listlockedaccounts"))["account"]); got != "[client]" {
		t.Errorf("listlockedaccounts shows %s", got)
	}
	w.must(root, "suspendacct", "user", "rooted", "disallowun", "1")
	if got := fmt.Sprint(dataOf(t, w.must(shop, "listlockedaccounts"))["account"]); got != "[client]" {
		t.Errorf("listlockedaccounts shows a foreign account: %s", got)
	}
	for _, on := range []string{"1", "0"} {
		got := fmt.Sprint(dataOf(t, w.must(root, "toggle_user_backup_state", "user", "client"))["toggle_status"], w.summary(t, "client")["backup"])
		if got != on+" "+on {
			t.Errorf("the backup mark is %s, want %s", got, on)
		}
		w.must(root, "set_digest_auth", "user", "client", "password", "long enough", "enabledigest", on)
		if got := fmt.Sprint(dataOf(t, w.must(root, "has_digest_auth", "user", "client"))["digestauth"]); got != on {
			t.Errorf("digestauth is %s after %s", got, on)
		}
	}
	w.refused(root, "Cannot determine username", "setsiteip", "ip", "192.0.2.9")
	w.refused(root, "Cannot determine username", "setsiteip", "ip", "192.0.2.9", "domain", "nobodys.example")
	w.refused(root, "no address", "setsiteip", "ip", "192.0.2.0/24", "user", "client")
	w.must(root, "setsiteip", "ip", "192.0.2.9", "domain", "client.example")
	shows(t, "setsiteip", w.summary(t, "client"), map[string]any{"ip": "192.0.2.9"})
	uid := fmt.Sprint(w.summary(t, "client")["uid"])
	w.refused(root, "account client", "untrack_acct_id", "uid", uid)
	w.refused(root, "system's", "untrack_acct_id", "uid", "0")
	w.refused(root, `"uid" or "gid"`, "untrack_acct_id")
	w.must(root, "removeacct", "user", "client")
	w.must(root, "untrack_acct_id", "uid", uid)
}

// A suspended reseller's customers may be told from it by nothing else: what a
// foreign account is answered never depends on whether it is there.
func TestNoFunctionTellsForeignAccounts(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.must(w.root(), "setacls", "reseller", "shop", "acl-edit-account", "1", "acl-passwd", "1", "acl-park-dns", "1", "acl-acct-summary", "1", "acl-list-accts", "1")
	shop := w.as("shop")
	ask := func(function string, nameValue ...string) string {
		return text(w.Call(context.Background(), shop, function, wire.Pairs(nameValue...)))
	}
	for _, call := range []struct{ function, params string }{
		{"massmodifyacct", "user=NAME MAXPOP=1"},
		{"forcepasswordchange", `users_json={"NAME":1} stop_on_failure=1`},
		{"getdomainowner", "domain=NAME.example"},
		{"domainuserdata", "domain=NAME.example"},
		{"delete_domain", "domain=NAME.example"},
		{"create_subdomain", "domain=x.NAME.example document_root=x"},
		{"create_parked_domain_for_user", "domain=new.example username=shop web_vhost_domain=NAME.example"},
	} {
		with := func(name string) string {
			var params []string
			for _, p := range strings.Fields(strings.ReplaceAll(call.params, "NAME", name)) {
				n, v, _ := strings.Cut(p, "=")
				params = append(params, n, v)
			}
			return strings.ReplaceAll(ask(call.function, params...), name, "NAME")
		}
		if foreign, missing := with("rooted"), with("absent"); foreign != missing {
			t.Errorf("%s answers of a foreign account %s, of none %s", call.function, foreign, missing)
		}
	}
}

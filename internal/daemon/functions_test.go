package daemon

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// refused calls and expects a failure whose reason holds a text.
func (w *world) refused(c hostkeep.Caller, want, function string, nameValue ...string) {
	w.t.Helper()
	r := w.Call(context.Background(), c, function, wire.Pairs(nameValue...))
	if r.OK || !strings.Contains(r.Reason, want) {
		w.t.Fatalf("%s %q: ok %v, reason %q, want %q in it", function, nameValue, r.OK, r.Reason, want)
	}
}

func text(r api.Reply) string { return string(r.AppendJSON(nil)) }

// rows reads the records of a list answer.
func rows(t tb, data map[string]any, list string) (out []map[string]any) {
	t.Helper()
	items, ok := data[list].([]any)
	if !ok {
		t.Fatalf("no list %q in %v", list, data)
	}
	for _, i := range items {
		out = append(out, i.(map[string]any))
	}
	return out
}

func users(t tb, data map[string]any, list string) (names []string) {
	for _, r := range rows(t, data, list) {
		names = append(names, r["user"].(string))
	}
	return names
}

// hosting makes packages, a reseller "shop" with a few privileges and accounts.
func hosting(t *testing.T) *world {
	w := opened(t)
	root := w.root()
	w.must(root, "addpkg", "name", "gold", "quota", "500", "maxpop", "5")
	w.must(root, "createacct", "username", "shop", "domain", "shop.example", "plan", "gold")
	w.must(root, "setupreseller", "user", "shop")
	acls := []string{"reseller", "shop"}
	for _, p := range []string{
		"create-acct", "kill-acct", "suspend-acct", "list-accts", "acct-summary", "add-pkg", "list-pkgs", "passwd", "upgrade-account", "manage-api-tokens",
		"allow-unlimited-pkgs",
	} {
		acls = append(acls, "acl-"+p, "1")
	}
	w.must(root, "setacls", acls...)
	w.must(root, "createacct", "username", "rooted", "domain", "rooted.example")
	w.must(w.as("shop"), "createacct", "username", "client", "domain", "client.example")
	return w
}

func TestAccountsOfAReseller(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.as("shop")
	if got := users(t, dataOf(t, w.must(shop, "listaccts")), "acct"); !slices.Equal(got, []string{"client", "shop"}) {
		t.Errorf("the reseller sees %v", got)
	}
	if got := users(t, dataOf(t, w.must(w.root(), "listaccts")), "acct"); !slices.Equal(got, []string{"client", "rooted", "shop"}) {
		t.Errorf("root sees %v", got)
	}
	w.refused(shop, "Account does not exist", "accountsummary", "user", "rooted")
	w.refused(shop, "Account does not exist", "accountsummary", "domain", "rooted.example")
	w.refused(shop, "another owner", "createacct", "username", "other", "domain", "other.example", "owner", "root")
	w.refused(shop, "owns itself", "createacct", "username", "other", "domain", "other.example", "ownerself", "1")
	w.refused(shop, "more privileges", "createacct", "username", "other", "domain", "other.example", "reseller", "1")
	w.refused(shop, `"all"`, "createacct", "username", "other", "domain", "other.example", "uid", "5")
	w.refused(shop, "calling as", "removeacct", "username", "shop")
	w.refused(shop, "calling as", "suspendacct", "user", "shop")
	w.refused(shop, "does not exist", "passwd", "user", "root", "password", "long enough")
	w.must(shop, "passwd", "user", "client", "pass", "long enough")
	w.must(shop, "removeacct", "user", "client")
	w.refused(shop, "System user client does not exist!", "removeacct", "user", "client")
}

func TestCreateacct(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.refused(root, "already has", "createacct", "username", "client", "domain", "new.example")
	w.refused(root, "already has", "createacct", "username", "CLIENT", "domain", "new.example")
	w.refused(root, "already exists", "createacct", "username", "fresh", "domain", "Client.Example.")
	w.refused(root, "package does not exist", "createacct", "username", "fresh", "domain", "fresh.example", "plan", "nosuch")
	w.refused(root, "too short", "createacct", "username", "fresh", "domain", "fresh.example", "password", "short")
	w.refused(root, "neither root nor a reseller", "createacct", "username", "fresh", "domain", "fresh.example", "owner", "client")
	w.refused(root, "savepkg", "createacct", "username", "fresh", "domain", "fresh.example", "savepkg", "1")
	if warned := text(w.must(root, "createacct", "username", "slip", "domain", "slip.example", "qouta", "5", "MAXFTP", "3")); !strings.Contains(warned, `\"qouta\"; it was ignored. Did you mean \"quota\"?`) {
		t.Errorf("a slip of the pen is answered %s", warned)
	}
	if slip := rows(t, dataOf(t, w.must(root, "accountsummary", "user", "slip")), "acct")[0]; slip["maxftp"] != "3" {
		t.Errorf("MAXFTP=3 comes to %v", slip["maxftp"])
	}
	r := w.must(root, "createacct", "username", "Fresh", "domain", "FRESH.example", "plan", "gold", "maxpop", "7", "owner", "shop", "contactemail", "me@fresh.example", "password", "a long one")
	answer := text(r)
	if !strings.Contains(answer, `"reason":"Account Creation Ok"`) || !strings.Contains(answer, "PassWord: a long one") || !strings.Contains(answer, `"package":"gold"`) {
		t.Errorf("the answer is %s", answer)
	}
	if answer := text(w.must(root, "createacct", "username", "hush", "domain", "hush.example", "showpass", "n")); strings.Contains(answer, "PassWord") {
		t.Errorf("showpass=n shows a password: %s", answer)
	}
	acct := rows(t, dataOf(t, w.must(root, "accountsummary", "domain", "fresh.EXAMPLE")), "acct")[0]
	for field, want := range map[string]any{
		"user": "fresh", "domain": "fresh.example", "owner": "shop", "plan": "gold", "disklimit": "500M", "maxpop": "7", "email": "me@fresh.example",
		"suspended": 0.0, "suspendreason": "not suspended", "suspendtime": nil, "unix_startdate": float64(w.now.Unix()), "startdate": "26 Nov 24 12:00",
		"maxaddons": "*unknown*", "temporary": 0.0, "shell": "/usr/local/cpanel/bin/noshell",
	} {
		if acct[field] != want {
			t.Errorf("%s is %v, want %v", field, acct[field], want)
		}
	}
	w.must(root, "createacct", "username", "nodomain")
	acct = rows(t, dataOf(t, w.must(root, "accountsummary", "user", "nodomain")), "acct")[0]
	if acct["temporary"] != 1.0 || acct["email"] != "*unknown*" || !strings.HasPrefix(acct["domain"].(string), "nodomain.") {
		t.Errorf("an account without a domain is %v", acct)
	}
}

func TestListacctsSearches(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	for _, tt := range []struct {
		params []string
		want   []string
	}{
		{[]string{"searchtype", "user", "search", "^c"}, []string{"client"}},
		{[]string{"searchtype", "user", "search", "o"}, []string{"rooted", "shop"}}, // unanchored
		{[]string{"searchtype", "user", "search", "shop", "searchmethod", "exact"}, []string{"shop"}},
		{[]string{"searchtype", "user", "search", "sho", "searchmethod", "exact"}, nil},
		{[]string{"searchtype", "owner", "search", "shop"}, []string{"client"}},
		{[]string{"searchtype", "package", "search", "gold"}, []string{"shop"}},
		{[]string{"searchtype", "domain", "search", "cl.*?t.example"}, []string{"client"}},
		{[]string{"search", "client"}, []string{"client", "rooted", "shop"}}, // without searchtype: everything, as recorded
	} {
		if got := users(t, dataOf(t, w.must(w.root(), "listaccts", tt.params...)), "acct"); !slices.Equal(got, tt.want) {
			t.Errorf("%q finds %v, want %v", tt.params, got, tt.want)
		}
	}
	w.refused(w.root(), "RE2", "listaccts", "searchtype", "user", "search", "(?=x)")
	w.refused(w.root(), "RE2", "listaccts", "searchtype", "user", "search", `(a)\1`)
	w.refused(w.root(), "more than 1000 steps", "listaccts", "searchtype", "user", "search", strings.Repeat("(?:.?){900}", 80))
	w.must(w.root(), "listaccts", "searchtype", "user", "search", "(?:.?){400}")
	row := rows(t, dataOf(t, w.must(w.root(), "listaccts", "want", "user,plan,nosuch")), "acct")[0]
	if len(row) != 2 || row["user"] != "client" || row["plan"] != "default" {
		t.Errorf("want=user,plan shows %v", row)
	}
}

func TestSuspension(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.as("shop")
	secret := w.newToken(shop, "token_name", "robot", "acl", "list-accts")
	w.must(shop, "suspendacct", "user", "client", "reason", "first")
	w.must(shop, "suspendacct", "user", "client", "reason", "second") // the newest reason stays
	row := rows(t, dataOf(t, w.must(shop, "listsuspended")), "account")[0]
	if row["reason"] != "second" || row["unixtime"] != float64(w.now.Unix()) || row["time"] != "Tue Nov 24 12:00:00 2026" || row["is_locked"] != 0.0 {
		t.Errorf("listsuspended shows %v", row)
	}
	w.must(w.root(), "suspendacct", "user", "client", "disallowun", "1")
	w.refused(shop, "only root", "unsuspendacct", "user", "client")
	w.refused(shop, "only root", "suspendacct", "user", "client", "reason", "third")
	w.must(w.root(), "unsuspendacct", "user", "client")
	w.must(w.root(), "suspendacct", "user", "shop")
	if _, err := w.with("shop", secret, "192.0.2.1"); err == nil {
		t.Error("a suspended reseller's token is accepted")
	}
	w.must(w.root(), "unsuspendacct", "user", "shop")
	if _, err := w.with("shop", secret, "192.0.2.1"); err != nil {
		t.Errorf("an unsuspended reseller's token: %v", err)
	}
	w.must(w.root(), "removeacct", "user", "shop")
	if _, err := w.with("shop", secret, "192.0.2.1"); err == nil {
		t.Error("a removed reseller's token is accepted")
	}
	w.must(w.root(), "createacct", "username", "shop", "domain", "shop.example")
	w.must(w.root(), "setupreseller", "user", "shop")
	if _, err := w.with("shop", secret, "192.0.2.1"); err == nil {
		t.Error("the token of a removed reseller wakes up under its name")
	}
	if acct := rows(t, dataOf(t, w.must(w.root(), "accountsummary", "user", "client")), "acct")[0]; acct["owner"] != "root" {
		t.Errorf("the account of a removed reseller is owned by %v", acct["owner"])
	}
}

func TestPackages(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root, shop := w.root(), w.as("shop")
	w.refused(root, "exists already", "addpkg", "name", "gold")
	w.refused(root, "name", "addpkg", "name", "../gold")
	w.refused(shop, "custom email limits", "addpkg", "name", "mail", "MAX_EMAIL_PER_HOUR", "10")
	w.refused(shop, "allow-unlimited-disk-pkgs", "addpkg", "name", "big", "quota", "unlimited")
	w.refused(shop, "allow-unlimited-disk-pkgs", "addpkg", "name", "big", "quota", "0")
	if got := dataOf(t, w.must(shop, "addpkg", "name", "basic"))["pkg"]; got != "shop_basic" {
		t.Errorf("a reseller's package is named %v", got)
	}
	names := func(c hostkeep.Caller, want string) (out []string) {
		for _, r := range rows(t, dataOf(t, w.must(c, "listpkgs", "want", want)), "pkg") {
			out = append(out, r["name"].(string))
		}
		return out
	}
	if got := names(shop, "all"); !slices.Equal(got, []string{"default", "shop_basic"}) {
		t.Errorf("the reseller sees %v", got)
	}
	if got := names(root, "all"); !slices.Equal(got, []string{"default", "gold", "shop_basic"}) {
		t.Errorf("root sees %v", got)
	}
	w.refused(shop, "package does not exist", "changepackage", "user", "client", "pkg", "gold")
	w.refused(shop, "package does not exist", "killpkg", "pkgname", "gold")
	w.must(shop, "changepackage", "user", "client", "pkg", "shop_basic")
	w.refused(root, "used by 1 accounts", "killpkg", "pkgname", "shop_basic")
	w.refused(shop, "used by accounts", "killpkg", "pkgname", "shop_basic")
	w.refused(root, "cannot be removed", "killpkg", "pkgname", "default")
	w.must(shop, "changepackage", "user", "client", "pkg", "default")
	w.must(shop, "killpkg", "pkgname", "shop_basic")
}

func TestResellers(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	secret := w.newToken(w.as("shop"), "token_name", "robot", "acl", "list-accts", "acl", "kill-acct")
	w.refused(root, `"no-such"`, "setacls", "reseller", "shop", "acl-no-such", "1")
	w.refused(root, "Not a reseller.", "setacls", "reseller", "client", "acl-list-accts", "1")
	w.refused(root, "Not a reseller.", "setacls", "reseller", "root", "acl-list-accts", "1")
	w.refused(root, "does not exist", "setacls", "reseller", "shop", "acllist", "nolist")
	got := dataOf(t, w.must(root, "setacls", "user", "shop", "acl-list-accts", "1", "acl-all", "0", "acl-nameserver-config", "1", "acl-frontpage", "1"))
	if acl := got["acl"].([]any); len(acl) != 2 || acl[0] != "list-accts" || acl[1] != "ns-config" {
		t.Errorf("setacls granted %v", acl)
	}
	c, err := w.with("shop", secret, "192.0.2.1")
	if err != nil || !c.Rights.Has("list-accts") || c.Rights.Has("kill-acct") {
		t.Errorf("after its owner lost kill-acct the token has %v, %v", c.Rights, err)
	}
	counts := dataOf(t, w.must(root, "acctcounts", "user", "shop"))["reseller"].(map[string]any)
	if counts["active"] != 1.0 || counts["suspended"] != 0.0 || counts["limit"] != "" || counts["user"] != "shop" {
		t.Errorf("acctcounts shows %v", counts)
	}
	w.refused(root, "not a reseller", "acctcounts", "user", "client")
	w.must(root, "unsetupreseller", "user", "shop")
	w.must(root, "setupreseller", "user", "shop")
	if _, err := w.with("shop", secret, "192.0.2.1"); err == nil {
		t.Error("a token of before unsetupreseller wakes up")
	}
	if got := dataOf(t, w.must(root, "listresellers"))["reseller"].([]any); len(got) != 1 || got[0] != "shop" {
		t.Errorf("listresellers shows %v", got)
	}
}

func TestTokenSettings(t *testing.T) {
	t.Parallel()
	w := opened(t)
	root := w.root()
	end := w.now.Add(time.Hour).Unix()
	w.must(root, "api_token_create", "token_name", "a", "acl", "list-accts", "expires_at", "1795525200", "whitelist_ip", "192.0.2.1")
	got := dataOf(t, w.must(root, "api_token_update", "token_name", "a", "new_name", "b"))
	if end != 1795525200 || got["expires_at"] != 1795525200.0 || len(got["acls"].([]any)) != 1 || len(got["whitelist_ips"].([]any)) != 1 {
		t.Errorf("an update of the name left %v", got)
	}
	w.refused(root, "acl", "api_token_update", "token_name", "b", "acl", "")
	got = dataOf(t, w.must(root, "api_token_update", "token_name", "b", "expires_at", "0", "whitelist_ip", ""))
	if got["expires_at"] != nil || got["whitelist_ips"] != nil {
		t.Errorf("what was cleared is %v", got)
	}
	w.must(root, "api_token_create", "token_name", "c", "acl", "list-accts")
	w.refused(root, "already", "api_token_update", "token_name", "c", "new_name", "b")
	w.refused(root, "no API token", "api_token_revoke", "token_name-1", "b", "token_name-2", "gone")
	if n := len(dataOf(t, w.must(root, "api_token_list"))["tokens"].(map[string]any)); n != 2 {
		t.Errorf("a refused revoke left %d tokens", n)
	}
}

// Revoking what a token made finds its descendants, also past one that was
// revoked alone in between.
func TestRevokeMade(t *testing.T) {
	t.Parallel()
	w := opened(t)
	caller := w.root()
	for _, name := range []string{"one", "two", "three"} {
		secret := w.newToken(caller, "token_name", name, "acl", "manage-api-tokens")
		var err error
		if caller, err = w.with("root", secret, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	r := w.must(w.root(), "api_token_revoke", "token_name", "two")
	if !strings.Contains(text(r), "1 tokens that were made with") {
		t.Errorf("the revoke of two says %s", text(r))
	}
	w.must(w.root(), "api_token_revoke", "token_name", "one", "revoke_made", "1")
	if left := dataOf(t, w.must(w.root(), "api_token_list"))["tokens"].(map[string]any); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

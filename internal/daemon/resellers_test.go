package daemon

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// owners maps the accounts to their owners, as root sees them.
func owners(t *testing.T, w *world) map[string]string {
	t.Helper()
	m := map[string]string{}
	for _, r := range rows(t, dataOf(t, w.must(w.root(), "listaccts")), "acct") {
		m[r["user"].(string)] = r["owner"].(string)
	}
	return m
}

// anEnd is root's caller with a token that has every right, and an end.
func (w *world) anEnd(user string) hostkeep.Caller {
	w.t.Helper()
	secret := w.newToken(w.as(user), "token_name", "ends", "acl", "all", "expires_at", strconv.FormatInt(w.now.Add(time.Hour).Unix(), 10))
	c, err := w.with(user, secret, "192.0.2.1")
	if err != nil {
		w.t.Fatalf("authenticate: %v", err)
	}
	return c
}

// strong makes a reseller with every privilege.
func (w *world) strong() {
	w.must(w.root(), "createacct", "username", "strong", "domain", "strong.example")
	w.must(w.root(), "setupreseller", "user", "strong")
	w.must(w.root(), "setacls", "reseller", "strong", "acl-all", "1")
}

func privilegesOf(t *testing.T, w *world, user string) string {
	t.Helper()
	p, ok := w.node.PrincipalByName(user)
	if !ok {
		t.Fatalf("there is no %s", user)
	}
	return p.Privileges.String()
}

// setacls by a list gives what the list holds at that moment; a later change of
// the list changes nothing for who has got it.
func TestACLLists(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.refused(root, `"no-such"`, "saveacllist", "acllist", "billing", "acl-no-such", "1")
	w.refused(root, "list's name", "saveacllist", "acllist", "../billing")
	w.refused(root, `"acl-all" must be 1 or 0`, "saveacllist", "acllist", "billing", "acl-all", "perhaps")
	r := w.must(root, "saveacllist", "acllist", "billing", "acl-create-acct", "1", "acl-ns-config", "1", "acl-all", "0", "acl-frontpage", "1")
	if answer := text(r); !strings.Contains(answer, "ACL List billing saved.") || !strings.Contains(answer, "retired") || strings.Contains(answer, `"data"`) {
		t.Errorf("saveacllist answers %s", answer)
	}
	w.must(root, "saveacllist", "acllist", "another")
	lists := rows(t, dataOf(t, w.must(root, "listacls")), "acl")
	if len(lists) != 2 || lists[0]["name"] != "another" || lists[1]["name"] != "billing" {
		t.Fatalf("listacls shows %v", lists)
	}
	shown := lists[1]["privileges"].(map[string]any)
	var on []string
	for name, v := range shown {
		if v == 1.0 {
			on = append(on, name)
		}
	}
	slices.Sort(on)
	if !slices.Equal(on, []string{"create-acct", "ns-config"}) || shown["all"] != 0.0 || shown["frontpage"] != 0.0 || shown["kill-acct"] != 0.0 {
		t.Errorf("the list shows %v", shown)
	}
	w.refused(root, "not both", "setacls", "reseller", "shop", "acllist", "billing", "acl-kill-acct", "1")
	w.refused(root, "does not exist", "setacls", "reseller", "shop", "acllist", "Billing")
	w.refused(root, "Not a reseller.", "setacls", "reseller", "client", "acllist", "billing")
	if got := dataOf(t, w.must(root, "setacls", "reseller", "shop", "acllist", "billing"))["acl"].([]any); !slices.Equal(got, []any{"create-acct", "ns-config"}) {
		t.Errorf("setacls gave %v", got)
	}
	w.must(root, "saveacllist", "acllist", "billing", "acl-all", "1")
	if got := privilegesOf(t, w, "shop"); got != "create-acct,ns-config" {
		t.Errorf("a change of the list changed who has got it: %s", got)
	}
	w.must(root, "setacls", "reseller", "shop", "acllist", "billing")
	if got := privilegesOf(t, w, "shop"); got != "all" {
		t.Errorf("the changed list gave %s", got)
	}
}

// What a list holds is given by whoever names it next, so a token that ends may
// neither give by a list nor put into one what would outlive it.
func TestACLListsWidenNothing(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.strong()
	w.must(root, "saveacllist", "acllist", "everything", "acl-all", "1")
	w.must(root, "saveacllist", "acllist", "little", "acl-list-accts", "1")
	for _, user := range []string{"root", "strong"} {
		c := w.anEnd(user)
		w.refused(c, "has an end", "setacls", "reseller", "shop", "acllist", "everything")
		w.refused(c, "has an end", "saveacllist", "acllist", "little", "acl-all", "1")
		w.refused(c, "has an end", "saveacllist", "acllist", "everything", "acl-list-accts", "1")
		w.must(c, "saveacllist", "acllist", "little", "acl-list-accts", "1", "acl-kill-acct", "1")
		w.must(c, "setacls", "reseller", "shop", "acllist", "little")
	}
	if got := privilegesOf(t, w, "shop"); got != "kill-acct,list-accts" {
		t.Errorf("shop has %s", got)
	}
	w.refused(w.as("shop"), "Permission denied", "saveacllist", "acllist", "little", "acl-list-accts", "1")
}

func TestResellerLimitsHold(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root, shop := w.root(), w.as("shop")
	w.refused(root, "not a reseller", "setresellerlimits", "user", "client")
	w.refused(root, "not a reseller", "setresellerlimits", "user", "root", "enable_account_limit", "1", "account_limit", "1")
	w.refused(root, `"account_limit" is required`, "setresellerlimits", "user", "shop", "enable_account_limit", "1")
	limit := func(want any) {
		t.Helper()
		if got := dataOf(t, w.must(shop, "acctcounts"))["reseller"].(map[string]any)["limit"]; got != want {
			t.Errorf("acctcounts shows the limit %v, want %v", got, want)
		}
	}
	create := func(user string, more ...string) []string {
		return append([]string{"username", user, "domain", user + ".example"}, more...)
	}
	limit("")
	w.must(root, "setresellerlimits", "user", "shop", "enable_account_limit", "1", "account_limit", "2")
	limit(2.0)
	w.must(shop, "createacct", create("second")...)
	w.refused(shop, "The reseller shop has reached its limit of 2 accounts.", "createacct", create("third")...)
	if _, there := owners(t, w)["third"]; there {
		t.Error("the refused account is there")
	}
	w.must(shop, "suspendacct", "user", "second") // keeps what it has, and so counts
	w.refused(shop, "limit of 2 accounts", "createacct", create("third")...)
	w.must(shop, "unsuspendacct", "user", "second")
	w.must(root, "createacct", create("third", "owner", "shop")...) // who sets limits is not held to them
	w.must(shop, "removeacct", "user", "third")
	w.refused(shop, "limit of 2 accounts", "createacct", create("third")...)
	w.must(shop, "removeacct", "user", "second")
	w.must(shop, "createacct", create("second")...)
	w.must(root, "setresellerlimits", "user", "shop") // the switches' default is off
	limit("")
	w.must(shop, "createacct", create("third")...)
	w.must(root, "setresellerlimits", "user", "shop", "enable_account_limit", "1") // the number is kept
	limit(2.0)
}

func TestResourceLimitsHold(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root, shop := w.root(), w.as("shop")
	shop.Rights = shop.Rights.With("allow-unlimited-disk-pkgs").With("allow-unlimited-bw-pkgs") // the limits alone stand against it
	w.must(shop, "addpkg", "name", "small", "quota", "100", "bwlimit", "1000")
	w.must(shop, "addpkg", "name", "large", "quota", "300", "bwlimit", "1000")
	w.must(shop, "changepackage", "user", "client", "pkg", "shop_small")
	w.must(root, "setresellerlimits", "user", "shop", "enable_resource_limits", "1", "diskspace_limit", "400", "bandwidth_limit", "0")
	create := func(user, pkg string, more ...string) []string {
		return append([]string{"username", user, "domain", user + ".example", "plan", pkg}, more...)
	}
	w.must(shop, "createacct", create("second", "shop_small")...)
	w.refused(shop, "limit of 400 MB of disk space: 200 MB are allocated, and 300 MB are asked for", "createacct", create("third", "shop_large")...)
	w.refused(shop, "cannot have unlimited disk space", "createacct", create("third", "shop_small", "quota", "unlimited")...)
	w.refused(shop, "300 MB are asked for", "createacct", create("third", "shop_small", "quota", "300")...)
	w.must(shop, "createacct", create("third", "shop_small", "bwlimit", "unlimited")...)
	w.refused(shop, "limit of 400 MB of disk space: 200 MB are allocated, and 300 MB are asked for", "changepackage", "user", "third", "pkg", "shop_large")
	if acct := rows(t, dataOf(t, w.must(root, "accountsummary", "user", "third")), "acct")[0]; acct["plan"] != "shop_small" {
		t.Errorf("after a refused change the package is %v", acct["plan"])
	}
	w.must(root, "setresellerlimits", "user", "shop", "enable_resource_limits", "1", "enable_overselling_diskspace", "1")
	w.refused(shop, "disk space", "changepackage", "user", "third", "pkg", "shop_large") // the main switch is off
	w.must(root, "setresellerlimits", "user", "shop", "enable_resource_limits", "1", "enable_overselling", "1")
	w.must(shop, "changepackage", "user", "third", "pkg", "shop_large") // nothing is used yet
	w.must(root, "setresellerlimits", "user", "shop", "enable_resource_limits", "1", "enable_overselling", "0", "diskspace_limit", "10", "bandwidth_limit", "2500")
	w.must(shop, "changepackage", "user", "third", "pkg", "shop_small") // asks for less than it has
	w.refused(shop, "disk space", "createacct", create("fourth", "shop_small")...)
	w.must(root, "setresellerlimits", "user", "shop", "enable_resource_limits", "1", "diskspace_limit", "unlimited")
	w.refused(shop, "limit of 2500 MB of bandwidth: 3000 MB are allocated, and 1000 MB are asked for", "createacct", create("fourth", "shop_small")...)
}

func TestPackageLimitsHold(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root, shop := w.root(), w.as("shop")
	for _, p := range []string{"one", "two"} {
		w.must(shop, "addpkg", "name", p, "quota", "10")
	}
	w.refused(root, "package does not exist", "setresellerpackagelimit", "user", "shop", "package", "nosuch", "allowed", "1")
	w.refused(root, `"package" is required`, "setresellerpackagelimit", "user", "shop", "allowed", "1")
	w.refused(root, "not a reseller", "setresellerpackagelimit", "user", "client", "package", "shop_one", "allowed", "1")
	w.must(root, "setresellerpackagelimit", "user", "shop", "package", "shop_one", "allowed", "1", "number", "1")
	w.refused(shop, `"shop_two" is not among them`, "changepackage", "user", "client", "pkg", "shop_two")
	w.refused(shop, `"default" is not among them`, "createacct", "username", "second", "domain", "second.example")
	w.must(shop, "changepackage", "user", "client", "pkg", "shop_one")
	w.must(shop, "changepackage", "user", "client", "pkg", "shop_one") // its own place is not counted twice
	w.refused(shop, `limit of 1 accounts on the package "shop_one"`, "createacct", "username", "second", "domain", "second.example", "plan", "shop_one")
	w.must(root, "setresellerlimits", "user", "shop", "enable_package_limit_numbers", "0")
	w.must(shop, "createacct", "username", "second", "domain", "second.example", "plan", "shop_one")
	w.must(root, "setresellerpackagelimit", "user", "shop", "package", "shop_one", "allowed", "0")
	w.refused(shop, "not among them", "createacct", "username", "third", "domain", "third.example", "plan", "shop_one")
	w.must(root, "setresellerpackagelimit", "user", "shop", "no_limit", "1")
	w.must(shop, "createacct", "username", "third", "domain", "third.example", "plan", "shop_two")
}

func TestSuspendReseller(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	secret := w.newToken(w.as("shop"), "token_name", "robot", "acl", "list-accts")
	suspended := func() (names []string) {
		for _, r := range rows(t, dataOf(t, w.must(root, "listsuspended")), "account") {
			names = append(names, r["user"].(string)+" "+r["reason"].(string)+map[any]string{1.0: " locked"}[r["is_locked"]])
		}
		return names
	}
	w.refused(root, "not a reseller", "suspendreseller", "user", "client")
	w.refused(root, "not a reseller", "suspendreseller", "user", "root")
	w.must(root, "suspendreseller", "user", "shop", "reseller-only", "1")
	if got := suspended(); !slices.Equal(got, []string{"shop Unknown"}) {
		t.Errorf("reseller-only suspended %q", got)
	}
	r := w.must(root, "suspendreseller", "user", "shop", "reason", "unpaid", "disallow", "1")
	if answer := text(r); !strings.Contains(answer, "Finished suspending reseller.") || !strings.Contains(answer, "client's account has been suspended") {
		t.Errorf("suspendreseller answers %s", answer)
	}
	if got := suspended(); !slices.Equal(got, []string{"client unpaid locked", "shop unpaid locked"}) {
		t.Errorf("suspendreseller suspended %q", got)
	}
	if _, err := w.with("shop", secret, "192.0.2.1"); err == nil {
		t.Error("a suspended reseller's token is accepted")
	}
	w.must(root, "unsuspendreseller", "user", "shop", "reseller-only", "1")
	if got := suspended(); !slices.Equal(got, []string{"client unpaid locked"}) {
		t.Errorf("reseller-only left %q", got)
	}
	w.refused(w.as("shop"), "only root", "unsuspendacct", "user", "client")
	w.must(root, "unsuspendreseller", "user", "shop")
	if got := suspended(); got != nil {
		t.Errorf("unsuspendreseller left %q", got)
	}
	if _, err := w.with("shop", secret, "192.0.2.1"); err != nil {
		t.Errorf("an unsuspended reseller's token: %v", err)
	}
}

// Taking away needs the privilege alone; giving back needs standing, also over
// the resellers among the accounts.
func TestUnsuspendResellerNeedsStanding(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.strong()
	w.refused(w.as("strong"), "calling as", "suspendreseller", "user", "strong")
	c := w.anEnd("root")
	w.must(c, "suspendreseller", "user", "strong")
	w.refused(c, "has an end", "unsuspendreseller", "user", "strong")
	w.must(c, "suspendreseller", "user", "shop")
	w.must(c, "unsuspendreseller", "user", "shop") // has less than root
	w.must(root, "unsuspendreseller", "user", "strong")

	w.must(root, "createacct", "username", "chief", "domain", "chief.example")
	w.must(root, "setupreseller", "user", "chief")
	w.must(root, "createacct", "username", "deputy", "domain", "deputy.example", "owner", "chief")
	w.must(root, "setupreseller", "user", "deputy")
	w.must(root, "setacls", "reseller", "deputy", "acl-all", "1")
	w.refused(w.as("deputy"), "calling as", "suspendreseller", "user", "chief")
	w.must(c, "suspendreseller", "user", "chief")
	w.refused(c, "has an end", "unsuspendreseller", "user", "chief")
	if p, _ := w.node.PrincipalByName("chief"); !p.Suspended {
		t.Error("a refused call unsuspended one of them")
	}
	w.must(c, "unsuspendreseller", "user", "chief", "reseller-only", "1")
	w.must(root, "unsuspendreseller", "user", "chief")
	w.must(c, "suspendreseller", "user", "chief", "reseller-only", "1")
	w.must(c, "unsuspendreseller", "user", "chief") // the deputy lives, and is not touched
}

func TestTerminateReseller(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "deputy", "domain", "deputy.example", "owner", "shop")
	w.must(root, "setupreseller", "user", "deputy")
	w.must(root, "createacct", "username", "lodger", "domain", "lodger.example", "owner", "deputy")
	secret := w.newToken(w.as("shop"), "token_name", "robot", "acl", "list-accts")
	w.refused(root, `"terminatereseller" is required`, "terminatereseller", "user", "shop")
	w.refused(root, "Reseller client Does not exist", "terminatereseller", "user", "client", "terminatereseller", "1")
	w.refused(root, "Reseller root Does not exist", "terminatereseller", "user", "root", "terminatereseller", "1")
	w.refused(root, `"verify"`, "terminatereseller", "user", "shop", "terminatereseller", "1", "verify", "yes")
	got := rows(t, dataOf(t, w.must(root, "terminatereseller", "user", "shop", "terminatereseller", "0")), "acct")
	if len(got) != 2 || got[0]["user"] != "client" || got[0]["result"] != 1.0 || got[0]["reason"] != "client account removed" || got[1]["user"] != "deputy" {
		t.Errorf("terminatereseller answers %v", got)
	}
	if raw := got[0]["output"].(map[string]any)["raw"]; !strings.Contains(raw.(string), "client") {
		t.Errorf("its log is %v", raw)
	}
	if have := owners(t, w); len(have) != 3 || have["lodger"] != "root" || have["rooted"] != "root" || have["shop"] != "root" {
		t.Errorf("there are %v", have)
	}
	if shop, _ := w.node.PrincipalByName("shop"); shop.WHMUser() || !shop.Privileges.Empty() {
		t.Errorf("after its termination shop is %+v", shop)
	}
	w.must(root, "setupreseller", "user", "shop", "makeowner", "1")
	if _, err := w.with("shop", secret, "192.0.2.1"); err == nil {
		t.Error("a token of before the termination wakes up")
	}
	w.must(root, "createacct", "username", "client", "domain", "client.example", "owner", "shop")
	got = rows(t, dataOf(t, w.must(root, "terminatereseller", "user", "shop", "terminatereseller", "1")), "acct")
	if len(got) != 2 || got[0]["user"] != "client" || got[1]["user"] != "shop" || got[1]["result"] != 1.0 {
		t.Errorf("terminatereseller answers %v", got)
	}
	if have := owners(t, w); len(have) != 2 {
		t.Errorf("there are %v", have)
	}
}

// A caller that its reseller owns is not removed by itself, and has an owner
// after that; a token with an end terminates nobody who has as much as its owner.
func TestTerminateResellerBySomebodyOwned(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.strong()
	w.refused(w.as("strong"), "calling as", "terminatereseller", "user", "strong", "terminatereseller", "0")
	w.refused(w.anEnd("root"), "has an end", "terminatereseller", "user", "strong", "terminatereseller", "0")
	w.must(root, "createacct", "username", "deputy", "domain", "deputy.example", "owner", "shop")
	w.must(root, "setupreseller", "user", "deputy")
	w.must(root, "setacls", "reseller", "deputy", "acl-all", "1")
	got := rows(t, dataOf(t, w.must(w.as("deputy"), "terminatereseller", "user", "shop", "terminatereseller", "1")), "acct")
	if len(got) != 3 || got[1]["user"] != "deputy" || got[1]["result"] != 0.0 || got[2]["user"] != "shop" || got[2]["result"] != 1.0 {
		t.Errorf("terminatereseller answers %v", got)
	}
	if have := owners(t, w); have["deputy"] != "root" || have["shop"] != "" || have["client"] != "" {
		t.Errorf("there are %v", have)
	}
}

// API 0 took the reseller by its old name, did without terminatereseller and
// wanted a sentence.
func TestTerminateResellerOfOld(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	sentence := "I understand this will irrevocably remove all the accounts owned by the reseller shop"
	r := w.api.CallVersion(context.Background(), w.root(), 0, "terminatereseller", wire.Pairs("reseller", "shop", "verify", sentence))
	want := `{"result":[{"status":1,"statusmsg":"Account Terminations Complete","accts":{"client":{"status":1,"statusmsg":"client account removed","rawout":"User: client\nRemoving the account...\n...Done\n"}},"privdelete":1}]}`
	if got := text(r); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
	if have := owners(t, w); have["shop"] != "root" || have["client"] != "" {
		t.Errorf("there are %v", have)
	}
}

// Accounts always have an owner that can act on them, and what was settled for a
// reseller does not come back with the next setupreseller.
func TestUnsetupResellerLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setupreseller", "user", "shop", "makeowner", "1")
	w.must(root, "setresellerlimits", "user", "shop", "enable_account_limit", "1", "account_limit", "1")
	if answer := text(w.must(root, "unsetupreseller", "user", "shop")); !strings.Contains(answer, "2 accounts of shop are root's now.") {
		t.Errorf("unsetupreseller says %s", answer)
	}
	for user, owner := range owners(t, w) {
		if owner != "root" {
			t.Errorf("%s is owned by %s", user, owner)
		}
	}
	w.must(root, "setupreseller", "user", "shop")
	if got := dataOf(t, w.must(root, "acctcounts", "user", "shop"))["reseller"].(map[string]any); got["limit"] != "" || got["active"] != 0.0 {
		t.Errorf("the reseller of before has %v", got)
	}
}

func TestResellerAddresses(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "holder", "domain", "holder.example", "customip", "203.0.113.9")
	w.refused(root, "Supplied IP address is invalid.", "setresellermainip", "user", "shop", "ip", "198.51.100.1")
	w.refused(root, "inappropriate values", "setresellerips", "user", "shop", "ips", "203.0.113.9,198.51.100.1", "delegate", "1")
	ips := func(c hostkeep.Caller, more ...string) (any, []any) {
		t.Helper()
		d := dataOf(t, w.must(c, "getresellerips", more...))
		return d["all"], d["ip"].([]any)
	}
	if all, list := ips(root, "user", "shop"); all != 1.0 || len(list) != 0 {
		t.Errorf("at first: %v, %v", all, list)
	}
	d := dataOf(t, w.must(root, "setresellerips", "user", "shop", "ips", "203.0.113.9, 127.0.0.1,203.0.113.9,", "delegate", "1"))
	if _, told := d["all"]; told || !slices.Equal(d["ip"].([]any), []any{"203.0.113.9", "127.0.0.1"}) {
		t.Errorf("setresellerips answers %v", d)
	}
	w.must(root, "setacls", "reseller", "shop", "acl-ns-config", "1", "acl-create-acct", "1")
	shop := w.as("shop")
	if all, list := ips(shop); all != 0.0 || !slices.Equal(list, []any{"203.0.113.9", "127.0.0.1"}) {
		t.Errorf("restricted: %v, %v", all, list)
	}
	if d := dataOf(t, w.must(root, "setresellerips", "user", "shop")); d["all"] != 1.0 || len(d["ip"].([]any)) != 0 {
		t.Errorf("setresellerips without addresses answers %v", d)
	}
	w.refused(shop, "not a reseller", "getresellerips", "user", "root")
	w.refused(shop, "not a reseller", "setresellernameservers", "user", "rooted", "nameservers", "ns1.shop.example")
	w.must(root, "setresellermainip", "user", "shop", "ip", "203.0.113.9")
	w.refused(shop, "not a valid name", "setresellernameservers", "user", "shop", "nameservers", "ns1.shop.example,-x")
	w.refused(shop, "At most 4", "setresellernameservers", "user", "shop", "nameservers", "a.x.example,b.x.example,c.x.example,d.x.example,e.x.example")
	w.must(shop, "setresellernameservers", "user", "shop", "nameservers", "NS1.shop.example.,ns2.shop.example,ns3.shop.example")
	r := w.must(shop, "createacct", "username", "second", "domain", "second.example")
	if d := dataOf(t, r); d["ip"] != "203.0.113.9" || d["nameserver"] != "ns1.shop.example" || d["nameserver3"] != "ns3.shop.example" || d["nameserver4"] != "" {
		t.Errorf("an account of the reseller has %v", d)
	}
	if answer := text(r); !strings.Contains(answer, "NameServer3: ns3.shop.example") {
		t.Errorf("the log is %s", answer)
	}
	w.must(shop, "setresellernameservers", "user", "shop")
	if d := dataOf(t, w.must(shop, "createacct", "username", "third", "domain", "third.example")); d["nameserver"] != "ns1."+w.host || d["nameserver3"] != "" {
		t.Errorf("without name servers of its own: %v", d)
	}
}

func TestResellerStats(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "second", "domain", "second.example", "owner", "shop", "plan", "gold", "bwlimit", "700")
	w.must(root, "setresellerlimits", "user", "shop", "enable_resource_limits", "1", "diskspace_limit", "4096", "enable_overselling", "1", "enable_overselling_bandwidth", "1")
	w.must(root, "suspendacct", "user", "client")
	stats := dataOf(t, w.must(root, "resellerstats", "user", "shop"))["reseller"].(map[string]any)
	for member, want := range map[string]any{
		"user": "shop", "diskused": 0.0, "diskquota": 4096.0, "totaldiskalloc": "unlimited", "totalbwused": "0", "totalbwalloc": "unlimited",
		"bandwidthlimit": 0.0, "diskoverselling": 0.0, "bwoverselling": 1.0, "month": 11.0, "year": 2026.0,
	} {
		if stats[member] != want {
			t.Errorf("%s is %v, want %v", member, stats[member], want)
		}
	}
	if got := users(t, stats, "acct"); !slices.Equal(got, []string{"client", "second"}) {
		t.Errorf("its accounts are %v", got)
	}
	stats = dataOf(t, w.must(root, "resellerstats", "reseller", "shop", "filter_suspended", "1", "month", "2", "year", "2025"))["reseller"].(map[string]any)
	row := rows(t, stats, "acct")[0]
	for member, want := range map[string]any{
		"user": "second", "domain": "second.example", "package": "gold", "diskquota": "500", "diskused": "0", "bandwidthlimit": "700", "bandwidthused": "0",
		"suspended": 0.0, "deleted": 0.0,
	} {
		if row[member] != want {
			t.Errorf("an account's %s is %v, want %v", member, row[member], want)
		}
	}
	if stats["totaldiskalloc"] != "500" || stats["totalbwalloc"] != "700" || stats["month"] != 2.0 || stats["year"] != 2025.0 {
		t.Errorf("without the suspended account: %v", stats)
	}
	w.refused(root, `"month"`, "resellerstats", "user", "shop", "month", "13")
	w.refused(root, "Reseller Does Not Exist", "resellerstats", "user", "client")
	if answer := text(w.Call(context.Background(), root, "resellerstats", wire.Pairs("user", "client"))); strings.Contains(answer, `"data":`) {
		t.Errorf("a failure in API 1 has data: %s", answer)
	}
}

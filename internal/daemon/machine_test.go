package daemon

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// TestMachine makes random sequences of writes, by root and two resellers, and
// holds each against a model as simple as WHM's rules are: which calls succeed,
// what the state is afterwards, and that a refused call changed nothing.
func TestMachine(t *testing.T) {
	t.Parallel()
	base, round := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		dir := filepath.Join(base, strconv.Itoa(round))
		w := open(rt, dir)
		defer func() { _ = w.Close(); _ = os.RemoveAll(dir) }()
		m := newMachine(rt, w)
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			m.step()
		}
	})
}

// hosted is an account as the model keeps it; reseller is nil for a plain one,
// else its privileges.
type hosted struct {
	domain, owner, plan string
	suspended, locked   bool
	reseller            []string
	limit               string // how many accounts the reseller may own; "" for any number
}

// machine is the model beside the server.
type machine struct {
	*rapid.T
	w        *world
	accounts map[string]*hosted
	packages map[string]string // name to owner
}

// trade is what a reseller needs for its business.
var trade = []string{
	"create-acct", "kill-acct", "suspend-acct", "upgrade-account", "add-pkg", "list-accts", "list-pkgs", "acct-summary", "allow-unlimited-pkgs",
	"allow-unlimited-disk-pkgs", "allow-unlimited-bw-pkgs",
}

func newMachine(rt *rapid.T, w *world) *machine {
	m := &machine{rt, w, map[string]*hosted{}, map[string]string{"default": "root"}}
	for _, name := range []string{"shop", "north"} {
		w.must(w.root(), "createacct", "username", name, "domain", name+".example")
		w.must(w.root(), "setupreseller", "user", name)
		args := []string{"reseller", name}
		for _, p := range trade {
			args = append(args, "acl-"+p, "1")
		}
		w.must(w.root(), "setacls", args...)
		m.accounts[name] = &hosted{domain: name + ".example", owner: "root", plan: "default", reseller: trade}
	}
	return m
}

// may reports whether an actor has a privilege; owns whether it may act on an account.
func (m *machine) may(actor, privilege string) bool {
	return actor == "root" || slices.Contains(m.accounts[actor].reseller, privilege)
}

func (m *machine) owns(actor, user string) bool {
	a := m.accounts[user]
	return a != nil && (actor == "root" || a.owner == actor || user == actor)
}

// governs reports whether actor may change the state of an account: its own is
// for its owner to change.
func (m *machine) governs(actor, user string) bool {
	return m.owns(actor, user) && (actor == "root" || m.accounts[user].owner == actor)
}

// alive lists who may call.
func (m *machine) alive() []string {
	list := []string{"root"}
	for _, name := range slices.Sorted(maps.Keys(m.accounts)) {
		if a := m.accounts[name]; a.reseller != nil && !a.suspended {
			list = append(list, name)
		}
	}
	return list
}

func (m *machine) step() {
	actor := rapid.SampledFrom(m.alive()).Draw(m.T, "actor")
	user := rapid.SampledFrom([]string{"shop", "north", "anna", "bert", "carl", "ghost", "root"}).Draw(m.T, "user")
	pkg := rapid.SampledFrom([]string{"default", "gold", "shop_gold", "north_gold", "none"}).Draw(m.T, "package")
	actions := map[string]func(actor, user, pkg string) (ok bool, args []string, then func()){
		"createacct": m.create, "removeacct": m.remove, "suspendacct": m.suspend, "unsuspendacct": m.unsuspend, "changepackage": m.change,
		"addpkg": m.addPackage, "killpkg": m.killPackage, "setupreseller": m.setup, "unsetupreseller": m.unset,
		"suspendreseller": m.suspendAll, "unsuspendreseller": m.unsuspendAll, "terminatereseller": m.terminate, "setresellerlimits": m.limit,
	}
	function := rapid.SampledFrom(slices.Sorted(maps.Keys(actions))).Draw(m.T, "function")
	want, args, then := actions[function](actor, user, pkg)
	before := m.w.trace()
	r := m.w.Call(context.Background(), m.w.as(actor), function, wire.Pairs(args...))
	if r.OK != want {
		m.Fatalf("%s calls %s %q: OK %t, %q; the model says %t", actor, function, args, r.OK, r.Reason, want)
	}
	if want {
		then()
	} else if after := m.w.trace(); after != before {
		m.Fatalf("%s calls %s %q: refused with %q, and the record moved", actor, function, args, r.Reason)
	}
	m.compare(function)
}

// usable reports whether an actor may give a package to an account.
func (m *machine) usable(actor, pkg string) bool {
	owner, there := m.packages[pkg]
	return there && (actor == "root" || owner == actor || pkg == "default")
}

func (m *machine) create(actor, user, pkg string) (bool, []string, func()) {
	domain := rapid.SampledFrom([]string{"one.example", "two.example", "ONE.example.", "shop.example"}).Draw(m.T, "domain")
	plain := strings.TrimSuffix(strings.ToLower(domain), ".")
	taken := slices.ContainsFunc(slices.Collect(maps.Values(m.accounts)), func(a *hosted) bool { return a.domain == plain })
	ok := m.may(actor, "create-acct") && m.accounts[user] == nil && user != "root" && !taken && m.usable(actor, pkg) && !m.full(actor)
	return ok, []string{"username", strings.ToUpper(user[:1]) + user[1:], "domain", domain, "plan", pkg}, func() {
		m.accounts[user] = &hosted{domain: plain, owner: actor, plan: pkg}
	}
}

// remove leaves what a reseller owned to root.
func (m *machine) remove(actor, user, _ string) (bool, []string, func()) {
	return m.may(actor, "kill-acct") && m.owns(actor, user) && actor != user, []string{"username", user}, func() { m.gone(user) }
}

func (m *machine) gone(user string) {
	delete(m.accounts, user)
	m.disown(user)
	for name, owner := range m.packages {
		if owner == user {
			m.packages[name] = "root"
		}
	}
}

func (m *machine) disown(user string) {
	for _, a := range m.accounts {
		if a.owner == user {
			a.owner = "root"
		}
	}
}

// full reports whether a reseller may own no more accounts.
func (m *machine) full(actor string) bool {
	if actor == "root" || m.accounts[actor].limit == "" {
		return false
	}
	n := 0
	for _, a := range m.accounts {
		if a.owner == actor {
			n++
		}
	}
	limit, err := strconv.Atoi(m.accounts[actor].limit)
	return err != nil || n >= limit
}

func (m *machine) limit(actor, user, _ string) (bool, []string, func()) {
	limit := rapid.SampledFrom([]string{"", "0", "1", "2"}).Draw(m.T, "limit")
	args := []string{"user", user}
	if limit != "" {
		args = append(args, "enable_account_limit", "1", "account_limit", limit)
	}
	return m.isReseller(actor, user), args, func() { m.accounts[user].limit = limit }
}

// isReseller reports whether root names a reseller.
func (m *machine) isReseller(actor, user string) bool {
	return actor == "root" && m.accounts[user] != nil && m.accounts[user].reseller != nil
}

// group is a reseller and, unless only it is meant, the accounts that it owns.
func (m *machine) group(user string, only bool) (list []*hosted) {
	for name, a := range m.accounts {
		if name == user || a.owner == user && !only {
			list = append(list, a)
		}
	}
	return list
}

func (m *machine) suspendAll(actor, user, _ string) (bool, []string, func()) {
	lock, only := rapid.SampledFrom([]string{"0", "1"}).Draw(m.T, "lock"), rapid.SampledFrom([]string{"0", "1"}).Draw(m.T, "only")
	return m.isReseller(actor, user), []string{"user", user, "disallow", lock, "reseller-only", only}, func() {
		for _, a := range m.group(user, only == "1") {
			a.suspended, a.locked = true, a.locked || lock == "1"
		}
	}
}

func (m *machine) unsuspendAll(actor, user, _ string) (bool, []string, func()) {
	only := rapid.SampledFrom([]string{"0", "1"}).Draw(m.T, "only")
	return m.isReseller(actor, user), []string{"user", user, "reseller-only", only}, func() {
		for _, a := range m.group(user, only == "1") {
			a.suspended, a.locked = false, false
		}
	}
}

// terminate removes what a reseller owns, and it itself or what makes it one.
func (m *machine) terminate(actor, user, _ string) (bool, []string, func()) {
	own := rapid.SampledFrom([]string{"0", "1"}).Draw(m.T, "own")
	return m.isReseller(actor, user), []string{"user", user, "terminatereseller", own}, func() {
		var owned []string // before what these own becomes root's
		for name, a := range m.accounts {
			if a.owner == user && name != user {
				owned = append(owned, name)
			}
		}
		for _, name := range owned {
			m.gone(name)
		}
		if own == "1" {
			m.gone(user)
		} else {
			m.plain(user)
		}
	}
}

// plain makes a plain account of a reseller.
func (m *machine) plain(user string) {
	m.accounts[user].reseller, m.accounts[user].limit = nil, ""
	m.disown(user)
}

func (m *machine) suspend(actor, user, _ string) (bool, []string, func()) {
	lock := rapid.Bool().Draw(m.T, "lock")
	ok := m.may(actor, "suspend-acct") && m.owns(actor, user) && actor != user && (actor == "root" || !m.accounts[user].locked)
	return ok, []string{"user", user, "disallowun", map[bool]string{true: "1", false: "0"}[lock]}, func() {
		a := m.accounts[user]
		a.suspended, a.locked = true, a.locked || lock
	}
}

// unsuspend gives a reseller its credentials back, so it needs to stand above it.
func (m *machine) unsuspend(actor, user, _ string) (bool, []string, func()) {
	ok := m.may(actor, "suspend-acct") && m.governs(actor, user) && (actor == "root" || !m.accounts[user].locked)
	if ok && m.accounts[user].reseller != nil {
		ok = !slices.ContainsFunc(m.accounts[user].reseller, func(p string) bool { return !m.may(actor, p) })
	}
	return ok, []string{"user", user}, func() { m.accounts[user].suspended, m.accounts[user].locked = false, false }
}

func (m *machine) change(actor, user, pkg string) (bool, []string, func()) {
	return m.may(actor, "upgrade-account") && m.governs(actor, user) && m.usable(actor, pkg), []string{"user", user, "pkg", pkg}, func() {
		m.accounts[user].plan = pkg
	}
}

// addPackage: a reseller's package carries its name, and what root names so is the
// reseller's.
func (m *machine) addPackage(actor, _, pkg string) (bool, []string, func()) {
	name := pkg
	if actor != "root" && !strings.HasPrefix(pkg, actor+"_") {
		name = actor + "_" + pkg
	}
	_, taken := m.packages[name]
	return m.may(actor, "add-pkg") && !taken, []string{"name", pkg}, func() {
		m.packages[name] = actor
		if r, _, _ := strings.Cut(name, "_"); actor == "root" && r != name && m.accounts[r] != nil && m.accounts[r].reseller != nil {
			m.packages[name] = r
		}
	}
}

func (m *machine) killPackage(actor, _, pkg string) (bool, []string, func()) {
	owner, there := m.packages[pkg]
	used := slices.ContainsFunc(slices.Collect(maps.Values(m.accounts)), func(a *hosted) bool { return a.plan == pkg })
	ok := m.may(actor, "add-pkg") && there && (actor == "root" || owner == actor) && pkg != "default" && !used
	return ok, []string{"pkgname", pkg}, func() { delete(m.packages, pkg) }
}

func (m *machine) setup(actor, user, _ string) (bool, []string, func()) {
	return actor == "root" && m.accounts[user] != nil, []string{"user", user}, func() {
		if a := m.accounts[user]; a.reseller == nil {
			a.reseller = hostkeep.InitialPrivileges().Names()
		}
	}
}

func (m *machine) unset(actor, user, _ string) (bool, []string, func()) {
	return actor == "root" && m.accounts[user] != nil, []string{"user", user}, func() { m.plain(user) }
}

// compare reads the whole state as root and holds it against the model.
func (m *machine) compare(about string) {
	got := map[string]string{}
	for _, a := range rows(m.T, dataOf(m.T, m.w.must(m.w.root(), "listaccts")), "acct") {
		got[fmt.Sprint(a["user"])] = fmt.Sprint(a["domain"], a["owner"], a["plan"], a["suspended"], a["is_locked"])
	}
	want := map[string]string{}
	for user, a := range m.accounts {
		bit := map[bool]int{true: 1}
		want[user] = fmt.Sprint(a.domain, a.owner, a.plan, bit[a.suspended], bit[a.locked])
		if a.owner != "root" && (m.accounts[a.owner] == nil || m.accounts[a.owner].reseller == nil) {
			m.Fatalf("the model has lost the owner of %s", user)
		}
	}
	if !maps.Equal(got, want) {
		m.Fatalf("after %s the accounts are\n%v, the model has\n%v", about, got, want)
	}
	var packages []string
	for _, p := range rows(m.T, dataOf(m.T, m.w.must(m.w.root(), "listpkgs")), "pkg") {
		packages = append(packages, fmt.Sprint(p["name"]))
	}
	if want := slices.Sorted(maps.Keys(m.packages)); !slices.Equal(slices.Sorted(slices.Values(packages)), want) {
		m.Fatalf("after %s the packages are %q, the model has %q", about, packages, want)
	}
}

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

	"github.com/hostkeep/hostkeep/internal/wire"
)

// TestMachine makes random sequences of writes, by root and resellers, and holds
// each against a model as simple as WHM's rules are: which calls succeed and why
// others do not, what the state is afterwards, and that a refused call changed
// nothing. What a reseller does to its own account, accounts that own themselves
// and domains below somebody else's are left to tests of their own.
func TestMachine(t *testing.T) {
	t.Parallel()
	base, round := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		dir := filepath.Join(base, strconv.Itoa(round))
		w := open(rt, dir)
		defer func() { _ = w.Close(); _ = os.RemoveAll(dir) }()
		m := newMachine(rt, w)
		steps := 0
		rt.Repeat(map[string]func(*rapid.T){"step": func(*rapid.T) {
			if steps++; steps <= 20 { // as many as there are names and packages to run into each other
				m.step()
			}
		}})
	})
}

// machine is the model beside the server.
type machine struct {
	*rapid.T
	*model
	w    *world
	seen sight // after the last call
}

// trades are named lists of privileges: what a reseller needs for its business,
// and the same without what unlocks values of packages.
func trades() map[string][]string {
	modest := []string{
		"create-acct", "kill-acct", "suspend-acct", "upgrade-account", "edit-account", "quota", "limit-bandwidth", "add-pkg", "edit-pkg", "list-accts",
		"list-pkgs", "acct-summary", "park-dns", "allow-unlimited-pkgs", "allow-parkedcreate",
	}
	free := []string{"allow-unlimited-disk-pkgs", "allow-unlimited-bw-pkgs", "allow-addoncreate", "viewglobalpackages"}
	return map[string][]string{"modest": modest, "free": slices.Concat(modest, free)}
}

// newMachine begins with two resellers, each with a package, and a customer of one.
func newMachine(rt *rapid.T, w *world) *machine {
	m := &machine{T: rt, w: w, model: &model{
		accounts: map[string]*hosted{}, domains: map[string]site{},
		packages: map[string]*pack{"default": {"root", plan{none, none, none, 0, 0}}},
	}}
	for list, privileges := range trades() {
		args := []string{"acllist", list}
		for _, p := range privileges {
			args = append(args, "acl-"+p, "1")
		}
		w.must(w.root(), "saveacllist", args...)
	}
	begin := func(user, owner, pkg string) {
		w.must(w.root(), "createacct", "username", user, "domain", user+".example", "owner", owner, "plan", pkg)
		m.accounts[user] = &hosted{domain: user + ".example", owner: owner, pkg: pkg, plan: m.packages[pkg].plan}
	}
	for user, list := range map[string]string{"shop": "free", "north": "modest"} {
		begin(user, "root", "default")
		w.must(w.root(), "setupreseller", "user", user)
		w.must(w.root(), "setacls", "reseller", user, "acllist", list)
		m.grant(user, trades()[list])
		w.must(w.root(), "addpkg", "name", user+"_gold", "quota", "40", "bwlimit", "200", "maxsub", "1", "maxpark", "1", "maxaddon", "1")
		m.packages[user+"_gold"] = &pack{user, plan{40, 200, 1, 1, 1}}
	}
	begin("anna", "shop", "shop_gold")
	m.compare("the beginning")
	for _, user := range []string{"north", "shop"} {
		m.make("root", "setresellerlimits", user, "default")
		m.make("root", "setresellerpackagelimit", user, user+"_gold")
	}
	return m
}

// alive lists who may call, resellers more often.
func (m *machine) alive() []string {
	list := []string{"root"}
	for _, name := range slices.Sorted(maps.Keys(m.accounts)) {
		if a := m.accounts[name]; m.reseller(name) && !a.suspended {
			list = append(list, name, name)
		}
	}
	return list
}

// stray says, now and then, that something unlikely is drawn, which is mostly refused.
func (m *machine) stray() bool {
	return m.pick("stray", "no", "no", "no", "no", "no", "no", "no", "yes") == "yes"
}

// drawFunction draws by how often each is to come, mostly of what the actor may call.
func (m *machine) drawFunction(actor string) string {
	var likely, names []string
	functions := m.functions()
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		f := functions[name]
		names = append(names, name)
		if m.may(actor, f.needs) {
			likely = append(likely, slices.Repeat([]string{name}, f.often)...)
		}
	}
	if m.stray() || len(likely) == 0 {
		likely = names
	}
	return m.pick("function", likely...)
}

// drawUser names an account that the call is likely to be about. Who calls acts on
// others, but for resellers that would remove or suspend themselves.
func (m *machine) drawUser(actor, function string) string {
	names := []string{"anna", "bert", "carl", "dora", "north", "root", "shop"}
	if actor == "root" || function != "removeacct" && function != "suspendacct" {
		names = slices.DeleteFunc(names, func(n string) bool { return n == actor })
	}
	likely := slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		switch {
		case function == "createacct":
			return n == "root" || m.accounts[n] != nil
		case m.functions()[function].needs == "all" && function != "setupreseller":
			return !m.reseller(n)
		}
		return !m.reaches(actor, n)
	})
	if m.stray() || len(likely) == 0 {
		likely = names
	}
	return m.pick("user", likely...)
}

func (m *machine) drawPackage(actor string) string {
	likely := slices.DeleteFunc(slices.Sorted(maps.Keys(m.packages)), func(n string) bool { return !m.usable(actor, n) })
	if m.stray() {
		likely = []string{"gold", "shop_gold", "north_gold", "silver", "shop_silver"}
	}
	return m.pick("package", likely...)
}

func (m *machine) step() {
	actor := m.pick("actor", m.alive()...)
	function := m.drawFunction(actor)
	user, pkg := m.drawUser(actor, function), m.drawPackage(actor)
	if function == "addpkg" {
		pkg = m.pick("name", "gold", "shop_gold", "north_gold", "silver")
	}
	m.make(actor, function, user, pkg)
}

// make makes a call and holds it against the model.
func (m *machine) make(actor, function, user, pkg string) {
	f := m.functions()[function]
	c := f.draw(actor, user, pkg)
	against := m.against(f, c, actor, user)
	about := fmt.Sprintf("%s calls %s %q", actor, function, c.args)
	r := m.w.Call(context.Background(), m.w.as(actor), function, wire.Pairs(c.args...))
	said := slices.ContainsFunc(against, func(sentence string) bool { return strings.Contains(r.Reason, sentence) })
	switch {
	case r.OK != (len(against) == 0), !r.OK && !said:
		m.Fatalf("%s: OK %t, %q; the model objects %q", about, r.OK, r.Reason, against)
	case r.OK:
		c.then()
		m.compare(about)
	default:
		m.unmoved(about)
	}
}

// against is what the model objects: privilege before account before the rest.
func (m *machine) against(f function, c call, actor, user string) objections {
	switch {
	case !m.may(actor, f.needs):
		return objections{`needs the privilege "` + f.needs + `"`}
	case f.missing != "" && !m.reaches(actor, user):
		return objections{f.missing}
	case c.rules == nil:
		return nil
	}
	return c.rules()
}

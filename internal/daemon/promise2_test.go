package daemon

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// TestPromise2 lets a generated thief use a generated token for a sequence of
// generated calls, and looks at what the thief holds after each: tokens, known
// passwords, WHM users and their privileges. The limits are worked out here from
// the promise's words, not with the product's functions.
func TestPromise2(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		dir := filepath.Join(base, strconv.Itoa(round))
		w := open(rt, dir)
		defer func() { _ = w.Close(); _ = os.RemoveAll(dir) }()
		newThief(rt, w).steal()
	})
}

type thief struct {
	*rapid.T
	w         *world
	user      string          // whose token was stolen
	rights    map[string]bool // what the stolen token listed
	all       bool
	expires   int64 // 0: none
	addresses []string
	held      []hostkeep.Secret
	passwords map[string]string // that the thief has set
	before    map[string]hostkeep.Principal
	tokens    int
	changed   []string // names of tokens that the thief changed
}

// names of the world: root, a strong, a middling and a weak reseller, plain accounts.
var people = []string{"root", "asleep", "strong", "middle", "weak", "plain", "lodger", "newone", "other"}

var handy = []string{
	"all", "manage-api-tokens", "passwd", "create-acct", "kill-acct", "suspend-acct", "list-accts", "basic-whm-functions", "acct-summary", "create-user-session", "viewglobalpackages", "upgrade-account", "edit-account",
}

func newThief(rt *rapid.T, w *world) *thief {
	root := w.root()
	make := func(user, owner string) {
		w.must(root, "createacct", "username", user, "domain", user+".example", "owner", owner, "password", "secret of "+user)
	}
	make("strong", "root")
	make("middle", "root")
	make("plain", "root")
	w.must(root, "setupreseller", "user", "strong")
	w.must(root, "setacls", "reseller", "strong", "acl-all", "1")
	w.must(root, "setupreseller", "user", "middle")
	acls := []string{"reseller", "middle"}
	for _, p := range handy[1:] {
		acls = append(acls, "acl-"+p, "1")
	}
	w.must(root, "setacls", acls...)
	make("asleep", "middle")
	w.must(root, "setupreseller", "user", "asleep")
	w.must(root, "suspendacct", "user", "asleep")
	make("weak", "middle")
	make("lodger", "middle")
	w.must(root, "setupreseller", "user", "weak")
	w.must(root, "setacls", "reseller", "weak") // a WHM user with nothing, whom every token covers

	w.must(root, "saveacllist", "acllist", "power", "acl-all", "1")
	w.must(root, "saveacllist", "acllist", "little", "acl-list-accts", "1")

	th := &thief{T: rt, w: w, passwords: map[string]string{}, rights: map[string]bool{}}
	th.user = rapid.SampledFrom([]string{"root", "strong", "middle"}).Draw(rt, "victim")
	owner := w.as(th.user)
	th.all = owner.Rights.Has(hostkeep.All) && rapid.Bool().Draw(rt, "everything")
	params := []string{"token_name", "stolen"}
	give := func(p string) { th.rights[p] = true; params = append(params, "acl", p) }
	switch {
	case th.all:
		give("all")
	case !owner.Rights.Has(hostkeep.All) && rapid.Bool().Draw(rt, "all of the owner's"):
		for _, p := range owner.Rights.Names() {
			give(p)
		}
	default:
		for _, p := range rapid.SliceOfNDistinct(rapid.SampledFrom(handy[1:]), 1, 6, rapid.ID).Draw(rt, "privileges") {
			give(p)
		}
		if !th.rights["manage-api-tokens"] && rapid.Bool().Draw(rt, "may manage tokens") {
			give("manage-api-tokens")
		}
	}
	if rapid.Bool().Draw(rt, "ends") {
		th.expires = w.now.Add(time.Hour).Unix()
		params = append(params, "expires_at", strconv.FormatInt(th.expires, 10))
	}
	if rapid.Bool().Draw(rt, "from one block only") {
		th.addresses = []string{"192.0.2.0/28"}
		params = append(params, "whitelist_ip", th.addresses[0])
	}
	th.held = []hostkeep.Secret{w.newToken(owner, params...)}
	w.newToken(owner, "token_name", "wider", "acl", owner.Rights.Names()[0]) // another's, to be tampered with
	th.before = th.look()
	return th
}

// full: the stolen token has all that its owner has.
func (th *thief) full() bool {
	if th.all {
		return true
	}
	owner := th.w.as(th.user).User
	return !owner.Privileges.Has(hostkeep.All) && !slices.ContainsFunc(owner.Privileges.Names(), func(p string) bool { return !th.rights[p] })
}

func (th *thief) steal() {
	for range rapid.IntRange(1, 14).Draw(th.T, "calls") {
		with := rapid.SampledFrom(th.held).Draw(th.T, "token")
		caller, err := th.w.with(th.user, with, "192.0.2.3")
		if err != nil {
			continue // revoked, suspended: the thief goes on with another
		}
		function, params := th.call()
		r := th.w.Call(context.Background(), caller, function, wire.Pairs(params...))
		if r.OK {
			th.take(function, params, dataOf(th.T, r))
		}
		th.check(fmt.Sprintf("%s %q", function, params))
	}
}

func (th *thief) person() string { return rapid.SampledFrom(people).Draw(th.T, "person") }

func (th *thief) call() (string, []string) {
	scope := func(name string) []string {
		p := []string{"token_name", name}
		for _, a := range rapid.SliceOfN(rapid.SampledFrom(append([]string{""}, handy...)), 0, 3).Draw(th.T, "acl") {
			p = append(p, "acl", a)
		}
		if e := rapid.SampledFrom([]string{"absent", "0", "sooner", "later"}).Draw(th.T, "end"); e != "absent" {
			at := map[string]int64{"0": 0, "sooner": th.w.now.Add(time.Minute).Unix(), "later": th.w.now.Add(1000 * time.Hour).Unix()}[e]
			p = append(p, "expires_at", strconv.FormatInt(at, 10))
		}
		if a := rapid.SampledFrom([]string{"absent", "", "192.0.2.1", "192.0.2.0/24", "::/0"}).Draw(th.T, "addresses"); a != "absent" {
			p = append(p, "whitelist_ip", a)
		}
		return p
	}
	switch rapid.IntRange(0, 14).Draw(th.T, "function") {
	case 0, 1:
		th.tokens++
		return "api_token_create", scope("made" + strconv.Itoa(th.tokens))
	case 2:
		return "api_token_update", scope(rapid.SampledFrom([]string{"stolen", "wider", "made1", "made2"}).Draw(th.T, "which"))
	case 3, 4:
		return "passwd", []string{"user", th.person(), "password", "the thief's word"}
	case 5:
		p := []string{"reseller", th.person()}
		for _, a := range rapid.SliceOfN(rapid.SampledFrom(handy), 0, 4).Draw(th.T, "acls") {
			p = append(p, "acl-"+a, "1")
		}
		return "setacls", p
	case 6:
		return "setupreseller", []string{"user", th.person(), "makeowner", rapid.SampledFrom([]string{"0", "1"}).Draw(th.T, "makeowner")}
	case 7:
		user := th.person()
		return "createacct", []string{
			"username", user, "domain", user + ".example", "password", "the thief's word",
			"reseller", rapid.SampledFrom([]string{"0", "1"}).Draw(th.T, "reseller"), "owner", rapid.SampledFrom([]string{"", "root", th.user, user}).Draw(th.T, "owner"),
		}
	case 8:
		return rapid.SampledFrom([]string{"modifyacct", "massmodifyacct"}).Draw(th.T, "way"), []string{
			"user", th.person(), "reseller", rapid.SampledFrom([]string{"0", "1"}).Draw(th.T, "reseller"),
			"owner", rapid.SampledFrom([]string{"", "root", th.user, "weak"}).Draw(th.T, "owner"),
		}
	case 9:
		return rapid.SampledFrom([]string{"unsetupreseller", "suspendacct", "unsuspendacct"}).Draw(th.T, "verb"), []string{"user", th.person()}
	case 10:
		p := []string{"acllist", rapid.SampledFrom(lists).Draw(th.T, "list")}
		for _, a := range rapid.SliceOfN(rapid.SampledFrom(handy), 0, 4).Draw(th.T, "acls") {
			p = append(p, "acl-"+a, "1")
		}
		return "saveacllist", p
	case 11:
		return "setacls", []string{"reseller", th.person(), "acllist", rapid.SampledFrom(lists).Draw(th.T, "list")}
	case 12:
		function := rapid.SampledFrom([]string{"suspendreseller", "unsuspendreseller", "terminatereseller"}).Draw(th.T, "life")
		if function == "terminatereseller" {
			return function, []string{"user", th.person(), "terminatereseller", rapid.SampledFrom([]string{"0", "1"}).Draw(th.T, "own")}
		}
		return function, []string{"user", th.person(), "reseller-only", rapid.SampledFrom([]string{"0", "1"}).Draw(th.T, "only")}
	case 13:
		return "create_user_session", []string{"user", th.person(), "service", rapid.SampledFrom([]string{"whostmgrd", "cpaneld"}).Draw(th.T, "service")}
	}
	return "removeacct", []string{"username", th.person()}
}

// lists are names of lists, the last one of none.
var lists = []string{"power", "little", "fresh"}

// take notes what an answer gave the thief.
func (th *thief) take(function string, params []string, data map[string]any) {
	switch function {
	case "api_token_create":
		secret, _ := data["token"].(string)
		th.held = append(th.held, hostkeep.NewSecret(secret))
	case "api_token_update":
		th.changed = append(th.changed, params[1])
	case "passwd", "createacct":
		th.passwords[params[1]] = "set"
	case "create_user_session":
		if p := th.before[params[1]]; p.WHMUser() && !th.allowed(th.before[th.user], p, p) {
			th.Fatalf("the thief opens a session for the WHM user %s", params[1])
		}
	case "removeacct":
		delete(th.passwords, params[1])
	}
}

// look reads who is there, from the store.
func (th *thief) look() map[string]hostkeep.Principal {
	now := map[string]hostkeep.Principal{}
	err := th.w.store.Read(context.Background(), func(r *sqlstore.Reader) error {
		for _, name := range people {
			if p, err := r.Principal(name); err == nil {
				now[name] = p
			}
		}
		return nil
	})
	if err != nil {
		th.Fatalf("look: %v", err)
	}
	return now
}

func (th *thief) check(after string) {
	th.checkTokens(after)
	now := th.look()
	owner := th.before[th.user]
	for name, p := range now {
		old, was := th.before[name]
		changed := !was || old.WHMUser() != p.WHMUser() || old.Privileges != p.Privileges || old.Suspended && !p.Suspended
		if changed && p.WHMUser() && !p.Privileges.Empty() && !th.allowed(owner, p, old) {
			th.Fatalf("after %s the WHM user %s has %v (had %v)", after, name, p.Privileges, old.Privileges)
		}
		if th.passwords[name] != "" && p.WHMUser() && !th.allowed(owner, p, p) {
			th.Fatalf("after %s the thief knows the password of the WHM user %s", after, name)
		}
	}
	th.before = now
	th.checkLists(after, owner)
}

// checkLists: what is in a list is given by whoever names it next, so the thief
// puts nothing there that it could not give now.
func (th *thief) checkLists(after string, owner hostkeep.Principal) {
	err := th.w.store.Read(context.Background(), func(r *sqlstore.Reader) error {
		for _, name := range lists {
			l, err := r.ACLList(name)
			untouched := map[string]string{"power": "all", "little": "list-accts"}[name] == l.Privileges.String()
			holder := hostkeep.Principal{ID: -1, Reseller: true, Privileges: l.Privileges}
			if err == nil && !untouched && !th.allowed(owner, holder, holder) {
				th.Fatalf("after %s the list %s has %v", after, name, l.Privileges)
			}
		}
		return nil
	})
	if err != nil {
		th.Fatalf("look at lists: %v", err)
	}
}

// allowed says by the promise's words whether the stolen token may have made or
// changed a WHM user.
func (th *thief) allowed(owner, p, old hostkeep.Principal) bool {
	if !th.full() {
		return false
	}
	if th.expires == 0 && th.addresses == nil {
		return true
	}
	below := func(q hostkeep.Principal) bool { // has less than the owner, and nothing that the owner lacks
		if q.Privileges.Has(hostkeep.All) {
			return false
		}
		if owner.Privileges.Has(hostkeep.All) {
			return true
		}
		more := slices.ContainsFunc(q.Privileges.Names(), func(n string) bool { return !owner.Privileges.Lists(hostkeep.Privilege(n)) })
		return !more && q.Privileges.Len() < owner.Privileges.Len()
	}
	return p.ID != hostkeep.RootID && p.Name != th.user && below(p) && below(old)
}

// checkTokens holds every token that the thief has to what was stolen.
func (th *thief) checkTokens(after string) {
	err := th.w.store.Read(context.Background(), func(r *sqlstore.Reader) error {
		tokens := []hostkeep.Token{}
		for _, secret := range th.held {
			if t, err := r.TokenByHash(th.w.ring.HashToken(secret)); err == nil {
				tokens = append(tokens, t)
			}
		}
		for _, name := range th.changed { // "never left wider", whoever's secret it is
			if t, err := r.Token(th.before[th.user].ID, name); err == nil {
				tokens = append(tokens, t)
			}
		}
		for _, t := range tokens {
			for _, p := range t.Privileges.Names() {
				if !th.all && !th.rights[p] {
					th.Fatalf("after %s the token %s has %s", after, t.Name, p)
				}
			}
			if th.expires != 0 && (t.Expires.IsZero() || t.Expires.Unix() > th.expires) {
				th.Fatalf("after %s the token %s lives until %v", after, t.Name, t.Expires)
			}
			if th.addresses != nil && (len(t.Addresses) == 0 || t.Addresses.String() != "192.0.2.0/28" && t.Addresses.String() != "192.0.2.1") {
				th.Fatalf("after %s the token %s may be used from %q", after, t.Name, t.Addresses)
			}
		}
		return nil
	})
	if err != nil {
		th.Fatalf("look at tokens: %v", err)
	}
}

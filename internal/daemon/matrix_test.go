package daemon

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// chart is who may call what, by the public privilege chart: function to the
// privileges any one of which opens it. The package privileges unlock values and
// open nothing; what stands in no row needs all.
func chart(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../protocol/privileges.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Privileges []struct {
			Name, Category string
			Functions      []struct{ Name string }
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	opens := map[string][]string{}
	for _, p := range file.Privileges {
		for _, f := range p.Functions {
			if p.Category != "package" {
				opens[f.Name] = append(opens[f.Name], p.Name)
			}
		}
	}
	opens["loadavg"] = opens["systemloadavg"] // its name in API 0
	for _, ours := range []string{"hostkeep_token_overview", "hostkeep_token_use", "hostkeep_explain"} {
		opens[ours] = []string{"manage-api-tokens"} // as the functions of tokens that they stand beside
	}
	opens["hostkeep_zone_import"] = opens["mass_edit_dns_zone"]
	opens["hostkeep_record_list"] = []string{"manage-api-tokens"} // ours; the family says why
	for _, ours := range []string{"list", "get", "set", "reset"} {
		opens["hostkeep_zone_template_"+ours] = []string{"all"} // what every new zone of the server begins with
	}
	return opens
}

// touched says by hand, from promise 2, what a function does to the account that
// it names: gives a password or a life back ("account"), or makes or changes a
// WHM user ("whm"); or to what the caller's own user signs in with ("own"). The
// rest touches no credential of the account it names.
var touched = map[string]string{
	"passwd": "account", "unsuspendacct": "account", "create_user_session": "account", "modifyacct": "account", "set_digest_auth": "account",
	"twofactorauth_set_tfa_config": "own", "twofactorauth_enable_policy": "own", "twofactorauth_disable_policy": "own",
	"hostkeep_session_end": "own",
	"setacls":              "whm", "setupreseller": "whm", "unsetupreseller": "whm",
	"unsuspendreseller": "account", "terminatereseller": "whm",
}

// seat is a caller, and what the promise's words say of it.
type seat struct {
	name    string
	caller  hostkeep.Caller
	user    map[string]bool // the user's privileges
	token   map[string]bool // nil: no token
	bounded bool            // the token has an end
}

func (s seat) has(privilege string) bool {
	user := s.user["all"] || s.user[privilege]
	if s.token == nil {
		return user
	}
	return user && (s.token["all"] || s.token[privilege])
}

// less reports whether the token lacks a right that its user has.
func (s seat) less() bool {
	if s.token == nil || s.token["all"] {
		return false
	}
	if s.user["all"] {
		return true
	}
	for p := range s.user {
		if !s.token[p] {
			return true
		}
	}
	return false
}

func seats() (list []seat) {
	set := func(names ...string) map[string]bool {
		m := map[string]bool{}
		for _, n := range names {
			m[n] = true
		}
		return m
	}
	var every []string
	for _, p := range hostkeep.PrivilegeTable() {
		if p.Name != hostkeep.All {
			every = append(every, string(p.Name))
		}
	}
	add := func(name string, user hostkeep.Principal, users, token []string, bounded bool) {
		s := seat{name: name, user: set(users...), bounded: bounded}
		user.Privileges = hostkeep.KnownPrivileges(users)
		s.caller = hostkeep.Caller{User: user, Via: hostkeep.ViaPassword, Rights: user.Rights()}
		if token != nil {
			s.token = set(token...)
			s.caller.Via, s.caller.TokenID = hostkeep.ViaToken, 7
			s.caller.Rights = hostkeep.KnownPrivileges(token).And(user.Rights())
		}
		if bounded {
			s.caller.Expires = time.Unix(2_000_000_000, 0)
		}
		list = append(list, s)
	}
	root := hostkeep.Principal{ID: hostkeep.RootID, Name: "root"}
	shop := hostkeep.Principal{ID: 10, Name: "shop", OwnerID: hostkeep.RootID, Reseller: true}
	all := []string{"all"}
	add("root", root, all, nil, false)
	add("root by a whole token", root, all, all, false)
	add("root by a token that ends", root, all, all, true)
	add("a reseller with all", shop, all, nil, false)
	add("a reseller with every privilege but all", shop, every, nil, false)
	add("the same by a token that ends", shop, every, every, true)
	add("a reseller with none", shop, nil, nil, false)
	for i, p := range every {
		one := []string{p}
		add("a reseller with "+p, shop, one, nil, false)
		add("the same by a token", shop, one, one, false)
		add("root by a token with "+p, root, all, one, false)
		add("a reseller with every privilege by a token with "+p, shop, every, one, false)
		add("a reseller with "+p+" by a token with all", shop, one, all, false)
		add("a reseller with "+p+" by a token with another", shop, one, []string{every[(i+1)%len(every)]}, false)
	}
	return list
}

// aim is the account that a call names.
type aim struct {
	name      string
	there     *hostkeep.Principal
	resellers bool
}

func aims() []aim {
	held := hostkeep.KnownPrivileges([]string{"list-accts"})
	return []aim{
		{"an own account", &hostkeep.Principal{ID: 20, Name: "mine", OwnerID: 10}, false},
		{"an own reseller", &hostkeep.Principal{ID: 21, Name: "sub", OwnerID: 10, Reseller: true, Privileges: held}, true},
		{"an own reseller that has nothing", &hostkeep.Principal{ID: 22, Name: "bare", OwnerID: 10, Reseller: true}, true},
		{"an own reseller that holds all", &hostkeep.Principal{ID: 23, Name: "deputy", OwnerID: 10, Reseller: true, Privileges: hostkeep.Everything()}, true},
		{"a foreign account", &hostkeep.Principal{ID: 30, Name: "theirs", OwnerID: 99}, false},
		{"a foreign reseller", &hostkeep.Principal{ID: 31, Name: "rival", OwnerID: 99, Reseller: true, Privileges: held}, true},
		{"root", &hostkeep.Principal{ID: hostkeep.RootID, Name: "root", Privileges: hostkeep.Everything()}, true},
		{"itself", nil, true},
		{"nobody", nil, false},
	}
}

// expected is the decision by the chart and the promises' words.
func expected(opens []string, f *api.Function, s seat, a aim, target *hostkeep.Principal) hostkeep.Kind {
	if opens == nil {
		opens = []string{"all"}
	}
	if own := []string{"hostkeep_session_list", "hostkeep_session_end"}; !slices.Contains(own, f.Name) && !slices.ContainsFunc(opens, s.has) && !s.has("all") {
		return hostkeep.Denied
	}
	kind := touched[f.Name]
	if kind == "own" {
		if s.less() || s.bounded {
			return hostkeep.Denied
		}
		return 0
	}
	if f.Account == "" {
		return 0
	}
	owns := target != nil && (s.user["all"] || target.OwnerID == s.caller.User.ID || target.ID == s.caller.User.ID)
	if !owns {
		return hostkeep.NotFound
	}
	if kind == "" || kind == "account" && !a.resellers {
		return 0
	}
	held := func(p hostkeep.Privilege) bool { return target.Privileges.Lists(p) }
	switch {
	case s.less():
		return hostkeep.Denied
	case held("all") && !s.has("all"):
		return hostkeep.Denied
	}
	strictly := false // the user has something that the target does not
	for _, info := range hostkeep.PrivilegeTable() {
		p := info.Name
		if held(p) && !s.has(string(p)) {
			return hostkeep.Denied
		}
		if (s.user["all"] || s.user[string(p)]) && !held("all") && !held(p) {
			strictly = true
		}
	}
	if s.bounded && (target.ID == hostkeep.RootID || target.ID == s.caller.User.ID || !strictly) {
		return hostkeep.Denied
	}
	return 0
}

// TestMatrix: for every caller, declared function and kind of account the one
// decision is what an oracle makes of the chart and the promises; and what is
// refused tells a foreign account from a missing one by nothing.
func TestMatrix(t *testing.T) {
	t.Parallel()
	opens, cases := chart(t), 0
	for _, f := range declaredFunctions(t) {
		credentials := f.Touches == api.AccountCredentials || f.Touches == api.WHMUsers || f.Touches == api.OwnLogin
		if credentials != (touched[f.Name] != "") {
			t.Errorf("%s: promise 2 is to be asked what it touches", f.Name)
		}
		for _, s := range seats() {
			missing := ""
			for _, a := range aims() {
				target := a.there
				if a.name == "itself" {
					itself := s.caller.User
					target = &itself
				}
				r := api.Resource{Name: "missing", Target: target}
				if target != nil {
					r.Name = target.Name
				}
				cases++
				got := api.Decide(s.caller, &f.Decl, r)
				want := expected(opens[f.Name], f, s, a, target)
				if got.Kind != want || got.Allowed != (want == 0) {
					t.Errorf("%s calls %s on %s: %v %q, want %v", s.name, f.Name, a.name, got.Kind, got.Reason, want)
				}
				if (got.Kind == hostkeep.Denied) != (got.Reason != "" && got.Kind != hostkeep.NotFound) {
					t.Errorf("%s calls %s on %s: %+v", s.name, f.Name, a.name, got)
				}
				if got.Kind == hostkeep.NotFound { // the last aim is the missing one
					text := strings.ReplaceAll(fmt.Sprintf("%+v", got), r.Name, "NAME")
					if missing == "" {
						missing = text
					}
					if text != missing {
						t.Errorf("%s calls %s: %s is answered %s, another %s", s.name, f.Name, a.name, text, missing)
					}
				}
			}
		}
	}
	if cases < 10_000 {
		t.Errorf("only %d cases", cases)
	}
}

package api_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// people is a directory of some principals.
type people map[string]hostkeep.Principal

func (d people) PrincipalByName(name string) (hostkeep.Principal, bool) {
	p, ok := d[name]
	return p, ok
}

func set(names ...string) hostkeep.Privileges { return hostkeep.KnownPrivileges(names) }

func root() hostkeep.Principal {
	return hostkeep.Principal{ID: hostkeep.RootID, Name: "root", Privileges: hostkeep.Everything()}
}

func bob(privileges ...string) hostkeep.Principal {
	return hostkeep.Principal{ID: 10, Name: "bob", OwnerID: hostkeep.RootID, Reseller: true, Privileges: set(privileges...)}
}

// owned is an account of an owner, and a reseller when it has privileges.
func owned(id int64, name string, owner int64, privileges ...string) hostkeep.Principal {
	return hostkeep.Principal{ID: id, Name: name, OwnerID: owner, Reseller: len(privileges) > 0, Privileges: set(privileges...)}
}

// password is a caller with all that its user may do.
func password(p hostkeep.Principal) hostkeep.Caller {
	return hostkeep.Caller{User: p, Via: hostkeep.ViaPassword, Rights: p.Rights()}
}

// narrow is a caller by a token with these privileges.
func narrow(p hostkeep.Principal, privileges ...string) hostkeep.Caller {
	return hostkeep.Caller{User: p, Via: hostkeep.ViaToken, TokenID: 7, Rights: p.Rights().And(set(privileges...))}
}

func TestDecideFunction(t *testing.T) {
	t.Parallel()
	either := []hostkeep.Privilege{"passwd", "edit-account"}
	anyone := []hostkeep.Privilege{hostkeep.Anyone}
	suspended := bob("passwd")
	suspended.Suspended = true
	tests := map[string]struct {
		c       hostkeep.Caller
		opens   []hostkeep.Privilege
		allowed bool
		holder  string
	}{
		"the first":                   {password(bob("passwd")), either, true, ""},
		"the second":                  {password(bob("edit-account")), either, true, ""},
		"neither":                     {password(bob("passwd-not", "list-accts")), either, false, "user"},
		"root":                        {password(root()), either, true, ""},
		"reseller with all":           {password(bob("all")), either, true, ""},
		"token that has it":           {narrow(bob("passwd", "list-accts"), "passwd"), either, true, ""},
		"token that lacks it":         {narrow(bob("passwd", "list-accts"), "list-accts"), either, false, "token"},
		"token that outlived a right": {narrow(bob("list-accts"), "passwd"), either, false, "token"},
		"root's narrow token":         {narrow(root(), "list-accts"), either, false, "token"},
		"suspended":                   {password(suspended), either, false, "user"},
		"anyone":                      {narrow(bob("list-accts")), anyone, true, ""},
		"only all":                    {password(bob("passwd")), []hostkeep.Privilege{hostkeep.All}, false, "user"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := api.DecideFunction(tt.c, &api.Decl{Name: "fn", Opens: tt.opens})
			if got.Allowed != tt.allowed {
				t.Fatalf("DecideFunction answers %+v", got)
			}
			if tt.allowed {
				return
			}
			if got.Kind != hostkeep.Denied || got.Missing != tt.opens[0] {
				t.Errorf("the refusal is %+v", got)
			}
			for _, p := range tt.opens {
				if !strings.Contains(got.Reason, `"`+string(p)+`"`) {
					t.Errorf("the reason %q does not name %q", got.Reason, p)
				}
			}
			if !strings.Contains(got.Reason, "fn") || !strings.Contains(got.Reason, "this "+tt.holder) {
				t.Errorf("the reason is %q, want the function and %q", got.Reason, tt.holder)
			}
		})
	}
}

// TestDecideAccount: an account of somebody else's and one that is not there get
// the same answer, so that nobody learns which names exist.
func TestDecideAccount(t *testing.T) {
	t.Parallel()
	d := &api.Decl{Name: "fn", Opens: []hostkeep.Privilege{"suspend-acct"}, Account: "user", NoAccount: "There is no %s.", Touches: api.NoCredentials}
	mine, foreign, itself := owned(20, "mine", 10), owned(21, "x", 99), bob("suspend-acct")
	tests := map[string]struct {
		c       hostkeep.Caller
		target  *hostkeep.Principal
		allowed bool
	}{
		"owned":                     {password(bob("suspend-acct")), &mine, true},
		"itself":                    {password(bob("suspend-acct")), &itself, true},
		"foreign":                   {password(bob("suspend-acct")), &foreign, false},
		"missing":                   {password(bob("suspend-acct")), nil, false},
		"root's":                    {password(bob("suspend-acct")), new(root()), false},
		"root, foreign":             {password(root()), &foreign, true},
		"root, missing":             {password(root()), nil, false},
		"all, foreign":              {password(bob("all")), &foreign, true},
		"narrow token of all":       {narrow(bob("all"), "suspend-acct"), &foreign, true},
		"narrow token, own account": {narrow(bob("suspend-acct", "passwd"), "suspend-acct"), &mine, true},
		"narrow token, foreign":     {narrow(bob("suspend-acct", "passwd"), "suspend-acct"), &foreign, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := api.Decide(tt.c, d, api.Resource{Name: "x", Target: tt.target})
			want := api.Decision{Kind: hostkeep.NotFound, Reason: "There is no x."}
			if tt.allowed {
				want = api.Decision{Allowed: true}
			}
			if got != want {
				t.Errorf("Decide answers %+v, want %+v", got, want)
			}
		})
	}
	long := api.Decide(password(root()), d, api.Resource{Name: strings.Repeat("n", 500)})
	if len(long.Reason) > 100 {
		t.Errorf("the reason repeats %d bytes", len(long.Reason))
	}
	if got := api.Decide(password(bob("suspend-acct")), d, api.Resource{}); !got.Allowed {
		t.Errorf("without a name Decide answers %+v", got)
	}
	free := &api.Decl{Name: "fn", Opens: d.Opens}
	if got := api.Decide(password(bob("suspend-acct")), free, api.Resource{Name: "x"}); !got.Allowed {
		t.Errorf("of a function without account parameter Decide answers %+v", got)
	}
}

// TestDecideCredentials: promise 2, as far as a call's declaration and target
// decide it. TestMayTouchWHMUser has the rule itself.
func TestDecideCredentials(t *testing.T) {
	t.Parallel()
	all := []string{"passwd", "list-accts", "edit-account"}
	ending := password(bob(all...))
	ending.Via, ending.Expires = hostkeep.ViaToken, time.Unix(1, 0)
	bound := password(bob(all...))
	bound.Via, bound.Addresses = hostkeep.ViaToken, hostkeep.AddressList{netip.MustParsePrefix("192.0.2.1/32")}
	narrowed := narrow(bob(all...), "passwd")

	account := owned(20, "acct", 10)
	less := owned(21, "less", 10, "passwd")
	more := owned(22, "more", 10, "passwd", "kill-acct")
	same := owned(23, "same", 10, all...)
	itself := bob(all...)
	suspended := more
	suspended.Suspended = true

	tests := []struct {
		about   string
		touches api.Touch
		c       hostkeep.Caller
		target  *hostkeep.Principal
		makes   bool
		grants  hostkeep.Privileges
		allowed bool
	}{
		{"account's password", api.AccountCredentials, password(bob(all...)), &account, false, set(), true},
		{"account's password, narrow", api.AccountCredentials, narrowed, &account, false, set(), true},
		{"account's password, ending", api.AccountCredentials, ending, &account, false, set(), true},
		{"WHM user's password", api.AccountCredentials, password(bob(all...)), &less, false, set(), true},
		{"WHM user's password, narrow", api.AccountCredentials, narrowed, &less, false, set(), false},
		{"own password", api.AccountCredentials, password(bob(all...)), &itself, false, set(), true},
		{"own password, narrow", api.AccountCredentials, narrowed, &itself, false, set(), false},
		{"own password, ending", api.AccountCredentials, ending, &itself, false, set(), false},
		{"password of one with more", api.AccountCredentials, password(bob(all...)), &more, false, set(), false},
		{"of a suspended one with more", api.AccountCredentials, password(bob(all...)), &suspended, false, set(), false},
		{"of one below, ending", api.AccountCredentials, ending, &less, false, set(), true},
		{"of one below, bound", api.AccountCredentials, bound, &less, false, set(), true},
		{"of an equal, ending", api.AccountCredentials, ending, &same, false, set(), false},
		{"of an equal, bound", api.AccountCredentials, bound, &same, false, set(), false},
		{"account that becomes one", api.AccountCredentials, password(bob(all...)), &account, true, set("passwd"), true},
		{"account that becomes one with more", api.AccountCredentials, password(bob(all...)), &account, true, set("kill-acct"), false},
		{"account that becomes one, narrow", api.AccountCredentials, narrowed, &account, true, set(), false},

		{"makes a WHM user", api.WHMUsers, password(bob(all...)), &account, true, set("passwd"), true},
		{"makes one with more", api.WHMUsers, password(bob(all...)), &account, true, set("kill-acct"), false},
		{"makes one, narrow", api.WHMUsers, narrowed, &account, true, set("passwd"), false},
		{"unmakes one, narrow", api.WHMUsers, narrowed, &account, false, set(), false},
		{"makes an equal, ending", api.WHMUsers, ending, &account, true, set(all...), false},
		{"makes a lesser, ending", api.WHMUsers, ending, &account, true, set("passwd"), true},

		{"new account", api.NewAccounts, narrowed, nil, false, set(), true},
		{"new WHM user", api.NewAccounts, password(bob(all...)), nil, true, set("passwd"), true},
		{"new WHM user, narrow", api.NewAccounts, narrowed, nil, true, set("passwd"), false},
		{"new WHM user without privileges, narrow", api.NewAccounts, narrowed, nil, true, set(), false},
		{"new WHM user with more", api.NewAccounts, password(bob(all...)), nil, true, set("all"), false},
		{"new equal, bound", api.NewAccounts, bound, nil, true, set(all...), false},

		{"a list", api.PrivilegeLists, password(bob(all...)), nil, false, set("passwd"), true},
		{"a list with more", api.PrivilegeLists, password(bob(all...)), nil, false, set("all"), false},
		{"a list, narrow", api.PrivilegeLists, narrowed, nil, false, set(), false},
		{"a list of an equal, bound", api.PrivilegeLists, bound, nil, false, set(all...), false},
		{"a list of a lesser, bound", api.PrivilegeLists, bound, nil, false, set("passwd"), true},

		{"no credentials, narrow, WHM user", api.NoCredentials, narrowed, &less, false, set(), true},
		{"own tokens, narrow", api.OwnTokens, narrowed, nil, false, set(), true},

		{"own login", api.OwnLogin, password(bob(all...)), nil, false, set(), true},
		{"own login, narrow", api.OwnLogin, narrowed, nil, false, set(), false},
		{"own login, ending", api.OwnLogin, ending, nil, false, set(), false},
		{"own login, bound", api.OwnLogin, bound, nil, false, set(), false},
		{"listed users, narrow", api.ListedUsers, narrowed, nil, false, set(), true},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			d := &api.Decl{Name: "fn", Opens: []hostkeep.Privilege{"passwd"}, Touches: tt.touches}
			r := api.Resource{Target: tt.target, Makes: tt.makes, Grants: tt.grants}
			if tt.target != nil {
				d.Account, d.NoAccount, r.Name = "user", "There is no %s.", tt.target.Name
			}
			got := api.Decide(tt.c, d, r)
			if got.Allowed != tt.allowed || !tt.allowed && (got.Kind != hostkeep.Denied || got.Reason == "") {
				t.Errorf("Decide answers %+v, want allowed: %v", got, tt.allowed)
			}
		})
	}
}

// TestDecideOrder: who may not call learns that first, and nothing of accounts;
// who does not own the account learns nothing of its privileges.
func TestDecideOrder(t *testing.T) {
	t.Parallel()
	d := &api.Decl{Name: "fn", Opens: []hostkeep.Privilege{"passwd"}, Account: "user", NoAccount: "There is no %s.", Touches: api.AccountCredentials}
	foreign := owned(30, "x", 99, "all")
	if got := api.Decide(password(bob("list-accts")), d, api.Resource{Name: "x", Target: &foreign}); got.Missing != "passwd" {
		t.Errorf("without the privilege Decide answers %+v", got)
	}
	if got := api.Decide(password(bob("passwd")), d, api.Resource{Name: "x", Target: &foreign}); got.Kind != hostkeep.NotFound {
		t.Errorf("of a foreign WHM user Decide answers %+v", got)
	}
}

// TestCallable: applist names exactly what the function's own decision allows.
func TestCallable(t *testing.T) {
	t.Parallel()
	opens := map[string][]hostkeep.Privilege{
		"a_passwd": {"passwd"}, "b_either": {"kill-acct", "list-accts"}, "c_anyone": {hostkeep.Anyone}, "d_all": {hostkeep.All},
	}
	var family []*api.Function
	for name, p := range opens {
		family = append(family, api.Define(api.Decl{Name: name, Summary: "s", Opens: p, Touches: api.NoCredentials}, nothing[noIn]))
	}
	c, err := api.New(options(), family)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		who  hostkeep.Caller
		want []string
	}{
		{password(root()), []string{"a_passwd", "b_either", "c_anyone", "d_all"}},
		{password(bob("all")), []string{"a_passwd", "b_either", "c_anyone", "d_all"}},
		{password(bob("passwd")), []string{"a_passwd", "c_anyone"}},
		{password(bob("list-accts", "stats")), []string{"b_either", "c_anyone"}},
		{narrow(root(), "kill-acct"), []string{"b_either", "c_anyone"}},
		{narrow(bob("passwd")), []string{"c_anyone"}},
	}
	for _, tt := range tests {
		got := c.Callable(tt.who, 1)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v may call %q, want %q", tt.who.Rights, got, tt.want)
		}
		for _, f := range c.Functions() {
			if api.DecideFunction(tt.who, &f.Decl).Allowed != slices.Contains(got, f.Name) {
				t.Errorf("%v: applist and the decision on %s differ", tt.who.Rights, f.Name)
			}
		}
	}
	if len(c.Functions()) != len(opens) {
		t.Error("asking what is callable changed the catalogue")
	}
}

// TestDecideForcedPassword: who must set another password may do that, for itself,
// with any privileges and none, and nothing else; tokens and the machine may go on.
func TestDecideForcedPassword(t *testing.T) {
	t.Parallel()
	passwd := &api.Decl{Name: "passwd", Opens: []hostkeep.Privilege{"passwd"}, Touches: api.AccountCredentials, Account: "user", NoAccount: "%s?", OwnPassword: true}
	list := &api.Decl{Name: "list", Opens: []hostkeep.Privilege{hostkeep.Anyone}, Touches: api.NoCredentials}
	client := owned(20, "client", 10)
	for _, privileges := range [][]string{{"list-accts"}, {"passwd"}, {"all"}} {
		marked := bob(privileges...)
		marked.PasswordForced = true
		on := func(p hostkeep.Principal) api.Resource { return api.Resource{Name: p.Name, Target: &p} }
		for _, via := range []hostkeep.Via{hostkeep.ViaPassword, hostkeep.ViaSession, hostkeep.ViaToken, hostkeep.ViaCommand} {
			c := hostkeep.Caller{User: marked, Via: via, Rights: marked.Rights()}
			bound := via == hostkeep.ViaPassword || via == hostkeep.ViaSession
			has := privileges[0] != "list-accts"
			for about, tt := range map[string]struct {
				got  api.Decision
				want bool
			}{
				"its own password":                {api.Decide(c, passwd, on(marked)), bound || has},
				"somebody else's":                 {api.Decide(c, passwd, on(client)), !bound && has},
				"nobody's":                        {api.Decide(c, passwd, api.Resource{}), !bound && has},
				"something else":                  {api.Decide(c, list, api.Resource{}), !bound},
				"the same, before its parameters": {api.DecideFunction(c, list), !bound},
			} {
				if tt.got.Allowed != tt.want {
					t.Errorf("%s with %v, %s: %+v", via, privileges, about, tt.got)
				}
			}
		}
	}
}

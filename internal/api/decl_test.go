package api_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type (
	noIn  struct{}
	named struct {
		User     string          `whm:"user,required"`
		Password hostkeep.Secret `whm:"password"`
	}
	grants struct {
		User string   `whm:"user"`
		ACL  []string `whm:"acl"`
	}
	textOut struct {
		Text string `whm:"text"`
	}
)

// Grants implements api.Granter: a WHM user is made when a privilege is named.
func (g grants) Grants() (bool, hostkeep.Privileges) {
	return len(g.ACL) > 0, hostkeep.KnownPrivileges(g.ACL)
}

func nothing[In any](context.Context, api.Call, In) (api.Done, error) { return api.Done{}, nil }

func options() api.Options {
	return api.Options{Directory: people{}, Now: func() time.Time { return time.Unix(0, 0) }}
}

// decl is a good declaration; change may spoil it.
func decl(change func(*api.Decl)) api.Decl {
	d := api.Decl{
		Name: "good", Summary: "Is good.", Since: "11", Opens: []hostkeep.Privilege{"passwd"}, Writes: true,
		Touches: api.AccountCredentials, Account: "user", NoAccount: "There is no %s.",
	}
	change(&d)
	return d
}

// TestBadDeclarations: what is not declared, or cannot be meant, keeps the server
// from starting, and the error names the function and the fault.
func TestBadDeclarations(t *testing.T) {
	t.Parallel()
	spoilt := func(change func(*api.Decl)) *api.Function { return api.Define(decl(change), nothing[named]) }
	plain := func(d *api.Decl) { d.Touches, d.Account, d.NoAccount = api.NoCredentials, "", "" }
	tests := map[string]struct {
		f    *api.Function
		want string
	}{
		"no name":           {spoilt(func(d *api.Decl) { d.Name = "" }), "the name is missing"},
		"name with blank":   {spoilt(func(d *api.Decl) { d.Name = "a b" }), "the name is missing or unfit"},
		"name with capital": {spoilt(func(d *api.Decl) { d.Name = "Good" }), "the name is missing or unfit"},
		"name with dot":     {spoilt(func(d *api.Decl) { d.Name = "good.one" }), "the name is missing or unfit"},
		"name with newline": {spoilt(func(d *api.Decl) { d.Name = "good\n" }), "the name is missing or unfit"},
		"no summary":        {spoilt(func(d *api.Decl) { d.Summary = "" }), "the summary is missing"},
		"no privilege":      {spoilt(func(d *api.Decl) { d.Opens = nil }), "no privilege is declared"},
		"zero privilege":    {spoilt(func(d *api.Decl) { d.Opens = []hostkeep.Privilege{""} }), `the privilege "" does not exist`},
		"unknown privilege": {spoilt(func(d *api.Decl) { d.Opens = []hostkeep.Privilege{"passwd", "nope"} }), `the privilege "nope" does not exist`},
		"silent touch":      {spoilt(func(d *api.Decl) { d.Touches = 0 }), "which credentials it touches"},
		"touch, no write":   {spoilt(func(d *api.Decl) { d.Writes = false }), "it touches credentials and does not write"},
		"password of whom":  {spoilt(func(d *api.Decl) { d.Account, d.NoAccount = "", "" }), "it touches an account's credentials and names no account"},
		"WHM user, which": {
			api.Define(decl(func(d *api.Decl) { d.Touches, d.Account, d.NoAccount = api.WHMUsers, "", "" }), nothing[grants]),
			"it touches an account's credentials and names no account",
		},
		"no missing text":        {spoilt(func(d *api.Decl) { d.NoAccount = "" }), "go together"},
		"missing text alone":     {spoilt(func(d *api.Decl) { plain(d); d.NoAccount = "No %s." }), "go together"},
		"missing text, no name":  {spoilt(func(d *api.Decl) { d.NoAccount = "There is none." }), "does not take one name"},
		"missing text, number":   {spoilt(func(d *api.Decl) { d.NoAccount = "There is no %d." }), "does not take one name"},
		"missing text, two":      {spoilt(func(d *api.Decl) { d.NoAccount = "%s is not %s." }), "does not take one name"},
		"account is no field":    {spoilt(func(d *api.Decl) { d.Account = "reseller" }), `account parameter "reseller" is no string field`},
		"account is no string":   {spoilt(func(d *api.Decl) { d.Account = "password" }), `account parameter "password" is no string field`},
		"grants what, accounts":  {spoilt(func(d *api.Decl) { d.Touches = api.NewAccounts }), "does not say what it grants"},
		"grants what, lists":     {spoilt(func(d *api.Decl) { d.Touches = api.PrivilegeLists }), "does not say what it grants"},
		"grants what, WHM users": {spoilt(func(d *api.Decl) { d.Touches = api.WHMUsers }), "does not say what it grants"},
		"In is no struct":        {api.Define(decl(func(*api.Decl) {}), nothing[string]), "string is not a struct"},
		"In has a bad field":     {api.Define(decl(plain), nothing[struct{ Bad chan int }]), "Bad"},
		"Out has a bad field": {
			api.Define(decl(plain), func(context.Context, api.Call, noIn) (struct{ Bad chan int }, error) {
				return struct{ Bad chan int }{}, nil
			}), "Bad",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := api.New(options(), []*api.Function{tt.f})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "function "+tt.f.Name) {
				t.Errorf("New answers %v, want %q and the function's name", err, tt.want)
			}
		})
	}
}

// TestGoodDeclarations: each way to touch, rightly declared.
func TestGoodDeclarations(t *testing.T) {
	t.Parallel()
	free := func(d *api.Decl) { d.Account, d.NoAccount = "", "" }
	c, err := api.New(options(), []*api.Function{
		api.Define(decl(func(*api.Decl) {}), nothing[named]),
		api.Define(decl(func(d *api.Decl) { d.Name, d.Touches = "whm_users", api.WHMUsers }), nothing[grants]),
	}, []*api.Function{
		api.Define(decl(func(d *api.Decl) { free(d); d.Name, d.Touches = "new_accounts", api.NewAccounts }), nothing[grants]),
		api.Define(decl(func(d *api.Decl) { free(d); d.Name, d.Touches = "own", api.OwnTokens }), nothing[noIn]),
		api.Define(decl(func(d *api.Decl) { free(d); d.Name, d.Touches, d.Writes = "a_read2", api.NoCredentials, false }), nothing[noIn]),
		api.Define(decl(func(d *api.Decl) {
			d.Name, d.NoAccount, d.Opens = "hides_name", "None.%.0s", []hostkeep.Privilege{hostkeep.Anyone}
		}), nothing[named]),
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range c.Functions() {
		names = append(names, f.Name)
	}
	if want := []string{"a_read2", "good", "hides_name", "new_accounts", "own", "whm_users"}; !slices.Equal(names, want) {
		t.Errorf("Functions lists %q, want %q", names, want)
	}
}

// TestAllFaultsAtOnce: one start tells everything that is wrong.
func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	bad := api.Define(api.Decl{Name: "bad", Account: "nobody"}, nothing[noIn])
	good := api.Define(decl(func(*api.Decl) {}), nothing[named])
	_, err := api.New(options(), []*api.Function{bad, good}, []*api.Function{good})
	if err == nil {
		t.Fatal("New accepts them")
	}
	for _, want := range []string{
		"function bad", "summary", "no privilege", "which credentials", "go together", `account parameter "nobody"`,
		"function good: declared twice",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
}

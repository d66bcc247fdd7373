package api_test

import (
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// TestCPanelDeclarations: a function of cPanel's touches of credentials the account's
// own tokens, or its password, and then it says all that belongs to that.
func TestCPanelDeclarations(t *testing.T) {
	t.Parallel()
	passwd := []hostkeep.Privilege{"passwd"}
	for about, tt := range map[string]struct {
		spoil func(*api.Decl)
		want  string
	}{
		"good":           {func(*api.Decl) {}, ""},
		"tokens":         {func(d *api.Decl) { d.Touches, d.Opens, d.OwnPassword = api.AccountTokens, nil, false }, ""},
		"nothing":        {func(d *api.Decl) { d.Touches, d.Opens, d.OwnPassword = api.NoCredentials, nil, false }, ""},
		"no privilege":   {func(d *api.Decl) { d.Opens = nil }, "no privilege is declared for calls from WHM"},
		"no such one":    {func(d *api.Decl) { d.Opens = []hostkeep.Privilege{"nope"} }, `the privilege "nope" does not exist`},
		"not for forced": {func(d *api.Decl) { d.OwnPassword = false }, "the one for who must set another"},
		"a read":         {func(d *api.Decl) { d.Writes = false }, "it touches credentials and does not write"},
		"forced, tokens": {func(d *api.Decl) { d.Touches, d.Opens = api.AccountTokens, nil }, "the one for who must set another"},
		"opened, tokens": {func(d *api.Decl) { d.Touches, d.OwnPassword = api.AccountTokens, false }, "what only functions of WHM have"},
		"WHM's touch":    {func(d *api.Decl) { d.Touches, d.OwnPassword = api.AccountCredentials, false }, "no credentials but the account's own tokens and password"},
	} {
		d := api.Decl{
			Name: "exchange", Summary: "Exchange.", Opens: passwd, Writes: true, Touches: api.AccountPassword, OwnPassword: true,
			CPanel: api.CPanel{Module: "Passwd", Dialect: wire.API2, Feature: "password"},
		}
		tt.spoil(&d)
		_, err := api.NewCPanel(api.CPanelOptions{Options: options()}, []*api.Function{api.Define(d, nothing[noIn])})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", about, err, tt.want)
		}
	}
	d := decl(func(d *api.Decl) { d.Touches, d.OwnPassword = api.AccountPassword, false })
	if _, err := api.New(options(), []*api.Function{api.Define(d, nothing[named])}); err == nil || !strings.Contains(err.Error(), "a cPanel function is called for, and is none") {
		t.Errorf("a function of WHM: %v", err)
	}
}

package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Sample is what the demo shows.
type Sample struct {
	Accounts int
	Token    hostkeep.Secret // of root, with privileges to look around only
}

// FillSample puts sample packages, resellers and accounts into an empty state,
// through the same calls that a client would make.
func (a *App) FillSample(ctx context.Context) (s Sample, err error) {
	root, err := a.CommandCaller(hostkeep.RootName)
	if err != nil {
		return s, err
	}
	call := func(function string, nameValue ...string) {
		if err != nil {
			return
		}
		if r := a.Call(ctx, root, function, wire.Pairs(nameValue...)); !r.OK {
			err = fmt.Errorf("making the sample data: %s: %s", function, r.Reason)
		}
	}
	call("addpkg", "name", "bronze", "quota", "1024", "maxpop", "5", "maxsql", "1")
	call("addpkg", "name", "silver", "quota", "5120", "maxpop", "50", "maxaddon", "2")
	call("addpkg", "name", "gold", "quota", "unlimited", "maxaddon", "unlimited", "hasshell", "1")
	for _, acct := range []struct{ user, domain, plan, owner string }{
		{"north", "northhost.example", "gold", "north"},
		{"acme", "acme.example", "silver", ""},
		{"bakery", "bakery.example", "bronze", ""},
		{"clinic", "clinic.example", "silver", "north"},
		{"dairy", "dairy.example", "bronze", "north"},
		{"estate", "estate.example", "gold", "north"},
	} {
		call("createacct", "username", acct.user, "domain", acct.domain, "plan", acct.plan, "owner", acct.owner, "contactemail", "owner@"+acct.domain)
		if acct.user == "north" {
			call("setupreseller", "user", "north")
			call("setacls", "reseller", "north", "acl-list-accts", "1", "acl-acct-summary", "1", "acl-create-acct", "1", "acl-suspend-acct", "1",
				"acl-basic-whm-functions", "1", "acl-basic-system-info", "1", "acl-list-pkgs", "1", "acl-viewglobalpackages", "1", "acl-manage-api-tokens", "1")
		}
		s.Accounts++
	}
	call("suspendacct", "user", "dairy", "reason", "Invoice 1042 is overdue")
	if err != nil {
		return s, err
	}
	s.Token, err = a.sampleToken(ctx, root)
	return s, err
}

func (a *App) sampleToken(ctx context.Context, root hostkeep.Caller) (hostkeep.Secret, error) {
	r := a.Call(ctx, root, "api_token_create", wire.Pairs("token_name", "demo",
		"acl", "list-accts", "acl", "acct-summary", "acl", "list-pkgs", "acl", "suspend-acct", "acl", "basic-whm-functions", "acl", "basic-system-info", "acl", "manage-api-tokens"))
	if !r.OK {
		return hostkeep.Secret{}, errors.New("making the sample token: " + r.Reason)
	}
	var answer struct{ Data struct{ Token string } }
	if err := json.Unmarshal(r.AppendJSON(nil), &answer); err != nil {
		return hostkeep.Secret{}, fmt.Errorf("making the sample token: %w", err)
	}
	return hostkeep.NewSecret(answer.Data.Token), nil
}

package hostkeep_test

import (
	"testing"

	"github.com/hostkeep/hostkeep"
)

func TestPrincipalRights(t *testing.T) {
	t.Parallel()
	plain := hostkeep.Principal{ID: 20, OwnerID: 10, Privileges: privileges("passwd")} // not a reseller any more
	asleep := resellerOf(10, "passwd")
	asleep.Suspended = true
	tests := map[string]struct {
		p      hostkeep.Principal
		whm    bool
		rights hostkeep.Privileges
	}{
		"root":      {rootUser(), true, hostkeep.Everything()},
		"reseller":  {resellerOf(10, "passwd"), true, privileges("passwd")},
		"suspended": {asleep, true, privileges()},
		"account":   {plain, false, privileges()},
		"nobody":    {hostkeep.Principal{}, false, privileges()},
	}
	for name, tt := range tests {
		if got := tt.p.WHMUser(); got != tt.whm {
			t.Errorf("%s is a WHM user: %v", name, got)
		}
		if got := tt.p.Rights(); got != tt.rights {
			t.Errorf("%s has the rights %v", name, got)
		}
	}
}

func TestOwns(t *testing.T) {
	t.Parallel()
	bob, boss, asleep := resellerOf(10, "passwd"), resellerOf(11, "all"), resellerOf(12, "all")
	asleep.Suspended = true
	account := hostkeep.Principal{ID: 20, OwnerID: 10}
	tests := []struct {
		about string
		p, q  hostkeep.Principal
		want  bool
	}{
		{"root, any", rootUser(), account, true},
		{"holder of all, any", boss, account, true},
		{"holder of all, root", boss, rootUser(), true},
		{"suspended holder of all, any", asleep, account, false},
		{"its owner", bob, account, true},
		{"itself", bob, bob, true},
		{"another's", resellerOf(13, "passwd"), account, false},
		{"its own owner", bob, rootUser(), false},
		{"another reseller", bob, boss, false},
	}
	for _, tt := range tests {
		if got := tt.p.Owns(tt.q); got != tt.want {
			t.Errorf("%s: %v", tt.about, got)
		}
	}
}

func TestCallerLimits(t *testing.T) {
	t.Parallel()
	bob := resellerOf(10, "passwd", "list-accts")
	tests := map[string]struct {
		c               hostkeep.Caller
		full, unbounded bool
	}{
		"password":    {signedIn(bob), true, true},
		"full token":  {byToken(bob, "passwd", "list-accts"), true, true},
		"token, all":  {byToken(bob, "all"), true, true},
		"narrow":      {byToken(bob, "passwd"), false, false},
		"ending":      {ending(byToken(bob, "all")), true, false},
		"bound":       {bound(byToken(bob, "all")), true, false},
		"root's rest": {byToken(rootUser(), "passwd", "ssl"), false, false},
	}
	for name, tt := range tests {
		if tt.c.Full() != tt.full || tt.c.Unbounded() != tt.unbounded {
			t.Errorf("%s: full %v, unbounded %v", name, tt.c.Full(), tt.c.Unbounded())
		}
	}
	if got := byToken(bob).LogValue().String(); got != "r10/token" {
		t.Errorf("the log names the caller %q", got)
	}
}

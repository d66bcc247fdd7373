package auth_test

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

// TestAgain: what happened to a credential since it was first judged counts, and
// nothing that happened gives it more.
func TestAgain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		happens func(*node, *hostkeep.Caller)
		rights  hostkeep.Privileges
		reason  string
	}{
		"nothing": {func(*node, *hostkeep.Caller) {}, privileges("list-accts"), ""},
		"revoked": {func(n *node, _ *hostkeep.Caller) { clear(n.tokens) }, hostkeep.Privileges{}, auth.ReasonSecret},
		"remade": {func(n *node, _ *hostkeep.Caller) {
			n.give(secretA, hostkeep.Token{ID: 8, Privileges: hostkeep.Everything()})
		}, hostkeep.Privileges{}, auth.ReasonSecret},
		"narrowed": {func(n *node, _ *hostkeep.Caller) {
			n.give(secretA, hostkeep.Token{Privileges: privileges("kill-acct")})
		}, hostkeep.Privileges{}, ""},
		"widened": {func(n *node, _ *hostkeep.Caller) { n.give(secretA, hostkeep.Token{Privileges: hostkeep.Everything()}) }, privileges("list-accts"), ""},
		"over":    {func(n *node, _ *hostkeep.Caller) { n.now = start.Add(2 * time.Hour) }, hostkeep.Privileges{}, auth.ReasonExpired},
		"moved":   {func(_ *node, c *hostkeep.Caller) { c.Addr = netip.MustParseAddr("198.51.100.1") }, hostkeep.Privileges{}, auth.ReasonAddress},
		"owner suspended": {func(n *node, _ *hostkeep.Caller) {
			n.add(hostkeep.Principal{ID: aliceID, Name: "alice", Reseller: true, Suspended: true})
		}, hostkeep.Privileges{}, auth.ReasonSuspended},
		"owner lost a right": {func(n *node, _ *hostkeep.Caller) {
			n.add(hostkeep.Principal{ID: aliceID, Name: "alice", Reseller: true, Privileges: privileges("create-acct")})
		}, hostkeep.Privileges{}, ""},
	}
	for about, tt := range tests {
		n := newNode()
		n.give(secretA, hostkeep.Token{Privileges: privileges("list-accts", "kill-acct"), Addresses: hostkeep.AddressList{netip.PrefixFrom(peer, 24).Masked()}, Expires: start.Add(time.Hour)})
		c, err := n.call("whm alice:" + secretA)
		if err != nil {
			t.Fatal(err)
		}
		c.ReadOnly = true
		tt.happens(n, &c)
		got, err := n.authenticator(auth.NewHasher(1).Cheap()).Again(t.Context(), c)
		var refused *auth.Refusal
		errors.As(err, &refused)
		switch {
		case tt.reason != "":
			if refused == nil || refused.Reason != tt.reason {
				t.Errorf("%s: %+v, %v", about, got, err)
			}
		case err != nil || got.Rights != tt.rights || got.RequestID != c.RequestID || !got.ReadOnly || got.TokenID != 7:
			t.Errorf("%s: %+v, %v; want %v", about, got, err, tt.rights)
		}
	}
}

func TestAgainByPassword(t *testing.T) {
	t.Parallel()
	alice := hostkeep.Principal{ID: aliceID, Name: "alice", Reseller: true, Privileges: privileges("create-acct"), Change: 5}
	for about, tt := range map[string]struct {
		via    hostkeep.Via
		now    hostkeep.Principal
		reason string
	}{
		"nothing":                 {hostkeep.ViaPassword, alice, ""},
		"her row changed":         {hostkeep.ViaPassword, with(alice, func(p *hostkeep.Principal) { p.Change = 6 }), auth.ReasonSecret},
		"a command needs no word": {hostkeep.ViaCommand, with(alice, func(p *hostkeep.Principal) { p.Change = 6 }), ""},
		"another of her name":     {hostkeep.ViaCommand, with(alice, func(p *hostkeep.Principal) { p.ID = 99 }), auth.ReasonSecret},
		"suspended":               {hostkeep.ViaCommand, with(alice, func(p *hostkeep.Principal) { p.Suspended = true }), auth.ReasonSuspended},
		"no reseller now":         {hostkeep.ViaCommand, with(alice, func(p *hostkeep.Principal) { p.Reseller = false }), auth.ReasonNoWHM},
	} {
		n := newNode()
		n.add(tt.now)
		c := hostkeep.Caller{User: alice, Via: tt.via, Rights: alice.Rights(), RequestID: "r1"}
		got, err := n.authenticator(auth.NewHasher(1).Cheap()).Again(t.Context(), c)
		var refused *auth.Refusal
		errors.As(err, &refused)
		if tt.reason != "" && (refused == nil || refused.Reason != tt.reason) || tt.reason == "" && (err != nil || !reflect.DeepEqual(got.User, tt.now)) {
			t.Errorf("%s: %+v, %v", about, got, err)
		}
	}
	n := newNode()
	n.readyErrs = []error{errors.New("the lease is over")}
	if _, err := n.authenticator(auth.NewHasher(1).Cheap()).Again(t.Context(), hostkeep.Caller{User: alice, Via: hostkeep.ViaPassword}); !errors.Is(err, auth.ErrUnavailable) {
		t.Errorf("without a lease: %v", err)
	}
}

func with(p hostkeep.Principal, change func(*hostkeep.Principal)) hostkeep.Principal {
	change(&p)
	return p
}

package auth_test

import (
	"crypto/sha256"
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

func TestTokenMakesTheCaller(t *testing.T) {
	t.Parallel()
	n := newNode()
	list, err := hostkeep.ParseAddresses([]string{"192.0.2.0/24"})
	if err != nil {
		t.Fatal(err)
	}
	end := start.Add(time.Hour)
	n.give(secretA, hostkeep.Token{Privileges: privileges("list-accts", "kill-acct"), Addresses: list, Expires: end, Change: 9})
	got, err := n.call("whm alice:" + secretA)
	if err != nil {
		t.Fatal(err)
	}
	want := hostkeep.Caller{
		User: n.principals["alice"], Via: hostkeep.ViaToken, Rights: privileges("list-accts"),
		TokenID: 7, Expires: end, Addresses: list, TokenHash: sha256.Sum256([]byte(secretA)), TokenChange: 9, Addr: peer, RequestID: "r1",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("caller = %+v\nwant %+v", got, want)
	}
}

// Rights are the token's ∩ the owner's now; Everything on one side gives the other.
func TestRightsAreTheIntersection(t *testing.T) {
	t.Parallel()
	some, others := privileges("create-acct", "list-accts"), privileges("kill-acct", "list-accts")
	for _, v := range []struct{ token, owner, want hostkeep.Privileges }{
		{some, others, privileges("list-accts")},
		{hostkeep.Everything(), some, some},
		{some, hostkeep.Everything(), some},
		{hostkeep.Everything(), hostkeep.Everything(), hostkeep.Everything()},
		{some, privileges("status"), hostkeep.Privileges{}},
		{hostkeep.Privileges{}, hostkeep.Everything(), hostkeep.Privileges{}},
	} {
		n := newNode()
		n.add(hostkeep.Principal{ID: aliceID, Name: "alice", Reseller: true, Privileges: v.owner})
		n.give(secretA, hostkeep.Token{Privileges: v.token})
		c, err := n.call("whm alice:" + secretA)
		if err != nil || c.Rights != v.want {
			t.Errorf("token %v, owner %v: rights = %v, %v; want %v", v.token, v.owner, c.Rights, err, v.want)
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	elsewhere := hostkeep.AddressList{netip.MustParsePrefix("198.51.100.1/32")}
	for name, v := range map[string]struct {
		token  hostkeep.Token // of secretA
		header string
		want   auth.Refusal
	}{
		"unknown user":   {hostkeep.Token{}, "whm nobody:" + secretB, auth.Refusal{Reason: auth.ReasonUser}},
		"wrong secret":   {hostkeep.Token{}, "whm alice:" + secretB, auth.Refusal{Reason: auth.ReasonSecret, User: "alice", PrincipalID: aliceID}},
		"other user":     {hostkeep.Token{}, "whm root:" + secretA, auth.Refusal{Reason: auth.ReasonOtherUser, User: "alice", PrincipalID: aliceID, TokenID: 7}},
		"no such name":   {hostkeep.Token{}, "whm Alice:" + secretA, auth.Refusal{Reason: auth.ReasonOtherUser, User: "alice", PrincipalID: aliceID, TokenID: 7}},
		"suspended":      {hostkeep.Token{OwnerID: sueID}, "whm sue:" + secretA, auth.Refusal{Reason: auth.ReasonSuspended, User: "sue", PrincipalID: sueID, TokenID: 7}},
		"plain account":  {hostkeep.Token{OwnerID: bobID}, "whm bob:" + secretA, auth.Refusal{Reason: auth.ReasonNoWHM, User: "bob", PrincipalID: bobID, TokenID: 7}},
		"expired":        {hostkeep.Token{Expires: start}, "whm alice:" + secretA, auth.Refusal{Reason: auth.ReasonExpired, User: "alice", PrincipalID: aliceID, TokenID: 7}},
		"address":        {hostkeep.Token{Addresses: elsewhere}, "whm alice:" + secretA, auth.Refusal{Reason: auth.ReasonAddress, User: "alice", PrincipalID: aliceID, TokenID: 7}},
		"secret as name": {hostkeep.Token{}, "whm " + secretA + ":" + secretA, auth.Refusal{Reason: auth.ReasonOtherUser, User: "alice", PrincipalID: aliceID, TokenID: 7}},
		"two secrets":    {hostkeep.Token{}, "whm " + secretA + ":" + secretB, auth.Refusal{Reason: auth.ReasonUser}},
	} {
		n := newNode()
		n.give(secretA, v.token)
		c, err := n.call(v.header)
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, v.want) })
		if c.Via != "" || c.User.ID != 0 || !c.Rights.Empty() {
			t.Errorf("%s: a refused caller is not empty", name)
		}
		if n.hashed != 1 || n.byHash != 1 || n.byName != 1 || n.read != 0 {
			t.Errorf("%s: %d hashes, %d+%d look-ups, %d reads; want 1, 1+1, 0", name, n.hashed, n.byHash, n.byName, n.read)
		}
	}
}

// A secret without the form of a token is refused before anything is looked up.
func TestMalformedSecretCostsNothing(t *testing.T) {
	t.Parallel()
	n := newNode()
	n.give(secretA[:31]+"!", hostkeep.Token{})
	_, err := n.call("whm alice:" + secretA[:31] + "!")
	wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonMalformed})
	if n.hashed+n.byHash+n.byName != 0 {
		t.Error("a malformed secret was hashed or looked up")
	}
}

// partial finds tokens by a part of the hash, as a compact table may.
type partial struct{ *node }

func (p partial) TokenByHash(hostkeep.TokenHash) (hostkeep.Token, hostkeep.Principal, bool) {
	return p.node.TokenByHash(p.hashToken(hostkeep.NewSecret(secretA)))
}

func TestTheWholeHashDecides(t *testing.T) {
	t.Parallel()
	n := newNode()
	n.give(secretA, hostkeep.Token{})
	a := auth.New(auth.Options{
		Memory: partial{n}, Passwords: n, Hasher: auth.NewHasher(1), HashToken: n.hashToken,
		Now: func() time.Time { return start },
	})
	_, err := a.Caller(t.Context(), auth.Request{Authorization: []string{"whm alice:" + secretB}, Addr: peer})
	wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonSecret, User: "alice", PrincipalID: aliceID})
}

func TestRenamedOwner(t *testing.T) {
	t.Parallel()
	n := newNode()
	n.give(secretA, hostkeep.Token{})
	renamed := n.principals["alice"]
	delete(n.principals, "alice")
	renamed.Name = "alison"
	n.add(renamed)
	_, err := n.call("whm alice:" + secretA)
	wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonOtherUser, User: "alison", PrincipalID: aliceID, TokenID: 7})
	if c, err := n.call("whm alison:" + secretA); err != nil || c.User.Name != "alison" {
		t.Errorf("new name: %v, %v", c.User.Name, err)
	}
	// Somebody else may take the name; the token does not follow it.
	n.add(hostkeep.Principal{ID: 9, Name: "alice", Reseller: true})
	_, err = n.call("whm alice:" + secretA)
	wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonOtherUser, User: "alison", PrincipalID: aliceID, TokenID: 7})
}

func TestExpiryToTheMicrosecond(t *testing.T) {
	t.Parallel()
	for after, refused := range map[time.Duration]bool{-time.Microsecond: false, 0: true, time.Microsecond: true} {
		n := newNode()
		n.give(secretA, hostkeep.Token{Expires: start})
		n.now = start.Add(after)
		if _, err := n.call("whm alice:" + secretA); (err != nil) != refused {
			t.Errorf("%v after the end: error = %v, want refused %v", after, err, refused)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		list, from string
		allowed    bool
	}{
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.7", "::ffff:192.0.2.7", true},
		{"192.0.2.7", "::ffff:192.0.2.8", false},
		{"::ffff:192.0.2.7", "192.0.2.7", true},
		{"::ffff:192.0.2.0/120", "192.0.2.9", true},
		{"2001:db8::/32", "2001:db8:ffff::1", true},
		{"2001:db8::/32", "2001:db9::", false},
		{"fe80::/10", "fe80::1%eth0", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"::/0", "192.0.2.7", false},
	} {
		n := newNode()
		list, err := hostkeep.ParseAddresses([]string{v.list})
		if err != nil {
			t.Fatal(err)
		}
		n.give(secretA, hostkeep.Token{Addresses: list})
		if _, err := n.callFrom(netip.MustParseAddr(v.from), "whm alice:"+secretA); (err == nil) != v.allowed {
			t.Errorf("list %s, from %s: error = %v, want allowed %v", v.list, v.from, err, v.allowed)
		}
		if _, err := n.callFrom(netip.Addr{}, "whm alice:"+secretA); err == nil {
			t.Errorf("list %s: a call from nowhere was let in", v.list)
		}
	}
}

func TestNotReadyJudgesNobody(t *testing.T) {
	t.Parallel()
	lost := errors.New("the lease is over")
	headers := map[string]string{
		"right":     "whm alice:" + secretA,
		"wrong":     "whm alice:" + secretB,
		"unknown":   "whm nobody:" + secretB,
		"basic":     basic("alice", "right password"),
		"basic bad": basic("nobody", "x"),
	}
	for when, errs := range map[string][]error{"before": {lost}, "after": {nil, lost}} {
		for name, header := range headers {
			n := newNode()
			n.give(secretA, hostkeep.Token{})
			n.passwords[aliceID] = cheap("right password")
			n.readyErrs = errs
			_, err := n.call(header)
			var refused *auth.Refusal
			if !errors.Is(err, auth.ErrUnavailable) || !errors.Is(err, lost) || errors.As(err, &refused) {
				t.Errorf("%s, not ready %s: error = %v, want ErrUnavailable", name, when, err)
			}
			if hostkeep.KindOf(err) != hostkeep.Unavailable {
				t.Errorf("%s, not ready %s: kind = %v", name, when, hostkeep.KindOf(err))
			}
			if when == "before" && n.hashed+n.byHash+n.byName+n.read != 0 {
				t.Errorf("%s: something was looked up although the node is not ready", name)
			}
		}
	}
}

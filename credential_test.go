package hostkeep_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
)

func rootUser() hostkeep.Principal {
	return hostkeep.Principal{ID: hostkeep.RootID, Name: "root", Privileges: hostkeep.Everything()}
}

func resellerOf(id int64, names ...string) hostkeep.Principal {
	return hostkeep.Principal{ID: id, Name: fmt.Sprint("r", id), OwnerID: hostkeep.RootID, Reseller: true, Privileges: privileges(names...)}
}

// signedIn is a caller with all its user's rights and no limit.
func signedIn(p hostkeep.Principal) hostkeep.Caller {
	return hostkeep.Caller{User: p, Via: hostkeep.ViaPassword, Rights: p.Rights()}
}

// byToken is a caller by a token that holds these privileges.
func byToken(p hostkeep.Principal, names ...string) hostkeep.Caller {
	return hostkeep.Caller{User: p, Via: hostkeep.ViaToken, TokenID: 5, Rights: p.Rights().And(privileges(names...))}
}

func ending(c hostkeep.Caller) hostkeep.Caller { c.Expires = time.Unix(1_900_000_000, 0); return c }

func bound(c hostkeep.Caller) hostkeep.Caller {
	c.Addresses, _ = hostkeep.ParseAddresses([]string{"192.0.2.0/24"})
	return c
}

// TestMayTouchWHMUser is promise 2's part on WHM users as a table.
func TestMayTouchWHMUser(t *testing.T) {
	t.Parallel()
	ab := []string{"passwd", "list-accts"}
	bob := resellerOf(10, ab...)
	boss := resellerOf(11, "all") // root by another name
	gone := bob
	gone.Suspended = true

	nobody := hostkeep.Principal{}
	fresh := hostkeep.Principal{ID: 20, OwnerID: 10} // an account that is to become a reseller
	lesser, equal, other, greater := resellerOf(21, "passwd"), resellerOf(22, ab...), resellerOf(23, "ssl"), resellerOf(24, "passwd", "list-accts", "ssl")
	asleep := greater
	asleep.Suspended = true
	rich := resellerOf(25, slices.DeleteFunc(privilegeNames(), func(n string) bool { return n == "all" })...)

	system := hostkeep.Caller{Via: hostkeep.ViaSystem}
	command := signedIn(rootUser())
	command.Via = hostkeep.ViaCommand
	none := privileges()

	tests := []struct {
		about  string
		c      hostkeep.Caller
		target hostkeep.Principal
		after  hostkeep.Privileges
		want   string // a word of the refusal; "": allowed
	}{
		{"system", system, rootUser(), hostkeep.Everything(), ""},
		{"command, root's password", command, rootUser(), hostkeep.Everything(), ""},
		{"root, root", signedIn(rootUser()), rootUser(), none, ""},
		{"root makes another root", signedIn(rootUser()), nobody, hostkeep.Everything(), ""},
		{"root's full token, reseller with all", byToken(rootUser(), "all"), boss, hostkeep.Everything(), ""},

		{"reseller, itself", signedIn(bob), bob, bob.Privileges, ""},
		{"reseller, lesser", signedIn(bob), lesser, none, ""},
		{"reseller, equal", signedIn(bob), equal, none, ""},
		{"reseller, incomparable", signedIn(bob), other, none, "more privileges"},
		{"reseller, greater", signedIn(bob), greater, none, "more privileges"},
		{"reseller, greater that sleeps", signedIn(bob), asleep, none, "more privileges"},
		{"reseller, root", signedIn(bob), rootUser(), none, "more privileges"},
		{"reseller, reseller with all", signedIn(bob), boss, none, "more privileges"},
		{"reseller makes an equal", signedIn(bob), nobody, privileges(ab...), ""},
		{"reseller makes a greater", signedIn(bob), nobody, privileges("passwd", "ssl"), "more privileges"},
		{"reseller raises a lesser", signedIn(bob), lesser, privileges("ssl"), "more privileges"},
		{"reseller raises itself", signedIn(bob), bob, hostkeep.Everything(), "more privileges"},
		{"suspended reseller, greater", signedIn(gone), lesser, none, "more privileges"},

		{"reseller with all, root", signedIn(boss), rootUser(), none, ""},
		{"reseller with all makes its like", signedIn(boss), nobody, hostkeep.Everything(), ""},
		{"reseller with all, ending, root", ending(byToken(boss, "all")), rootUser(), none, "an end or an address list"},
		{"reseller with all, ending, all the rest", ending(byToken(boss, "all")), rich, rich.Privileges, ""},

		{"full token, itself", byToken(bob, ab...), bob, none, ""},
		{"full token by all, itself", byToken(bob, "all"), bob, none, ""},
		{"full token, equal", byToken(bob, ab...), equal, none, ""},
		{"narrow token, lesser", byToken(bob, "passwd"), lesser, none, "fewer rights"},
		{"narrow token, itself", byToken(bob, "passwd"), bob, none, "fewer rights"},
		{"narrow token makes one with nothing", byToken(bob, "passwd"), nobody, none, "fewer rights"},
		{"empty token, one with nothing", byToken(bob), fresh, none, "fewer rights"},
		{"root's narrow token, lesser", byToken(rootUser(), ab...), lesser, none, "fewer rights"},
		{"root's token with all the rest", byToken(rootUser(), rich.Privileges.Names()...), lesser, none, "fewer rights"},

		{"ending, lesser", ending(byToken(bob, ab...)), lesser, privileges("passwd"), ""},
		{"bound, lesser", bound(byToken(bob, ab...)), lesser, privileges("list-accts"), ""},
		{"ending, makes a lesser", ending(byToken(bob, ab...)), nobody, privileges("passwd"), ""},
		{"ending, itself", ending(byToken(bob, ab...)), bob, none, "an end or an address list"},
		{"bound, itself", bound(byToken(bob, ab...)), bob, none, "an end or an address list"},
		{"ending, equal", ending(byToken(bob, ab...)), equal, none, "an end or an address list"},
		{"bound, equal", bound(byToken(bob, ab...)), equal, none, "an end or an address list"},
		{"ending, raises a lesser to equal", ending(byToken(bob, ab...)), lesser, privileges(ab...), "an end or an address list"},
		{"bound, makes an equal", bound(byToken(bob, ab...)), nobody, privileges(ab...), "an end or an address list"},
		{"ending, greater", ending(byToken(bob, ab...)), greater, none, "more privileges"},
		{"ending and narrow, lesser", ending(byToken(bob, "passwd")), lesser, none, "fewer rights"},
		{"root's ending, root", ending(byToken(rootUser(), "all")), rootUser(), none, "an end or an address list"},
		{"root's bound, root", bound(byToken(rootUser(), "all")), rootUser(), none, "an end or an address list"},
		{"root's ending, reseller with all", ending(byToken(rootUser(), "all")), boss, none, "an end or an address list"},
		{"root's ending, makes one with all", ending(byToken(rootUser(), "all")), nobody, hostkeep.Everything(), "an end or an address list"},
		{"root's ending, reseller", ending(byToken(rootUser(), "all")), greater, rich.Privileges, ""},
		// By its id too: what memory says of its privileges may be of another moment.
		{"ending, itself with less", ending(byToken(bob, ab...)), resellerOf(10, "passwd"), none, "an end or an address list"},
		{"root by another name, bound, root with less", bound(byToken(boss, "all")), hostkeep.Principal{ID: hostkeep.RootID}, none, "an end or an address list"},
		{"ending of one without privileges", ending(byToken(resellerOf(10))), fresh, none, "an end or an address list"},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			err := tt.c.MayTouchWHMUser(tt.target, tt.after)
			if tt.want == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if tt.want != "" && (hostkeep.KindOf(err) != hostkeep.Denied || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("the answer is %v, want a refusal with %q", err, tt.want)
			}
		})
	}
}

// gives is what a set of names gives, written out: "all" gives everything.
func gives(s hostkeep.Privileges) map[string]bool {
	names := s.Names()
	if slices.Contains(names, "all") {
		names = privilegeNames()
	}
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

func subset(a, b map[string]bool) bool {
	for n := range a {
		if !b[n] {
			return false
		}
	}
	return true
}

// mayTouch is promise 2 in other words than the code's: what the caller has, what
// its owner has, and what the target has or would have.
func mayTouch(c hostkeep.Caller, target hostkeep.Principal, after hostkeep.Privileges) bool {
	if c.Via == hostkeep.ViaSystem {
		return true
	}
	owner := map[string]bool{}
	if !c.User.Suspended {
		owner = gives(c.User.Privileges)
	}
	now := gives(c.Rights)
	for _, touched := range []map[string]bool{gives(target.Privileges), gives(after)} {
		if !subset(touched, now) {
			return false // more than the caller
		}
		limited := !c.Expires.IsZero() || len(c.Addresses) > 0
		if limited && maps.Equal(touched, owner) {
			return false // not below the owner
		}
		if limited && !subset(touched, owner) {
			return false
		}
	}
	if !subset(owner, now) {
		return false // fewer rights than the owner: none at all
	}
	limited := !c.Expires.IsZero() || len(c.Addresses) > 0
	return !limited || target.ID != c.User.ID && target.ID != 1
}

func drawPrincipal() *rapid.Generator[hostkeep.Principal] {
	return rapid.Custom(func(t *rapid.T) hostkeep.Principal {
		id := rapid.Int64Range(1, 4).Draw(t, "id")
		if id == hostkeep.RootID {
			return rootUser()
		}
		p := resellerOf(id, drawPrivileges().Draw(t, "privileges").Names()...)
		p.Suspended = rapid.IntRange(0, 5).Draw(t, "suspended") == 0
		return p
	})
}

func drawCaller() *rapid.Generator[hostkeep.Caller] {
	return rapid.Custom(func(t *rapid.T) hostkeep.Caller {
		c := signedIn(drawPrincipal().Draw(t, "user"))
		if c.Via = rapid.SampledFrom([]hostkeep.Via{hostkeep.ViaToken, hostkeep.ViaToken, hostkeep.ViaPassword, hostkeep.ViaCommand, hostkeep.ViaSystem}).Draw(t, "via"); c.Via != hostkeep.ViaToken {
			return c
		}
		if rapid.Bool().Draw(t, "narrow") {
			c.Rights = c.User.Rights().And(drawPrivileges().Draw(t, "token"))
		}
		c.Expires = drawEnd().Draw(t, "end")
		c.Addresses = addresses(t, drawEntries().Draw(t, "addresses")...)
		return c
	})
}

func drawEnd() *rapid.Generator[time.Time] {
	return rapid.SampledFrom([]time.Time{{}, {}, time.Unix(100, 0), time.Unix(200, 0), time.Unix(200, 1)})
}

// near draws a set that is often the caller's own, or its user's.
func near(c hostkeep.Caller) *rapid.Generator[hostkeep.Privileges] {
	return rapid.OneOf(rapid.Just(c.Rights), rapid.Just(c.User.Privileges), rapid.Just(privileges()), rapid.Just(c.Rights.And(privileges("passwd"))), drawPrivileges())
}

func TestMayTouchLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCaller().Draw(rt, "caller")
		target := drawPrincipal().Draw(rt, "target")
		if target.ID != hostkeep.RootID {
			target.Privileges = near(c).Draw(rt, "target's")
		}
		after := near(c).Draw(rt, "after")
		err := c.MayTouchWHMUser(target, after)
		if want := mayTouch(c, target, after); (err == nil) != want {
			rt.Fatalf("%v (%v, full %v) touches %d with %q, then %q: %v; want allowed: %v", c.LogValue(), c.Rights, c.Full(), target.ID, target.Privileges, after, err, want)
		}
	})
}

// TestMayLeaveToken is promise 2's part on tokens as a table.
func TestMayLeaveToken(t *testing.T) {
	t.Parallel()
	ab := []string{"passwd", "list-accts"}
	bob, gone := resellerOf(10, ab...), resellerOf(10, ab...)
	gone.Suspended = true
	end := ending(hostkeep.Caller{}).Expires
	at := func(entries ...string) hostkeep.AddressList { return addresses(t, entries...) }
	token := func(end time.Time, where hostkeep.AddressList, names ...string) hostkeep.Token {
		return hostkeep.Token{Privileges: privileges(names...), Expires: end, Addresses: where}
	}
	system := hostkeep.Caller{Via: hostkeep.ViaSystem, Rights: hostkeep.Everything()}
	never := time.Time{}
	tests := []struct {
		about string
		c     hostkeep.Caller
		t     hostkeep.Token
		want  string
	}{
		{"system, all", system, token(never, nil, "all"), ""},
		{"root, all", signedIn(rootUser()), token(never, nil, "all"), ""},
		{"reseller, its own", signedIn(bob), token(never, nil, ab...), ""},
		{"reseller, nothing", signedIn(bob), token(never, nil), ""},
		{"reseller, more", signedIn(bob), token(never, nil, "passwd", "ssl"), `"ssl"`},
		{"reseller, all", signedIn(bob), token(never, nil, "all"), `"all"`},
		{"reseller with all, all", signedIn(resellerOf(10, "all")), token(never, nil, "all"), ""},
		{"suspended", signedIn(gone), token(never, nil, "passwd"), `"passwd"`},
		{"narrow, as narrow", byToken(bob, "passwd"), token(never, nil, "passwd"), ""},
		{"narrow, its owner's", byToken(bob, "passwd"), token(never, nil, ab...), `"list-accts"`},
		{"narrow of root, all", byToken(rootUser(), "passwd"), token(never, nil, "all"), `"all"`},

		{"ending, same end", ending(byToken(bob, ab...)), token(end, nil, ab...), ""},
		{"ending, earlier", ending(byToken(bob, ab...)), token(end.Add(-1), nil, ab...), ""},
		{"ending, later", ending(byToken(bob, ab...)), token(end.Add(1), nil, ab...), "cannot live longer"},
		{"ending, never", ending(byToken(bob, ab...)), token(never, nil), "cannot live longer"},
		{"no end, an end", byToken(bob, ab...), token(end, nil, ab...), ""},

		{"bound, same", bound(byToken(bob, ab...)), token(never, at("192.0.2.0/24"), ab...), ""},
		{"bound, within", bound(byToken(bob, ab...)), token(never, at("192.0.2.7", "192.0.2.128/25"), ab...), ""},
		{"bound, anywhere", bound(byToken(bob, ab...)), token(never, nil, ab...), "limited to some addresses"},
		{"bound, wider", bound(byToken(bob, ab...)), token(never, at("192.0.2.0/23"), ab...), "limited to some addresses"},
		{"bound, one outside", bound(byToken(bob, ab...)), token(never, at("192.0.2.7", "198.51.100.1"), ab...), "limited to some addresses"},
		{"unbound, bound", byToken(bob, ab...), token(never, at("::1"), ab...), ""},
		{"ending and bound, both kept", bound(ending(byToken(bob, ab...))), token(end, at("192.0.2.7"), "passwd"), ""},
		{"ending and bound, one lost", bound(ending(byToken(bob, ab...))), token(end, nil, "passwd"), "limited to some addresses"},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			err := tt.c.MayLeaveToken(tt.t)
			if tt.want == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if tt.want != "" && (hostkeep.KindOf(err) != hostkeep.Denied || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("the answer is %v, want a refusal with %q", err, tt.want)
			}
		})
	}
}

// TestMayLeaveTokenNamesPrivilege: the privilege that is missing is carried.
func TestMayLeaveTokenNamesPrivilege(t *testing.T) {
	t.Parallel()
	err := signedIn(resellerOf(10, "passwd")).MayLeaveToken(hostkeep.Token{Privileges: privileges("ssl", "kill-acct", "passwd")})
	if told, ok := err.(*hostkeep.Error); !ok || told.Missing != "kill-acct" { //nolint:errorlint // MayLeaveToken makes it
		t.Errorf("the answer is %#v", err)
	}
}

// TestMayLeaveLaw: what is left behind can do nothing, at no time and from
// nowhere, that its maker could not; and what is no wider is not refused.
func TestMayLeaveLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCaller().Draw(rt, "caller")
		entries := drawEntries().Draw(rt, "entries")
		tok := hostkeep.Token{Privileges: near(c).Draw(rt, "privileges"), Expires: drawEnd().Draw(rt, "end"), Addresses: addresses(rt, entries...)}
		wider := !subset(gives(tok.Privileges), gives(c.Rights))
		for _, now := range []time.Time{time.Unix(0, 0), time.Unix(100, 0), time.Unix(200, 0), time.Unix(200, 1), time.Unix(1<<40, 0)} {
			wider = wider || !tok.Expired(now) && (hostkeep.Token{Expires: c.Expires}).Expired(now)
		}
		wider = wider || len(c.Addresses) > 0 && len(tok.Addresses) == 0
		maker, scattered := blocks(rt, cidrs(c.Addresses)), false
		for _, b := range blocks(rt, cidrs(tok.Addresses)) {
			first, last := b.edges()[0], b.edges()[1]
			wider = wider || !within(maker, first) || !within(maker, last)
			scattered = scattered || len(maker) > 0 && !slices.ContainsFunc(maker, func(m block) bool { return m.Contains(first) && m.Contains(last) })
		}
		err := c.MayLeaveToken(tok)
		if err == nil && wider {
			rt.Fatalf("%v leaves a token that is wider than itself", c.LogValue())
		}
		if err != nil && !wider && !scattered {
			rt.Fatalf("%v is refused a token that is no wider: %v", c.LogValue(), err)
		}
	})
}

// cidrs writes a list for the oracle, which knows blocks only.
func cidrs(l hostkeep.AddressList) []string {
	out := make([]string, len(l))
	for i, p := range l {
		out[i] = p.String()
	}
	return out
}

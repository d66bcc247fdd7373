package auth_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

// TestConfirmIsATryLikeOthers: a password that is shown by who is let in already
// counts with those at sign-in, of the address and of the name.
func TestConfirmIsATryLikeOthers(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.passwords[bobID] = cheap("right")
	confirm := func(want, from, name, password string) {
		t.Helper()
		reason, reads := "", g.read
		err := g.auth.Confirm(context.Background(), g.principals[name], hostkeep.NewSecret(password), auth.Request{CPanel: true, Addr: netip.MustParseAddr(from)})
		var refused *auth.Refusal
		if errors.As(err, &refused) {
			reason = refused.Reason
		} else if err != nil {
			t.Fatal(err)
		}
		if reason != want || refused != nil && refused.User != name {
			t.Errorf("%s from %s: refused for %q (%v), want %q", name, from, reason, refused, want)
		}
		if looked := want != auth.ReasonThrottled; looked != (g.read > reads) {
			t.Errorf("%s from %s: the password was looked at: %v", name, from, !looked)
		}
	}
	confirm("", "192.0.2.1", "bob", "right")
	confirm(auth.ReasonSecret, "192.0.2.1", "bob", "wrong")
	g.is(auth.ReasonSecret, "192.0.2.1", "alice", "wrong") // at sign-in
	confirm(auth.ReasonSecret, "192.0.2.1", "bob", "wrong")
	confirm(auth.ReasonThrottled, "192.0.2.1", "bob", "right")
	g.is(auth.ReasonThrottled, "192.0.2.1", "alice", "right")
	confirm("", "198.51.100.1", "bob", "right")
	confirm(auth.ReasonSuspended, "198.51.100.1", "sue", "right")
	confirm(auth.ReasonNoAccount, "198.51.100.1", "root", "right")

	// Five failures of a name, wherever from: each address has one.
	for _, from := range []string{"203.0.113.1", "203.0.113.2", "203.0.113.3"} {
		confirm(auth.ReasonSecret, from, "bob", "wrong")
	}
	confirm(auth.ReasonSecret, "2001:db8::1", "bob", "wrong")
	confirm(auth.ReasonThrottled, "2001:db8::1", "bob", "right")
	confirm("", "2001:db8:1::1", "bob", "right")
}

// TestConfirmWithoutAStore: what cannot be checked is no wrong password.
func TestConfirmWithoutAStore(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.readErr = errors.New("disk on fire")
	for range 4 {
		err := g.auth.Confirm(context.Background(), g.principals["bob"], hostkeep.NewSecret("right"), auth.Request{CPanel: true, Addr: peer})
		if !errors.Is(err, auth.ErrUnavailable) {
			t.Errorf("error = %v, want ErrUnavailable", err)
		}
	}
	g.readErr, g.passwords[bobID] = nil, cheap("right")
	if err := g.auth.Confirm(context.Background(), g.principals["bob"], hostkeep.NewSecret("right"), auth.Request{CPanel: true, Addr: peer}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

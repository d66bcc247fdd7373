package auth_test

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

// cheap is a hash of password that costs nothing to check.
func cheap(password string) string {
	text, err := auth.NewHasher(1).Cheap().Hash(context.Background(), hostkeep.NewSecret(password))
	if err != nil {
		return err.Error()
	}
	return text
}

func TestPasswordMakesTheCaller(t *testing.T) {
	t.Parallel()
	n := newNode()
	n.passwords[aliceID] = cheap("pass word")
	got, err := n.call(basic("alice", "pass word"))
	if err != nil {
		t.Fatal(err)
	}
	want := hostkeep.Caller{
		User: n.principals["alice"], Via: hostkeep.ViaPassword, Rights: privileges("create-acct", "list-accts"),
		Addr: peer, RequestID: "r1",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("caller = %+v\nwant %+v", got, want)
	}
}

// unhappy are the ways in which a password fails, bob and sue having right ones.
func unhappy(n *node, password string) map[string]auth.Refusal {
	n.add(hostkeep.Principal{ID: 8, Name: "odd", Reseller: true})
	n.passwords = map[int64]string{aliceID: password, sueID: password, bobID: password, 8: "$1$salt$crypt"}
	return map[string]auth.Refusal{
		"nobody": {Reason: auth.ReasonUser},
		"alice":  {Reason: auth.ReasonSecret, User: "alice", PrincipalID: aliceID},
		"root":   {Reason: auth.ReasonNoHash, User: "root", PrincipalID: hostkeep.RootID},
		"sue":    {Reason: auth.ReasonSuspended, User: "sue", PrincipalID: sueID},
		"bob":    {Reason: auth.ReasonNoWHM, User: "bob", PrincipalID: bobID},
		"odd":    {Reason: auth.ReasonBadHash, User: "odd", PrincipalID: 8},
	}
}

func TestPasswordRefusals(t *testing.T) {
	t.Parallel()
	n := newNode()
	for name, want := range unhappy(n, cheap("right")) {
		password := "right"
		if name == "alice" {
			password = "wrong"
		}
		n.read, n.byName = 0, 0
		_, err := n.call(basic(name, password))
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, want) })
		if n.read != 1 || n.byName != 2 {
			t.Errorf("%s: %d reads, %d look-ups; want 1, 2", name, n.read, n.byName)
		}
		if mayNot := name == "nobody" || name == "sue" || name == "bob"; mayNot != (n.readID == 0) {
			t.Errorf("%s: the password of %d was read", name, n.readID)
		}
	}
}

// Every refusal costs one computation, seen by its 19 MiB. Not parallel: the
// count is the whole process's.
func TestEveryPasswordCostsTheSame(t *testing.T) {
	const mib = 1 << 20
	n, h := newNode(), auth.NewHasher(1)
	stored, err := h.Hash(t.Context(), hostkeep.NewSecret("right"))
	if err != nil {
		t.Fatal(err)
	}
	cases := unhappy(n, stored)
	a := n.authenticator(h)
	for name := range cases {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := a.Caller(t.Context(), auth.Request{Authorization: []string{basic(name, "wrong")}})
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used < 19*mib || used > 30*mib {
			t.Errorf("%s: %d MiB, want about 19 (%v)", name, used/mib, err)
		}
	}
}

func TestStoreFailureIsNoRefusal(t *testing.T) {
	t.Parallel()
	n := newNode()
	n.readErr = errors.New("disk on fire")
	for _, name := range []string{"alice", "nobody"} {
		if _, err := n.call(basic(name, "x")); !errors.Is(err, auth.ErrUnavailable) || !errors.Is(err, n.readErr) {
			t.Errorf("%s: error = %v, want ErrUnavailable for the store's reason", name, err)
		}
	}
}

// meanwhile changes the node while a password is being checked.
type meanwhile struct {
	*node
	change func()
}

func (m meanwhile) PasswordHash(ctx context.Context, id int64) (string, error) {
	defer m.change()
	return m.node.PasswordHash(ctx, id)
}

func TestTheUserCountsAsOfTheEndOfTheCheck(t *testing.T) {
	t.Parallel()
	n := newNode()
	n.passwords[aliceID] = cheap("right")
	alice := n.principals["alice"]
	suspended, narrowed, other := alice, alice, alice
	suspended.Suspended, narrowed.Privileges, other.ID = true, privileges("list-accts"), 9
	run := func(change func()) (hostkeep.Caller, error) {
		n.add(alice)
		a := auth.New(auth.Options{Memory: n, Passwords: meanwhile{n, change}, Hasher: auth.NewHasher(1), HashToken: n.hashToken})
		return a.Caller(t.Context(), auth.Request{Authorization: []string{basic("alice", "right")}})
	}
	_, err := run(func() { n.add(suspended) })
	wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonSuspended, User: "alice", PrincipalID: aliceID})
	_, err = run(func() { delete(n.principals, "alice") })
	wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonUser})
	_, err = run(func() { n.add(other) })
	wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonSecret, User: "alice", PrincipalID: 9})
	if c, err := run(func() { n.add(narrowed) }); err != nil || c.Rights != narrowed.Privileges {
		t.Errorf("rights = %v, %v; want those of the end", c.Rights, err)
	}
}

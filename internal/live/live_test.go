package live_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/live"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

var errDown = errors.New("the store is down")

func same(t *testing.T, about string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b hostkeep.Privileges) bool { return a == b }),
		cmpopts.EquateEmpty(), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); d != "" {
		t.Errorf("%s (-want +got):\n%s", about, d)
	}
}

// TestLoad: memory answers what the store holds, as far as a decision needs it.
func TestLoad(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	bob := reseller(10, "bob")
	plain := token(20, 10)
	bound := token(21, 10)
	bound.Expires = time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	bound.Addresses = hostkeep.AddressList{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::1/128")}
	bound.Privileges = hostkeep.Everything()
	r.add(r.there, bob, plain, bound)

	r.ready("before loading", false)
	r.knows("before loading", plain, false)
	r.ok(r.node.Load(t.Context()))
	r.ready("after loading", true)
	same(t, "place", r.node.Seq(), int64(2))

	bob.Change = 2
	for _, want := range []hostkeep.Token{plain, bound} {
		want.Name, want.KeyID, want.Created, want.Change = "", "", time.Time{}, 2
		got, owner, ok := r.node.TokenByHash(want.Hash)
		same(t, "found", ok, true)
		same(t, "token", got, want)
		same(t, "owner", owner, bob)
	}
	p, ok := r.node.PrincipalByName("bob")
	same(t, "principal", p, bob)
	same(t, "found by name", ok, true)
	if p, ok := r.node.PrincipalByName("nobody"); ok || p.ID != 0 {
		t.Errorf("a stranger is found: %+v", p)
	}
	if _, _, ok := r.node.TokenByHash(hostkeep.TokenHash{}); ok {
		t.Error("a hash that nobody has is found")
	}
}

// TestLoadFails: a node that could not load refuses everything, and loads on a
// later turn.
func TestLoadFails(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.gate.fail(errDown, "Load")
	if err := r.node.Load(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("Load answers %v", err)
	}
	r.ready("not loaded", false)
	r.gate.heal()
	r.ok(r.node.Follow(t.Context()))
	r.ready("loaded by a turn", true)
	if _, ok := r.node.PrincipalByName("root"); !ok {
		t.Error("root is unknown")
	}
}

// TestJoin: a revoke that commits after a starting node has read the store finds
// that node's row, not yet up to the revoke, and so waits for it.
func TestJoin(t *testing.T) {
	t.Parallel()
	for _, set := range []func(*live.Options){nil, byWrite} {
		r := newRig(t, set)
		victim := token(20, 1)
		r.add(r.there, victim)
		r.gate.onceAfter("Load", func() {
			at := r.revoke(r.there, victim)
			if seq := r.posted(); seq < 0 || seq >= at.Seq {
				t.Errorf("between reading and serving the node's row says %d; the revoke is %d", seq, at.Seq)
			}
		})
		r.ok(r.node.Load(t.Context()))
		r.ok(r.node.Follow(t.Context()))
		r.knows("after the first turn", victim, false)
		r.ok(r.node.Follow(t.Context()))
		same(t, "position", r.posted(), r.node.Seq())
	}
}

// TestReach: what this node changed is in its memory before it is answered.
func TestReach(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	mine := token(20, 1)
	at := r.add(r.here, mine)
	r.knows("committed only", mine, false)
	r.ok(r.node.Reach(t.Context(), at))
	r.knows("made", mine, true)
	at = r.revoke(r.here, mine)
	r.ok(r.node.Reach(t.Context(), at))
	r.knows("revoked", mine, false)
	r.ready("all is well", true)

	reads := r.gate.saw("Since")
	r.ok(r.node.Reach(t.Context(), at))
	same(t, "reads for what is known", r.gate.saw("Since"), reads)
}

// TestReachFails: a node that cannot see its own change refuses everything until
// it can, even if the store no longer calls it a change.
func TestReachFails(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*rig){
		"at once":                    func(*rig) {},
		"after a turn that failed":   func(r *rig) { _ = r.node.Follow(r.Context()) },
		"after the hint is consumed": func(r *rig) { _, _ = r.here.Moved(r.Context()) },
	}
	for name, between := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := loaded(t, nil)
			victim := token(20, 1)
			r.ok(r.node.Reach(t.Context(), r.add(r.here, victim)))
			at := r.revoke(r.here, victim)
			r.gate.fail(errDown, "Since")
			between(r)
			if err := r.node.Reach(t.Context(), at); !errors.Is(err, hostkeep.ErrOutcomeUnknown) {
				t.Errorf("Reach answers %v", err)
			}
			r.ready("behind its own change", false)
			if err := r.node.Follow(t.Context()); !errors.Is(err, errDown) {
				t.Errorf("Follow answers %v", err)
			}
			r.ready("still behind", false)
			r.gate.heal()
			r.ok(r.node.Follow(t.Context()))
			r.ready("caught up", true)
			r.knows("caught up", victim, false)
		})
	}
}

// TestReachElsewhere: a read that succeeds and does not show the node's own
// change comes from another server, so it proves nothing.
func TestReachElsewhere(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	for _, at := range []hostkeep.Cursor{{Gen: 1, Seq: 7}, {Gen: 2, Seq: 1}} {
		r.ok(r.node.Follow(t.Context()))
		r.ready("before", true)
		if err := r.node.Reach(t.Context(), at); !errors.Is(err, hostkeep.ErrOutcomeUnknown) {
			t.Errorf("Reach of %+v answers %v", at, err)
		}
		r.ready("after", false)
	}
}

// TestFollowChanges: what another process did is in memory after one turn.
func TestFollowChanges(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	kept := token(20, 10)
	r.add(r.there, reseller(10, "bob"), kept, token(21, 1))
	r.ok(r.node.Follow(t.Context()))
	r.knows("made elsewhere", kept, true)

	kept.Name, kept.Privileges, kept.Expires = "renamed", hostkeep.Everything(), time.Unix(1_900_000_000, 0).UTC()
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.UpdateToken(kept) })
	r.change(r.there, func(tx *sqlstore.Tx) error {
		p := reseller(10, "bob")
		p.Suspended = true
		return tx.UpdatePrincipal(p)
	})
	r.ok(r.node.Follow(t.Context()))
	got, owner, _ := r.node.TokenByHash(kept.Hash)
	same(t, "privileges", got.Privileges, hostkeep.Everything())
	same(t, "end", got.Expires, kept.Expires)
	same(t, "change, which a write compares", []int64{got.Change, owner.Change}, []int64{3, 4})
	same(t, "suspended owner", owner.Suspended, true)

	r.revoke(r.there, kept)
	r.ok(r.node.Follow(t.Context()))
	r.knows("revoked elsewhere", kept, false)
	r.knows("untouched", token(21, 1), true)
}

// TestNameSwap: two principals exchange their names between two turns.
func TestNameSwap(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	r.add(r.there, reseller(10, "anna"), reseller(11, "bob"))
	r.ok(r.node.Follow(t.Context()))
	for _, p := range []hostkeep.Principal{reseller(10, "between"), reseller(11, "anna"), reseller(10, "bob")} {
		r.change(r.there, func(tx *sqlstore.Tx) error { return tx.UpdatePrincipal(p) })
	}
	r.ok(r.node.Follow(t.Context()))
	for name, want := range map[string]int64{"anna": 11, "bob": 10} {
		if p, ok := r.node.PrincipalByName(name); !ok || p.ID != want || p.Name != name {
			t.Errorf("%s is %+v, want id %d", name, p, want)
		}
	}
	if _, ok := r.node.PrincipalByName("between"); ok {
		t.Error("the name in between is known")
	}
}

// TestRemoved: a principal goes with its tokens, and its name can be taken at once.
func TestRemoved(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	lost := token(20, 10)
	r.add(r.there, reseller(10, "bob"), lost)
	r.change(r.there, func(tx *sqlstore.Tx) error {
		return tx.InsertAccount(hostkeep.Account{ID: 10, User: "bob", OwnerID: hostkeep.RootID, Domain: "bob.example", Reseller: true, PackageID: 1})
	})
	r.ok(r.node.Follow(t.Context()))
	r.knows("at first", lost, true)
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	r.add(r.there, reseller(11, "bob"))
	r.ok(r.node.Follow(t.Context()))
	r.knows("after removal", lost, false)
	if p, _ := r.node.PrincipalByName("bob"); p.ID != 11 {
		t.Errorf("bob is %+v", p)
	}
}

// TestDiverged: a record that is not the one followed makes the node load all
// again; until that is done it serves nobody.
func TestDiverged(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	stale := token(20, 1)
	r.ok(r.node.Reach(t.Context(), r.add(r.here, stale)))
	r.revoke(r.there, stale)
	r.gate.set(func(call string) error {
		switch call {
		case "Since":
			return sqlstore.ErrDiverged
		case "Load":
			return errDown
		}
		return nil
	}, nil)
	for range 2 { // the store hints only once that something moved
		if err := r.node.Follow(t.Context()); !errors.Is(err, errDown) {
			t.Errorf("Follow answers %v", err)
		}
		r.ready("diverged", false)
	}
	r.gate.fail(sqlstore.ErrDiverged, "Since")
	r.ok(r.node.Follow(t.Context()))
	r.ready("loaded again", true)
	r.knows("loaded again", stale, false)
}

// TestRun: the follower polls, survives failures, and ends with its context.
func TestRun(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	failed, followed := make(chan struct{}), make(chan struct{})
	r.gate.set(func(call string) error {
		if call == "Moved" && r.gate.saw(call) == 3 {
			close(failed)
		}
		return errDown
	}, nil)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.node.Run(ctx, time.Millisecond) }()
	<-failed
	made := token(20, 1)
	r.add(r.there, made)
	r.gate.onceAfter("Since", func() { close(followed) })
	<-followed
	stop()
	<-done
	r.knows("followed", made, true)
}

// TestHosting: what of hosting changed is listed, whoever changed it, as far back
// as the list goes; loading everything begins it anew.
func TestHosting(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	_, last, complete := r.node.Hosting(0)
	same(t, "0 is a place", complete, false)
	changed := func(about string, ids ...int64) {
		t.Helper()
		r.ok(r.node.Follow(t.Context()))
		list, now, complete := r.node.Hosting(last)
		var got []int64
		for _, o := range list {
			got = append(got, o.ID)
		}
		same(t, about, got, ids)
		same(t, about+", complete", complete, true)
		last = now
	}
	changed("nothing happened")
	r.add(r.there, reseller(10, "bob"))
	changed("a principal was added", 10)
	r.add(r.there, token(20, 10))
	changed("a token was added")
	r.add(r.there, token(21, 10), reseller(11, "amy"))
	r.add(r.there, reseller(12, "cat"))
	changed("a token and two principals were added", 11, 12)
	before := last
	r.ok(r.node.Load(t.Context()))
	if _, now, complete := r.node.Hosting(before); complete || now == before {
		t.Error("after loading everything nothing is said to have changed")
	}
	_, last, _ = r.node.Hosting(0)
	for i := range int64(1100) {
		r.add(r.there, reseller(100+i, fmt.Sprintf("r%d", i)))
	}
	r.ok(r.node.Follow(t.Context()))
	if _, _, complete := r.node.Hosting(last); complete {
		t.Error("more than the list holds is said to be all")
	}
	if list, _, complete := r.node.Hosting(last + 1000); !complete || len(list) != 100 {
		t.Errorf("the last 100 are %d, %t", len(list), complete)
	}
}

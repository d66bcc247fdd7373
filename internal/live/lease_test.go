package live_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/live"
)

// lapses checks that the node serves until end, in time since boot, and not at it.
func (r *rig) lapses(about string, end time.Duration) {
	r.Helper()
	now := r.boot.Load()
	defer r.boot.Store(now)
	r.boot.Store(int64(end - 1))
	r.ready(about+", just before the end", true)
	r.boot.Store(int64(end))
	r.ready(about+", at the end", false)
}

func (r *rig) now() time.Duration { return time.Duration(r.boot.Load()) }

func both(t *testing.T, do func(*testing.T, func(*live.Options))) {
	for name, set := range map[string]func(*live.Options){"read": nil, "write": byWrite} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			do(t, set)
		})
	}
}

// TestLeaseFromBefore: whatever a call to the store takes, the lease counts from
// before it.
func TestLeaseFromBefore(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, set func(*live.Options)) {
		r := newRig(t, set)
		slow := func(string) error { r.pass(time.Second); return nil }
		r.gate.set(slow, func(string) { r.pass(time.Second) })
		noted := r.now()
		r.ok(r.node.Load(t.Context()))
		r.lapses("loaded", noted+lease)

		r.pass(lease / 2)
		noted = r.now()
		r.ok(r.node.Follow(t.Context()))
		if r.now() == noted {
			t.Fatal("the turn took no time")
		}
		r.lapses("followed", noted+lease)
	})
}

// TestLeaseFails: no turn that fails renews the lease, and the first one that
// succeeds does.
func TestLeaseFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		set   func(*live.Options)
		calls []string
	}{
		"asking":                  {nil, []string{"Moved"}},
		"reading":                 {nil, []string{"Since"}},
		"asking, by write":        {byWrite, []string{"Moved"}},
		"reading, by write":       {byWrite, []string{"Since"}},
		"writing, by write":       {byWrite, []string{"Beat"}},
		"all but asking by write": {byWrite, []string{"Beat", "Since"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := loaded(t, tt.set)
			noted := r.now()
			r.add(r.there, token(20, 1))
			r.gate.fail(errDown, tt.calls...)
			for range 3 {
				r.pass(lease/3 + time.Second)
				if err := r.node.Follow(t.Context()); !errors.Is(err, errDown) {
					t.Errorf("Follow answers %v", err)
				}
			}
			r.lapses("failing", noted+lease)
			r.ready("failing", false)

			r.gate.heal()
			noted = r.now()
			r.ok(r.node.Follow(t.Context()))
			r.lapses("recovered", noted+lease)
			r.knows("recovered", token(20, 1), true)
		})
	}
}

// TestHintOnce: the store tells only once that something moved. A turn that
// could not read it leaves the reading to the next one; it does not forget it.
func TestHintOnce(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	victim := token(20, 1)
	r.ok(r.node.Reach(t.Context(), r.add(r.here, victim)))
	r.revoke(r.there, victim)
	r.gate.on("Since", func() error { return errDown })
	if err := r.node.Follow(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("Follow answers %v", err)
	}
	r.ok(r.node.Follow(t.Context()))
	r.knows("revoked", victim, false)
}

// TestReadLeaseWithoutWrites: where a read renews the lease, a full disk stops
// neither the lease nor the feed.
func TestReadLeaseWithoutWrites(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.gate.fail(errDown, "Beat")
	r.ok(r.node.Load(t.Context()))
	made := token(20, 1)
	r.add(r.there, made)
	r.pass(lease - 1)
	noted := r.now()
	if err := r.node.Follow(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("Follow answers %v: somebody waits for a position that could not be posted", err)
	}
	r.knows("followed", made, true)
	r.lapses("followed", noted+lease)

	r.gate.heal()
	r.ok(r.node.Follow(t.Context()))
	same(t, "position, once it can be written", r.posted(), r.node.Seq())
}

// TestInterleave commits a revoke at each place within a turn of a node whose
// lease is by write. Once the revoker's wait for that lease is over, the token
// must not be served; and a turn that renewed the lease has applied whatever was
// committed before it began to read. Reading first and then writing fails here.
func TestInterleave(t *testing.T) {
	t.Parallel()
	for _, place := range []struct {
		call   string
		after  bool
		inTurn bool // the turn itself must have applied it
	}{
		{"Beat", false, true},
		{"Beat", true, true},
		{"Moved", false, true},
		{"Moved", true, true},
		{"Since", false, true},
		{"Since", true, false},
	} {
		t.Run(fmt.Sprintf("%s %v", place.call, place.after), func(t *testing.T) {
			t.Parallel()
			r := loaded(t, byWrite)
			victim := token(20, 1)
			r.ok(r.node.Reach(t.Context(), r.add(r.here, victim)))
			r.ok(r.node.Follow(t.Context()))
			r.add(r.there, token(21, 1)) // so that there is something to read in any case
			r.pass(lease / 2)
			old := r.now() + lease/2

			var committed time.Duration
			commit := func() {
				r.pass(time.Millisecond)
				r.revoke(r.there, victim)
				committed = r.now()
				r.pass(time.Millisecond)
			}
			if place.after {
				r.gate.onceAfter(place.call, commit)
			} else {
				r.gate.on(place.call, func() error { commit(); return nil })
			}
			r.ok(r.node.Follow(t.Context()))
			if committed == 0 {
				t.Fatal("the turn never came by the place")
			}
			r.boot.Store(int64(old))
			r.ready("renewed", true)
			r.knows("in the same turn", victim, !place.inTurn)

			r.boot.Store(int64(committed + lease))
			_, _, found := r.node.TokenByHash(victim.Hash)
			if found && r.node.Ready() == nil {
				t.Error("the revoker's wait is over and the token is still served")
			}
		})
	}
}

// TestBeats: by write, a row is written when a third of the lease has passed or
// the position moved, not at every turn.
func TestBeats(t *testing.T) {
	t.Parallel()
	r := loaded(t, byWrite)
	turn := func(about string, want int) {
		t.Helper()
		r.gate.forget()
		r.ok(r.node.Follow(t.Context()))
		same(t, "heartbeats "+about, r.gate.saw("Beat"), want)
	}
	turn("at rest", 0)
	r.pass(lease/3 - 1)
	turn("before a third", 0)
	r.pass(1)
	turn("after a third", 1)
	r.add(r.there, token(20, 1))
	turn("while reading", 0)
	turn("once moved", 1)
	same(t, "position", r.posted(), r.node.Seq())
}

// TestPositions: the embedded store's node writes its row only where another
// process waits for it.
func TestPositions(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	first := r.posted()
	same(t, "position after starting", first, r.node.Seq())

	r.ok(r.node.Reach(t.Context(), r.add(r.here, token(20, 1))))
	r.pass(lease)
	r.ok(r.node.Follow(t.Context()))
	same(t, "position after an own change", r.posted(), first)

	foreign := r.add(r.there, token(21, 1))
	r.ok(r.node.Follow(t.Context()))
	same(t, "position after a foreign change", r.posted(), foreign.Seq)

	// A foreign change may come in with an own one, before any turn saw it.
	foreign = r.add(r.there, token(22, 1))
	own := r.add(r.here, token(23, 1))
	r.ok(r.node.Reach(t.Context(), own))
	r.ok(r.node.Follow(t.Context()))
	same(t, "position after both", r.posted(), own.Seq)

	foreign = r.add(r.there, token(24, 1))
	r.gate.on("Beat", func() error { return errDown })
	if err := r.node.Follow(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("Follow answers %v", err)
	}
	r.ok(r.node.Follow(t.Context()))
	same(t, "position after a heartbeat that failed", r.posted(), foreign.Seq)
}

// TestSilent: a command answers nobody, so nobody must wait for it.
func TestSilent(t *testing.T) {
	t.Parallel()
	r := loaded(t, func(o *live.Options) { o.Silent = true })
	r.add(r.there, token(20, 1))
	r.ok(r.node.Follow(t.Context()))
	r.knows("follows all the same", token(20, 1), true)
	same(t, "position", r.posted(), int64(-1))
}

package live_test

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/live"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// answers is what a follower of zones makes of what it is told: texts by name.
type answers struct {
	t     *testing.T
	mu    sync.Mutex
	byID  map[int64]hostkeep.Zone
	loads int

	begun chan []hostkeep.Zone // of each change; nil unless a test asks
	on    chan struct{}        // each change then waits for one of these
}

func (a *answers) Replace(list []hostkeep.Zone) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.loads++
	clear(a.byID)
	a.put(list)
}

func (a *answers) Change(written []hostkeep.Zone, gone []int64) {
	if a.begun != nil {
		a.begun <- written
		<-a.on
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(written)+len(gone) == 0 {
		a.t.Error("told of nothing")
	}
	for _, id := range gone {
		delete(a.byID, id)
	}
	a.put(written)
}

func (a *answers) put(list []hostkeep.Zone) {
	for _, z := range list {
		a.byID[z.ID] = z
	}
}

func (a *answers) texts() map[string]string {
	a.mu.Lock()
	defer a.mu.Unlock()
	texts := map[string]string{}
	for z := range maps.Values(a.byID) {
		texts[z.Name] = z.Text
	}
	return texts
}

func following(t *testing.T, set func(*live.Options)) (*rig, *answers) {
	a := &answers{t: t, byID: map[int64]hostkeep.Zone{}}
	r := newRig(t, func(o *live.Options) {
		o.Zones = a
		if set != nil {
			set(o)
		}
	})
	r.change(r.here, func(tx *sqlstore.Tx) error { return tx.InsertZone(zone(30, "first.test", "1")) })
	r.ok(r.node.Load(t.Context()))
	return r, a
}

// running runs the node while do is done, without a turn of its own.
func (r *rig) running(do func()) {
	ctx, cancel := context.WithCancel(r.Context())
	var group sync.WaitGroup
	group.Go(func() { r.node.Run(ctx, time.Hour) })
	do()
	cancel()
	group.Wait()
}

// turn is one of the feed, and ends when all is told.
func (r *rig) turn() {
	r.Helper()
	r.ok(r.node.Follow(r.Context()))
	live.TellZones(r.node)
}

func zone(id int64, name, text string) hostkeep.Zone {
	return hostkeep.Zone{ID: id, Name: name, PrincipalID: hostkeep.RootID, Text: text}
}

// TestZones: what this node changed of zones is handed over when Reach answers,
// and what others changed after the next turn.
func TestZones(t *testing.T) {
	t.Parallel()
	r, a := following(t, nil)
	same(t, "loaded", a.texts(), map[string]string{"first.test": "1"})
	r.ok(r.node.Reach(t.Context(), r.change(r.here, func(tx *sqlstore.Tx) error { return tx.InsertZone(zone(31, "second.test", "2")) })))
	same(t, "made", a.texts(), map[string]string{"first.test": "1", "second.test": "2"})
	r.ok(r.node.Reach(t.Context(), r.change(r.here, func(tx *sqlstore.Tx) error { return tx.UpdateZone(zone(31, "second.test", "3")) })))
	same(t, "edited", a.texts(), map[string]string{"first.test": "1", "second.test": "3"})
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.UpdateZone(zone(31, "third.test", "4")) })
	r.turn()
	same(t, "renamed elsewhere", a.texts(), map[string]string{"first.test": "1", "third.test": "4"})
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.DeleteZone(zone(30, "first.test", "")) })
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.InsertZone(zone(32, "first.test", "5")) })
	r.turn()
	same(t, "another in its place", a.texts(), map[string]string{"first.test": "5", "third.test": "4"})

	r.add(r.there, reseller(10, "bob")) // no zone: Change would complain
	r.turn()
	same(t, "times that all was given", a.loads, 1)
}

// TestZonesAside: while a zone takes long to be told, what is no zone's is in force,
// and the lease goes on; the position stays before the zone's change, and an answer
// about a zone comes after it was told.
func TestZonesAside(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, set func(*live.Options)) {
		r, a := following(t, set)
		r.ok(r.node.Follow(t.Context()))
		a.begun, a.on = make(chan []hostkeep.Zone), make(chan struct{})
		write := func(id int64, name, text string) (hostkeep.Cursor, chan string) {
			at := r.change(r.here, func(tx *sqlstore.Tx) error { return tx.InsertZone(zone(id, name, text)) })
			told := make(chan string, 1)
			go func() {
				if err := r.node.Reach(context.WithoutCancel(t.Context()), at); err != nil {
					t.Error(err)
				}
				told <- a.texts()[name]
			}()
			return at, told
		}
		r.running(func() {
			huge, hugeTold := write(31, "huge.test", "huge")
			same(t, "being told", (<-a.begun)[0].Name, "huge.test")
			r.ok(r.node.Reach(t.Context(), r.add(r.here, reseller(10, "bob"))))
			if _, ok := r.node.PrincipalByName("bob"); !ok {
				t.Error("bob is not in memory")
			}
			_, smallTold := write(32, "small.test", "small")
			r.add(r.there, reseller(11, "carol"))
			for range 3 { // longer than the lease together
				r.pass(lease / 2)
				r.ok(r.node.Follow(t.Context()))
				r.ok(r.node.Ready())
			}
			same(t, "position", r.posted(), huge.Seq-1)
			a.on <- struct{}{}
			same(t, "answered", <-hugeTold, "huge")
			same(t, "then told", (<-a.begun)[0].Name, "small.test")
			a.on <- struct{}{}
			same(t, "answered", <-smallTold, "small")

			last := r.change(r.there, func(tx *sqlstore.Tx) error { return tx.DeleteZone(zone(31, "huge.test", "")) })
			r.ok(r.node.Follow(t.Context()))
			same(t, "told of another's change", len(<-a.begun), 0)
			a.on <- struct{}{}
			live.TellZones(r.node)
			r.ok(r.node.Follow(t.Context()))
			same(t, "position", r.posted(), last.Seq)
		})
	})
}

// TestZonesAnew: after a restore all zones are given again, and no other stays.
func TestZonesAnew(t *testing.T) {
	t.Parallel()
	r, a := following(t, nil)
	r.gate.on("Since", func() error { return sqlstore.ErrDiverged })
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.UpdateZone(zone(30, "other.test", "2")) })
	r.ok(r.node.Follow(t.Context()))
	same(t, "given", a.texts(), map[string]string{"other.test": "2"})
	same(t, "times that all was given", a.loads, 2)

	// What still waits to be told was before that, and is not told after it.
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.UpdateZone(zone(30, "other.test", "3")) })
	r.ok(r.node.Follow(t.Context()))
	r.gate.on("Since", func() error { return sqlstore.ErrDiverged })
	last := r.change(r.there, func(tx *sqlstore.Tx) error { return tx.UpdateZone(zone(30, "other.test", "4")) })
	r.ok(r.node.Follow(t.Context()))
	same(t, "position", r.posted(), last.Seq)
	r.turn()
	same(t, "given", a.texts(), map[string]string{"other.test": "4"})
	same(t, "times that all was given", a.loads, 3)
}

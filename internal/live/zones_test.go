package live_test

import (
	"maps"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/live"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// answers is what a follower of zones makes of what it is told: texts by name.
type answers struct {
	t     *testing.T
	byID  map[int64]hostkeep.Zone
	loads int
}

func (a *answers) Replace(list []hostkeep.Zone) {
	a.loads++
	clear(a.byID)
	a.put(list)
}

func (a *answers) Change(written []hostkeep.Zone, gone []int64) {
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
	texts := map[string]string{}
	for z := range maps.Values(a.byID) {
		texts[z.Name] = z.Text
	}
	return texts
}

func following(t *testing.T) (*rig, *answers) {
	a := &answers{t: t, byID: map[int64]hostkeep.Zone{}}
	r := newRig(t, func(o *live.Options) { o.Zones = a })
	r.change(r.here, func(tx *sqlstore.Tx) error { return tx.InsertZone(zone(30, "first.test", "1")) })
	r.ok(r.node.Load(t.Context()))
	return r, a
}

func zone(id int64, name, text string) hostkeep.Zone {
	return hostkeep.Zone{ID: id, Name: name, PrincipalID: hostkeep.RootID, Text: text}
}

// TestZones: what this node changed of zones is handed over when Reach answers,
// and what others changed with the next turn.
func TestZones(t *testing.T) {
	t.Parallel()
	r, a := following(t)
	same(t, "loaded", a.texts(), map[string]string{"first.test": "1"})
	r.ok(r.node.Reach(t.Context(), r.change(r.here, func(tx *sqlstore.Tx) error { return tx.InsertZone(zone(31, "second.test", "2")) })))
	same(t, "made", a.texts(), map[string]string{"first.test": "1", "second.test": "2"})
	r.ok(r.node.Reach(t.Context(), r.change(r.here, func(tx *sqlstore.Tx) error { return tx.UpdateZone(zone(31, "second.test", "3")) })))
	same(t, "edited", a.texts(), map[string]string{"first.test": "1", "second.test": "3"})
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.UpdateZone(zone(31, "third.test", "4")) })
	r.ok(r.node.Follow(t.Context()))
	same(t, "renamed elsewhere", a.texts(), map[string]string{"first.test": "1", "third.test": "4"})
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.DeleteZone(zone(30, "first.test", "")) })
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.InsertZone(zone(32, "first.test", "5")) })
	r.ok(r.node.Follow(t.Context()))
	same(t, "another in its place", a.texts(), map[string]string{"first.test": "5", "third.test": "4"})

	r.add(r.there, reseller(10, "bob")) // no zone: Change would complain
	r.ok(r.node.Follow(t.Context()))
	same(t, "times that all was given", a.loads, 1)
}

// TestZonesAnew: after a restore all zones are given again, and no other stays.
func TestZonesAnew(t *testing.T) {
	t.Parallel()
	r, a := following(t)
	r.gate.on("Since", func() error { return sqlstore.ErrDiverged })
	r.change(r.there, func(tx *sqlstore.Tx) error { return tx.UpdateZone(zone(30, "other.test", "2")) })
	r.ok(r.node.Follow(t.Context()))
	same(t, "given", a.texts(), map[string]string{"other.test": "2"})
	same(t, "times that all was given", a.loads, 2)
}

package storetest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func (s *suite) since(at hostkeep.Cursor) hostkeep.Delta {
	s.Helper()
	d, err := s.store.Since(s.Context(), at, true)
	s.ok(err)
	return d
}

func testFeed(s *suite) {
	first := s.head()
	s.equal("nothing yet", s.since(first).At, first)
	t := token(20, 1, "t")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertPrincipal(principal(10, "bob"), ""), tx.InsertToken(t))
	})
	middle := s.head()
	s.do(func(tx *sqlstore.Tx) error { return tx.UpdateToken(t) })
	t.Change = 3
	d := s.since(first)
	s.equal("place", d.At, s.head())
	s.equal("events", []int64{d.Events[0].Seq, d.Events[1].Seq}, []int64{2, 3})
	s.equal("tokens, each once", d.Tokens, []hostkeep.Token{t})
	s.equal("principals", len(d.Principals), 1)
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteToken(t) })
	d = s.since(middle)
	s.equal("gone", d.Gone, []hostkeep.Object{{Kind: "token", ID: 20, Ref: hex.EncodeToString(t.Hash[:16]), Name: "t"}})
	s.equal("not gone", len(d.Tokens)+len(d.Principals), 0)
	s.equal("from the very start", len(s.since(hostkeep.Cursor{Gen: 1}).Events), 4)
}

func testDiverged(s *suite) {
	for _, name := range []string{"a", "b", "c"} {
		s.do(func(tx *sqlstore.Tx) error { return tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: name}) })
	}
	at := s.head()
	rows, err := s.store.Events(s.Context(), 2, 1)
	s.ok(err)
	inside := hostkeep.Cursor{Gen: 1, Seq: 3, Hash: [32]byte(rows[0].Hash)}
	s.equal("from inside", len(s.since(inside).Events), 1)
	for name, bad := range map[string]hostkeep.Cursor{
		"ahead":              {Gen: 1, Seq: at.Seq + 1, Hash: at.Hash},
		"another generation": {Gen: 2, Seq: at.Seq, Hash: at.Hash},
		"another hash":       {Gen: 1, Seq: at.Seq, Hash: [32]byte{1}},
		"another row's hash": {Gen: 1, Seq: 2, Hash: inside.Hash},
		"no hash":            {Gen: 1, Seq: 3},
		"no place":           {},
	} {
		if _, err := s.store.Since(s.Context(), bad, true); !errors.Is(err, sqlstore.ErrDiverged) {
			s.Fatalf("%s: %v", name, err)
		}
	}
	for _, way := range []struct{ do, undo string }{
		{"UPDATE record SET seq = 99 WHERE seq = 4", "UPDATE record SET seq = 4 WHERE seq = 99"}, // the last row
		{"UPDATE record SET seq = 99 WHERE seq = 3", "UPDATE record SET seq = 3 WHERE seq = 99"}, // the cursor's own
		{"UPDATE head SET gen = 2", "UPDATE head SET gen = 1"},
		{"UPDATE record SET prev = hash WHERE seq = 4", "UPDATE record SET prev = (SELECT hash FROM record WHERE seq = 3) WHERE seq = 4"},
		{"UPDATE head SET seq = 3", "UPDATE head SET seq = 4"},
	} {
		s.behind(way.do)
		_, err := s.store.Since(s.Context(), inside, true)
		s.is(err, sqlstore.ErrDiverged)
		s.behind(way.undo)
	}
	s.equal("put right", len(s.since(inside).Events), 1)
}

// memory is what a node makes of a snapshot and the deltas after it.
type memory struct {
	at         hostkeep.Cursor
	principals map[int64]hostkeep.Principal
	tokens     map[int64]hostkeep.Token
	zones      map[int64]hostkeep.Zone
	guard      hostkeep.Guard
}

func (s *suite) load() *memory {
	s.Helper()
	snap, err := s.store.Load(s.Context(), true)
	s.ok(err)
	m := &memory{snap.At, map[int64]hostkeep.Principal{}, map[int64]hostkeep.Token{}, map[int64]hostkeep.Zone{}, snap.Guard}
	m.put(snap.Principals, snap.Tokens, snap.Zones)
	return m
}

func (m *memory) put(principals []hostkeep.Principal, tokens []hostkeep.Token, zones []hostkeep.Zone) {
	for _, p := range principals {
		m.principals[p.ID] = p
	}
	for _, t := range tokens {
		m.tokens[t.ID] = t
	}
	for _, z := range zones {
		m.zones[z.ID] = z
	}
}

// apply finds what is gone as a node does: a token by its reference.
func (m *memory) apply(d hostkeep.Delta) {
	m.at = d.At
	m.put(d.Principals, d.Tokens, d.Zones)
	if d.Guard != nil {
		m.guard = *d.Guard
	}
	for _, o := range d.Gone {
		switch o.Kind {
		case hostkeep.KindPrincipal:
			delete(m.principals, o.ID)
		case hostkeep.KindZone:
			delete(m.zones, o.ID)
		case hostkeep.KindToken:
			maps.DeleteFunc(m.tokens, func(_ int64, t hostkeep.Token) bool { return hex.EncodeToString(t.Hash[:16]) == o.Ref })
		}
	}
}

// testFeedAgrees: a snapshot with any deltas applied is a fresh snapshot.
func testFeedAgrees(s *suite) {
	rapid.Check(s.T, func(t *rapid.T) {
		m := s.load()
		for range rapid.IntRange(1, 4).Draw(t, "deltas") {
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				s.do(func(tx *sqlstore.Tx) error { return randomChange(t, tx) })
			}
			m.apply(s.since(m.at))
		}
		s.equal("memory", m, s.load())
	})
}

func randomChange(t *rapid.T, tx *sqlstore.Tx) error {
	for range rapid.IntRange(1, 3).Draw(t, "writes") {
		if err := randomWrite(t, tx); err != nil {
			return err
		}
	}
	return nil
}

func randomWrite(t *rapid.T, tx *sqlstore.Tx) error {
	accounts, err := tx.Accounts(0)
	if err != nil {
		return err
	}
	owner := int64(hostkeep.RootID)
	if len(accounts) > 0 && rapid.Bool().Draw(t, "not root's") {
		owner = rapid.SampledFrom(accounts).Draw(t, "account").ID
	}
	tokens, err := tx.Tokens(owner)
	if err != nil {
		return err
	}
	id := tx.NewID()
	switch what := rapid.IntRange(0, 10).Draw(t, "what"); {
	case what == 0 || what == 1:
		p := reseller(id, fmt.Sprint("u", id))
		p.OwnerID = owner
		return errors.Join(tx.InsertPrincipal(p, ""), tx.InsertAccount(account(p, "")))
	case what == 2 && owner != hostkeep.RootID:
		return tx.DeleteAccount(owner)
	case what == 3 && owner != hostkeep.RootID:
		p, err := tx.PrincipalByID(owner)
		p.Suspended = !p.Suspended
		return errors.Join(err, tx.UpdatePrincipal(p))
	case what == 4:
		return tx.SetPasswordHash(owner, "x")
	case what == 5 && len(tokens) > 0:
		k := rapid.SampledFrom(tokens).Draw(t, "token")
		k.Name = fmt.Sprint("renamed", id)
		return tx.UpdateToken(k)
	case what == 6 && len(tokens) > 0:
		return tx.DeleteToken(rapid.SampledFrom(tokens).Draw(t, "token"))
	case what == 9:
		return tx.InsertZone(zone(id, owner, fmt.Sprintf("z%d.test", id)))
	case what == 10:
		return randomZoneWrite(t, tx)
	case what == 8:
		return errors.Join(tx.SetGuardSetting("max_failures", id), tx.InsertGuardEntry(hostkeep.GuardEntry{ID: id, List: fmt.Sprint(id), Span: span("192.0.2.1")}))
	}
	return tx.InsertToken(token(id, owner, fmt.Sprint("t", id)))
}

// randomZoneWrite renames a zone or takes it away.
func randomZoneWrite(t *rapid.T, tx *sqlstore.Tx) error {
	zones, err := tx.Zones(0)
	if err != nil || len(zones) == 0 {
		return err
	}
	z := rapid.SampledFrom(zones).Draw(t, "zone")
	if rapid.Bool().Draw(t, "gone") {
		return tx.DeleteZone(z)
	}
	z.Name, z.Serial = fmt.Sprintf("z%d.test", tx.NewID()), z.Serial+1
	return tx.UpdateZone(z)
}

func testMoved(s *suite) {
	other := s.open("n2")
	_, err := s.store.Moved(s.Context())
	s.ok(err)
	for _, writer := range []*sqlstore.Store{other, s.store} {
		_, err := writer.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error {
			return tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: fmt.Sprint(tx.NewID())})
		})
		s.ok(err)
		moved, err := s.store.Moved(s.Context())
		s.ok(err)
		s.equal("moved", moved, true)
	}
}

func testNodes(s *suite) {
	ctx := s.Context()
	before := s.head()
	rows := []hostkeep.NodeRow{
		{Incarnation: "a", Name: "one", Seq: 3, Lease: 30 * time.Second},
		{Incarnation: "b", Name: "two", Lease: 2*time.Second + time.Microsecond},
		{Incarnation: "c", Name: "one"},
	}
	for _, i := range []int{2, 0, 1} {
		s.ok(s.store.Beat(ctx, rows[i]))
	}
	is := func(want ...hostkeep.NodeRow) {
		s.Helper()
		got, err := s.store.Nodes(ctx)
		s.ok(err)
		s.equal("nodes", got, want)
	}
	is(rows...)
	rows[1] = hostkeep.NodeRow{Incarnation: "b", Name: "new", Seq: 9, Lease: time.Minute}
	s.ok(s.store.Beat(ctx, rows[1]))
	is(rows...)
	s.ok(s.store.Forget(ctx, "a"))
	s.ok(s.store.Forget(ctx, "a"))
	is(rows[1:]...)
	s.ok(s.store.ForgetOthers(ctx, "c"))
	is(slices.Clone(rows[2:])...)
	s.equal("the record knows nothing of it", s.head(), before)
}

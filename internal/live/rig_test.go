package live_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/live"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const lease = 30 * time.Second

// rig is a node on a real store, another process on the same store, and a clock
// since boot that stands still unless the test moves it.
type rig struct {
	*testing.T
	node  *live.Node
	here  *sqlstore.Store // the node's own process
	there *sqlstore.Store // another process
	gate  *gate
	boot  atomic.Int64
}

// newRig makes a rig whose node has not loaded yet. set may be nil.
func newRig(t *testing.T, set func(*live.Options)) *rig {
	t.Helper()
	r := &rig{T: t}
	r.pass(time.Hour) // the machine started long ago
	database := "sqlite:" + filepath.Join(t.TempDir(), "hostkeep.db")
	r.here, r.there = r.open(database, "here"), r.open(database, "there")
	r.ok(r.here.Bootstrap(t.Context(), system(), sqlstore.Bootstrap{KeyCheck: "check"}))
	r.gate = &gate{Store: r.here}
	o := live.Options{
		Store: r.gate, Incarnation: "here", Name: "first", Lease: lease, Log: slog.New(slog.DiscardHandler),
		Diverged: func(err error) bool { return errors.Is(err, sqlstore.ErrDiverged) },
		Boot:     func() time.Duration { return time.Duration(r.boot.Load()) },
	}
	if set != nil {
		set(&o)
	}
	r.node = live.New(o)
	return r
}

// loaded is newRig with a node that has loaded and followed once.
func loaded(t *testing.T, set func(*live.Options)) *rig {
	t.Helper()
	r := newRig(t, set)
	r.ok(r.node.Load(t.Context()))
	r.ok(r.node.Follow(t.Context()))
	r.gate.forget()
	return r
}

func byWrite(o *live.Options) { o.LeaseByWrite = true }

func (r *rig) open(database, node string) *sqlstore.Store {
	r.Helper()
	s, err := sqlstore.Open(r.Context(), sqlstore.Options{
		Database: database, Node: node, Create: true,
		Now:  func() time.Time { return time.Unix(1_800_000_000, 0) },
		Seal: func(e *hostkeep.Event) { h := sha256.Sum256(fmt.Append(e.Prev, e.Seq)); e.Hash, e.MAC = h[:], h[:] },
	})
	r.ok(err)
	r.Cleanup(func() { r.ok(s.Close()) })
	return s
}

func system() hostkeep.Change {
	root := hostkeep.Principal{ID: hostkeep.RootID, Name: hostkeep.RootName, Privileges: hostkeep.Everything()}
	return hostkeep.Change{Function: "test", Args: "{}", Caller: hostkeep.Caller{User: root, Via: hostkeep.ViaSystem, Rights: hostkeep.Everything()}}
}

// change commits in one of the two processes and answers the change's place.
func (r *rig) change(s *sqlstore.Store, do func(*sqlstore.Tx) error) hostkeep.Cursor {
	r.Helper()
	at, err := s.Change(context.WithoutCancel(r.Context()), system(), do)
	r.ok(err)
	return at
}

// add commits principals and tokens.
func (r *rig) add(s *sqlstore.Store, things ...any) hostkeep.Cursor {
	r.Helper()
	return r.change(s, func(tx *sqlstore.Tx) error {
		var errs []error
		for _, thing := range things {
			switch x := thing.(type) {
			case hostkeep.Principal:
				errs = append(errs, tx.InsertPrincipal(x, ""))
			case hostkeep.Token:
				errs = append(errs, tx.InsertToken(x))
			}
		}
		return errors.Join(errs...)
	})
}

func (r *rig) revoke(s *sqlstore.Store, t hostkeep.Token) hostkeep.Cursor {
	r.Helper()
	return r.change(s, func(tx *sqlstore.Tx) error { return tx.DeleteToken(t) })
}

func (r *rig) pass(d time.Duration) { r.boot.Add(int64(d)) }

func (r *rig) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// ready checks whether the node serves.
func (r *rig) ready(about string, want bool) {
	r.Helper()
	if err := r.node.Ready(); (err == nil) != want {
		r.Errorf("%s: Ready says %v, want ready: %v", about, err, want)
	}
}

// knows checks whether the node finds the token.
func (r *rig) knows(about string, t hostkeep.Token, want bool) {
	r.Helper()
	if _, _, ok := r.node.TokenByHash(t.Hash); ok != want {
		r.Errorf("%s: the token is found: %v, want %v", about, ok, want)
	}
}

// posted reads the position in the node's row, -1 when it has none.
func (r *rig) posted() int64 {
	r.Helper()
	rows, err := r.there.Nodes(r.Context())
	r.ok(err)
	for _, row := range rows {
		if row.Incarnation == "here" {
			return row.Seq
		}
	}
	return -1
}

// token is a token of an owner with a hash of its own.
func token(id, owner int64) hostkeep.Token {
	return hostkeep.Token{
		ID: id, OwnerID: owner, Name: fmt.Sprint("t", id), Hash: sha256.Sum256(fmt.Append(nil, id)), KeyID: "k",
		Privileges: hostkeep.InitialPrivileges(), Created: time.Unix(1_700_000_000, 0).UTC(),
	}
}

func reseller(id int64, name string) hostkeep.Principal {
	return hostkeep.Principal{ID: id, Name: name, OwnerID: hostkeep.RootID, Reseller: true, Privileges: hostkeep.InitialPrivileges()}
}

// gate stands between the node and its store. It notes each call, and a test can
// do something, or fail the call, before or after it.
type gate struct {
	live.Store
	mu     sync.Mutex
	calls  []string
	before func(call string) error
	after  func(call string)
}

// on runs do the first time that the node calls call: before it, so that its
// error fails the call.
func (g *gate) on(call string, do func() error) {
	g.set(func(c string) error {
		if c != call {
			return nil
		}
		g.set(nil, nil)
		return do()
	}, nil)
}

// onceAfter runs do when the node's next call has been answered.
func (g *gate) onceAfter(call string, do func()) {
	g.set(nil, func(c string) {
		if c == call {
			g.set(nil, nil)
			do()
		}
	})
}

// fail fails calls with err until the test says otherwise.
func (g *gate) fail(err error, calls ...string) {
	g.set(func(c string) error {
		if slices.Contains(calls, c) {
			return err
		}
		return nil
	}, nil)
}

func (g *gate) heal() { g.set(nil, nil) }

func (g *gate) set(before func(string) error, after func(string)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before, g.after = before, after
}

func (g *gate) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = nil
}

// saw counts the calls of one sort since forget.
func (g *gate) saw(call string) (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.calls {
		if c == call {
			n++
		}
	}
	return n
}

func pass[T any](g *gate, call string, do func() (T, error)) (v T, err error) {
	g.mu.Lock()
	g.calls = append(g.calls, call)
	before := g.before
	g.mu.Unlock()
	if before != nil {
		if err := before(call); err != nil {
			return v, err
		}
	}
	v, err = do()
	g.mu.Lock()
	after := g.after
	g.mu.Unlock()
	if after != nil {
		after(call)
	}
	return v, err
}

func (g *gate) Load(ctx context.Context, zones bool) (hostkeep.Snapshot, error) {
	return pass(g, "Load", func() (hostkeep.Snapshot, error) { return g.Store.Load(ctx, zones) })
}

func (g *gate) Since(ctx context.Context, at hostkeep.Cursor, zones bool) (hostkeep.Delta, error) {
	return pass(g, "Since", func() (hostkeep.Delta, error) { return g.Store.Since(ctx, at, zones) })
}

func (g *gate) Moved(ctx context.Context) (bool, error) {
	return pass(g, "Moved", func() (bool, error) { return g.Store.Moved(ctx) })
}

func (g *gate) Beat(ctx context.Context, row hostkeep.NodeRow) error {
	_, err := pass(g, "Beat", func() (struct{}, error) { return struct{}{}, g.Store.Beat(ctx, row) })
	return err
}

func (g *gate) Nodes(ctx context.Context) ([]hostkeep.NodeRow, error) {
	return pass(g, "Nodes", func() ([]hostkeep.NodeRow, error) { return g.Store.Nodes(ctx) })
}

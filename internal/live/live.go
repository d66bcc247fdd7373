// Package live is what a node keeps in memory to answer who is calling and what
// they may do: tokens, principals, privileges. It follows the store's change
// feed under a lease; a node that can no longer follow refuses everything. It
// refuses to know SQL, HTTP, headers and secrets: it sees keyed hashes only.
package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hostkeep/hostkeep"
)

// Store is what a node follows.
type Store interface {
	Load(ctx context.Context, zones bool) (hostkeep.Snapshot, error)
	Since(ctx context.Context, at hostkeep.Cursor, zones bool) (hostkeep.Delta, error)
	Moved(context.Context) (bool, error)
	Beat(context.Context, hostkeep.NodeRow) error
	Nodes(context.Context) ([]hostkeep.NodeRow, error)
}

// Guard is told what is stored of it, before the change that did so is answered.
type Guard interface {
	Follow(hostkeep.Guard)
	// Forget forgets the failed sign-ins of some addresses; nil is all.
	Forget(*hostkeep.Span)
}

// Options is what a node is made of.
type Options struct {
	Store       Store
	Incarnation string // random, new at each start
	Name        string
	Lease       time.Duration
	// LeaseByWrite: the lease is renewed only by a heartbeat that was written.
	// So it must be where the store is elsewhere: a fenced old primary still
	// answers reads. The embedded store is one file on this machine, where a
	// read is proof enough, and a full disk must not stop the server.
	LeaseByWrite bool
	// Diverged reports whether an error of Since means that the feed is not the
	// one that was followed (a restore, a rewritten table).
	Diverged func(error) bool
	// Silent: this process answers nobody (a command), so it posts no position.
	Silent bool
	// Guard follows what is stored of the guard against guessed passwords; may be nil.
	Guard Guard
	// Zones follows the zones; nil where nobody asks this process for them, which
	// then does not read their texts.
	Zones Zones
	// Boot tells the time since boot, suspension included; nil: the kernel's.
	Boot func() time.Duration
	Log  *slog.Logger
}

// Node is one process's memory.
type Node struct {
	Options
	until atomic.Int64 // the lease's end, in nanoseconds since boot
	zones *zoneLine

	mu     sync.RWMutex // guards mem, hosts, recent
	mem    memory
	hosts  int64             // how much of hosting was changed, see Hosting
	recent []hostkeep.Object // the latest of it

	step    sync.Mutex // one follower at a time; guards what is below
	at      hostkeep.Cursor
	posted  int64
	beat    time.Duration
	owed    bool // the store has, or may have, what memory lacks: Moved tells it only once
	awaited bool // memory holds others' changes, and they may be waiting for our position
}

// New makes a node that has loaded nothing and is not ready.
func New(o Options) *Node {
	if o.Boot == nil {
		o.Boot = sinceBoot
	}
	return &Node{Options: o, zones: newZoneLine(o.Zones), mem: newMemory(hostkeep.Snapshot{})}
}

// sinceBoot reads CLOCK_BOOTTIME, which goes on while the machine is suspended:
// a lease must not outlive a sleep.
func sinceBoot() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 1<<63 - 1 // no clock, no lease
	}
	return time.Duration(ts.Nano())
}

var (
	errLapsed = errors.New("the node's lease on the store has run out")
	errBehind = errors.New("the change was saved, but this node could not follow it")
	// errElsewhere: reads are answered by a server that is not the one that writes.
	errElsewhere = errors.New("the record as this node reads it lacks the node's own change")
)

// Ready is nil while the node's lease lasts, else why nobody can be judged.
func (n *Node) Ready() error {
	if int64(n.Boot()) >= n.until.Load() {
		return errLapsed
	}
	return nil
}

// Seq is the number of the last change that memory holds.
func (n *Node) Seq() int64 {
	n.step.Lock()
	defer n.step.Unlock()
	return n.at.Seq
}

// recentMost is how many of the latest changes of hosting a node tells apart.
const recentMost = 1024

// Hosting lists what of accounts, their owners and packages was changed, as far as
// this node has followed, since a place in the list, and the place that it has
// come to. complete is false where the list does not go back so far, or where
// everything was loaded since; 0 is no place.
func (n *Node) Hosting(since int64) (changed []hostkeep.Object, now int64, complete bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	missing := n.hosts - since
	if since == 0 || missing > int64(len(n.recent)) {
		return nil, n.hosts, false
	}
	return slices.Clone(n.recent[int64(len(n.recent))-missing:]), n.hosts, true
}

// note keeps what the events say of hosting. n.mu is held.
func (n *Node) note(events []hostkeep.Event) {
	for _, e := range events {
		for _, o := range e.Objects {
			if o.Kind == hostkeep.KindAccount || o.Kind == hostkeep.KindPrincipal || o.Kind == hostkeep.KindPackage {
				n.hosts++
				n.recent = append(n.recent, o)
			}
		}
	}
	if over := len(n.recent) - recentMost; over > 0 {
		n.recent = slices.Delete(n.recent, 0, over)
	}
}

// Load fills the memory from the store and starts the lease.
func (n *Node) Load(ctx context.Context) error {
	n.step.Lock()
	defer n.step.Unlock()
	return n.load(ctx)
}

// load shows the node's row before it reads: who commits after the reading
// finds the row and waits for the node. Its position follows with the next turn.
func (n *Node) load(ctx context.Context) error {
	noted := n.Boot()
	n.owed, n.posted = true, 0
	if err := n.post(ctx, 0); err != nil && n.LeaseByWrite {
		return err
	}
	s, err := n.Store.Load(ctx, n.Zones != nil)
	if err != nil {
		return fmt.Errorf("loading the node's memory: %w", err)
	}
	n.mu.Lock()
	n.mem = newMemory(s)
	n.hosts, n.recent = n.hosts+1, nil
	n.mu.Unlock()
	n.follow(&s.Guard, nil)
	n.zones.replace(s.Zones)
	n.at, n.owed, n.awaited = s.At, false, true
	n.until.Store(int64(noted + n.Lease))
	return nil
}

// post writes the node's row: its position, and that it lives.
func (n *Node) post(ctx context.Context, seq int64) error {
	if n.Silent {
		return nil
	}
	noted := n.Boot() // before the write: the lease counts from here
	row := hostkeep.NodeRow{Incarnation: n.Incarnation, Name: n.Name, Seq: seq, Lease: n.Lease}
	if err := n.Store.Beat(ctx, row); err != nil {
		return fmt.Errorf("writing the node's heartbeat: %w", err)
	}
	n.posted, n.beat, n.awaited = seq, noted, seq < n.at.Seq
	return nil
}

// inForce is the number of the last change that this node has in force, together
// with all before it.
func (n *Node) inForce() int64 { return n.zones.told(n.at.Seq) }

// Reach makes sure that memory holds the change at a cursor, and that its zones were
// told: the last step of this node's own changes, before they are answered. When it
// fails the node stops serving until it follows again.
func (n *Node) Reach(ctx context.Context, c hostkeep.Cursor) error {
	if err := n.reach(ctx, c); err != nil {
		return err
	}
	n.zones.tell(c.Seq)
	return nil
}

func (n *Node) reach(ctx context.Context, c hostkeep.Cursor) error {
	n.step.Lock()
	defer n.step.Unlock()
	if n.holds(c) {
		return nil
	}
	err := n.apply(ctx)
	if err == nil && !n.holds(c) {
		err = errElsewhere
	}
	if err != nil {
		n.owed = true
		n.until.Store(0)
		n.Log.Error("a change was saved that this node cannot follow; it refuses every call until it can", "err", err)
		return errors.Join(hostkeep.ErrOutcomeUnknown, errBehind)
	}
	return nil
}

// holds reports whether memory holds the change at c.
func (n *Node) holds(c hostkeep.Cursor) bool { return n.at.Gen == c.Gen && n.at.Seq >= c.Seq }

// apply reads the feed from the cursor on and applies it. It notes when somebody
// else's change was among it, who may be waiting for us.
func (n *Node) apply(ctx context.Context) error {
	n.owed = true
	d, err := n.Store.Since(ctx, n.at, n.Zones != nil)
	switch {
	case err != nil && n.Diverged != nil && n.Diverged(err):
		n.until.Store(0)
		n.Log.Error("the record is not the one that was followed; loading everything again", "err", err)
		return n.load(ctx)
	case err != nil:
		return fmt.Errorf("following the record: %w", err)
	}
	n.mu.Lock()
	n.mem.apply(d)
	n.note(d.Events)
	n.mu.Unlock()
	n.follow(d.Guard, d.Events)
	n.zones.add(d)
	n.at, n.owed = d.At, false
	for _, e := range d.Events {
		n.awaited = n.awaited || e.Node != n.Incarnation
	}
	return nil
}

// follow hands over what concerns the guard.
func (n *Node) follow(g *hostkeep.Guard, events []hostkeep.Event) {
	if n.Guard == nil {
		return
	}
	if g != nil {
		n.Guard.Follow(*g)
	}
	for _, e := range events {
		for _, o := range e.Objects {
			if o.Kind != hostkeep.KindLogins {
				continue
			}
			if o.Name == "" {
				n.Guard.Forget(nil)
			} else if span, err := hostkeep.ParseSpan(o.Name); err == nil { // we wrote it
				n.Guard.Forget(&span)
			}
		}
	}
}

// Follow is one turn of the feed: heartbeat when due, then the feed, then the
// lease, counted from before the heartbeat.
func (n *Node) Follow(ctx context.Context) error {
	n.step.Lock()
	defer n.step.Unlock()
	noted := n.Boot()
	if position := n.inForce(); n.LeaseByWrite && (noted-n.beat >= n.Lease/3 || n.posted < position) {
		if err := n.post(ctx, position); err != nil {
			return err
		}
	}
	moved, err := n.Store.Moved(ctx)
	if err != nil {
		return fmt.Errorf("asking the store for changes: %w", err)
	}
	if moved || n.owed {
		if err := n.apply(ctx); err != nil {
			return err
		}
	}
	if !n.LeaseByWrite {
		n.until.Store(int64(noted + n.Lease))
		if position := n.inForce(); n.awaited && n.posted < position {
			return n.post(ctx, position)
		}
	} else if noted-n.beat < n.Lease {
		n.until.Store(int64(n.beat + n.Lease))
	}
	return nil
}

// Run follows until ctx ends, polling at every tick.
func (n *Node) Run(ctx context.Context, every time.Duration) {
	var zones sync.WaitGroup
	zones.Go(func() { n.zones.run(ctx) })
	defer zones.Wait()
	tick := time.NewTicker(every)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := n.Follow(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			n.Log.Error("this node cannot follow the store", "err", err, "lease", n.Lease)
		}
		failing = err != nil
	}
}

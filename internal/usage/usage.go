// Package usage counts the uses of tokens in memory and hands what changed to the
// store every few seconds: no request waits for it, and none writes. It refuses to
// know SQL, HTTP, secrets, and what a use or a refusal means.
package usage

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/hostkeep/hostkeep"
)

// Store keeps what was counted.
type Store interface {
	// AddUses adds a batch, all or nothing. A batch that the store has already
	// (its answer may have been lost) is left as it is.
	AddUses(context.Context, hostkeep.UseBatch) error
	// PruneUses forgets the days before one.
	PruneUses(ctx context.Context, before int64) error
}

// Options is what a Recorder is made of.
type Options struct {
	Store Store
	Node  string // incarnation, new at each start
	Now   hostkeep.Clock
	Log   *slog.Logger
}

// Use is one call that was let through.
type Use struct {
	At       time.Time
	Addr     netip.Addr
	Function string // a declared name, or "" for one that does not exist
	Agent    string // as the client sent it
}

// Reason is why a call was refused: a word of a fixed vocabulary, and the
// privilege that would have opened it, if that is why.
type Reason struct {
	Word    string
	Missing hostkeep.Privilege
}

func (r Reason) String() string {
	if r.Missing != "" {
		return r.Word + " " + string(r.Missing)
	}
	return r.Word
}

// shards is how many locks share the tokens: calls of different tokens rarely meet.
const shards = 64

// Recorder counts. Its methods may be called by any number of goroutines.
type Recorder struct {
	Options
	shard [shards]shard

	flushing sync.Mutex // guards what is below
	queue    []hostkeep.UseBatch
	number   int64
	pruned   int64 // the day on which it was done last
}

type shard struct {
	mu     sync.Mutex
	tokens map[int64]*entry
}

// New makes a Recorder that has counted nothing.
func New(o Options) *Recorder {
	r := &Recorder{Options: o}
	for i := range r.shard {
		r.shard[i].tokens = map[int64]*entry{}
	}
	return r
}

// Called counts a call that was let through.
func (r *Recorder) Called(tokenID int64, u Use) {
	s := r.of(tokenID)
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entry(tokenID)
	e.use(u)
	d := e.day(hostkeep.UseDay(u.At))
	d.calls++
	d.functions.add(u.Function)
	d.addresses.add(u.Addr)
}

// Refused counts a call that was refused once its token was recognised.
func (r *Recorder) Refused(tokenID int64, at time.Time, from netip.Addr, why Reason) {
	s := r.of(tokenID)
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.entry(tokenID).day(hostkeep.UseDay(at))
	d.refusals++
	d.reasons.add(why)
	d.refused.add(from)
}

// of spreads ids that follow each other, or share their low bits, over the shards.
func (r *Recorder) of(tokenID int64) *shard {
	const golden = 0x9e3779b97f4a7c15
	return &r.shard[uint64(tokenID)*golden>>58] //nolint:gosec // a hash: what wraps is welcome
}

// entry is the token's, marked to be written. The lock is held.
func (s *shard) entry(tokenID int64) *entry {
	e := s.tokens[tokenID]
	if e == nil {
		e = &entry{}
		s.tokens[tokenID] = e
	}
	e.dirty = true
	return e
}

// Run flushes until ctx ends, and then once more.
func (r *Recorder) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	failing := false
	for last := false; !last; {
		select {
		case <-ctx.Done():
			last = true
		case <-tick.C:
		}
		err := r.Flush(context.WithoutCancel(ctx))
		if err != nil && !failing {
			r.Log.Error("the uses of tokens cannot be written; they are kept in memory", "err", err)
		}
		failing = err != nil
	}
}

// Flush writes what was counted, if anything was, and forgets once a day what is
// older than is kept. What cannot be written stays for the next time.
func (r *Recorder) Flush(ctx context.Context) error {
	r.flushing.Lock()
	defer r.flushing.Unlock()
	if err := r.drain(ctx); err != nil { // of the time before
		return err
	}
	r.take()
	if err := r.drain(ctx); err != nil {
		return err
	}
	today := hostkeep.UseDay(r.Now())
	if today == r.pruned {
		return nil
	}
	if err := r.Store.PruneUses(ctx, today-hostkeep.UseDays+1); err != nil {
		return fmt.Errorf("forgetting old uses of tokens: %w", err)
	}
	r.pruned = today
	return nil
}

func (r *Recorder) drain(ctx context.Context) error {
	for len(r.queue) > 0 {
		if err := r.Store.AddUses(ctx, r.queue[0]); err != nil {
			return fmt.Errorf("writing the uses of tokens: %w", err)
		}
		r.queue = r.queue[1:]
	}
	return nil
}

package live_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/live"
)

// TestReadersDuringApplies: a reader sees each change whole. The other process
// alternates token and owner between two states that must never be seen mixed.
func TestReadersDuringApplies(t *testing.T) {
	t.Parallel()
	snap, deltas := alternating(400)
	s := &feed{snap: snap, deltas: deltas}
	n := live.New(live.Options{Store: s, Incarnation: "here", Lease: time.Hour})
	if err := n.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				tok, owner, ok := n.TokenByHash(snap.Tokens[0].Hash)
				if !ok || tok.Change != owner.Change || tok.Privileges != owner.Privileges {
					t.Errorf("seen mixed: %v, token of change %d, owner of %d", ok, tok.Change, owner.Change)
					return
				}
				if p, ok := n.PrincipalByName("a"); ok && p.Change%2 != 0 {
					t.Errorf("name a at change %d", p.Change)
					return
				}
				_ = n.Ready()
			}
		})
	}
	for range deltas {
		if err := n.Follow(t.Context()); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	readers.Wait()
	if got := n.Seq(); got != int64(len(deltas)) {
		t.Errorf("the node is at %d", got)
	}
}

// alternating is a principal named a at even changes and b at odd ones, with a
// token that holds what it holds.
func alternating(changes int) (hostkeep.Snapshot, []hostkeep.Delta) {
	state := func(i int) ([]hostkeep.Principal, []hostkeep.Token) {
		p, tok := reseller(10, "a"), token(20, 10)
		if i%2 == 1 {
			p.Name, p.Privileges = "b", hostkeep.Everything()
		}
		p.Change, tok.Change, tok.Privileges = int64(i), int64(i), p.Privileges
		return []hostkeep.Principal{p}, []hostkeep.Token{tok}
	}
	var snap hostkeep.Snapshot
	snap.Principals, snap.Tokens = state(0)
	deltas := make([]hostkeep.Delta, changes)
	for i := range deltas {
		d := hostkeep.Delta{At: hostkeep.Cursor{Seq: int64(i + 1)}, Events: []hostkeep.Event{{Seq: int64(i + 1), Node: "there"}}}
		d.Principals, d.Tokens = state(i + 1)
		deltas[i] = d
	}
	return snap, deltas
}

// feed is a store that has a snapshot and then one delta a turn.
type feed struct {
	snap   hostkeep.Snapshot
	deltas []hostkeep.Delta
}

func (f *feed) Load(context.Context, bool) (hostkeep.Snapshot, error) { return f.snap, nil }

func (f *feed) Since(_ context.Context, at hostkeep.Cursor, _ bool) (hostkeep.Delta, error) {
	if int(at.Seq) == len(f.deltas) {
		return hostkeep.Delta{At: at}, nil
	}
	return f.deltas[at.Seq], nil
}

func (f *feed) Moved(context.Context) (bool, error)               { return true, nil }
func (f *feed) Beat(context.Context, hostkeep.NodeRow) error      { return nil }
func (f *feed) Nodes(context.Context) ([]hostkeep.NodeRow, error) { return nil, nil }
func (f *feed) load(tb testing.TB) *live.Node {
	n := live.New(live.Options{Store: f, Incarnation: "here", Lease: time.Hour})
	if err := n.Load(context.Background()); err != nil {
		tb.Fatal(err)
	}
	return n
}

// many is a snapshot of tokens over ten thousand owners, with some address lists
// and privilege sets as servers have them.
func many(tokens int) hostkeep.Snapshot {
	s := hostkeep.Snapshot{Tokens: make([]hostkeep.Token, tokens)}
	for i := range 10_000 {
		s.Principals = append(s.Principals, reseller(int64(i+10), fmt.Sprint("r", i)))
	}
	lists := make([]hostkeep.AddressList, 100)
	for i := range lists {
		lists[i], _ = hostkeep.ParseAddresses([]string{fmt.Sprintf("192.0.2.%d", i)})
	}
	for i := range s.Tokens {
		s.Tokens[i] = hostkeep.Token{ID: int64(i), OwnerID: int64(10 + i%10_000), Hash: hashOf(i), Privileges: hostkeep.InitialPrivileges(), Addresses: lists[i%100]}
	}
	return s
}

func hashOf(i int) hostkeep.TokenHash {
	return sha256.Sum256(binary.LittleEndian.AppendUint64(nil, uint64(i)))
}

// BenchmarkMemory reports what a token takes in memory, its share of the
// principals and of all that is interned included.
func BenchmarkMemory(b *testing.B) {
	const tokens = 1_000_000
	f := &feed{snap: many(tokens)}
	for b.Loop() {
		before := heap()
		n := f.load(b)
		b.ReportMetric(float64(heap()-before)/tokens, "B/token")
		runtime.KeepAlive(n)
	}
	runtime.KeepAlive(f)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkTokenByHash(b *testing.B) {
	f := &feed{snap: many(1_000_000)}
	n := f.load(b)
	hashes := make([]hostkeep.TokenHash, 1024)
	for i := range hashes {
		hashes[i] = hashOf(i * 977)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, _, ok := n.TokenByHash(hashes[i%len(hashes)]); !ok {
			b.Fatal("a token is not found")
		}
		i++
	}
}

// TestLookupAllocates nothing: it happens at each request. Not in parallel,
// because allocations of other tests would be counted.
func TestLookupAllocates(t *testing.T) {
	f := &feed{snap: many(100)}
	n := f.load(t)
	hash, none := hashOf(7), hashOf(-1)
	allocs := testing.AllocsPerRun(100, func() {
		_, _, _ = n.TokenByHash(hash)
		_, _, _ = n.TokenByHash(none)
		_, _ = n.PrincipalByName("r7")
		_ = n.Ready()
	})
	if allocs != 0 {
		t.Errorf("a look-up allocates %v times", allocs)
	}
}

// TestGoneRefs: what names no token in memory removes none, and breaks nothing.
func TestGoneRefs(t *testing.T) {
	t.Parallel()
	kept := hashOf(1)
	var gone []hostkeep.Object
	for _, ref := range []string{"", "zz", hex.EncodeToString(kept[:15]), hex.EncodeToString(kept[:]), hex.EncodeToString(make([]byte, 16))} {
		gone = append(gone, hostkeep.Object{Kind: hostkeep.KindToken, ID: 1, Ref: ref})
	}
	gone = append(gone, hostkeep.Object{Kind: hostkeep.KindAccount, ID: 11}, hostkeep.Object{Kind: hostkeep.KindPrincipal, ID: 404})
	f := &feed{snap: many(3), deltas: []hostkeep.Delta{{At: hostkeep.Cursor{Seq: 1}, Gone: gone}}}
	n := f.load(t)
	if err := n.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := n.TokenByHash(kept); !ok {
		t.Error("the token is gone")
	}
}

// TestOrphans: a token is worth nothing without its owner, named as gone or not.
func TestOrphans(t *testing.T) {
	t.Parallel()
	snap := many(2)
	f := &feed{snap: snap, deltas: []hostkeep.Delta{{
		At: hostkeep.Cursor{Seq: 1}, Gone: []hostkeep.Object{{Kind: hostkeep.KindPrincipal, ID: snap.Tokens[0].OwnerID}},
	}}}
	n := f.load(t)
	if err := n.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := n.TokenByHash(snap.Tokens[0].Hash); ok {
		t.Error("the token of a principal that is gone is found")
	}
	if _, ok := n.PrincipalByName("r0"); ok {
		t.Error("a principal that is gone is found")
	}
	if _, _, ok := n.TokenByHash(snap.Tokens[1].Hash); !ok {
		t.Error("another's token is not found")
	}
}

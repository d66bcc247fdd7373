package usage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/usage"
)

// shelf keeps batches as the store does: each once, all or nothing.
type shelf struct {
	mu      sync.Mutex
	batches []hostkeep.UseBatch
	pruned  []int64
	fail    error // what AddUses answers
	lost    bool  // it fails after it has written
}

func (s *shelf) AddUses(_ context.Context, b hostkeep.UseBatch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil && !s.lost {
		return s.fail
	}
	if !slices.ContainsFunc(s.batches, func(o hostkeep.UseBatch) bool { return o.Number == b.Number }) {
		s.batches = append(s.batches, b)
	}
	return s.fail
}

func (s *shelf) PruneUses(_ context.Context, before int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pruned = append(s.pruned, before)
	return nil
}

// sums adds everything up: token, day, kind and value to its number.
func (s *shelf) sums() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := map[string]int64{}
	for _, b := range s.batches {
		for _, d := range b.Days {
			at := fmt.Sprintf("%d %d ", d.TokenID, d.Day)
			m[at+"calls"] += d.Calls
			m[at+"refusals"] += d.Refusals
			for _, c := range d.Counts {
				m[at+string(c.Kind)+" "+c.Value] += c.Number
			}
		}
	}
	maps.DeleteFunc(m, func(_ string, n int64) bool { return n == 0 })
	return m
}

var (
	noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	from = netip.MustParseAddr("192.0.2.1")
)

const day = 20_513 // noon's

type bench struct {
	*usage.Recorder
	t     testing.TB
	shelf *shelf
	now   time.Time
}

func recorder(t testing.TB) *bench {
	b := &bench{t: t, shelf: &shelf{}, now: noon}
	b.Recorder = usage.New(usage.Options{
		Store: b.shelf, Node: "n1", Now: func() time.Time { return b.now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	return b
}

func (b *bench) flush() {
	b.t.Helper()
	if err := b.Flush(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) is(want map[string]int64) {
	b.t.Helper()
	if got := b.shelf.sums(); !maps.Equal(got, want) {
		b.t.Errorf("counted %v, want %v", got, want)
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	b := recorder(t)
	use := func(at time.Time, addr netip.Addr, function, agent string) {
		b.Called(7, usage.Use{At: at, Addr: addr, Function: function, Agent: agent})
	}
	use(noon.Add(time.Hour), from, "listaccts", "curl")
	use(noon, netip.MustParseAddr("::ffff:192.0.2.1"), "version", "perl") // noted later than one that began after it
	use(noon, netip.Addr{}, "", "")
	b.Refused(7, noon, from, usage.Reason{Word: "expired"})
	b.Refused(7, noon.Add(12*time.Hour), from, usage.Reason{Word: "missing privilege", Missing: "passwd"})
	b.Refused(8, noon, from, usage.Reason{Word: "address"})
	b.flush()
	want := map[string]int64{
		"7 20513 calls": 3, "7 20513 refusals": 1, "7 20513 function listaccts": 1, "7 20513 function version": 1, "7 20513 function other": 1,
		"7 20513 address 192.0.2.1": 2, "7 20513 address ": 1, "7 20513 reason expired": 1, "7 20513 refused_address 192.0.2.1": 1,
		"7 20514 refusals": 1, "7 20514 reason missing privilege passwd": 1, "7 20514 refused_address 192.0.2.1": 1,
		"8 20513 refusals": 1, "8 20513 reason address": 1, "8 20513 refused_address 192.0.2.1": 1,
	}
	b.is(want)
	uses := []hostkeep.TokenUse{{TokenID: 7, First: noon, Last: noon.Add(time.Hour), Addr: "192.0.2.1", Function: "listaccts", Agent: "curl"}}
	if got := b.shelf.batches[0].Uses; !slices.Equal(got, uses) {
		t.Errorf("uses %+v, want %+v: a refusal is no use", got, uses)
	}
	b.flush()
	if n := len(b.shelf.batches); n != 1 {
		t.Errorf("%d batches: what did not change was written again", n)
	}
	use(noon.Add(2*time.Hour), from, "version", "curl")
	b.flush()
	want["7 20513 calls"]++
	want["7 20513 function version"]++
	want["7 20513 address 192.0.2.1"]++
	b.is(want)
	if got := b.shelf.batches[1].Uses[0]; got.First != noon.Add(2*time.Hour) || got.Agent != "curl" {
		t.Errorf("used again: %+v", got)
	}
}

// TestBound: past the most values the rest are one, and nothing is lost of the sum.
func TestBound(t *testing.T) {
	t.Parallel()
	b := recorder(t)
	for i := range 200 {
		b.Called(7, usage.Use{At: noon, Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), Function: "version"})
		b.Refused(7, noon, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), usage.Reason{Word: "address"})
	}
	b.flush()
	got := b.shelf.sums()
	if n := len(got); n != 2+1+1+2*(hostkeep.MaxUseValues+1) {
		t.Errorf("%d values", n)
	}
	for _, kind := range []string{"address", "refused_address"} {
		if n := got["7 20513 "+kind+" other"]; n != 200-hostkeep.MaxUseValues {
			t.Errorf("%s: %d others", kind, n)
		}
	}
}

func TestAgent(t *testing.T) {
	t.Parallel()
	secret := hostkeep.SealSecret("HK" + strings.Repeat("A1B2C", 5)).Reveal()
	for sent, want := range map[string]string{
		"":                            "",
		"curl/8.5":                    "curl/8.5",
		"a\tb\x00c\x7fd\u0085e\u2028": "abcde",
		"a " + secret + "/" + secret[:20] + "\r\n" + secret[20:] + " b": "a ***/*** b",
		"bad \xff\xfe":                 "bad ",
		strings.Repeat("é", 300):       strings.Repeat("é", hostkeep.MaxAgent/2),
		"x" + strings.Repeat("é", 300): "x" + strings.Repeat("é", hostkeep.MaxAgent/2-1),
		"<b>&\u202e":                   "<b>&\u202e", // shown escaped; what it does to the line is the page's care
	} {
		b := recorder(t)
		b.Called(7, usage.Use{At: noon, Agent: sent})
		b.Called(7, usage.Use{At: noon, Agent: sent})
		b.flush()
		if got := b.shelf.batches[0].Uses[0].Agent; got != want {
			t.Errorf("%.40q is kept as %q, want %q", sent, got, want)
		}
	}
}

// TestFailing: what cannot be written stays, what was written and not acknowledged
// is not written twice, and what came in between follows.
func TestFailing(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		b := recorder(t)
		b.shelf.fail, b.shelf.lost = errors.New("no disk"), lost
		for range 3 {
			b.Called(7, usage.Use{At: noon, Addr: from, Function: "version"})
			if err := b.Flush(t.Context()); !errors.Is(err, b.shelf.fail) {
				t.Fatalf("Flush answers %v", err)
			}
		}
		b.shelf.fail = nil
		b.flush()
		b.is(map[string]int64{"7 20513 calls": 3, "7 20513 function version": 3, "7 20513 address 192.0.2.1": 3})
	}
}

// TestPrunes: once a day, to the days that are kept.
func TestPrunes(t *testing.T) {
	t.Parallel()
	b := recorder(t)
	b.flush()
	b.flush()
	b.now = noon.Add(24 * time.Hour)
	b.flush()
	if want := []int64{day - 30, day - 29}; !slices.Equal(b.shelf.pruned, want) {
		t.Errorf("pruned %v, want %v", b.shelf.pruned, want)
	}
}

// TestRun: what was counted is written by the next tick, and at the end.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := recorder(t)
		ctx, stop := context.WithCancel(t.Context())
		var owner sync.WaitGroup
		owner.Go(func() { b.Run(ctx, 2*time.Second) })
		b.Called(7, usage.Use{At: noon, Addr: from, Function: "version"})
		synctest.Wait()
		b.is(map[string]int64{})
		<-time.After(2 * time.Second) // of the bubble's clock
		synctest.Wait()
		want := map[string]int64{"7 20513 calls": 1, "7 20513 function version": 1, "7 20513 address 192.0.2.1": 1}
		b.is(want)
		b.Refused(7, noon, from, usage.Reason{Word: "address"})
		stop()
		owner.Wait()
		want["7 20513 refusals"], want["7 20513 reason address"], want["7 20513 refused_address 192.0.2.1"] = 1, 1, 1
		b.is(want)
	})
}

// TestAtOnce: no call is lost between those that count and those that write.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	b := recorder(t)
	const workers, calls, tokens = 8, 500, 700 // more than one batch
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := range calls {
				b.Called(int64(i%tokens), usage.Use{At: noon, Addr: from, Function: "version"})
			}
		})
		group.Go(func() { _ = b.Flush(t.Context()) })
	}
	group.Wait()
	for i := range tokens {
		b.Refused(int64(i), noon, from, usage.Reason{Word: "expired"})
	}
	b.flush()
	sums, total := b.shelf.sums(), int64(0)
	for i := range tokens {
		total += sums[fmt.Sprintf("%d %d calls", i, day)]
	}
	if total != workers*calls {
		t.Errorf("%d calls of %d", total, workers*calls)
	}
	for _, batch := range b.shelf.batches {
		if len(batch.Days) > 200 {
			t.Errorf("a batch of %d tokens", len(batch.Days))
		}
	}
}

// TestAllocations: a call of a token and of values that were seen allocates nothing.
func TestAllocations(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts everybody's
	b := recorder(t)
	u := usage.Use{At: noon, Addr: from, Function: "version", Agent: "curl/8.5\n"}
	b.Called(7, u)
	b.Refused(7, noon, from, usage.Reason{Word: "missing privilege", Missing: "passwd"})
	b.flush()
	got := testing.AllocsPerRun(100, func() {
		b.Called(7, u)
		b.Refused(7, noon, from, usage.Reason{Word: "missing privilege", Missing: "passwd"})
	})
	if got != 0 {
		t.Errorf("%v allocations a call", got)
	}
}

func BenchmarkCalled(b *testing.B) {
	r := recorder(b)
	u := usage.Use{At: noon, Addr: from, Function: "version", Agent: "curl/8.5"}
	b.ReportAllocs()
	for b.Loop() {
		r.Called(7, u)
	}
}

// BenchmarkCalledAtOnce is many tokens, each used by whoever comes.
func BenchmarkCalledAtOnce(b *testing.B) {
	r := recorder(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		u := usage.Use{At: noon, Addr: from, Function: "version", Agent: "curl/8.5"}
		for id := int64(0); pb.Next(); id++ {
			r.Called(id%10_000, u)
		}
	})
}

package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

// limits are those of the tests: three failures an address, six a network, five a name.
func limits() hostkeep.GuardSettings {
	return hostkeep.GuardSettings{
		hostkeep.GuardEnabled: 1, hostkeep.GuardByAddress: 1, hostkeep.GuardByUser: 1, hostkeep.GuardByUserRoot: 1,
		hostkeep.GuardAddressFailures: 3, hostkeep.GuardAddressPeriod: 900, hostkeep.GuardNetworkFailures: 6,
		hostkeep.GuardUserFailures: 5, hostkeep.GuardUserPeriod: 300, hostkeep.GuardExcessive: 10, hostkeep.GuardLookback: 3600,
	}
}

// gate is a node with a throttle before its passwords; alice's and root's are "right".
type gate struct {
	*node
	t        *testing.T
	throttle *auth.Throttle
	auth     *auth.Authenticator
}

func newGate(t *testing.T) *gate {
	g := &gate{node: newNode(), t: t}
	g.passwords[aliceID], g.passwords[hostkeep.RootID] = cheap("right"), cheap("right")
	now := func() time.Time { return g.now }
	g.throttle = auth.NewThrottle(limits(), now)
	g.auth = auth.New(auth.Options{
		Memory: g, Passwords: g, Hasher: auth.NewHasher(1).Cheap(), Throttle: g.throttle, HashToken: g.hashToken, Now: now,
	})
	return g
}

func (g *gate) try(from, name, password string) error {
	_, err := g.auth.Caller(context.Background(), auth.Request{Authorization: []string{basic(name, password)}, Addr: netip.MustParseAddr(from)})
	return err
}

// is checks what a password comes to: "" is let in.
func (g *gate) is(want, from, name, password string) {
	g.t.Helper()
	reason, reads := "", g.read
	if err := g.try(from, name, password); err != nil {
		var refused *auth.Refusal
		if !errors.As(err, &refused) {
			g.t.Fatalf("%s from %s: %v", name, from, err)
		}
		reason = refused.Reason
	}
	if reason != want {
		g.t.Fatalf("%s from %s at %s: refused for %q, want %q", name, from, g.now.Sub(start), reason, want)
	}
	if seen := want != auth.ReasonThrottled && want != auth.ReasonBlackList; seen != (g.read > reads) {
		g.t.Fatalf("%s from %s: the password was checked: %v", name, from, !seen)
	}
}

func TestThrottleOfAnAddress(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.is(auth.ReasonSecret, "192.0.2.1", "alice", "wrong")
	g.is("", "192.0.2.1", "alice", "right")
	g.is(auth.ReasonUser, "192.0.2.1", "nobody", "wrong")
	g.is(auth.ReasonNoWHM, "::ffff:192.0.2.1", "bob", "wrong") // the same address
	for _, name := range []string{"alice", "nobody", "bob", "root"} {
		g.is(auth.ReasonThrottled, "192.0.2.1", name, "right")
	}
	g.is("", "192.0.2.2", "alice", "right")
	g.now = g.now.Add(15 * time.Minute)
	g.is("", "192.0.2.1", "alice", "right")
	g.is(auth.ReasonSecret, "192.0.2.1", "alice", "wrong") // counted from one again
	g.is("", "192.0.2.1", "alice", "right")
}

// A failure is forgotten a window after the first of them.
func TestThrottleWindow(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for range 3 {
		g.is(auth.ReasonSecret, "192.0.2.1", "alice", "wrong")
		g.is(auth.ReasonSecret, "192.0.2.1", "alice", "wrong")
		g.now = g.now.Add(15 * time.Minute)
	}
	g.is("", "192.0.2.1", "alice", "right")
}

// A throttled address's token is not looked at twice.
func TestThrottleKnowsNoTokens(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.give(secretA, hostkeep.Token{})
	g.throttle.Follow(hostkeep.Guard{Entries: []hostkeep.GuardEntry{entry(t, hostkeep.GuardBlack, "192.0.2.9")}})
	for range 4 {
		_ = g.try("192.0.2.1", "alice", "wrong")
	}
	for _, from := range []string{"192.0.2.1", "192.0.2.9"} {
		r := auth.Request{Authorization: []string{"whm alice:" + secretA}, Addr: netip.MustParseAddr(from)}
		if _, err := g.auth.Caller(t.Context(), r); err != nil {
			t.Errorf("from %s: %v", from, err)
		}
	}
}

// An IPv6 subscriber has a /64, and counts as one.
func TestThrottleOfIPv6(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for i := range 3 {
		g.is(auth.ReasonSecret, fmt.Sprintf("2001:db8::%d", i+1), "alice", "wrong")
	}
	g.is(auth.ReasonThrottled, "2001:db8::ffff", "alice", "right")
	g.is("", "2001:db8:0:1::1", "alice", "right")
}

// Many addresses of one network, or many that try one name, have one failure
// each; who has not failed is always let in.
func TestThrottleUnderAttack(t *testing.T) {
	t.Parallel()
	for about, attacker := range map[string]func(i int) (from, name string){
		"network": func(i int) (string, string) { return fmt.Sprintf("192.0.2.%d", 10+i), fmt.Sprint("name", i) },
		"name":    func(i int) (string, string) { return fmt.Sprintf("192.0.%d.1", 10+i), "root" },
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			g := newGate(t)
			for i := range 6 {
				from, name := attacker(i)
				_ = g.try(from, name, "wrong")
			}
			g.is("", "192.0.2.99", "root", "right")
			g.is(auth.ReasonSecret, "192.0.2.99", "root", "wrong")
			g.is(auth.ReasonThrottled, "192.0.2.99", "root", "right")
			g.is("", "192.0.2.100", "root", "right")
			g.is("", "198.51.100.1", "root", "right")
			g.is(auth.ReasonSecret, "198.51.100.1", "alice", "wrong")
			g.is("", "198.51.100.1", "alice", "right")
			g.now = g.now.Add(15 * time.Minute)
			g.is("", "192.0.2.99", "root", "right")
		})
	}
}

// Whoever goes on while blocked is blocked for a day.
func TestThrottleExcessive(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for range 10 {
		_ = g.try("192.0.2.1", "alice", "wrong")
	}
	g.now = g.now.Add(24*time.Hour - time.Second)
	g.is(auth.ReasonThrottled, "192.0.2.1", "alice", "right")
	if _, excessive, _ := g.throttle.Blocked(); len(excessive) != 1 || excessive[0].Addr.String() != "192.0.2.1" {
		t.Errorf("blocked for a day are %v", excessive)
	}
	g.now = g.now.Add(time.Second)
	g.is("", "192.0.2.1", "alice", "right")
}

func entry(t *testing.T, list, span string) hostkeep.GuardEntry {
	s, err := hostkeep.ParseSpan(span)
	if err != nil {
		t.Fatal(err)
	}
	return hostkeep.GuardEntry{List: list, Span: s}
}

func TestThrottleLists(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.throttle.Follow(hostkeep.Guard{Entries: []hostkeep.GuardEntry{
		entry(t, hostkeep.GuardWhite, "192.0.2.0/28"), entry(t, hostkeep.GuardBlack, "192.0.2.9-192.0.2.40"), entry(t, hostkeep.GuardBlack, "2001:db8::/32"),
	}})
	for range 20 {
		g.is(auth.ReasonSecret, "192.0.2.9", "alice", "wrong") // white wins
	}
	g.is("", "192.0.2.9", "alice", "right")
	g.is(auth.ReasonBlackList, "192.0.2.40", "alice", "right")
	g.is(auth.ReasonBlackList, "2001:db8:1::1", "nobody", "right")
	g.is("", "192.0.2.41", "alice", "right")
	g.throttle.Follow(hostkeep.Guard{Settings: hostkeep.GuardSettings{hostkeep.GuardAddressFailures: 1}})
	g.is("", "192.0.2.40", "alice", "right")
	g.is(auth.ReasonSecret, "192.0.2.40", "alice", "wrong")
	g.is(auth.ReasonThrottled, "192.0.2.40", "alice", "right")
	g.throttle.Follow(hostkeep.Guard{Settings: hostkeep.GuardSettings{hostkeep.GuardEnabled: 0}})
	g.is("", "192.0.2.40", "alice", "right")
}

func TestThrottleForgets(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, from := range []string{"192.0.2.1", "192.0.2.2"} {
		for range 3 {
			_ = g.try(from, "alice", "wrong")
		}
	}
	one := entry(t, "", "192.0.2.1").Span
	if failures, blocks := g.throttle.Remembered(&one); failures != 3 || blocks != 1 {
		t.Errorf("of one address: %d failures, %d blocks", failures, blocks)
	}
	g.throttle.Forget(&one)
	g.is("", "192.0.2.1", "alice", "right")
	g.is(auth.ReasonThrottled, "192.0.2.2", "alice", "right")
	g.throttle.Forget(nil)
	g.is("", "192.0.2.2", "alice", "right")
	if f := g.throttle.Failures(); len(f) != 0 {
		t.Errorf("left over: %v", f)
	}
}

// Names that nobody has are not kept: people type passwords there.
func TestThrottleKeepsNoUnknownName(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for range 5 {
		_ = g.try("192.0.2.1", "my-secret-password", "x")
	}
	_ = g.try("192.0.2.2", "alice", "x")
	failures := g.throttle.Failures()
	if len(failures) != 4 || failures[0].User != "alice" || failures[1].User != "" {
		t.Errorf("remembered: %v", failures)
	}
}

// A thousand guesses at once are no more than the limit, and right passwords at
// once all pass.
func TestThrottleAtOnce(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]struct{ passed, checked int }{"right": {60, 60}, "wrong": {0, 3}} {
		synctest.Test(t, func(t *testing.T) {
			g := newGate(t)
			store := &held{passwords: g.passwords, open: make(chan struct{})}
			a := auth.New(auth.Options{
				Memory: still{g.principals}, Passwords: store, Hasher: auth.NewHasher(100).Cheap(), Throttle: g.throttle, HashToken: g.hashToken,
				Now: func() time.Time { return start },
			})
			var all sync.WaitGroup
			var passed atomic.Int64
			for range 60 {
				all.Go(func() {
					r := auth.Request{Authorization: []string{basic("alice", password)}, Addr: peer}
					if _, err := a.Caller(t.Context(), r); err == nil {
						passed.Add(1)
					}
				})
			}
			synctest.Wait() // whoever may is being checked
			if n := store.n.Load(); n != 3 {
				t.Errorf("%d passwords are checked at once, want 3", n)
			}
			close(store.open)
			all.Wait()
			if passed.Load() != int64(want.passed) || store.n.Load() != int64(want.checked) {
				t.Errorf("%s: %d passed, %d were checked", password, passed.Load(), store.n.Load())
			}
		})
	}
}

// Too many who wait at one address are told to come back; who leaves makes room.
func TestThrottleWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		store := &held{passwords: g.passwords, open: make(chan struct{})}
		a := auth.New(auth.Options{
			Memory: still{g.principals}, Passwords: store, Hasher: auth.NewHasher(100).Cheap(), Throttle: g.throttle, HashToken: g.hashToken,
			Now: func() time.Time { return start },
		})
		try := func(ctx context.Context, from netip.Addr) error {
			_, err := a.Caller(ctx, auth.Request{Authorization: []string{basic("alice", "right")}, Addr: from})
			return err
		}
		ctx, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 3 + auth.MaxWaiting {
			all.Go(func() { _ = try(ctx, peer) })
		}
		synctest.Wait()
		if err := try(t.Context(), peer); !errors.Is(err, auth.ErrUnavailable) {
			t.Errorf("one too many: %v", err)
		}
		leave()
		close(store.open)
		all.Wait()
		if err := try(t.Context(), peer); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// What is set decides which names are guarded.
func TestThrottleOfNames(t *testing.T) {
	t.Parallel()
	for about, tt := range map[string]struct {
		set  hostkeep.GuardSettings
		name string
		want string
	}{
		"guarded":                 {nil, "root", auth.ReasonThrottled},
		"off":                     {hostkeep.GuardSettings{hostkeep.GuardByUser: 0}, "root", ""},
		"not root's":              {hostkeep.GuardSettings{hostkeep.GuardByUserRoot: 0}, "root", ""},
		"but others'":             {hostkeep.GuardSettings{hostkeep.GuardByUserRoot: 0}, "alice", auth.ReasonThrottled},
		"only from this machine":  {hostkeep.GuardSettings{hostkeep.GuardByUserLocal: 1}, "root", ""},
		"addresses are not asked": {hostkeep.GuardSettings{hostkeep.GuardByAddress: 0}, "root", auth.ReasonThrottled},
	} {
		g := newGate(t)
		g.throttle.Follow(hostkeep.Guard{Settings: tt.set})
		for i := range 5 {
			_ = g.try(fmt.Sprintf("198.51.%d.1", i), tt.name, "wrong")
		}
		t.Run(about, func(t *testing.T) {
			g.t = t
			g.is(tt.want, "198.51.4.1", tt.name, "right")
			g.is("", "198.51.5.1", tt.name, "right")
		})
	}
	g := newGate(t)
	g.throttle.Follow(hostkeep.Guard{Settings: hostkeep.GuardSettings{hostkeep.GuardByAddress: 0}})
	for range 20 { // below the limit of the name there is none
		_ = g.try("192.0.2.1", "nobody", "wrong")
		g.now = g.now.Add(2 * time.Minute)
	}
	g.is("", "192.0.2.1", "alice", "right")
}

// The memory is bounded; who failed last is kept.
func TestThrottleIsBounded(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.throttle.Small(12)
	for i := range 40 {
		for range 3 {
			_ = g.try(fmt.Sprintf("198.%d.0.1", i), fmt.Sprint("name", i), "wrong")
		}
	}
	if n := g.throttle.Tallies(); n != 12 {
		t.Errorf("%d tallies are kept, want 12", n)
	}
	g.is(auth.ReasonThrottled, "198.39.0.1", "alice", "right")
	g.is("", "198.1.0.1", "alice", "right")
}

// TestThrottleNeverHurtsTheInnocent: whatever others do, and whatever is set, the
// right password is let in from an address that has not failed itself and stands
// on no list.
func TestThrottleNeverHurtsTheInnocent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		g := newGate(t)
		small := rapid.Int64Range(1, 4)
		g.throttle.Follow(hostkeep.Guard{Settings: hostkeep.GuardSettings{
			hostkeep.GuardAddressFailures: small.Draw(rt, "address"), hostkeep.GuardNetworkFailures: small.Draw(rt, "network"),
			hostkeep.GuardUserFailures: small.Draw(rt, "user"), hostkeep.GuardExcessive: small.Draw(rt, "excessive"),
			hostkeep.GuardByAddress: rapid.Int64Range(0, 1).Draw(rt, "by address"), hostkeep.GuardByUser: rapid.Int64Range(0, 1).Draw(rt, "by user"),
		}})
		g.throttle.Small(rapid.IntRange(3, 50).Draw(rt, "memory"))
		failed := map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(rt, "tries") {
			from := rapid.SampledFrom([]string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "198.51.100.1", "2001:db8::1", "2001:db8:0:1::1"}).Draw(rt, "from")
			name := rapid.SampledFrom([]string{"root", "alice", "nobody"}).Draw(rt, "name")
			right := name != "nobody" && rapid.Bool().Draw(rt, "right")
			password := map[bool]string{true: "right", false: "wrong"}[right]
			err := g.try(from, name, password)
			if right && !failed[from] && err != nil {
				rt.Fatalf("%s from %s, which has not failed: %v", name, from, err)
			}
			failed[from] = failed[from] || !right
			g.now = g.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(rt, "seconds")) * time.Second)
		}
	})
}

// held is passwords that are read when it is opened.
type held struct {
	passwords map[int64]string
	open      chan struct{}
	n         atomic.Int64
}

func (h *held) PasswordHash(_ context.Context, id int64) (string, error) {
	h.n.Add(1)
	<-h.open
	return h.passwords[id], nil
}

// still is a memory that many may ask at once.
type still struct{ principals map[string]hostkeep.Principal }

func (s still) Ready() error { return nil }

func (s still) TokenByHash(hostkeep.TokenHash) (t hostkeep.Token, p hostkeep.Principal, ok bool) {
	return t, p, false
}

func (s still) PrincipalByName(name string) (hostkeep.Principal, bool) {
	p, ok := s.principals[name]
	return p, ok
}

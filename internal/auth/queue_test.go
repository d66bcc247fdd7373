package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

// crowd sends passwords from many places to an authenticator whose one turn is
// taken: all of them wait, or are sent away.
type crowd struct {
	t    *testing.T
	auth *auth.Authenticator
	free func() // gives the turn back
	all  sync.WaitGroup
	mu   sync.Mutex
	away int // how many were sent away
	in   int
}

func newCrowd(t *testing.T) *crowd {
	n, h := newNode(), auth.NewHasher(1).Cheap()
	n.passwords[aliceID] = cheap("right")
	store := &held{passwords: n.passwords, open: make(chan struct{})}
	close(store.open)
	leave, err := h.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &crowd{t: t, free: leave, auth: auth.New(auth.Options{
		Memory: still{n.principals}, Passwords: store, Hasher: h, Throttle: auth.NewThrottle(limits(), func() time.Time { return start }),
		HashToken: n.hashToken, Now: func() time.Time { return start },
	})}
}

// send sends the right password from each of n addresses, and answers how many of
// them wait.
func (c *crowd) send(ctx context.Context, n int, form string) (waiting int) {
	c.t.Helper()
	before := c.away
	for i := range n {
		from := netip.MustParseAddr(fmt.Sprintf(form, i))
		c.all.Go(func() {
			_, err := c.auth.Caller(ctx, auth.Request{Authorization: []string{basic("alice", "right")}, Addr: from})
			c.mu.Lock()
			defer c.mu.Unlock()
			switch {
			case err == nil:
				c.in++
			case errors.Is(err, auth.ErrUnavailable):
				c.away++
			default:
				c.t.Errorf("%s: %v", from, err)
			}
		})
	}
	synctest.Wait()
	return n - (c.away - before)
}

// TestOneNetworkDoesNotFillTheQueue: what has a whole /48 or /24 holds a quarter
// of the turns that people wait for, a /32 or /16 half, and the others are let in.
func TestOneNetworkDoesNotFillTheQueue(t *testing.T) {
	t.Parallel()
	for about, tt := range map[string]struct {
		form string
		want int
	}{
		"a /48 of IPv6":       {"2001:db8:0:%x::1", auth.MaxNear},
		"a /32 of IPv6":       {"2001:db8:%x::1", auth.MaxWide},
		"a /24 of IPv4":       {"203.0.113.%d", auth.MaxNear},
		"the same in IPv6":    {"::ffff:203.0.113.%d", auth.MaxNear},
		"a /16 of IPv4":       {"203.0.%d.1", auth.MaxWide},
		"all the world":       {"%d.0.113.1", auth.MaxWaiting},
		"all the world's /32": {"20%02x::1", auth.MaxWaiting},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newCrowd(t)
			if got := c.send(t.Context(), 100, tt.form); got != tt.want {
				t.Errorf("%s: %d wait, want %d", about, got, tt.want)
			}
			wanted := tt.want
			if wanted < auth.MaxWaiting {
				if wanted++; c.send(t.Context(), 1, "192.0.2.%d") != 1 {
					t.Errorf("%s: somebody else was sent away", about)
				}
			}
			c.free()
			c.all.Wait()
			if c.in != wanted {
				t.Errorf("%s: %d came in, want %d", about, c.in, wanted)
			}
		})
	}
}

// TestWhoGivesUpMakesRoom in its network, too.
func TestWhoGivesUpMakesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		ctx, cancel := context.WithCancel(t.Context())
		c.send(ctx, auth.MaxNear, "2001:db8:0:%x::1")
		if got := c.send(t.Context(), 1, "2001:db8:0:ff%x::1"); got != 0 {
			t.Error("one too many waits")
		}
		cancel()
		synctest.Wait()
		if got := c.send(t.Context(), auth.MaxNear+1, "2001:db8:0:ff%x::1"); got != auth.MaxNear {
			t.Errorf("afterwards %d wait, want %d", got, auth.MaxNear)
		}
		c.free()
		c.all.Wait()
	})
}

// TestSettingPasswordsHasNoNetwork: what callers who are known hash is bounded by
// the whole queue alone.
func TestSettingPasswordsHasNoNetwork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := auth.NewHasher(1).Cheap()
		leave, err := h.Enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range auth.MaxWaiting {
			all.Go(func() {
				if _, err := h.Hash(t.Context(), hostkeep.NewSecret("p")); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		leave()
		all.Wait()
	})
}

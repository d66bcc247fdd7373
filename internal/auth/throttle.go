package auth

import (
	"context"
	"fmt"
	"hash/maphash"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/hostkeep/hostkeep"
)

// excessiveBlock is how long an address is kept from trying passwords that went
// on after it was blocked.
const excessiveBlock = 24 * time.Hour

// serviceWHM is WHM's word for its own sign-in, over HTTP and by form alike.
const serviceWHM = "whostmgrd"

// Throttle is the guard against guessed passwords. It never hears of tokens.
//
// An address that has not failed itself within the window is always checked: so
// nobody can lock anybody out from elsewhere. When the addresses around it, or
// the name that it tries, are under attack, an address has one failure instead
// of several. An IPv6 address counts as its /64, the addresses around it are its
// /48; of IPv4 the /24.
type Throttle struct {
	now  hostkeep.Clock
	base hostkeep.GuardSettings
	seed maphash.Seed

	mu       sync.Mutex
	settings hostkeep.GuardSettings // in force
	lists    map[string][]hostkeep.GuardEntry
	table    table
	doors    map[netip.Prefix]*door
	failures []hostkeep.LoginFailure // the last ones, oldest first
}

// NewThrottle makes a Throttle that goes by base where nothing else is stored.
func NewThrottle(base hostkeep.GuardSettings, now hostkeep.Clock) *Throttle {
	return &Throttle{
		now: now, base: base, seed: maphash.MakeSeed(), settings: base,
		table: newTable(), doors: map[netip.Prefix]*door{},
	}
}

// door lets no more passwords of one address be checked at once than it may get
// wrong: otherwise a thousand at the same moment would count as one.
type door struct {
	inside, waiting int64
	moved           chan struct{} // closed when somebody leaves
}

// attempt is one password on its way through a Throttle.
type attempt struct {
	t    *Throttle
	addr netip.Addr
	name string
	free bool // not counted
}

// begin lets a password be checked, or says why not. Whoever is let in ends. It
// knows nothing of which names exist, so it cannot tell.
func (t *Throttle) begin(ctx context.Context, addr netip.Addr, name string) (attempt, string, error) {
	a := attempt{t: t, addr: addr.Unmap().WithZone(""), name: name}
	if t == nil {
		a.free = true
		return a, "", nil
	}
	for {
		wait, reason, err := t.try(&a)
		if wait == nil {
			return a, reason, err
		}
		select {
		case <-wait:
		case <-ctx.Done():
			err = fmt.Errorf("%w: waiting to check a password: %w", ErrUnavailable, ctx.Err())
		}
		t.mu.Lock()
		t.leave(a, func(d *door) { d.waiting-- })
		t.mu.Unlock()
		if err != nil {
			return a, "", err
		}
	}
}

// try is one look; wait is not nil when the answer depends on what is being checked.
func (t *Throttle) try(a *attempt) (wait <-chan struct{}, reason string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	switch {
	case t.settings[hostkeep.GuardEnabled] == 0 || t.listed(hostkeep.GuardWhite, a.addr):
		a.free = true
		return nil, "", nil
	case t.listed(hostkeep.GuardBlack, a.addr):
		return nil, ReasonBlackList, nil
	}
	left := t.left(*a, now)
	if left <= 0 {
		t.persist(*a, now)
		return nil, ReasonThrottled, nil
	}
	block := blockOf(a.addr)
	d := t.doors[block]
	if d == nil {
		d = &door{moved: make(chan struct{})}
		t.doors[block] = d
	}
	switch {
	case d.inside < left:
		d.inside++
		return nil, "", nil
	case d.waiting >= maxWaiting:
		return nil, "", fmt.Errorf("%w: too many passwords of one address wait", ErrUnavailable)
	}
	d.waiting++
	return d.moved, "", nil
}

// left is how many more failures the address has before it is blocked.
func (t *Throttle) left(a attempt, now time.Time) int64 {
	s, block := t.settings, blockOf(a.addr)
	own := t.table.get(subject{kind: ofBlock, block: block})
	limit := int64(1 << 30)
	if s[hostkeep.GuardByAddress] != 0 {
		limit = s[hostkeep.GuardAddressFailures]
		if own.blocked(now) {
			return 0
		}
	}
	network := t.table.get(subject{kind: ofNetwork, block: networkOf(a.addr)})
	user := t.table.get(t.userOf(a.name))
	if s[hostkeep.GuardByAddress] != 0 && network.alive(now) >= s[hostkeep.GuardNetworkFailures] ||
		t.guardsName(a) && user.alive(now) >= s[hostkeep.GuardUserFailures] {
		limit = 1
	}
	return limit - own.alive(now)
}

// guardsName reports whether failures count against the name that is tried.
func (t *Throttle) guardsName(a attempt) bool {
	s := t.settings
	return s[hostkeep.GuardByUser] != 0 && (a.name != hostkeep.RootName || s[hostkeep.GuardByUserRoot] != 0) &&
		(s[hostkeep.GuardByUserLocal] == 0 || a.addr.IsLoopback())
}

// userOf stands for a name without keeping it: people type passwords there.
func (t *Throttle) userOf(name string) subject {
	return subject{kind: ofUser, user: maphash.String(t.seed, name)}
}

// end says what came of a password that was let in. known is the principal's
// name, "" for a name that nobody has.
func (a attempt) end(failed bool, known string) {
	if a.free {
		return
	}
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leave(a, func(d *door) { d.inside-- })
	if failed {
		t.fail(a, known, t.now())
	}
}

func (t *Throttle) leave(a attempt, step func(*door)) {
	block := blockOf(a.addr)
	d := t.doors[block]
	if d == nil {
		return
	}
	inside := d.inside
	step(d)
	if d.inside < inside { // only who has been checked makes room
		close(d.moved)
		d.moved = make(chan struct{})
	}
	if d.inside == 0 && d.waiting == 0 {
		delete(t.doors, block)
	}
}

// fail counts a failure wherever it counts.
func (t *Throttle) fail(a attempt, known string, now time.Time) {
	s := t.settings
	f := hostkeep.LoginFailure{At: now, Until: now.Add(seconds(s[hostkeep.GuardLookback])), Addr: a.addr, User: known, Service: serviceWHM}
	t.remember(f)
	window := seconds(s[hostkeep.GuardAddressPeriod])
	t.table.put(subject{kind: ofBlock, block: blockOf(a.addr)}).fail(f, s[hostkeep.GuardAddressFailures], window)
	t.table.put(subject{kind: ofNetwork, block: networkOf(a.addr)}).fail(f, s[hostkeep.GuardNetworkFailures], window)
	if t.guardsName(a) {
		t.table.put(t.userOf(a.name)).fail(f, s[hostkeep.GuardUserFailures], seconds(s[hostkeep.GuardUserPeriod]))
	}
	t.persist(a, now)
}

// persist counts a try, let in or not: whoever goes on and on is blocked for a day.
func (t *Throttle) persist(a attempt, now time.Time) {
	s := t.settings
	own := t.table.get(subject{kind: ofBlock, block: blockOf(a.addr)})
	if own == nil || s[hostkeep.GuardByAddress] == 0 {
		return
	}
	if now.Sub(own.triedFrom) >= seconds(s[hostkeep.GuardLookback]) {
		own.triedFrom, own.tries = now, 0
	}
	already := own.excessive && own.blocked(now)
	if own.tries++; own.tries >= s[hostkeep.GuardExcessive] && !already {
		own.until, own.excessive = now.Add(excessiveBlock), true
	}
}

func (t *Throttle) listed(list string, a netip.Addr) bool {
	return slices.ContainsFunc(t.lists[list], func(e hostkeep.GuardEntry) bool { return e.Span.Contains(a) })
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// blockOf is who an address stands for: an IPv6 subscriber has a whole /64.
func blockOf(a netip.Addr) netip.Prefix { return cut(a, 32, 64) }

// networkOf is the addresses around one.
func networkOf(a netip.Addr) netip.Prefix { return cut(a, 24, 48) }

func cut(a netip.Addr, v4, v6 int) netip.Prefix {
	bits := v6
	if a.Is4() {
		bits = v4
	}
	p, _ := a.Prefix(bits) // an address that is none stands for itself
	return p
}

package auth

import (
	"net/netip"
	"sync"
)

// How many password computations may wait for their turn: at all, from one /48 or
// /24, and from one /32 or /16. A /48 has 65,536 blocks whose failures count apart,
// and costs as much as one address: without a share of its own it would fill the
// queue, and everybody's passwords would be sent away.
const (
	maxWaiting = 64
	maxNear    = maxWaiting / 4
	maxWide    = maxWaiting / 2
)

// queue counts who waits for a turn. It is asked for passwords only.
type queue struct {
	mu      sync.Mutex
	waiting int
	of      map[netip.Prefix]int // by network
}

// join lets one more wait, who comes from an address or is known otherwise; who
// was let in leaves.
func (q *queue) join(from netip.Addr) (leave func(), ok bool) {
	near, wide := netip.Prefix{}, netip.Prefix{}
	if from.IsValid() {
		from = from.Unmap().WithZone("")
		near, wide = networkOf(from), cut(from, 16, 32)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting >= maxWaiting || from.IsValid() && (q.of[near] >= maxNear || q.of[wide] >= maxWide) {
		return nil, false
	}
	q.count(1, near, wide)
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.count(-1, near, wide)
	}, true
}

func (q *queue) count(by int, networks ...netip.Prefix) {
	q.waiting += by
	if q.of == nil {
		q.of = map[netip.Prefix]int{}
	}
	for _, n := range networks {
		if q.of[n] += by; q.of[n] == 0 {
			delete(q.of, n)
		}
	}
}

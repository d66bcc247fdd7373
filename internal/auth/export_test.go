package auth

import (
	"context"
	"net/netip"
)

// Cheap makes h compute hashes that cost next to nothing.
func (h *Hasher) Cheap() *Hasher {
	h.cost = cost{memory: 8, time: 1, lanes: 1}
	return h
}

// Enter takes one of h's turns.
func (h *Hasher) Enter(ctx context.Context) (leave func(), err error) {
	return h.enter(ctx, netip.Addr{})
}

const (
	MaxWaiting = maxWaiting
	MaxNear    = maxNear
	MaxWide    = maxWide
)

// PHC reads a stored password and writes it again.
func PHC(text string) (again string, memory uint32, err error) {
	p, err := parsePHC(text)
	if err != nil {
		return "", 0, err
	}
	return p.text(), p.memory, nil
}

// Small makes t keep at most n tallies.
func (t *Throttle) Small(n int) { t.table.max = n }

// Tallies counts what t keeps.
func (t *Throttle) Tallies() int { return len(t.table.rows) }

package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"

	"github.com/hostkeep/hostkeep"
)

// Hasher makes and checks password hashes (argon2id), a bounded number at once:
// each takes 19 MiB and some 20 ms of a processor.
type Hasher struct {
	cost  cost
	slots chan struct{}
	queue queue
}

// NewHasher makes a Hasher that computes at most atOnce hashes at a time, at
// least one.
func NewHasher(atOnce int) *Hasher {
	return &Hasher{cost: cost{memory: 19456, time: 2, lanes: 1}, slots: make(chan struct{}, max(atOnce, 1))}
}

// Hash returns the form in which s is kept: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
// It wraps ErrUnavailable when too many wait or ctx ends.
func (h *Hasher) Hash(ctx context.Context, s hostkeep.Secret) (string, error) {
	if s.Empty() {
		return "", errors.New("hashing a password: it is empty")
	}
	leave, err := h.enter(ctx, netip.Addr{})
	if err != nil {
		return "", err
	}
	defer leave()
	p := phc{cost: h.cost, salt: make([]byte, saltSize), key: make([]byte, keySize)}
	if _, err := rand.Read(p.salt); err != nil {
		return "", fmt.Errorf("hashing a password: %w", err)
	}
	p.key = p.derive(s)
	return p.text(), nil
}

// Verify reports whether s is the password that stored was made of. It wraps
// ErrUnavailable as Hash does; any other error is a stored text that it cannot
// read.
func (h *Hasher) Verify(ctx context.Context, stored string, s hostkeep.Secret) (bool, error) {
	p, err := parsePHC(stored)
	if err != nil {
		return false, err
	}
	leave, err := h.enter(ctx, netip.Addr{})
	if err != nil {
		return false, err
	}
	defer leave()
	return p.matches(s), nil
}

// enter waits for a turn to compute; the caller must leave. from is whose password
// it is to check, the zero address for what a known caller sets.
func (h *Hasher) enter(ctx context.Context, from netip.Addr) (leave func(), err error) {
	leave = func() { <-h.slots }
	select {
	case h.slots <- struct{}{}:
		return leave, nil
	default:
	}
	done, ok := h.queue.join(from)
	if !ok {
		return nil, fmt.Errorf("%w: too many password checks wait", ErrUnavailable)
	}
	defer done()
	select {
	case h.slots <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: waiting to check a password: %w", ErrUnavailable, ctx.Err())
	}
}

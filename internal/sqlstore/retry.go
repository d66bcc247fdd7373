package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/hostkeep/hostkeep"
)

// attempts is how often a transaction is tried that others got in the way of.
const attempts = 10

// retry does it again while its error is one that may pass, after a pause that
// grows and is random, so that those who met do not meet again.
func retry(ctx context.Context, passing func(error) bool, do func() error) error {
	for n := 1; ; n++ {
		err := do()
		if err == nil || n == attempts || !passing(err) {
			return err
		}
		pause := time.NewTimer(rand.N(5 * time.Millisecond << min(n, 6)))
		select {
		case <-ctx.Done():
			pause.Stop()
			return err
		case <-pause.C:
		}
	}
}

// own is a context that the caller's end does not end: drivers interrupt badly,
// and a statement that was sent is better finished.
func own(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), d)
}

// told gives an error that is the store's state, not a mistake of ours, the
// sentence for the caller; the cause stays for the log.
func told(e engine, err error) error {
	if err == nil || errors.Is(err, hostkeep.ErrOutcomeUnknown) || hostkeep.KindOf(err) != 0 {
		return err
	}
	var say *hostkeep.Error
	switch e.class(err) {
	case unwritable:
		say = hostkeep.Errorf(hostkeep.Unavailable, "The store cannot be written now (disk full, read-only or failing); nothing was changed.")
	case lost:
		say = hostkeep.Errorf(hostkeep.Unavailable, "The store cannot be reached now; nothing was changed.")
	case again:
		say = hostkeep.Errorf(hostkeep.Unavailable, "The store is too busy now; nothing was changed.")
	default:
		return err
	}
	return fmt.Errorf("%w: %w", say, err)
}

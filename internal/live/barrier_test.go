package live_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
)

// other shows another node's row.
func (r *rig) other(name string, seq int64, lease time.Duration) {
	r.Helper()
	r.ok(r.there.Beat(r.Context(), hostkeep.NodeRow{Incarnation: "id of " + name, Name: name, Seq: seq, Lease: lease}))
}

func TestSettleNobodyElse(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	r.ok(r.node.Settle(t.Context(), r.node.Seq()+100, nil)) // its own row is no other's
	r.other("second", 5, lease)
	r.ok(r.node.Settle(t.Context(), 5, nil))

	r.other("stale", 0, lease)
	reads := r.gate.saw("Nodes")
	r.ok(r.node.Settle(t.Context(), 5, func() bool { return false }))
	same(t, "reads where no other can be", r.gate.saw("Nodes"), reads)
}

// TestSettleWaits: Settle ends when the last one has posted, not before.
func TestSettleWaits(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	r.other("second", 4, lease)
	r.other("third", 3, lease)
	var posted bool
	r.gate.set(func(string) error {
		switch n := r.gate.saw("Nodes"); {
		case n == 3:
			r.other("third", 9, lease)
		case n == 5:
			r.other("second", 5, lease)
			posted = true
		case n > 5:
			t.Error("it reads on after all have posted")
		}
		return nil
	}, nil)
	r.ok(r.node.Settle(t.Context(), 5, func() bool { return true }))
	if !posted {
		t.Error("Settle did not wait")
	}
}

// TestSettleMissing: it gives up when the leases of all that are missing are over
// by its own clock, with a margin, and names them.
func TestSettleMissing(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	r.other("here in time", 5, time.Hour)
	r.other("dead", 4, 10*time.Second)
	r.other("cut off", 0, 20*time.Second)
	start := r.now()
	r.gate.set(func(string) error { r.pass(time.Second); return nil }, nil)
	err := r.node.Settle(t.Context(), 5, nil)
	if hostkeep.KindOf(err) != hostkeep.Unavailable || !strings.Contains(err.Error(), "dead") ||
		!strings.Contains(err.Error(), "cut off") || strings.Contains(err.Error(), "in time") {
		t.Errorf("Settle answers %v", err)
	}
	if waited := r.now() - start; waited < 21*time.Second || waited > 22*time.Second {
		t.Errorf("it waited %v for leases of at most 20 s and a margin of 1 s", waited)
	}
}

func TestSettleEnds(t *testing.T) {
	t.Parallel()
	r := loaded(t, nil)
	r.other("second", 4, lease)
	ctx, cancel := context.WithCancel(t.Context())
	r.gate.onceAfter("Nodes", cancel)
	err := r.node.Settle(ctx, 5, nil)
	if hostkeep.KindOf(err) != hostkeep.Unavailable || !strings.Contains(err.Error(), "second") {
		t.Errorf("with its context over, Settle answers %v", err)
	}

	var alive bool
	r.ok(r.node.Settle(t.Context(), 5, func() bool { alive = !alive; return alive })) // it stops while we wait
	r.gate.fail(errDown, "Nodes")
	if err := r.node.Settle(t.Context(), 5, nil); !errors.Is(err, errDown) {
		t.Errorf("where the rows cannot be read, Settle answers %v", err)
	}
}

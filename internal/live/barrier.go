package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// Settle waits until every other node has posted a position at or past seq, or
// until the leases of those that have not have run out: from then on they serve
// nobody. alive, when not nil, says whether any other node can be there at all
// (the embedded store's lock tells). Settle names the nodes that it could not
// wait for.
func (n *Node) Settle(ctx context.Context, seq int64, alive func() bool) error {
	const margin = time.Second // for the difference of two machines' clock rates
	start := n.Boot()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if alive != nil && !alive() {
			return nil
		}
		late, err := n.behind(ctx, seq)
		if err != nil || len(late) == 0 {
			return err
		}
		if waited := n.Boot() - start; !slices.ContainsFunc(late, func(r hostkeep.NodeRow) bool { return waited < r.Lease+margin }) {
			return missing(late)
		}
		select {
		case <-ctx.Done():
			return missing(late)
		case <-tick.C:
		}
	}
}

func (n *Node) behind(ctx context.Context, seq int64) ([]hostkeep.NodeRow, error) {
	rows, err := n.Store.Nodes(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the nodes: %w", err)
	}
	return slices.DeleteFunc(rows, func(r hostkeep.NodeRow) bool { return r.Incarnation == n.Incarnation || r.Seq >= seq }), nil
}

func missing(late []hostkeep.NodeRow) error {
	names := make([]string, len(late))
	for i, r := range late {
		names[i] = r.Name
	}
	return hostkeep.Errorf(hostkeep.Unavailable, "The change is saved, but could not be seen to be in force on: %s.", strings.Join(names, ", "))
}

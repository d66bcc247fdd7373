package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// The rows of running servers are outside the record: they come and go with
// every heartbeat.
const (
	beatNode     = "INSERT INTO node (incarnation, name, seq, lease) VALUES (?, ?, ?, ?) ON CONFLICT (incarnation) DO UPDATE SET name = excluded.name, seq = excluded.seq, lease = excluded.lease"
	allNodes     = "SELECT incarnation, name, seq, lease FROM node"
	forgetNode   = "DELETE FROM node WHERE incarnation = ?"
	forgetOthers = "DELETE FROM node WHERE incarnation <> ?"
)

// Beat writes a node's row; when it returns without error, the row is committed.
func (s *Store) Beat(ctx context.Context, n hostkeep.NodeRow) error {
	return s.writeNode(ctx, beatNode, n.Incarnation, n.Name, n.Seq, n.Lease.Microseconds())
}

// Forget removes a node's row, if there is one.
func (s *Store) Forget(ctx context.Context, incarnation string) error {
	return s.writeNode(ctx, forgetNode, incarnation)
}

// ForgetOthers removes all rows but one: for a server that knows itself alone.
func (s *Store) ForgetOthers(ctx context.Context, incarnation string) error {
	return s.writeNode(ctx, forgetOthers, incarnation)
}

func (s *Store) writeNode(ctx context.Context, query string, args ...any) error {
	return s.write(ctx, func(tx *Tx) error {
		_, err := tx.exec(query, args...)
		return err
	})
}

// Nodes lists the rows of all nodes by incarnation.
func (s *Store) Nodes(ctx context.Context) (list []hostkeep.NodeRow, err error) {
	err = s.Read(ctx, func(r *Reader) (err error) {
		list, err = many(r, intoNode, allNodes)
		return err
	})
	slices.SortFunc(list, func(a, b hostkeep.NodeRow) int { return strings.Compare(a.Incarnation, b.Incarnation) })
	return list, err
}

func intoNode(_ *Reader, n *hostkeep.NodeRow) []any {
	return []any{&n.Incarnation, &n.Name, &n.Seq, scanned(func(v any) error {
		lease, ok := v.(int64)
		if !ok {
			return fmt.Errorf("lease is %T", v)
		}
		n.Lease = time.Duration(lease) * time.Microsecond
		return nil
	})}
}

package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/hostkeep/hostkeep"
)

// ErrDiverged means that a cursor is no place in this store's history: it was
// restored, replaced or rewritten, and must be loaded anew.
var ErrDiverged = errors.New("the store's history is another one")

// Head is the place of the last change; zero before the first start.
func (s *Store) Head(ctx context.Context) (at hostkeep.Cursor, err error) {
	err = s.Read(ctx, func(r *Reader) (err error) {
		at, err = r.head()
		return err
	})
	return at, err
}

// Events reads up to limit rows of the record, numbered above after, ascending.
func (s *Store) Events(ctx context.Context, after int64, limit int) (list []hostkeep.Event, err error) {
	err = s.Read(ctx, func(r *Reader) (err error) {
		list, err = many(r, intoEvent, selectRecord, after, limit)
		return err
	})
	return list, err
}

// Load reads all that a node keeps in memory, as of one place in the feed; the
// zones only if they are asked for. Rows with equal address lists share one, which
// must not be changed.
func (s *Store) Load(ctx context.Context, zones bool) (snap hostkeep.Snapshot, err error) {
	ctx, cancel := own(ctx, wholeTimeout)
	defer cancel()
	err = s.read(ctx, func(r *Reader) (err error) {
		if snap.At, err = r.head(); err != nil {
			return err
		}
		if snap.Principals, err = many(r, intoPrincipal, allPrincipals); err != nil {
			return err
		}
		if snap.Tokens, err = many(r, intoToken, allTokens); err != nil {
			return err
		}
		if zones {
			if snap.Zones, err = many(r, intoZone, fedZones); err != nil {
				return err
			}
		}
		snap.Guard, err = r.Guard()
		return err
	})
	return snap, err
}

// Since reads what changed after at. Every principal and token that a change
// named, and every zone if they are asked for, is read once, as it is now, or is in
// Gone. A cursor that is not in this store's history gets ErrDiverged.
func (s *Store) Since(ctx context.Context, at hostkeep.Cursor, zones bool) (d hostkeep.Delta, err error) {
	err = s.Read(ctx, func(r *Reader) (err error) {
		if d, err = r.since(at); err != nil {
			return err
		}
		return r.reread(&d, zones)
	})
	if err != nil {
		return hostkeep.Delta{}, err
	}
	return d, nil
}

// since reads the rows from the cursor's own on and checks that they follow on
// it without a gap up to the head.
func (r *Reader) since(at hostkeep.Cursor) (d hostkeep.Delta, err error) {
	head, err := r.head()
	if err != nil {
		return d, err
	}
	if head.Gen != at.Gen || head.Seq < at.Seq {
		return d, ErrDiverged
	}
	rows, err := many(r, intoEvent, selectRecord, at.Seq-1, math.MaxInt32)
	if err != nil {
		return d, err
	}
	last := hostkeep.Cursor{Gen: at.Gen}
	for i, e := range rows {
		first := i == 0 && at.Seq > 0
		if first && e.Seq != at.Seq || !first && (e.Seq != last.Seq+1 || !bytes.Equal(e.Prev, last.Hash[:])) || len(e.Hash) != len(last.Hash) {
			return d, ErrDiverged
		}
		last.Seq, last.Hash = e.Seq, [32]byte(e.Hash)
		if first && last != at {
			return d, ErrDiverged
		}
	}
	if last != head {
		return d, ErrDiverged
	}
	if at.Seq > 0 {
		rows = rows[1:]
	}
	return hostkeep.Delta{At: head, Events: rows}, nil
}

// reread fills the rows that the delta's events name.
func (r *Reader) reread(d *hostkeep.Delta, zones bool) error {
	seen := map[thing]bool{}
	for _, e := range d.Events {
		for _, o := range e.Objects {
			t := thing{o.Kind, o.ID}
			if seen[t] || o.Kind == hostkeep.KindZone && !zones {
				continue
			}
			seen[t] = true
			if err := r.rereadOne(d, o); err != nil {
				return fmt.Errorf("read %s %d again: %w", o.Kind, o.ID, err)
			}
		}
	}
	return nil
}

func (r *Reader) rereadOne(d *hostkeep.Delta, o hostkeep.Object) (err error) {
	switch o.Kind {
	case hostkeep.KindPrincipal:
		var p hostkeep.Principal
		if p, err = r.PrincipalByID(o.ID); err == nil {
			d.Principals = append(d.Principals, p)
		}
	case hostkeep.KindToken:
		var t hostkeep.Token
		if t, err = r.TokenByID(o.ID); err == nil {
			d.Tokens = append(d.Tokens, t)
		}
	case hostkeep.KindZone:
		var z hostkeep.Zone
		if z, err = one(r, intoZone, fedByID, o.ID); err == nil {
			d.Zones = append(d.Zones, z)
		}
	case hostkeep.KindGuard:
		if d.Guard == nil {
			var g hostkeep.Guard
			g, err = r.Guard()
			d.Guard = &g
		}
	}
	if errors.Is(err, hostkeep.ErrNotFound) {
		d.Gone, err = append(d.Gone, o), nil
	}
	return err
}

// Moved is a hint whether another connection or process may have committed since
// the last call. The first answer, and every one for PostgreSQL, is true.
func (s *Store) Moved(ctx context.Context) (bool, error) {
	if s.watch == nil {
		return true, nil
	}
	ctx, cancel := own(ctx, callTimeout)
	defer cancel()
	s.watching.Lock()
	defer s.watching.Unlock()
	var version int64
	if err := s.watch.QueryRowContext(ctx, s.engine.watch()).Scan(&version); err != nil {
		return true, told(s.engine, fmt.Errorf("watch the database: %w", err))
	}
	moved := version != s.version
	s.version = version
	return moved, nil
}

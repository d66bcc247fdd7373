package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
)

// Tx is one change: a Reader that also writes. Each write names what it touched,
// and all of it becomes one row of the record.
type Tx struct {
	Reader
	store   *Store
	seq     int64 // the number that this change will have; rows carry it
	objects []hostkeep.Object
	noted   map[thing]bool // what stands in objects
	wrote   bool
}

// thing is what an Object is about, whatever its name is by now.
type thing struct {
	kind string
	id   int64
}

// Change runs do and records it, all or nothing, and answers the change's place
// in the feed. Before do it checks that c's credential still stands as it was
// when the call was let in, else hostkeep.Denied. do may run more than once, so
// it must only write through Tx and set variables that it sets anew. A do that
// wrote nothing leaves no trace; the answer is then the head.
//
// Errors: do's own; ErrExists for a taken name; kind Invalid for text that is
// not clean; kind Unavailable when the store cannot be written or reached, and
// nothing was changed; ErrOutcomeUnknown when the connection went during COMMIT.
func (s *Store) Change(ctx context.Context, c hostkeep.Change, do func(*Tx) error) (at hostkeep.Cursor, err error) {
	if err := checkChange(c); err != nil {
		return at, err
	}
	err = s.write(ctx, func(tx *Tx) error {
		if err = tx.turn(); err != nil {
			return err
		}
		if at, err = tx.head(); err != nil {
			return err
		}
		if at.Seq == 0 {
			return hostkeep.Errorf(hostkeep.Unavailable, "The store has not been set up yet.")
		}
		tx.seq = at.Seq + 1
		if err := tx.recheck(c.Caller); err != nil {
			return err
		}
		if err := do(tx); err != nil || tx.failed != nil || len(tx.objects) == 0 {
			return err
		}
		at, err = tx.record(c, at)
		return err
	})
	if err != nil {
		return hostkeep.Cursor{}, err
	}
	return at, nil
}

// write is the one way to write: a transaction under the store's own time, tried
// again when others got in the way.
func (s *Store) write(ctx context.Context, do func(*Tx) error) error {
	ctx, cancel := own(ctx, callTimeout)
	defer cancel()
	passing := func(err error) bool {
		return !errors.Is(err, hostkeep.ErrOutcomeUnknown) && s.engine.class(err) == again
	}
	return told(s.engine, retry(ctx, passing, func() error { return s.writeOnce(ctx, do) }))
}

func (s *Store) writeOnce(ctx context.Context, do func(*Tx) error) error {
	raw, err := s.writer.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return fmt.Errorf("begin a change: %w", err)
	}
	defer func() { _ = raw.Rollback() }()
	tx := &Tx{Reader: newReader(ctx, s.engine, raw), store: s, noted: map[thing]bool{}}
	if err := tx.outcome(do(tx)); err != nil || !tx.wrote {
		return err
	}
	if err := raw.Commit(); err != nil {
		if s.engine.undone(err) {
			return fmt.Errorf("commit: %w", err)
		}
		return fmt.Errorf("commit: %w: %w", hostkeep.ErrOutcomeUnknown, err)
	}
	return nil
}

// turn waits until no other change is under way, of this process or another, and
// keeps those that come out until this one has ended. Of two changes side by side
// one is always for nothing, as both number the same row; and who loses by chance
// can lose ten times.
func (tx *Tx) turn() error {
	statement := tx.engine.turn()
	if statement == "" {
		return nil
	}
	_, err := tx.tx.ExecContext(tx.ctx, statement)
	if err != nil {
		err = tx.fail(fmt.Errorf("wait for a turn: %w", err))
	}
	return err
}

// recheck refuses a credential that is no longer what it was. No change that this
// did not see can commit first: each has its turn.
func (tx *Tx) recheck(c hostkeep.Caller) error {
	p, err := tx.PrincipalByID(c.User.ID)
	stands := err == nil
	switch c.Via {
	case hostkeep.ViaToken:
		t, terr := tx.TokenByID(c.TokenID)
		stands = stands && p.Change == c.User.Change && terr == nil && t.OwnerID == p.ID && t.CPanel == c.CPanel &&
			t.Change == c.TokenChange && !t.Expired(tx.store.now())
	case hostkeep.ViaSession:
		stands = stands && p.Change == c.User.Change && tx.sessionStands(c)
	case hostkeep.ViaPassword:
		stands = stands && p.Change == c.User.Change
	case hostkeep.ViaCommand, hostkeep.ViaSystem:
	default:
		stands = false
	}
	if c.ActsFor.ID != 0 { // whether the caller may was judged by what the account was
		a, aerr := tx.PrincipalByID(c.ActsFor.ID)
		stands = stands && aerr == nil && a.Change == c.ActsFor.Change
	}
	if tx.failed != nil {
		return tx.failed
	}
	if !stands {
		return hostkeep.Errorf(hostkeep.Denied, "Your credential was changed while this call ran; nothing was done.")
	}
	return nil
}

// exec runs a statement with a caller's texts and answers how many rows it wrote.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	if tx.failed != nil {
		return 0, tx.failed
	}
	if err := checkArgs(args); err != nil {
		return 0, err
	}
	return tx.execRaw(query, args...)
}

// execRaw is exec without the door, for text that the store itself has made.
func (tx *Tx) execRaw(query string, args ...any) (int64, error) {
	res, err := tx.tx.ExecContext(tx.ctx, tx.engine.rebind(query), args...)
	var n int64
	if err == nil {
		n, err = res.RowsAffected()
	}
	if err != nil {
		return 0, tx.fail(tx.asExists(err))
	}
	tx.wrote = tx.wrote || n > 0
	return n, nil
}

func (tx *Tx) asExists(err error) error {
	if tx.engine.class(err) == exists {
		return fmt.Errorf("write: %w: %w", hostkeep.ErrExists, err)
	}
	return fmt.Errorf("write: %w", err)
}

// update is exec of a statement that must find its row.
func (tx *Tx) update(query string, args ...any) error {
	n, err := tx.exec(query, args...)
	if err == nil && n == 0 {
		err = hostkeep.ErrNotFound
	}
	return err
}

// returning runs a write that answers the rows it wrote.
func returning[T any](tx *Tx, into columns[T], query string, args ...any) ([]T, error) {
	list, err := many(&tx.Reader, into, query, args...)
	tx.wrote = tx.wrote || len(list) > 0
	return list, err
}

// Note notes for the record what has no row of its own and stands in one that was
// written.
func (tx *Tx) Note(o hostkeep.Object) { tx.objects = append(tx.objects, o) }

// touched notes what was written, once.
func (tx *Tx) touched(o hostkeep.Object) {
	if t := (thing{o.Kind, o.ID}); !tx.noted[t] {
		tx.noted[t] = true
		tx.objects = append(tx.objects, o)
	}
}

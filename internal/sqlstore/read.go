package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
)

// Reader answers from one consistent state of the store. It is valid until the
// function that was given it returns, and for one goroutine.
type Reader struct {
	ctx        context.Context // of the transaction, which the Reader is
	tx         *sql.Tx
	engine     engine
	privileges map[string]hostkeep.Privileges // by stored text: each is parsed once
	addresses  map[string]hostkeep.AddressList
	failed     error // the first statement that failed: nothing counts after it
}

func newReader(ctx context.Context, e engine, tx *sql.Tx) Reader {
	return Reader{ctx: ctx, tx: tx, engine: e, privileges: map[string]hostkeep.Privileges{}, addresses: map[string]hostkeep.AddressList{}}
}

// Read runs do on one consistent state. do may run more than once. A store that
// cannot be reached is a hostkeep.Error of kind Unavailable.
func (s *Store) Read(ctx context.Context, do func(*Reader) error) error {
	ctx, cancel := own(ctx, callTimeout)
	defer cancel()
	return s.read(ctx, do)
}

func (s *Store) read(ctx context.Context, do func(*Reader) error) error {
	passing := func(err error) bool { return s.engine.class(err) == again }
	return told(s.engine, retry(ctx, passing, func() error {
		tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if err != nil {
			return fmt.Errorf("begin to read: %w", err)
		}
		defer func() { _ = tx.Rollback() }()
		r := newReader(ctx, s.engine, tx)
		return r.outcome(do(&r))
	}))
}

// fail remembers an error of the database: PostgreSQL refuses all that follows
// in the transaction and SQLite does not, so neither may go on.
func (r *Reader) fail(err error) error {
	if r.failed == nil {
		r.failed = err
	}
	return err
}

// outcome is do's own error, which may be a caller's sentence for a statement
// that failed; but what do swallowed fails all the same, and what may pass when
// tried again is never hidden by a sentence.
func (r *Reader) outcome(err error) error {
	if r.failed != nil && (err == nil || r.engine.class(r.failed) == again) {
		return r.failed
	}
	return err
}

// columns says where in v each column of a query goes. It is asked once a query,
// so every column must be written anew by each row.
type columns[T any] func(r *Reader, v *T) []any

// one answers the row of a query that finds one or none; none is ErrNotFound.
func one[T any](r *Reader, into columns[T], query string, args ...any) (T, error) {
	list, err := many(r, into, query, args...)
	if err == nil && len(list) == 0 {
		err = hostkeep.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return list[0], nil
}

// many answers all rows of a query. A text that the door would not let in is in
// no row, so it finds none.
func many[T any](r *Reader, into columns[T], query string, args ...any) (list []T, err error) {
	if r.failed != nil {
		return nil, r.failed
	}
	if checkArgs(args) != nil {
		return nil, nil
	}
	rows, err := r.tx.QueryContext(r.ctx, r.engine.rebind(query), args...)
	if err != nil {
		return nil, r.fail(fmt.Errorf("query: %w", err))
	}
	defer func() { _ = rows.Close() }()
	var v T
	var read chunks[T]
	dest := into(r, &v)
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, r.fail(fmt.Errorf("read row: %w", err))
		}
		read.add(v)
	}
	if err := rows.Err(); err != nil {
		return nil, r.fail(fmt.Errorf("read rows: %w", err))
	}
	return read.all(), nil
}

// chunks gathers rows of unknown number. A slice that grows by appending takes
// five times what it comes to; this takes twice.
type chunks[T any] struct {
	full [][]T
	last []T
}

func (c *chunks[T]) add(v T) {
	if len(c.last) == cap(c.last) {
		c.full = append(c.full, c.last)
		c.last = make([]T, 0, min(max(2*cap(c.last), 1), 1024))
	}
	c.last = append(c.last, v)
}

func (c *chunks[T]) all() []T {
	if len(c.full) < 2 { // the first is empty
		return c.last
	}
	return slices.Concat(append(c.full, c.last)...)
}

func intoNumber(_ *Reader, n *int64) []any { return []any{n} }

func intoText(_ *Reader, s *string) []any { return []any{s} }

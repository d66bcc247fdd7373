package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hostkeep/hostkeep"
)

// spoil sets something on the one connection that writes.
func spoil(t *testing.T, s *Store, pragma string) {
	t.Helper()
	_, err := s.writer.ExecContext(t.Context(), pragma)
	must(t, err)
}

func TestUnwritable(t *testing.T) {
	t.Parallel()
	for name, pragma := range map[string]string{"disk full": "PRAGMA max_page_count = 1", "read-only": "PRAGMA query_only = on"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := bootstrapped(t)
			before, err := s.Head(t.Context())
			must(t, err)
			spoil(t, s, pragma) // SQLite takes the size that the file has for the limit
			_, err = s.Change(t.Context(), system(), func(tx *Tx) error {
				for i := range 100 {
					if err := tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: fmt.Sprint(i), Extensions: strings.Repeat("x", maxText)}); err != nil {
						return fmt.Errorf("insert: %w", err)
					}
				}
				return nil
			})
			if hostkeep.KindOf(err) != hostkeep.Unavailable || !strings.Contains(err.Error(), "The store cannot be written now") {
				t.Fatal(err)
			}
			if after, err := s.Head(t.Context()); err != nil || after != before {
				t.Fatalf("%+v %v", after, err)
			}
		})
	}
}

func TestPanicRollsBack(t *testing.T) {
	t.Parallel()
	s, _ := bootstrapped(t)
	func() {
		defer func() { _ = recover() }()
		_, _ = s.Change(t.Context(), system(), func(tx *Tx) error {
			_ = insert("x")(tx)
			panic("a handler's mistake")
		})
	}()
	_, err := s.Change(t.Context(), system(), insert("x"))
	must(t, err)
}

func TestWrongSealIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := bootstrapped(t)
	s.seal = func(e *hostkeep.Event) { e.Hash = []byte("short") }
	if _, err := s.Change(t.Context(), system(), insert("x")); err == nil {
		t.Fatal("a row without a hash was written")
	}
	if err := s.Read(t.Context(), func(r *Reader) error { _, err := r.Package("x"); return err }); !errors.Is(err, hostkeep.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	busy := errors.New("busy")
	for _, tc := range []struct{ fails, want int }{{0, 1}, {3, 4}, {9, 10}, {99, 10}} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			err := retry(t.Context(), func(err error) bool { return errors.Is(err, busy) }, func() error {
				if tries++; tries <= tc.fails {
					return busy
				}
				return nil
			})
			if tries != tc.want || (err != nil) != (tc.fails >= 10) {
				t.Errorf("%d failures: %d tries, %v", tc.fails, tries, err)
			}
		})
	}
	tries := 0
	err := retry(t.Context(), func(error) bool { return false }, func() error { tries++; return busy })
	if tries != 1 || !errors.Is(err, busy) {
		t.Errorf("an error that does not pass: %d tries, %v", tries, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tries = 0
	if err := retry(ended, func(error) bool { return true }, func() error { tries++; return busy }); !errors.Is(err, busy) || tries == attempts {
		t.Errorf("time is up: %d tries, %v", tries, err)
	}
}

// pgError is an answer of PostgreSQL.
type pgError string

func (e pgError) Error() string    { return "server: " + string(e) }
func (e pgError) SQLState() string { return string(e) }

// unsent is what pgx calls a failure before anything was sent, not always rightly.
type unsent bool

func (unsent) Error() string       { return "conn closed" }
func (u unsent) SafeToRetry() bool { return bool(u) }

func TestPostgresErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err    error
		class  class
		undone bool // when COMMIT answers it
	}{
		{pgError("40001"), again, true},
		{pgError("40P01"), again, true},
		{pgError("40003"), again, false}, // "statement completion unknown"
		{pgError("23505"), exists, true},
		{pgError("23503"), other, true},
		{pgError("53100"), unwritable, false},
		{pgError("25006"), unwritable, false},
		{pgError("08006"), lost, false},
		{pgError("57P01"), lost, false},
		{pgError("42601"), other, false},
		{unsent(true), lost, false},
		{unsent(false), lost, false},
		{io.ErrUnexpectedEOF, lost, false},
		{driver.ErrBadConn, lost, false},
		{context.DeadlineExceeded, lost, false},
		{sql.ErrTxDone, lost, true},
		{errMoved, again, false},
		{errors.New("ours"), other, false},
	} {
		e := &postgresEngine{}
		err := fmt.Errorf("wrapped: %w", tc.err)
		if e.class(err) != tc.class || e.undone(err) != tc.undone {
			t.Errorf("%v: class %d, undone %t", tc.err, e.class(err), e.undone(err))
		}
	}
}

func TestTold(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{pgError("40001"), pgError("53100"), pgError("08006")} {
		err := told(&postgresEngine{}, cause)
		var e *hostkeep.Error
		if !errors.As(err, &e) || e.Kind != hostkeep.Unavailable || !errors.Is(err, cause) || strings.Contains(e.Message, "server") {
			t.Errorf("%v is told as %v", cause, err)
		}
	}
	for _, same := range []error{nil, hostkeep.ErrNotFound, fmt.Errorf("%w: %w", hostkeep.ErrOutcomeUnknown, io.EOF), hostkeep.Errorf(hostkeep.Denied, "no")} {
		if err := told(&postgresEngine{}, same); err != same { //nolint:errorlint // the very same is meant
			t.Errorf("%v became %v", same, err)
		}
	}
}

func TestRebind(t *testing.T) {
	t.Parallel()
	e := &postgresEngine{}
	for range 2 { // made, then remembered
		if got := e.rebind("UPDATE t SET (a, b) = (?, ?) WHERE c = ?"); got != "UPDATE t SET (a, b) = ($1, $2) WHERE c = $3" {
			t.Fatal(got)
		}
	}
	if got := e.rebind("SELECT 1"); got != "SELECT 1" {
		t.Fatal(got)
	}
	want := "CREATE TABLE t (\n\tn BIGINT NOT NULL,\n\ts TEXT COLLATE \"C\" NOT NULL,\n\tb BYTEA NOT NULL\n);"
	if got := e.ddl("CREATE TABLE t (\n\tn BIGINT NOT NULL,\n\ts TEXT NOT NULL,\n\tb BYTES NOT NULL\n) STRICT;"); got != want {
		t.Fatal(got)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(idEpoch).Add(time.Hour)
	s := idSource{now: func() time.Time { return at }}
	id := s.next()
	if ms := id >> 22; ms != time.Hour.Milliseconds() {
		t.Fatalf("%d ms", ms)
	}
	at = time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC)
	if late := s.next(); late <= id {
		t.Fatalf("%d after %d", late, id)
	}
	early := idSource{now: func() time.Time { return time.Unix(0, 0) }}
	if id := early.next(); id < 1<<22 {
		t.Fatalf("%d: below the ids of the store's own", id)
	}
}

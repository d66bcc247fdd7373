package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"modernc.org/sqlite"

	"github.com/hostkeep/hostkeep"
)

// engine is all in which SQLite and PostgreSQL differ.
type engine interface {
	name() string // the database for people, free of secrets
	prepare(ctx context.Context, create bool, now hostkeep.Clock) error
	pools() (writer, reader *sql.DB, err error)
	settings() []setting         // in force on every connection
	rebind(query string) string  // the placeholders
	ddl(migration string) string // the column types
	tables() string              // query: the names of all tables there are
	integrity() []string         // queries that answer nothing, or "ok"
	watch() string               // query: a number that moves when others commit; "" if there is none
	turn() string                // statement: a change waits until no other is under way; "" if BEGIN does
	class(err error) class       // what sort of failure it is
	undone(commitErr error) bool // after a failed COMMIT: the change is certainly not in force
}

// setting is a query and the one answer that is accepted.
type setting struct{ query, want string }

// class sorts the engines' errors.
type class uint8

const (
	other      class = iota
	again            // busy, serialization, deadlock: the same once more may succeed
	exists           // a unique index refused
	unwritable       // disk full, I/O error, read-only
	lost             // no connection, or no answer in time
)

func engineFor(database string) (engine, error) {
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok && filepath.IsAbs(path) {
		return sqliteEngine{path}, nil
	}
	if u, err := url.Parse(database); err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") {
		q := u.Query()
		q.Set("synchronous_commit", "on")
		if !q.Has(idleInChange) {
			q.Set(idleInChange, "10s")
		}
		u.RawQuery = q.Encode()
		return &postgresEngine{url: u}, nil
	}
	// The text may hold a password, so neither it nor the parser's word is shown.
	return nil, hostkeep.Errorf(hostkeep.Invalid, "The database must be \"sqlite:/absolute/path\" or a \"postgres://\" URL.")
}

// idleInChange is how long PostgreSQL waits for a node that began a change and fell
// silent, while all others wait for their turn: shorter than their callTimeout, longer
// than the work on a huge zone.
const idleInChange = "idle_in_transaction_session_timeout"

func size(db *sql.DB, conns int) *sql.DB {
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db
}

// applicationID marks our SQLite files: "Hkp1".
const applicationID = 0x486b7031

type sqliteEngine struct{ path string }

func (e sqliteEngine) name() string { return e.path }

// open never makes a file. The pragmas stand in the address, so that every
// connection of a pool has them.
func (e sqliteEngine) open(more url.Values) (*sql.DB, error) {
	q := url.Values{"mode": {"rw"}, "_busy_timeout": {"10000"}, "_foreign_keys": {"on"}, "_synchronous": {"FULL"}, "_dqs": {"false"}, "_defensive": {"true"}}
	for k, v := range more {
		q[k] = v
	}
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Path: e.path, RawQuery: q.Encode()}).String())
}

func (e sqliteEngine) pools() (writer, reader *sql.DB, err error) {
	if writer, err = e.open(url.Values{"_journal_mode": {"WAL"}, "_txlock": {"immediate"}}); err != nil {
		return nil, nil, err
	}
	if reader, err = e.open(url.Values{"_journal_mode": {"WAL"}, "_query_only": {"on"}}); err != nil {
		return writer, nil, err
	}
	return size(writer, 1), size(reader, readers+1), nil // one of the readers watches
}

func (e sqliteEngine) settings() []setting {
	return []setting{
		{"PRAGMA journal_mode", "wal"},
		{"PRAGMA synchronous", "2"},
		{"PRAGMA foreign_keys", "1"},
		{"PRAGMA busy_timeout", "10000"},
		{"PRAGMA application_id", strconv.Itoa(applicationID)},
	}
}

func (sqliteEngine) rebind(query string) string { return query }
func (sqliteEngine) watch() string              { return "PRAGMA data_version" }
func (sqliteEngine) turn() string               { return "" }

func (sqliteEngine) ddl(text string) string {
	return strings.NewReplacer("BIGINT", "INTEGER", "BYTES", "BLOB").Replace(text)
}

func (sqliteEngine) tables() string {
	return `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`
}

func (sqliteEngine) integrity() []string {
	return []string{"PRAGMA integrity_check", "SELECT parent FROM pragma_foreign_key_check"}
}

// SQLite's result codes: the low byte is the class, the whole the exact case.
const (
	sqlitePerm, sqliteBusy, sqliteLocked, sqliteReadonly = 3, 5, 6, 8
	sqliteIO, sqliteFull, sqliteCantOpen                 = 10, 13, 14
	sqlitePrimaryKey, sqliteUnique                       = 1555, 2067
)

func (sqliteEngine) class(err error) class {
	var e *sqlite.Error
	switch {
	case !errors.As(err, &e):
		return anyClass(err)
	case e.Code() == sqliteUnique || e.Code() == sqlitePrimaryKey:
		return exists
	}
	switch e.Code() & 0xff {
	case sqliteBusy, sqliteLocked:
		return again
	case sqlitePerm, sqliteReadonly, sqliteIO, sqliteFull, sqliteCantOpen:
		return unwritable
	}
	return other
}

// undone: SQLite rolls back a COMMIT that fails, but after an I/O error the
// commit's mark may be in the log's file, where the next start would find it.
func (sqliteEngine) undone(err error) bool {
	var e *sqlite.Error
	return !errors.As(err, &e) || e.Code()&0xff != sqliteIO
}

type postgresEngine struct {
	url   *url.URL
	bound sync.Map // query → the same with $n
}

func (e *postgresEngine) name() string { return e.url.Host + e.url.Path }

func (*postgresEngine) prepare(context.Context, bool, hostkeep.Clock) error { return nil }

func (e *postgresEngine) pools() (writer, reader *sql.DB, err error) {
	if writer, err = sql.Open("pgx", e.url.String()); err != nil {
		return nil, nil, err
	}
	if reader, err = sql.Open("pgx", e.url.String()); err != nil {
		return writer, nil, err
	}
	return size(writer, 1), size(reader, readers), nil
}

func (*postgresEngine) settings() []setting {
	return []setting{
		{"SHOW in_hot_standby", "off"},
		{"SHOW server_encoding", "UTF8"},
		{"SHOW fsync", "on"},
		{"SHOW full_page_writes", "on"},
		{"SHOW synchronous_commit", "on"},
	}
}

// rebind writes each ? as $n. No statement has a ? inside a literal.
func (e *postgresEngine) rebind(query string) string {
	if known, ok := e.bound.Load(query); ok {
		return known.(string)
	}
	var b strings.Builder
	for i, part := range strings.Split(query, "?") {
		if i > 0 {
			fmt.Fprintf(&b, "$%d", i)
		}
		b.WriteString(part)
	}
	e.bound.Store(query, b.String())
	return b.String()
}

func (*postgresEngine) watch() string { return "" }

// turn: LOCK TABLE waits in line and, unlike a query, leaves the transaction's
// snapshot to be taken after. Whoever only reads is not kept out.
func (*postgresEngine) turn() string { return "LOCK TABLE head IN EXCLUSIVE MODE" }

func (*postgresEngine) ddl(text string) string {
	return strings.NewReplacer("BYTES", "BYTEA", "TEXT", `TEXT COLLATE "C"`, ") STRICT;", ");").Replace(text)
}

func (*postgresEngine) tables() string {
	return "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
}

func (*postgresEngine) integrity() []string { return nil }

func (*postgresEngine) class(err error) class {
	state := sqlState(err)
	if state == "" {
		return anyClass(err)
	}
	switch state {
	case "42P07": // a table that another node has just made
		return again
	case "23505":
		return exists
	case "53100", "58030", "25006":
		return unwritable
	case "25P03": // silent for too long within a change
		return lost
	}
	switch state[:2] {
	case "40":
		return again
	case "08", "53", "57":
		return lost
	}
	return other
}

// undone: only an answer of the server that says so. What pgx says of a
// connection that went while it waited for the answer to COMMIT is no proof: its
// error then claims that nothing had been sent (SafeToRetry).
func (*postgresEngine) undone(err error) bool {
	state := sqlState(err)
	return state != "40003" && (strings.HasPrefix(state, "40") || strings.HasPrefix(state, "23")) || errors.Is(err, sql.ErrTxDone)
}

func sqlState(err error) string {
	var e interface{ SQLState() string }
	if errors.As(err, &e) && len(e.SQLState()) == 5 {
		return e.SQLState()
	}
	return ""
}

// errMoved says that somebody else's change took the number.
var errMoved = errors.New("the head moved")

// anyClass sorts the errors that are no answer of a database.
func anyClass(err error) class {
	var network net.Error
	var unsent interface{ SafeToRetry() bool }
	switch {
	case errors.Is(err, errMoved):
		return again
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, sql.ErrTxDone), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network), errors.As(err, &unsent):
		return lost
	}
	return other
}

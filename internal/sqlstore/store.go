// Package sqlstore keeps principals, tokens, accounts, packages, the record and
// the nodes in SQLite or PostgreSQL, and is the only place with SQL. It decides
// that a change is whole, numbered, recorded and made by a credential that still
// stands; it refuses to know what a change means, who may ask for it, and how
// anything is said to a caller or on a wire.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hostkeep/hostkeep"
)

// How long one call to the store may take in all, and one that reads it whole.
// Both are the store's own: a request that goes away stops nothing.
const (
	callTimeout  = 30 * time.Second
	wholeTimeout = 10 * time.Minute
)

// readers is how many connections serve reads beside the one that writes.
const readers = 4

// Options say which store to open, and lend it what it must not know itself.
type Options struct {
	Database string                // "sqlite:/abs/path/hostkeep.db" or "postgres://…"
	Now      hostkeep.Clock        // time of the record's rows and of new ids
	Node     string                // incarnation written to the record
	Seal     func(*hostkeep.Event) // sets Hash (32 bytes) and MAC from Prev and the rest
	Create   bool                  // may create a new database; else a missing one is an error
}

// Store is an open database. Its methods may be called at the same time.
type Store struct {
	now    hostkeep.Clock
	node   string
	seal   func(*hostkeep.Event)
	engine engine
	writer *sql.DB // one connection: changes of this process stand in line
	reader *sql.DB
	ids    idSource

	watching sync.Mutex
	watch    *sql.Conn // SQLite only
	version  int64     // of the data, when watch looked last
}

// Open opens the database, creates it if it may, brings its tables up to this
// program's version, and checks that the settings that durability hangs on are
// in force. A database that is not ours, or newer than this program, is refused
// with a hostkeep.Error of kind Unavailable and left as it is.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil || o.Seal == nil {
		return nil, errors.New("open store: no clock or no seal given")
	}
	e, err := engineFor(o.Database)
	if err != nil {
		return nil, err
	}
	s := &Store{now: o.Now, node: o.Node, seal: o.Seal, engine: e, ids: idSource{now: o.Now}}
	if err := s.open(ctx, o.Create); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open store: %w", told(e, err))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, create bool) error {
	ctx, cancel := context.WithTimeout(ctx, wholeTimeout)
	defer cancel()
	if err := s.engine.prepare(ctx, create, s.now); err != nil {
		return err
	}
	var err error
	if s.writer, s.reader, err = s.engine.pools(); err != nil {
		return err
	}
	if err := migrate(ctx, s.engine, s.writer, create, s.now); err != nil {
		return err
	}
	return s.inspect(ctx)
}

// inspect reads the settings back on a connection of each pool.
func (s *Store) inspect(ctx context.Context) error {
	if err := checkSettings(ctx, s.engine, s.writer); err != nil {
		return err
	}
	if err := checkSettings(ctx, s.engine, s.reader); err != nil {
		return err
	}
	if s.engine.watch() == "" {
		return nil
	}
	var err error
	if s.watch, err = s.reader.Conn(ctx); err != nil {
		return fmt.Errorf("watch the database: %w", err)
	}
	return nil
}

func checkSettings(ctx context.Context, e engine, db *sql.DB) error {
	for _, set := range e.settings() {
		var got string
		if err := db.QueryRowContext(ctx, set.query).Scan(&got); err != nil {
			return fmt.Errorf("%s: %w", set.query, err)
		}
		if got != set.want {
			return hostkeep.Errorf(hostkeep.Unavailable, "The database's setting %q is %q and must be %q.", set.query, got, set.want)
		}
	}
	return nil
}

// Close ends all connections, the writer's last, so that it may tidy up.
func (s *Store) Close() error {
	var errs []error
	if s.watch != nil {
		errs = append(errs, s.watch.Close())
	}
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

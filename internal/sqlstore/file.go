package sqlstore

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/hostkeep/hostkeep"
)

// prepare makes a missing file, whole or not at all, and looks at one that is
// there before anything may write to it.
func (e sqliteEngine) prepare(ctx context.Context, create bool, now hostkeep.Clock) error {
	_, err := os.Lstat(e.path)
	if errors.Is(err, fs.ErrNotExist) {
		if !create {
			return e.refuse("does not exist")
		}
		if err := e.create(ctx, now); err != nil {
			return err
		}
	}
	if err := e.header(); err != nil {
		return err
	}
	if err := e.private(); err != nil {
		return err
	}
	return e.peek(ctx)
}

func (e sqliteEngine) refuse(why string) error {
	return hostkeep.Errorf(hostkeep.Unavailable, "The database file %s %s.", e.path, why)
}

// create fills a new file beside the place and links it there when it is
// complete: a crash leaves no half-made database, and of two that create at the
// same time one wins. The mark stands in the file itself from the start, never
// only in the log beside it.
func (e sqliteEngine) create(ctx context.Context, now hostkeep.Clock) error {
	f, err := os.CreateTemp(filepath.Dir(e.path), filepath.Base(e.path)+".new-*") // mode 0600
	if err != nil {
		return hostkeep.Errorf(hostkeep.Unavailable, "The database file %s cannot be created: %v.", e.path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err := f.Close(); err != nil {
		return fmt.Errorf("create %s: %w", e.path, err)
	}
	if err := (sqliteEngine{f.Name()}).fill(ctx, now); err != nil {
		return fmt.Errorf("create %s: %w", e.path, err)
	}
	if err := os.Link(f.Name(), e.path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("create %s: %w", e.path, err)
	}
	return syncFolder(filepath.Dir(e.path))
}

func (e sqliteEngine) fill(ctx context.Context, now hostkeep.Clock) (err error) {
	db, err := e.open(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := size(db, 1).ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return fmt.Errorf("mark the file: %w", err)
	}
	return migrate(ctx, e, db, true, now)
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// header reads the file's first bytes without SQLite, which might change it.
func (e sqliteEngine) header() error {
	f, err := os.Open(e.path)
	if err != nil {
		return e.refuse("cannot be opened")
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return e.refuse("is not a regular file")
	}
	head := make([]byte, 72)
	if _, err := io.ReadFull(f, head); err != nil || string(head[:16]) != "SQLite format 3\x00" {
		return e.refuse("is not an SQLite database")
	}
	if binary.BigEndian.Uint32(head[68:]) != applicationID {
		return e.refuse("is an SQLite database of another program")
	}
	return nil
}

// private takes away what a careless copy has given to group and others. New
// files beside it get the database's own mode from SQLite.
func (e sqliteEngine) private() error {
	for _, path := range []string{e.path, e.path + "-wal", e.path + "-shm"} {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err == nil {
			err = os.Chmod(path, 0o600)
		}
		if err != nil {
			return fmt.Errorf("make %s private: %w", path, err)
		}
	}
	return nil
}

// peek refuses a newer schema on a connection that cannot write.
func (e sqliteEngine) peek(ctx context.Context) (err error) {
	db, err := e.open(url.Values{"mode": {"ro"}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return peek(ctx, e, size(db, 1))
}

func peek(ctx context.Context, e engine, db *sql.DB) error {
	have, err := schemaVersion(ctx, e, db)
	if err == nil && have == 0 {
		return hostkeep.Errorf(hostkeep.Unavailable, "The database %s has no Hostkeep tables.", e.name())
	}
	return err
}

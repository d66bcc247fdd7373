package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
)

// migrations/NNNN_name.sql, numbered from 1 without gaps; a released one never
// changes.
//
//go:embed migrations/*.sql
var migrations embed.FS

// queryer is a pool or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// schemaVersion is the number of the last migration that the database has had,
// 0 for an empty one. Tables of others, or of a newer program, are refused.
func schemaVersion(ctx context.Context, e engine, db queryer) (int, error) {
	tables, err := texts(ctx, db, e.tables())
	if err != nil {
		return 0, fmt.Errorf("list tables: %w", err)
	}
	if len(tables) == 0 {
		return 0, nil
	}
	for _, ours := range []string{"migration", "head", "record", "principal"} {
		if !slices.Contains(tables, ours) {
			return 0, hostkeep.Errorf(hostkeep.Unavailable, "The database %s has tables of another program.", e.name())
		}
	}
	var have int
	if err := db.QueryRowContext(ctx, "SELECT max(version) FROM migration").Scan(&have); err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	names, err := migrations.ReadDir("migrations")
	if err == nil && have > len(names) {
		err = hostkeep.Errorf(hostkeep.Unavailable, "The database %s was made by a newer Hostkeep: its schema is %d, this program knows up to %d.", e.name(), have, len(names))
	}
	return have, err
}

// migrate runs what is missing, all in one transaction. Several nodes may start
// on one database at the same time, so losing that race is tried again.
func migrate(ctx context.Context, e engine, db *sql.DB, create bool, now hostkeep.Clock) error {
	return retry(ctx, func(err error) bool { return e.class(err) == again || e.class(err) == exists }, func() error {
		tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		defer func() { _ = tx.Rollback() }()
		have, err := schemaVersion(ctx, e, tx)
		if err != nil {
			return err
		}
		if have == 0 && !create {
			return hostkeep.Errorf(hostkeep.Unavailable, "The database %s has no Hostkeep tables.", e.name())
		}
		ran, err := migrateFrom(ctx, e, tx, have, now)
		if err != nil || !ran {
			return err
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("commit migration: %w", err)
		}
		return nil
	})
}

const insertMigration = "INSERT INTO migration (version, name, applied) VALUES (?, ?, ?)"

func migrateFrom(ctx context.Context, e engine, tx *sql.Tx, have int, now hostkeep.Clock) (ran bool, err error) {
	files, err := migrations.ReadDir("migrations") // sorted by name
	if err != nil {
		return false, fmt.Errorf("list migrations: %w", err)
	}
	for i, f := range files[have:] {
		text, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			return false, fmt.Errorf("read migration: %w", err)
		}
		if _, err := tx.ExecContext(ctx, e.ddl(string(text))); err != nil {
			return false, fmt.Errorf("migration %s: %w", f.Name(), err)
		}
		if _, err := tx.ExecContext(ctx, e.rebind(insertMigration), have+i+1, f.Name(), micros(now())); err != nil {
			return false, fmt.Errorf("note migration %s: %w", f.Name(), err)
		}
	}
	return have < len(files), nil
}

// texts runs a query that answers rows of which the first column is text.
func texts(ctx context.Context, db queryer, query string) (list []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

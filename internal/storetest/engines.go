package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// SQLite is the address of a database that does not exist yet.
func SQLite(t *testing.T) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "hostkeep.db")
}

// postgresVar names the URL of a PostgreSQL server that tests may make schemas in.
const postgresVar = "HOSTKEEP_TEST_POSTGRES"

// Postgres is the address of an empty schema, dropped when the test ends. Without
// a server the test is skipped, but not in CI, where that would hide a hole.
func Postgres(t *testing.T) string {
	server := os.Getenv(postgresVar)
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not set: run scripts/with-postgres", postgresVar)
		}
		t.Skipf("%s is not set: run scripts/with-postgres", postgresVar)
	}
	schema := "t" + strings.ToLower(rand.Text())
	onServer(t, server, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { onServer(t, server, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s is not a URL", postgresVar)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func onServer(t *testing.T, server, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}

package sqlstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
)

var update = flag.Bool("update", false, "write schema.sql anew")

func now() time.Time { return time.UnixMicro(1_780_000_000_000_000) }

func seal(e *hostkeep.Event) {
	h := sha256.Sum256(binary.BigEndian.AppendUint64(e.Prev, uint64(e.Seq)))
	e.Hash, e.MAC = h[:], []byte("mac")
}

func options(path string) Options {
	return Options{Database: "sqlite:" + path, Now: now, Node: "n1", Seal: seal, Create: true}
}

func openAt(t *testing.T, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func system() hostkeep.Change {
	return hostkeep.Change{Caller: hostkeep.Caller{User: hostkeep.Principal{ID: 1, Name: "root"}, Via: hostkeep.ViaSystem}, Function: "f"}
}

// bootstrapped is a store in a new file of the test's own.
func bootstrapped(t *testing.T) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "odd ?#%41 name", "hostkeep.db")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, options(path))
	if err := s.Bootstrap(t.Context(), system(), Bootstrap{KeyCheck: "c"}); err != nil {
		t.Fatal(err)
	}
	return s, path
}

func insert(name string) func(*Tx) error {
	return func(tx *Tx) error { return tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: name}) }
}

func TestSettingsOnEveryConnection(t *testing.T) {
	t.Parallel()
	s, _ := bootstrapped(t)
	conns := []*sql.Conn{s.watch}
	for db, n := range map[*sql.DB]int{s.writer: 1, s.reader: readers} {
		for range n {
			c, err := db.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			conns = append(conns, c)
		}
		if got := db.Stats().MaxOpenConnections; db == s.writer && got != 1 {
			t.Fatalf("%d writers", got)
		}
	}
	for i, c := range conns {
		for query, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
			var got string
			if err := c.QueryRowContext(t.Context(), "PRAGMA "+query).Scan(&got); err != nil || got != want {
				t.Errorf("connection %d: %s is %q (%v), want %q", i, query, got, err, want)
			}
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		make func(t *testing.T, path string)
		want string
	}{
		"not SQLite":                {func(t *testing.T, path string) { write(t, path, strings.Repeat("no database ", 50)) }, "is not an SQLite database"},
		"empty":                     {func(t *testing.T, path string) { write(t, path, "") }, "is not an SQLite database"},
		"a folder":                  {func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, "is not a regular file"},
		"another program's":         {func(t *testing.T, path string) { run(t, path, "CREATE TABLE x (y)") }, "is an SQLite database of another program"},
		"another program's, marked": {func(t *testing.T, path string) { run(t, path, "CREATE TABLE x (y); PRAGMA application_id = 7") }, "is an SQLite database of another program"},
		"foreign tables under our mark": {func(t *testing.T, path string) {
			run(t, path, fmt.Sprintf("CREATE TABLE migration (version); PRAGMA application_id = %d", applicationID))
		}, "has tables of another program"},
		"no tables under our mark": {func(t *testing.T, path string) {
			run(t, path, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
		}, "has no Hostkeep tables"},
		"newer": {func(t *testing.T, path string) {
			must(t, openAt(t, options(path)).Close())
			run(t, path, "INSERT INTO migration (version, name, applied) VALUES (99, 'x', 0)")
		}, "was made by a newer Hostkeep: its schema is 99"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "hostkeep.db")
			tc.make(t, path)
			before, _ := os.ReadFile(path)
			s, err := Open(t.Context(), options(path))
			if s != nil || hostkeep.KindOf(err) != hostkeep.Unavailable || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("opened with %v, want %q", err, tc.want)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Fatal("the file was touched")
			}
		})
	}
}

func write(t *testing.T, path, text string) { must(t, os.WriteFile(path, []byte(text), 0o600)) }

func run(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sqliteEngine{path}.open(url.Values{"mode": {"rwc"}, "_foreign_keys": {"off"}})
	must(t, err)
	_, err = db.ExecContext(t.Context(), statements)
	must(t, err)
	must(t, db.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	o := options(filepath.Join(t.TempDir(), "hostkeep.db"))
	o.Create = false
	_, err := Open(t.Context(), o)
	if hostkeep.KindOf(err) != hostkeep.Unavailable || !strings.Contains(err.Error(), "does not exist") {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Dir(o.Database[len("sqlite:"):]) + "/*"); len(left) != 0 {
		t.Fatalf("left %v", left)
	}
	o.Database = "sqlite:" + filepath.Join(t.TempDir(), "no folder", "hostkeep.db")
	o.Create = true
	if _, err := Open(t.Context(), o); hostkeep.KindOf(err) != hostkeep.Unavailable {
		t.Fatal(err)
	}
}

func TestBadAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "sqlite:relative.db", "mysql://u:hunter2@h/d", "postgres://u:hunter2%zz@h/d", "postgres://u:hunter2@h:port/d"} {
		o := options("/")
		o.Database = address
		_, err := Open(t.Context(), o)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestFileModes(t *testing.T) {
	t.Parallel()
	s, path := bootstrapped(t)
	private := func() {
		t.Helper()
		for _, suffix := range []string{"", "-wal", "-shm"} {
			info, err := os.Stat(path + suffix)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%q: %v %v", suffix, info.Mode(), err)
			}
		}
	}
	private()
	must(t, os.Chmod(path, 0o644))
	must(t, os.Chmod(path+"-wal", 0o644))
	openAt(t, options(path))
	private()
	_ = s
}

// TestCreatedOnce: of several that create at the same time, all get the same
// database, and nothing is left beside it.
func TestCreatedOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hostkeep.db")
	stores := make([]*Store, 6)
	var group sync.WaitGroup
	for i := range stores {
		group.Go(func() {
			var err error
			if stores[i], err = Open(t.Context(), options(path)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if t.Failed() {
		return
	}
	must(t, stores[0].Bootstrap(t.Context(), system(), Bootstrap{KeyCheck: "c"}))
	for _, s := range stores {
		if check, err := s.KeyCheck(t.Context()); err != nil || check != "c" {
			t.Errorf("%q %v", check, err)
		}
		must(t, s.Close())
	}
	if left, _ := filepath.Glob(filepath.Dir(path) + "/*"); len(left) != 1 {
		t.Errorf("left %v", left)
	}
}

func TestReopened(t *testing.T) {
	t.Parallel()
	s, path := bootstrapped(t)
	at, err := s.Change(t.Context(), system(), insert("kept"))
	must(t, err)
	must(t, s.Close())
	o := options(path)
	o.Create = false
	if got, err := openAt(t, o).Head(t.Context()); err != nil || got != at {
		t.Fatalf("%+v %v, want %+v", got, err, at)
	}
}

func TestNotSetUp(t *testing.T) {
	t.Parallel()
	s := openAt(t, options(filepath.Join(t.TempDir(), "hostkeep.db")))
	if check, err := s.KeyCheck(t.Context()); err != nil || check != "" {
		t.Fatalf("%q %v", check, err)
	}
	if at, err := s.Head(t.Context()); err != nil || at != (hostkeep.Cursor{}) {
		t.Fatalf("%+v %v", at, err)
	}
	if _, err := s.Change(t.Context(), system(), insert("x")); hostkeep.KindOf(err) != hostkeep.Unavailable {
		t.Fatal(err)
	}
	must(t, s.Check(t.Context()))
}

// TestSchema: the migrations end at the committed schema.
func TestSchema(t *testing.T) {
	t.Parallel()
	s, _ := bootstrapped(t)
	var got strings.Builder
	got.WriteString("-- What the migrations make of an SQLite database; go test -update writes it.\n")
	list, err := texts(t.Context(), s.reader, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name")
	must(t, err)
	for _, text := range list {
		fmt.Fprintf(&got, "\n%s;\n", text)
	}
	if *update {
		must(t, os.WriteFile("schema.sql", []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile("schema.sql")
	must(t, err)
	if got.String() != string(want) {
		t.Fatalf("the migrations make another schema than schema.sql:\n%s", got.String())
	}
	for _, text := range list {
		if strings.HasPrefix(text, "CREATE TABLE") && !strings.HasSuffix(text, ") STRICT") {
			t.Errorf("not strict: %s", text)
		}
	}
}

func TestMovedOnlyWhenMoved(t *testing.T) {
	t.Parallel()
	s, path := bootstrapped(t)
	is := func(want bool) {
		t.Helper()
		if moved, err := s.Moved(t.Context()); err != nil || moved != want {
			t.Fatalf("moved %t %v, want %t", moved, err, want)
		}
	}
	is(true)
	is(false)
	_, err := openAt(t, options(path)).Change(t.Context(), system(), insert("x"))
	must(t, err)
	is(true)
	is(false)
}

func TestDamageIsFound(t *testing.T) {
	t.Parallel()
	s, path := bootstrapped(t)
	must(t, s.Check(t.Context()))
	run(t, path, "INSERT INTO token VALUES (5, 99, 0, 'x', x'00', '', '', '', 0, 0, 0, 1)")
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "foreign_key") {
		t.Fatal(err)
	}
	run(t, path, "DELETE FROM token; DELETE FROM record")
	if err := s.Check(t.Context()); err == nil {
		t.Fatal("the head names a row that is not there")
	}
}

func TestClosedStore(t *testing.T) {
	t.Parallel()
	s, _ := bootstrapped(t)
	must(t, s.Close())
	if _, err := s.Head(context.Background()); err == nil || errors.Is(err, hostkeep.ErrNotFound) {
		t.Fatal(err)
	}
}

package e2e

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/audit"
	"github.com/hostkeep/hostkeep/internal/keyring"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// verifyStore opens the state beside the server, as a command does, and verifies
// the files, the rows and the chain of the record.
func verifyStore(t *testing.T, s *site) {
	t.Helper()
	ctx := context.Background()
	ring, err := keyring.Load(filepath.Join(s.data(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlstore.Open(ctx, sqlstore.Options{
		Database: "sqlite:" + filepath.Join(s.data(), "hostkeep.db"), Now: time.Now, Node: "test", Seal: func(*hostkeep.Event) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := store.Check(ctx); err != nil {
		t.Errorf("the store: %v", err)
	}
	head, err := store.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	page := func(ctx context.Context, after int64) ([]hostkeep.Event, error) { return store.Events(ctx, after, 500) }
	if err := audit.New(ring.RecordMAC).Verify(ctx, page, head); err != nil {
		t.Errorf("the record: %v", err)
	}
	if head.Seq < 2 {
		t.Errorf("the record has only %d rows", head.Seq)
	}
}

// callTo calls as root on a client's own connection.
func (s *site) callTo(client *http.Client, secret, function string, nameValue ...string) (answer, error) {
	return s.call("root", secret, function, nameValue...).through(client)
}

package storetest_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/storetest"
)

// TestPostgresLostCommit: when the connection goes during COMMIT, the store says
// neither "done" nor "not done", whichever it was, and does not do it twice.
func TestPostgresLostCommit(t *testing.T) {
	t.Parallel()
	for name, arrives := range map[string]bool{"before the server had it": false, "after the server did it": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			direct := storetest.Postgres(t)
			cut := &cutter{arrives: arrives}
			store := openFor(t, cut.between(t, direct))
			c := hostkeep.Change{Caller: hostkeep.Caller{User: hostkeep.Principal{ID: 1}, Via: hostkeep.ViaSystem}, Function: "f"}
			if err := store.Bootstrap(t.Context(), c, sqlstore.Bootstrap{}); err != nil {
				t.Fatal(err)
			}
			cut.armed.Store(true)
			runs := 0
			_, err := store.Change(t.Context(), c, func(tx *sqlstore.Tx) error {
				runs++
				return tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: "x"})
			})
			if !errors.Is(err, hostkeep.ErrOutcomeUnknown) || hostkeep.KindOf(err) != 0 || runs != 1 {
				t.Fatalf("after %d runs: %v", runs, err)
			}
			at, err := store.Head(t.Context())
			if err != nil || (at.Seq == 2) != arrives {
				t.Fatalf("head %d, %v", at.Seq, err)
			}
			_, err = store.Change(t.Context(), c, func(tx *sqlstore.Tx) error { return tx.SetPasswordHash(1, "y") })
			if err != nil {
				t.Fatalf("a change on a new connection: %v", err)
			}
		})
	}
}

func openFor(t *testing.T, address string) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{
		Database: address, Create: true, Now: func() time.Time { return time.UnixMicro(1_780_000_000_000_000) },
		Seal: func(e *hostkeep.Event) { e.Hash, e.MAC = bytes.Repeat([]byte{byte(e.Seq)}, 32), []byte{1} },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// cutter stands between a client and PostgreSQL and cuts the first COMMIT that
// it sees while armed.
type cutter struct {
	armed   atomic.Bool
	arrives bool // the COMMIT still reaches the server, and its answer is lost
}

// between answers the address with the cutter in front of the server.
func (c *cutter) between(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	network, server := "tcp", u.Host
	q := u.Query()
	if dir := q.Get("host"); strings.HasPrefix(dir, "/") {
		network, server = "unix", dir+"/.s.PGSQL.5432"
	}
	if q.Get("sslmode") != "disable" {
		t.Skip("the server's URL is not without TLS, so nothing can be cut at COMMIT")
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go c.carry(client, network, server)
		}
	}()
	q.Del("host")
	u.Host, u.RawQuery = l.Addr().String(), q.Encode()
	return u.String()
}

func (c *cutter) carry(client net.Conn, network, address string) {
	defer func() { _ = client.Close() }()
	server, err := new(net.Dialer).DialContext(context.Background(), network, address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	var deaf atomic.Bool
	answered := make(chan struct{})
	go func() {
		defer func() { _ = client.Close() }()
		b := make([]byte, 1<<16)
		for {
			n, err := server.Read(b)
			if deaf.Load() {
				close(answered)
				return
			}
			if _, werr := client.Write(b[:n]); err != nil || werr != nil {
				return
			}
		}
	}()
	b := make([]byte, 1<<16)
	for {
		n, err := client.Read(b)
		if bytes.Contains(b[:n], []byte("commit\x00")) && c.armed.CompareAndSwap(true, false) {
			if c.arrives {
				deaf.Store(true)
				_, _ = server.Write(b[:n])
				<-answered
			}
			return
		}
		if _, werr := server.Write(b[:n]); err != nil || werr != nil {
			return
		}
	}
}

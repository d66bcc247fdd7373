package storetest_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// BenchmarkAccounts lists 10,000 accounts, and makes one small change beside them.
func BenchmarkAccounts(b *testing.B) {
	store, err := sqlstore.Open(b.Context(), sqlstore.Options{
		Database: "sqlite:" + b.TempDir() + "/hostkeep.db", Create: true, Now: time.Now,
		Seal: func(e *hostkeep.Event) { e.Hash, e.MAC = bytes.Repeat([]byte{byte(e.Seq)}, 32), []byte{1} },
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	c := hostkeep.Change{Caller: hostkeep.Caller{User: hostkeep.Principal{ID: 1}, Via: hostkeep.ViaSystem}, Function: "f"}
	if err := store.Bootstrap(b.Context(), c, sqlstore.Bootstrap{}); err != nil {
		b.Fatal(err)
	}
	_, err = store.Change(b.Context(), c, func(tx *sqlstore.Tx) error {
		for i := range 10_000 {
			p := hostkeep.Principal{ID: int64(100 + i), Name: fmt.Sprint("user", i), OwnerID: 1}
			a := hostkeep.Account{ID: p.ID, User: p.Name, OwnerID: 1, Domain: p.Name + ".test", PackageID: 1, IP: "192.0.2.1", Home: "/home/" + p.Name}
			if err := errors.Join(tx.InsertPrincipal(p, ""), tx.InsertAccount(a)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			_ = store.Read(b.Context(), func(r *sqlstore.Reader) error { _, err := r.Accounts(0); return err })
		}
	})
	b.Run("one change", func(b *testing.B) {
		for b.Loop() {
			if _, err := store.Change(b.Context(), c, func(tx *sqlstore.Tx) error { return tx.SetPasswordHash(1, "x") }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

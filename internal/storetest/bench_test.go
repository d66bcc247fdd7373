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
	store, c := benchStore(b)
	_, err := store.Change(b.Context(), c, func(tx *sqlstore.Tx) error {
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

// benchStore is a store with root in it, and a change of the server itself.
func benchStore(b *testing.B) (*sqlstore.Store, hostkeep.Change) {
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
	return store, c
}

// BenchmarkAddUses writes a batch of 200 tokens that were used before today.
func BenchmarkAddUses(b *testing.B) {
	store, c := benchStore(b)
	batch := hostkeep.UseBatch{Node: "n1"}
	_, err := store.Change(b.Context(), c, func(tx *sqlstore.Tx) error {
		for i := range int64(200) {
			t := hostkeep.Token{ID: 100 + i, OwnerID: 1, Name: fmt.Sprint("t", i), Hash: hostkeep.TokenHash{byte(i)}}
			if err := tx.InsertToken(t); err != nil {
				return err
			}
			batch.Uses = append(batch.Uses, hostkeep.TokenUse{TokenID: t.ID, First: time.Unix(1, 0), Last: time.Unix(2, 0), Addr: "192.0.2.1", Function: "version"})
			batch.Days = append(batch.Days, hostkeep.TokenDay{TokenID: t.ID, Day: 1, Calls: 1, Counts: []hostkeep.UseCount{
				{Kind: hostkeep.UseFunction, Value: "version", Number: 1}, {Kind: hostkeep.UseAddress, Value: "192.0.2.1", Number: 1},
			}})
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		batch.Number++
		if err := store.AddUses(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}

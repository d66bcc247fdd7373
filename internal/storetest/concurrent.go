package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// testWriters: 16 goroutines of one process.
func testWriters(s *suite) { s.writers(func(int) *sqlstore.Store { return s.store }, 16, 12) }

// testProcesses: writers that only the database keeps apart.
func testProcesses(s *suite) {
	stores := []*sqlstore.Store{s.store, s.open("n2"), s.open("n3"), s.open("n4")}
	s.writers(func(i int) *sqlstore.Store { return stores[i%len(stores)] }, 16, 6)
}

// writers has n goroutines make each changes at the same time: every change has
// a number of its own, none is missing, none was tried in vain, and its rows are
// there and carry it.
func (s *suite) writers(store func(i int) *sqlstore.Store, n, each int) {
	before := s.head()
	var mu sync.Mutex
	name := map[int64]string{}
	var tries atomic.Int64
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			for k := range each {
				pkg := fmt.Sprintf("p%d-%d", i, k)
				at, err := store(i).Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error {
					tries.Add(1)
					return tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: pkg})
				})
				mu.Lock()
				if err != nil || name[at.Seq] != "" {
					s.Errorf("%s at %d: %v (there is %q)", pkg, at.Seq, err, name[at.Seq])
				}
				name[at.Seq] = pkg
				mu.Unlock()
			}
		})
	}
	group.Wait()
	s.equal("changes", s.head().Seq-before.Seq, int64(n*each))
	s.equal("tries", tries.Load(), int64(n*each))
	s.read(func(r *sqlstore.Reader) error {
		for seq, pkg := range name {
			p, err := r.Package(pkg)
			s.ok(err)
			s.equal(pkg+"'s change", p.Change, seq)
		}
		return nil
	})
}

// testRevokedWhileRunning: a change that began before its token was revoked by
// another process comes before the revoke in the record too.
func testRevokedWhileRunning(s *suite) {
	at := s.do(func(tx *sqlstore.Tx) error { return tx.InsertToken(token(20, 1, "t")) })
	other := s.open("n2")
	c := hostkeep.Change{Function: "f", Caller: hostkeep.Caller{
		User: hostkeep.Principal{ID: 1, Name: "root", Change: 1}, Via: hostkeep.ViaToken, TokenID: 20, TokenChange: at.Seq,
	}}
	revoked := make(chan error, 1)
	_, err := s.store.Change(s.Context(), c, func(tx *sqlstore.Tx) error {
		go func() {
			_, err := other.Change(s.Context(), s.change("revoke"), func(tx *sqlstore.Tx) error { return tx.DeleteToken(hostkeep.Token{ID: 20}) })
			revoked <- err
		}()
		return tx.InsertPackage(hostkeep.Package{ID: 30, Name: "early"})
	})
	s.ok(err)
	s.ok(<-revoked)
	rows, err := s.store.Events(s.Context(), at.Seq, 10)
	s.ok(err)
	s.equal("changes", len(rows), 2)
	s.equal("the first", rows[0].Function, "f")
	_, err = s.store.Change(s.Context(), c, func(tx *sqlstore.Tx) error { return tx.InsertPackage(hostkeep.Package{ID: 31, Name: "late"}) })
	s.equal("a revoked token's change", hostkeep.KindOf(err), hostkeep.Denied)
}

// testSilentNode: a process that falls silent within a change keeps others from
// theirs no longer than the database waits for it, and then has changed nothing.
func testSilentNode(s *suite) {
	if s.sqlite() {
		return // a file's lock ends with the process, and another waits for it no longer than busy_timeout
	}
	silent := s.openAt(s.url+"&idle_in_transaction_session_timeout=1s", "n2")
	_, err := silent.Change(s.Context(), s.change("silent"), func(tx *sqlstore.Tx) error {
		err := tx.InsertPackage(hostkeep.Package{ID: 30, Name: "half"})
		s.do(func(tx *sqlstore.Tx) error { return tx.InsertPackage(hostkeep.Package{ID: 31, Name: "whole"}) })
		return err
	})
	s.equal("the silent one's change", hostkeep.KindOf(err), hostkeep.Unavailable)
	s.read(func(r *sqlstore.Reader) error {
		_, err := r.Package("half")
		s.is(err, hostkeep.ErrNotFound)
		_, err = r.Package("whole")
		return err
	})
}

// testOneState: a reader sees one state, whatever is committed meanwhile.
func testOneState(s *suite) {
	s.read(func(r *sqlstore.Reader) error {
		before, err := r.Packages()
		s.ok(err)
		s.do(func(tx *sqlstore.Tx) error {
			return errors.Join(tx.InsertPackage(hostkeep.Package{ID: 30, Name: "new"}), tx.InsertToken(token(20, 1, "t")))
		})
		after, err := r.Packages()
		s.ok(err)
		s.equal("packages", after, before)
		_, err = r.TokenByID(20)
		s.is(err, hostkeep.ErrNotFound)
		return nil
	})
}

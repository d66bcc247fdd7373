package storetest

import (
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func testAccounts(s *suite) {
	bob, carol := reseller(10, "bob"), principal(11, "carol")
	carol.OwnerID = 10
	s.add(bob, "bob.test")
	a := s.add(carol, "carol.test")
	a.Owner, a.Package, a.Change = "bob", "default", s.head().Seq
	is := func() {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			got, err := r.Account("carol")
			s.ok(err)
			s.equal("by user", got, a)
			got, err = r.AccountByDomain(a.Domain)
			s.ok(err)
			s.equal("by domain", got, a)
			return nil
		})
	}
	is()
	carol.Suspended, carol.OwnerID = true, 1
	a.Suspended, a.OwnerID, a.Owner, a.Domain, a.Locked, a.TemporaryDomain = true, 1, "root", "other.test", false, false
	a.PackageID, a.Package, a.Plan.Quota, a.Email = 77, "undefined", 99, ""
	at := s.do(func(tx *sqlstore.Tx) error { return errors.Join(tx.UpdatePrincipal(carol), tx.UpdateAccount(a)) })
	a.Change = at.Seq
	is()
	s.read(func(r *sqlstore.Reader) error {
		_, err := r.Account("nobody")
		s.is(err, hostkeep.ErrNotFound)
		_, err = r.AccountByDomain("carol.test")
		s.is(err, hostkeep.ErrNotFound)
		uid, err := r.MaxUID()
		s.ok(err)
		s.equal("highest uid", uid, int64(1011))
		return nil
	})
}

// testAccountAgrees: what stands with the principal is not lost in silence.
func testAccountAgrees(s *suite) {
	a := s.add(principal(10, "carol"), "")
	a.Suspended = true
	s.unchanged(func() {
		_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.UpdateAccount(a) })
		if err == nil {
			s.Fatal("a suspension was lost")
		}
		_, err = s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.InsertAccount(account(principal(99, "x"), "")) })
		s.is(err, hostkeep.ErrNotFound)
	})
}

func testAccountCounts(s *suite) {
	s.add(reseller(10, "bob"), "")
	for id := int64(11); id < 16; id++ {
		p := principal(id, fmt.Sprintf("u%d", 99-id)) // names fall as ids rise
		p.OwnerID, p.Suspended = 10, id%2 == 0
		s.add(p, "")
	}
	s.add(principal(20, "roots"), "")
	s.read(func(r *sqlstore.Reader) error {
		count := func(owner int64) string {
			active, suspended, err := r.AccountCounts(owner)
			s.ok(err)
			list, err := r.Accounts(owner)
			s.ok(err)
			names := ""
			for _, a := range list {
				names += " " + a.User
			}
			return fmt.Sprint(active, suspended, names)
		}
		s.equal("bob's", count(10), "4 2 bob u84 u85 u86 u87 u88")
		s.equal("root's", count(1), "1 0 roots")
		s.equal("a user's own", count(11), "0 0 u88")
		all, err := r.Accounts(0)
		s.ok(err)
		s.equal("all", len(all), 7)
		for _, a := range all {
			same, err := r.AccountByID(a.ID)
			s.ok(err)
			s.equal("by id", same, a)
		}
		_, err = r.AccountByID(99)
		s.is(err, hostkeep.ErrNotFound)
		on, err := r.AccountsOnPackage(1)
		s.ok(err)
		s.equal("on the package", on, int64(7))
		_, err = r.AccountByDomain("") // seven accounts have none, so it names no one
		s.is(err, hostkeep.ErrNotFound)
		return nil
	})
}

func testDeleteAccount(s *suite) {
	s.add(principal(10, "carol"), "carol.test")
	s.do(func(tx *sqlstore.Tx) error { return tx.InsertToken(token(20, 10, "t")) })
	at := s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	kinds := map[string]string{}
	for _, o := range rows[0].Objects {
		kinds[o.Kind] = fmt.Sprintf("%d %s %t", o.ID, o.Name, o.Ref != "")
	}
	s.equal("objects", kinds, map[string]string{"token": "20 t true", "account": "10 carol false", "domain": "10 carol.test false", "principal": "10 carol false"})
	s.read(func(r *sqlstore.Reader) error {
		_, err := r.Account("carol")
		s.is(err, hostkeep.ErrNotFound)
		_, err = r.PrincipalByID(10)
		s.is(err, hostkeep.ErrNotFound)
		_, err = r.TokenByID(20)
		s.is(err, hostkeep.ErrNotFound)
		return nil
	})
	for _, id := range []int64{10, hostkeep.RootID} { // gone; no account
		_, err = s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.DeleteAccount(id) })
		s.is(err, hostkeep.ErrNotFound)
	}
	s.add(principal(11, "carol"), "carol.test") // the name and the domain are free
}

func testDeleteReseller(s *suite) {
	bob, carol := reseller(10, "bob"), principal(11, "carol")
	carol.OwnerID = 10
	s.add(bob, "")
	s.add(carol, "")
	s.do(func(tx *sqlstore.Tx) error {
		return tx.InsertPackage(hostkeep.Package{ID: 30, Name: "bob_gold", OwnerID: 10})
	})
	at := s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	s.read(func(r *sqlstore.Reader) error {
		p, err := r.PrincipalByID(11)
		s.ok(err)
		s.equal("carol's owner and change", [2]int64{p.OwnerID, p.Change}, [2]int64{1, at.Seq})
		k, err := r.Package("bob_gold")
		s.ok(err)
		s.equal("the package's owner and change", [2]int64{k.OwnerID, k.Change}, [2]int64{0, at.Seq})
		return nil
	})
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	s.equal("objects", fmt.Sprint(rows[0].Objects), "[{account 10  bob} {principal 10  bob} {principal 11  carol} {package 30  bob_gold}]")
}

// testManyAccounts: one query, whatever their number.
func testManyAccounts(s *suite) {
	const n = 2000
	s.do(func(tx *sqlstore.Tx) error {
		for id := int64(100); id < 100+n; id++ {
			p := principal(id, fmt.Sprintf("u%d", id))
			if err := errors.Join(tx.InsertPrincipal(p, ""), tx.InsertAccount(account(p, fmt.Sprintf("d%d.test", id)))); err != nil {
				return err
			}
		}
		return nil
	})
	s.read(func(r *sqlstore.Reader) error {
		list, err := r.Accounts(0)
		s.ok(err)
		s.equal("accounts", len(list), n)
		return nil
	})
}

// testForcedPasswords: the mark that a user must set another password is its
// principal's as well: nodes hear of it, calls under way end, and so do sessions.
func testForcedPasswords(s *suite) {
	bob := reseller(10, "bob")
	a := s.add(bob, "bob.test")
	a.PasswordForced = false
	bob.Change = s.do(func(tx *sqlstore.Tx) error { return tx.UpdateAccount(a) }).Seq
	s.principalIs(bob)
	opened := func(id int64) hostkeep.SessionHash {
		o := session(id, 10)
		s.ok(s.store.OpenSession(s.Context(), hostkeep.Caller{User: bob, Via: hostkeep.ViaPassword}, o))
		return o.Hash
	}
	there := func(h hostkeep.SessionHash) bool {
		_, there := s.session(h)
		return there
	}
	first := opened(1)
	s.do(func(tx *sqlstore.Tx) error { return tx.UpdateAccount(a) })
	s.principalIs(bob) // unchanged
	s.equal("a session while nothing is marked", there(first), true)

	a.PasswordForced = true
	at := s.head()
	bob.Change, bob.PasswordForced = s.do(func(tx *sqlstore.Tx) error { return tx.UpdateAccount(a) }).Seq, true
	s.principalIs(bob)
	s.equal("a session from before the mark", there(first), false)
	delta, err := s.store.Since(s.Context(), at, true)
	s.ok(err)
	s.equal("what nodes hear", delta.Principals, []hostkeep.Principal{bob})

	second := opened(2)
	s.do(func(tx *sqlstore.Tx) error { return tx.UpdateAccount(a) })
	s.equal("a session from after the mark", there(second), true)
	a.PasswordForced = false
	bob.Change, bob.PasswordForced = s.do(func(tx *sqlstore.Tx) error { return tx.UpdateAccount(a) }).Seq, false
	s.principalIs(bob)
	s.equal("a session when the mark is gone", there(second), true)
}

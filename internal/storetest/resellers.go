package storetest

import (
	"errors"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func testACLLists(s *suite) {
	basic := hostkeep.ACLList{Name: "basic", Privileges: hostkeep.InitialPrivileges()}
	at := s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.SaveACLList(basic), tx.SaveACLList(hostkeep.ACLList{Name: "Zero"}))
	})
	var lists []hostkeep.ACLList
	s.read(func(r *sqlstore.Reader) (err error) {
		_, err = r.ACLList("BASIC")
		s.is(err, hostkeep.ErrNotFound)
		lists, err = r.ACLLists()
		return err
	})
	basic.ID, basic.Change = lists[1].ID, at.Seq
	s.equal("the lists", lists, []hostkeep.ACLList{{ID: lists[0].ID, Name: "Zero", Change: at.Seq}, basic})
	at = s.do(func(tx *sqlstore.Tx) error {
		return tx.SaveACLList(hostkeep.ACLList{Name: "basic", Privileges: hostkeep.Everything()})
	})
	s.read(func(r *sqlstore.Reader) error {
		got, err := r.ACLList("basic")
		s.ok(err)
		s.equal("the list that was saved again", got, hostkeep.ACLList{ID: basic.ID, Name: "basic", Privileges: hostkeep.Everything(), Change: at.Seq})
		return nil
	})
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	s.equal("what the record says of it", rows[0].Objects, []hostkeep.Object{{Kind: "acl list", ID: basic.ID, Name: "basic"}})
}

// settledFor is every setting, each with something of its own.
func settledFor(id int64) hostkeep.Reseller {
	return hostkeep.Reseller{
		ID: id, Restricted: true, IPs: []string{"192.0.2.1", "192.0.2.2"}, MainIP: "192.0.2.3", Nameservers: []string{"ns1.a.test", "ns2.a.test"},
		Limits: hostkeep.ResellerLimits{
			CountAccounts: true, Accounts: 1, Resources: true, Disk: 2, Bandwidth: 3, Oversell: true, OversellDisk: false, OversellBandwidth: true,
			Packages: true, PackageNumbers: true,
		},
	}
}

func testResellerSettings(s *suite) {
	s.do(func(tx *sqlstore.Tx) error { return tx.InsertPrincipal(reseller(10, "bob"), "") })
	is := func(want hostkeep.Reseller) {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			got, err := r.Reseller(10)
			s.ok(err)
			s.equal("what is settled", got, want)
			return nil
		})
	}
	nothing := hostkeep.Reseller{ID: 10, Limits: hostkeep.NoResellerLimits()}
	is(nothing)
	want := settledFor(10)
	at := s.do(func(tx *sqlstore.Tx) error { return tx.SetReseller(want) })
	want.Change = at.Seq
	is(want)
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	s.equal("what the record says of it", rows[0].Objects, []hostkeep.Object{{Kind: "reseller", ID: 10, Name: "bob"}})
	want.Limits, want.IPs, want.Nameservers, want.Restricted = hostkeep.NoResellerLimits(), nil, nil, false
	at = s.do(func(tx *sqlstore.Tx) error { return tx.SetReseller(want) })
	want.Change = at.Seq
	is(want)
	s.do(func(tx *sqlstore.Tx) error { return tx.DropReseller(10) })
	is(nothing)
	s.unchanged(func() { s.do(func(tx *sqlstore.Tx) error { return tx.DropReseller(10) }) })
	_, err = s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.SetReseller(hostkeep.Reseller{ID: 99}) })
	if err == nil {
		s.Fatal("settled for nobody")
	}
}

func testPackageLimits(s *suite) {
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertPrincipal(reseller(10, "bob"), ""), tx.InsertPackage(hostkeep.Package{ID: 50, Name: "gold"}))
	})
	is := func(want hostkeep.PackageLimit) {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			got, err := r.PackageLimit(10, 50)
			s.ok(err)
			s.equal("the limit", got, want)
			return nil
		})
	}
	nothing := hostkeep.PackageLimit{ResellerID: 10, PackageID: 50, Number: hostkeep.Unlimited}
	is(nothing)
	for _, l := range []hostkeep.PackageLimit{{ResellerID: 10, PackageID: 50, Allowed: true, Number: 3}, {ResellerID: 10, PackageID: 50, Number: hostkeep.Unlimited}} {
		s.do(func(tx *sqlstore.Tx) error {
			return errors.Join(tx.SetPackageLimit(l), tx.SetPackageLimit(hostkeep.PackageLimit{ResellerID: 10, PackageID: 1, Allowed: true, Number: 9}))
		})
		is(l)
	}
	s.do(func(tx *sqlstore.Tx) error {
		return tx.SetPackageLimit(hostkeep.PackageLimit{ResellerID: 10, PackageID: 50, Allowed: true, Number: 3})
	})
	s.do(func(tx *sqlstore.Tx) error { return tx.DeletePackage(50) }) // takes along what was said of it
	is(nothing)
}

// testAllotment: what a reseller holds is what it owns, itself only when it owns
// itself, without the account in question.
func testAllotment(s *suite) {
	self, other := reseller(10, "bob"), reseller(11, "eve")
	s.add(self, "bob.test") // owns itself
	s.add(other, "eve.test")
	for id, name := range map[int64]string{20: "a", 21: "b"} {
		p := principal(id, name)
		p.OwnerID, p.Suspended = 10, id == 21
		s.add(p, name+".test")
	}
	held := func(without, pkg int64) hostkeep.Holding {
		var h hostkeep.Holding
		s.read(func(r *sqlstore.Reader) error {
			a, err := r.Allotment(10, without, pkg)
			s.ok(err)
			h = a.Held
			return nil
		})
		return h
	}
	s.equal("where nothing is limited", held(0, 1), hostkeep.Holding{})
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.SetReseller(settledFor(10)), tx.SetPackageLimit(hostkeep.PackageLimit{ResellerID: 10, PackageID: 1, Allowed: true, Number: 3}))
	})
	p := plan() // each has it, and package 1
	s.equal("all", held(0, 1), hostkeep.Holding{Accounts: 3, Disk: 3 * p.Quota, Bandwidth: 3 * p.Bandwidth, OnPackage: 3})
	s.equal("without one, on another package", held(20, 2), hostkeep.Holding{Accounts: 2, Disk: 2 * p.Quota, Bandwidth: 2 * p.Bandwidth})
	s.read(func(r *sqlstore.Reader) error {
		a, err := r.Allotment(10, 0, 1)
		s.ok(err)
		s.equal("the package's limit", a.Package, hostkeep.PackageLimit{ResellerID: 10, PackageID: 1, Allowed: true, Number: 3})
		n, err := r.AccountsOnAddress("192.0.2.7")
		s.ok(err)
		s.equal("accounts on the address", n, int64(4))
		n, err = r.AccountsOnAddress("192.0.2.8")
		s.ok(err)
		s.equal("accounts on another", n, int64(0))
		return nil
	})
}

// testDropReseller: accounts always have an owner, whether the reseller is
// dropped or removed; what was settled for it goes.
func testDropReseller(s *suite) {
	s.add(reseller(10, "bob"), "bob.test")
	p := principal(20, "a")
	p.OwnerID = 10
	s.add(p, "a.test")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.SetReseller(settledFor(10)), tx.SetPackageLimit(hostkeep.PackageLimit{ResellerID: 10, PackageID: 1}))
	})
	at := s.do(func(tx *sqlstore.Tx) error { return tx.DropReseller(10) })
	p.OwnerID, p.Change, p.PasswordForced = hostkeep.RootID, at.Seq, true // as account has it
	s.principalIs(p)
	s.read(func(r *sqlstore.Reader) error {
		bob, err := r.PrincipalByID(10)
		s.ok(err)
		s.equal("the owner of who owned itself", bob.OwnerID, hostkeep.RootID)
		return nil
	})
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.SetReseller(settledFor(10)), tx.SetPackageLimit(hostkeep.PackageLimit{ResellerID: 10, PackageID: 1, Allowed: true}))
	})
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	s.read(func(r *sqlstore.Reader) error {
		got, err := r.Reseller(10)
		s.ok(err)
		s.equal("what is settled for one that is gone", got, hostkeep.Reseller{ID: 10, Limits: hostkeep.NoResellerLimits()})
		l, err := r.PackageLimit(10, 1)
		s.ok(err)
		s.equal("its package", l.Allowed, false)
		return nil
	})
}

package storetest

import (
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func parked(id, account int64, name string) hostkeep.Domain {
	return hostkeep.Domain{ID: id, Name: name, AccountID: account, Kind: hostkeep.ParkedDomain, Parent: "carol.test", Docroot: "public_html", Canonical: true}
}

func testDomains(s *suite) {
	s.add(reseller(10, "bob"), "bob.test")
	carol := principal(11, "carol")
	carol.OwnerID = 10
	s.add(carol, "carol.test")
	d := parked(30, 11, "also.test")
	at := s.do(func(tx *sqlstore.Tx) error { return tx.InsertDomain(d) })
	d.User, d.OwnerID, d.Change = "carol", 10, at.Seq
	is := func(d hostkeep.Domain) {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			got, err := r.Domain(d.Name)
			s.ok(err)
			s.equal("by name", got, d)
			return nil
		})
	}
	is(d)
	s.unchanged(func() {
		for _, taken := range []string{"also.test", "bob.test"} {
			_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.InsertDomain(parked(31, 11, taken)) })
			s.is(err, hostkeep.ErrExists)
		}
	})
	d.Name, d.Kind, d.Parent, d.Docroot, d.Canonical = "shop.carol.test", hostkeep.SubDomain, "carol.test", "shop", false
	d.Change = s.do(func(tx *sqlstore.Tx) error { return tx.UpdateDomain(d) }).Seq
	is(d)
	s.read(func(r *sqlstore.Reader) error {
		for owner, want := range map[int64]string{0: " bob.test carol.test shop.carol.test", 10: " bob.test carol.test shop.carol.test", 11: " carol.test shop.carol.test", 99: ""} {
			list, err := r.Domains(owner)
			s.ok(err)
			s.equal(fmt.Sprint("of the accounts of ", owner), names(list), want)
		}
		for name, want := range map[string]string{"test": " bob.test carol.test shop.carol.test", "carol.test": " shop.carol.test", "arol.test": "", "c_rol.test": "", "%": "", "none.test": ""} {
			list, err := r.DomainsBelow(name)
			s.ok(err)
			s.equal("below "+name, names(list), want)
		}
		list, err := r.DomainsOf(10)
		s.ok(err)
		s.equal("of an account", names(list), " bob.test")
		return nil
	})
	at = s.do(func(tx *sqlstore.Tx) error { return tx.DeleteDomain(d) })
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	s.equal("objects", fmt.Sprint(rows[0].Objects), "[{domain 30  shop.carol.test}]")
	for _, do := range []func(*sqlstore.Tx) error{
		func(tx *sqlstore.Tx) error { return tx.DeleteDomain(d) },
		func(tx *sqlstore.Tx) error { return tx.UpdateDomain(d) },
		func(tx *sqlstore.Tx) error { _, err := tx.Domain(d.Name); return err },
	} {
		_, err := s.store.Change(s.Context(), s.change("x"), do)
		s.is(err, hostkeep.ErrNotFound)
	}
}

func names(list []hostkeep.Domain) (names string) {
	for _, d := range list {
		names += " " + d.Name
	}
	return names
}

// testMainDomains: an account's main domain stands among all others, follows
// the account, and goes with it and all that it had.
func testMainDomains(s *suite) {
	carol := principal(11, "carol")
	a := s.add(carol, "carol.test")
	s.do(func(tx *sqlstore.Tx) error { return tx.InsertDomain(parked(30, 11, "also.test")) })
	s.unchanged(func() {
		for _, taken := range []string{"also.test", "carol.test"} {
			_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error {
				p := principal(12, "dora")
				return errors.Join(tx.InsertPrincipal(p, ""), tx.InsertAccount(account(p, taken)))
			})
			s.is(err, hostkeep.ErrExists)
		}
	})
	is := func(want string) {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			list, err := r.Domains(0)
			s.ok(err)
			text := ""
			for _, d := range list {
				text += fmt.Sprintf(" %d %s %s %s/%s", d.ID, d.Name, d.Kind, d.User, d.Docroot)
			}
			s.equal("domains", text, want)
			return nil
		})
	}
	is(" 30 also.test parked carol/public_html 11 carol.test main carol/public_html")
	for _, name := range []string{"other.test", "", "third.test", "third.test"} {
		a.Domain = name
		s.do(func(tx *sqlstore.Tx) error { return tx.UpdateAccount(a) })
		want := " 30 also.test parked carol/public_html"
		if name != "" {
			want += " 11 " + name + " main carol/public_html"
		}
		is(want)
	}
	s.unchanged(func() {
		_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { a := a; a.Domain = "also.test"; return tx.UpdateAccount(a) })
		s.is(err, hostkeep.ErrExists)
	})
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(11) })
	is("")
	s.add(principal(13, "edda"), "also.test") // the names are free
}

func testNamesAlike(s *suite) {
	s.add(principal(10, "customer1"), "")
	s.add(principal(11, "customer"), "")
	s.add(principal(12, "custom"), "")
	s.read(func(r *sqlstore.Reader) error {
		for name, want := range map[string]string{"customer99": " customer customer1", "customer": " customer customer1", "custom": " custom", "custo": ""} {
			list, err := r.PrincipalsAlike(name)
			s.ok(err)
			text := ""
			for _, p := range list {
				text += " " + p.Name
			}
			s.equal("like "+name, text, want)
		}
		return nil
	})
}

package storetest

import (
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func featureList(id, owner int64, name string, off ...string) hostkeep.FeatureList {
	return hostkeep.FeatureList{ID: id, Name: name, OwnerID: owner, Off: append([]string{}, off...)}
}

func testFeatureLists(s *suite) {
	l := featureList(30, 10, "bob_mail", "cron", "ssh")
	at := s.do(func(tx *sqlstore.Tx) error { return tx.InsertFeatureList(l) })
	l.Change = at.Seq
	is := func(names string) {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			got, err := r.FeatureList(l.Name)
			s.ok(err)
			s.equal("by name", got, l)
			all, err := r.FeatureLists()
			s.ok(err)
			list := ""
			for _, l := range all {
				list += " " + l.Name
			}
			s.equal("all", list, names)
			return nil
		})
	}
	is(" bob_mail default disabled") // the two that every store has
	l.Name, l.OwnerID, l.Off = "Mail only", 0, []string{}
	at = s.do(func(tx *sqlstore.Tx) error { return tx.UpdateFeatureList(l) })
	l.Change = at.Seq
	is(" Mail only default disabled")
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	s.equal("objects", rows[0].Objects, []hostkeep.Object{{Kind: "feature list", ID: 30, Name: "Mail only"}})
	s.unchanged(func() {
		_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.InsertFeatureList(featureList(31, 0, "default")) })
		s.is(err, hostkeep.ErrExists)
	})
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteFeatureList(30) })
	for _, do := range []func(*sqlstore.Tx) error{
		func(tx *sqlstore.Tx) error { return tx.DeleteFeatureList(30) },
		func(tx *sqlstore.Tx) error { return tx.UpdateFeatureList(l) },
		func(tx *sqlstore.Tx) error { _, err := tx.FeatureList("Mail only"); return err },
	} {
		_, err := s.store.Change(s.Context(), s.change("x"), do)
		s.is(err, hostkeep.ErrNotFound)
	}
}

// testFeatureListUses counts who has a list; a reseller's becomes global with its
// end.
func testFeatureListUses(s *suite) {
	p := hostkeep.Package{ID: 40, Name: "gold", Plan: plan()} // its list is "f"
	s.add(reseller(10, "bob"), "")
	s.add(principal(11, "carol"), "")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertPackage(p), tx.InsertFeatureList(featureList(30, 10, "f", "ssh")))
	})
	s.read(func(r *sqlstore.Reader) error {
		for list, want := range map[string]string{"f": "2 1", "default": "0 1", "nosuch": "0 0"} {
			accounts, packages, err := r.FeatureListUses(list)
			s.ok(err)
			s.equal(list, fmt.Sprint(accounts, packages), want)
		}
		for owner, want := range map[int64]int64{hostkeep.RootID: 1, 10: 1, 99: 2} { // bob owns himself, root owns carol
			n, err := r.FeatureListOthers("f", owner)
			s.ok(err)
			s.equal(fmt.Sprint("not owned by ", owner), n, want)
		}
		return nil
	})
	at := s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	s.read(func(r *sqlstore.Reader) error {
		l, err := r.FeatureList("f")
		s.ok(err)
		s.equal("the list's owner and change", [2]int64{l.OwnerID, l.Change}, [2]int64{0, at.Seq})
		return nil
	})
}

func testFeatureOverrides(s *suite) {
	a, b := s.add(principal(10, "bob"), ""), s.add(principal(11, "carol"), "")
	set := func(a hostkeep.Account, list ...hostkeep.FeatureOverride) hostkeep.Cursor {
		return s.do(func(tx *sqlstore.Tx) error { return tx.SetFeatureOverrides(a, list) })
	}
	is := func(a hostkeep.Account, want string) {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			list, err := r.FeatureOverrides(a.ID)
			s.ok(err)
			s.equal(a.User, fmt.Sprint(list), want)
			return nil
		})
	}
	is(a, "[]")
	set(a, hostkeep.FeatureOverride{Feature: "ssh", On: true}, hostkeep.FeatureOverride{Feature: "cron"})
	at := set(b, hostkeep.FeatureOverride{Feature: "ssh"})
	is(a, "[{cron false} {ssh true}]")
	is(b, "[{ssh false}]")
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	s.equal("objects", rows[0].Objects, []hostkeep.Object{{Kind: "account", ID: 11, Name: "carol"}})
	set(a, hostkeep.FeatureOverride{Feature: "backup", On: true})
	is(a, "[{backup true}]")
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	is(a, "[]")
	is(b, "[{ssh false}]")
}

// testSetPlans: every account on the package has the plan, and nobody else.
func testSetPlans(s *suite) {
	a, b, c := account(principal(10, "bob"), ""), account(principal(11, "carol"), ""), account(principal(12, "dora"), "")
	c.PackageID = 77
	for _, a := range []hostkeep.Account{a, b, c} {
		s.do(func(tx *sqlstore.Tx) error {
			return errors.Join(tx.InsertPrincipal(principal(a.ID, a.User), ""), tx.InsertAccount(a))
		})
	}
	p := plan()
	p.Quota, p.FeatureList, p.Shell, p.DigestAuth = 1<<40, "g", false, true
	at := s.do(func(tx *sqlstore.Tx) error { return tx.SetPlans(1, 0, p) })
	s.read(func(r *sqlstore.Reader) error {
		for _, was := range []hostkeep.Account{a, b, c} {
			got, err := r.Account(was.User)
			s.ok(err)
			want, change := p, at.Seq
			if was.ID == c.ID {
				want, change = plan(), at.Seq-1
			}
			s.equal(was.User, got.Plan, want)
			s.equal(was.User+"'s change", got.Change, change)
			s.equal(was.User+"'s home", got.Home, was.Home)
		}
		return nil
	})
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	s.equal("objects", fmt.Sprint(rows[0].Objects), "[{account 10  bob} {account 11  carol}]")
	s.unchanged(func() { s.do(func(tx *sqlstore.Tx) error { return tx.SetPlans(99, 0, p) }) })
	s.unchanged(func() { s.do(func(tx *sqlstore.Tx) error { return tx.SetPlans(1, 99, p) }) })
	own := s.do(func(tx *sqlstore.Tx) error { return tx.SetPlans(1, a.OwnerID, plan()) })
	rows, err = s.store.Events(s.Context(), own.Seq-1, 1)
	s.ok(err)
	s.equal("the owner's objects", fmt.Sprint(rows[0].Objects), "[{account 10  bob} {account 11  carol}]")
}

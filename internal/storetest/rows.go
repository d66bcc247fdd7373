package storetest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func testBootstrap(s *suite) {
	ctx := s.Context()
	err := s.store.Bootstrap(ctx, s.change("again"), sqlstore.Bootstrap{})
	s.kind(err, hostkeep.Conflict)
	check, err := s.store.KeyCheck(ctx)
	s.ok(err)
	s.equal("key check", check, "check")
	s.read(func(r *sqlstore.Reader) error {
		root, err := r.Principal("root")
		s.ok(err)
		s.equal("root", root, hostkeep.Principal{ID: 1, Name: "root", Privileges: hostkeep.Everything(), Change: 1})
		hash, err := r.PasswordHash(1)
		s.ok(err)
		s.equal("root's password", hash, "$argon2id$root")
		p, err := r.Package("default")
		s.ok(err)
		const no = hostkeep.Unlimited
		s.equal("default", p.Plan, hostkeep.Plan{
			Quota: no, Bandwidth: no, MaxFTP: no, MaxSQL: no, MaxPop: no, MaxLists: no, MaxSub: no, MaxEmailPerHour: no,
			MaxDeferFailPercentage: no, MaxEmailAcctQuota: 1024, MaxTeamUsers: no, FeatureList: "default", Theme: "jupiter", Language: "en", CGI: true,
		})
		s.equal("its owner", p.OwnerID, int64(0))
		return nil
	})
	at := s.head()
	s.equal("place", [2]int64{at.Gen, at.Seq}, [2]int64{1, 1})
	rows, err := s.store.Events(ctx, 0, 10)
	s.ok(err)
	s.equal("objects", rows[0].Objects, []hostkeep.Object{{Kind: "principal", ID: 1, Name: "root"}, {Kind: "package", ID: 1, Name: "default"}})
}

func testPrincipals(s *suite) {
	bob := reseller(10, "bob")
	at := s.do(func(tx *sqlstore.Tx) error { return tx.InsertPrincipal(bob, "") })
	bob.Change = at.Seq
	s.principalIs(bob)
	bob.Name, bob.OwnerID, bob.Suspended, bob.Privileges = "rob", 1, true, hostkeep.Everything()
	at = s.do(func(tx *sqlstore.Tx) error { return tx.UpdatePrincipal(bob) })
	bob.Change = at.Seq
	s.principalIs(bob)
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertPrincipal(reseller(12, "Zed"), ""), tx.InsertPrincipal(reseller(11, "alf"), ""), tx.InsertPrincipal(principal(13, "plain"), ""))
	})
	s.read(func(r *sqlstore.Reader) error {
		list, err := r.Resellers()
		s.ok(err)
		var names []string
		for _, p := range list {
			names = append(names, p.Name)
		}
		s.equal("resellers", strings.Join(names, " "), "Zed alf rob")
		_, err = r.Principal("bob")
		s.is(err, hostkeep.ErrNotFound)
		_, err = r.PrincipalByID(99)
		s.is(err, hostkeep.ErrNotFound)
		_, err = r.Principal("a\x00b")
		s.is(err, hostkeep.ErrNotFound)
		_, err = r.Principal("ROB") // names are compared as they are
		s.is(err, hostkeep.ErrNotFound)
		return nil
	})
	_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.UpdatePrincipal(reseller(99, "gone")) })
	s.is(err, hostkeep.ErrNotFound)
}

func (s *suite) principalIs(p hostkeep.Principal) {
	s.Helper()
	s.read(func(r *sqlstore.Reader) error {
		byName, err := r.Principal(p.Name)
		s.ok(err)
		s.equal("by name", byName, p)
		byID, err := r.PrincipalByID(p.ID)
		s.ok(err)
		s.equal("by id", byID, p)
		return nil
	})
}

func testPasswords(s *suite) {
	s.do(func(tx *sqlstore.Tx) error { return tx.InsertPrincipal(principal(10, "bob"), "") })
	is := func(want string) {
		s.read(func(r *sqlstore.Reader) error {
			hash, err := r.PasswordHash(10)
			s.ok(err)
			s.equal("hash", hash, want)
			return nil
		})
	}
	is("")
	at := s.do(func(tx *sqlstore.Tx) error { return tx.SetPasswordHash(10, "$argon2id$x") })
	is("$argon2id$x")
	bob := principal(10, "bob")
	bob.Change = at.Seq // a new password is a change of the principal
	s.principalIs(bob)
	s.do(func(tx *sqlstore.Tx) error { return tx.UpdatePrincipal(bob) })
	is("$argon2id$x")
	_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.SetPasswordHash(99, "") })
	s.is(err, hostkeep.ErrNotFound)
	s.read(func(r *sqlstore.Reader) error {
		_, err := r.PasswordHash(99)
		s.is(err, hostkeep.ErrNotFound)
		return nil
	})
}

func testTokens(s *suite) {
	t := token(20, 1, "ci")
	t.Privileges, t.MadeBy, t.Expires = hostkeep.InitialPrivileges(), 7, start().Add(time.Hour)
	t.Addresses = hostkeep.AddressList{netip.MustParsePrefix("192.0.2.9/24"), netip.MustParsePrefix("2001:db8::1/128")}
	at := s.do(func(tx *sqlstore.Tx) error { return tx.InsertToken(t) })
	t.Change = at.Seq
	s.tokenIs(t)
	t.Name, t.Privileges, t.Addresses, t.Expires = "cd", hostkeep.Everything(), nil, time.Time{}
	at = s.do(func(tx *sqlstore.Tx) error { return tx.UpdateToken(t) })
	t.Change = at.Seq
	s.tokenIs(t)
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteToken(hostkeep.Token{ID: 20}) })
	rows, err := s.store.Events(s.Context(), at.Seq, 1)
	s.ok(err)
	s.equal("what the record says of it", rows[0].Objects, []hostkeep.Object{{Kind: "token", ID: 20, Ref: hex.EncodeToString(t.Hash[:16]), Name: "cd"}})
	s.read(func(r *sqlstore.Reader) error {
		_, err := r.TokenByID(20)
		s.is(err, hostkeep.ErrNotFound)
		_, err = r.TokenByHash(t.Hash)
		s.is(err, hostkeep.ErrNotFound)
		_, err = r.Token(1, "cd")
		s.is(err, hostkeep.ErrNotFound)
		return nil
	})
}

func (s *suite) tokenIs(t hostkeep.Token) {
	s.Helper()
	s.read(func(r *sqlstore.Reader) error {
		byName, err := r.Token(t.OwnerID, t.Name)
		s.ok(err)
		s.equal("by name", byName, t)
		byID, err := r.TokenByID(t.ID)
		s.ok(err)
		s.equal("by id", byID, t)
		byHash, err := r.TokenByHash(t.Hash)
		s.ok(err)
		s.equal("by hash", byHash, t)
		all, err := r.Tokens(t.OwnerID)
		s.ok(err)
		s.equal("all", all, []hostkeep.Token{t})
		made, err := r.TokensMadeBy(t.MadeBy)
		s.ok(err)
		s.equal("made by", made, []hostkeep.Token{t})
		return nil
	})
}

func testTokenEdges(s *suite) {
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertPrincipal(reseller(10, "bob"), ""), tx.InsertToken(token(20, 10, "b")), tx.InsertToken(token(21, 10, "B")), tx.InsertToken(token(22, 1, "b")))
	})
	s.read(func(r *sqlstore.Reader) error {
		list, err := r.Tokens(10)
		s.ok(err)
		s.equal("sorted", []string{list[0].Name, list[1].Name}, []string{"B", "b"})
		return nil
	})
	for name, do := range map[string]func(*sqlstore.Tx) error{
		"update of another hash": func(tx *sqlstore.Tx) error {
			t := token(20, 10, "b")
			t.Hash[31]++
			return tx.UpdateToken(t)
		},
		"update of what is gone": func(tx *sqlstore.Tx) error { return tx.UpdateToken(token(99, 10, "x")) },
		"delete of what is gone": func(tx *sqlstore.Tx) error { return tx.DeleteToken(token(99, 10, "x")) },
	} {
		s.unchanged(func() {
			_, err := s.store.Change(s.Context(), s.change(name), do)
			s.is(err, hostkeep.ErrNotFound)
		})
	}
	s.unchanged(func() {
		_, err := s.store.Change(s.Context(), s.change("no owner"), func(tx *sqlstore.Tx) error { return tx.InsertToken(token(30, 99, "x")) })
		if err == nil {
			s.Fatal("a token of nobody was written")
		}
	})
}

func testPackages(s *suite) {
	p := hostkeep.Package{ID: 30, Name: "bob_gold", OwnerID: 10, Plan: plan(), Extensions: "a b"}
	at := s.do(func(tx *sqlstore.Tx) error { return tx.InsertPackage(p) })
	p.Change = at.Seq
	is := func() {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			byName, err := r.Package(p.Name)
			s.ok(err)
			s.equal("by name", byName, p)
			byID, err := r.PackageByID(30)
			s.ok(err)
			s.equal("by id", byID, p)
			all, err := r.Packages()
			s.ok(err)
			s.equal("all", fmt.Sprint(len(all), all[0].Name == p.Name || all[1].Name == p.Name), "2 true")
			return nil
		})
	}
	is()
	p.Name, p.OwnerID, p.Extensions = "silver", 0, ""
	p.Plan = hostkeep.Plan{Quota: 1 << 40, CGI: true, DigestAuth: true}
	at = s.do(func(tx *sqlstore.Tx) error { return tx.UpdatePackage(p) })
	p.Change = at.Seq
	is()
	s.do(func(tx *sqlstore.Tx) error { return tx.DeletePackage(30) })
	for _, do := range []func(*sqlstore.Tx) error{
		func(tx *sqlstore.Tx) error { return tx.DeletePackage(30) },
		func(tx *sqlstore.Tx) error { return tx.UpdatePackage(p) },
		func(tx *sqlstore.Tx) error { _, err := tx.Package("silver"); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.PackageByID(30); return err },
	} {
		_, err := s.store.Change(s.Context(), s.change("x"), do)
		s.is(err, hostkeep.ErrNotFound)
	}
}

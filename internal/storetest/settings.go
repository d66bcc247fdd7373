package storetest

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func setting(owner int64, kind, name, value string) hostkeep.Setting {
	return hostkeep.Setting{OwnerID: owner, Kind: kind, Name: name, Value: value}
}

func testSettings(s *suite) {
	at := s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(
			tx.PutSetting(setting(0, "a", "z", "1")), tx.PutSetting(setting(0, "a", "B", "")), tx.PutSetting(setting(0, "b", "z", "2")),
			tx.PutSetting(setting(hostkeep.RootID, "a", "z", "ü\n3")),
		)
	})
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	s.equal("objects: one an owner", rows[0].Objects, []hostkeep.Object{{Kind: "setting", ID: 0, Name: "a z"}, {Kind: "setting", ID: 1, Name: "a z"}})
	is := func(owner int64, kind, want string) {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			list, err := r.Settings(owner, kind)
			s.ok(err)
			var texts []string
			for _, g := range list {
				texts = append(texts, g.Name+"="+g.Value)
				one, err := r.Setting(owner, kind, g.Name)
				s.ok(err)
				s.equal("one", one, g)
			}
			s.equal("all", strings.Join(texts, " "), want)
			return nil
		})
	}
	is(0, "a", "B= z=1")
	is(0, "b", "z=2")
	is(1, "a", "z=ü\n3")
	is(1, "b", "")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.PutSetting(setting(0, "a", "z", "9")), tx.DropSetting(0, "a", "B"), tx.DropSetting(0, "b", "B"))
	})
	is(0, "a", "z=9")
	is(1, "a", "z=ü\n3")
	s.unchanged(func() { // the same again, and what is not there
		s.do(func(tx *sqlstore.Tx) error {
			return errors.Join(tx.PutSetting(setting(0, "a", "z", "9")), tx.DropSetting(0, "a", "B"))
		})
	})
	s.read(func(r *sqlstore.Reader) error {
		last, err := r.Setting(0, "a", "z")
		s.ok(err)
		s.equal("its change", last.Change, at.Seq+1)
		_, err = r.Setting(0, "a", "B")
		s.is(err, hostkeep.ErrNotFound)
		return nil
	})
	s.unchanged(func() {
		_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.PutSetting(setting(0, "a", "n", "a\x00b")) })
		s.kind(err, hostkeep.Invalid)
	})
}

// testSettingsGo: who comes after finds nothing of who was before.
func testSettingsGo(s *suite) {
	s.add(principal(10, "carol"), "carol.test")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.PutSetting(setting(10, "a", "x", "1")), tx.PutSetting(setting(10, "b", "y", "2")), tx.PutSetting(setting(0, "a", "x", "3")))
	})
	at := s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	s.equal("named", slices.Contains(rows[0].Objects, hostkeep.Object{Kind: "setting", ID: 10}), true)
	s.read(func(r *sqlstore.Reader) error {
		for _, kind := range []string{"a", "b"} {
			list, err := r.Settings(10, kind)
			s.ok(err)
			s.equal("left over", len(list), 0)
		}
		_, err := r.Setting(0, "a", "x")
		return err
	})
}

func testAddressUse(s *suite) {
	for i, ip := range []string{"192.0.2.1", "192.0.2.1", "192.0.2.2"} {
		p := principal(int64(10+i), "u"+ip[8:]+string(rune('a'+i)))
		a := account(p, "")
		a.IP, a.Plan.DedicatedIP = ip, i == 2
		s.do(func(tx *sqlstore.Tx) error { return errors.Join(tx.InsertPrincipal(p, ""), tx.InsertAccount(a)) })
	}
	s.read(func(r *sqlstore.Reader) error {
		list, err := r.AddressUse()
		s.ok(err)
		slices.SortFunc(list, func(a, b hostkeep.AddressUse) int { return cmp.Compare(a.Address, b.Address) })
		s.equal("use", list, []hostkeep.AddressUse{{Address: "192.0.2.1", Accounts: 2}, {Address: "192.0.2.2", Accounts: 1, Dedicated: 1}})
		return nil
	})
}

package storetest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func zone(id, principal int64, name string) hostkeep.Zone {
	return hostkeep.Zone{ID: id, Name: name, PrincipalID: principal, Serial: 2026030100, Text: "; " + name + "\n\tü \"\\\n"}
}

// zoneIs checks how a zone is found, and that lists say the same without its text.
func (s *suite) zoneIs(z hostkeep.Zone) {
	s.Helper()
	s.read(func(r *sqlstore.Reader) error {
		byName, err := r.Zone(z.Name)
		s.ok(err)
		s.equal("by name", byName, z)
		byID, err := r.ZoneByID(z.ID)
		s.ok(err)
		s.equal("by id", byID, z)
		z.Text = ""
		list, err := r.ZonesOf(z.PrincipalID)
		s.ok(err)
		s.equal("of its principal", list, []hostkeep.Zone{z})
		return nil
	})
}

func testZones(s *suite) {
	s.add(reseller(10, "bob"), "bob.test")
	carol := principal(11, "carol")
	carol.OwnerID = 10
	s.add(carol, "carol.test")
	z := zone(30, 11, "carol.test")
	at := s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertZone(z), tx.InsertZone(zone(31, 10, "bob.test")))
	})
	z.User, z.OwnerID, z.Change = "carol", 10, at.Seq
	s.zoneIs(z)
	for _, taken := range []func(*sqlstore.Tx) error{
		func(tx *sqlstore.Tx) error { return tx.InsertZone(zone(32, 11, "bob.test")) },
		func(tx *sqlstore.Tx) error { return tx.UpdateZone(zone(31, 10, "carol.test")) },
	} {
		s.unchanged(func() {
			_, err := s.store.Change(s.Context(), s.change("x"), taken)
			s.is(err, hostkeep.ErrExists)
		})
	}
	z.Name, z.Serial, z.Text = "www.bob.test", 1<<32-1, ""
	z.Change = s.do(func(tx *sqlstore.Tx) error { return tx.UpdateZone(z) }).Seq
	s.zoneIs(z)
	s.read(func(r *sqlstore.Reader) error {
		for owner, want := range map[int64]string{0: " bob.test www.bob.test", 10: " bob.test www.bob.test", 11: " www.bob.test", 99: ""} {
			list, err := r.Zones(owner)
			s.ok(err)
			s.equal(fmt.Sprint("that ", owner, " sees"), zoneNames(list), want)
		}
		for name, want := range map[string]string{"test": " bob.test www.bob.test", "bob.test": " www.bob.test", "ob.test": "", "%": ""} {
			list, err := r.ZonesBelow(name)
			s.ok(err)
			s.equal("below "+name, zoneNames(list), want)
		}
		return nil
	})
	z.PrincipalID, z.User, z.OwnerID = hostkeep.RootID, "root", 0
	z.Change = s.do(func(tx *sqlstore.Tx) error { return tx.UpdateZone(z) }).Seq
	s.zoneIs(z)
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteZone(z) })
	for _, do := range []func(*sqlstore.Tx) error{
		func(tx *sqlstore.Tx) error { return tx.DeleteZone(z) },
		func(tx *sqlstore.Tx) error { return tx.UpdateZone(z) },
		func(tx *sqlstore.Tx) error { _, err := tx.Zone(z.Name); return err },
		func(tx *sqlstore.Tx) error { _, err := tx.ZoneByID(z.ID); return err },
	} {
		_, err := s.store.Change(s.Context(), s.change("x"), do)
		s.is(err, hostkeep.ErrNotFound)
	}
}

func zoneNames(list []hostkeep.Zone) (names string) {
	for _, z := range list {
		if names += " " + z.Name; z.Text != "" {
			names += " with its text"
		}
	}
	return names
}

// testZonesGo: an account's zones go with it, and only those.
func testZonesGo(s *suite) {
	s.add(principal(10, "carol"), "carol.test")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertZone(zone(30, 10, "carol.test")), tx.InsertZone(zone(31, 10, "also.test")), tx.InsertZone(zone(32, hostkeep.RootID, "root.test")))
	})
	at := s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	rows, err := s.store.Events(s.Context(), at.Seq-1, 1)
	s.ok(err)
	named := ""
	for _, o := range rows[0].Objects {
		if o.Kind == hostkeep.KindZone {
			named += fmt.Sprint(" ", o.ID, " ", o.Name)
		}
	}
	s.equal("named", named, " 31 also.test 30 carol.test")
	s.read(func(r *sqlstore.Reader) error {
		list, err := r.Zones(0)
		s.ok(err)
		s.equal("left", zoneNames(list), " root.test")
		return nil
	})
	s.unchanged(func() {
		_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.InsertZone(zone(33, 10, "orphan.test")) })
		if err == nil {
			s.Fatal("a zone of nobody was written")
		}
	})
}

// testSerials: a name keeps the serial of the zone that went, however it went.
func testSerials(s *suite) {
	s.add(principal(10, "carol"), "carol.test")
	is := func(name string, want uint32) {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			got, err := r.LastSerial(name)
			s.ok(err)
			s.equal("the serial of "+name, got, want)
			return nil
		})
	}
	z := zone(30, hostkeep.RootID, "a.test")
	s.do(func(tx *sqlstore.Tx) error { return tx.InsertZone(z) })
	z.Serial = 1<<32 - 1
	s.do(func(tx *sqlstore.Tx) error { return tx.UpdateZone(z) })
	is("a.test", 0)
	z.Name, z.Serial = "b.test", 7
	s.do(func(tx *sqlstore.Tx) error { return tx.UpdateZone(z) })
	is("a.test", 1<<32-1)
	is("b.test", 0)
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteZone(z) })
	is("b.test", 7)
	again := zone(31, 10, "a.test")
	s.do(func(tx *sqlstore.Tx) error { return tx.InsertZone(again) })
	is("a.test", 1<<32-1)
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	is("a.test", again.Serial)
}

// testLongZone: a zone's text may be longer than any other, up to its own bound,
// and passes the same door.
func testLongZone(s *suite) {
	z := zone(30, hostkeep.RootID, "long.test")
	z.Text = strings.Repeat("x", hostkeep.MaxZoneText)
	z.Change = s.do(func(tx *sqlstore.Tx) error { return tx.InsertZone(z) }).Seq
	z.User = "root"
	s.read(func(r *sqlstore.Reader) error {
		got, err := r.Zone(z.Name)
		s.ok(err)
		if got.Text != z.Text {
			s.Fatalf("%d bytes came back, want %d", len(got.Text), len(z.Text))
		}
		return nil
	})
	for _, bad := range []string{z.Text + "x", "a\x00b", "a\xffb"} {
		z.Text = bad
		_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.UpdateZone(z) })
		s.kind(err, hostkeep.Invalid)
	}
}

// testZoneFeed: who asks for zones is told what they are, and who does not is not.
func testZoneFeed(s *suite) {
	one, two := zone(30, hostkeep.RootID, "one.test"), zone(31, hostkeep.RootID, "two.test")
	first := s.head()
	at := s.do(func(tx *sqlstore.Tx) error { return errors.Join(tx.InsertZone(one), tx.InsertZone(two)) })
	one.Change, two.Change = at.Seq, at.Seq
	snap, err := s.store.Load(s.Context(), true)
	s.ok(err)
	s.equal("loaded", snap.Zones, []hostkeep.Zone{one, two})
	s.equal("heard of", s.since(first).Zones, []hostkeep.Zone{one, two})

	two.Name = "one.test"
	two.Change = s.do(func(tx *sqlstore.Tx) error { return errors.Join(tx.DeleteZone(one), tx.UpdateZone(two)) }).Seq
	d := s.since(at)
	s.equal("gone", d.Gone, []hostkeep.Object{{Kind: "zone", ID: 30, Name: "one.test"}})
	s.equal("renamed", d.Zones, []hostkeep.Zone{two})

	snap, err = s.store.Load(s.Context(), false)
	s.ok(err)
	d, err = s.store.Since(s.Context(), first, false)
	s.ok(err)
	s.equal("who did not ask", len(snap.Zones)+len(d.Zones)+len(d.Gone), 0)
}

package storetest

import (
	"errors"
	"net/netip"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func span(addr string) hostkeep.Span {
	a := netip.MustParseAddr(addr)
	return hostkeep.Span{From: a, To: a}
}

func testGuard(s *suite) {
	first := s.head()
	white := hostkeep.GuardEntry{ID: 10, List: hostkeep.GuardWhite, Span: span("192.0.2.1"), Comment: "the office"}
	black := hostkeep.GuardEntry{ID: 11, List: hostkeep.GuardBlack, Span: hostkeep.Span{From: netip.MustParseAddr("2001:db8::1"), To: netip.MustParseAddr("2001:db8::7")}}
	at := s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertGuardEntry(white), tx.InsertGuardEntry(black), tx.SetGuardSetting("max_failures", 7), tx.SetGuardSetting("is_enabled", 0))
	})
	white.Change, black.Change = at.Seq, at.Seq
	want := hostkeep.Guard{Entries: []hostkeep.GuardEntry{white, black}, Settings: hostkeep.GuardSettings{"max_failures": 7, "is_enabled": 0}}
	is := func() {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			g, err := r.Guard()
			s.ok(err)
			s.equal("guard", g, want)
			return nil
		})
	}
	is()
	d := s.since(first)
	s.equal("in the feed", *d.Guard, want)
	s.equal("objects", d.Events[0].Objects, []hostkeep.Object{
		{Kind: "guard", ID: 10, Name: "white 192.0.2.1"}, {Kind: "guard", ID: 11, Name: "black 2001:db8::1-2001:db8::7"}, {Kind: "guard", Name: "max_failures"},
	})
	snap, err := s.store.Load(s.Context(), true)
	s.ok(err)
	s.equal("loaded", snap.Guard, want)
	_, err = s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error {
		return tx.InsertGuardEntry(hostkeep.GuardEntry{ID: 12, List: hostkeep.GuardWhite, Span: white.Span})
	})
	s.is(err, hostkeep.ErrExists)
	black.Comment = "guesses"
	at = s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.UpdateGuardEntry(black), tx.DeleteGuardEntry(white.ID), tx.SetGuardSetting("is_enabled", 1))
	})
	black.Change = at.Seq
	want = hostkeep.Guard{Entries: []hostkeep.GuardEntry{black}, Settings: hostkeep.GuardSettings{"max_failures": 7, "is_enabled": 1}}
	is()
	for _, do := range []func(*sqlstore.Tx) error{
		func(tx *sqlstore.Tx) error { return tx.DeleteGuardEntry(white.ID) },
		func(tx *sqlstore.Tx) error { return tx.UpdateGuardEntry(white) },
	} {
		_, err := s.store.Change(s.Context(), s.change("x"), do)
		s.is(err, hostkeep.ErrNotFound)
	}
}

// testForgetLogins: what has no row is in the record, and so in the feed.
func testForgetLogins(s *suite) {
	first := s.head()
	one := span("192.0.2.1")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.ForgetLogins(&one), tx.ForgetLogins(nil), tx.NoteHook("/bin/hook"))
	})
	d := s.since(first)
	var seen []string
	for _, o := range d.Events[0].Objects {
		seen = append(seen, o.Kind+" "+o.Name)
	}
	s.equal("objects", seen, []string{"logins 192.0.2.1", "logins ", "hook /bin/hook"})
	if d.Guard != nil || len(d.Gone) > 0 {
		s.Fatalf("the delta has %v, %v", d.Guard, d.Gone)
	}
	_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error { return tx.NoteHook("a\x00b") })
	s.kind(err, hostkeep.Invalid)
}

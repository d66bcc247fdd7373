package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func session(id, principal int64) hostkeep.Session {
	return hostkeep.Session{
		Addr: netip.MustParseAddr("203.0.113.7"), Agent: "Browser/1",
		ID: id, PrincipalID: principal, Service: hostkeep.ServiceWHM, Hash: sha256.Sum256(fmt.Append(nil, "hash", id)),
		Token: sha256.Sum256(fmt.Append(nil, "token", id)), Created: start(), LastUsed: start(), Ends: start().Add(time.Hour),
	}
}

// signedIn is bob, who has just signed in with a password.
func (s *suite) signedIn() hostkeep.Caller {
	bob := reseller(10, "bob")
	bob.Change = s.do(func(tx *sqlstore.Tx) error { return tx.InsertPrincipal(bob, "$old") }).Seq
	return hostkeep.Caller{User: bob, Via: hostkeep.ViaPassword, Rights: bob.Rights()}
}

// open reads a session by its hash, or answers that there is none.
func (s *suite) session(hash hostkeep.SessionHash) (found hostkeep.Session, there bool) {
	s.Helper()
	s.read(func(r *sqlstore.Reader) (err error) {
		found, err = r.SessionByHash(hash)
		if there = err == nil; errors.Is(err, hostkeep.ErrNotFound) {
			err = nil
		}
		return err
	})
	return found, there
}

func testSessions(s *suite) {
	ctx, bob := s.Context(), s.signedIn()
	before := s.head()
	want := session(0, 10)
	s.ok(s.store.OpenSession(ctx, bob, want))
	got, there := s.session(want.Hash)
	want.ID, want.Open = got.ID, true
	s.equal("found", there && got.ID > 0, true)
	s.equal("session", got, want)
	s.is(s.store.OpenSession(ctx, bob, want), hostkeep.ErrExists) // the secret of another

	want.LastUsed = start().Add(time.Minute)
	s.ok(s.store.UseSession(ctx, want.ID, want.LastUsed))
	s.ok(s.store.UseSession(ctx, want.ID, start())) // never back
	s.read(func(r *sqlstore.Reader) error {
		byID, err := r.Session(want.ID)
		s.equal("used", byID, want)
		return err
	})
	stale := bob
	stale.User.Change--
	s.kind(s.store.OpenSession(ctx, stale, session(1, 10)), hostkeep.Denied)
	s.equal("signing in is not in the record", s.head(), before)
	s.ok(s.store.OpenSession(ctx, bob, session(3, 10)))
	var all []hostkeep.Session
	s.read(func(r *sqlstore.Reader) (err error) {
		all, err = r.Sessions(10, hostkeep.ServiceWHM)
		none, err2 := r.Sessions(10, hostkeep.ServiceCPanel)
		s.equal("of another service", len(none), 0)
		return errors.Join(err, err2)
	})
	s.equal("sessions of bob", len(all), 2)
	for _, one := range all {
		if one.ID != want.ID {
			at := s.do(func(tx *sqlstore.Tx) error { return tx.DeleteSession(one) })
			rows, err := s.store.Events(ctx, at.Seq-1, 1)
			s.ok(err)
			s.equal("objects", rows[0].Objects, []hostkeep.Object{{Kind: "session", ID: one.ID, Name: "whostmgrd"}})
			s.unchanged(func() {
				_, err := s.store.Change(ctx, s.change("x"), func(tx *sqlstore.Tx) error { return tx.DeleteSession(one) })
				s.is(err, hostkeep.ErrNotFound)
			})
		}
	}
	s.ok(s.store.EndSession(ctx, want.ID))
	s.ok(s.store.EndSession(ctx, want.ID))
	_, there = s.session(want.Hash)
	s.equal("there after its end", there, false)
}

func testSessionsAreSwept(s *suite) {
	ctx, bob := s.Context(), s.signedIn()
	idle, over := session(1, 10), session(2, 10)
	over.Ends = start().Add(time.Minute)
	s.ok(s.store.OpenSession(ctx, bob, idle))
	s.ok(s.store.OpenSession(ctx, bob, over))
	s.pass(hostkeep.SessionIdle - time.Microsecond)
	s.ok(s.store.OpenSession(ctx, bob, session(3, 10)))
	_, idles := s.session(idle.Hash)
	_, overs := s.session(over.Hash)
	s.equal("there a moment before", []bool{idles, overs}, []bool{true, false})
	s.pass(time.Microsecond)
	s.ok(s.store.OpenSession(ctx, bob, session(4, 10)))
	_, idles = s.session(idle.Hash)
	s.equal("there after a quarter of an hour", idles, false)
}

func testLinks(s *suite) {
	ctx, bob := s.Context(), s.signedIn()
	link := session(20, 10)
	at := s.do(func(tx *sqlstore.Tx) error { return tx.InsertLink(link) })
	rows, err := s.store.Events(ctx, at.Seq-1, 1)
	s.ok(err)
	s.equal("objects", rows[0].Objects, []hostkeep.Object{{Kind: "session", ID: 20, Name: "whostmgrd"}})
	_, there := s.session(link.Hash)
	s.equal("a link is a session", there, false)
	opened := session(21, 10)
	opened.Token = link.Token
	for name, spoil := range map[string]func(*hostkeep.Session){
		"another token":   func(o *hostkeep.Session) { o.Token[0] ^= 1 },
		"another user":    func(o *hostkeep.Session) { o.PrincipalID = 1 },
		"another service": func(o *hostkeep.Session) { o.Service = hostkeep.ServiceCPanel },
		"too late":        func(o *hostkeep.Session) { o.Created = link.Ends },
	} {
		o := opened
		spoil(&o)
		if err := s.store.OpenLink(ctx, link.Hash, o); !errors.Is(err, hostkeep.ErrNotFound) {
			s.Fatalf("%s: %v", name, err)
		}
	}
	s.ok(s.store.OpenLink(ctx, link.Hash, opened))
	s.is(s.store.OpenLink(ctx, link.Hash, session(22, 10)), hostkeep.ErrNotFound)
	got, there := s.session(opened.Hash)
	s.equal("opened", there && got.ID == 20 && got.Open, true)

	c := bob
	c.Via, c.SessionID = hostkeep.ViaSession, 20
	change := func(c hostkeep.Caller) error {
		_, err := s.store.Change(ctx, hostkeep.Change{Caller: c, Function: "f"}, func(tx *sqlstore.Tx) error {
			return tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: "p"})
		})
		return err
	}
	s.ok(change(c))
	s.unchanged(func() {
		gone, anothers, stale := c, c, c
		gone.SessionID, anothers.User, stale.User.Change = 99, hostkeep.Principal{ID: 1, Change: 1}, 0
		for _, bad := range []hostkeep.Caller{gone, anothers, stale} {
			s.kind(change(bad), hostkeep.Denied)
		}
		s.pass(time.Hour)
		s.kind(change(c), hostkeep.Denied)
	})
}

// testLinkOfATokenThatEnds: the session of a link ends with the token that made
// it, at the latest.
func testLinkOfATokenThatEnds(s *suite) {
	s.signedIn()
	soon, late, never := token(30, 1, "soon"), token(31, 1, "late"), token(32, 1, "never")
	soon.Expires, late.Expires, never.Expires = start().Add(time.Minute), start().Add(48*time.Hour), time.Time{}
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertToken(soon), tx.InsertToken(late), tx.InsertToken(never))
	})
	for maker, want := range map[int64]time.Duration{30: time.Minute, 31: time.Hour, 32: time.Hour, 0: time.Hour} {
		link, opened := session(100+maker, 10), session(200+maker, 10)
		link.MadeBy, opened.Token = maker, link.Token
		s.do(func(tx *sqlstore.Tx) error { return tx.InsertLink(link) })
		s.ok(s.store.OpenLink(s.Context(), link.Hash, opened))
		got, there := s.session(opened.Hash)
		s.equal(fmt.Sprint("end of what token ", maker, " made"), there && got.Ends.Equal(start().Add(want)), true)
	}
}

// testSessionsEnd: what makes a user another, or none, ends its sessions for good.
func testSessionsEnd(s *suite) {
	bob := reseller(10, "bob")
	suspended, plain, moved := bob, bob, bob
	moved.OwnerID = hostkeep.RootID
	maker, narrowed := reseller(12, "maker"), reseller(12, "maker")
	narrowed.Privileges = hostkeep.Privileges{}
	suspended.Suspended = true
	plain.Reseller = false
	s.add(bob, "bob.test")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertPrincipal(reseller(11, "ann"), ""), tx.InsertPrincipal(maker, ""), tx.InsertToken(token(30, 12, "t")))
	})
	for _, tt := range []struct {
		name string
		do   func(*sqlstore.Tx) error
	}{
		{"password", func(tx *sqlstore.Tx) error { return tx.SetPasswordHash(10, "$new") }},
		{"suspension", func(tx *sqlstore.Tx) error { return tx.UpdatePrincipal(suspended) }},
		{"no reseller", func(tx *sqlstore.Tx) error { return errors.Join(tx.UpdatePrincipal(bob), tx.UpdatePrincipal(plain)) }},
		{"another's", func(tx *sqlstore.Tx) error { return errors.Join(tx.UpdatePrincipal(moved), tx.UpdatePrincipal(bob)) }},
		{"maker narrowed", func(tx *sqlstore.Tx) error {
			return errors.Join(tx.UpdatePrincipal(narrowed), tx.UpdatePrincipal(maker))
		}},
		{"token revoked", func(tx *sqlstore.Tx) error { return tx.DeleteToken(token(30, 12, "t")) }},
		{"removed", func(tx *sqlstore.Tx) error {
			return errors.Join(tx.PutTwoFactor(hostkeep.TwoFactor{PrincipalID: 10, Sealed: []byte{1}}), tx.DeleteAccount(10))
		}},
	} {
		mine, hers := session(1, 10), session(2, 11)
		mine.MadeBy = 30
		s.do(func(tx *sqlstore.Tx) error { return errors.Join(tx.InsertLink(mine), tx.InsertLink(hers)) })
		for _, l := range []hostkeep.Session{mine, hers} {
			s.ok(s.store.OpenLink(s.Context(), l.Hash, l))
		}
		s.do(tt.do)
		_, still := s.session(mine.Hash)
		_, others := s.session(hers.Hash)
		if still || !others {
			s.Fatalf("%s: there %v, another's there %v", tt.name, still, others)
		}
		s.ok(s.store.EndSession(s.Context(), 2))
	}
}

func testTwoFactor(s *suite) {
	ctx := s.Context()
	s.signedIn()
	want := hostkeep.TwoFactor{PrincipalID: 10, KeyID: "k1", Sealed: []byte{0, 1, 255}, LastStep: 5}
	s.do(func(tx *sqlstore.Tx) error {
		return tx.PutTwoFactor(hostkeep.TwoFactor{PrincipalID: 10, Sealed: []byte{9}})
	})
	s.do(func(tx *sqlstore.Tx) error { return tx.PutTwoFactor(want) })
	is := func(want hostkeep.TwoFactor) {
		s.Helper()
		s.read(func(r *sqlstore.Reader) error {
			got, err := r.TwoFactor(10)
			s.equal("second factor", got, want)
			ids, _ := r.TwoFactors()
			s.equal("who has one", ids, []int64{10})
			return err
		})
	}
	is(want)
	use := func(step int64) bool {
		s.Helper()
		taken, err := s.store.UseCode(ctx, 10, step)
		s.ok(err)
		return taken
	}
	s.equal("steps taken", []bool{use(5), use(6), use(6), use(4)}, []bool{false, true, false, false})
	try := func(until func(int64) time.Time) bool {
		s.Helper()
		taken, err := s.store.TryCode(ctx, 10, until)
		s.ok(err)
		return taken
	}
	free := func(int64) time.Time { return time.Time{} }
	minute := func(tries int64) time.Time { return start().Add(time.Duration(tries) * time.Minute) }
	s.equal("tries taken", []bool{try(free), try(minute), try(free)}, []bool{true, true, false})
	want.LastStep, want.Failed, want.Blocked = 6, 2, start().Add(2*time.Minute)
	is(want)
	s.pass(2*time.Minute - time.Microsecond)
	s.equal("a try a moment too early", try(free), false)
	s.pass(time.Microsecond)
	s.equal("a try in time, and the last step again", []bool{try(minute), use(6)}, []bool{true, false})
	s.equal("used by whoever took a try", use(7), true)
	want.LastStep, want.Failed, want.Blocked = 7, 0, time.Time{}
	is(want)
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteTwoFactor(10) })
	s.unchanged(func() {
		_, err := s.store.Change(ctx, s.change("x"), func(tx *sqlstore.Tx) error { return tx.DeleteTwoFactor(10) })
		s.is(err, hostkeep.ErrNotFound)
	})
	s.equal("taken when there is none", use(9), false)
	_, err := s.store.TryCode(ctx, 10, free)
	s.is(err, hostkeep.ErrNotFound)
}

// testCodesAtOnce: of many at the same moment, on two nodes, each try is counted,
// none goes past the number that is free, and a step is used by one.
func testCodesAtOnce(s *suite) {
	const free = 3
	s.signedIn()
	s.do(func(tx *sqlstore.Tx) error {
		return tx.PutTwoFactor(hostkeep.TwoFactor{PrincipalID: 10, Sealed: []byte{1}})
	})
	until := func(tries int64) time.Time {
		if tries < free {
			return time.Time{}
		}
		return start().Add(time.Hour)
	}
	nodes := []*sqlstore.Store{s.store, s.open("n2")}
	count := func(about string, want int64, do func(*sqlstore.Store) (bool, error)) {
		var group sync.WaitGroup
		var n atomic.Int64
		for i := range 8 {
			group.Go(func() {
				taken, err := do(nodes[i%2])
				if err != nil {
					s.Error(err)
				}
				if taken {
					n.Add(1)
				}
			})
		}
		group.Wait()
		s.equal(about, n.Load(), want)
	}
	count("tries", free, func(n *sqlstore.Store) (bool, error) { return n.TryCode(s.Context(), 10, until) })
	s.read(func(r *sqlstore.Reader) error {
		t, err := r.TwoFactor(10)
		s.equal("counted", []any{t.Failed, t.Blocked}, []any{int64(free), start().Add(time.Hour)})
		return err
	})
	count("uses", 1, func(n *sqlstore.Store) (bool, error) { return n.UseCode(s.Context(), 10, 5) })
}

func testTwoFactorSettings(s *suite) {
	read := func() (got hostkeep.TwoFactorSetting) {
		s.read(func(r *sqlstore.Reader) (err error) {
			got, err = r.TwoFactorSetting(1)
			return err
		})
		return got
	}
	s.equal("nothing set", read(), hostkeep.TwoFactorSetting{PrincipalID: 1})
	want := hostkeep.TwoFactorSetting{PrincipalID: 1, Issuer: "The host", Off: true}
	s.do(func(tx *sqlstore.Tx) error { return tx.PutTwoFactorSetting(want) })
	s.equal("set", read(), want)
	want = hostkeep.TwoFactorSetting{PrincipalID: 1}
	s.do(func(tx *sqlstore.Tx) error { return tx.PutTwoFactorSetting(want) })
	s.equal("set anew", read(), want)
}

package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/audit"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func testConflicts(s *suite) {
	s.add(principal(10, "bob"), "bob.test")
	s.add(principal(11, "carol"), "")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertToken(token(20, 1, "t")), tx.InsertToken(token(21, 1, "u")))
	})
	sameHash := token(22, 1, "v")
	sameHash.Hash = sha256.Sum256([]byte("20"))
	renamed := token(21, 1, "t")
	carols := account(principal(11, "carol"), "bob.test")
	for name, do := range map[string]func(*sqlstore.Tx) error{
		"principal's name":  func(tx *sqlstore.Tx) error { return tx.InsertPrincipal(principal(12, "bob"), "") },
		"principal renamed": func(tx *sqlstore.Tx) error { return tx.UpdatePrincipal(principal(11, "bob")) },
		"token's name":      func(tx *sqlstore.Tx) error { return tx.InsertToken(token(22, 1, "t")) },
		"token renamed":     func(tx *sqlstore.Tx) error { return tx.UpdateToken(renamed) },
		"token's hash":      func(tx *sqlstore.Tx) error { return tx.InsertToken(sameHash) },
		"package's name":    func(tx *sqlstore.Tx) error { return tx.InsertPackage(hostkeep.Package{ID: 2, Name: "default"}) },
		"domain":            func(tx *sqlstore.Tx) error { return tx.UpdateAccount(carols) },
		"id":                func(tx *sqlstore.Tx) error { return tx.InsertPrincipal(principal(10, "new"), "") },
	} {
		s.unchanged(func() {
			_, err := s.store.Change(s.Context(), s.change(name), do)
			s.is(err, hostkeep.ErrExists)
		})
	}
	// A family's own sentence for it reaches the caller.
	_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error {
		if err := tx.InsertToken(token(22, 1, "t")); errors.Is(err, hostkeep.ErrExists) {
			return hostkeep.Errorf(hostkeep.Conflict, "taken")
		}
		return nil
	})
	s.kind(err, hostkeep.Conflict)
	s.do(func(tx *sqlstore.Tx) error { return tx.InsertToken(token(23, 10, "t")) }) // another owner's name
}

func testRollback(s *suite) {
	broken := errors.New("broken")
	s.unchanged(func() {
		_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error {
			return errors.Join(tx.InsertPrincipal(principal(10, "bob"), ""), tx.InsertToken(token(20, 1, "t")), broken)
		})
		s.is(err, broken)
	})
}

// testSwallowedFailure: a statement that failed ends the change on both engines,
// even if the function that ran it does not say so.
func testSwallowedFailure(s *suite) {
	s.do(func(tx *sqlstore.Tx) error { return tx.InsertToken(token(20, 1, "t")) })
	s.unchanged(func() {
		_, err := s.store.Change(s.Context(), s.change("x"), func(tx *sqlstore.Tx) error {
			_ = tx.InsertPrincipal(principal(10, "bob"), "")
			_ = tx.InsertToken(token(21, 1, "t"))
			_ = tx.InsertToken(token(22, 1, "u"))
			return nil
		})
		s.is(err, hostkeep.ErrExists)
	})
}

func testNothingWritten(s *suite) {
	before := s.head()
	at := s.do(func(tx *sqlstore.Tx) error { _, err := tx.Packages(); return err })
	s.equal("place", at, before)
	s.equal("head", s.head(), before)
	rows, err := s.store.Events(s.Context(), before.Seq, 10)
	s.ok(err)
	s.equal("rows", len(rows), 0)
}

// testRecheck: a credential that is no longer what it was changes nothing.
func testRecheck(s *suite) {
	t := token(20, 10, "t")
	t.Expires = start().Add(time.Hour)
	at := s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertPrincipal(reseller(10, "bob"), ""), tx.InsertToken(t))
	})
	bob := reseller(10, "bob")
	bob.Change = at.Seq
	good := hostkeep.Caller{User: bob, Via: hostkeep.ViaToken, TokenID: 20, TokenChange: at.Seq}
	with := func(change func(*hostkeep.Caller)) hostkeep.Caller {
		c := good
		change(&c)
		return c
	}
	try := func(c hostkeep.Caller) error {
		_, err := s.store.Change(s.Context(), hostkeep.Change{Caller: c, Function: "f"}, func(tx *sqlstore.Tx) error {
			return tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: "p" + string(c.Via)})
		})
		return err
	}
	s.unchanged(func() {
		for name, c := range map[string]hostkeep.Caller{
			"token changed":         with(func(c *hostkeep.Caller) { c.TokenChange-- }),
			"token gone":            with(func(c *hostkeep.Caller) { c.TokenID = 21 }),
			"user changed":          with(func(c *hostkeep.Caller) { c.User.Change-- }),
			"user gone":             with(func(c *hostkeep.Caller) { c.User.ID = 99 }),
			"another's token":       with(func(c *hostkeep.Caller) { c.User = hostkeep.Principal{ID: 1, Change: 1} }),
			"password changed":      with(func(c *hostkeep.Caller) { c.Via = hostkeep.ViaPassword; c.User.Change-- }),
			"command of nobody":     with(func(c *hostkeep.Caller) { c.Via = hostkeep.ViaCommand; c.User.ID = 99 }),
			"system as nobody":      with(func(c *hostkeep.Caller) { c.Via = hostkeep.ViaSystem; c.User.ID = 99 }),
			"no way at all":         with(func(c *hostkeep.Caller) { c.Via = "" }),
			"a way nobody heard of": with(func(c *hostkeep.Caller) { c.Via = "magic" }),
		} {
			err := try(c)
			if hostkeep.KindOf(err) != hostkeep.Denied || err.Error() != "Your credential was changed while this call ran; nothing was done." {
				s.Fatalf("%s: %v", name, err)
			}
		}
	})
	s.ok(try(good))
	s.ok(try(with(func(c *hostkeep.Caller) { c.Via, c.TokenID = hostkeep.ViaPassword, 0 })))
	s.ok(try(hostkeep.Caller{User: hostkeep.Principal{ID: 10}, Via: hostkeep.ViaCommand}))
	s.pass(time.Hour) // the token's end, to the microsecond
	s.unchanged(func() { s.kind(try(good), hostkeep.Denied) })
}

func testText(s *suite) {
	long := strings.Repeat("x", 64<<10)
	s.do(func(tx *sqlstore.Tx) error {
		return tx.InsertPackage(hostkeep.Package{ID: 30, Name: "fits", Extensions: long})
	})
	for name, bad := range map[string]string{"NUL": "a\x00b", "not UTF-8": "a\xffb", "cut rune": "€"[:2], "too long": long + "x"} {
		s.unchanged(func() {
			for _, do := range []func(*sqlstore.Tx) error{
				func(tx *sqlstore.Tx) error { return tx.InsertPrincipal(principal(10, bad), "") },
				func(tx *sqlstore.Tx) error { return tx.SetPasswordHash(1, bad) },
				func(tx *sqlstore.Tx) error { return tx.InsertToken(token(20, 1, bad)) },
				func(tx *sqlstore.Tx) error { return tx.InsertPackage(hostkeep.Package{ID: 31, Name: bad}) },
			} {
				_, err := s.store.Change(s.Context(), s.change(name), do)
				s.kind(err, hostkeep.Invalid)
			}
			c := s.change(bad)
			_, err := s.store.Change(s.Context(), c, func(tx *sqlstore.Tx) error { return tx.DeletePackage(30) })
			s.kind(err, hostkeep.Invalid)
			s.kind(s.store.Beat(s.Context(), hostkeep.NodeRow{Incarnation: bad}), hostkeep.Invalid)
		})
	}
}

func testRecordRow(s *suite) {
	before := s.head()
	s.pass(time.Second)
	c := hostkeep.Change{Function: "api_token_create", Args: `{"token_name":"<t>"}`, Caller: hostkeep.Caller{
		User: hostkeep.Principal{ID: 1, Name: "root"}, Via: hostkeep.ViaCommand, TokenID: 5,
		Addr: netip.MustParseAddr("2001:db8::1"), RequestID: "req", RealUser: "ann",
	}}
	t := token(20, 1, "<t&€>")
	at, err := s.store.Change(s.Context(), c, func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertToken(t), tx.UpdateToken(t), tx.SetPasswordHash(1, "")) // the token is named once
	})
	s.ok(err)
	rows, err := s.store.Events(s.Context(), before.Seq, 10)
	s.ok(err)
	s.equal("rows", len(rows), 1)
	e := rows[0]
	s.equal("the hash is the head's", e.Hash, at.Hash[:])
	want := hostkeep.Event{
		Seq: 2, At: start().Add(time.Second), Node: "n1", Function: c.Function, ActorID: 1, Actor: "root", Via: hostkeep.ViaCommand,
		TokenID: 5, Addr: "2001:db8::1", RequestID: "req", RealUser: "ann", Args: c.Args, Prev: before.Hash[:],
		Objects: []hostkeep.Object{{Kind: "token", ID: 20, Ref: "f5ca38f748a1d6eaf726b8a42fb575c3", Name: "<t&€>"}, {Kind: "principal", ID: 1, Name: "root"}},
	}
	chain().Seal(&want)
	s.equal("row", e, want)
}

// testTampered: what is done to the table behind the store's back is found.
func testTampered(s *suite) {
	for _, name := range []string{"a", "b", "c", "d"} {
		s.do(func(tx *sqlstore.Tx) error { return tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: name}) })
	}
	s.ok(s.verify())
	for _, way := range []struct{ do, undo string }{
		{"UPDATE record SET actor = 'bob' WHERE seq = 3", "UPDATE record SET actor = 'root' WHERE seq = 3"},
		{"UPDATE record SET at = at + 1 WHERE seq = 3", "UPDATE record SET at = at - 1 WHERE seq = 3"},
		{"UPDATE record SET seq = 13 WHERE seq = 3", "UPDATE record SET seq = 3 WHERE seq = 13"},
		{"UPDATE record SET objects = '[]' WHERE seq = 3", ""},
	} {
		s.behind(way.do)
		var fault *audit.Fault
		if err := s.verify(); !errors.As(err, &fault) || fault.Seq != 3 {
			s.Fatalf("%s: %v", way.do, err)
		}
		if way.undo == "" {
			break
		}
		s.behind(way.undo)
		s.ok(s.verify())
	}
	s.behind("UPDATE record SET objects = '[ ]' WHERE seq = 3") // reads like no objects, but is not what was sealed
	if err := s.verify(); err == nil || !strings.Contains(err.Error(), "row 3") {
		s.Fatalf("objects in another spelling: %v", err)
	}
	s.damaged = true
}

func (s *suite) sqlite() bool { return strings.HasPrefix(s.url, "sqlite:") }

// behind runs a statement beside the store.
func (s *suite) behind(statement string) {
	s.Helper()
	driver, address := "pgx", s.url
	if s.sqlite() {
		driver, address = "sqlite", "file:"+strings.TrimPrefix(s.url, "sqlite:")+"?_busy_timeout=10000"
	}
	db, err := sql.Open(driver, address)
	s.ok(err)
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(s.Context(), statement)
	s.ok(err)
}

// testCallerGoesAway: a request that ends does not end what it began.
func testCallerGoesAway(s *suite) {
	ctx, cancel := context.WithCancel(s.Context())
	_, err := s.store.Change(ctx, s.change("x"), func(tx *sqlstore.Tx) error {
		cancel()
		return tx.InsertPackage(hostkeep.Package{ID: 30, Name: "kept"})
	})
	s.ok(err)
	s.read(func(r *sqlstore.Reader) error { _, err := r.Package("kept"); return err })
}

func testIDs(s *suite) {
	s.do(func(tx *sqlstore.Tx) error {
		last := int64(1 << 22)
		for i := range 10_000 {
			if i == 5_000 {
				s.pass(-time.Hour) // a clock that is set back
			}
			id := tx.NewID()
			if id <= last {
				s.Fatalf("id %d after %d", id, last)
			}
			last = id
		}
		return nil
	})
}

package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

const today = 20_513 // the day of start

func used(tokenID int64, first, last time.Time) hostkeep.TokenUse {
	return hostkeep.TokenUse{TokenID: tokenID, First: first, Last: last, Addr: "192.0.2.1", Function: "version", Agent: "curl"}
}

func count(kind hostkeep.UseKind, value string, n int64) hostkeep.UseCount {
	return hostkeep.UseCount{Kind: kind, Value: value, Number: n}
}

// uses is all that is stored of a token's uses.
type uses struct {
	Use    hostkeep.TokenUse
	Days   []hostkeep.TokenDay
	Counts []hostkeep.UseCount
}

func (s *suite) uses(tokenID int64) (u uses) {
	s.Helper()
	s.read(func(r *sqlstore.Reader) (err error) {
		if u.Use, err = r.TokenUse(tokenID); errors.Is(err, hostkeep.ErrNotFound) {
			err = nil
		}
		days, derr := r.TokenDays(tokenID, 0)
		counts, cerr := r.TokenCounts(tokenID, 0)
		u.Days, u.Counts = days, counts
		return errors.Join(err, derr, cerr)
	})
	return u
}

// testUses: batches add up, outside the record; a batch that is in already, or is
// of a token that is gone, adds nothing.
func testUses(s *suite) {
	ctx := s.Context()
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertToken(token(30, 1, "t")), tx.InsertToken(token(31, 1, "idle")))
	})
	s.equal("the day of the start", hostkeep.UseDay(start()), int64(today))
	s.equal("the day before 1970", hostkeep.UseDay(time.Unix(-1, 0)), int64(-1))
	before := s.head()
	later := start().Add(time.Minute)
	batch := hostkeep.UseBatch{
		Node: "n1", Number: 1,
		Uses: []hostkeep.TokenUse{used(30, start(), later), used(99, start(), later)},
		Days: []hostkeep.TokenDay{
			{TokenID: 30, Day: today, Calls: 3, Refusals: 1, Counts: []hostkeep.UseCount{count("function", "version", 3), count("reason", "expired", 1)}},
			{TokenID: 99, Day: today, Calls: 1, Counts: []hostkeep.UseCount{count("function", "version", 1)}},
		},
	}
	want := uses{used(30, start(), later), []hostkeep.TokenDay{{TokenID: 30, Day: today, Calls: 3, Refusals: 1}}, batch.Days[0].Counts}
	s.ok(s.store.AddUses(ctx, batch))
	s.ok(s.store.AddUses(ctx, batch))
	s.equal("written once", s.uses(30), want)
	s.equal("of nobody", s.uses(99), uses{})

	other := hostkeep.UseBatch{ // of a node that was late: the last use stays, the first moves
		Node: "n2", Number: 1,
		Uses: []hostkeep.TokenUse{used(30, start().Add(-time.Hour), start())},
		Days: []hostkeep.TokenDay{{TokenID: 30, Day: today - 1, Calls: 1}, {TokenID: 30, Day: today, Calls: 4, Counts: []hostkeep.UseCount{count("function", "version", 4)}}},
	}
	other.Uses[0].Addr = "192.0.2.9"
	s.ok(s.store.AddUses(ctx, other))
	want.Use.First = start().Add(-time.Hour)
	want.Days = []hostkeep.TokenDay{{TokenID: 30, Day: today - 1, Calls: 1}, {TokenID: 30, Day: today, Calls: 7, Refusals: 1}}
	want.Counts = []hostkeep.UseCount{count("function", "version", 7), count("reason", "expired", 1)}
	s.equal("of two nodes", s.uses(30), want)

	batch.Number, batch.Days = 2, nil
	batch.Uses = []hostkeep.TokenUse{{TokenID: 30, First: later, Last: later.Add(time.Hour), Function: "other"}}
	s.ok(s.store.AddUses(ctx, batch))
	want.Use.Last, want.Use.Addr, want.Use.Function, want.Use.Agent = later.Add(time.Hour), "", "other", ""
	s.equal("used again", s.uses(30), want)
	s.read(func(r *sqlstore.Reader) error {
		of, err := r.TokenUses(1)
		s.equal("of all tokens", of, []hostkeep.TokenUse{want.Use})
		days, _ := r.TokenDays(30, today)
		s.equal("days since", days, want.Days[1:])
		counts, _ := r.TokenCounts(30, today+1)
		s.equal("counts since", len(counts), 0)
		return err
	})
	s.equal("the record", s.head(), before)
}

// testUseValues: past the most values of a kind, a token and a day the rest are
// counted together.
func testUseValues(s *suite) {
	s.do(func(tx *sqlstore.Tx) error { return tx.InsertToken(token(30, 1, "t")) })
	for number := range int64(3) {
		b := hostkeep.UseBatch{Node: "n1", Number: number + 1, Days: []hostkeep.TokenDay{{TokenID: 30, Day: today}}}
		for i := range hostkeep.MaxUseValues + 6 {
			b.Days[0].Counts = append(b.Days[0].Counts, count(hostkeep.UseAddress, fmt.Sprintf("192.0.2.%d", i), 1))
		}
		b.Days[0].Counts = append(b.Days[0].Counts, count(hostkeep.UseAddress, hostkeep.OtherUse, 10), count(hostkeep.UseFunction, "version", 1))
		s.ok(s.store.AddUses(s.Context(), b))
	}
	var named, others, functions int64
	for _, c := range s.uses(30).Counts {
		switch {
		case c.Kind == hostkeep.UseFunction:
			functions = c.Number
		case c.Value == hostkeep.OtherUse:
			others = c.Number
		case c.Number == 3:
			named++
		}
	}
	s.equal("named, others, another kind", []int64{named, others, functions}, []int64{hostkeep.MaxUseValues, 3 * (6 + 10), 3})
}

// testUsesGo: the uses of a token go with it, whatever removes it, and survive
// whatever changes it; old days go by themselves.
func testUsesGo(s *suite) {
	s.add(reseller(10, "bob"), "bob.test")
	mine, renamed := token(30, 10, "t"), token(32, 10, "new")
	s.do(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.InsertToken(mine), tx.InsertToken(token(31, 1, "t")), tx.InsertToken(token(32, 10, "old")))
	})
	number := int64(0)
	use := func(ids ...int64) {
		s.Helper()
		number++
		b := hostkeep.UseBatch{Node: "n1", Number: number}
		for _, id := range ids {
			b.Uses = append(b.Uses, used(id, start(), start()))
			b.Days = append(b.Days, hostkeep.TokenDay{TokenID: id, Day: today, Calls: 1, Counts: []hostkeep.UseCount{count("function", "version", 1)}})
		}
		s.ok(s.store.AddUses(s.Context(), b))
	}
	use(30, 31, 32)
	kept := s.uses(31)
	s.do(func(tx *sqlstore.Tx) error { return errors.Join(tx.DeleteToken(mine), tx.UpdateToken(renamed)) })
	use(30)
	s.equal("of a revoked token", s.uses(30), uses{})
	s.equal("of a renamed token", s.uses(32).Use, used(32, start(), start()))
	s.do(func(tx *sqlstore.Tx) error { return tx.DeleteAccount(10) })
	s.equal("of the token of a removed user", s.uses(32), uses{})
	s.equal("of another", s.uses(31), kept)

	s.ok(s.store.PruneUses(s.Context(), today))
	s.equal("of a day that is kept", s.uses(31), kept)
	s.ok(s.store.PruneUses(s.Context(), today+1))
	s.equal("of an old day", s.uses(31), uses{Use: kept.Use})
}

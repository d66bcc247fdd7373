package sqlstore

import (
	"context"
	"time"

	"github.com/hostkeep/hostkeep"
)

const (
	useColumns = "token_id, first_used, last_used, address, function, agent"
	useOf      = "SELECT " + useColumns + " FROM token_use WHERE token_id = ?"
	usesOf     = "SELECT u.token_id, u.first_used, u.last_used, u.address, u.function, u.agent FROM token_use u, token t WHERE t.id = u.token_id AND t.owner_id = ?"
	daysOf     = "SELECT token_id, day, calls, refusals FROM token_day WHERE token_id = ? AND day >= ? ORDER BY day"
	countsOf   = "SELECT kind, value, CAST(sum(number) AS BIGINT) FROM token_day_count WHERE token_id = ? AND day >= ? GROUP BY kind, value ORDER BY kind, value"

	isToken = "SELECT id FROM token WHERE id = ?"
	addUse  = "INSERT INTO token_use (" + useColumns + ") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (token_id) DO UPDATE SET" +
		" first_used = CASE WHEN excluded.first_used < token_use.first_used THEN excluded.first_used ELSE token_use.first_used END," +
		" last_used = excluded.last_used, address = excluded.address, function = excluded.function, agent = excluded.agent" +
		" WHERE token_use.last_used <= excluded.last_used"
	firstUse = "UPDATE token_use SET first_used = ? WHERE token_id = ? AND first_used > ?"
	addDay   = "INSERT INTO token_day (token_id, day, calls, refusals) VALUES (?, ?, ?, ?) ON CONFLICT (token_id, day) DO UPDATE SET" +
		" calls = token_day.calls + excluded.calls, refusals = token_day.refusals + excluded.refusals"
	moreOfCount = "UPDATE token_day_count SET number = number + ? WHERE token_id = ? AND day = ? AND kind = ? AND value = ?"
	valuesOfDay = "SELECT count(*) FROM token_day_count WHERE token_id = ? AND day = ? AND kind = ? AND value <> ?"
	addCount    = "INSERT INTO token_day_count (token_id, day, kind, value, number) VALUES (?, ?, ?, ?, ?) ON CONFLICT (token_id, day, kind, value) DO UPDATE SET" +
		" number = token_day_count.number + excluded.number"

	lastBatch   = "SELECT number FROM use_batch WHERE node = ?"
	putBatch    = "INSERT INTO use_batch (node, number, written) VALUES (?, ?, ?) ON CONFLICT (node) DO UPDATE SET number = excluded.number, written = excluded.written"
	pruneDays   = "DELETE FROM token_day WHERE day < ?"
	pruneCounts = "DELETE FROM token_day_count WHERE day < ?"
	pruneBatch  = "DELETE FROM use_batch WHERE written < ?"
)

func intoUse(_ *Reader, u *hostkeep.TokenUse) []any {
	return []any{&u.TokenID, intoTime(&u.First), intoTime(&u.Last), &u.Addr, &u.Function, &u.Agent}
}

func intoDay(_ *Reader, d *hostkeep.TokenDay) []any {
	return []any{&d.TokenID, &d.Day, &d.Calls, &d.Refusals}
}

func intoCount(_ *Reader, c *hostkeep.UseCount) []any { return []any{&c.Kind, &c.Value, &c.Number} }

// TokenUse is the first and the last use of a token; ErrNotFound if it was never used.
func (r *Reader) TokenUse(tokenID int64) (hostkeep.TokenUse, error) {
	return one(r, intoUse, useOf, tokenID)
}

// TokenUses are the first and last uses of a principal's tokens, as far as they
// were used, in no order.
func (r *Reader) TokenUses(ownerID int64) ([]hostkeep.TokenUse, error) {
	return many(r, intoUse, usesOf, ownerID)
}

// TokenDays are the days since one on which a token was used or refused, in their
// order, without their counts.
func (r *Reader) TokenDays(tokenID, since int64) ([]hostkeep.TokenDay, error) {
	return many(r, intoDay, daysOf, tokenID, since)
}

// TokenCounts are the counts of all days since one together, by kind and value.
func (r *Reader) TokenCounts(tokenID, since int64) ([]hostkeep.UseCount, error) {
	return many(r, intoCount, countsOf, tokenID, since)
}

// AddUses adds a node's batch of uses, all or nothing, outside the record. What is
// of tokens that are gone is dropped, and a batch that is in already is left.
func (s *Store) AddUses(ctx context.Context, b hostkeep.UseBatch) error {
	return s.write(ctx, func(tx *Tx) error {
		last, err := many(&tx.Reader, intoNumber, lastBatch, b.Node)
		if err != nil || len(last) > 0 && last[0] >= b.Number {
			return err
		}
		there := map[int64]bool{}
		for _, u := range b.Uses {
			if err := tx.addUse(u, there); err != nil {
				return err
			}
		}
		for _, d := range b.Days {
			if err := tx.addDay(d, there); err != nil {
				return err
			}
		}
		_, err = tx.exec(putBatch, b.Node, b.Number, micros(s.now()))
		return err
	})
}

// stands reports whether a token is there, and remembers it.
func (tx *Tx) stands(tokenID int64, there map[int64]bool) (bool, error) {
	if yes, known := there[tokenID]; known {
		return yes, nil
	}
	list, err := many(&tx.Reader, intoNumber, isToken, tokenID)
	there[tokenID] = len(list) > 0
	return len(list) > 0, err
}

func (tx *Tx) addUse(u hostkeep.TokenUse, there map[int64]bool) error {
	if yes, err := tx.stands(u.TokenID, there); !yes {
		return err
	}
	n, err := tx.exec(addUse, u.TokenID, micros(u.First), micros(u.Last), u.Addr, u.Function, u.Agent)
	if err == nil && n == 0 { // another node wrote a later one
		_, err = tx.exec(firstUse, micros(u.First), u.TokenID, micros(u.First))
	}
	return err
}

func (tx *Tx) addDay(d hostkeep.TokenDay, there map[int64]bool) error {
	if yes, err := tx.stands(d.TokenID, there); !yes {
		return err
	}
	if _, err := tx.exec(addDay, d.TokenID, d.Day, d.Calls, d.Refusals); err != nil {
		return err
	}
	for _, c := range d.Counts {
		n, err := tx.exec(moreOfCount, c.Number, d.TokenID, d.Day, string(c.Kind), c.Value)
		if err == nil && n == 0 {
			err = tx.addCount(d, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addCount adds the first of a value on a day, or counts it with the others when
// the day has values enough.
func (tx *Tx) addCount(d hostkeep.TokenDay, c hostkeep.UseCount) error {
	have, err := one(&tx.Reader, intoNumber, valuesOfDay, d.TokenID, d.Day, string(c.Kind), hostkeep.OtherUse)
	if err != nil {
		return err
	}
	if have >= hostkeep.MaxUseValues {
		c.Value = hostkeep.OtherUse
	}
	_, err = tx.exec(addCount, d.TokenID, d.Day, string(c.Kind), c.Value, c.Number)
	return err
}

// PruneUses forgets the uses of the days before one, and the batches of nodes that
// have written none for a day.
func (s *Store) PruneUses(ctx context.Context, before int64) error {
	return s.write(ctx, func(tx *Tx) error {
		for _, p := range []struct {
			query string
			arg   int64
		}{{pruneDays, before}, {pruneCounts, before}, {pruneBatch, micros(s.now().Add(-24 * time.Hour))}} {
			if _, err := tx.exec(p.query, p.arg); err != nil {
				return err
			}
		}
		return nil
	})
}

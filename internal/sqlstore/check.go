package sqlstore

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
)

// Rows that point at nothing, asked alike of both engines.
const (
	orphanTokens   = "SELECT count(*) FROM token t LEFT JOIN principal p ON p.id = t.owner_id WHERE p.id IS NULL"
	orphanAccounts = "SELECT count(*) FROM account a LEFT JOIN principal p ON p.id = a.id WHERE p.id IS NULL"
	orphanZones    = "SELECT count(*) FROM zone z LEFT JOIN principal p ON p.id = z.principal_id WHERE p.id IS NULL"
	newerRows      = "SELECT count(*) FROM record r JOIN head h ON h.seq < r.seq"
	headRow        = "SELECT count(*) FROM head h LEFT JOIN record r ON r.seq = h.seq AND r.hash = h.hash WHERE r.seq IS NULL"
)

// Check asks the engine whether its files are whole and looks for rows that
// point at nothing. Damage is an error that says what was found. The record's
// own chain is package audit's to verify.
func (s *Store) Check(ctx context.Context) error {
	ctx, cancel := own(ctx, wholeTimeout)
	defer cancel()
	return s.read(ctx, func(r *Reader) error {
		for _, query := range s.engine.integrity() {
			found, err := texts(ctx, r.tx, query)
			if err != nil {
				return r.fail(fmt.Errorf("check: %w", err))
			}
			if len(found) > 0 && found[0] != "ok" {
				return fmt.Errorf("check: %s: %s", query, hostkeep.Clip(found[0], 200))
			}
		}
		return r.orphans()
	})
}

func (r *Reader) orphans() error {
	for _, query := range []string{orphanTokens, orphanAccounts, orphanZones, newerRows, headRow} {
		n, err := one(r, intoNumber, query)
		if err != nil {
			return err
		}
		if n != 0 {
			return fmt.Errorf("check: %d rows that may not be: %s", n, query)
		}
	}
	return nil
}

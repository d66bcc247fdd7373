package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostkeep/hostkeep"
)

const (
	twoFactorColumns = "principal_id, key_id, sealed, last_step, failed, blocked"
	twoFactorOf      = "SELECT " + twoFactorColumns + " FROM two_factor WHERE principal_id = ?"
	allTwoFactors    = "SELECT principal_id FROM two_factor ORDER BY principal_id"
	putTwoFactor     = "INSERT INTO two_factor (" + twoFactorColumns + ") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (principal_id) DO UPDATE SET" +
		" key_id = excluded.key_id, sealed = excluded.sealed, last_step = excluded.last_step, failed = excluded.failed, blocked = excluded.blocked"
	deleteTwoFactor = "DELETE FROM two_factor WHERE principal_id = ?"
	tryCode         = "UPDATE two_factor SET failed = failed + 1, blocked = ? WHERE principal_id = ? AND failed = ? AND blocked <= ?"
	useCode         = "UPDATE two_factor SET last_step = ?, failed = 0, blocked = 0 WHERE principal_id = ? AND last_step < ?"

	twoFactorSettingColumns = "principal_id, issuer, policy_off"
	twoFactorSetting        = "SELECT " + twoFactorSettingColumns + " FROM two_factor_setting WHERE principal_id = ?"
	putTwoFactorSetting     = "INSERT INTO two_factor_setting (" + twoFactorSettingColumns + ") VALUES (?, ?, ?) ON CONFLICT (principal_id) DO UPDATE SET issuer = excluded.issuer, policy_off = excluded.policy_off"
	deleteTwoFactorSetting  = "DELETE FROM two_factor_setting WHERE principal_id = ?"
)

func intoTwoFactor(_ *Reader, t *hostkeep.TwoFactor) []any {
	return []any{&t.PrincipalID, &t.KeyID, intoBytes(&t.Sealed), &t.LastStep, &t.Failed, intoTime(&t.Blocked)}
}

func intoBytes(b *[]byte) scanned {
	return func(v any) error {
		raw, ok := v.([]byte)
		if !ok {
			return fmt.Errorf("bytes are %T", v)
		}
		*b = append([]byte(nil), raw...)
		return nil
	}
}

// TwoFactor is a principal's second factor; ErrNotFound if it has none.
func (r *Reader) TwoFactor(principalID int64) (hostkeep.TwoFactor, error) {
	return one(r, intoTwoFactor, twoFactorOf, principalID)
}

// TwoFactors lists the ids of the principals that have a second factor.
func (r *Reader) TwoFactors() ([]int64, error) { return many(r, intoNumber, allTwoFactors) }

// TwoFactorSetting is what a principal has set; the zero setting if nothing.
func (r *Reader) TwoFactorSetting(principalID int64) (hostkeep.TwoFactorSetting, error) {
	s, err := one(r, func(_ *Reader, s *hostkeep.TwoFactorSetting) []any {
		return []any{&s.PrincipalID, &s.Issuer, intoBool(&s.Off)}
	}, twoFactorSetting, principalID)
	if errors.Is(err, hostkeep.ErrNotFound) {
		return hostkeep.TwoFactorSetting{PrincipalID: principalID}, nil
	}
	return s, err
}

func twoFactorObject(id int64) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindTwoFactor, ID: id}
}

// PutTwoFactor gives a principal a second factor, in place of the one that it has.
func (tx *Tx) PutTwoFactor(t hostkeep.TwoFactor) error {
	_, err := tx.exec(putTwoFactor, t.PrincipalID, t.KeyID, t.Sealed, t.LastStep, t.Failed, micros(t.Blocked))
	if err == nil {
		tx.touched(twoFactorObject(t.PrincipalID))
	}
	return err
}

// DeleteTwoFactor takes a principal's second factor; ErrNotFound if it has none.
func (tx *Tx) DeleteTwoFactor(principalID int64) error {
	err := tx.update(deleteTwoFactor, principalID)
	if err == nil {
		tx.touched(twoFactorObject(principalID))
	}
	return err
}

// PutTwoFactorSetting writes what a principal has set.
func (tx *Tx) PutTwoFactorSetting(s hostkeep.TwoFactorSetting) error {
	_, err := tx.exec(putTwoFactorSetting, s.PrincipalID, s.Issuer, bit(s.Off))
	if err == nil {
		tx.touched(twoFactorObject(s.PrincipalID))
	}
	return err
}

// TryCode takes a try at a principal's codes, after which none may be taken before
// until(how many were taken since the last right one); false when none may be taken
// now. The statement counts from the number that until was asked with or not at
// all, so no two take the same try. It is no change of the record.
func (s *Store) TryCode(ctx context.Context, principalID int64, until func(tries int64) time.Time) (taken bool, err error) {
	err = s.write(ctx, func(tx *Tx) error {
		t, err := tx.TwoFactor(principalID)
		if err != nil {
			return err
		}
		n, err := tx.exec(tryCode, micros(until(t.Failed+1)), principalID, t.Failed, micros(s.now()))
		taken = n > 0
		return err
	})
	return taken && err == nil, err
}

// UseCode takes the code of a step, once: false when that one or a later one was
// taken before. Whoever asks has taken a try. It is no change of the record.
func (s *Store) UseCode(ctx context.Context, principalID, step int64) (taken bool, err error) {
	err = s.write(ctx, func(tx *Tx) error {
		n, err := tx.exec(useCode, step, principalID, step)
		taken = n > 0
		return err
	})
	return taken && err == nil, err
}

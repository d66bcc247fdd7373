package sqlstore

import (
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	settingColumns = "owner_id, kind, name, value, chg"
	oneSetting     = "SELECT " + settingColumns + " FROM setting WHERE owner_id = ? AND kind = ? AND name = ?"
	settingsOf     = "SELECT " + settingColumns + " FROM setting WHERE owner_id = ? AND kind = ?"
	dropSetting    = "DELETE FROM setting WHERE owner_id = ? AND kind = ? AND name = ?"
	dropSettings   = "DELETE FROM setting WHERE owner_id = ?"
	// What is the same already is left alone, so that it makes no change.
	putSetting = "INSERT INTO setting (" + settingColumns + ") VALUES (?, ?, ?, ?, ?) " +
		"ON CONFLICT (owner_id, kind, name) DO UPDATE SET value = excluded.value, chg = excluded.chg WHERE setting.value <> excluded.value"

	addressUse = "SELECT ip, count(*), CAST(sum(dedicated_ip) AS BIGINT) FROM account GROUP BY ip"
)

func intoSetting(_ *Reader, s *hostkeep.Setting) []any {
	return []any{&s.OwnerID, &s.Kind, &s.Name, &s.Value, &s.Change}
}

// settingObject names the kind first: who follows the feed needs no more, and
// the change's arguments say the rest.
func settingObject(owner int64, kind, name string) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindSetting, ID: owner, Name: strings.TrimSpace(kind + " " + name)}
}

// Setting finds one setting; ErrNotFound if it is not set.
func (r *Reader) Setting(owner int64, kind, name string) (hostkeep.Setting, error) {
	return one(r, intoSetting, oneSetting, owner, kind, name)
}

// Settings lists an owner's settings of one kind by name.
func (r *Reader) Settings(owner int64, kind string) ([]hostkeep.Setting, error) {
	list, err := many(r, intoSetting, settingsOf, owner, kind)
	slices.SortFunc(list, func(a, b hostkeep.Setting) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// PutSetting sets s, whether it was set before or not. The same value again
// changes nothing.
func (tx *Tx) PutSetting(s hostkeep.Setting) error {
	n, err := tx.exec(putSetting, s.OwnerID, s.Kind, s.Name, s.Value, tx.seq)
	if err == nil && n > 0 {
		tx.touched(settingObject(s.OwnerID, s.Kind, s.Name))
	}
	return err
}

// DropSetting takes a setting away. What is not set changes nothing.
func (tx *Tx) DropSetting(owner int64, kind, name string) error {
	n, err := tx.exec(dropSetting, owner, kind, name)
	if err == nil && n > 0 {
		tx.touched(settingObject(owner, kind, name))
	}
	return err
}

// dropAllSettings takes away what a principal that goes had set.
func (tx *Tx) dropAllSettings(owner int64) error {
	n, err := tx.exec(dropSettings, owner)
	if err == nil && n > 0 {
		tx.touched(settingObject(owner, "", ""))
	}
	return err
}

// AddressUse counts, by address, the accounts on it and those that have it for
// themselves.
func (r *Reader) AddressUse() ([]hostkeep.AddressUse, error) {
	return many(r, func(_ *Reader, u *hostkeep.AddressUse) []any {
		return []any{&u.Address, &u.Accounts, &u.Dedicated}
	}, addressUse)
}

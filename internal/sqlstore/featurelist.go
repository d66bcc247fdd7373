package sqlstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	featureListColumns = "id, name, owner_id, disabled, chg"
	featureListByName  = "SELECT " + featureListColumns + " FROM feature_list WHERE name = ?"
	allFeatureLists    = "SELECT " + featureListColumns + " FROM feature_list"
	insertFeatureList  = "INSERT INTO feature_list (" + featureListColumns + ") VALUES (?, ?, ?, ?, ?)"
	updateFeatureList  = "UPDATE feature_list SET (" + featureListColumns + ") = (?, ?, ?, ?, ?) WHERE id = ?"
	deleteFeatureList  = "DELETE FROM feature_list WHERE id = ? RETURNING " + featureListColumns
	disownFeatureLists = "UPDATE feature_list SET owner_id = 0, chg = ? WHERE owner_id = ? RETURNING " + featureListColumns

	accountsOnList = "SELECT count(*) FROM account WHERE feature_list = ?"
	othersOnList   = "SELECT count(*) FROM account a JOIN principal p ON p.id = a.id WHERE a.feature_list = ? AND p.owner_id <> ?"
	packagesOnList = "SELECT count(*) FROM package WHERE feature_list = ?"

	selectOverrides = "SELECT feature, setting FROM feature_override WHERE account_id = ?"
	insertOverride  = "INSERT INTO feature_override (account_id, feature, setting) VALUES (?, ?, ?)"
	deleteOverrides = "DELETE FROM feature_override WHERE account_id = ?"
)

func intoFeatureList(_ *Reader, l *hostkeep.FeatureList) []any {
	off := scanned(func(v any) error {
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("features are %T", v)
		}
		l.Off = strings.Fields(text)
		return nil
	})
	return []any{&l.ID, &l.Name, &l.OwnerID, off, &l.Change}
}

func (tx *Tx) featureListRow(l hostkeep.FeatureList) []any {
	return []any{l.ID, l.Name, l.OwnerID, strings.Join(l.Off, " "), tx.seq}
}

func featureListObject(l hostkeep.FeatureList) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindFeatureList, ID: l.ID, Name: l.Name}
}

// FeatureList finds a feature list by name; ErrNotFound if there is none.
func (r *Reader) FeatureList(name string) (hostkeep.FeatureList, error) {
	return one(r, intoFeatureList, featureListByName, name)
}

// FeatureLists lists all feature lists by name.
func (r *Reader) FeatureLists() ([]hostkeep.FeatureList, error) {
	list, err := many(r, intoFeatureList, allFeatureLists)
	slices.SortFunc(list, func(a, b hostkeep.FeatureList) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// FeatureListUses counts the accounts and the packages that have a feature list.
func (r *Reader) FeatureListUses(name string) (accounts, packages int64, err error) {
	if accounts, err = one(r, intoNumber, accountsOnList, name); err != nil {
		return 0, 0, err
	}
	packages, err = one(r, intoNumber, packagesOnList, name)
	return accounts, packages, err
}

// FeatureListOthers counts the accounts with a feature list that a principal does not own.
func (r *Reader) FeatureListOthers(name string, ownerID int64) (int64, error) {
	return one(r, intoNumber, othersOnList, name, ownerID)
}

// InsertFeatureList adds l; ErrExists if the name is taken.
func (tx *Tx) InsertFeatureList(l hostkeep.FeatureList) error {
	_, err := tx.exec(insertFeatureList, tx.featureListRow(l)...)
	if err == nil {
		tx.touched(featureListObject(l))
	}
	return err
}

// UpdateFeatureList writes all of l.
func (tx *Tx) UpdateFeatureList(l hostkeep.FeatureList) error {
	err := tx.update(updateFeatureList, append(tx.featureListRow(l), l.ID)...)
	if err == nil {
		tx.touched(featureListObject(l))
	}
	return err
}

// DeleteFeatureList removes a feature list. What has it is not looked for.
func (tx *Tx) DeleteFeatureList(id int64) error {
	list, err := returning(tx, intoFeatureList, deleteFeatureList, id)
	if err == nil && len(list) == 0 {
		err = hostkeep.ErrNotFound
	}
	for _, l := range list {
		tx.touched(featureListObject(l))
	}
	return err
}

// FeatureOverrides lists by feature what an account has or has not, whatever its
// feature list says.
func (r *Reader) FeatureOverrides(accountID int64) ([]hostkeep.FeatureOverride, error) {
	list, err := many(r, func(_ *Reader, o *hostkeep.FeatureOverride) []any {
		return []any{&o.Feature, intoBool(&o.On)}
	}, selectOverrides, accountID)
	slices.SortFunc(list, func(a, b hostkeep.FeatureOverride) int { return strings.Compare(a.Feature, b.Feature) })
	return list, err
}

// SetFeatureOverrides replaces the overrides of an account; ErrExists if a
// feature is named twice.
func (tx *Tx) SetFeatureOverrides(a hostkeep.Account, list []hostkeep.FeatureOverride) error {
	if _, err := tx.exec(deleteOverrides, a.ID); err != nil {
		return err
	}
	for _, o := range list {
		if _, err := tx.exec(insertOverride, a.ID, o.Feature, bit(o.On)); err != nil {
			return err
		}
	}
	tx.touched(accountObject(a))
	return nil
}

package sqlstore

import (
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	domainColumns = "id, name, account_id, kind, parent, docroot, canonical, chg"
	selectDomain  = "SELECT d.id, d.name, d.account_id, d.kind, d.parent, d.docroot, d.canonical, d.chg, p.name, p.owner_id " +
		"FROM domain d JOIN principal p ON p.id = d.account_id"
	domainByName = selectDomain + " WHERE d.name = ?"
	domainsOf    = selectDomain + " WHERE d.account_id = ?"
	domainsBelow = selectDomain + " WHERE length(d.name) > ? AND substr(d.name, length(d.name) - ?) = ?"
	domainsOwned = selectDomain + " WHERE p.owner_id = ? OR p.id = ?"

	insertDomain  = "INSERT INTO domain (" + domainColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	updateDomain  = "UPDATE domain SET (" + domainColumns + ") = (?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?"
	deleteDomain  = "DELETE FROM domain WHERE id = ?"
	deleteDomains = "DELETE FROM domain WHERE account_id = ?"
	renameMain    = "UPDATE domain SET name = ?, chg = ? WHERE id = ? AND name <> ?"
	countMain     = "SELECT count(*) FROM domain WHERE id = ?"
)

func intoDomain(_ *Reader, d *hostkeep.Domain) []any {
	return []any{&d.ID, &d.Name, &d.AccountID, &d.Kind, &d.Parent, &d.Docroot, intoBool(&d.Canonical), &d.Change, &d.User, &d.OwnerID}
}

func (tx *Tx) domainRow(d hostkeep.Domain) []any {
	return []any{d.ID, d.Name, d.AccountID, string(d.Kind), d.Parent, d.Docroot, bit(d.Canonical), tx.seq}
}

func domainObject(id int64, name string) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindDomain, ID: id, Name: name}
}

// Domain finds a domain of any kind by name; ErrNotFound if there is none.
func (r *Reader) Domain(name string) (hostkeep.Domain, error) {
	return one(r, intoDomain, domainByName, name)
}

// DomainsOf lists the domains of an account by name.
func (r *Reader) DomainsOf(accountID int64) ([]hostkeep.Domain, error) {
	return sortedDomains(many(r, intoDomain, domainsOf, accountID))
}

// Domains lists by name all domains for 0, else those of the accounts that a
// principal owns and its own.
func (r *Reader) Domains(ownerID int64) ([]hostkeep.Domain, error) {
	if ownerID == 0 {
		return sortedDomains(many(r, intoDomain, selectDomain))
	}
	return sortedDomains(many(r, intoDomain, domainsOwned, ownerID, ownerID))
}

// DomainsBelow lists by name everybody's domains below one, whether that is there
// or not. It reads the names of all.
func (r *Reader) DomainsBelow(name string) ([]hostkeep.Domain, error) {
	end := "." + name
	return sortedDomains(many(r, intoDomain, domainsBelow, len(end), len(end)-1, end))
}

func sortedDomains(list []hostkeep.Domain, err error) ([]hostkeep.Domain, error) {
	slices.SortFunc(list, func(a, b hostkeep.Domain) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// InsertDomain adds a domain that is no main one; ErrExists if the name is taken.
func (tx *Tx) InsertDomain(d hostkeep.Domain) error {
	_, err := tx.exec(insertDomain, tx.domainRow(d)...)
	if err == nil {
		tx.touched(domainObject(d.ID, d.Name))
	}
	return err
}

// UpdateDomain writes all of d; ErrExists if its new name is taken. The name of a
// main domain is the account's affair: see UpdateAccount.
func (tx *Tx) UpdateDomain(d hostkeep.Domain) error {
	err := tx.update(updateDomain, append(tx.domainRow(d), d.ID)...)
	if err == nil {
		tx.touched(domainObject(d.ID, d.Name))
	}
	return err
}

// DeleteDomain removes a domain.
func (tx *Tx) DeleteDomain(d hostkeep.Domain) error {
	err := tx.update(deleteDomain, d.ID)
	if err == nil {
		tx.touched(domainObject(d.ID, d.Name))
	}
	return err
}

// mainDomain keeps the row of an account's main domain like the account.
func (tx *Tx) mainDomain(a hostkeep.Account) error {
	if a.Domain == "" {
		n, err := tx.exec(deleteDomain, a.ID)
		if n > 0 {
			tx.touched(domainObject(a.ID, a.Domain))
		}
		return err
	}
	there, err := one(&tx.Reader, intoNumber, countMain, a.ID)
	if err != nil {
		return err
	}
	if there == 0 {
		return tx.InsertDomain(hostkeep.Domain{ID: a.ID, Name: a.Domain, AccountID: a.ID, Kind: hostkeep.MainDomain, Docroot: hostkeep.MainDocroot})
	}
	n, err := tx.exec(renameMain, a.Domain, tx.seq, a.ID, a.Domain)
	if n > 0 {
		tx.touched(domainObject(a.ID, a.Domain))
	}
	return err
}

// dropDomains takes an account's domains along.
func (tx *Tx) dropDomains(accountID int64) error {
	list, err := tx.DomainsOf(accountID)
	if err != nil {
		return err
	}
	for _, d := range list {
		tx.touched(domainObject(d.ID, d.Name))
	}
	_, err = tx.exec(deleteDomains, accountID)
	return err
}

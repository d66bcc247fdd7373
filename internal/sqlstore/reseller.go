package sqlstore

import (
	"errors"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	aclListColumns = "id, name, privileges, chg"
	aclListByName  = "SELECT " + aclListColumns + " FROM acl_list WHERE name = ?"
	allACLLists    = "SELECT " + aclListColumns + " FROM acl_list"
	insertACLList  = "INSERT INTO acl_list (" + aclListColumns + ") VALUES (?, ?, ?, ?)"
	updateACLList  = "UPDATE acl_list SET (" + aclListColumns + ") = (?, ?, ?, ?) WHERE id = ?"

	resellerColumns = "id, limit_accounts, max_accounts, limit_resources, max_disk, max_bandwidth, oversell, oversell_disk, oversell_bandwidth, " +
		"limit_packages, limit_package_numbers, restricted, ips, main_ip, nameservers, chg"
	resellerMarks  = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
	resellerByID   = "SELECT " + resellerColumns + " FROM reseller WHERE id = ?"
	insertReseller = "INSERT INTO reseller (" + resellerColumns + ") VALUES (" + resellerMarks + ")"
	updateReseller = "UPDATE reseller SET (" + resellerColumns + ") = (" + resellerMarks + ") WHERE id = ?"
	deleteReseller = "DELETE FROM reseller WHERE id = ?"

	packageLimitColumns = "reseller_id, package_id, allowed, number, chg"
	packageLimit        = "SELECT " + packageLimitColumns + " FROM reseller_package WHERE reseller_id = ? AND package_id = ?"
	insertPackageLimit  = "INSERT INTO reseller_package (" + packageLimitColumns + ") VALUES (?, ?, ?, ?, ?)"
	updatePackageLimit  = "UPDATE reseller_package SET (" + packageLimitColumns + ") = (?, ?, ?, ?, ?) WHERE reseller_id = ? AND package_id = ?"
	deletePackageLimits = "DELETE FROM reseller_package WHERE reseller_id = ?"
	deleteLimitsOfGone  = "DELETE FROM reseller_package WHERE package_id = ?"
	accountsByPlan      = "SELECT a.quota, a.bandwidth, a.package_id, count(*) FROM account a JOIN principal p ON p.id = a.id WHERE p.owner_id = ? AND p.id <> ? " +
		"GROUP BY a.quota, a.bandwidth, a.package_id"
	accountsOnAddress = "SELECT count(*) FROM account WHERE ip = ?"
)

func intoACLList(r *Reader, l *hostkeep.ACLList) []any {
	return []any{&l.ID, &l.Name, r.intoPrivileges(&l.Privileges), &l.Change}
}

// ACLList finds a named list of privileges; ErrNotFound if there is none.
func (r *Reader) ACLList(name string) (hostkeep.ACLList, error) {
	return one(r, intoACLList, aclListByName, name)
}

// ACLLists lists them by name.
func (r *Reader) ACLLists() ([]hostkeep.ACLList, error) {
	list, err := many(r, intoACLList, allACLLists)
	slices.SortFunc(list, func(a, b hostkeep.ACLList) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// SaveACLList writes the list of that name, and makes it when there is none; its
// ID and Change are the store's affair.
func (tx *Tx) SaveACLList(l hostkeep.ACLList) error {
	old, err := tx.ACLList(l.Name)
	switch {
	case err == nil:
		l.ID = old.ID
		err = tx.update(updateACLList, l.ID, l.Name, l.Privileges.String(), tx.seq, l.ID)
	case errors.Is(err, hostkeep.ErrNotFound):
		l.ID = tx.NewID()
		_, err = tx.exec(insertACLList, l.ID, l.Name, l.Privileges.String(), tx.seq)
	}
	if err == nil {
		tx.touched(hostkeep.Object{Kind: hostkeep.KindACLList, ID: l.ID, Name: l.Name})
	}
	return err
}

func intoReseller(_ *Reader, p *hostkeep.Reseller) []any {
	l := &p.Limits
	return []any{
		&p.ID, intoBool(&l.CountAccounts), &l.Accounts, intoBool(&l.Resources), &l.Disk, &l.Bandwidth,
		intoBool(&l.Oversell), intoBool(&l.OversellDisk), intoBool(&l.OversellBandwidth), intoBool(&l.Packages), intoBool(&l.PackageNumbers),
		intoBool(&p.Restricted), intoList(&p.IPs), &p.MainIP, intoList(&p.Nameservers), &p.Change,
	}
}

// intoList reads texts that are separated by commas; none is nil.
func intoList(list *[]string) scanned {
	return func(v any) error {
		*list = nil
		if text, _ := v.(string); text != "" {
			*list = strings.Split(text, ",")
		}
		return nil
	}
}

func (tx *Tx) resellerRow(p hostkeep.Reseller) []any {
	l := p.Limits
	return []any{
		p.ID, bit(l.CountAccounts), int64(l.Accounts), bit(l.Resources), int64(l.Disk), int64(l.Bandwidth),
		bit(l.Oversell), bit(l.OversellDisk), bit(l.OversellBandwidth), bit(l.Packages), bit(l.PackageNumbers),
		bit(p.Restricted), strings.Join(p.IPs, ","), p.MainIP, strings.Join(p.Nameservers, ","), tx.seq,
	}
}

// Reseller is what was settled for a principal as a reseller; where nothing was,
// it has no limits.
func (r *Reader) Reseller(id int64) (hostkeep.Reseller, error) {
	p, err := one(r, intoReseller, resellerByID, id)
	if errors.Is(err, hostkeep.ErrNotFound) {
		return hostkeep.Reseller{ID: id, Limits: hostkeep.NoResellerLimits()}, nil
	}
	return p, err
}

// SetReseller writes all of p, whose principal must be there.
func (tx *Tx) SetReseller(p hostkeep.Reseller) error {
	err := tx.update(updateReseller, append(tx.resellerRow(p), p.ID)...)
	if errors.Is(err, hostkeep.ErrNotFound) {
		_, err = tx.exec(insertReseller, tx.resellerRow(p)...)
	}
	if err == nil {
		err = tx.touchedReseller(p.ID)
	}
	return err
}

func (tx *Tx) touchedReseller(id int64) error {
	p, err := tx.PrincipalByID(id)
	if err == nil {
		tx.touched(hostkeep.Object{Kind: hostkeep.KindReseller, ID: id, Name: p.Name})
	}
	return err
}

func intoPackageLimit(_ *Reader, l *hostkeep.PackageLimit) []any {
	var change int64
	return []any{&l.ResellerID, &l.PackageID, intoBool(&l.Allowed), &l.Number, &change}
}

// PackageLimit is what was settled for a reseller and a package: where nothing
// was, the package is not allowed and has no number.
func (r *Reader) PackageLimit(resellerID, packageID int64) (hostkeep.PackageLimit, error) {
	l, err := one(r, intoPackageLimit, packageLimit, resellerID, packageID)
	if errors.Is(err, hostkeep.ErrNotFound) {
		return hostkeep.PackageLimit{ResellerID: resellerID, PackageID: packageID, Number: hostkeep.Unlimited}, nil
	}
	return l, err
}

// SetPackageLimit writes l.
func (tx *Tx) SetPackageLimit(l hostkeep.PackageLimit) error {
	row := []any{l.ResellerID, l.PackageID, bit(l.Allowed), int64(l.Number), tx.seq}
	err := tx.update(updatePackageLimit, append(row, l.ResellerID, l.PackageID)...)
	if errors.Is(err, hostkeep.ErrNotFound) {
		_, err = tx.exec(insertPackageLimit, row...)
	}
	if err == nil {
		err = tx.touchedReseller(l.ResellerID)
	}
	return err
}

// DropReseller forgets what was settled for a principal as a reseller, and makes
// root the owner of its accounts. Its packages stay its own.
func (tx *Tx) DropReseller(id int64) error {
	if err := tx.forget(id); err != nil {
		return err
	}
	principals, err := returning(tx, intoPrincipal, disownPrincipals, hostkeep.RootID, tx.seq, id)
	for _, p := range principals {
		tx.touched(principalObject(p))
	}
	return err
}

func (tx *Tx) forget(id int64) error {
	limits, err := tx.exec(deletePackageLimits, id)
	if err != nil {
		return err
	}
	settled, err := tx.exec(deleteReseller, id)
	if err == nil && limits+settled > 0 {
		err = tx.touchedReseller(id)
	}
	return err
}

// Allotment reads what decides whether a reseller may own an account on a
// package. What it holds is read only where something is limited, and without
// the account itself.
func (r *Reader) Allotment(ownerID, accountID, packageID int64) (a hostkeep.Allotment, err error) {
	if ownerID == hostkeep.RootID {
		return a, nil // nobody limits root
	}
	if a.Reseller, err = r.Reseller(ownerID); err != nil || !a.Reseller.Limits.Any() {
		return a, err
	}
	if a.Package, err = r.PackageLimit(ownerID, packageID); err != nil {
		return a, err
	}
	a.Held, err = r.holding(ownerID, accountID, packageID)
	return a, err
}

func (r *Reader) holding(ownerID, without, packageID int64) (h hostkeep.Holding, err error) {
	type group struct {
		disk, bandwidth hostkeep.Limit
		pkg, n          int64
	}
	list, err := many(r, func(_ *Reader, g *group) []any { return []any{&g.disk, &g.bandwidth, &g.pkg, &g.n} }, accountsByPlan, ownerID, without)
	for _, g := range list {
		h.Add(g.n, g.disk, g.bandwidth)
		if g.pkg == packageID {
			h.OnPackage += g.n
		}
	}
	return h, err
}

// AccountsOnAddress counts the accounts that have an address.
func (r *Reader) AccountsOnAddress(ip string) (int64, error) {
	return one(r, intoNumber, accountsOnAddress, ip)
}

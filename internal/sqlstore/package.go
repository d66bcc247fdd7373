package sqlstore

import (
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	packageColumns = "id, name, owner_id, extensions, chg, " + planColumns
	packageMarks   = "?, ?, ?, ?, ?, " + planMarks
	packageByName  = "SELECT " + packageColumns + " FROM package WHERE name = ?"
	packageByID    = "SELECT " + packageColumns + " FROM package WHERE id = ?"
	allPackages    = "SELECT " + packageColumns + " FROM package"
	insertPackage  = "INSERT INTO package (" + packageColumns + ") VALUES (" + packageMarks + ")"
	updatePackage  = "UPDATE package SET (" + packageColumns + ") = (" + packageMarks + ") WHERE id = ?"
	deletePackage  = "DELETE FROM package WHERE id = ? RETURNING " + packageColumns
	disownPackages = "UPDATE package SET owner_id = 0, chg = ? WHERE owner_id = ? RETURNING " + packageColumns
)

func intoPackage(_ *Reader, p *hostkeep.Package) []any {
	return append([]any{&p.ID, &p.Name, &p.OwnerID, &p.Extensions, &p.Change}, intoPlan(&p.Plan)...)
}

func (tx *Tx) packageRow(p hostkeep.Package) []any {
	return append([]any{p.ID, p.Name, p.OwnerID, p.Extensions, tx.seq}, planRow(p.Plan)...)
}

func packageObject(p hostkeep.Package) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindPackage, ID: p.ID, Name: p.Name}
}

// Package finds a package by name; ErrNotFound if there is none.
func (r *Reader) Package(name string) (hostkeep.Package, error) {
	return one(r, intoPackage, packageByName, name)
}

// PackageByID finds a package by id; ErrNotFound if there is none.
func (r *Reader) PackageByID(id int64) (hostkeep.Package, error) {
	return one(r, intoPackage, packageByID, id)
}

// Packages lists all packages by name.
func (r *Reader) Packages() ([]hostkeep.Package, error) {
	list, err := many(r, intoPackage, allPackages)
	slices.SortFunc(list, func(a, b hostkeep.Package) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// InsertPackage adds p; ErrExists if the name is taken.
func (tx *Tx) InsertPackage(p hostkeep.Package) error {
	_, err := tx.exec(insertPackage, tx.packageRow(p)...)
	if err == nil {
		tx.touched(packageObject(p))
	}
	return err
}

// UpdatePackage writes all of p.
func (tx *Tx) UpdatePackage(p hostkeep.Package) error {
	err := tx.update(updatePackage, append(tx.packageRow(p), p.ID)...)
	if err == nil {
		tx.touched(packageObject(p))
	}
	return err
}

// DeletePackage removes a package. Accounts on it keep what it gave them, and
// their package reads "undefined"; no reseller is limited to it any more.
func (tx *Tx) DeletePackage(id int64) error {
	if _, err := tx.exec(deleteLimitsOfGone, id); err != nil {
		return err
	}
	list, err := returning(tx, intoPackage, deletePackage, id)
	if err == nil && len(list) == 0 {
		err = hostkeep.ErrNotFound
	}
	for _, p := range list {
		tx.touched(packageObject(p))
	}
	return err
}

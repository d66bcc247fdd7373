package sqlstore

import (
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	principalColumns = "id, name, owner_id, reseller, privileges, suspended, chg"
	// What a principal is: its row, and the mark that its account has.
	principalRead = principalColumns + ", COALESCE((SELECT a.password_forced FROM account a WHERE a.id = principal.id), 0)"

	allPrincipals    = "SELECT " + principalRead + " FROM principal ORDER BY id"
	principalByName  = "SELECT " + principalRead + " FROM principal WHERE name = ?"
	principalByID    = "SELECT " + principalRead + " FROM principal WHERE id = ?"
	principalsAlike  = "SELECT " + principalRead + " FROM principal WHERE substr(name, 1, 8) = ?"
	allResellers     = "SELECT " + principalRead + " FROM principal WHERE reseller = 1"
	principalHash    = "SELECT password FROM principal WHERE id = ?"
	insertPrincipal  = "INSERT INTO principal (" + principalColumns + ", password) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	updatePrincipal  = "UPDATE principal SET (" + principalColumns + ") = (?, ?, ?, ?, ?, ?, ?) WHERE id = ?"
	setPasswordHash  = "UPDATE principal SET password = ?, chg = ? WHERE id = ? RETURNING " + principalRead
	disownPrincipals = "UPDATE principal SET owner_id = ?, chg = ? WHERE owner_id = ? RETURNING " + principalRead
	markPrincipal    = "UPDATE principal SET chg = ? WHERE id = ?" +
		" AND COALESCE((SELECT a.password_forced FROM account a WHERE a.id = principal.id), 0) <> ?"
	deletePrincipal = "DELETE FROM principal WHERE id = ?"
)

func intoPrincipal(r *Reader, p *hostkeep.Principal) []any {
	return []any{&p.ID, &p.Name, &p.OwnerID, intoBool(&p.Reseller), r.intoPrivileges(&p.Privileges), intoBool(&p.Suspended), &p.Change, intoBool(&p.PasswordForced)}
}

func (tx *Tx) principalRow(p hostkeep.Principal) []any {
	return []any{p.ID, p.Name, p.OwnerID, bit(p.Reseller), p.Privileges.String(), bit(p.Suspended), tx.seq}
}

func principalObject(p hostkeep.Principal) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindPrincipal, ID: p.ID, Name: p.Name}
}

// Principal finds root or a cPanel user by name; ErrNotFound if there is none.
func (r *Reader) Principal(name string) (hostkeep.Principal, error) {
	return one(r, intoPrincipal, principalByName, name)
}

// PrincipalByID finds a principal by id; ErrNotFound if there is none.
func (r *Reader) PrincipalByID(id int64) (hostkeep.Principal, error) {
	return one(r, intoPrincipal, principalByID, id)
}

// PrincipalsAlike lists by name the principals whose names have the same first
// eight characters as name.
func (r *Reader) PrincipalsAlike(name string) ([]hostkeep.Principal, error) {
	list, err := many(r, intoPrincipal, principalsAlike, name[:min(len(name), 8)])
	slices.SortFunc(list, func(a, b hostkeep.Principal) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// Resellers lists all resellers by name.
func (r *Reader) Resellers() ([]hostkeep.Principal, error) {
	list, err := many(r, intoPrincipal, allResellers)
	slices.SortFunc(list, func(a, b hostkeep.Principal) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// PasswordHash is the PHC text of a principal's password, "" for none;
// ErrNotFound if there is no such principal.
func (r *Reader) PasswordHash(principalID int64) (string, error) {
	return one(r, intoText, principalHash, principalID)
}

// InsertPrincipal adds p with the PHC text of its password, "" for none.
// p.Change is set by the store, here and in every write.
func (tx *Tx) InsertPrincipal(p hostkeep.Principal, passwordHash string) error {
	_, err := tx.exec(insertPrincipal, append(tx.principalRow(p), passwordHash)...)
	if err == nil {
		tx.touched(principalObject(p))
	}
	return err
}

// UpdatePrincipal writes all of p but its password, and the mark that is its account's. Sessions that p may no
// longer have end, and all of them with its name.
func (tx *Tx) UpdatePrincipal(p hostkeep.Principal) error {
	was, err := tx.PrincipalByID(p.ID)
	if err != nil {
		return err
	}
	if err := tx.update(updatePrincipal, append(tx.principalRow(p), p.ID)...); err != nil {
		return err
	}
	tx.touched(principalObject(p))
	return tx.endSessions(was, p)
}

// SetPasswordHash sets the PHC text of a password; "" takes the password away.
// The principal's sessions end with the old one.
func (tx *Tx) SetPasswordHash(principalID int64, phc string) error {
	if err := checkText(phc); err != nil {
		return err
	}
	list, err := returning(tx, intoPrincipal, setPasswordHash, phc, tx.seq, principalID)
	if err == nil && len(list) == 0 {
		err = hostkeep.ErrNotFound
	}
	if err != nil {
		return err
	}
	tx.touched(principalObject(list[0]))
	_, err = tx.exec(endSessionsOf, principalID)
	return err
}

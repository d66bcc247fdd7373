package sqlstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	accountColumns = "id, domain, temporary, package_id, ip, email, mailbox, home, uid, created, suspend_reason, suspended_at, locked, " +
		"backup, mail_hold, mail_suspended, password_forced, chg, " + planColumns
	accountMarks = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " + planMarks

	// What an account is: its row, its principal, and the names of the owner
	// and the package. The plan is the account's own, so its columns are named
	// by the table that only they are taken from.
	selectAccount = "SELECT a.id, a.domain, a.temporary, a.package_id, a.ip, a.email, a.mailbox, a.home, a.uid, a.created, " +
		"a.suspend_reason, a.suspended_at, a.locked, a.backup, a.mail_hold, a.mail_suspended, a.password_forced, a.chg, " +
		"a.quota, a.bandwidth, a.max_ftp, a.max_sql, a.max_pop, a.max_lists, a.max_sub, a.max_parked, a.max_addon, a.max_email_per_hour, " +
		"a.max_defer_fail, a.max_email_quota, a.max_team_users, a.feature_list, a.theme, a.language, a.shell, a.cgi, a.dedicated_ip, a.digest_auth, " +
		"p.name, p.owner_id, p.reseller, p.suspended, COALESCE(o.name, ''), COALESCE(k.name, 'undefined') " +
		"FROM account a JOIN principal p ON p.id = a.id LEFT JOIN principal o ON o.id = p.owner_id LEFT JOIN package k ON k.id = a.package_id"

	accountByUser   = selectAccount + " WHERE p.name = ?"
	accountByID     = selectAccount + " WHERE a.id = ?"
	accountByDomain = selectAccount + " WHERE a.domain = ? AND a.domain <> ''"
	allAccounts     = selectAccount
	accountsOf      = selectAccount + " WHERE p.owner_id = ? OR p.id = ?"

	countAccounts     = "SELECT p.suspended, count(*) FROM account a JOIN principal p ON p.id = a.id WHERE p.owner_id = ? GROUP BY p.suspended"
	accountsOnPackage = "SELECT count(*) FROM account WHERE package_id = ?"
	accountsWithUID   = "SELECT count(*) FROM account WHERE uid = ?"
	accountsAtHome    = "SELECT count(*) FROM account WHERE id <> ? AND (home = ? OR substr(home, 1, ?) = ? OR substr(CAST(? AS TEXT), 1, length(home) + 1) = home || ?)"
	maxUID            = "SELECT COALESCE(max(uid), 0) FROM account"

	insertAccount = "INSERT INTO account (" + accountColumns + ") VALUES (" + accountMarks + ")"
	updateAccount = "UPDATE account SET (" + accountColumns + ") = (" + accountMarks + ") WHERE id = ?"
	accountsPlan  = "UPDATE account SET (chg, " + planColumns + ") = (?, " + planMarks + ") WHERE package_id = ? AND id IN (SELECT id FROM principal WHERE" + ofOwner + ")"
	usersOn       = "SELECT a.id, p.name FROM account a JOIN principal p ON p.id = a.id WHERE a.package_id = ? AND" + ofOwner + " ORDER BY a.id"
	ofOwner       = " (CAST(? AS BIGINT) = 0 OR owner_id = ?)"
	deleteAccount = "DELETE FROM account WHERE id = ?"
)

func intoAccount(_ *Reader, a *hostkeep.Account) []any {
	into := append(make([]any, 0, 44), &a.ID, &a.Domain, intoBool(&a.TemporaryDomain), &a.PackageID, &a.IP, &a.Email, &a.MailboxFormat, &a.Home, &a.UID,
		intoTime(&a.Created), &a.SuspendReason, intoTime(&a.SuspendedAt), intoBool(&a.Locked),
		intoBool(&a.Backup), intoBool(&a.MailHold), intoBool(&a.MailSuspended), intoBool(&a.PasswordForced), &a.Change)
	into = append(into, intoPlan(&a.Plan)...)
	return append(into, &a.User, &a.OwnerID, intoBool(&a.Reseller), intoBool(&a.Suspended), &a.Owner, &a.Package)
}

func (tx *Tx) accountRow(a hostkeep.Account) []any {
	return append([]any{
		a.ID, a.Domain, bit(a.TemporaryDomain), a.PackageID, a.IP, a.Email, a.MailboxFormat, a.Home, a.UID,
		micros(a.Created), a.SuspendReason, micros(a.SuspendedAt), bit(a.Locked),
		bit(a.Backup), bit(a.MailHold), bit(a.MailSuspended), bit(a.PasswordForced), tx.seq,
	}, planRow(a.Plan)...)
}

func accountObject(a hostkeep.Account) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindAccount, ID: a.ID, Name: a.User}
}

// Account finds an account by its user; ErrNotFound if there is none.
func (r *Reader) Account(user string) (hostkeep.Account, error) {
	return one(r, intoAccount, accountByUser, user)
}

// AccountByID finds an account by its id; ErrNotFound if there is none.
func (r *Reader) AccountByID(id int64) (hostkeep.Account, error) {
	return one(r, intoAccount, accountByID, id)
}

// AccountByDomain finds an account by its main domain; ErrNotFound if there is
// none.
func (r *Reader) AccountByDomain(domain string) (hostkeep.Account, error) {
	return one(r, intoAccount, accountByDomain, domain)
}

// Accounts lists by user all accounts for 0, else those that a principal owns
// and its own.
func (r *Reader) Accounts(ownerID int64) (list []hostkeep.Account, err error) {
	if ownerID == 0 {
		list, err = many(r, intoAccount, allAccounts)
	} else {
		list, err = many(r, intoAccount, accountsOf, ownerID, ownerID)
	}
	slices.SortFunc(list, func(a, b hostkeep.Account) int { return strings.Compare(a.User, b.User) })
	return list, err
}

// AccountCounts counts the accounts that a principal owns.
func (r *Reader) AccountCounts(ownerID int64) (active, suspended int64, err error) {
	type group struct {
		suspended bool
		n         int64
	}
	list, err := many(r, func(_ *Reader, g *group) []any { return []any{intoBool(&g.suspended), &g.n} }, countAccounts, ownerID)
	for _, g := range list {
		if g.suspended {
			suspended = g.n
		} else {
			active = g.n
		}
	}
	return active, suspended, err
}

// AccountsOnPackage counts the accounts on a package.
func (r *Reader) AccountsOnPackage(packageID int64) (int64, error) {
	return one(r, intoNumber, accountsOnPackage, packageID)
}

// AccountsWithUID counts the accounts with a system user id.
func (r *Reader) AccountsWithUID(uid int64) (int64, error) {
	return one(r, intoNumber, accountsWithUID, uid)
}

// AccountsAtHome counts the accounts, other than one, whose home folder is the
// given one, lies in it, or holds it.
func (r *Reader) AccountsAtHome(home string, but int64) (int64, error) {
	inside := home + "/"
	return one(r, intoNumber, accountsAtHome, but, home, len(inside), inside, home, "/")
}

// MaxUID is the highest system user id of an account, 0 for none.
func (r *Reader) MaxUID() (int64, error) { return one(r, intoNumber, maxUID) }

// InsertAccount adds the account of a principal that is there already and says
// the same of it, and its main domain; ErrExists if that is taken.
func (tx *Tx) InsertAccount(a hostkeep.Account) error {
	if err := tx.agree(a); err != nil {
		return err
	}
	if err := tx.mark(a); err != nil {
		return err
	}
	if _, err := tx.exec(insertAccount, tx.accountRow(a)...); err != nil {
		return err
	}
	tx.touched(accountObject(a))
	return tx.mainDomain(a)
}

// UpdateAccount writes what is the account's own, its main domain with it; ErrExists
// if that is taken. User, OwnerID, Reseller and
// Suspended are its principal's: update that first, then they must agree.
func (tx *Tx) UpdateAccount(a hostkeep.Account) error {
	if err := tx.agree(a); err != nil {
		return err
	}
	if err := tx.mark(a); err != nil {
		return err
	}
	if err := tx.update(updateAccount, append(tx.accountRow(a), a.ID)...); err != nil {
		return err
	}
	tx.touched(accountObject(a))
	return tx.mainDomain(a)
}

// mark has every node learn, before the account is written, that its user must set
// another password now, or no longer. The sessions of who must end: they stand for
// the password that is not to be trusted.
func (tx *Tx) mark(a hostkeep.Account) error {
	n, err := tx.exec(markPrincipal, tx.seq, a.ID, bit(a.PasswordForced))
	if err != nil || n == 0 {
		return err
	}
	tx.touched(hostkeep.Object{Kind: hostkeep.KindPrincipal, ID: a.ID, Name: a.User})
	if a.PasswordForced {
		_, err = tx.exec(endSessionsOf, a.ID)
	}
	return err
}

// SetPlans gives a plan to every account on a package that the owner has, or to
// all of them if the owner is 0.
func (tx *Tx) SetPlans(packageID, owner int64, p hostkeep.Plan) error {
	accounts, err := many(&tx.Reader, func(_ *Reader, a *hostkeep.Account) []any { return []any{&a.ID, &a.User} }, usersOn, packageID, owner, owner)
	if err != nil || len(accounts) == 0 {
		return err
	}
	if _, err := tx.exec(accountsPlan, append(append([]any{tx.seq}, planRow(p)...), packageID, owner, owner)...); err != nil {
		return err
	}
	for _, a := range accounts {
		tx.touched(accountObject(a))
	}
	return nil
}

// agree keeps a caller from losing in silence what is kept in one place only.
func (tx *Tx) agree(a hostkeep.Account) error {
	p, err := tx.PrincipalByID(a.ID)
	if err != nil {
		return err
	}
	if p.Name != a.User || p.OwnerID != a.OwnerID || p.Reseller != a.Reseller || p.Suspended != a.Suspended {
		return fmt.Errorf("account %d: its principal was not written with the same user, owner, reseller and suspension", a.ID)
	}
	return nil
}

// DeleteAccount removes an account with its principal, tokens, sessions, domains,
// zones and settings. What a reseller owned stays: its accounts become root's, its packages
// and feature lists global.
func (tx *Tx) DeleteAccount(id int64) error {
	a, err := one(&tx.Reader, intoAccount, accountByID, id)
	if err != nil {
		return err
	}
	if _, err := tx.dropTokens(deleteTokens, id); err != nil {
		return err
	}
	if _, err := tx.exec(deleteOverrides, id); err != nil {
		return err
	}
	if err := tx.forget(id); err != nil {
		return err
	}
	if err := tx.dropAllSettings(id); err != nil {
		return err
	}
	if err := tx.dropLogin(id); err != nil {
		return err
	}
	if err := tx.dropDomains(id); err != nil {
		return err
	}
	if err := tx.dropZones(id); err != nil {
		return err
	}
	if err := tx.update(deleteAccount, id); err != nil {
		return err
	}
	if err := tx.update(deletePrincipal, id); err != nil {
		return err
	}
	tx.touched(accountObject(a))
	tx.touched(hostkeep.Object{Kind: hostkeep.KindPrincipal, ID: id, Name: a.User})
	return tx.disown(id)
}

func (tx *Tx) disown(id int64) error {
	principals, err := returning(tx, intoPrincipal, disownPrincipals, hostkeep.RootID, tx.seq, id)
	if err != nil {
		return err
	}
	packages, err := returning(tx, intoPackage, disownPackages, tx.seq, id)
	if err != nil {
		return err
	}
	lists, err := returning(tx, intoFeatureList, disownFeatureLists, tx.seq, id)
	if err != nil {
		return err
	}
	for _, l := range lists {
		tx.touched(featureListObject(l))
	}
	for _, p := range principals {
		tx.touched(principalObject(p))
	}
	for _, p := range packages {
		tx.touched(packageObject(p))
	}
	return nil
}

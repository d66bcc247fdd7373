package sqlstore

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	tokenColumns = "id, owner_id, cpanel, name, hash, key_id, privileges, addresses, made_by, created, expires, chg"
	allTokens    = "SELECT " + tokenColumns + " FROM token ORDER BY id"
	tokenByName  = "SELECT " + tokenColumns + " FROM token WHERE owner_id = ? AND cpanel = ? AND name = ?"
	tokenByID    = "SELECT " + tokenColumns + " FROM token WHERE id = ?"
	tokenByHash  = "SELECT " + tokenColumns + " FROM token WHERE hash = ?"
	tokensOf     = "SELECT " + tokenColumns + " FROM token WHERE owner_id = ? AND cpanel = ?"
	tokensMadeBy = "SELECT " + tokenColumns + " FROM token WHERE made_by = ?"
	cpanelMade   = "SELECT " + tokenColumns + " FROM token WHERE cpanel = 1 AND made_by IN (SELECT t.id FROM token t WHERE t.owner_id = ?)"
	cpanelUnder  = "SELECT " + tokenColumns + " FROM token WHERE cpanel = 1 AND owner_id IN (SELECT id FROM principal WHERE owner_id = ? OR id = ?)"
	insertToken  = "INSERT INTO token (" + tokenColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	updateToken  = "UPDATE token SET (" + tokenColumns + ") = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ? AND hash = ?"
	deleteToken  = "DELETE FROM token WHERE id = ? RETURNING " + tokenColumns
	deleteTokens = "DELETE FROM token WHERE owner_id = ? RETURNING " + tokenColumns
)

func intoToken(r *Reader, t *hostkeep.Token) []any {
	return []any{
		&t.ID, &t.OwnerID, intoBool(&t.CPanel), &t.Name, intoHash((*[32]byte)(&t.Hash)), &t.KeyID, r.intoPrivileges(&t.Privileges),
		r.intoAddresses(&t.Addresses), &t.MadeBy, intoTime(&t.Created), intoTime(&t.Expires), &t.Change,
	}
}

func (tx *Tx) tokenRow(t hostkeep.Token) []any {
	return []any{t.ID, t.OwnerID, bit(t.CPanel), t.Name, t.Hash[:], t.KeyID, t.Privileges.String(), t.Addresses.String(), t.MadeBy, micros(t.Created), micros(t.Expires), tx.seq}
}

// tokenObject carries the key under which nodes hold the token in memory.
func tokenObject(t hostkeep.Token) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindToken, ID: t.ID, Ref: hex.EncodeToString(t.Hash[:16]), Name: t.Name}
}

// Token finds a WHM user's token by name; ErrNotFound if there is none.
func (r *Reader) Token(ownerID int64, name string) (hostkeep.Token, error) {
	return one(r, intoToken, tokenByName, ownerID, 0, name)
}

// CPanelToken finds an account's cPanel token by name; ErrNotFound if there is none.
func (r *Reader) CPanelToken(ownerID int64, name string) (hostkeep.Token, error) {
	return one(r, intoToken, tokenByName, ownerID, 1, name)
}

// TokenByID finds a token by id; ErrNotFound if there is none.
func (r *Reader) TokenByID(id int64) (hostkeep.Token, error) {
	return one(r, intoToken, tokenByID, id)
}

// TokenByHash finds a token by its secret's keyed hash; ErrNotFound if there is
// none.
func (r *Reader) TokenByHash(hash hostkeep.TokenHash) (hostkeep.Token, error) {
	return one(r, intoToken, tokenByHash, hash[:])
}

// Tokens lists a WHM user's tokens by name.
func (r *Reader) Tokens(ownerID int64) ([]hostkeep.Token, error) {
	return sortedTokens(many(r, intoToken, tokensOf, ownerID, 0))
}

// CPanelTokens lists an account's cPanel tokens by name.
func (r *Reader) CPanelTokens(ownerID int64) ([]hostkeep.Token, error) {
	return sortedTokens(many(r, intoToken, tokensOf, ownerID, 1))
}

// CPanelTokensUnder lists, in no order, the cPanel tokens of the accounts that a
// principal owns and its own.
func (r *Reader) CPanelTokensUnder(ownerID int64) ([]hostkeep.Token, error) {
	return many(r, intoToken, cpanelUnder, ownerID, ownerID)
}

// TokensMadeBy lists the tokens that were made with a token, by name.
func (r *Reader) TokensMadeBy(tokenID int64) ([]hostkeep.Token, error) {
	return sortedTokens(many(r, intoToken, tokensMadeBy, tokenID))
}

// CPanelTokensMade lists the cPanel tokens, of any account, that were made with a
// user's tokens, by name.
func (r *Reader) CPanelTokensMade(userID int64) ([]hostkeep.Token, error) {
	return sortedTokens(many(r, intoToken, cpanelMade, userID))
}

func sortedTokens(list []hostkeep.Token, err error) ([]hostkeep.Token, error) {
	slices.SortFunc(list, func(a, b hostkeep.Token) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// InsertToken adds t; ErrExists if its owner has one of that name on the same side.
func (tx *Tx) InsertToken(t hostkeep.Token) error {
	_, err := tx.exec(insertToken, tx.tokenRow(t)...)
	if err == nil {
		tx.touched(tokenObject(t))
	}
	return err
}

// UpdateToken writes t. Its hash is what nodes know it by and never changes: a
// t with another hash is ErrNotFound, as is one that is gone. Sessions that the
// token opened for others end when what it may do, its end or its addresses change.
func (tx *Tx) UpdateToken(t hostkeep.Token) error {
	was, err := tx.TokenByID(t.ID)
	if err != nil {
		return err
	}
	if err := tx.update(updateToken, append(tx.tokenRow(t), t.ID, t.Hash[:])...); err != nil {
		return err
	}
	tx.touched(tokenObject(t))
	if was.Privileges != t.Privileges || !was.Expires.Equal(t.Expires) || was.Addresses.String() != t.Addresses.String() {
		_, err = tx.exec(endSessionsMade, t.ID)
	}
	return err
}

// DeleteToken removes the token with t's id.
func (tx *Tx) DeleteToken(t hostkeep.Token) error {
	n, err := tx.dropTokens(deleteToken, t.ID)
	if err == nil && n == 0 {
		err = hostkeep.ErrNotFound
	}
	return err
}

// dropTokens removes tokens, and the sessions that they opened for others.
func (tx *Tx) dropTokens(query string, id int64) (int, error) {
	list, err := returning(tx, intoToken, query, id)
	for _, t := range list {
		tx.touched(tokenObject(t))
		if err == nil {
			_, err = tx.exec(endSessionsMade, t.ID)
		}
	}
	return len(list), err
}

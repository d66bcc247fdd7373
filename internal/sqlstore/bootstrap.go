package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
)

// Bootstrap is what the first start puts into an empty store.
type Bootstrap struct {
	KeyCheck     string // by which a later start knows whether it has the same master key
	RootPassword string // PHC text; "" when root has no password
}

// firstPackage is the id of the package "default".
const firstPackage = 1

const (
	insertHead     = "INSERT INTO head (id, gen, seq, hash, key_check) VALUES (1, 1, 0, ?, ?)"
	selectKeyCheck = "SELECT key_check FROM head WHERE id = 1"
)

// Bootstrap sets an empty store up, as change number 1 of generation 1: root
// with every privilege, the package "default" and the key's check. A store that
// is set up already is kind Conflict.
func (s *Store) Bootstrap(ctx context.Context, c hostkeep.Change, b Bootstrap) error {
	if err := checkChange(c); err != nil {
		return err
	}
	taken := hostkeep.Errorf(hostkeep.Conflict, "The store is set up already.")
	err := s.write(ctx, func(tx *Tx) error {
		head, err := tx.head()
		if err != nil {
			return err
		}
		if head.Gen != 0 {
			return taken
		}
		return tx.bootstrap(c, b)
	})
	if errors.Is(err, hostkeep.ErrExists) { // another node was faster
		return taken
	}
	return err
}

func (tx *Tx) bootstrap(c hostkeep.Change, b Bootstrap) error {
	before := hostkeep.Cursor{Gen: 1}
	tx.seq = 1
	if _, err := tx.exec(insertHead, before.Hash[:], b.KeyCheck); err != nil {
		return fmt.Errorf("make the head: %w", err)
	}
	root := hostkeep.Principal{ID: hostkeep.RootID, Name: hostkeep.RootName, Privileges: hostkeep.Everything()}
	if err := tx.InsertPrincipal(root, b.RootPassword); err != nil {
		return fmt.Errorf("make root: %w", err)
	}
	if err := tx.InsertPackage(defaultPackage()); err != nil {
		return fmt.Errorf("make the default package: %w", err)
	}
	_, err := tx.record(c, before)
	return err
}

func defaultPackage() hostkeep.Package {
	const none = hostkeep.Unlimited
	return hostkeep.Package{ID: firstPackage, Name: "default", Plan: hostkeep.Plan{
		Quota: none, Bandwidth: none, MaxFTP: none, MaxSQL: none, MaxPop: none, MaxLists: none, MaxSub: none,
		MaxParked: 0, MaxAddon: 0, MaxEmailPerHour: none, MaxDeferFailPercentage: none, MaxEmailAcctQuota: 1024, MaxTeamUsers: none,
		FeatureList: "default", Theme: "jupiter", Language: "en", CGI: true,
	}}
}

// KeyCheck is what Bootstrap was given; "" when the store is not set up.
func (s *Store) KeyCheck(ctx context.Context) (check string, err error) {
	err = s.Read(ctx, func(r *Reader) (err error) {
		check, err = one(r, intoText, selectKeyCheck)
		if errors.Is(err, hostkeep.ErrNotFound) {
			check, err = "", nil
		}
		return err
	})
	return check, err
}

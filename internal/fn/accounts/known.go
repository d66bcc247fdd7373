package accounts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
)

// known keeps the accounts as they are shown: to read ten thousand from the
// store takes many times as long as to answer them. What has changed since is
// read again before they are shown.
type known struct {
	turn chan struct{} // holds one while somebody reads; the rest is guarded by it
	at   int64         // place in the node's list of changes, from before the reading
	rows []row         // by user, never changed in place; nil: nothing is kept
}

// most is how many accounts are read one by one; beyond, all are read at once.
const most = 256

// visible lists by user the accounts that the caller may see, as true as the
// node's memory is. The list may be shared: it is not to be changed.
func (f family) visible(ctx context.Context, c hostkeep.Caller) (mine []row, err error) {
	everything := c.User.Rights().Has(hostkeep.All)
	all, err := f.kept(ctx, everything)
	if err != nil || everything {
		return all, err
	}
	if all == nil {
		return f.read(ctx, c.User.ID) // its own are few; root's list can wait for root
	}
	for _, a := range all {
		if c.User.OwnsAccount(a.id, a.ownerID) {
			mine = append(mine, a)
		}
	}
	return mine, nil
}

// kept is every account. Without load it answers nil where all would have to be
// read. Who comes while somebody reads waits for that.
func (f family) kept(ctx context.Context, load bool) (rows []row, err error) {
	k := f.known
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	changed, now, complete := f.Since(k.at) // before the reading, which may see more
	switch {
	case k.rows != nil && complete && len(changed) == 0:
		return k.rows, nil
	case k.rows != nil && complete:
		if rows, err = f.renewed(ctx, k.rows, changed); err != nil {
			return nil, err
		}
	}
	if rows == nil && load {
		if rows, err = f.read(ctx, 0); err != nil {
			return nil, err
		}
	}
	if rows != nil {
		k.at, k.rows = now, rows
	}
	return rows, nil
}

// read reads the accounts that somebody owns, and its own; all for 0.
func (f family) read(ctx context.Context, owner int64) (rows []row, err error) {
	err = f.Read(ctx, func(r Reader) error {
		accounts, err := r.Accounts(owner)
		rows = make([]row, len(accounts))
		for i, a := range accounts {
			rows[i] = listed(a)
		}
		return err
	})
	return rows, err
}

func listed(a hostkeep.Account) row {
	return row{
		summaryRow: shown(a), id: a.ID, ownerID: a.OwnerID, reseller: a.Reseller, quota: a.Plan.Quota, bandwidth: a.Plan.Bandwidth,
	}
}

// renewed reads again what has changed, or answers nil where that is not enough:
// too much, a package (whose name many accounts show), a new name (which those
// that it owns show).
func (f family) renewed(ctx context.Context, rows []row, changed []hostkeep.Object) ([]row, error) {
	fresh := map[int64]*row{} // nil: gone
	for _, o := range changed {
		if o.Kind == hostkeep.KindPackage || len(fresh) == most {
			return nil, nil
		}
		fresh[o.ID] = nil
	}
	err := f.Read(ctx, func(r Reader) error {
		for id := range fresh {
			a, err := r.AccountByID(id)
			switch {
			case err == nil:
				now := listed(a)
				fresh[id] = &now
			case !errors.Is(err, hostkeep.ErrNotFound):
				return fmt.Errorf("reading a changed account: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	next := make([]row, 0, len(rows)+len(fresh))
	for _, a := range rows {
		now, again := fresh[a.id]
		if again && now != nil && now.User != a.User {
			return nil, nil
		}
		if !again {
			next = append(next, a)
		}
	}
	for _, now := range fresh {
		if now != nil {
			at, _ := slices.BinarySearchFunc(next, now.User, func(a row, user string) int { return cmp.Compare(a.User, user) })
			next = slices.Insert(next, at, *now)
		}
	}
	return next, nil
}

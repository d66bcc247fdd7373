package accounts

import (
	"context"
	"sync"

	"github.com/hostkeep/hostkeep"
)

// known keeps the accounts as they are shown, from one change to the next: to
// read ten thousand from the store takes many times as long as to answer them.
type known struct {
	mu   sync.Mutex // held while reading: who comes meanwhile waits for the same
	at   int64      // Version from before the reading
	rows []row
}

// visible lists by user the accounts that the caller may see, as true as the
// node's memory is. The list may be shared: it is not to be changed.
func (f family) visible(ctx context.Context, c hostkeep.Caller) (mine []row, err error) {
	all, err := f.all(ctx)
	if err != nil || c.User.Rights().Has(hostkeep.All) {
		return all, err
	}
	for _, a := range all {
		if c.User.Owns(hostkeep.Principal{ID: a.id, OwnerID: a.ownerID}) {
			mine = append(mine, a)
		}
	}
	return mine, nil
}

func (f family) all(ctx context.Context) ([]row, error) {
	f.known.mu.Lock()
	defer f.known.mu.Unlock()
	at := f.Version()
	if f.known.rows != nil && f.known.at == at {
		return f.known.rows, nil
	}
	var accounts []hostkeep.Account
	err := f.Read(ctx, func(r Reader) (err error) {
		accounts, err = r.Accounts(0)
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(accounts))
	for i, a := range accounts {
		rows[i] = row{summaryRow: shown(a), id: a.ID, ownerID: a.OwnerID}
	}
	f.known.at, f.known.rows = at, rows
	return rows, nil
}

package tokens

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type revokeIn struct {
	Names []string `whm:"token_name,required" doc:"the tokens to remove"`
	Made  bool     `whm:"revoke_made" doc:"also remove what they made, and what those made (Hostkeep's own parameter; WHM leaves them)"`
}

func (f family) revoke(ctx context.Context, c api.Call, in revokeIn) (out api.Done, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		gone, err := named(tx, c.User.ID, in.Names)
		if err == nil {
			out.Note, err = remove(tx, gone, in.Made)
		}
		return err
	})
	return out, err
}

// remove removes tokens, and what they made with them: those of accounts too, which a
// WHM user's token made through cPanel's functions.
func remove(tx Tx, gone []hostkeep.Token, along bool) (note wire.Note, err error) {
	made, err := madeBy(tx, gone)
	if err != nil {
		return note, err
	}
	switch {
	case len(made) > 0 && along:
		note.Messages = []string{fmt.Sprintf("%d tokens that were made with a revoked one were revoked too.", len(made))}
		gone = append(gone, made...)
	case len(made) > 0:
		note.Warnings = []string{fmt.Sprintf("%d tokens that were made with a revoked one are still there; revoke_made=1 takes them along.", len(made))}
		if err := adopt(tx, gone, made); err != nil {
			return note, err
		}
	}
	for _, t := range gone {
		if err := tx.DeleteToken(t); err != nil {
			return note, fmt.Errorf("revoking a token: %w", err)
		}
	}
	return note, nil
}

// adopt hands what a gone token made to the maker of the gone one, so that
// revoking that maker with what it made still finds them.
func adopt(tx Tx, gone, made []hostkeep.Token) error {
	maker := map[int64]int64{}
	for _, t := range gone {
		maker[t.ID] = t.MadeBy
	}
	for _, t := range made {
		if _, orphan := maker[t.MadeBy]; !orphan {
			continue
		}
		for up, ok := maker[t.MadeBy]; ok; up, ok = maker[t.MadeBy] {
			t.MadeBy = up
		}
		if err := tx.UpdateToken(t); err != nil {
			return fmt.Errorf("keeping the descent of a token: %w", err)
		}
	}
	return nil
}

// named finds the tokens to remove; one unknown name is an error for all.
func named(r Reader, owner int64, names []string) (ts []hostkeep.Token, err error) {
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		t, err := r.Token(owner, n)
		if errors.Is(err, hostkeep.ErrNotFound) {
			return nil, noToken(n)
		}
		if err != nil {
			return nil, err
		}
		ts = append(ts, t)
	}
	return ts, nil
}

// madeBy walks what the tokens made, and what those made, without themselves.
func madeBy(r Reader, roots []hostkeep.Token) (made []hostkeep.Token, err error) {
	seen := map[int64]bool{}
	for _, t := range roots {
		seen[t.ID] = true
	}
	for queue := slices.Clone(roots); len(queue) > 0; queue = queue[1:] {
		next, err := r.TokensMadeBy(queue[0].ID)
		if err != nil {
			return nil, err
		}
		for _, t := range next {
			if !seen[t.ID] {
				seen[t.ID] = true
				made, queue = append(made, t), append(queue, t)
			}
		}
	}
	return made, nil
}

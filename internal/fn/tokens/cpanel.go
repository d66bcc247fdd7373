package tokens

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// CPanel declares the family's face for accounts. Their tokens open cPanel's side and
// nothing else, and may there what the account may. An account that may have no more
// tokens still has those that it has, so to see them and to revoke them takes no feature.
func CPanel(d Deps) []*api.Function {
	f := family{d}
	decl := func(name, summary, feature string, touches api.Touch) api.Decl {
		return api.Decl{
			Name: name, Summary: summary, Writes: touches != api.NoCredentials, Touches: touches,
			CPanel: api.CPanel{Module: "Tokens", Dialect: wire.UAPI, Feature: feature},
		}
	}
	return []*api.Function{
		api.Define(decl("create_full_access", "Make an API token that may all that the account may; its secret is in this answer and nowhere else.", "apitokens", api.AccountTokens), f.createFor),
		api.Define(decl("list", "List the account's API tokens, expired ones too.", api.AnyFeature, api.NoCredentials), f.listFor),
		api.Define(decl("rename", "Give an API token of the account another name.", "apitokens", api.AccountTokens), f.renameFor),
		api.Define(decl("revoke", "Remove an API token of the account.", api.AnyFeature, api.AccountTokens), f.revokeFor),
	}
}

type createForIn struct {
	Name    string `whm:"name,required" doc:"1 to 50 letters, digits, hyphens and underscores; unique for the account"`
	Expires *int64 `whm:"expires_at" doc:"end in Unix seconds; absent or 0: never"`
}

type createForOut struct {
	wire.Note
	Created time.Time       `whm:"create_time"`
	Secret  hostkeep.Secret `whm:"token"`
}

// createFor makes a token for the account. It hands down the end and the addresses of
// a token that calls, whichever side that is of, and to what is made in a session the
// end of the token whose link opened it.
func (f family) createFor(ctx context.Context, c api.Call, in createForIn) (out createForOut, err error) {
	t := hostkeep.Token{OwnerID: c.Account.ID, CPanel: true, Name: in.Name, MadeBy: c.Maker()}
	if err := hostkeep.CheckTokenName(in.Name); err != nil {
		return out, err
	}
	if t.Expires, err = f.expiry(in.Expires); err != nil {
		return out, err
	}
	if c.Expires, err = f.end(ctx, c.Caller); err != nil {
		return out, err
	}
	warnings := handDown(c, &t, in.Expires == nil, true)
	secret, err := f.insert(ctx, c, &t)
	if errors.Is(err, hostkeep.ErrExists) {
		err = takenFor(t.Name)
	}
	if err != nil {
		return out, err
	}
	return createForOut{wire.Note{Warnings: warnings}, t.Created, secret}, nil
}

// end is when what the caller makes ends at the latest; zero: never. Of a session that
// a token's link opened that is the token's end, as it is the session's. Addresses
// are not: links are for browsers, which are elsewhere.
func (f family) end(ctx context.Context, c hostkeep.Caller) (end time.Time, err error) {
	if c.Via == hostkeep.ViaToken || c.MadeBy == 0 {
		return c.Expires, nil
	}
	err = f.Read(ctx, func(r Reader) error {
		t, err := r.TokenByID(c.MadeBy)
		if err != nil { // the session went with it
			return fmt.Errorf("finding the token that answers for the session: %w", err)
		}
		end = t.Expires
		return nil
	})
	return end, err
}

type listForOut struct {
	Tokens []listedFor `whm:",whole"`
}

type listedFor struct {
	Name     string    `whm:"name"`
	Created  time.Time `whm:"create_time"`
	Expires  time.Time `whm:"expires_at"`
	Full     bool      `whm:"has_full_access" doc:"1: it may all that the account may"`
	Features []string  `whm:"features" doc:"empty, for it has them all"`
}

func (f family) listFor(ctx context.Context, c api.Call, _ struct{}) (out listForOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		tokens, err := r.CPanelTokens(c.Account.ID)
		out.Tokens = make([]listedFor, len(tokens))
		for i, t := range tokens {
			out.Tokens[i] = listedFor{Name: t.Name, Created: t.Created, Expires: t.Expires, Full: true}
		}
		return err
	})
	return out, err
}

type renameForIn struct {
	Name    string `whm:"name,required" doc:"the token to rename"`
	NewName string `whm:"new_name,required" doc:"its new name"`
}

// renameFor leaves a token as it is but for its name, which a token that calls may do
// to none that is wider than itself: promise 2.
func (f family) renameFor(ctx context.Context, c api.Call, in renameForIn) (out api.Done, err error) {
	if err := hostkeep.CheckTokenName(in.NewName); err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		t, err := ofAccount(tx, c, in.Name)
		if err != nil {
			return err
		}
		t.Name = in.NewName
		if err := c.MayLeaveToken(t); err != nil {
			return err
		}
		return tx.UpdateToken(t)
	})
	if errors.Is(err, hostkeep.ErrExists) {
		err = takenFor(in.NewName)
	}
	return out, err
}

type revokeForIn struct {
	Name string `whm:"name,required" doc:"the token to remove"`
	Made bool   `whm:"revoke_made" doc:"also remove what it made, and what that made (Hostkeep's own parameter; cPanel leaves it)"`
}

type revokeForOut struct {
	wire.Note
	Revoked int64 `whm:",whole" doc:"1"`
}

func (f family) revokeFor(ctx context.Context, c api.Call, in revokeForIn) (out revokeForOut, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		t, err := ofAccount(tx, c, in.Name)
		if err == nil {
			out.Note, err = remove(tx, []hostkeep.Token{t}, in.Made)
		}
		return err
	})
	out.Revoked = 1
	return out, err
}

// ofAccount finds a token of the account that the call is for.
func ofAccount(r Reader, c api.Call, name string) (hostkeep.Token, error) {
	t, err := r.CPanelToken(c.Account.ID, name)
	if errors.Is(err, hostkeep.ErrNotFound) {
		err = hostkeep.Errorf(hostkeep.NotFound, "The account has no API token named %q.", hostkeep.Clip(name, hostkeep.MaxTokenName))
	}
	return t, err
}

func takenFor(name string) error {
	return hostkeep.Errorf(hostkeep.Conflict, "The account has an API token named %q already.", name)
}

package tokens

import (
	"context"
	"errors"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type updateIn struct {
	Name      string   `whm:"token_name,required" doc:"the token to change"`
	NewName   *string  `whm:"new_name" doc:"its new name; absent: keeps its name"`
	ACLs      []string `whm:"acl" doc:"its privileges from now on; absent: keeps them"`
	Expires   *int64   `whm:"expires_at" doc:"its end in Unix seconds; 0: never; absent: keeps it"`
	Addresses []string `whm:"whitelist_ip" doc:"its addresses from now on; empty: anywhere; absent: keeps them"`
}

type updateOut struct {
	wire.Note
	described
}

func (f family) update(ctx context.Context, c api.Call, in updateIn) (out updateOut, err error) {
	var warnings []string
	var t hostkeep.Token
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		old, err := tx.Token(c.User.ID, in.Name)
		if errors.Is(err, hostkeep.ErrNotFound) {
			return noToken(in.Name)
		}
		if err != nil {
			return err
		}
		if t, warnings, err = f.changed(c, old, in); err != nil {
			return err
		}
		return tx.UpdateToken(t)
	})
	if errors.Is(err, hostkeep.ErrExists) {
		err = nameTaken(*in.NewName)
	}
	return updateOut{wire.Note{Warnings: warnings}, describe(t)}, err
}

// changed is the token as the call would leave it, if the caller may.
func (f family) changed(c api.Call, t hostkeep.Token, in updateIn) (_ hostkeep.Token, warnings []string, err error) {
	if f.UpdateResets {
		warnings = f.reset(c, &t, in)
	}
	if in.NewName != nil {
		if err := hostkeep.CheckTokenName(*in.NewName); err != nil {
			return t, nil, err
		}
		t.Name = *in.NewName
	}
	if in.ACLs != nil {
		if t.Privileges, err = privileges(in.ACLs); err != nil {
			return t, nil, err
		}
	}
	if in.Expires != nil {
		if t.Expires, err = f.expiry(in.Expires); err != nil {
			return t, nil, err
		}
	}
	if in.Addresses != nil {
		if t.Addresses, err = hostkeep.ParseAddresses(in.Addresses); err != nil {
			return t, nil, err
		}
	}
	left := t
	if in.ACLs == nil && c.Via != hostkeep.ViaToken {
		// A user may rename a token that lists a privilege the user has lost
		// since: it gives nothing. A token may not, for the user may get it back.
		left.Privileges = t.Privileges.And(c.Rights)
	}
	return t, warnings, c.MayLeaveToken(left)
}

// reset is WHM's meaning of what is absent (compat.update_resets).
func (f family) reset(c api.Call, t *hostkeep.Token, in updateIn) (warnings []string) {
	if in.ACLs == nil {
		t.Privileges = c.Rights
		warnings = append(warnings, "No acl was given: the token now has every privilege that the caller has.")
	}
	if in.Expires == nil {
		t.Expires = c.Expires
		warnings = append(warnings, "No expires_at was given: the token's end was reset.")
	}
	if in.Addresses == nil {
		t.Addresses = c.Addresses
		warnings = append(warnings, "No whitelist_ip was given: the token's addresses were reset.")
	}
	return warnings
}

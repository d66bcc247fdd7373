package tokens

import (
	"context"
	"errors"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type createIn struct {
	Name      string   `whm:"token_name,required" doc:"1 to 50 letters, digits, hyphens and underscores; unique for its owner"`
	ACLs      []string `whm:"acl" doc:"privileges; absent: all that the caller has"`
	Expires   *int64   `whm:"expires_at" doc:"end in Unix seconds; absent or 0: never"`
	Addresses []string `whm:"whitelist_ip" doc:"addresses and CIDR blocks it may be used from; absent: anywhere; at most 100"`
}

type createOut struct {
	wire.Note
	described
	Secret hostkeep.Secret `whm:"token"`
}

func (f family) create(ctx context.Context, c api.Call, in createIn) (out createOut, err error) {
	t, warnings, err := f.asked(c, in)
	if err != nil {
		return out, err
	}
	secret, err := f.insert(ctx, c, &t)
	if errors.Is(err, hostkeep.ErrExists) {
		err = nameTaken(t.Name)
	}
	if err != nil {
		return out, err
	}
	return createOut{wire.Note{Warnings: warnings}, describe(t), secret}, nil
}

// insert makes the token that is asked for, if the caller may leave it.
func (f family) insert(ctx context.Context, c api.Call, t *hostkeep.Token) (hostkeep.Secret, error) {
	if err := c.MayLeaveToken(*t); err != nil {
		return hostkeep.Secret{}, err
	}
	secret, err := f.NewSecret()
	if err != nil {
		return hostkeep.Secret{}, err
	}
	t.Hash, t.KeyID = f.Hash(secret), f.KeyID
	return secret, f.Change(ctx, c.Change(), func(tx Tx) error {
		t.ID, t.Created = tx.NewID(), f.Now()
		return tx.InsertToken(*t)
	})
}

// handDown gives a new token the end and the addresses of the token that calls,
// where nothing else was asked for.
func handDown(c api.Call, t *hostkeep.Token, end, from bool) (warnings []string) {
	if end && !c.Expires.IsZero() {
		t.Expires = c.Expires
		warnings = append(warnings, c.Bounding()+" has an end: the new token ends with it.")
	}
	if from && len(c.Addresses) > 0 {
		t.Addresses = c.Addresses
		warnings = append(warnings, "The calling token is limited to some addresses: so is the new token.")
	}
	return warnings
}

// asked reads what token is wanted. What a bounded caller leaves out, it hands
// down: its own end, its own addresses; asking for more by name is refused.
func (f family) asked(c api.Call, in createIn) (t hostkeep.Token, warnings []string, err error) {
	t = hostkeep.Token{OwnerID: c.User.ID, Name: in.Name, MadeBy: c.Maker(), Privileges: c.Rights}
	if err := hostkeep.CheckTokenName(in.Name); err != nil {
		return t, nil, err
	}
	switch {
	case in.ACLs != nil:
		if t.Privileges, err = privileges(in.ACLs); err != nil {
			return t, nil, err
		}
	case f.RequireACL:
		return t, nil, hostkeep.Errorf(hostkeep.Invalid, "This server makes no token without the parameter \"acl\": name the privileges that it needs.")
	default:
		warnings = append(warnings, "No acl was given: the token has every privilege that the caller has.")
	}
	if t.Expires, err = f.expiry(in.Expires); err != nil {
		return t, nil, err
	}
	if t.Addresses, err = hostkeep.ParseAddresses(in.Addresses); err != nil {
		return t, nil, err
	}
	return t, append(warnings, handDown(c, &t, in.Expires == nil, in.Addresses == nil)...), nil
}

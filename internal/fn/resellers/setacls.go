package resellers

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type setIn struct {
	Reseller string `whm:"reseller,required,alias=user"`
	List     string `whm:"acllist" doc:"a named list, instead of acl-NAME"`
	switches
}

// Grants tells the dispatcher what promise 2 asks. What a named list holds is
// known in the change only, which asks again.
func (in setIn) Grants() (bool, hostkeep.Privileges) {
	p, _, _ := in.privileges()
	return false, p
}

type setOut struct {
	wire.Note
	ACL []string `whm:"acl"`
}

// setacls copies a named list: what it holds at this moment.
func (f family) setacls(ctx context.Context, c api.Call, in setIn) (out setOut, err error) {
	if in.List != "" && len(in.ACLs) > 0 {
		return out, hostkeep.Errorf(hostkeep.Invalid, "Give either \"acllist\" or \"acl-NAME\" parameters, not both.")
	}
	grant, warnings, err := in.privileges()
	if err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := account(tx, in.Reseller, noACLs)
		if err != nil {
			return err
		}
		if !p.Reseller {
			return hostkeep.Errorf(hostkeep.NotFound, noACLs, "")
		}
		if in.List != "" {
			if grant, err = listed(tx, in.List); err != nil {
				return err
			}
		}
		if err := c.MayTouchWHMUser(p, grant); err != nil {
			return err
		}
		p.Privileges = grant
		return tx.UpdatePrincipal(p)
	})
	out.ACL = grant.Names()
	out.Note = wire.Note{Reason: "Reseller Acls Saved", Warnings: warnings}
	return out, err
}

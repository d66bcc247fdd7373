package resellers

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type setIn struct {
	Reseller string   `whm:"reseller,required,alias=user"`
	List     string   `whm:"acllist" doc:"a named list, instead of acl-NAME"`
	ACLs     []string `whm:"acl-,prefix" doc:"acl-NAME=1 for each privilege; what is absent is taken away"`
}

// Grants tells the dispatcher what promise 2 asks.
func (in setIn) Grants() (bool, hostkeep.Privileges) {
	p, _, _ := in.privileges()
	return false, p
}

// spelling gives the names that setacls spells otherwise, and the retired ones
// that old clients send ("").
var spelling = map[string]string{
	"nameserver-config": "ns-config",
	"disallow-shell":    "", "frontpage": "", "demo": "", "res-cart": "",
}

// privileges reads what is asked; retired names are left out with a warning.
func (in setIn) privileges() (p hostkeep.Privileges, warnings []string, err error) {
	var names []string
	for _, n := range in.ACLs {
		today, other := spelling[n]
		switch {
		case other && today == "":
			warnings = append(warnings, fmt.Sprintf("The privilege %q is retired and gives nothing.", n))
		case other:
			names = append(names, today)
		default:
			names = append(names, n)
		}
	}
	p, err = hostkeep.ParsePrivileges(names)
	return p, warnings, err
}

type setOut struct {
	wire.Note
	ACL []string `whm:"acl"`
}

func (f family) setacls(ctx context.Context, c api.Call, in setIn) (out setOut, err error) {
	if in.List != "" && len(in.ACLs) > 0 {
		return out, hostkeep.Errorf(hostkeep.Invalid, "Give either \"acllist\" or \"acl-NAME\" parameters, not both.")
	}
	if in.List != "" {
		return out, hostkeep.Errorf(hostkeep.NotFound, "The ACL list %q does not exist.", hostkeep.Clip(in.List, 60))
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

type aclList struct {
	Name       string            `whm:"name"`
	Privileges wire.Worded[bool] `whm:"privileges"`
}

type listACLsOut struct {
	Lists []aclList `whm:"acl,list"`
}

// listacls has none to show until saveacllist exists.
func (f family) listacls(context.Context, api.Call, struct{}) (out listACLsOut, err error) {
	return out, nil
}

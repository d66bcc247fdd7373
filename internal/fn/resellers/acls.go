package resellers

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// privileges declares what gives privileges and keeps named lists of them.
func (f family) privileges() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "setacls", Summary: "Set the privileges of a reseller: those named, or those of a named list, and no others.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.WHMUsers,
			Account: "reseller", NoAccount: noACLs,
			V0: wire.V0{Form: wire.Result, Empty: true, Members: []wire.Twin{{Name: "acl", As: "acls"}}},
		}, f.setacls),
		api.Define(api.Decl{
			Name: "saveacllist", Summary: "Save a named list of privileges for setacls; who got it earlier keeps what it had then.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.PrivilegeLists,
			V0: wire.V0{Form: wire.Result, Name: "results"},
		}, f.saveacllist),
		api.Define(api.Decl{
			Name: "listacls", Summary: "List the named privilege lists.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain, Members: []wire.Twin{{
				Name: "acl", As: "acls", Key: "name", Value: "privileges", Members: []wire.Twin{{Name: "privileges", Text: true}},
			}}},
		}, f.listacls),
	}
}

// switches are the acl-NAME parameters.
type switches struct {
	ACLs []string `whm:"acl-,prefix" doc:"acl-NAME=1 for each privilege; what is absent is not in"`
}

// spelling gives the names that setacls spells otherwise, and the retired ones
// that old clients send ("").
var spelling = map[string]string{
	"nameserver-config": "ns-config",
	"disallow-shell":    "", "frontpage": "", "demo": "", "res-cart": "",
}

// privileges reads what is asked; retired names are left out with a warning.
func (in switches) privileges() (p hostkeep.Privileges, warnings []string, err error) {
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

type saveIn struct {
	List string `whm:"acllist,required,max=60" doc:"the list's name; one that is there is replaced"`
	switches
}

// Grants tells the dispatcher what promise 2 asks.
func (in saveIn) Grants() (bool, hostkeep.Privileges) {
	p, _, _ := in.privileges()
	return false, p
}

var listName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 _.-]*$`)

// saveacllist asks promise 2 as if a WHM user held the list: what is in it will be
// given by whoever names it next, when the caller's token may be long gone.
func (f family) saveacllist(ctx context.Context, c api.Call, in saveIn) (out api.Done, err error) {
	if !listName.MatchString(in.List) || in.List != strings.TrimSpace(in.List) {
		return out, hostkeep.Errorf(hostkeep.Invalid, "A list's name has 1 to 60 letters, digits, blanks, dots, hyphens and underscores, and begins with a letter or digit.")
	}
	p, warnings, err := in.privileges()
	if err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		old, err := tx.ACLList(in.List)
		if err != nil && !errors.Is(err, hostkeep.ErrNotFound) {
			return fmt.Errorf("finding the list: %w", err)
		}
		if err := c.MayTouchWHMUser(hostkeep.Principal{Privileges: old.Privileges}, p); err != nil {
			return err
		}
		return tx.SaveACLList(hostkeep.ACLList{Name: in.List, Privileges: p})
	})
	out.Note = wire.Note{Reason: "ACL List " + in.List + " saved.", Warnings: warnings}
	return out, err
}

// listed is what a named list holds now.
func listed(r Reader, name string) (hostkeep.Privileges, error) {
	l, err := r.ACLList(name)
	if errors.Is(err, hostkeep.ErrNotFound) {
		return l.Privileges, hostkeep.Errorf(hostkeep.NotFound, "The ACL list %q does not exist.", hostkeep.Clip(name, 60))
	}
	if err != nil {
		return l.Privileges, fmt.Errorf("finding the list: %w", err)
	}
	return l.Privileges, nil
}

type aclList struct {
	Name       string            `whm:"name"`
	Privileges wire.Worded[bool] `whm:"privileges"`
}

type listACLsOut struct {
	Lists []aclList `whm:"acl,list"`
}

// listacls shows each privilege of each list, 1 or 0, by its own name: the list
// with "all" has 1 there only. WHM still shows the retired frontpage.
func (f family) listacls(ctx context.Context, _ api.Call, _ struct{}) (out listACLsOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		lists, err := r.ACLLists()
		out.Lists = nil
		for _, l := range lists {
			one := aclList{Name: l.Name, Privileges: wire.Worded[bool]{{Key: "frontpage"}}}
			for _, p := range hostkeep.PrivilegeTable() {
				one.Privileges = append(one.Privileges, wire.KeyedItem[bool]{Key: string(p.Name), Value: l.Privileges.Lists(p.Name)})
			}
			out.Lists = append(out.Lists, one)
		}
		return err
	})
	return out, err
}

package resellers

import (
	"context"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// whoIsOne declares what makes resellers, unmakes them and counts them.
func (f family) whoIsOne() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "setupreseller", Summary: "Make an account a reseller, with the initial privileges.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.WHMUsers,
			Account: "user", NoAccount: noSetup,
			V0: wire.V0{Form: wire.Result},
		}, f.setupreseller),
		api.Define(api.Decl{
			Name: "unsetupreseller", Summary: "Make a reseller a plain account again: its tokens are removed, and its accounts become root's.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.WHMUsers,
			Account: "user", NoAccount: noUnsetup,
			V0: wire.V0{Form: wire.Result},
		}, f.unsetupreseller),
		api.Define(api.Decl{
			Name: "listresellers", Summary: "List the resellers by name.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain},
		}, f.listresellers),
		api.Define(api.Decl{
			Name: "acctcounts", Summary: "Count the accounts that a reseller owns, and say how many it may.", Since: "11",
			Opens: []hostkeep.Privilege{"acct-summary"}, Touches: api.NoCredentials,
			Account: "user", NoAccount: notAReseller,
			V0: wire.V0{Form: wire.Beside, Message: "Obtained reseller account counts.", Members: []wire.Twin{
				{Name: "reseller", Members: []wire.Twin{{Name: "user", As: "account"}, {Name: "active", Text: true}}},
			}},
		}, f.acctcounts),
		api.Define(api.Decl{
			Name: "resellerstats", Summary: "Show what the accounts of a reseller were given, and what it is limited to.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Single, Message: "Fetched Reseller Data OK", Told: "reseller", Members: []wire.Twin{{Name: "reseller", Gone: true}}},
		}, f.resellerstats),
	}
}

type listOut struct {
	Resellers []string `whm:"reseller,list"`
}

func (f family) listresellers(ctx context.Context, _ api.Call, _ struct{}) (out listOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		ps, err := r.Resellers()
		out.Resellers = nil
		for _, p := range ps {
			out.Resellers = append(out.Resellers, p.Name)
		}
		return err
	})
	slices.Sort(out.Resellers)
	return out, err
}

type countsIn struct {
	User string `whm:"user" doc:"the reseller; absent: the caller"`
}

type counts struct {
	User      string         `whm:"user"`
	Active    int64          `whm:"active"`
	Suspended int64          `whm:"suspended"`
	Limit     hostkeep.Limit `whm:"limit,num,blank" doc:"empty: none"`
}

type countsOut struct {
	Reseller counts `whm:"reseller"`
}

func (f family) acctcounts(ctx context.Context, c api.Call, in countsIn) (out countsOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		p, err := asked(r, c.Caller, in.User)
		if err != nil {
			return err
		}
		s, err := r.Reseller(p.ID)
		if err != nil {
			return fmt.Errorf("finding the limit: %w", err)
		}
		out.Reseller.User, out.Reseller.Limit = p.Name, s.Limits.MaxAccounts()
		out.Reseller.Active, out.Reseller.Suspended, err = r.AccountCounts(p.ID)
		return err
	})
	return out, err
}

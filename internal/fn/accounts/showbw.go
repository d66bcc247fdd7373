package accounts

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type bandwidthIn struct {
	Month    *int64 `whm:"month" doc:"1 to 12; absent: this month"`
	Year     *int64 `whm:"year" doc:"absent: this year"`
	Search   string `whm:"search" doc:"regular expression (RE2), unanchored"`
	Type     string `whm:"searchtype,enum=domain|owner|user|ip|package"`
	Reseller string `whm:"showres,max=64" doc:"only the accounts of this owner"`
}

type domainUsage struct {
	Domain  string `whm:"domain"`
	Usage   int64  `whm:"usage" doc:"bytes"`
	Deleted bool   `whm:"deleted"`
}

// bandwidthRow is an account's traffic: no web or mail server is run, so none.
type bandwidthRow struct {
	User     string         `whm:"user"`
	Domain   string         `whm:"maindomain"`
	Owner    string         `whm:"owner"`
	Reseller bool           `whm:"reseller"`
	Deleted  bool           `whm:"deleted"`
	Limit    hostkeep.Limit `whm:"limit,num" doc:"bytes"`
	Limited  bool           `whm:"bwlimited" doc:"the account is shut for having used more than its limit"`
	Total    int64          `whm:"totalbytes"`
	Usage    []domainUsage  `whm:"bwusage"`
}

type bandwidthOut struct {
	Accounts []bandwidthRow `whm:"acct,list"`
	Month    int64          `whm:"month"`
	Year     int64          `whm:"year"`
	Reseller string         `whm:"reseller" doc:"whose accounts are shown"`
	Total    int64          `whm:"totalused"`
}

func (f family) showbw(ctx context.Context, c api.Call, in bandwidthIn) (out bandwidthOut, err error) {
	matches, err := searchIn{Search: in.Search, Type: in.Type, Method: "regex"}.matcher()
	if err != nil {
		return out, err
	}
	now := f.Now().UTC()
	out = bandwidthOut{Month: int64(now.Month()), Year: int64(now.Year()), Reseller: c.User.Name}
	if in.Month != nil {
		out.Month = *in.Month
	}
	if in.Year != nil {
		out.Year = *in.Year
	}
	if out.Month < 1 || out.Month > 12 || out.Year < 1970 || out.Year > 9999 {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameters \"month\" and \"year\" name no month.")
	}
	if in.Reseller != "" {
		out.Reseller = in.Reseller
	}
	rows, err := f.visible(ctx, c.Caller)
	if err != nil {
		return out, err
	}
	if rows, err = matching(ctx, rows, matches); err != nil {
		return out, err
	}
	domains, err := f.domainsByAccount(ctx, c.Caller)
	for _, a := range rows {
		if in.Reseller == "" || a.Owner == in.Reseller {
			out.Accounts = append(out.Accounts, bandwidthRow{
				User: a.User, Domain: a.Domain, Owner: a.Owner, Reseller: a.reseller, Limit: a.bandwidth.Bytes(), Usage: domains[a.id],
			})
		}
	}
	return out, err
}

// domainsByAccount lists the domains that the caller may see.
func (f family) domainsByAccount(ctx context.Context, c hostkeep.Caller) (map[int64][]domainUsage, error) {
	owner := c.User.ID
	if c.User.Rights().Has(hostkeep.All) {
		owner = 0
	}
	var byAccount map[int64][]domainUsage
	err := f.Read(ctx, func(r Reader) error {
		list, err := r.Domains(owner)
		if err != nil {
			return fmt.Errorf("finding the domains: %w", err)
		}
		byAccount = map[int64][]domainUsage{}
		for _, d := range list {
			byAccount[d.AccountID] = append(byAccount[d.AccountID], domainUsage{Domain: d.Name})
		}
		return nil
	})
	return byAccount, err
}

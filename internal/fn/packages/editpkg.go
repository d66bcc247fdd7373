package packages

import (
	"context"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// editIn has no defaults: what is absent stays.
type editIn struct {
	Name        string          `whm:"name,required"`
	Quota       *hostkeep.Limit `whm:"quota" doc:"disk space in MB; 0: unlimited"`
	Bandwidth   *hostkeep.Limit `whm:"bwlimit" doc:"traffic a month in MB; 0: unlimited"`
	MaxFTP      *hostkeep.Limit `whm:"maxftp" doc:"0: none, as for every number of things"`
	MaxSQL      *hostkeep.Limit `whm:"maxsql"`
	MaxPop      *hostkeep.Limit `whm:"maxpop"`
	MaxLists    *hostkeep.Limit `whm:"maxlst"`
	MaxSub      *hostkeep.Limit `whm:"maxsub"`
	MaxParked   *hostkeep.Limit `whm:"maxpark"`
	MaxAddon    *hostkeep.Limit `whm:"maxaddon"`
	MailQuota   *hostkeep.Limit `whm:"max_emailacct_quota" doc:"MB a mail account; 0: unlimited"`
	MailPerHour *hostkeep.Limit `whm:"max_email_per_hour" doc:"0: unlimited"`
	DeferFail   *hostkeep.Limit `whm:"max_defer_fail_percentage" doc:"0: unlimited"`
	TeamUsers   *hostkeep.Limit `whm:"max_team_users"`
	FeatureList *string         `whm:"featurelist,max=60"`
	Theme       *string         `whm:"cpmod,max=60"`
	Language    *string         `whm:"language,max=30"`
	Extensions  *string         `whm:"_PACKAGE_EXTENSIONS" doc:"names, separated by blanks; an empty value takes all out"`
	CGI         *bool           `whm:"cgi"`
	Shell       *bool           `whm:"hasshell"`
	DedicatedIP *bool           `whm:"ip"`
	DigestAuth  *bool           `whm:"digestauth"`
	FrontPage   *bool           `whm:"frontpage" doc:"ignored: retired by WHM"`
}

// over applies what was given.
func (in editIn) over(p hostkeep.Plan) hostkeep.Plan {
	setSize(&p.Quota, in.Quota)
	setSize(&p.Bandwidth, in.Bandwidth)
	setSize(&p.MaxEmailAcctQuota, in.MailQuota)
	setSize(&p.MaxEmailPerHour, in.MailPerHour)
	setSize(&p.MaxDeferFailPercentage, in.DeferFail)
	set(&p.MaxFTP, in.MaxFTP)
	set(&p.MaxSQL, in.MaxSQL)
	set(&p.MaxPop, in.MaxPop)
	set(&p.MaxLists, in.MaxLists)
	set(&p.MaxSub, in.MaxSub)
	set(&p.MaxParked, in.MaxParked)
	set(&p.MaxAddon, in.MaxAddon)
	set(&p.MaxTeamUsers, in.TeamUsers)
	set(&p.FeatureList, named(in.FeatureList))
	set(&p.Theme, named(in.Theme))
	set(&p.Language, named(in.Language))
	set(&p.CGI, in.CGI)
	set(&p.Shell, in.Shell)
	set(&p.DedicatedIP, in.DedicatedIP)
	set(&p.DigestAuth, in.DigestAuth)
	return p
}

func set[T any](dst, v *T) {
	if v != nil {
		*dst = *v
	}
}

func setSize(dst, v *hostkeep.Limit) {
	if v != nil {
		*dst = v.OrUnlimited()
	}
}

// named takes an empty text for nothing.
func named(v *string) *string {
	if v == nil || *v == "" {
		return nil
	}
	return v
}

// editpkg changes the package and every account on it that the caller may change,
// whatever values of its own an account had: all or nothing.
func (f family) editpkg(ctx context.Context, c api.Call, in editIn) (addOut, error) {
	err := f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := editable(tx, c.Caller, in.Name)
		if err != nil {
			return err
		}
		was := p.Plan
		p.Plan = in.over(was)
		if err := c.MayPackage(was, p.Plan); err != nil {
			return err
		}
		if in.Extensions != nil {
			if p.Extensions, err = extensions(*in.Extensions); err != nil {
				return err
			}
		}
		if p.Plan.FeatureList != was.FeatureList {
			if err := c.KnownFeatureList(p.Plan.FeatureList, tx.FeatureList); err != nil {
				return err
			}
		}
		if err := tx.UpdatePackage(p); err != nil {
			return err
		}
		return apply(tx, c.Caller, p)
	})
	return addOut{in.Name}, err
}

// apply gives a package's plan to the accounts on it, and holds what they come to
// then to the limits of the reseller that does it. A reseller's package may be on
// accounts of others, which moved or were made with it: those keep their plan.
// Whoever may set limits is not held to them, and reaches every account.
func apply(tx Tx, c hostkeep.Caller, p hostkeep.Package) error {
	if c.User.Rights().Has(hostkeep.All) {
		return tx.SetPlans(p.ID, 0, p.Plan)
	}
	accounts, err := tx.Accounts(c.User.ID)
	if err != nil {
		return fmt.Errorf("finding the accounts: %w", err)
	}
	if err := tx.SetPlans(p.ID, c.User.ID, p.Plan); err != nil {
		return err
	}
	accounts = slices.DeleteFunc(accounts, func(a hostkeep.Account) bool { return a.PackageID != p.ID || a.OwnerID != c.User.ID })
	if len(accounts) == 0 {
		return nil
	}
	was := accounts[0] // stands for all: it had the least of each, so whatever was raised counts
	for _, a := range accounts {
		was.Plan.Quota, was.Plan.Bandwidth = least(was.Plan.Quota, a.Plan.Quota), least(was.Plan.Bandwidth, a.Plan.Bandwidth)
	}
	now := was
	now.Plan = p.Plan
	held, err := tx.Allotment(now.OwnerID, now.ID, p.ID)
	if err != nil {
		return fmt.Errorf("finding the limits of the owner: %w", err)
	}
	return held.Admits(now, &was)
}

func least(a, b hostkeep.Limit) hostkeep.Limit {
	if a == hostkeep.Unlimited || b != hostkeep.Unlimited && b < a {
		return b
	}
	return a
}

package packages

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type listIn struct {
	Want string `whm:"want,enum=all|creatable|editable|viewable,default=all"`
}

// row is a package as listpkgs shows it: limits are text, yes and no are letters.
type row struct {
	Name        string         `whm:"name"`
	Quota       hostkeep.Limit `whm:"QUOTA"`
	Bandwidth   hostkeep.Limit `whm:"BWLIMIT"`
	MaxFTP      hostkeep.Limit `whm:"MAXFTP"`
	MaxSQL      hostkeep.Limit `whm:"MAXSQL"`
	MaxPop      hostkeep.Limit `whm:"MAXPOP"`
	MaxLists    hostkeep.Limit `whm:"MAXLST"`
	MaxSub      hostkeep.Limit `whm:"MAXSUB"`
	MaxParked   hostkeep.Limit `whm:"MAXPARK"`
	MaxAddon    hostkeep.Limit `whm:"MAXADDON"`
	MailPerHour hostkeep.Limit `whm:"MAX_EMAIL_PER_HOUR"`
	DeferFail   hostkeep.Limit `whm:"MAX_DEFER_FAIL_PERCENTAGE"`
	MailQuota   hostkeep.Limit `whm:"MAX_EMAILACCT_QUOTA"`
	TeamUsers   *int64         `whm:"MAX_TEAM_USERS"`
	Shell       string         `whm:"HASSHELL"`
	CGI         string         `whm:"CGI"`
	DedicatedIP string         `whm:"IP"`
	DigestAuth  string         `whm:"DIGESTAUTH"`
	FrontPage   string         `whm:"FRONTPAGE"` // always n; FOSSBilling reads it
	Theme       string         `whm:"CPMOD"`
	Language    string         `whm:"LANG"`
	FeatureList string         `whm:"FEATURELIST"`
	Extensions  string         `whm:"_PACKAGE_EXTENSIONS"`
}

type listOut struct {
	Packages []row `whm:"pkg,list"`
}

func (f family) listpkgs(ctx context.Context, c api.Call, in listIn) (out listOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		ps, err := r.Packages()
		if err != nil {
			return fmt.Errorf("listing the packages: %w", err)
		}
		slices.SortFunc(ps, func(a, b hostkeep.Package) int { return cmp.Compare(a.Name, b.Name) })
		out.Packages = nil
		for _, p := range ps {
			wanted, err := in.wanted(r, c.Caller, p)
			if err != nil {
				return err
			}
			if wanted {
				out.Packages = append(out.Packages, shown(p))
			}
		}
		return nil
	})
	return out, err
}

// wanted: what the caller may edit is its own; what it may view and all that there
// is for it are the same packages here; of those a limited reseller cannot use all
// for a new account.
func (in listIn) wanted(r Reader, c hostkeep.Caller, p hostkeep.Package) (bool, error) {
	switch {
	case in.Want == "editable":
		return c.MayChange(p.OwnerID), nil
	case in.Want != "creatable" || !c.MayUsePackage(p) || c.User.Rights().Has(hostkeep.All):
		return c.MayUsePackage(p), nil
	}
	a, err := r.Allotment(c.User.ID, 0, p.ID)
	if err != nil {
		return false, fmt.Errorf("finding the caller's limits: %w", err)
	}
	return a.Offers(), nil
}

func shown(p hostkeep.Package) row {
	l := p.Plan
	r := row{
		Name: p.Name, Quota: l.Quota, Bandwidth: l.Bandwidth, MaxFTP: l.MaxFTP, MaxSQL: l.MaxSQL,
		MaxPop: l.MaxPop, MaxLists: l.MaxLists, MaxSub: l.MaxSub, MaxParked: l.MaxParked, MaxAddon: l.MaxAddon,
		MailPerHour: l.MaxEmailPerHour, DeferFail: l.MaxDeferFailPercentage, MailQuota: l.MaxEmailAcctQuota,
		Shell: letter(l.Shell), CGI: letter(l.CGI), DedicatedIP: letter(l.DedicatedIP), DigestAuth: letter(l.DigestAuth),
		FrontPage: "n", Theme: l.Theme, Language: l.Language, FeatureList: l.FeatureList, Extensions: p.Extensions,
	}
	if l.MaxTeamUsers != hostkeep.Unlimited {
		n := int64(l.MaxTeamUsers)
		r.TeamUsers = &n
	}
	return r
}

func letter(yes bool) string {
	if yes {
		return "y"
	}
	return "n"
}

type killIn struct {
	Name string `whm:"pkgname,required,alias=pkg"`
}

func (f family) killpkg(ctx context.Context, c api.Call, in killIn) (out api.Done, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := editable(tx, c.Caller, in.Name)
		if err != nil {
			return err
		}
		n, err := tx.AccountsOnPackage(p.ID)
		switch {
		case err != nil:
			return err
		case p.Name == hostkeep.DefaultPackage:
			return hostkeep.Errorf(hostkeep.Conflict, "The package %q is the one that new accounts get; it cannot be removed.", p.Name)
		case n > 0 && !c.User.Rights().Has(hostkeep.All): // how many others there are is not the reseller's to know
			return hostkeep.Errorf(hostkeep.Conflict, "The package %q is used by accounts; move them to another package first.", p.Name)
		case n > 0:
			return hostkeep.Errorf(hostkeep.Conflict, "The package %q is used by %d accounts; move them to another package first.", p.Name, n)
		}
		return tx.DeletePackage(p.ID)
	})
	return out, err
}

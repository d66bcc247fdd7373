package resellers

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// limits declares what bounds a reseller. The limits are held by whatever gives
// an account its plan, with hostkeep.Allotment.
func (f family) limits() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "setresellerlimits", Summary: "Limit the accounts, the disk space and the bandwidth of a reseller.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: notAReseller,
			V0: wire.V0{Form: wire.Result},
		}, f.setresellerlimits),
		api.Define(api.Decl{
			Name: "setresellerpackagelimit", Summary: "Say which packages a reseller may use, and for how many accounts.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: notAReseller,
			V0: wire.V0{Form: wire.Result},
		}, f.setresellerpackagelimit),
	}
}

type limitsIn struct {
	User              string          `whm:"user,required"`
	CountAccounts     bool            `whm:"enable_account_limit,default=0"`
	Accounts          *hostkeep.Limit `whm:"account_limit" doc:"absent: as before"`
	Resources         bool            `whm:"enable_resource_limits,default=0"`
	Disk              *hostkeep.Limit `whm:"diskspace_limit" doc:"MB; 0: no limit; absent: as before"`
	Bandwidth         *hostkeep.Limit `whm:"bandwidth_limit" doc:"MB a month; 0: no limit; absent: as before"`
	Oversell          *bool           `whm:"enable_overselling" doc:"the two below count; absent: as before"`
	OversellBandwidth *bool           `whm:"enable_overselling_bandwidth" doc:"what is used counts, not what is allocated; absent: as before"`
	OversellDisk      *bool           `whm:"enable_overselling_diskspace" doc:"what is used counts, not what is allocated; absent: as before"`
	Packages          *bool           `whm:"enable_package_limits" doc:"only packages that setresellerpackagelimit allows; absent: as before"`
	PackageNumbers    *bool           `whm:"enable_package_limit_numbers" doc:"the packages' numbers count; absent: as before"`
}

// over applies what was given to what stands.
func (in limitsIn) over(l hostkeep.ResellerLimits) (hostkeep.ResellerLimits, error) {
	l.CountAccounts, l.Resources = in.CountAccounts, in.Resources
	set(&l.Accounts, in.Accounts)
	set(&l.Disk, in.Disk)
	set(&l.Bandwidth, in.Bandwidth)
	for _, resource := range []*hostkeep.Limit{&l.Disk, &l.Bandwidth} {
		if *resource == 0 {
			*resource = hostkeep.Unlimited
		}
	}
	set(&l.Oversell, in.Oversell)
	set(&l.OversellBandwidth, in.OversellBandwidth)
	set(&l.OversellDisk, in.OversellDisk)
	set(&l.Packages, in.Packages)
	set(&l.PackageNumbers, in.PackageNumbers)
	if in.CountAccounts && in.Accounts == nil && l.Accounts == hostkeep.Unlimited {
		return l, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"account_limit\" is required with \"enable_account_limit\".")
	}
	return l, nil
}

func set[T any](dst, v *T) {
	if v != nil {
		*dst = *v
	}
}

// setresellerlimits takes nothing away: a reseller that holds more than the new
// limits keeps it, and gets no more.
func (f family) setresellerlimits(ctx context.Context, c api.Call, in limitsIn) (out api.Done, err error) {
	err = f.settle(ctx, c, in.User, func(_ Tx, s *hostkeep.Reseller) (err error) {
		s.Limits, err = in.over(s.Limits)
		return err
	})
	out.Reason = "Successfully set reseller account creation limits."
	return out, err
}

type packageLimitIn struct {
	User    string          `whm:"user,required"`
	NoLimit bool            `whm:"no_limit,default=0" doc:"every package may be used, without numbers; what was said of single ones is kept"`
	Package string          `whm:"package,max=100"`
	Allowed *bool           `whm:"allowed" doc:"whether the reseller may use the package; absent: it may"`
	Number  *hostkeep.Limit `whm:"number" doc:"at most so many accounts on the package; absent: as before"`
}

// setresellerpackagelimit limits the reseller to the packages that were allowed,
// from the first one on.
func (f family) setresellerpackagelimit(ctx context.Context, c api.Call, in packageLimitIn) (out api.Done, err error) {
	if !in.NoLimit && in.Package == "" && (in.Allowed != nil || in.Number != nil) {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"package\" is required with \"allowed\" and \"number\".")
	}
	err = f.settle(ctx, c, in.User, func(tx Tx, s *hostkeep.Reseller) error {
		s.Limits.Packages = !in.NoLimit
		switch {
		case in.NoLimit:
			s.Limits.PackageNumbers = false
			return nil
		case in.Package == "":
			return nil
		}
		s.Limits.PackageNumbers = s.Limits.PackageNumbers || in.Number != nil
		return in.limit(tx, s.ID)
	})
	out.Reason = "Successfully set reseller package limit."
	return out, err
}

func (in packageLimitIn) limit(tx Tx, resellerID int64) error {
	p, err := tx.Package(in.Package)
	if errors.Is(err, hostkeep.ErrNotFound) {
		return hostkeep.Errorf(hostkeep.NotFound, "Specified package does not exist.")
	}
	if err != nil {
		return fmt.Errorf("finding the package: %w", err)
	}
	l, err := tx.PackageLimit(resellerID, p.ID)
	if err != nil {
		return fmt.Errorf("finding the limit: %w", err)
	}
	l.Allowed = in.Allowed == nil || *in.Allowed
	set(&l.Number, in.Number)
	return tx.SetPackageLimit(l)
}

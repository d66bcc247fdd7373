package resellers

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type statsIn struct {
	User            string `whm:"user,required,alias=reseller"`
	FilterDeleted   bool   `whm:"filter_deleted,default=0" doc:"without effect: nothing is kept of removed accounts"`
	FilterSuspended bool   `whm:"filter_suspended,default=0" doc:"leave suspended accounts out"`
	Month           *int64 `whm:"month" doc:"1 to 12; absent: this one"`
	Year            *int64 `whm:"year" doc:"absent: this one"`
}

// stats is what the accounts were given, in MB. Nobody measures what they use:
// it is 0, and the month changes nothing.
type stats struct {
	User      string          `whm:"user"`
	DiskUsed  int64           `whm:"diskused"`
	DiskQuota int64           `whm:"diskquota"` // 0: no limit
	DiskAlloc hostkeep.Limit  `whm:"totaldiskalloc"`
	BwUsed    string          `whm:"totalbwused"`
	BwAlloc   hostkeep.Limit  `whm:"totalbwalloc"`
	BwLimit   int64           `whm:"bandwidthlimit"` // 0: no limit
	DiskOver  bool            `whm:"diskoverselling"`
	BwOver    bool            `whm:"bwoverselling"`
	Month     int64           `whm:"month"`
	Year      int64           `whm:"year"`
	Accounts  []statsOfOneOut `whm:"acct"`
}

type statsOfOneOut struct {
	User      string         `whm:"user"`
	Domain    string         `whm:"domain"`
	Package   string         `whm:"package"`
	DiskUsed  string         `whm:"diskused"`
	DiskQuota hostkeep.Limit `whm:"diskquota"`
	BwUsed    string         `whm:"bandwidthused"`
	BwLimit   hostkeep.Limit `whm:"bandwidthlimit"`
	Suspended bool           `whm:"suspended"`
	Deleted   bool           `whm:"deleted"`
}

// OldStats is stats as API 0 was recorded to write them: the sums of no accounts
// are null, and month and year are not told.
type OldStats struct {
	Reseller     string          `whm:"reseller,v0"`
	OldDiskUsed  *int64          `whm:"diskused,v0"`
	OldDiskQuota int64           `whm:"diskquota,v0"`
	OldDiskAlloc *hostkeep.Limit `whm:"totaldiskalloc,v0"`
	OldBwUsed    *string         `whm:"totalbwused,v0"`
	OldBwAlloc   *hostkeep.Limit `whm:"totalbwalloc,v0"`
	OldBwLimit   int64           `whm:"bandwidthlimit,v0"`
	OldDiskOver  bool            `whm:"diskoverselling,v0"`
	OldBwOver    bool            `whm:"bwoverselling,v0"`
	OldAccounts  []statsOfOneOut `whm:"accts,v0"`
}

func (s *stats) old() OldStats {
	o := OldStats{
		Reseller: s.User, OldDiskQuota: s.DiskQuota, OldBwLimit: s.BwLimit, OldDiskOver: s.DiskOver, OldBwOver: s.BwOver, OldAccounts: s.Accounts,
	}
	if len(s.Accounts) > 0 {
		o.OldDiskUsed, o.OldDiskAlloc, o.OldBwUsed, o.OldBwAlloc = &s.DiskUsed, &s.DiskAlloc, &s.BwUsed, &s.BwAlloc
	}
	return o
}

type statsOut struct {
	Reseller stats `whm:"reseller"`
	OldStats
}

func (f family) resellerstats(ctx context.Context, c api.Call, in statsIn) (out statsOut, err error) {
	s := &out.Reseller
	if s.Year, s.Month, err = f.month(in); err != nil {
		return out, err
	}
	err = f.Read(ctx, func(r Reader) error {
		p, err := reseller(r, c.Caller, in.User, noStats)
		if err != nil {
			return err
		}
		settled, err := r.Reseller(p.ID)
		if err != nil {
			return fmt.Errorf("finding the limits: %w", err)
		}
		list, err := r.Accounts(p.ID)
		s.User = p.Name
		s.limited(settled.Limits)
		s.count(p.ID, list, in.FilterSuspended)
		return err
	})
	if err != nil && hostkeep.KindOf(err) == hostkeep.NotFound && c.Version == 0 { // which tells the name
		out.OldStats.Reseller = hostkeep.Clip(in.User, 64)
		return out, &api.Partial{Err: err}
	}
	out.OldStats = s.old()
	return out, err
}

func (f family) month(in statsIn) (year, month int64, err error) {
	now := f.Now().UTC()
	year, month = int64(now.Year()), int64(now.Month())
	if in.Month != nil {
		month = *in.Month
	}
	if in.Year != nil {
		year = *in.Year
	}
	switch {
	case month < 1 || month > 12:
		return 0, 0, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"month\" must be from 1 to 12.")
	case year < 1970 || year > 9999:
		return 0, 0, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"year\" must be from 1970 to 9999.")
	}
	return year, month, nil
}

func (s *stats) limited(l hostkeep.ResellerLimits) {
	s.DiskQuota, s.BwLimit = orZero(l.MaxDisk()), orZero(l.MaxBandwidth())
	s.DiskOver, s.BwOver = l.OversellsDisk(), l.OversellsBandwidth()
}

func orZero(l hostkeep.Limit) int64 {
	if l == hostkeep.Unlimited {
		return 0
	}
	return int64(l)
}

// count sums up the accounts that a reseller owns.
func (s *stats) count(owner int64, list []hostkeep.Account, noSuspended bool) {
	var held hostkeep.Holding
	s.BwUsed, s.Accounts = "0", nil
	for _, a := range list {
		if a.OwnerID != owner || noSuspended && a.Suspended {
			continue
		}
		held.Add(1, a.Plan.Quota, a.Plan.Bandwidth)
		s.Accounts = append(s.Accounts, statsOfOneOut{
			User: a.User, Domain: a.Domain, Package: a.Package, DiskUsed: "0", DiskQuota: a.Plan.Quota, BwUsed: "0", BwLimit: a.Plan.Bandwidth, Suspended: a.Suspended,
		})
	}
	s.DiskAlloc, s.BwAlloc = held.Disk, held.Bandwidth
}

package accounts

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type quotaIn struct {
	User  string `whm:"user,required"`
	Quota string `whm:"quota,required,max=40" doc:"MB; 0 or unlimited: no limit"`
}

const noQuotaUser = "Invalid user. Cannot set quota.%.0s" // the name is not in the sentence

// editquota says of a quota that is none what WHM was recorded to say, and shows
// in the log text what it takes.
func (f family) editquota(ctx context.Context, c api.Call, in quotaIn) (out api.Done, err error) {
	quota, err := hostkeep.ParseLimit(in.Quota)
	if err != nil {
		out.Raw = "Invalid quota\nUsage: editquota USER MEGABYTES\n"
		return out, &api.Partial{Err: hostkeep.Errorf(hostkeep.Invalid, "Failed to set quota for user.")}
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := governed(tx, c.Caller, in.User, noQuotaUser)
		if err != nil {
			return err
		}
		was := a
		a.Plan = overrides{Quota: &quota}.over(a.Plan)
		if err := given(tx, c.Caller, a, was); err != nil {
			return err
		}
		return tx.UpdateAccount(a)
	})
	if err != nil {
		return out, err
	}
	blocks := int64(quota) << 10
	if quota == hostkeep.Unlimited {
		blocks = 0
	}
	out.Note = wire.Note{Reason: "Set quota for user.", Raw: fmt.Sprintf("quota=%d\n", blocks)}
	return out, nil
}

// given holds an account's new limits to what the caller may give and its owner has.
func given(r Reader, c hostkeep.Caller, now, was hostkeep.Account) error {
	if err := c.MayAccount(was.Plan, now.Plan); err != nil {
		return err
	}
	_, err := allotted(r, c, now, &was)
	return err
}

type limitBandwidthIn struct {
	User  string         `whm:"user,required"`
	Limit hostkeep.Limit `whm:"bwlimit,default=unlimited" doc:"traffic a month in MB; 0: unlimited"`
}

// bandwidthLimit is a limit after limitbw. Nothing is cut off by Hostkeep, and
// no traffic is measured.
type bandwidthLimit struct {
	Limit     int64    `whm:"bwlimit" doc:"bytes; 0 when unlimited"`
	Enabled   bool     `whm:"bwlimitenable"`
	Domains   []string `whm:"domains"`
	Human     string   `whm:"human_bwlimit"`
	HumanUsed string   `whm:"human_bwused"`
	Unlimited bool     `whm:"unlimited"`
}

type limitBandwidthOut struct {
	wire.Note
	Limits []bandwidthLimit `whm:"bwlimits,list"`
}

func (f family) limitbw(ctx context.Context, c api.Call, in limitBandwidthIn) (out limitBandwidthOut, err error) {
	var l bandwidthLimit
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := governed(tx, c.Caller, in.User, noSuchUser)
		if err != nil {
			return err
		}
		was := a
		a.Plan = overrides{Bandwidth: &in.Limit}.over(a.Plan)
		if err := given(tx, c.Caller, a, was); err != nil {
			return err
		}
		l = bandwidthLimit{Human: "unlimited", HumanUsed: "none", Unlimited: true}
		if b := a.Plan.Bandwidth; b != hostkeep.Unlimited {
			l.Limit, l.Human, l.Unlimited = int64(b.Bytes()), human(b.Bytes()), false
		}
		domains, err := tx.DomainsOf(a.ID)
		for _, d := range domains {
			l.Domains = append(l.Domains, d.Name)
		}
		if err != nil {
			return fmt.Errorf("finding the account's domains: %w", err)
		}
		return tx.UpdateAccount(a)
	})
	out.Limits = []bandwidthLimit{l}
	out.Reason = fmt.Sprintf("Bandwidth Limit for %s set to %s", in.User, in.Limit)
	return out, err
}

// human writes bytes as WHM does: the largest unit that leaves a whole, with two
// places.
func human(l hostkeep.Limit) string {
	n, units := float64(l), []string{"bytes", "KB", "MB", "GB", "TB", "PB"}
	for n >= 1024 && len(units) > 1 {
		n, units = n/1024, units[1:]
	}
	return fmt.Sprintf("%.2f %s", n, units[0])
}

type diskIn struct {
	Cache string `whm:"cache_mode,enum=on|off,default=on" doc:"without effect"`
}

// diskRow is an account's use of the disk: Hostkeep keeps no files, so nothing.
type diskRow struct {
	User        string `whm:"user"`
	Blocks      int64  `whm:"blocks_used"`
	BlocksLimit *int64 `whm:"blocks_limit" doc:"blocks of 1 KiB; null: unlimited"`
	Inodes      int64  `whm:"inodes_used"`
	InodesLimit *int64 `whm:"inodes_limit"`
}

type diskOut struct {
	Accounts []diskRow `whm:"accounts,list"`
}

func (f family) getDiskUsage(ctx context.Context, c api.Call, _ diskIn) (out diskOut, err error) {
	rows, err := f.visible(ctx, c.Caller)
	for _, a := range rows {
		r := diskRow{User: a.User}
		if a.quota != hostkeep.Unlimited {
			blocks := int64(a.quota) << 10
			r.BlocksLimit = &blocks
		}
		out.Accounts = append(out.Accounts, r)
	}
	return out, err
}

type quotaEnabledOut struct {
	Enabled bool `whm:"quota_enabled"`
}

// quotaEnabled: quotas are kept and told, and no file system holds anybody to them.
func (f family) quotaEnabled(context.Context, api.Call, struct{}) (out quotaEnabledOut, err error) {
	return out, nil
}

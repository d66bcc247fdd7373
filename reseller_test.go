package hostkeep_test

import (
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

const none = hostkeep.Unlimited

// TestAllotmentAdmits goes through each limit at its edge, with and without
// overselling, and for an account that is being made or changed.
func TestAllotmentAdmits(t *testing.T) {
	t.Parallel()
	limits := func(change func(*hostkeep.ResellerLimits)) hostkeep.ResellerLimits {
		l := hostkeep.NoResellerLimits()
		change(&l)
		return l
	}
	five := limits(func(l *hostkeep.ResellerLimits) { l.CountAccounts, l.Accounts = true, 5 })
	resources := limits(func(l *hostkeep.ResellerLimits) { l.Resources, l.Disk, l.Bandwidth = true, 1000, 500 })
	diskOnly := limits(func(l *hostkeep.ResellerLimits) { l.Resources, l.Disk = true, 1000 })
	oversold := limits(func(l *hostkeep.ResellerLimits) { *l = resources; l.Oversell, l.OversellDisk = true, true })
	halfOversold := limits(func(l *hostkeep.ResellerLimits) { *l = resources; l.OversellDisk = true }) // the main switch is off
	packages := limits(func(l *hostkeep.ResellerLimits) { l.Packages = true })
	numbers := limits(func(l *hostkeep.ResellerLimits) { l.PackageNumbers = true })
	off := limits(func(l *hostkeep.ResellerLimits) { l.Accounts, l.Disk, l.Bandwidth = 0, 0, 0 }) // numbers without their switches
	held := func(n int64, disk, bandwidth hostkeep.Limit) hostkeep.Holding {
		return hostkeep.Holding{Accounts: n, Disk: disk, Bandwidth: bandwidth}
	}
	has := func(disk, bandwidth hostkeep.Limit) *hostkeep.Account {
		return &hostkeep.Account{PackageID: 7, Plan: hostkeep.Plan{Quota: disk, Bandwidth: bandwidth}}
	}
	for _, tt := range []struct {
		about           string
		limits          hostkeep.ResellerLimits
		held            hostkeep.Holding
		pkg             hostkeep.PackageLimit
		disk, bandwidth hostkeep.Limit
		was             *hostkeep.Account
		want            string // in the error; "" for admitted
	}{
		{about: "nothing is limited", limits: hostkeep.NoResellerLimits(), held: held(1000, none, none), disk: none, bandwidth: none},
		{about: "numbers without switches", limits: off, held: held(1000, none, none), disk: none, bandwidth: none},
		{about: "the last account", limits: five, held: held(4, 0, 0), disk: none, bandwidth: none},
		{about: "one too many", limits: five, held: held(5, 0, 0), want: "limit of 5 accounts"},
		{about: "a change when full", limits: five, held: held(5, 0, 0), was: has(1, 1)},
		{about: "disk to the last megabyte", limits: resources, held: held(2, 900, 0), disk: 100, bandwidth: 500},
		{about: "a megabyte too much", limits: resources, held: held(2, 900, 0), disk: 101, bandwidth: 1, want: "limit of 1000 MB of disk space: 900 MB are allocated, and 101 MB are asked for"},
		{about: "bandwidth too much", limits: resources, held: held(2, 0, 450), disk: 1, bandwidth: 51, want: "limit of 500 MB of bandwidth: 450 MB"},
		{about: "unlimited disk", limits: resources, disk: none, bandwidth: 1, want: "cannot have unlimited disk space"},
		{about: "unlimited bandwidth", limits: resources, disk: 1, bandwidth: none, want: "cannot have unlimited bandwidth"},
		{about: "only disk is limited", limits: diskOnly, held: held(2, 900, none), disk: 100, bandwidth: none},
		{about: "beside an unlimited account", limits: resources, held: held(1, none, 0), disk: 1, bandwidth: 1, want: "already an account with unlimited disk space"},
		{about: "oversold disk", limits: oversold, held: held(2, none, 0), disk: none, bandwidth: 500},
		{about: "oversold disk, bandwidth not", limits: oversold, held: held(2, none, 0), disk: none, bandwidth: 501, want: "bandwidth"},
		{about: "overselling switched off", limits: halfOversold, held: held(2, 900, 0), disk: 101, bandwidth: 1, want: "disk space"},
		{about: "less than before, above the limit", limits: resources, held: held(2, 2000, 2000), disk: 10, bandwidth: 20, was: has(20, 20)},
		{about: "more than before", limits: resources, held: held(2, 900, 0), disk: 101, bandwidth: 1, was: has(50, 1), want: "disk space"},
		{about: "from unlimited to limited", limits: resources, held: held(2, 2000, 0), disk: 5000, bandwidth: 1, was: has(none, 1)},
		{about: "a package that is allowed", limits: packages, pkg: hostkeep.PackageLimit{Allowed: true, Number: none}},
		{about: "a package that is not", limits: packages, pkg: hostkeep.PackageLimit{Number: none}, want: `"gold" is not among them`},
		{about: "the package that it has", limits: packages, pkg: hostkeep.PackageLimit{Number: none}, was: &hostkeep.Account{PackageID: 8}},
		{about: "the package's last", limits: numbers, held: hostkeep.Holding{OnPackage: 2}, pkg: hostkeep.PackageLimit{Number: 3}},
		{about: "the package is full", limits: numbers, held: hostkeep.Holding{OnPackage: 3}, pkg: hostkeep.PackageLimit{Number: 3}, want: `limit of 3 accounts on the package "gold"`},
		{about: "a package without a number", limits: numbers, held: hostkeep.Holding{OnPackage: 3}, pkg: hostkeep.PackageLimit{Number: none}},
	} {
		a := hostkeep.Allotment{Reseller: hostkeep.Reseller{Limits: tt.limits}, Package: tt.pkg, Held: tt.held}
		now := hostkeep.Account{Owner: "shop", PackageID: 8, Package: "gold", Plan: hostkeep.Plan{Quota: tt.disk, Bandwidth: tt.bandwidth}}
		err := a.Admits(now, tt.was)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.about, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "The reseller shop ") || hostkeep.KindOf(err) != hostkeep.Denied):
			t.Errorf("%s: %v, want %q", tt.about, err, tt.want)
		}
	}
}

func TestHolding(t *testing.T) {
	t.Parallel()
	var h hostkeep.Holding
	h.Add(2, 100, 10)
	h.Add(1, 50, none)
	h.Add(1, 50, 10)
	if want := (hostkeep.Holding{Accounts: 4, Disk: 300, Bandwidth: none}); h != want {
		t.Errorf("%+v, want %+v", h, want)
	}
	h = hostkeep.Holding{}
	h.Add(1<<20, 1<<50, 1) // does not wrap around
	h.Add(1, 1<<50, 1)
	if h.Disk < 1<<60 {
		t.Errorf("an endless sum is %d", h.Disk)
	}
}

func TestResellerLimits(t *testing.T) {
	t.Parallel()
	l := hostkeep.NoResellerLimits()
	if l.Any() || l.MaxAccounts() != none || l.MaxDisk() != none || l.MaxBandwidth() != none {
		t.Errorf("no limits are %+v", l)
	}
	l.Accounts, l.Disk, l.Bandwidth = 1, 2, 3
	if l.Any() || l.MaxAccounts() != none || l.MaxDisk() != none || l.MaxBandwidth() != none {
		t.Errorf("numbers without their switches count: %+v", l)
	}
	l.CountAccounts, l.Resources = true, true
	if !l.Any() || l.MaxAccounts() != 1 || l.MaxDisk() != 2 || l.MaxBandwidth() != 3 {
		t.Errorf("numbers with their switches do not count: %+v", l)
	}
}

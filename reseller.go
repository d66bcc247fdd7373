package hostkeep

import "slices"

// ACLList is a named list of privileges. setacls gives what a list holds at that
// moment; a later change of the list changes nothing for whoever got it.
type ACLList struct {
	ID         int64
	Name       string
	Privileges Privileges
	Change     int64
}

// Reseller is what was settled for a reseller besides its privileges. The zero
// value but for the ID: nothing was.
type Reseller struct {
	ID          int64 // of its principal
	Limits      ResellerLimits
	Restricted  bool     // to IPs; otherwise any address of the server is open to it
	IPs         []string // addresses that it was given
	MainIP      string   // the address that its accounts share; "" is the server's
	Nameservers []string // of its accounts; none: the server's
	Change      int64
}

// Address is the one that the reseller's new accounts share, shared being the
// server's: its own main address, else, where it may use only some, the first of those.
func (r Reseller) Address(shared string) string {
	switch {
	case r.MainIP != "":
		return r.MainIP
	case r.Restricted && len(r.IPs) > 0 && !slices.Contains(r.IPs, shared):
		return r.IPs[0]
	}
	return shared
}

// ResellerLimits bounds what the accounts of a reseller come to. A number counts
// only while its switch is on.
type ResellerLimits struct {
	CountAccounts     bool
	Accounts          Limit
	Resources         bool // Disk and Bandwidth count
	Disk              Limit
	Bandwidth         Limit // MB a month
	Oversell          bool  // the two below count
	OversellDisk      bool  // what is used counts against Disk, not what is allocated
	OversellBandwidth bool
	Packages          bool // only packages that are allowed
	PackageNumbers    bool // the packages' numbers count
}

// NoResellerLimits is what a reseller starts with.
func NoResellerLimits() ResellerLimits {
	return ResellerLimits{Accounts: Unlimited, Disk: Unlimited, Bandwidth: Unlimited}
}

// Any reports whether anything is limited.
func (l ResellerLimits) Any() bool {
	return l.CountAccounts || l.Resources || l.Packages || l.PackageNumbers
}

// MaxAccounts is how many accounts the reseller may own, Unlimited for any number.
func (l ResellerLimits) MaxAccounts() Limit { return when(l.CountAccounts, l.Accounts) }

// MaxDisk is the reseller's disk space in MB, Unlimited for any.
func (l ResellerLimits) MaxDisk() Limit { return when(l.Resources, l.Disk) }

// MaxBandwidth is the reseller's traffic a month in MB, Unlimited for any.
func (l ResellerLimits) MaxBandwidth() Limit { return when(l.Resources, l.Bandwidth) }

// OversellsDisk reports whether what is used counts against Disk, and not what is
// allocated.
func (l ResellerLimits) OversellsDisk() bool { return l.Oversell && l.OversellDisk }

// OversellsBandwidth is OversellsDisk for Bandwidth.
func (l ResellerLimits) OversellsBandwidth() bool { return l.Oversell && l.OversellBandwidth }

func when(on bool, l Limit) Limit {
	if on {
		return l
	}
	return Unlimited
}

// PackageLimit says whether a reseller may use a package, and for how many
// accounts at most.
type PackageLimit struct {
	ResellerID int64
	PackageID  int64
	Allowed    bool
	Number     Limit
}

// Holding is what the accounts of a reseller come to, suspended ones counted:
// they keep what they were given.
type Holding struct {
	Accounts  int64
	Disk      Limit // the sum of the quotas in MB; Unlimited when one of them is
	Bandwidth Limit
	OnPackage int64 // accounts on one package
}

// Add takes n accounts with a plan in. Sums stop at the highest number that a
// Limit may be.
func (h *Holding) Add(n int64, disk, bandwidth Limit) {
	h.Accounts += n
	h.Disk, h.Bandwidth = plus(h.Disk, n, disk), plus(h.Bandwidth, n, bandwidth)
}

const topLimit Limit = 1 << 62

func plus(sum Limit, n int64, each Limit) Limit {
	switch {
	case n == 0:
		return sum
	case sum == Unlimited || each == Unlimited:
		return Unlimited
	case each > (topLimit-sum)/Limit(n):
		return topLimit
	}
	return sum + Limit(n)*each
}

// Allotment is what is needed to decide whether a reseller may have an account
// so: what was settled for it, what it holds without that account, and what was
// settled for the account's package.
type Allotment struct {
	Reseller Reseller
	Package  PackageLimit
	Held     Holding
}

// Admits decides whether the reseller may own the account now as it is to be;
// was is how it is, nil when it is only being made. The error says which limit
// stands against it. A change that asks for no more than the account has is
// admitted, also where a limit was lowered below what is held.
func (a Allotment) Admits(now Account, was *Account) error {
	l := a.Reseller.Limits
	if was == nil && l.MaxAccounts() != Unlimited && Limit(a.Held.Accounts) >= l.MaxAccounts() {
		return Errorf(Denied, "The reseller %s has reached its limit of %s accounts.", now.Owner, l.Accounts)
	}
	if was == nil || was.PackageID != now.PackageID {
		if err := a.admitsPackage(now); err != nil {
			return err
		}
	}
	if !l.Resources {
		return nil
	}
	disk, bandwidth := now.Plan.Quota, now.Plan.Bandwidth
	if !l.OversellsDisk() && (was == nil || more(disk, was.Plan.Quota)) {
		if err := allocates("disk space", now.Owner, l.Disk, a.Held.Disk, disk); err != nil {
			return err
		}
	}
	if !l.OversellsBandwidth() && (was == nil || more(bandwidth, was.Plan.Bandwidth)) {
		return allocates("bandwidth", now.Owner, l.Bandwidth, a.Held.Bandwidth, bandwidth)
	}
	return nil
}

// Offers reports whether one more account may be on the package.
func (a Allotment) Offers() bool { return a.admitsPackage(Account{}) == nil }

func (a Allotment) admitsPackage(now Account) error {
	l := a.Reseller.Limits
	switch {
	case l.Packages && !a.Package.Allowed:
		return Errorf(Denied, "The reseller %s is limited to some packages, and %q is not among them.", now.Owner, now.Package)
	case l.PackageNumbers && a.Package.Number != Unlimited && Limit(a.Held.OnPackage) >= a.Package.Number:
		return Errorf(Denied, "The reseller %s has reached its limit of %s accounts on the package %q.", now.Owner, a.Package.Number, now.Package)
	}
	return nil
}

// more reports whether a is more than b.
func more(a, b Limit) bool { return b != Unlimited && (a == Unlimited || a > b) }

// allocates decides whether what is asked goes with what is held into a limit.
func allocates(what, owner string, limit, held, asked Limit) error {
	switch {
	case limit == Unlimited:
		return nil
	case asked == Unlimited:
		return Errorf(Denied, "The reseller %s has a limit of %s MB of %s, so an account cannot have unlimited %s.", owner, limit, what, what)
	case held == Unlimited:
		return Errorf(Denied, "The reseller %s has a limit of %s MB of %s, and has already an account with unlimited %s.", owner, limit, what, what)
	case plus(held, 1, asked) > limit:
		return Errorf(Denied, "The reseller %s has a limit of %s MB of %s: %s MB are allocated, and %s MB are asked for.", owner, limit, what, held, asked)
	}
	return nil
}

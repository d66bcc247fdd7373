package hostkeep_test

import (
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

func holding(privileges ...string) hostkeep.Caller {
	p := hostkeep.KnownPrivileges(privileges)
	return hostkeep.Caller{User: hostkeep.Principal{ID: 10, Name: "shop", Reseller: true, Privileges: p}, Rights: p}
}

// modest is a plan that needs no privilege.
func modest() hostkeep.Plan {
	const none = hostkeep.Unlimited
	return hostkeep.Plan{
		Quota: 1, Bandwidth: 1, MaxFTP: 1, MaxSQL: 1, MaxPop: 1, MaxLists: 1, MaxSub: 1, MaxEmailPerHour: none, MaxDeferFailPercentage: none,
		MaxEmailAcctQuota: 1, MaxTeamUsers: none, FeatureList: "default", CGI: true, DigestAuth: true,
	}
}

// TestPlanPrivileges: each generous value needs its privilege and no other, in a
// package and in an account; what was there before needs none.
func TestPlanPrivileges(t *testing.T) {
	t.Parallel()
	const none = hostkeep.Unlimited
	for about, tt := range map[string]struct {
		set                  func(*hostkeep.Plan)
		ofPackage, ofAccount string
	}{
		"disk":            {func(p *hostkeep.Plan) { p.Quota = none }, "allow-unlimited-disk-pkgs", ""},
		"traffic":         {func(p *hostkeep.Plan) { p.Bandwidth = none }, "allow-unlimited-bw-pkgs", ""},
		"FTP":             {func(p *hostkeep.Plan) { p.MaxFTP = none }, "allow-unlimited-pkgs", ""},
		"databases":       {func(p *hostkeep.Plan) { p.MaxSQL = none }, "allow-unlimited-pkgs", ""},
		"mailboxes":       {func(p *hostkeep.Plan) { p.MaxPop = none }, "allow-unlimited-pkgs", ""},
		"lists":           {func(p *hostkeep.Plan) { p.MaxLists = none }, "allow-unlimited-pkgs", ""},
		"subdomains":      {func(p *hostkeep.Plan) { p.MaxSub = none }, "allow-unlimited-pkgs", ""},
		"size of a mail":  {func(p *hostkeep.Plan) { p.MaxEmailAcctQuota = none }, "allow-unlimited-pkgs", ""},
		"mails an hour":   {func(p *hostkeep.Plan) { p.MaxEmailPerHour = 5 }, "allow-emaillimits-pkgs", ""},
		"failing mails":   {func(p *hostkeep.Plan) { p.MaxDeferFailPercentage = 5 }, "allow-emaillimits-pkgs", ""},
		"addon domains":   {func(p *hostkeep.Plan) { p.MaxAddon = 1 }, "allow-addoncreate", ""},
		"parked domains":  {func(p *hostkeep.Plan) { p.MaxParked = 1 }, "allow-parkedcreate", ""},
		"own address":     {func(p *hostkeep.Plan) { p.DedicatedIP = true }, "add-pkg-ip", ""},
		"shell":           {func(p *hostkeep.Plan) { p.Shell = true }, "add-pkg-shell", "allow-shell"},
		"nothing special": {func(p *hostkeep.Plan) { p.MaxPop, p.Quota, p.CGI, p.MaxTeamUsers = 1e6, 1e9, false, 7 }, "", ""},
	} {
		p := modest()
		tt.set(&p)
		account := tt.ofPackage
		if tt.ofAccount != "" {
			account = tt.ofAccount
		}
		for _, may := range []struct {
			thing, needs string
			ask          func(hostkeep.Caller, hostkeep.Plan, hostkeep.Plan) error
		}{{"a package", tt.ofPackage, hostkeep.Caller.MayPackage}, {"an account", account, hostkeep.Caller.MayAccount}} {
			for _, from := range []hostkeep.Plan{{}, modest()} {
				err := may.ask(holding(), from, p)
				if may.needs == "" {
					if err != nil {
						t.Errorf("%s of %s: %v", about, may.thing, err)
					}
					continue
				}
				if hostkeep.KindOf(err) != hostkeep.Denied || !strings.Contains(err.Error(), may.thing) || !strings.Contains(err.Error(), `"`+may.needs+`"`) {
					t.Errorf("%s of %s: %v, want %s", about, may.thing, err, may.needs)
				}
				if err := may.ask(holding(may.needs), from, p); err != nil {
					t.Errorf("%s of %s with %s: %v", about, may.thing, may.needs, err)
				}
				if err := may.ask(holding("all"), from, p); err != nil {
					t.Errorf("%s of %s with all: %v", about, may.thing, err)
				}
			}
			if err := may.ask(holding(), p, p); err != nil {
				t.Errorf("%s of %s, unchanged: %v", about, may.thing, err)
			}
			if err := may.ask(holding(), p, modest()); err != nil && about != "mails an hour" && about != "failing mails" {
				t.Errorf("%s of %s, taken back: %v", about, may.thing, err)
			}
		}
	}
}

// TestPlanLimitsOfMail: a limit that a package has is not lifted without the
// privilege, and 0 is the same as none.
func TestPlanLimitsOfMail(t *testing.T) {
	t.Parallel()
	from, to := modest(), modest()
	from.MaxEmailPerHour = 100
	if err := holding().MayAccount(from, to); hostkeep.KindOf(err) != hostkeep.Denied {
		t.Errorf("a limit of mail is lifted: %v", err)
	}
	from.MaxEmailPerHour = 0
	if err := holding().MayAccount(from, to); err != nil {
		t.Errorf("0 is taken for a limit: %v", err)
	}
}

func TestUnlimitedDomains(t *testing.T) {
	t.Parallel()
	from, to := modest(), modest()
	from.MaxAddon, to.MaxAddon = 5, hostkeep.Unlimited
	if err := holding("allow-addoncreate").MayPackage(from, to); err == nil || !strings.Contains(err.Error(), "allow-unlimited-pkgs") {
		t.Errorf("unlimited addon domains: %v", err)
	}
	if err := holding().MayPackage(to, from); err != nil {
		t.Errorf("fewer: %v", err)
	}
}

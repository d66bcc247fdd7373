package hostkeep

import (
	"regexp"
	"strings"
)

// The privileges that unlock values of packages and of accounts.
const (
	allowShell    Privilege = "allow-shell"
	addPkgShell   Privilege = "add-pkg-shell"
	addPkgIP      Privilege = "add-pkg-ip"
	allowAddon    Privilege = "allow-addoncreate"
	allowParked   Privilege = "allow-parkedcreate"
	allowMail     Privilege = "allow-emaillimits-pkgs"
	allowFeatures Privilege = "allow-unlimited-pkgs"
	allowDisk     Privilege = "allow-unlimited-disk-pkgs"
	allowTraffic  Privilege = "allow-unlimited-bw-pkgs"
)

// MayPackage holds the values of a package to the package privileges of the
// caller: what is more generous in to than in from, the package as it was, needs the
// privilege of its kind. A new package was the zero Plan.
func (c Caller) MayPackage(from, to Plan) error { return c.mayGive("package", addPkgShell, from, to) }

// MayAccount is MayPackage for an account's own values, where from is what its
// package gives or what it had: nobody gives by createacct or an edit what it could not
// give by a package.
func (c Caller) MayAccount(from, to Plan) error { return c.mayGive("account", allowShell, from, to) }

func (c Caller) mayGive(thing string, shell Privilege, from, to Plan) error {
	if err := to.check(); err != nil {
		return err
	}
	for _, want := range []struct {
		asked bool
		needs Privilege
		what  string
	}{
		{endless(from.Quota, to.Quota), allowDisk, "unlimited disk space"},
		{endless(from.Bandwidth, to.Bandwidth), allowTraffic, "unlimited bandwidth"},
		{unlimitedFeature(from, to), allowFeatures, "unlimited features"},
		{mailLimits(from, to), allowMail, "custom email limits"},
		{higher(from.MaxAddon, to.MaxAddon), allowAddon, "addon domains"},
		{higher(from.MaxParked, to.MaxParked), allowParked, "parked domains"},
		{to.DedicatedIP && !from.DedicatedIP, addPkgIP, "a dedicated address"},
		{to.Shell && !from.Shell, shell, "shell access"},
	} {
		if want.asked && !c.Rights.Has(want.needs) {
			return &Error{
				Kind: Denied, Missing: want.needs,
				Message: "Permission denied: " + article(thing) + thing + " with " + want.what + " needs the privilege \"" + string(want.needs) + "\".",
			}
		}
	}
	return nil
}

var planWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_@.-]*$`)

// check refuses a theme or a language that is no name but could be a path.
func (p Plan) check() error {
	for what, name := range map[string]string{"theme": p.Theme, "language": p.Language} {
		if name != "" && (!planWord.MatchString(name) || strings.Contains(name, "..")) {
			return Errorf(Invalid, "%q is not the name of a %s.", Clip(name, 60), what)
		}
	}
	return nil
}

func article(thing string) string {
	if thing == "account" {
		return "an "
	}
	return "a "
}

func endless(from, to Limit) bool { return to == Unlimited && from != Unlimited }

// higher reports a higher limit.
func higher(from, to Limit) bool { return endless(from, to) || from != Unlimited && to > from }

func unlimitedFeature(from, to Plan) bool {
	return endless(from.MaxFTP, to.MaxFTP) || endless(from.MaxSQL, to.MaxSQL) || endless(from.MaxPop, to.MaxPop) ||
		endless(from.MaxLists, to.MaxLists) || endless(from.MaxSub, to.MaxSub) || endless(from.MaxEmailAcctQuota, to.MaxEmailAcctQuota) ||
		endless(from.MaxAddon, to.MaxAddon) || endless(from.MaxParked, to.MaxParked)
}

// mailLimits reports limits of mail other than those that were; none is what a
// package without any has.
func mailLimits(from, to Plan) bool {
	return from.MaxEmailPerHour.OrUnlimited() != to.MaxEmailPerHour.OrUnlimited() ||
		from.MaxDeferFailPercentage.OrUnlimited() != to.MaxDeferFailPercentage.OrUnlimited()
}

// OrUnlimited reads a limit for which 0 is WHM's other word for unlimited: sizes,
// and the limits of mail.
func (l Limit) OrUnlimited() Limit {
	if l == 0 {
		return Unlimited
	}
	return l
}

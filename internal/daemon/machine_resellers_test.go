package daemon

import (
	"maps"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

func (m *machine) setup(_, user, _ string) call {
	return call{[]string{"user", user}, nil, func() {
		if !m.reseller(user) {
			m.grant(user, hostkeep.InitialPrivileges().Names())
		}
	}}
}

func (m *machine) unset(_, user, _ string) call {
	return call{[]string{"user", user}, nil, func() { m.plain(user) }}
}

// mustBe is the rule of what is about resellers only.
func (m *machine) mustBe(user, sentence string) func() objections {
	return func() (o objections) {
		o.when(!m.reseller(user), "%s", sentence)
		return o
	}
}

func (m *machine) setPrivileges(_, user, _ string) call {
	list := m.pick("list", slices.Sorted(maps.Keys(trades()))...)
	return call{[]string{"reseller", user, "acllist", list}, m.mustBe(user, "Not a reseller."), func() { m.grant(user, trades()[list]) }}
}

func (m *machine) suspendAll(_, user, _ string) call {
	lock, only := m.pick("lock", "0", "1"), m.pick("only", "0", "1")
	return call{[]string{"user", user, "disallow", lock, "reseller-only", only}, m.mustBe(user, noReseller), func() {
		for _, a := range m.group(user, only == "1") {
			a.suspended, a.locked = true, a.locked || lock == "1"
		}
	}}
}

func (m *machine) unsuspendAll(_, user, _ string) call {
	only := m.pick("only", "0", "1")
	return call{[]string{"user", user, "reseller-only", only}, m.mustBe(user, noReseller), func() {
		for _, a := range m.group(user, only == "1") {
			a.suspended, a.locked = false, false
		}
	}}
}

// terminate removes what a reseller owns, and it itself or what makes it one.
func (m *machine) terminate(_, user, _ string) call {
	own := m.pick("own", "0", "1")
	return call{[]string{"user", user, "terminatereseller", own}, m.mustBe(user, "Does not exist"), func() {
		for _, name := range slices.Collect(maps.Keys(m.owned(user))) { // before what these own becomes root's
			m.gone(name)
		}
		if own == "1" {
			m.gone(user)
		} else {
			m.plain(user)
		}
	}}
}

// limit: what is absent stays, but for two switches, which are off then.
func (m *machine) limit(_, user, _ string) call {
	args, given := []string{"user", user}, map[string]string{"enable_account_limit": "", "enable_resource_limits": ""}
	for _, p := range []struct{ name, values string }{
		{"enable_account_limit", "1 1 0"},
		{"account_limit", "0 1 2 3 unlimited"},
		{"enable_resource_limits", "1 1 0"},
		{"diskspace_limit", "60 100 0 unlimited"},
		{"bandwidth_limit", "300 500 0"},
		{"enable_overselling", "1 0"},
		{"enable_overselling_diskspace", "1 0"},
		{"enable_overselling_bandwidth", "1 0"},
		{"enable_package_limits", "1 0"},
		{"enable_package_limit_numbers", "1 0"},
	} {
		if v := m.some(&args, p.name, strings.Fields(p.values)...); v != "" {
			given[p.name] = v
		}
	}
	return call{args, func() (o objections) {
		if !m.reseller(user) {
			return objections{noReseller}
		}
		kept := number(m.accounts[user].settings["account_limit"])
		o.when(given["enable_account_limit"] == "1" && given["account_limit"] == "" && kept == none, `"account_limit" is required`)
		return o
	}, func() { maps.Copy(m.accounts[user].settings, given) }}
}

// limitPackage: from the first call on, only packages that were allowed count, and
// once a number was given, numbers do; no_limit ends both.
func (m *machine) limitPackage(_, user, pkg string) call {
	args := []string{"user", user}
	all := m.some(&args, "no_limit", "1", "0")
	named := m.some(&args, "package", pkg, pkg, pkg)
	allowed, most := m.some(&args, "allowed", "1", "1", "0"), m.some(&args, "number", "0", "1", "2", "unlimited")
	return call{args, func() (o objections) {
		o.when(!m.reseller(user), noReseller)
		o.when(all != "1" && named == "" && allowed+most != "", `"package" is required`)
		o.when(all != "1" && named != "" && m.packages[named] == nil, noPackage)
		return o
	}, func() {
		a := m.accounts[user]
		a.settings["enable_package_limits"] = "1"
		switch {
		case all == "1":
			a.settings["enable_package_limits"], a.settings["enable_package_limit_numbers"] = "0", "0"
			return
		case named == "":
			return
		}
		s, said := a.shares[named]
		if !said {
			s.number = none
		}
		if most != "" {
			s.number, a.settings["enable_package_limit_numbers"] = number(most), "1"
		}
		s.allowed = allowed != "0"
		a.shares[named] = s
	}}
}

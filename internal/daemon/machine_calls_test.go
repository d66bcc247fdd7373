package daemon

import (
	"cmp"
	"strings"

	"pgregory.net/rapid"
)

// call is a call with what the model has to say of it.
type call struct {
	args  []string
	rules func() objections // asked when the actor has the privilege and the account is there
	then  func()            // what it does
}

// function is one of the API's that the machine calls.
type function struct {
	often   int
	needs   string // the privilege
	missing string // said of an account that is not there or somebody else's; "": the call's own affair
	draw    func(actor, user, pkg string) call
}

const (
	noReseller = "Specified user is not a reseller."
	noPackage  = "Specified package does not exist."
	forRoot    = "so that only root may"
	standing   = "more privileges than the caller has"
	oneself    = "the account that you are calling as"
)

// functions are what the machine calls; what is about limits comes often.
func (m *machine) functions() map[string]function {
	return map[string]function{
		"createacct":    {6, "create-acct", "", m.create},
		"removeacct":    {1, "kill-acct", "does not exist!", m.remove},
		"suspendacct":   {1, "suspend-acct", "_suspendacct called for a user that does not exist.", m.suspend},
		"unsuspendacct": {1, "suspend-acct", "_unsuspendacct called for a user that does not exist.", m.unsuspend},
		"changepackage": {4, "upgrade-account", "Sorry the user", m.change},
		"modifyacct":    {4, "edit-account", "Unable to fetch the cPanel user file", m.modify},
		"editquota":     {3, "quota", "Invalid user. Cannot set quota.", m.quota},
		"limitbw":       {3, "limit-bandwidth", "Sorry, the user", m.traffic},

		"addpkg":  {2, "add-pkg", "", m.addPackage},
		"editpkg": {3, "edit-pkg", "", m.editPackage},
		"killpkg": {1, "add-pkg", "", m.killPackage},

		"create_parked_domain_for_user": {2, "park-dns", "", m.park},
		"create_subdomain":              {2, "park-dns", "", m.subdomain},
		"delete_domain":                 {1, "park-dns", "", m.dropDomain},

		"setupreseller":           {2, "all", "_setupreseller called for a user that does not exist.", m.setup},
		"unsetupreseller":         {1, "all", "_unsetupreseller called for a user that does not exist.", m.unset},
		"setacls":                 {2, "all", "Not a reseller.", m.setPrivileges},
		"suspendreseller":         {1, "all", noReseller, m.suspendAll},
		"unsuspendreseller":       {1, "all", noReseller, m.unsuspendAll},
		"terminatereseller":       {1, "all", "Does not exist", m.terminate},
		"setresellerlimits":       {6, "all", noReseller, m.limit},
		"setresellerpackagelimit": {4, "all", noReseller, m.limitPackage},
	}
}

// pick draws one of several, each as likely as another: rapid's own way prefers
// the first.
func (m *machine) pick(what string, from ...string) string {
	return rapid.Custom(func(t *rapid.T) string {
		n := 0
		for range 10 {
			n *= 2
			if rapid.Bool().Draw(t, "bit") {
				n++
			}
		}
		return from[n*len(from)>>10]
	}).Draw(m.T, what)
}

// some draws values for parameters and leaves out those that come out empty. It
// answers what is given.
func (m *machine) some(args *[]string, name string, values ...string) string {
	v := m.pick(name, append(values, "")...)
	if v != "" {
		*args = append(*args, name, v)
	}
	return v
}

// drawOwner draws an owner, "" for none: seldom for a reseller, which may name
// itself only, and never the account, as none in the model owns itself.
func (m *machine) drawOwner(args *[]string, actor, user string) string {
	owner := m.pick("owner", "", "", "shop", "north", "root", "anna")
	if owner == user || actor != "root" && !m.stray() {
		return ""
	}
	if owner != "" {
		*args = append(*args, "owner", owner)
	}
	return owner
}

func (m *machine) create(actor, user, pkg string) call {
	domain := m.pick("domain", "one.example", "ONE.example.", "p1.example", user+".example", user+".example", user+".example", user+".example")
	plain := strings.TrimSuffix(strings.ToLower(domain), ".")
	args := []string{"username", strings.ToUpper(user[:1]) + user[1:], "domain", domain, "plan", pkg}
	quota, traffic := m.some(&args, "quota", "20", "unlimited"), m.some(&args, "bwlimit", "200", "0")
	owner := m.drawOwner(&args, actor, user)
	owner = cmp.Or(owner, actor)
	to := func() plan { return m.packages[pkg].plan.with(quota, traffic) }
	return call{args, func() (o objections) {
		o.when(user == "root", "is a reserved user name")
		o.when(m.accounts[user] != nil, "already has an account")
		o.when(m.taken(plain), "already exists on this server")
		o.when(owner != actor && actor != "root", "for another owner")
		o.when(owner != actor && actor == "root" && !m.reseller(owner), "is neither root nor a reseller")
		if !m.usable(actor, pkg) {
			return append(o, noPackage)
		}
		o = append(o, m.raises(actor, m.packages[pkg].plan, to())...)
		return append(o, m.fits(actor, user, pkg, to())...)
	}, func() { m.accounts[user] = &hosted{domain: plain, owner: owner, pkg: pkg, plan: to()} }}
}

// with is a plan with what was given instead; nothing stays.
func (p plan) with(quota, traffic string) plan {
	if quota != "" {
		p.disk = megabytes(quota)
	}
	if traffic != "" {
		p.traffic = megabytes(traffic)
	}
	return p
}

func (m *machine) remove(actor, user, _ string) call {
	return call{[]string{"username", user}, func() (o objections) {
		o.when(actor == user, oneself)
		o.when(actor != "root" && m.accounts[user].locked, forRoot)
		return o
	}, func() { m.gone(user) }}
}

func (m *machine) suspend(actor, user, _ string) call {
	lock := m.pick("lock", "0", "1")
	return call{[]string{"user", user, "disallowun", lock}, func() (o objections) {
		o.when(actor == user, oneself)
		o.when(actor != "root" && m.accounts[user].locked, forRoot)
		return o
	}, func() {
		a := m.accounts[user]
		a.suspended, a.locked = true, a.locked || lock == "1"
	}}
}

// unsuspend gives a reseller its credentials back, so it asks for standing.
func (m *machine) unsuspend(actor, user, _ string) call {
	return call{[]string{"user", user}, func() (o objections) {
		o.when(actor != "root" && m.accounts[user].locked, forRoot)
		o.when(!m.below(actor, user), standing)
		return o
	}, func() { m.accounts[user].suspended, m.accounts[user].locked = false, false }}
}

func (m *machine) change(actor, user, pkg string) call {
	return call{[]string{"user", user, "pkg", pkg}, func() (o objections) {
		if !m.usable(actor, pkg) {
			return objections{noPackage}
		}
		return m.fits(actor, user, pkg, m.packages[pkg].plan)
	}, func() { m.accounts[user].pkg, m.accounts[user].plan = pkg, m.packages[pkg].plan }}
}

// over reports whether a user owns another, if over others.
func (m *machine) over(user, other string) bool {
	for a := m.accounts[other]; a != nil && a.owner != "root" && a.owner != other; other, a = a.owner, m.accounts[a.owner] {
		if a.owner == user {
			return true
		}
	}
	return false
}

// modify changes package, limits and owner at once.
func (m *machine) modify(actor, user, pkg string) call {
	args := []string{"user", user}
	named := m.some(&args, "plan", pkg)
	quota, traffic := m.some(&args, "QUOTA", "20", "60", "unlimited"), m.some(&args, "BWLIMIT", "200", "0")
	owner := m.drawOwner(&args, actor, user)
	// A package that the actor may not use is a package all the same where the account
	// is on it: programs write back what they have read.
	asRead := func() bool { return named == m.accounts[user].pkg && !m.usable(actor, named) }
	from := func() plan {
		if named == "" || asRead() {
			return m.accounts[user].plan
		}
		return m.packages[named].plan
	}
	return call{args, func() (o objections) {
		a := m.accounts[user]
		moved := owner != "" && owner != a.owner
		o.when(!m.below(actor, user), standing)
		o.when(moved && actor != "root", `another owner needs the privilege "all"`)
		o.when(moved && actor == "root" && owner != "root" && !m.reseller(owner), "is neither root nor a reseller")
		o.when(moved && m.over(user, owner), "owns its new owner")
		if named != "" && !m.usable(actor, named) && !asRead() {
			return append(o, noPackage)
		}
		to := from().with(quota, traffic)
		o = append(o, m.raises(actor, from(), to)...)
		return append(o, m.fits(actor, user, cmp.Or(named, a.pkg), to)...)
	}, func() {
		a := m.accounts[user]
		a.plan = from().with(quota, traffic)
		a.pkg, a.owner = cmp.Or(named, a.pkg), cmp.Or(owner, a.owner)
	}}
}

// sized is a call that gives an account another limit of its own.
func (m *machine) sized(actor, user, name, quota, traffic string) call {
	to := func() plan { return m.accounts[user].plan.with(quota, traffic) }
	return call{[]string{"user", user, name, quota + traffic}, func() objections {
		if quota == "much" {
			return objections{"Failed to set quota for user."}
		}
		a := m.accounts[user]
		return append(m.raises(actor, a.plan, to()), m.fits(actor, user, a.pkg, to())...)
	}, func() { m.accounts[user].plan = to() }}
}

func (m *machine) quota(actor, user, _ string) call {
	return m.sized(actor, user, "quota", m.pick("quota", "20", "40", "60", "0", "unlimited", "much"), "")
}

func (m *machine) traffic(actor, user, _ string) call {
	return m.sized(actor, user, "bwlimit", "", m.pick("bwlimit", "100", "200", "300", "unlimited"))
}

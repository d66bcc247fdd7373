package daemon

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// model is hosting as WHM's words and our reference pages describe it, said as
// simply as it can be: nothing here is fast, and nothing is shared with the server.
type model struct {
	accounts map[string]*hosted
	packages map[string]*pack
	domains  map[string]site // but for the main ones
}

// hosted is an account. Of a reseller, privileges is not nil, settings is what
// setresellerlimits was given last of each parameter, and shares what
// setresellerpackagelimit said of packages.
type hosted struct {
	domain, owner, pkg string
	plan               plan
	suspended, locked  bool
	privileges         []string
	settings           map[string]string
	shares             map[string]allowance
}

// pack is a package; its owner is root or a reseller.
type pack struct {
	owner string
	plan  plan
}

// plan is what an account may use: MB and numbers of domains, or none.
type plan struct{ disk, traffic, subs, parked, addons int }

// none is no limit.
const none = -1

type allowance struct {
	allowed bool
	number  int
}

// site is a domain of an account that hangs on another.
type site struct{ user, kind, parent string }

// objections are sentences of which a refusal must have one; none: the call is done.
type objections []string

func (o *objections) when(stands bool, sentence string, values ...any) {
	if stands {
		*o = append(*o, fmt.Sprintf(sentence, values...))
	}
}

// megabytes reads a size, for which 0 is the other word for unlimited; number
// reads a number of things, for which it is not.
func megabytes(text string) int {
	if text == "0" {
		return none
	}
	return number(text)
}

func number(text string) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return none
}

// spelled is how the API writes a limit.
func spelled(limit int) string {
	if limit == none {
		return "unlimited"
	}
	return strconv.Itoa(limit)
}

func (m *model) reseller(user string) bool {
	return m.accounts[user] != nil && m.accounts[user].privileges != nil
}

// may reports whether an actor has a privilege; reaches whether it may act on an account.
func (m *model) may(actor, privilege string) bool {
	return actor == "root" || slices.Contains(m.accounts[actor].privileges, privilege)
}

func (m *model) reaches(actor, user string) bool {
	a := m.accounts[user]
	return a != nil && (actor == "root" || a.owner == actor || user == actor)
}

// below reports whether an actor has every privilege of a user: what touches the
// credentials of a reseller asks for that.
func (m *model) below(actor, user string) bool {
	return !slices.ContainsFunc(m.accounts[user].privileges, func(p string) bool { return !m.may(actor, p) })
}

// usable reports whether an actor may give a package to an account.
func (m *model) usable(actor, name string) bool {
	p := m.packages[name]
	return p != nil && (actor == "root" || p.owner == actor || name == "default" || p.owner == "root" && m.may(actor, "viewglobalpackages"))
}

func (m *model) editable(actor, name string) bool {
	p := m.packages[name]
	return p != nil && (actor == "root" || p.owner == actor)
}

// taken reports whether somebody has a domain.
func (m *model) taken(domain string) bool {
	_, other := m.domains[domain]
	return other || slices.ContainsFunc(slices.Collect(maps.Values(m.accounts)), func(a *hosted) bool { return a.domain == domain })
}

// raises is what an actor misses to give more than there was: values that are
// unlocked by a privilege.
func (m *model) raises(actor string, from, to plan) (o objections) {
	o.when(to.disk == none && from.disk != none && !m.may(actor, "allow-unlimited-disk-pkgs"), `"allow-unlimited-disk-pkgs"`)
	o.when(to.traffic == none && from.traffic != none && !m.may(actor, "allow-unlimited-bw-pkgs"), `"allow-unlimited-bw-pkgs"`)
	o.when(to.addons > from.addons && !m.may(actor, "allow-addoncreate"), `"allow-addoncreate"`)
	return o
}

// owned maps the accounts of an owner to their plans.
func (m *model) owned(owner string) map[string]plan {
	plans := map[string]plan{}
	for user, a := range m.accounts {
		if a.owner == owner {
			plans[user] = a.plan
		}
	}
	return plans
}

func (m *model) on(user, setting string) bool { return m.accounts[user].settings[setting] == "1" }

// exceeds is which of an actor's limits stand against what its accounts would be.
// Whoever can set limits is not held to them.
func (m *model) exceeds(actor string, after map[string]plan) (o objections) {
	if actor == "root" {
		return nil
	}
	for _, r := range []struct {
		name, limit, oversold string
		of                    func(plan) int
	}{
		{"disk space", "diskspace_limit", "enable_overselling_diskspace", func(p plan) int { return p.disk }},
		{"bandwidth", "bandwidth_limit", "enable_overselling_bandwidth", func(p plan) int { return p.traffic }},
	} {
		limit := megabytes(m.accounts[actor].settings[r.limit])
		used := m.on(actor, "enable_overselling") && m.on(actor, r.oversold) // counts then, and nothing is
		if !m.on(actor, "enable_resource_limits") || limit == none || used {
			continue
		}
		sum, endless, raised := 0, false, false
		for user, p := range after {
			now := r.of(p)
			sum, endless = sum+now, endless || now == none
			was, there := m.owned(actor)[user]
			raised = raised || !there || now == none && r.of(was) != none || r.of(was) != none && now > r.of(was)
		}
		o.when(raised && (endless || sum > limit), "has a limit of %d MB of %s", limit, r.name)
	}
	return o
}

// fits is which of an actor's limits stand against an account of its own, made or
// changed, with a plan on a package.
func (m *model) fits(actor, user, pkg string, p plan) (o objections) {
	if actor == "root" {
		return nil
	}
	after, was := m.owned(actor), m.accounts[user]
	if was == nil {
		most := number(m.accounts[actor].settings["account_limit"])
		o.when(m.on(actor, "enable_account_limit") && most != none && len(after) >= most, "has reached its limit of %d accounts.", most)
	}
	if was == nil || was.pkg != pkg {
		o = append(o, m.offered(actor, pkg)...)
	}
	after[user] = p
	return append(o, m.exceeds(actor, after)...)
}

// offered is what stands against one more account of an actor on a package.
func (m *model) offered(actor, pkg string) (o objections) {
	s, said := m.accounts[actor].shares[pkg]
	o.when(m.on(actor, "enable_package_limits") && !s.allowed, "is limited to some packages, and %q is not among them", pkg)
	n := 0
	for user := range m.owned(actor) {
		if m.accounts[user].pkg == pkg {
			n++
		}
	}
	full := said && s.number != none && n >= s.number
	o.when(m.on(actor, "enable_package_limit_numbers") && full, "has reached its limit of %d accounts on the package %q", s.number, pkg)
	return o
}

// gone removes an account. What it owned is root's from then on.
func (m *model) gone(user string) {
	delete(m.accounts, user)
	maps.DeleteFunc(m.domains, func(_ string, s site) bool { return s.user == user })
	for _, p := range m.packages {
		if p.owner == user {
			p.owner = "root"
		}
	}
	m.disown(user)
}

func (m *model) disown(user string) {
	for _, a := range m.accounts {
		if a.owner == user {
			a.owner = "root"
		}
	}
}

// plain makes a plain account of a reseller, which keeps its packages; what was
// settled for it is forgotten.
func (m *model) plain(user string) {
	a := m.accounts[user]
	a.privileges, a.settings, a.shares = nil, nil, nil
	m.disown(user)
}

// grant makes a reseller of an account, or gives one other privileges.
func (m *model) grant(user string, privileges []string) {
	a := m.accounts[user]
	if a.privileges == nil {
		a.settings, a.shares = map[string]string{}, map[string]allowance{}
	}
	a.privileges = privileges
}

// group is a reseller and, unless only it is meant, the accounts that it owns.
func (m *model) group(user string, only bool) (list []*hosted) {
	for name, a := range m.accounts {
		if name == user || a.owner == user && !only {
			list = append(list, a)
		}
	}
	return list
}

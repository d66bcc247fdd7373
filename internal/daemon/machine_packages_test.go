package daemon

import (
	"maps"
	"slices"
	"strings"
)

// planned draws the values of a package over what they are.
func (m *machine) planned(args *[]string, p plan, all bool) plan {
	given := func(name string, v *int, read func(string) int, values ...string) {
		if !all {
			values = append(values, "")
		}
		if text := m.pick(name, values...); text != "" {
			*args, *v = append(*args, name, text), read(text)
		}
	}
	given("quota", &p.disk, megabytes, "20", "40", "60", "0")
	given("bwlimit", &p.traffic, megabytes, "100", "200", "unlimited")
	given("maxsub", &p.subs, number, "1", "unlimited")
	given("maxpark", &p.parked, number, "0", "1")
	given("maxaddon", &p.addons, number, "0", "1")
	return p
}

// addPackage: a reseller's package carries its name, and what root names so is the
// reseller's.
func (m *machine) addPackage(actor, _, pkg string) call {
	name, owner := pkg, actor
	if actor != "root" && !strings.HasPrefix(pkg, actor+"_") {
		name = actor + "_" + pkg
	}
	if r, _, prefixed := strings.Cut(name, "_"); actor == "root" && prefixed && m.reseller(r) {
		owner = r
	}
	args := []string{"name", pkg}
	p := m.planned(&args, plan{}, true)
	return call{args, func() objections {
		o := m.raises(actor, plan{}, p)
		o.when(m.packages[name] != nil, "exists already")
		return o
	}, func() { m.packages[name] = &pack{owner, p} }}
}

// editPackage gives what the package gives then to the accounts on it, whatever
// they had: root's to all, a reseller's to its own.
func (m *machine) editPackage(actor, _, pkg string) call {
	args, before := []string{"name", pkg}, plan{}
	if p := m.packages[pkg]; p != nil {
		before = p.plan
	}
	p := m.planned(&args, before, false)
	return call{args, func() objections {
		if !m.editable(actor, pkg) {
			return objections{noPackage}
		}
		after := m.owned(actor)
		for user := range after {
			if m.accounts[user].pkg == pkg {
				after[user] = p
			}
		}
		return append(m.raises(actor, before, p), m.exceeds(actor, after)...)
	}, func() {
		m.packages[pkg].plan = p
		for _, a := range m.accounts {
			if a.pkg == pkg && (actor == "root" || a.owner == actor) {
				a.plan = p
			}
		}
	}}
}

func (m *machine) killPackage(actor, _, pkg string) call {
	return call{[]string{"pkgname", pkg}, func() (o objections) {
		if !m.editable(actor, pkg) {
			return objections{noPackage}
		}
		o.when(pkg == "default", "cannot be removed")
		o.when(slices.ContainsFunc(slices.Collect(maps.Values(m.accounts)), func(a *hosted) bool { return a.pkg == pkg }), "move them to another package first")
		return o
	}, func() {
		delete(m.packages, pkg)
		for _, a := range m.accounts {
			delete(a.shares, pkg)
		}
	}}
}

// drawDomain draws a domain of one user's that may be some kinds, seldom anybody's
// or nobody's.
func (m *machine) drawDomain(user string, kinds ...string) string {
	all, likely := []string{"free.example"}, []string{}
	for _, a := range m.accounts {
		all = append(all, a.domain)
	}
	all = slices.Sorted(slices.Values(slices.AppendSeq(all, maps.Keys(m.domains))))
	for _, d := range all {
		if slices.Contains(kinds, m.kind(user, d)) {
			likely = append(likely, d)
		}
	}
	if len(likely) == 0 || m.stray() {
		likely = all
	}
	return m.pick("domain", likely...)
}

// kind is what a domain is to a user; "" when it is none of that one's.
func (m *machine) kind(user, domain string) string {
	if a := m.accounts[user]; a != nil && a.domain == domain {
		return "main"
	}
	if s := m.domains[domain]; s.user == user {
		return s.kind
	}
	return ""
}

// grown is what stands against one more domain of a kind, whoever adds it. What an
// addon domain is parked on is counted with that one.
func (m *machine) grown(user, kind, domain string) (o objections) {
	a, has := m.accounts[user], 0
	for name, s := range m.domains {
		if s.user == user && s.kind == kind && !m.carriesAddon(name) {
			has++
		}
	}
	most := map[string]int{"sub": a.plan.subs, "parked": a.plan.parked, "addon": a.plan.addons}[kind]
	o.when(a.suspended, "is suspended; no domain is added")
	o.when(m.taken(domain), "already exists on this server")
	o.when(most != none && has >= most, "may have %d domains of the kind", most)
	return o
}

func (m *machine) carriesAddon(domain string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(m.domains)), func(s site) bool { return s.kind == "addon" && s.parent == domain })
}

// park: what is parked on the main domain is parked, on a subdomain an addon.
func (m *machine) park(actor, user, _ string) call {
	domain := m.pick("parked", "p1.example", "p2.example", "p3.example", "one.example")
	parent := m.drawDomain(user, "main", "sub")
	on := m.kind(user, parent)
	kind := map[string]string{"main": "parked", "sub": "addon"}[on]
	return call{[]string{"username", user, "domain", domain, "web_vhost_domain", parent}, func() (o objections) {
		o.when(!m.reaches(actor, user), "Sorry, the user")
		o.when(on == "", "There is no domain") // also of root, who is a user and has no account
		o.when(on != "" && kind == "", "has no site of its own")
		if len(o) > 0 {
			return o
		}
		return m.grown(user, kind, domain)
	}, func() { m.domains[domain] = site{user, kind, parent} }}
}

// holder finds whose a domain is, if an actor may know.
func (m *machine) holder(actor, domain string) (user string) {
	for _, user := range slices.Sorted(maps.Keys(m.accounts)) {
		if m.kind(user, domain) != "" && m.reaches(actor, user) {
			return user
		}
	}
	return ""
}

func (m *machine) subdomain(actor, user, _ string) call {
	above := m.drawDomain(user, "main", "parked", "addon")
	domain := m.pick("label", "x", "y") + "." + above
	user = m.holder(actor, above)
	return call{[]string{"domain", domain, "document_root", "sub"}, func() objections {
		if user == "" {
			return objections{"There is no domain above"}
		}
		return m.grown(user, "sub", domain)
	}, func() { m.domains[domain] = site{user, "sub", above} }}
}

func (m *machine) dropDomain(actor, user, _ string) call {
	domain := m.drawDomain(user, "parked", "addon", "sub")
	user = m.holder(actor, domain)
	return call{[]string{"domain", domain}, func() (o objections) {
		if user == "" {
			return objections{"There is no domain"}
		}
		o.when(m.kind(user, domain) == "main", "goes only with the account")
		o.when(slices.ContainsFunc(slices.Collect(maps.Values(m.domains)), func(s site) bool { return s.parent == domain }), "remove it first")
		return o
	}, func() { delete(m.domains, domain) }}
}

package web

import (
	"slices"

	"github.com/hostkeep/hostkeep"
)

// privilegeGroup is one of WHM's six kinds of privileges, as a form shows it.
type privilegeGroup struct {
	Name   string // WHM's word
	Open   bool
	Chosen int
	Count  int
	Parts  []privilegePart
}

// Title is the key of the heading.
func (g privilegeGroup) Title() string {
	return map[string]string{
		"basic": "token.kind_basic", "standard": "token.kind_standard", "package": "token.kind_package",
		"global": "token.kind_global", "super": "token.kind_super", "root": "token.kind_root",
	}[g.Name]
}

// privilegePart is what stands under one of WHM's headings.
type privilegePart struct {
	Name  string
	Items []privilegeItem
}

type privilegeItem struct {
	hostkeep.PrivilegeInfo
	Chosen    bool
	Suggested bool
	Functions []string // that it opens on this server
}

// About is the key of the sentence that says what the privilege is for.
func (i privilegeItem) About() string { return "privilege." + string(i.Name) }

// Danger is the key of what a thief could do with it; "" for most.
func (i privilegeItem) Danger() string { return danger(i.Name) }

// danger names the privileges that WHM's page warns of.
func danger(p hostkeep.Privilege) string {
	return map[hostkeep.Privilege]string{
		hostkeep.All: "token.danger_all", "passwd": "token.danger_password",
		"create-user-session": "token.danger_session", "manage-api-tokens": "token.danger_tokens",
	}[p]
}

// privilegeGroups are the privileges that the visitor holds, in WHM's order and
// under its headings: nobody can give what he has not.
func (q *request) privilegeGroups(chosen, suggested hostkeep.Privileges) (groups []privilegeGroup) {
	everyones := q.opens(hostkeep.Privileges{})
	for _, p := range hostkeep.PrivilegeTable() {
		if !q.Caller.Rights.Has(p.Name) {
			continue
		}
		at := slices.IndexFunc(groups, func(g privilegeGroup) bool { return g.Name == p.Category })
		if at < 0 {
			at, groups = len(groups), append(groups, privilegeGroup{Name: p.Category})
		}
		g := &groups[at]
		opens := slices.DeleteFunc(q.opens(hostkeep.Privileges{}.With(p.Name)), func(f string) bool { return slices.Contains(everyones, f) })
		g.add(privilegeItem{p, chosen.Lists(p.Name), suggested.Lists(p.Name), opens})
	}
	return groups
}

func (g *privilegeGroup) add(i privilegeItem) {
	at := slices.IndexFunc(g.Parts, func(p privilegePart) bool { return p.Name == i.Group })
	if at < 0 {
		at, g.Parts = len(g.Parts), append(g.Parts, privilegePart{Name: i.Group})
	}
	g.Parts[at].Items = append(g.Parts[at].Items, i)
	if g.Count++; i.Chosen {
		g.Chosen, g.Open = g.Chosen+1, true
	}
}

// opens lists the functions that a token of the visitor with some privileges may
// call: the server's own answer for such a caller.
func (q *request) opens(p hostkeep.Privileges) []string {
	c := q.Caller
	c.Rights = c.Rights.And(p)
	return q.Callable(c)
}

// preset is the privileges of a common job.
type preset struct {
	Name         string // of the token, and in the address
	Title, About string // keys
	Privileges   []string
}

func presets() []preset {
	return []preset{
		{"monitoring", "token.preset_monitoring", "token.preset_monitoring_about", []string{
			"acct-summary", "basic-system-info", "list-pkgs", "list-accts", "show-bandwidth", "status", "stats",
		}},
		{"billing", "token.preset_billing", "token.preset_billing_about", []string{
			"acct-summary", "basic-system-info", "basic-whm-functions", "list-pkgs", "list-accts", "show-bandwidth",
			"create-acct", "kill-acct", "suspend-acct", "upgrade-account",
		}},
		{"dns-validation", "token.preset_dns", "token.preset_dns_about", []string{"manage-dns-records", "edit-dns"}},
		{"backup", "token.preset_backup", "token.preset_backup_about", []string{"acct-summary", "list-pkgs", "list-accts", "file-restore"}},
	}
}

// held is what of a preset the visitor can give.
func (q *request) held(p preset) preset {
	p.Privileges = slices.DeleteFunc(slices.Clone(p.Privileges), func(n string) bool { return !q.Caller.Rights.Has(hostkeep.Privilege(n)) })
	return p
}

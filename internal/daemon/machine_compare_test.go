package daemon

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// sight is what can be seen of the whole state: answers by their question.
type sight struct {
	answers map[string]string
	text    string // all of them, in one order, and how far the record goes
}

// look asks as root for everything, and for each reseller what it holds and, as
// itself, which packages it may use.
func (m *machine) look() sight {
	s := sight{answers: map[string]string{}}
	root := m.w.root()
	ask := func(c hostkeep.Caller, key, function string, args ...string) {
		s.answers[key] = text(m.w.must(c, function, args...))
		s.text += key + "\n" + s.answers[key] + "\n"
	}
	for _, function := range []string{"listaccts", "showbw", "listpkgs", "get_domain_info", "listresellers"} {
		ask(root, function, function)
	}
	for _, user := range m.resellers() {
		ask(root, "acctcounts "+user, "acctcounts", "user", user)
		ask(root, "resellerstats "+user, "resellerstats", "user", user)
		if !m.accounts[user].suspended {
			ask(m.w.as(user), "creatable "+user, "listpkgs", "want", "creatable")
			ask(m.w.as(user), "editable "+user, "listpkgs", "want", "editable")
		}
	}
	s.text += m.w.trace()
	return s
}

func (m *machine) resellers() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(m.accounts)), func(user string) bool { return !m.reseller(user) })
}

// unmoved holds that a refused call changed nothing that can be seen.
func (m *machine) unmoved(about string) {
	if now := m.look(); now.text != m.seen.text {
		m.Fatalf("%s, is refused, and the state is\n%s, was\n%s", about, now.text, m.seen.text)
	}
}

// compare holds what can be seen against the model, line by line.
func (m *machine) compare(about string) {
	m.seen = m.look()
	got, want := m.shown(), m.expected()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		missing := func(from, in []string) string {
			return strings.Join(slices.DeleteFunc(slices.Clone(from), func(l string) bool { return slices.Contains(in, l) }), "\n")
		}
		m.Fatalf("%s: after that the server has\n%s\nand the model\n%s", about, missing(got, want), missing(want, got))
	}
}

// list reads the records of an answer that was seen.
func (m *machine) list(key, list string) []map[string]any { return rows(m.T, m.data(key), list) }

func (m *machine) data(key string) map[string]any {
	var answer struct{ Data map[string]any }
	if err := json.Unmarshal([]byte(m.seen.answers[key]), &answer); err != nil {
		m.Fatalf("the answer of %s is no JSON: %v", key, err)
	}
	return answer.Data
}

// members writes some members of a record.
func members(about string, record map[string]any, names ...string) string {
	line := []any{about}
	for _, n := range names {
		line = append(line, record[n])
	}
	return fmt.Sprintln(line...)
}

// shown is what the server has, expected what the model has, in the same words.
func (m *machine) shown() (lines []string) {
	for _, a := range m.list("listaccts", "acct") {
		lines = append(lines, members("account", a, "user", "domain", "owner", "plan", "suspended", "is_locked", "disklimit", "maxsub"))
	}
	for _, a := range m.list("showbw", "acct") {
		lines = append(lines, members("traffic", a, "user", "owner", "reseller", "limit"))
	}
	for _, p := range m.list("listpkgs", "pkg") {
		lines = append(lines, members("package", p, "name", "QUOTA", "BWLIMIT", "MAXSUB", "MAXPARK", "MAXADDON"))
	}
	for _, d := range m.list("get_domain_info", "domains") {
		lines = append(lines, members("domain", d, "domain", "user", "user_owner", "domain_type", "parent_domain"))
	}
	for _, z := range m.w.zones() {
		lines = append(lines, fmt.Sprintln("zone", z.Name, z.User))
	}
	lines = append(lines, fmt.Sprintln("resellers", m.data("listresellers")["reseller"]))
	for _, user := range m.resellers() {
		lines = append(lines, m.shownOf(user)...)
	}
	return lines
}

func (m *machine) shownOf(user string) (lines []string) {
	counts, _ := m.data("acctcounts " + user)["reseller"].(map[string]any)
	stats, _ := m.data("resellerstats " + user)["reseller"].(map[string]any)
	lines = append(lines, members("counts", counts, "user", "active", "suspended", "limit"),
		members("stats", stats, "user", "diskquota", "bandwidthlimit", "diskoverselling", "bwoverselling", "totaldiskalloc", "totalbwalloc"))
	for _, a := range rows(m.T, stats, "acct") {
		lines = append(lines, members("of "+user, a, "user", "domain", "package", "diskquota", "bandwidthlimit", "suspended"))
	}
	if m.accounts[user].suspended {
		return lines
	}
	for _, want := range []string{"creatable", "editable"} {
		for _, p := range m.list(want+" "+user, "pkg") {
			lines = append(lines, members(want, p, "name")+"by "+user)
		}
	}
	return lines
}

func bit(yes bool) int { return map[bool]int{true: 1}[yes] }

func (m *machine) expected() (lines []string) {
	say := func(values ...any) { lines = append(lines, fmt.Sprintln(values...)) }
	for user, a := range m.accounts {
		if m.packages[a.pkg] == nil || a.owner != "root" && !m.reseller(a.owner) {
			m.Fatalf("the model has lost the owner or the package of %s", user)
		}
		disk, traffic := spelled(a.plan.disk), any("unlimited")
		if a.plan.disk != none {
			disk += "M"
		}
		if a.plan.traffic != none {
			traffic = float64(a.plan.traffic) * (1 << 20) // bytes
		}
		say("account", user, a.domain, a.owner, a.pkg, bit(a.suspended), bit(a.locked), disk, spelled(a.plan.subs))
		say("traffic", user, a.owner, bit(m.reseller(user)), traffic)
		say("domain", a.domain, user, a.owner, "main", a.domain)
		say("zone", a.domain, user)
	}
	for name, p := range m.packages {
		say("package", name, spelled(p.plan.disk), spelled(p.plan.traffic), spelled(p.plan.subs), spelled(p.plan.parked), spelled(p.plan.addons))
	}
	for name, s := range m.domains {
		say("domain", name, s.user, m.accounts[s.user].owner, s.kind, s.parent)
		if s.kind != "sub" {
			say("zone", name, s.user)
		}
	}
	say("resellers", m.resellers())
	for _, user := range m.resellers() {
		lines = append(lines, m.expectedOf(user)...)
	}
	return lines
}

// expectedOf is what the answers about a reseller say: limits that are switched
// on, with 0 for no size and nothing for no number, and sums of what was given.
func (m *machine) expectedOf(user string) (lines []string) {
	say := func(values ...any) { lines = append(lines, fmt.Sprintln(values...)) }
	r, active, suspended := m.accounts[user], 0, 0
	sum := func(all, one int) int {
		if all == none || one == none {
			return none
		}
		return all + one
	}
	var total plan
	for name := range m.owned(user) {
		a := m.accounts[name]
		active, suspended = active+1-bit(a.suspended), suspended+bit(a.suspended)
		total.disk, total.traffic = sum(total.disk, a.plan.disk), sum(total.traffic, a.plan.traffic)
		say("of "+user, name, a.domain, a.pkg, spelled(a.plan.disk), spelled(a.plan.traffic), bit(a.suspended))
	}
	limit, size := any(""), func(setting string) int {
		if n := number(r.settings[setting]); m.on(user, "enable_resource_limits") && n != none {
			return n
		}
		return 0
	}
	if n := number(r.settings["account_limit"]); m.on(user, "enable_account_limit") && n != none {
		limit = n
	}
	oversold := func(setting string) int { return bit(m.on(user, "enable_overselling") && m.on(user, setting)) }
	say("counts", user, active, suspended, limit)
	say("stats", user, size("diskspace_limit"), size("bandwidth_limit"), oversold("enable_overselling_diskspace"), oversold("enable_overselling_bandwidth"),
		spelled(total.disk), spelled(total.traffic))
	for name := range m.packages {
		if m.usable(user, name) && len(m.offered(user, name)) == 0 && !r.suspended {
			lines = append(lines, fmt.Sprintln("creatable", name)+"by "+user)
		}
		if m.editable(user, name) && !r.suspended {
			lines = append(lines, fmt.Sprintln("editable", name)+"by "+user)
		}
	}
	return lines
}

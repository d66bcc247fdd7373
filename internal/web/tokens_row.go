package web

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// listedToken is a row of hostkeep_token_overview.
type listedToken struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Privileges []string   `json:"privileges"`
	Everything int        `json:"everything"`
	Created    unix       `json:"create_time"`
	Expires    unix       `json:"expires_at"`
	State      string     `json:"state"`
	Use        string     `json:"use"`
	Addresses  []string   `json:"addresses"`
	MadeBy     string     `json:"made_by"`
	Made       int        `json:"made"`
	LastUsed   *tokenUsed `json:"last_used"`
	Calls      []int      `json:"calls"`
	Refusals   int        `json:"refusals"`
}

type tokenUsed struct {
	Time     unix   `json:"time"`
	Address  string `json:"address"`
	Function string `json:"function"`
	Agent    string `json:"user_agent"`
}

// tokenRow is a token as pages show it.
type tokenRow struct {
	listedToken
	States []tokenState
	Scope  string // what it may do, in few words
	Total  int    // calls in the days that Bars has
	Bars   string // of a chart, as the path of an SVG
}

// tokenState is a word with the icon and the colour that go with it.
type tokenState struct {
	Kind string // good, warn, bad or idle
	Text string // key
}

func (q *request) tokenRow(t listedToken) tokenRow {
	for i, a := range t.Addresses {
		t.Addresses[i] = shortest(a)
	}
	r := tokenRow{listedToken: t, Scope: q.scope(t), States: statesOf(t), Bars: bars(t.Calls, 20)}
	for _, n := range t.Calls {
		r.Total += n
	}
	return r
}

// Icon is the kind of the state that colours the row: expired or soon to be.
func (r tokenRow) Icon() string {
	if r.State == "active" {
		return ""
	}
	return r.States[0].Kind
}

func statesOf(t listedToken) []tokenState {
	list := []tokenState{{"good", "tokens.state.active"}}
	switch t.State {
	case "expired":
		list[0] = tokenState{"bad", "tokens.state.expired"}
	case "expiring":
		list[0] = tokenState{"warn", "tokens.state.expiring"}
	}
	switch t.Use {
	case "never_used":
		list = append(list, tokenState{"idle", "tokens.state.never_used"})
	case "unused":
		list = append(list, tokenState{"idle", "tokens.state.unused"})
	}
	return list
}

// scope says in words what a token may do: the three that matter most, and how
// many more there are.
func (q *request) scope(t listedToken) string {
	if t.Everything != 0 || slices.Contains(t.Privileges, string(hostkeep.All)) {
		return q.texts.text("tokens.scope.everything")
	}
	list := q.phrases(gravest(t.Privileges))
	switch len(list) {
	case 0:
		return q.texts.text("tokens.scope.none")
	case 1:
		return q.texts.text("tokens.scope.a", list[0])
	case 2:
		return q.texts.text("tokens.scope.ab", list[0], list[1])
	case 3:
		return q.texts.text("tokens.scope.abc", list[0], list[1], list[2])
	}
	return q.texts.count("tokens.scope.more", len(list)-3, list[0], list[1], list[2])
}

func (q *request) phrases(privileges []string) (list []string) {
	for _, p := range privileges {
		list = append(list, q.phrase(p))
	}
	return list
}

// phrase says what a privilege lets somebody do, to stand behind "may".
func (q *request) phrase(privilege string) string {
	key := "can." + privilege
	if text := q.texts.text(key); text != key {
		return text
	}
	return privilege // of a newer server
}

// gravest puts first what lets a thief do most, and last what every new reseller
// may: a token's first words are the widest of its rights.
func gravest(privileges []string) []string {
	rank := map[string]int{"all": -4, "passwd": -3, "create-user-session": -2, "manage-api-tokens": -1}
	for i, p := range hostkeep.PrivilegeTable() {
		if _, ranked := rank[string(p.Name)]; !ranked {
			rank[string(p.Name)] = i
		}
		if p.Category == "basic" && rank[string(p.Name)] >= 0 {
			rank[string(p.Name)] += 1000
		}
	}
	return slices.SortedStableFunc(slices.Values(privileges), func(a, b string) int { return rank[a] - rank[b] })
}

// bars draws numbers as columns, the highest as high as asked.
func bars(numbers []int, height int) string {
	return barsOf(numbers, slices.Max(append([]int{0}, numbers...)), height)
}

// barsOf draws columns 3 wide and 1 apart, where top would be as high as asked.
// What is not zero is seen: it is at least 1 high.
func barsOf(numbers []int, top, height int) string {
	var b strings.Builder
	for i, n := range numbers {
		if n > 0 {
			h := max(1, n*height/top)
			fmt.Fprintf(&b, "M%d %dv-%dh3v%dz", 4*i, height, h, h)
		}
	}
	return b.String()
}

// fewAddresses is how many of a token's addresses its row has.
const fewAddresses = 3

// Few are the first of its addresses.
func (r tokenRow) Few() []string { return r.Addresses[:min(fewAddresses, len(r.Addresses))] }

// MoreAddresses is how many more there are.
func (r tokenRow) MoreAddresses() int { return max(0, len(r.Addresses)-fewAddresses) }

// shortest writes an address or a range as people do: the API gives all digits of
// an IPv6 address, as WHM does.
func shortest(text string) string {
	if a, err := netip.ParseAddr(text); err == nil {
		return a.String()
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.String()
	}
	return text
}

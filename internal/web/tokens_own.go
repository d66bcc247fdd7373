package web

import (
	"slices"

	"github.com/hostkeep/hostkeep"
)

// tokenDeeds is the answer of hostkeep_token_use.
type tokenDeeds struct {
	FirstUsed unix       `json:"first_used"`
	LastUsed  *tokenUsed `json:"last_used"`
	Days      []struct {
		Day      string `json:"day"`
		Calls    int    `json:"calls"`
		Refusals int    `json:"refusals"`
	} `json:"days"`
	Functions []struct {
		Name  string `json:"name"`
		Calls int    `json:"calls"`
	} `json:"functions"`
	Addresses []struct {
		Address  string `json:"address"`
		Calls    int    `json:"calls"`
		Refusals int    `json:"refusals"`
	} `json:"addresses"`
	Refusals []tokenRefusal `json:"refusals"`
	Used     []string       `json:"privileges_used"`
	Unused   []string       `json:"privileges_unused"`
}

type tokenRefusal struct {
	Reason string `json:"reason"`
	Number int    `json:"number"`
}

type shownToken struct {
	tokenRow
	Doing          tokenDeeds
	Most           int        // of calls and refusals of a day, the height of the chart
	Called         string     // the chart's calls, as the path of an SVG
	Refused        string     // and its refusals, on top of them
	May            []mayGroup // by WHM's groups
	Record         []tokenChange
	Records        bool // the visitor may read the record
	Ask            tokenQuestion
	Functions      []string // to choose from
	TotalOfRefused int
}

// mayGroup is what a token may do of a group.
type mayGroup struct {
	Name  string // WHM's
	Items []mayItem
}

type mayItem struct {
	Privilege, Text string
	Used            bool
}

// showToken shows one token.
func showToken(q *request) (answer, error) {
	name := q.form("name")
	d := shownToken{Functions: q.Callable(q.Caller)}
	if err := q.call("hostkeep_token_use", &d.Doing, "token_name", name); err != nil { // says so when there is none
		return answer{}, err
	}
	t, err := q.tokenNamed(name)
	if err != nil {
		return answer{}, err
	}
	d.tokenRow = q.tokenRow(t)
	d.chart()
	d.May = q.may(t.Privileges, d.Doing.Used)
	if d.Record, d.Records, err = q.changesOf(name); err != nil {
		return answer{}, err
	}
	if d.Ask, err = q.question(name); err != nil {
		return answer{}, err
	}
	return show("tokens_show", d)
}

// tokenNamed is the row of one token. The search finds the name within others as
// well, so all that it finds is looked at.
func (q *request) tokenNamed(name string) (t listedToken, err error) {
	v := tokenView{Search: name, Size: tokenSizes()[len(tokenSizes())-1]}
	for v.Page = 1; ; v.Page++ {
		a, err := q.overview(v)
		if err != nil {
			return t, err
		}
		if i := slices.IndexFunc(a.Tokens, func(t listedToken) bool { return t.Name == name }); i >= 0 {
			return a.Tokens[i], nil
		}
		if len(a.Tokens) < v.Size { // it was revoked a moment ago
			return t, hostkeep.Errorf(hostkeep.NotFound, "You have no API token named %q.", hostkeep.Clip(name, hostkeep.MaxTokenName))
		}
	}
}

const chartHeight = 80

// chart draws calls, and refusals above them.
func (d *shownToken) chart() {
	var calls, both []int
	for _, day := range d.Doing.Days {
		calls, both = append(calls, day.Calls), append(both, day.Calls+day.Refusals)
		d.Most = max(d.Most, day.Calls+day.Refusals)
		d.TotalOfRefused += day.Refusals
	}
	d.Called, d.Refused = barsOf(calls, d.Most, chartHeight), barsOf(both, d.Most, chartHeight)
}

// may sorts privileges into WHM's groups, in WHM's order.
func (q *request) may(privileges, used []string) (list []mayGroup) {
	for _, p := range hostkeep.PrivilegeTable() {
		if !slices.Contains(privileges, string(p.Name)) {
			continue
		}
		at := slices.IndexFunc(list, func(g mayGroup) bool { return g.Name == p.Group })
		if at < 0 {
			at, list = len(list), append(list, mayGroup{Name: p.Group})
		}
		list[at].Items = append(list[at].Items, mayItem{string(p.Name), q.phrase(string(p.Name)), slices.Contains(used, string(p.Name))})
	}
	return list
}

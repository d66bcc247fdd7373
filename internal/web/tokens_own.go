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
	Most           int           // of calls and refusals of a day, the height of the chart
	Called         string        // the chart's calls, as the path of an SVG
	Refused        string        // and its refusals, on top of them
	May            []mayGroup    // by WHM's groups
	Changed        []tokenChange // what was done to it
	Changes        []tokenChange // what was done with it
	Records        bool          // the visitor may read the record
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
	if err = d.readRecord(q); err != nil {
		return answer{}, err
	}
	if d.Ask, err = q.question(name); err != nil {
		return answer{}, err
	}
	return show("tokens_show", d)
}

// tokenNamed is the row of one token.
func (q *request) tokenNamed(name string) (t listedToken, err error) {
	var a tokenAnswer
	if err := q.call("hostkeep_token_overview", &a, "name", name, "size", 1); err != nil {
		return t, err
	}
	if len(a.Tokens) == 0 { // it was revoked a moment ago
		return t, hostkeep.Errorf(hostkeep.NotFound, "You have no API token named %q.", hostkeep.Clip(name, hostkeep.MaxTokenName))
	}
	return a.Tokens[0], nil
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

package web

import (
	"slices"
	"time"
)

// tokenUse is what is known of a token's calls.
type tokenUse struct {
	Last     time.Time // zero: never
	Address  string
	Function string
	Made     int // tokens that it made
}

// maxUses is of how many tokens one page tells what they were used for: each is
// looked for by itself.
const maxUses = 20

// overviewOf asks a server that has an overview of its visitor's tokens.
func (q *request) overviewOf(data any, nameValue ...any) (asked bool, err error) {
	const function = "hostkeep_token_overview"
	if !slices.Contains(q.Callable(q.Caller), function) {
		return false, nil
	}
	return true, q.call(function, data, nameValue...)
}

// used adds to a token what it was last used for.
func (q *request) used(t ownToken) (ownToken, error) {
	var answer struct {
		Tokens []struct {
			Name string `json:"name"`
			Made int    `json:"made"`
			Last *struct {
				Time     seconds `json:"time"`
				Address  string  `json:"address"`
				Function string  `json:"function"`
			} `json:"last_used"`
		} `json:"tokens"`
	}
	asked, err := q.overviewOf(&answer, "name", t.Name, "size", 1)
	if !asked || err != nil {
		return t, err
	}
	for _, row := range answer.Tokens {
		if row.Name != t.Name {
			continue
		}
		t.use = &tokenUse{Made: row.Made}
		if l := row.Last; l != nil && !l.Time.IsZero() {
			t.use.Last, t.use.Address, t.use.Function = l.Time.In(q.zone()), l.Address, l.Function
		}
	}
	return t, nil
}

// ending counts the tokens that end on the day of a time, in the server's zone.
func (q *request) ending(at time.Time) (int, error) {
	first := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, q.zone())
	var answer struct {
		Ending int `json:"ending"`
	}
	_, err := q.overviewOf(&answer, "size", 1, "ends_from", first, "ends_before", first.AddDate(0, 0, 1))
	return answer.Ending, err
}

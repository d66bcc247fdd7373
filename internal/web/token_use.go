package web

import (
	"time"

	"github.com/hostkeep/hostkeep"
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

// used adds to a token what it was last used for. One that was revoked a moment
// ago stays as it is.
func (q *request) used(t ownToken) (ownToken, error) {
	row, err := q.tokenNamed(t.Name)
	switch {
	case hostkeep.KindOf(err) == hostkeep.NotFound:
		return t, nil
	case err != nil:
		return t, err
	}
	t.use = &tokenUse{Made: row.Made}
	if l := row.LastUsed; l != nil && l.Time != 0 {
		t.use.Last, t.use.Address, t.use.Function = l.Time.Time().In(q.zone()), l.Address, l.Function
	}
	return t, nil
}

// ending counts the tokens that end on the day of a time, in the server's zone.
func (q *request) ending(at time.Time) (int, error) {
	first := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, q.zone())
	var answer struct {
		Ending int `json:"ending"`
	}
	err := q.call("hostkeep_token_overview", &answer, "size", 1, "ends_from", first, "ends_before", first.AddDate(0, 0, 1))
	return answer.Ending, err
}

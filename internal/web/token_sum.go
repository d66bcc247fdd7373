package web

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// sameDay is how many tokens may end on one day before a page warns that then
// everything stops at once.
const sameDay = 20

// tokenSum is what a form comes to, in a sentence and its details.
type tokenSum struct {
	Sentence  []string // parts of it, each a sentence
	Functions []string
	Dangers   []string // keys
	Ending    int      // tokens that end on that day too, if they are too many
	Day       string
}

// sum says what the token of a form can do, until when and from where. Rights
// are those that it would have now: its own that the visitor holds.
func (q *request) sum(f tokenForm) (s tokenSum, err error) {
	if !f.Chosen.Empty() { // what everybody may call is nothing to choose
		s.Functions = q.opens(f.Chosen)
	}
	s.Sentence = []string{q.mayDo(f.Chosen, len(s.Functions)), q.worksUntil(f), q.worksFrom(f)}
	for _, p := range hostkeep.PrivilegeTable() {
		if key := danger(p.Name); key != "" && f.Chosen.Lists(p.Name) {
			s.Dangers = append(s.Dangers, key)
		}
	}
	if f.end.IsZero() {
		return s, nil
	}
	s.Day = day(f.end)
	if s.Ending, err = q.ending(f.end); s.Ending <= sameDay {
		s.Ending = 0
	}
	return s, err
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// mayDo names privileges by WHM's labels.
func (q *request) mayDo(chosen hostkeep.Privileges, functions int) string {
	switch {
	case chosen.Empty():
		return q.texts.text("token.sum_nothing")
	case chosen.Lists(hostkeep.All):
		return q.texts.text("token.sum_all", q.texts.count("token.functions", functions))
	}
	var labels []string
	for _, p := range hostkeep.PrivilegeTable() {
		if chosen.Lists(p.Name) {
			labels = append(labels, p.Label)
		}
	}
	const shown = 8
	if more := len(labels) - shown; more > 1 {
		labels = append(slices.Clone(labels[:shown]), q.texts.count("token.sum_more", more))
	}
	return q.texts.text("token.sum_may", strings.Join(labels, " · "), q.texts.count("token.functions", functions))
}

func (q *request) worksUntil(f tokenForm) string {
	switch {
	case !f.end.IsZero():
		return q.texts.text("token.sum_until", q.moment(f.end))
	case f.Expiry == never:
		return q.texts.text("token.sum_never")
	case f.Expiry == keep:
		return q.texts.text("token.sum_keep")
	}
	return q.texts.text("token.sum_no_end")
}

func (q *request) worksFrom(f tokenForm) string {
	switch n := len(f.limits); {
	case f.Wrong("addresses") != "":
		return q.texts.text("token.sum_from_bad")
	case n == 0:
		return q.texts.text("token.sum_anywhere")
	case n > 3:
		return q.texts.text("token.sum_from_many", n)
	}
	return q.texts.text("token.sum_from", strings.Join(plainAddresses(f.limits), ", "))
}

// plainAddresses are addresses as people write them; the API writes IPv6 in full.
func plainAddresses(l hostkeep.AddressList) []string {
	out := make([]string, len(l))
	for i, p := range l {
		if out[i] = p.String(); p.IsSingleIP() {
			out[i] = p.Addr().String()
		}
	}
	return out
}

// moment is a time as all pages write it, in the server's zone.
func (q *request) moment(t time.Time) string {
	return exact(t.In(q.zone()))
}

// sumOnly answers with nothing but the sentence and its details, for a script to
// put in place of the last ones.
func (q *request) sumOnly(f tokenForm) (answer, error) {
	s, err := q.sum(f)
	if err != nil {
		return answer{}, err
	}
	return answer{contentType: "text/html; charset=utf-8", file: "sum", write: func(w io.Writer) error {
		return q.templates["token_form"].ExecuteTemplate(w, "token-sum", s)
	}}, nil
}

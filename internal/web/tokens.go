package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// tokenAnswer is the answer of hostkeep_token_overview.
type tokenAnswer struct {
	Total  int            `json:"total"`
	Found  int            `json:"found"`
	Cards  map[string]int `json:"cards"`
	Tokens []listedToken  `json:"tokens"`
}

// tokenView is what of the table is shown. The address keeps it.
type tokenView struct {
	Search, Show, Sort string
	Reverse            bool
	Page, Size         int
}

// tokenView reads the address, and makes of what nothing can be shown for what is
// shown unasked.
func (q *request) tokenView() tokenView {
	v := tokenView{Search: strings.TrimSpace(q.form("q")), Show: q.form("show"), Sort: q.form("sort"), Reverse: q.form("reverse") != ""}
	if !slices.ContainsFunc(tokenCards(), func(c tokenCard) bool { return c.Show == v.Show }) {
		v.Show = ""
	}
	if !slices.ContainsFunc(tokenColumns(), func(c tokenColumn) bool { return c.Sort == v.Sort }) {
		v.Sort = ""
	}
	v.Page, _ = strconv.Atoi(q.form("page"))
	v.Page = min(max(v.Page, 1), 1_000_000)
	v.Size, _ = strconv.Atoi(q.form("size"))
	if !slices.Contains(pageSizes(), v.Size) {
		v.Size = pageSizes()[0]
	}
	return v
}

// link is the address of a view, without what goes without saying.
func (v tokenView) link(q *request, path string, nameValue ...string) string {
	number := func(n, unasked int) string {
		if n == unasked {
			return ""
		}
		return strconv.Itoa(n)
	}
	reverse := ""
	if v.Reverse {
		reverse = "1"
	}
	return link(q.Token, path, append([]string{
		"q", v.Search, "show", v.Show, "sort", v.Sort, "reverse", reverse, "page", number(v.Page, 1), "size", number(v.Size, pageSizes()[0]),
	}, nameValue...)...)
}

// overview asks for a view.
func (q *request) overview(v tokenView) (a tokenAnswer, err error) {
	params := []any{"start", (v.Page-1)*v.Size + 1, "size", v.Size, "reverse", v.Reverse}
	for _, p := range [][2]string{{"search", v.Search}, {"show", v.Show}, {"sort", v.Sort}} {
		if p[1] != "" {
			params = append(params, p[0], p[1])
		}
	}
	err = q.call("hostkeep_token_overview", &a, params...)
	return a, err
}

type tokensData struct {
	tokenView
	tokenAnswer
	Cards    []tokenCard
	Columns  []tokenColumn
	Sizes    []tokenLink
	Rows     []tokenRow
	From, To int
	Pages    int

	Earlier, Later, Again, CSV, JSON string // addresses
	NoSecret                         bool   // a secret was looked for, and is of no token
	Done                             string // what was done on another page, in words
}

// tokens shows the table.
func tokens(q *request) (answer, error) {
	v := q.tokenView()
	a, err := q.overview(v)
	if pages := (a.Found + v.Size - 1) / v.Size; err == nil && v.Page > max(pages, 1) { // others revoked what was there
		v.Page = max(pages, 1)
		a, err = q.overview(v)
	}
	if err != nil {
		return answer{}, err
	}
	d := tokensData{tokenView: v, tokenAnswer: a, NoSecret: q.form("nosecret") != "", Done: q.doneToTokens(), Pages: (a.Found + v.Size - 1) / v.Size}
	for _, t := range a.Tokens {
		d.Rows = append(d.Rows, q.tokenRow(t))
	}
	d.From = min((v.Page-1)*v.Size+1, a.Found)
	d.To = d.From + len(d.Rows) - min(1, len(d.Rows))
	d.Cards, d.Columns, d.Sizes = cardsOf(q, v, a), columnsOf(q, v), sizesOf(q, v)
	d.addresses(q, v)
	return show("tokens", d)
}

func (d *tokensData) addresses(q *request, v tokenView) {
	d.Again = v.link(q, "/tokens")
	whole := v
	whole.Page, whole.Size = 1, pageSizes()[0]
	d.CSV, d.JSON = whole.link(q, "/tokens/export", "format", "csv"), whole.link(q, "/tokens/export", "format", "json")
	if v.Page > 1 {
		d.Earlier = v.to(v.Page-1).link(q, "/tokens")
	}
	if v.Page < d.Pages {
		d.Later = v.to(v.Page+1).link(q, "/tokens")
	}
}

func (v tokenView) to(page int) tokenView {
	v.Page = page
	return v
}

// Narrowed reports whether only some of the tokens are asked for.
func (d tokensData) Narrowed() bool { return d.Search != "" || d.Show != "" }

// doneToTokens says what the page that led here has done.
func (q *request) doneToTokens() string {
	name, count := hostkeep.Clip(q.form("name"), hostkeep.MaxTokenName), q.form("count")
	n, err := strconv.Atoi(count)
	switch done := q.told(); {
	case done == "revoked" && err == nil && n >= 0:
		return q.texts.count("tokens.done.revoked_n", n)
	case done == "revoked" && name != "":
		return q.texts.text("tokens.done.revoked", name)
	case done == "made" && name != "":
		return q.texts.text("tokens.done.made", name)
	case done == "saved" && name != "":
		return q.texts.text("tokens.done.saved", name)
	}
	return ""
}

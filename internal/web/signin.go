package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// SignIn is the form to sign in with, and what it has to bring along.
type SignIn struct {
	Status  int
	Message string // the word of what failed: invalid_login, tfa_required, ticket_over, unavailable; "" when nothing did
	Page    bool   // what failed was this form, not an old client's
	User    string
	Ticket  hostkeep.Secret // stands for the password: only a code is asked for
	Tried   bool            // a code was typed
	Then    string
	Form    url.Values
}

// GoOn is what somebody wanted with a session that is over or not the current one.
type GoOn struct {
	Status int
	User   string
	Token  string
	Then   string
	Form   url.Values
}

type signInData struct {
	SignIn
	Code  bool   // the password was right: only a code is wanted
	Stub  string // what stands for the password then
	Error string // key
	Waits string // the form that waits, as one field
	Lost  bool   // the session is over
}

// SignIn shows the form. What stands above it after a failure has the words that
// old clients look for; none says whether a name exists.
func (p *Pages) SignIn(w http.ResponseWriter, s SignIn) {
	d := signInData{SignIn: s, Code: !s.Ticket.Empty(), Stub: s.Ticket.Reveal(), Lost: s.Message == "" && s.Then != ""}
	d.Error = map[string]string{
		"invalid_login": "signin.invalid", "tfa_required": "signin.code_wrong", "ticket_over": "signin.ticket_over", "unavailable": "signin.not_now",
	}[s.Message]
	if d.Code && !s.Tried && s.Message == "tfa_required" {
		d.Error = "signin.code_wanted"
	}
	if s.Form != nil {
		kept, lost := p.kept(s.Then, s.Form)
		if lost {
			kept.Set(fieldLost, "1")
		}
		d.Waits = kept.Encode()
	}
	a := answer{template: "signin", title: "signin.title", status: s.Status, data: d}
	p.render(w, a, p.bare(a))
}

// fieldLost stands in a form that waits for what was taken out of it.
const fieldLost = "hostkeep_lost"

// kept is what may wait of a form until its sender has signed in: nothing secret,
// and nothing for a page that takes no form. lost: something was taken out.
func (p *Pages) kept(path string, form url.Values) (kept url.Values, lost bool) {
	kept = url.Values{}
	page := p.find(path)
	for name, values := range form {
		if page != nil && page.post != nil && page.keeps(name) && name != fieldLost {
			kept[name] = values
		}
	}
	return kept, len(kept) < len(form)
}

type goOnData struct {
	GoOn
	Posts  bool // a form waits
	Fields []field
	Lost   bool   // something secret was in the form and has to be typed again
	Page   string // key of the page's title
}

type field struct{ Name, Value string }

// GoOn leads on. A form is sent again by a click, and by nothing else.
func (p *Pages) GoOn(w http.ResponseWriter, g GoOn) {
	d := goOnData{GoOn: g, Page: "home.title"}
	path, _, _ := strings.Cut(g.Then, "?")
	page := p.find(path)
	if page != nil {
		d.Page = page.title
	} else {
		d.Then = "/"
	}
	d.Posts = page != nil && page.post != nil && g.Form != nil
	var kept url.Values
	kept, d.Lost = p.kept(path, g.Form)
	for _, name := range names(kept) {
		for _, v := range kept[name] {
			d.Fields = append(d.Fields, field{name, v})
		}
	}
	a := answer{template: "goon", title: "goon.title", status: g.Status, data: d}
	f := p.bare(a)
	f.Token, f.User = g.Token, g.User
	p.render(w, a, f)
}

// names are the names of a form's fields, in order.
func names(form url.Values) (list []string) {
	for name := range form {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

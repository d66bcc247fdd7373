package web

import (
	"errors"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// tokenQuestion is the box that asks whether a call would be allowed, with the
// answer of hostkeep_explain.
type tokenQuestion struct {
	Function, Account, Address string

	Answered bool
	Wrong    string   // what was asked cannot be: the API's sentence
	Notes    []string // that go with the answer
	Allowed  int      `json:"allowed"`
	Reason   string   `json:"reason"`
	Answer   string   `json:"answer"`
	Missing  string   `json:"missing"`
}

// question asks what the box says, if it says something.
func (q *request) question(name string) (a tokenQuestion, err error) {
	read := func(field string) string { return strings.TrimSpace(q.form(field)) }
	a.Function, a.Account, a.Address = read("function"), read("account"), read("address")
	if a.Function == "" {
		if q.r.Form.Has("function") {
			a.Wrong = q.texts.text("show.ask.no_function")
		}
		return a, nil
	}
	params := []any{"token", name, "function", a.Function}
	if a.Account != "" {
		params = append(params, "account", a.Account)
	}
	if a.Address != "" {
		params = append(params, "address", a.Address)
	}
	before := len(q.warnings)
	err = q.call("hostkeep_explain", &a, params...)
	var refused *Refusal
	if errors.As(err, &refused) && refused.Kind == hostkeep.Invalid {
		a.Wrong, err = refused.Reason, nil
	}
	a.Answered = err == nil && a.Wrong == ""
	a.Notes, q.warnings = slices.Clone(q.warnings[before:]), q.warnings[:before]
	return a, err
}

// tokenChange is a row of the record about a token.
type tokenChange struct {
	Time     unix   `json:"time"`
	User     string `json:"user"`
	Via      string `json:"via"`
	Token    string `json:"token"`
	Address  string `json:"address"`
	Function string `json:"function"`
	Objects  []recordItem
}

// readRecord reads the last changes of a token and with it, as far as the visitor
// may know. It is asked for by its number: another of the same name is another
// token, and what happened under a name that it had before happened to it.
func (d *shownToken) readRecord(q *request) (err error) {
	const function = "hostkeep_record_list"
	if !q.mayCall(function) {
		return nil
	}
	var of, with struct{ Record []tokenChange }
	err = q.call(function, &of, "kind", "token", "id", d.ID, "limit", 10)
	if err == nil {
		err = q.call(function, &with, "token_id", d.ID, "limit", 10)
	}
	var refused *Refusal
	if errors.As(err, &refused) && refused.Kind == hostkeep.Denied {
		return nil
	}
	d.Changed, d.Changes, d.Records = of.Record, with.Record, true
	return err
}

// Why says a refusal's reason in words. One word with a privilege behind it is of
// a call that this privilege would have opened.
func (r tokenRefusal) Why() string {
	return map[string]string{
		"expired": "show.why.expired", "address": "show.why.address", "suspended": "show.why.suspended", "no WHM user": "show.why.no_whm",
		"another user's": "show.why.other_user", "not allowed": "show.why.not_allowed", "other": "show.why.other",
	}[r.Reason]
}

// Missing is the privilege that calls would have needed, or "".
func (r tokenRefusal) Missing() string {
	privilege, ok := strings.CutPrefix(r.Reason, "missing privilege ")
	if !ok {
		return ""
	}
	return privilege
}

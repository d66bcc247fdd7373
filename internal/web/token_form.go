package web

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// tokenForm is the form that makes and changes a token: what was typed, and what
// it comes to.
type tokenForm struct {
	Name      string
	Expiry    string // days, or one of the words below
	Date      string
	Addresses string
	Chosen    hostkeep.Privileges
	Nonce     string // of one sending
	Edits     string // the name of the token that is changed; "" makes one
	Was       string // what that token was when the form was made

	Suggested hostkeep.Privileges // chosen because the address asks for them
	Kept      []string            // asked for, and not the visitor's to give

	end      time.Time
	limits   hostkeep.AddressList
	problems []problem
}

// The words of expiry beside numbers of days.
const (
	onDate   = "date"
	never    = "never"
	keep     = "keep" // as it is
	someDays = 90     // long enough for a job, and short enough to be looked at again
)

func dayChoices() []int { return []int{1, 7, 30, someDays, 365} }

// problem is what is wrong in a field.
type problem struct {
	Field string // its id
	Text  string
}

// readTokenForm reads what was sent to make a token, or to change one.
func (q *request) readTokenForm(edits string) tokenForm {
	f := tokenForm{
		Name: strings.TrimSpace(q.form("name")), Expiry: q.form("expires"), Date: strings.TrimSpace(q.form("date")),
		Addresses: q.form("addresses"), Nonce: q.form("nonce"), Edits: edits, Was: q.form("was"),
		Chosen: hostkeep.KnownPrivileges(q.r.Form["acl"]),
	}
	f.readEnd(q)
	f.readLimits(q)
	if len(q.r.Form["acl"]) > f.Chosen.Len() {
		f.wrong("privileges", q.texts.text("token.privilege_unknown"))
	}
	return f
}

// suggest chooses privileges that the visitor can give and the token lacks.
func (f *tokenForm) suggest(q *request, names []string) {
	for _, p := range hostkeep.KnownPrivileges(names).Names() {
		switch p := hostkeep.Privilege(p); {
		case f.Chosen.Lists(p):
		case !q.Caller.Rights.Has(p):
			f.Kept = append(f.Kept, string(p))
		default:
			f.Chosen, f.Suggested = f.Chosen.With(p), f.Suggested.With(p)
		}
	}
}

func (f *tokenForm) wrong(field, text string) {
	if !slices.ContainsFunc(f.problems, func(p problem) bool { return p.Field == field }) {
		f.problems = append(f.problems, problem{field, text})
	}
}

// Wrong is what is wrong in a field, "" for nothing.
func (f tokenForm) Wrong(field string) string {
	for _, p := range f.problems {
		if p.Field == field {
			return p.Text
		}
	}
	return ""
}

// Problems are all of them, in the order of the fields.
func (f tokenForm) Problems() []problem {
	order := []string{"form", "name", "privileges", "addresses", "expires", onDate}
	return slices.SortedStableFunc(slices.Values(f.problems), func(a, b problem) int {
		return slices.Index(order, a.Field) - slices.Index(order, b.Field)
	})
}

// readEnd works out when the token ends. A date lasts to the end of that day.
func (f *tokenForm) readEnd(q *request) {
	now := q.Now().Truncate(time.Second)
	days, _ := strconv.Atoi(f.Expiry)
	switch {
	case f.Date != "" && f.Expiry != onDate && f.Expiry != "":
		f.wrong("expires", q.texts.text("token.date_or_not"))
	case f.Expiry == never || f.Expiry == keep && f.Edits != "":
	case slices.Contains(dayChoices(), days):
		f.end = now.AddDate(0, 0, days)
	case f.Expiry != onDate:
		f.wrong("expires", q.texts.text("token.expires_missing"))
	case f.Date == "":
		f.wrong(onDate, q.texts.text("token.date_missing"))
	default:
		day, err := time.ParseInLocation(time.DateOnly, f.Date, q.zone())
		if err != nil {
			f.wrong(onDate, q.texts.text("token.date_bad"))
			return
		}
		if f.end = time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, q.zone()); !f.end.After(now) {
			f.wrong(onDate, q.texts.text("token.date_past"))
		}
	}
}

// entries are the addresses that were typed. One a line is asked for; what
// people paste has commas as well.
func (f *tokenForm) entries() []string {
	return strings.FieldsFunc(f.Addresses, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;", r) })
}

func (f *tokenForm) readLimits(q *request) {
	entries := f.entries()
	if len(entries) > hostkeep.MaxAddresses {
		f.wrong("addresses", q.texts.text("token.addresses_many", hostkeep.MaxAddresses, len(entries)))
		return
	}
	var bad []string
	for _, e := range entries {
		if _, err := hostkeep.ParseAddresses([]string{e}); err != nil {
			bad = append(bad, hostkeep.Clip(e, 60))
		}
	}
	if len(bad) > 0 {
		f.wrong("addresses", q.texts.text("token.addresses_bad", strings.Join(bad, ", ")))
		return
	}
	f.limits, _ = hostkeep.ParseAddresses(entries) // each was read
}

// check looks at what a form must have before it is done.
func (f *tokenForm) check(q *request) bool {
	if err := hostkeep.CheckTokenName(f.Name); err != nil {
		f.wrong("name", err.Error())
	}
	if f.Chosen.Empty() {
		f.wrong("privileges", q.texts.text("token.privilege_missing"))
	}
	return len(f.problems) == 0
}

// refuse puts the API's refusal to the field that it is about.
func (f *tokenForm) refuse(r *Refusal) {
	field := "form"
	switch {
	case r.Kind == hostkeep.Conflict:
		field = "name"
	case r.Missing != "":
		field = "privileges"
	case strings.Contains(r.Reason, "expires_at"):
		field = "expires"
	}
	f.wrong(field, r.Reason)
}

// addVisitor puts the visitor's address on the list, once.
func (f *tokenForm) addVisitor(q *request) {
	mine := q.address()
	if mine.IsValid() && (len(f.limits) == 0 || !f.limits.Allows(mine)) {
		f.Addresses = strings.TrimLeft(strings.TrimRight(f.Addresses, " \t\r\n")+"\n"+mine.String(), "\n")
		f.problems = slices.DeleteFunc(f.problems, func(p problem) bool { return p.Field == "addresses" })
		f.readLimits(q)
	}
}

// address is where the visitor comes from, as the server sees it.
func (q *request) address() netip.Addr { return q.Caller.Addr.Unmap().WithZone("") }

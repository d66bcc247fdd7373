package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/hostkeep/hostkeep"
)

// tokenPage is the form with all that stands around it.
type tokenPage struct {
	tokenForm
	Groups  []privilegeGroup
	Presets []preset
	Preset  string // that was asked for
	Sum     tokenSum
	Days    []dayChoice
	Mine    string // the visitor's address, "" for none
	Zone    string
	First   string // the first day that can be chosen
	Max     int
	Reset   bool      // the end that the token has can be kept
	Ends    time.Time // that end; zero: never
	Over    bool      // it is past
}

// dayChoice is an end in a number of days.
type dayChoice struct {
	Value string
	Days  int
	End   time.Time
}

// newToken shows the empty form, or one filled in for a job.
func newToken(q *request) (answer, error) {
	f := tokenForm{Expiry: strconv.Itoa(someDays), Nonce: newNonce()}
	f.readEnd(q)
	name := q.form("preset")
	if at := slices.IndexFunc(presets(), func(p preset) bool { return p.Name == name }); at >= 0 {
		p := q.held(presets()[at])
		f.Name, f.Chosen = p.Name, hostkeep.KnownPrivileges(p.Privileges)
	}
	return q.tokenPage(f, http.StatusOK)
}

// makeToken does what the form says, or one of the smaller things that its
// buttons ask for.
func makeToken(q *request) (answer, error) {
	f := q.readTokenForm("")
	if a, done, err := q.aside(&f); done || err != nil {
		return a, err
	}
	if !f.check(q) {
		return q.tokenPage(f, http.StatusBadRequest)
	}
	claim, first := q.spent.claim(q.Caller.User.ID, f.Nonce, f.Name)
	if !first {
		return q.goTo("/tokens/made", "name", claim.name)
	}
	secret, err := q.create(f)
	var refused *Refusal
	if errors.As(err, &refused) {
		q.spent.release(claim)
		f.refuse(refused)
		return q.tokenPage(f, status(err, refused.Kind))
	}
	if err != nil {
		return answer{}, err
	}
	return q.secretPage(f, secret)
}

// aside does what the form's other buttons ask for: nothing is made by them.
func (q *request) aside(f *tokenForm) (a answer, done bool, err error) {
	switch q.form("do") {
	case "sum":
		a, err = q.sumOnly(*f)
	case "review":
		a, err = q.tokenPage(*f, http.StatusOK)
	case "address":
		f.addVisitor(q)
		a, err = q.tokenPage(*f, http.StatusOK)
	default:
		return a, false, nil
	}
	return a, true, err
}

// create makes the token. Everything is given: what is left out would be wide.
func (q *request) create(f tokenForm) (hostkeep.Secret, error) {
	var made struct {
		Secret string `json:"token"`
	}
	err := q.call("api_token_create", &made,
		"token_name", f.Name, "acl", f.Chosen.Names(), "expires_at", f.end, "whitelist_ip", f.limits.Texts())
	return hostkeep.NewSecret(made.Secret), err
}

// tokenPage shows the form.
func (q *request) tokenPage(f tokenForm, status int) (answer, error) {
	p := tokenPage{
		tokenForm: f, Groups: q.privilegeGroups(f.Chosen, f.Suggested), Preset: q.form("preset"), Max: hostkeep.MaxAddresses,
		Zone: zoneName(q.Now()), First: q.Now().Format(time.DateOnly),
	}
	for _, d := range dayChoices() {
		p.Days = append(p.Days, dayChoice{strconv.Itoa(d), d, q.Now().AddDate(0, 0, d)})
	}
	for _, s := range presets() {
		if s = q.held(s); len(s.Privileges) > 0 && f.Edits == "" {
			p.Presets = append(p.Presets, s)
		}
	}
	if mine := q.address(); mine.IsValid() {
		p.Mine = mine.String()
	}
	var err error
	p.Sum, err = q.sum(f)
	return answer{template: "token_form", status: status, data: p}, err
}

// zoneName is the zone of a time, with how far it is from UTC.
func zoneName(t time.Time) string {
	if t.Format("MST") == "UTC" {
		return "UTC"
	}
	return t.Format("MST (UTC-07:00)")
}

package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hostkeep/hostkeep"
)

// editToken shows the form filled in, with the privileges chosen as well that the
// address asks for: a page that says what a token lacks leads here. Nothing is
// given before the form is saved.
func editToken(q *request) (answer, error) {
	t, err := q.ownToken(q.form("name"))
	if err != nil {
		return answer{}, err
	}
	f := tokenForm{Name: t.Name, Edits: t.Name, Was: t.state(), Expiry: keep, Chosen: t.rights}
	if f.limits, err = hostkeep.ParseAddresses(t.Addresses); err != nil {
		return answer{}, err
	}
	f.Addresses = joined(f.limits)
	f.suggest(q, q.r.Form["add"])
	return q.editPage(f, t, http.StatusOK)
}

// state stands for all that a form changes of a token: whoever saves a form that
// shows another one has not seen what he would overwrite.
func (t ownToken) state() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d|%q", t.rights, t.Expires.Unix(), t.Addresses))
	return hex.EncodeToString(sum[:8])
}

func (q *request) editPage(f tokenForm, t ownToken, status int) (answer, error) {
	a, err := q.tokenPage(f, status)
	if p, ok := a.data.(tokenPage); ok {
		p.Reset, p.Ends = true, t.Expires.Time
		p.Over = !p.Ends.IsZero() && !p.Ends.After(q.Now())
		a.data = p
	}
	return a, err
}

// saveToken changes what the form has other than the token.
func saveToken(q *request) (answer, error) {
	f := q.readTokenForm(q.form("token"))
	t, err := q.ownToken(f.Edits)
	if hostkeep.KindOf(err) == hostkeep.NotFound && q.form("do") != "sum" {
		return q.editGone(f)
	}
	if err != nil {
		return answer{}, err
	}
	if f.Expiry == keep {
		f.Date = ""
	}
	if q.form("do") == "sum" {
		return q.sumOnly(f)
	}
	if q.form("do") == "address" {
		f.addVisitor(q)
	}
	if q.form("do") != "" {
		return q.editPage(f, t, http.StatusOK)
	}
	if f.Was != t.state() {
		f.Was = t.state()
		f.wrong("form", q.changedMeanwhile(t))
		return q.editPage(f, t, http.StatusConflict)
	}
	if !f.check(q) {
		return q.editPage(f, t, http.StatusBadRequest)
	}
	err = q.update(f, t)
	var refused *Refusal
	if errors.As(err, &refused) {
		f.refuse(refused)
		return q.editPage(f, t, status(err, refused.Kind))
	}
	if err != nil {
		return answer{}, err
	}
	return q.tell("/tokens", "done", "saved", "name", f.Name)
}

// update gives what is changed and nothing else: what is left out stays. Where
// the server resets what is left out, as WHM does, everything is given.
func (q *request) update(f tokenForm, t ownToken) error {
	change := []any{"token_name", t.Name}
	had, err := hostkeep.ParseAddresses(t.Addresses)
	if err != nil {
		return err
	}
	if f.Name != t.Name {
		change = append(change, "new_name", f.Name)
	}
	if f.Chosen != t.rights || q.UpdateResets {
		change = append(change, "acl", f.Chosen.Names())
	}
	switch end := f.end; {
	case f.Expiry != keep && !end.Equal(t.Expires.Time):
		change = append(change, "expires_at", end)
	case q.UpdateResets:
		change = append(change, "expires_at", t.Expires.Time)
	}
	if f.limits.String() != had.String() || q.UpdateResets {
		change = append(change, "whitelist_ip", listed(f.limits))
	}
	if len(change) == 2 {
		return nil
	}
	return q.call("api_token_update", nil, change...)
}

// listed are the entries of a list as a parameter; one empty entry is how an
// empty list is given.
func listed(l hostkeep.AddressList) []string {
	if len(l) == 0 {
		return []string{""}
	}
	return l.Texts()
}

func (q *request) changedMeanwhile(t ownToken) string {
	end := q.texts.text("token.never")
	if !t.Expires.IsZero() {
		end = q.moment(t.Expires.Time)
	}
	from := q.texts.text("token.anywhere")
	if l, err := hostkeep.ParseAddresses(t.Addresses); err == nil && len(l) > 0 {
		from = plainAddresses(l)[0]
		if len(l) > 1 {
			from = q.texts.text("token.addresses_count", len(l))
		}
	}
	return q.texts.text("token.changed_meanwhile", q.texts.count("token.privileges", t.rights.Len()), end, from)
}

// editGone keeps what was typed of a token that was revoked or renamed meanwhile:
// the form makes a new one then, if its sender wants that.
func (q *request) editGone(f tokenForm) (answer, error) {
	name := f.Edits
	f.Edits, f.Nonce = "", newNonce()
	if f.Expiry == keep {
		f.Expiry, f.end = "", time.Time{}
	}
	f.problems = nil
	f.wrong("form", q.texts.text("token.gone_meanwhile", hostkeep.Clip(name, hostkeep.MaxTokenName)))
	a, err := q.tokenPage(f, http.StatusNotFound)
	a.title = "token.new_title"
	return a, err
}

package web

import (
	"errors"

	"github.com/hostkeep/hostkeep"
)

type passwordData struct {
	User       string
	Error      string // the API's sentence
	Wrong      string // key of what is wrong with the form itself
	New, Again bool   // which field it is
	Forced     bool   // nothing else may be done before
}

func (q *request) passwordData() passwordData {
	return passwordData{User: q.Caller.User.Name, Forced: q.Caller.MustChangePassword()}
}

func askPassword(q *request) (answer, error) {
	return show("password", q.passwordData())
}

// setPassword sets the visitor's own password, which ends all of its sessions,
// this one too: what comes next is signing in.
func setPassword(q *request) (answer, error) {
	d := q.passwordData()
	word := hostkeep.NewSecret(q.form("new_password"))
	switch {
	case word.Reveal() == "":
		d.Wrong, d.New = "password.missing", true
	case word.Reveal() != q.form("again_password"):
		d.Wrong, d.Again = "password.differ", true
	}
	if d.Wrong != "" {
		return answer{template: "password", status: 422, data: d}, nil
	}
	err := q.call("passwd", nil, "user", d.User, "password", word)
	var refused *Refusal
	switch {
	case err == nil:
		return answer{redirect: "/login/"}, nil
	case !errors.As(err, &refused) || refused.Kind == 0:
		return answer{}, err
	}
	d.Error, d.New = refused.Reason, refused.Kind == hostkeep.Invalid
	return answer{template: "password", status: refusedStatus(err, refused.Kind), data: d}, nil
}

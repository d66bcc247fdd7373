package web

import (
	"errors"
	"net/http"

	"github.com/hostkeep/hostkeep"
)

// suspendData is the page that asks before an account is suspended or unsuspended.
type suspendData struct {
	Account accountRow
	Record  string // address of what was done to the account; "" where it is not for the visitor
	Back    string // address of the list, as it was
	List    string // the same as a field
	All     bool   // the visitor may lock, and unsuspend what is locked
	Own     bool   // the account is the visitor's own
	Reason  string // as it was typed
	Lock    bool
	Error   string // the API's sentence
}

// account finds the account that the form names.
func (q *request) account() (d suspendData, err error) {
	list := viewFrom(q.form("list"))
	d = suspendData{
		Back: link(q.Token, "/accounts", list.pairs()...), List: list.Text(), All: q.Caller.Rights.Has(hostkeep.All),
		Own: q.form("user") == q.Caller.User.Name, Reason: q.r.PostForm.Get("reason"), Lock: q.r.PostForm.Get("lock") == "1",
	}
	var found struct {
		Accounts []accountRow `json:"acct"`
	}
	if q.form("user") != "" {
		err = q.call("listaccts", &found, "search", q.form("user"), "searchtype", "user", "searchmethod", "exact")
	}
	if err == nil && len(found.Accounts) != 1 {
		err = errNoAccount
	}
	if err == nil {
		d.Account = found.Accounts[0]
		if q.mayCall("hostkeep_record_list") {
			d.Record = link(q.Token, "/record", "kind", hostkeep.KindAccount, "name", d.Account.User)
		}
	}
	return d, err
}

var errNoAccount = hostkeep.Errorf(hostkeep.NotFound, "There is no such account.")

func askSuspend(q *request) (answer, error) {
	d, err := q.account()
	if err != nil {
		return answer{}, err
	}
	return show("suspend", d)
}

func suspend(q *request) (answer, error) {
	params := []any{"user", q.form("user"), "disallowun", q.form("lock") == "1"}
	if reason := q.form("reason"); reason != "" {
		params = append(params, "reason", reason)
	}
	return q.settle("suspend", "suspended", q.call("suspendacct", nil, params...))
}

func askUnsuspend(q *request) (answer, error) {
	d, err := q.account()
	if err != nil {
		return answer{}, err
	}
	return show("unsuspend", d)
}

func unsuspend(q *request) (answer, error) {
	return q.settle("unsuspend", "unsuspended", q.call("unsuspendacct", nil, "user", q.form("user")))
}

// settle goes back to the list when it was done, and otherwise shows the form
// again with the reason, and with what was typed.
func (q *request) settle(template, done string, err error) (answer, error) {
	if err == nil {
		list := viewFrom(q.form("list"))
		return q.tell("/accounts", append(list.pairs(), "done", done, "user", q.form("user"))...)
	}
	var refused *Refusal
	if !errors.As(err, &refused) || refused.Kind == 0 {
		return answer{}, err
	}
	d, found := q.account()
	if found != nil {
		return answer{}, err
	}
	d.Error = refused.Reason
	return answer{template: template, status: refusedStatus(err, refused.Kind), data: d}, nil
}

// refusedStatus is the status of a form that comes back.
func refusedStatus(err error, kind hostkeep.Kind) int {
	if kind == hostkeep.Invalid {
		return http.StatusUnprocessableEntity
	}
	return status(err, kind)
}

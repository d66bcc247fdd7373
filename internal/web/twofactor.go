package web

import (
	"errors"
	"html/template"
	"net/http"
	"strings"
)

type twoFactorData struct {
	User    string
	On      bool
	Seed    string       // of a second factor that is being set up
	Address template.URL // the same, for an app on this device
	Error   string       // the API's sentence, about the code
	Done    string       // key
}

// twoFactor shows whether the visitor has a second factor, and offers a new seed
// to whoever has none. A seed counts once a code of it has come back.
func twoFactor(q *request) (answer, error) {
	d, err := q.twoFactorData()
	if err == nil && !d.On {
		var made struct {
			Seed    string `json:"secret"`
			Address string `json:"otpauth_str"`
		}
		err = q.call("twofactorauth_generate_tfa_config", &made)
		d.Seed, d.Address = made.Seed, appAddress(made.Address)
	}
	if err != nil {
		return answer{}, err
	}
	d.Done = map[string]string{"on": "twofactor.done_on", "off": "twofactor.done_off"}[q.told()]
	return show("twofactor", d)
}

func (q *request) twoFactorData() (d twoFactorData, err error) {
	d.User = q.Caller.User.Name
	var found map[string]struct {
		Enabled int `json:"is_enabled"`
	}
	err = q.call("twofactorauth_get_user_configs", &found, "user", d.User)
	d.On = found[d.User].Enabled == 1
	return d, err
}

// appAddress lets an address through that only an authenticator opens: it comes
// back with a form whose code was wrong.
func appAddress(address string) template.URL {
	if !strings.HasPrefix(address, "otpauth://totp/") {
		return ""
	}
	return template.URL(address)
}

func setTwoFactor(q *request) (answer, error) {
	err := q.call("twofactorauth_set_tfa_config", nil, "secret", q.form("secret"), "tfa_token", code(q.form("tfa_code")))
	if err == nil {
		return q.tell("/twofactor", "done", "on")
	}
	d, a, err := q.codeAgain(err)
	if err != nil {
		return answer{}, err
	}
	d.Seed, d.Address = q.form("secret"), appAddress(q.form("secret_address"))
	a.template, a.data = "twofactor", d
	return a, nil
}

// codeAgain is the form that comes back with why its code did not do.
func (q *request) codeAgain(err error) (d twoFactorData, a answer, _ error) {
	var refused *Refusal
	if !errors.As(err, &refused) || refused.Kind == 0 {
		return d, a, err
	}
	a.status = refusedStatus(err, refused.Kind)
	d, err = q.twoFactorData()
	d.Error = refused.Reason
	return d, a, err
}

func askRemoveTwoFactor(q *request) (answer, error) {
	d, err := q.twoFactorData()
	switch {
	case err != nil:
		return answer{}, err
	case !d.On:
		return q.goTo("/twofactor")
	}
	return show("twofactor_remove", d)
}

// removeTwoFactor takes the visitor's own second factor away, with a code of it.
func removeTwoFactor(q *request) (answer, error) {
	var out struct {
		Failed map[string]string `json:"failed"`
	}
	user := q.Caller.User.Name
	err := q.call("twofactorauth_remove_user_config", &out, "user", user, "current_tfa_token", code(q.form("tfa_code")))
	why := out.Failed[user]
	if err == nil && why == "" {
		return q.tell("/twofactor", "done", "off")
	}
	a := answer{status: http.StatusUnprocessableEntity}
	var d twoFactorData
	if err != nil {
		d, a, err = q.codeAgain(err)
	} else {
		d, err = q.twoFactorData()
		d.Error = why
	}
	a.template, a.data = "twofactor_remove", d
	return a, err
}

// code is a code without the spaces that apps show it with.
func code(text string) string { return strings.Join(strings.Fields(text), "") }

package httpd

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// maxLogin is the longest login form that is read, in bytes: strangers send it.
const maxLogin = 16 << 10

// The messages of a failed login. Neither says whether a name exists.
const (
	invalidLogin = "invalid_login"
	codeNeeded   = "tfa_required" // only after the right password
	notNow       = "unavailable"
)

// mustChange is what whoever has signed in and must set another password is told.
const mustChange = "password_change_required"

// login answers /login/: a form opens a session, and whoever brings none is
// shown one. A client may send its form with GET. An address that carries the
// password is not read: addresses are written down by everybody on the way.
func (x *exchange) login() {
	switch x.r.Method {
	case http.MethodGet, http.MethodPost:
	default:
		x.w.Header().Set("Allow", "GET, POST")
		x.text(http.StatusMethodNotAllowed, "Sign in with POST.\n")
		return
	}
	query := x.r.URL.Query()
	if x.r.Method == http.MethodGet && x.r.ContentLength == 0 {
		x.loginPage(http.StatusOK, "")
		return
	}
	only := query.Get("login_only") == "1"
	form, ok := x.loginForm()
	if !ok {
		x.loginFailed(errMalformed, only)
		return
	}
	only = only || form.Get("login_only") == "1"
	if form.Get("goto_uri") == "" {
		form.Set("goto_uri", query.Get("goto_uri"))
	}
	o, err := x.open(form)
	if err != nil {
		x.loginFailed(err, only)
		return
	}
	x.opened(o, form.Get("goto_uri"), only)
}

// open signs in, unless the form is not one that a client of ours would send.
func (x *exchange) open(form url.Values) (Opened, error) {
	for name, values := range form {
		if len(values) != 1 || strings.ContainsFunc(name, hostkeep.Control) || strings.ContainsFunc(values[0], hostkeep.Control) {
			return Opened{}, errMalformed
		}
	}
	return x.s.o.Login(x.r.Context(), Login{
		User: form.Get("user"), Password: hostkeep.NewSecret(form.Get("pass")), Code: form.Get("tfa_token"),
	}, x.credential())
}

// loginForm reads the form, if it is one.
func (x *exchange) loginForm() (url.Values, bool) {
	_ = x.ctl.SetReadDeadline(time.Now().Add(x.s.o.Limits.Read))
	kind, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if x.r.ContentLength > maxLogin || err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxLogin))
	if err != nil {
		return nil, false
	}
	x.read = true
	form, err := url.ParseQuery(string(body))
	return form, err == nil
}

// loginFailed answers a failed login, in JSON to who asked for it, else with the page.
func (x *exchange) loginFailed(err error, only bool) {
	x.refusal = x.refusalReason(err)
	x.s.o.Metrics.Refused(x.refusal)
	status, message := http.StatusUnauthorized, invalidLogin
	switch {
	case x.s.o.Unavailable(err):
		status, message = http.StatusServiceUnavailable, notNow
		x.w.Header().Set("Retry-After", "5")
	case x.s.o.CodeWanted(err):
		message = codeNeeded
	}
	if !only {
		x.loginPage(status, message)
		return
	}
	x.answer(status, jsonType, []byte(`{"status":0,"message":"`+message+`"}`))
}

// opened hands over a new session: its cookie, and where to go on.
func (x *exchange) opened(o Opened, then string, only bool) {
	x.caller = o.Caller
	x.setCookie(o.Cookie.Reveal(), 0)
	token := o.Token.Reveal()
	target, message := token+local(then), ""
	if o.Caller.MustChangePassword() { // where it would lead is refused
		target, message = token+"/?message="+mustChange, mustChange
	}
	if !only {
		x.redirect(target)
		return
	}
	x.w.Header().Set("Location", target) // one client reads it here as well
	body, err := json.Marshal(struct {
		Status        int    `json:"status"`
		SecurityToken string `json:"security_token"`
		Redirect      string `json:"redirect"`
		Message       string `json:"message,omitempty"`
	}{1, token, target, message})
	if err != nil { // of four plain values: cannot be
		x.text(http.StatusInternalServerError, "Internal error.\n")
		return
	}
	x.answer(http.StatusOK, jsonType, body)
}

// redirect is to an own path only. It holds a security token, which no other
// site shall hear of.
func (x *exchange) redirect(target string) {
	x.w.Header().Set("Location", target)
	x.w.Header().Set("Referrer-Policy", "no-referrer")
	x.text(http.StatusSeeOther, "")
}

// local is a path of this server within the session, or its start page: whoever
// writes goto_uri must not lead people elsewhere.
func local(path string) string {
	u, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || u.Host != "" || u.Scheme != "" ||
		strings.Contains(path, `\`) || strings.ContainsFunc(path, hostkeep.Control) {
		return "/"
	}
	if head, rest, _ := strings.Cut(path[1:], "/"); hostkeep.WellFormedSecurityToken("/" + head) {
		return local("/" + rest) // of an older session
	}
	path = u.String() // in the escapes of an address, but for its query
	if strings.HasPrefix(path, "//") || strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "/"
	}
	return path
}

package httpd

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// maxLogin is the longest login form that is read, in bytes: strangers send it.
const maxLogin = 16 << 10

// The messages of a failed login. Neither says whether a name exists.
const (
	invalidLogin = "invalid_login"
	codeNeeded   = "tfa_required" // only after the right password
	ticketOver   = "ticket_over"  // only to the page, and for any name
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
		if x.onCPanel {
			x.noPage()
			return
		}
		x.s.o.Pages.SignIn(&pageWriter{x: x}, SignIn{Status: http.StatusOK, Then: past(query.Get("goto_uri"))})
		return
	}
	only := query.Get("login_only") == "1"
	form, err := x.loginForm(query.Has("again"))
	if err != nil {
		x.loginFailed(errMalformed, only, SignIn{})
		return
	}
	only = only || form.Get("login_only") == "1"
	if form.Get("goto_uri") == "" {
		form.Set("goto_uri", query.Get("goto_uri"))
	}
	again := x.asked(form)
	if again.Page && x.crossOrigin() {
		return
	}
	o, err := x.open(form, again.Ticket)
	if err != nil {
		if !o.Ticket.Empty() {
			again.Ticket = o.Ticket
		}
		x.loginFailed(err, only, again)
		return
	}
	x.hand(o, again.Page)
	if again.Form != nil {
		x.caller = o.Caller
		x.s.o.Pages.GoOn(&pageWriter{x: x}, GoOn{
			Status: http.StatusOK, User: o.Caller.User.Name, Token: o.Token.Reveal(), Then: again.Then, Form: again.Form,
		})
		return
	}
	x.opened(o, form.Get("goto_uri"), only)
}

// The fields of our own sign-in form that no client of WHM sends.
const (
	fieldPage  = "hostkeep_page" // the form is the page's
	fieldAgain = "hostkeep_form" // a form that waits until its sender has signed in
	// fieldTicket stands for the password once that was right.
	fieldTicket = "hostkeep_ticket"
)

// asked is the sign-in form as it must be shown again if it fails. cPanel's side has
// no page, and so no form of one.
func (x *exchange) asked(form url.Values) SignIn {
	s := SignIn{Page: form.Get(fieldPage) != "" && !x.onCPanel, User: form.Get("user"), Then: past(form.Get("goto_uri"))}
	if s.Page {
		s.Ticket, s.Tried = hostkeep.NewSecret(form.Get(fieldTicket)), form.Get("tfa_token") != ""
	}
	if waits := form.Get(fieldAgain); s.Page && waits != "" {
		s.Form, _ = url.ParseQuery(waits) // what is no form any more is lost; nobody but its sender wrote it
	}
	return s
}

// past is where to go on to after signing in, "" for the start page.
func past(to string) string {
	if to = local(to); to == "/" {
		return ""
	}
	return to
}

// open signs in, unless the form is not one that a client of ours would send.
// Tickets are for the page's form alone.
func (x *exchange) open(form url.Values, ticket hostkeep.Secret) (Opened, error) {
	for name, values := range form {
		if len(values) != 1 || strings.ContainsFunc(name, hostkeep.Control) || strings.ContainsFunc(values[0], hostkeep.Control) {
			return Opened{}, errMalformed
		}
	}
	return x.s.o.Login(x.r.Context(), Login{
		User: form.Get("user"), Password: hostkeep.NewSecret(form.Get("pass")), Ticket: ticket, Code: form.Get("tfa_token"),
	}, x.credential())
}

// loginForm reads the form, if it is one. Only one that brings another along may
// be long.
func (x *exchange) loginForm(again bool) (url.Values, error) {
	if again {
		return x.form(maxLogin + 3*maxForm)
	}
	return x.form(maxLogin)
}

// loginFailed answers a failed login, in JSON to who asked for it, else with the page.
func (x *exchange) loginFailed(err error, only bool, again SignIn) {
	x.refusal = x.refusalReason(err)
	x.s.o.Metrics.Refused(x.refusal)
	if !again.Page { // older clients are told what WHM tells them, and no more
		again.Ticket = hostkeep.Secret{}
	}
	again.Status, again.Message = http.StatusUnauthorized, invalidLogin
	switch {
	case x.s.o.Unavailable(err):
		again.Status, again.Message = http.StatusServiceUnavailable, notNow
		x.w.Header().Set("Retry-After", "5")
	case x.s.o.CodeWanted(err):
		again.Message = codeNeeded
	case !again.Ticket.Empty():
		again.Message, again.Ticket = ticketOver, hostkeep.Secret{}
	}
	if !only && !x.onCPanel {
		x.s.o.Pages.SignIn(&pageWriter{x: x}, again)
		return
	}
	x.answer(again.Status, jsonType, []byte(`{"status":0,"message":"`+again.Message+`"}`))
}

// opened says where a new session goes on.
func (x *exchange) opened(o Opened, then string, only bool) {
	x.caller = o.Caller
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

// leads reports whether people may be led to a path within their session: to what
// only shows something. A call of the API needs no click, and changes things; a
// browser goes there by every spelling that it tidies up.
func leads(decoded string) bool {
	return !calls(decoded) && !begins(decoded, "/login", "/logout") && !strings.HasPrefix(tidy(decoded), "/cpsess")
}

// calls reports whether a path is of the API, in any spelling.
func calls(decoded string) bool {
	return begins(decoded, "/json-api", "/xml-api", "/execute", openAPIPath)
}

func begins(decoded string, words ...string) bool {
	clean := tidy(decoded)
	return slices.ContainsFunc(words, func(w string) bool { return clean == w || strings.HasPrefix(clean, w+"/") })
}

func tidy(decoded string) string {
	return strings.ToLower(path.Clean(slashes.ReplaceAllString(decoded, "/")))
}

// local is a path of this server within the session, or its start page: whoever
// writes goto_uri must not lead people elsewhere.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || u.Host != "" || u.Scheme != "" ||
		strings.Contains(to, `\`) || strings.ContainsFunc(to, hostkeep.Control) {
		return "/"
	}
	if head, rest, _ := strings.Cut(to[1:], "/"); hostkeep.WellFormedSecurityToken("/" + head) {
		return local("/" + rest) // of an older session
	}
	if !leads(u.Path) {
		return "/"
	}
	to = u.String() // in the escapes of an address, but for its query
	if strings.HasPrefix(to, "//") || strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "/"
	}
	return to
}

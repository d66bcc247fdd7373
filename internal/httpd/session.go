package httpd

import (
	"errors"
	"net/http"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// sessionCookie is the name that clients of WHM look for. It has all that a name
// with __Host- would demand (Secure, Path=/, no Domain), and the security token
// in the path, which no other site can plant.
const sessionCookie = "cpsession"

// codeHeader carries a second factor's code beside Basic.
const codeHeader = "X-CPANEL-OTP"

// errMalformed is what cannot be a login, whoever sends it.
var errMalformed = hostkeep.Errorf(hostkeep.Invalid, "malformed login")

// refusalReason is a word for the log and the counters.
func (x *exchange) refusalReason(err error) string {
	if errors.Is(err, errMalformed) {
		return reasonForm
	}
	return x.s.o.RefusalReason(err)
}

// credential is all that the request proves itself with.
func (x *exchange) credential() Credential {
	c := Credential{
		Authorization: x.r.Header.Values("Authorization"), Code: x.r.Header.Values(codeHeader), Token: x.token, Addr: x.addr,
		Agent: x.r.UserAgent(), ID: x.id,
	}
	for _, cookie := range x.r.CookiesNamed(sessionCookie) {
		c.Cookies = append(c.Cookies, cookie.Value)
	}
	return c
}

func (x *exchange) setCookie(value string, age int) {
	http.SetCookie(x.w, &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// inSession routes what stands behind /cpsess and ten digits. A credential in a
// header counts there as it does elsewhere, and the token is then not looked at:
// a token guards cookies, which browsers add by themselves.
func (x *exchange) inSession(path string) {
	token, rest, _ := strings.Cut(path[1:], "/")
	if x.token = "/" + token; !hostkeep.WellFormedSecurityToken(x.token) {
		x.refuse(http.StatusForbidden, reasonToken)
		return
	}
	switch rest = "/" + rest; {
	case x.api(rest):
	case rest == "/login" || rest == "/login/":
		x.openLink()
	case rest == "/logout" || rest == "/logout/":
		x.logout()
	case !x.authenticate():
	case rest == "/":
		x.page()
	default:
		x.text(http.StatusNotFound, "There is no such page.\n")
	}
}

// openLink answers a one-time link. What only looks (HEAD) does not use it up.
func (x *exchange) openLink() {
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodPost {
		x.refuse(http.StatusForbidden, reasonForm)
		return
	}
	query := x.r.URL.Query()
	link := query["session"]
	if len(link) != 1 {
		x.refuse(http.StatusForbidden, reasonForm)
		return
	}
	o, err := x.s.o.OpenLink(x.r.Context(), hostkeep.NewSecret(link[0]), x.credential())
	if err != nil {
		x.refuseFor(err)
		return
	}
	x.opened(o, query.Get("goto_uri"), false)
}

// logout ends a session. Without the security token, the page of another site
// may not do it.
func (x *exchange) logout() {
	site := x.r.Header.Get("Sec-Fetch-Site")
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodPost || x.token == "" && (site == "cross-site" || site == "same-site") {
		x.refuse(http.StatusForbidden, reasonForm)
		return
	}
	if err := x.s.o.Logout(x.r.Context(), x.credential()); err != nil {
		x.refuseFor(err)
		return
	}
	x.setCookie("", -1)
	x.redirect("/login/")
}

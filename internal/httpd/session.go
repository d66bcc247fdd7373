package httpd

import (
	"errors"
	"net/http"
	"strings"

	"github.com/hostkeep/hostkeep"
)

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
	return Credential{
		Authorization: x.r.Header.Values("Authorization"), Code: x.r.Header.Values(codeHeader), Cookies: x.cookies(), Token: x.token, CPanel: x.onCPanel,
		Agent: x.r.UserAgent(), Addr: x.addr, ID: x.id,
	}
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
	case x.elsewhere() && x.r.Header.Get("Authorization") == "" && calls(rest): // only the cookie speaks for it
		x.refuse(http.StatusForbidden, reasonCross)
	case x.api(rest):
	case rest == "/login" || rest == "/login/":
		x.openLink()
	case rest == "/logout" || rest == "/logout/":
		x.logout()
	case x.onCPanel:
		x.noPage()
	default:
		x.visit(rest)
	}
}

// elsewhere reports that a browser says another site has sent the request, which
// can have it go anywhere with the cookie; the security token stands in addresses,
// and people show those around. Programs say nothing of where they come from.
func (x *exchange) elsewhere() bool {
	site := x.r.Header.Get("Sec-Fetch-Site")
	return site == "cross-site" || site == "same-site"
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
	x.hand(o, false)
	x.opened(o, query.Get("goto_uri"), false)
}

// logout ends a session. Without the security token, the page of another site
// may not do it; and no form of another site may, whatever it knows.
func (x *exchange) logout() {
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodPost || x.token == "" && x.elsewhere() {
		x.refuse(http.StatusForbidden, reasonForm)
		return
	}
	if x.crossOrigin() {
		return
	}
	if err := x.s.o.Logout(x.r.Context(), x.credential()); err != nil && (!x.browser() || x.s.o.Unavailable(err)) {
		x.refuseFor(err)
		return
	}
	x.dropCookies() // in a browser also those of a session that is over
	x.redirect("/login/")
}

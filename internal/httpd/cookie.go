package httpd

import (
	"net/http"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// The names of session cookies. Clients of WHM look for the first; it has all
// that a name with __Host- demands (Secure, Path=/, no Domain), but only the name
// makes browsers refuse one that another host of the domain has planted. Whoever
// signs in on the page gets the second.
const (
	sessionCookie = "cpsession"
	pageCookie    = "__Host-cpsession"
)

// The page's cookie has the ten digits of the security token behind its value, so
// that whoever types an address gets on to the session that is open. They are no
// secret from the cookie's holder: they are a proof that no other site wrote the
// address, and no other site can read or write this cookie.
const digitsFrom = "."

// cookies are the values of the session cookies that a request brings. Beside the
// page's, which nobody else can set, the other does not count: a host of the same
// domain could plant one and keep people out.
//
// cPanel's side has no pages and knows the other alone: browsers send cookies to all
// ports of a host, and the page's is of WHM.
func (x *exchange) cookies() (values []string) {
	if !x.onCPanel {
		for _, c := range x.r.CookiesNamed(pageCookie) {
			value, _ := split(c.Value)
			values = append(values, value)
		}
	}
	if len(values) > 0 {
		return values
	}
	for _, c := range x.r.CookiesNamed(sessionCookie) {
		values = append(values, c.Value)
	}
	return values
}

// current is the security token that the page's cookie knows, or "".
func (x *exchange) current() string {
	c := x.r.CookiesNamed(pageCookie)
	if len(c) != 1 {
		return ""
	}
	_, token := split(c[0].Value)
	return token
}

func split(value string) (cookie, token string) {
	at := strings.LastIndex(value, digitsFrom)
	if at < 0 {
		return value, ""
	}
	if token = "/cpsess" + value[at+len(digitsFrom):]; !hostkeep.WellFormedSecurityToken(token) {
		return value, ""
	}
	return value[:at], token
}

// hand sets the cookie of a new session, and takes away one of the other name:
// two would be several.
func (x *exchange) hand(o Opened, page bool) {
	name, value, other := sessionCookie, o.Cookie.Reveal(), pageCookie
	if page {
		name, other = pageCookie, sessionCookie
		value += digitsFrom + strings.TrimPrefix(o.Token.Reveal(), "/cpsess")
	}
	x.setCookie(name, value, 0)
	if len(x.r.CookiesNamed(other)) > 0 && !x.onCPanel {
		x.setCookie(other, "", -1)
	}
}

// dropCookies takes away what the browser has of a session.
func (x *exchange) dropCookies() {
	page := len(x.r.CookiesNamed(pageCookie)) > 0 && !x.onCPanel
	if page {
		x.setCookie(pageCookie, "", -1)
	}
	if !page || len(x.r.CookiesNamed(sessionCookie)) > 0 {
		x.setCookie(sessionCookie, "", -1)
	}
}

func (x *exchange) setCookie(name, value string, age int) {
	http.SetCookie(x.w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

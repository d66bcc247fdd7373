package daemon

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// checklist is the list of headers of the OWASP Secure Headers Project, with what
// each must hold at least. What it has beside these, and why it is not sent, stands
// at headers in package web: Strict-Transport-Security and Clear-Site-Data.
var checklist = map[string][]string{
	"X-Frame-Options":        {"deny"},
	"X-Content-Type-Options": {"nosniff"},
	"Content-Security-Policy": {
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
	},
	"X-Permitted-Cross-Domain-Policies": {"none"},
	"Referrer-Policy":                   {"no-referrer"},
	"Cross-Origin-Embedder-Policy":      {"require-corp"},
	"Cross-Origin-Opener-Policy":        {"same-origin"},
	"Cross-Origin-Resource-Policy":      {"same-origin"},
	"Permissions-Policy":                {"camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()", "display-capture=()"},
	"Cache-Control":                     {"no-store"},
	"X-Dns-Prefetch-Control":            {"off"},
}

// nasty is a text that wants to be a tag, an attribute, a script and a formula.
const nasty = `"><img src=x onerror=alert(1)><script>alert(1)</script><style>*{}</style>'=1+1` + "\u202e"

// state is a page in one of its states.
type state struct {
	about string
	*httptest.ResponseRecorder
	doc node
}

// states are the pages as they come out of a server that has of everything, with
// hostile texts wherever somebody may write one.
func states(t *testing.T) (w *world, b *browser, list []state) {
	t.Helper()
	w, b, _ = tokenPages(t)
	w.must(w.root(), "suspendacct", "user", "client", "reason", nasty)
	w.must(w.root(), "suspendacct", "user", "rooted", "reason", nasty, "disallowun", "1")
	see := func(about string, a *httptest.ResponseRecorder) {
		list = append(list, state{about, a, b.parsed(&httptest.ResponseRecorder{Body: a.Body})})
	}
	bad, form := url.QueryEscape(nasty), url.Values{}
	for _, name := range []string{"q", "user", "name", "token", "function", "account", "address", "from", "id", "kind", "show", "sort", "preset", "add", "done", "message", "reason", "acl", "addresses", "expires", "date", "nonce", "pass", "tfa_code", "secret", "secret_address"} {
		form.Set(name, nasty)
	}
	for _, path := range w.web.Paths() {
		see("GET "+path, b.page("GET", b.token+path, ""))
		see("GET hostile "+path, b.page("GET", b.token+path+"?"+form.Encode(), ""))
		see("POST hostile "+path, b.page("POST", b.token+path, form.Encode()))
		see("POST nothing "+path, b.page("POST", b.token+path, "x=y"))
		see("PUT "+path, b.page("PUT", b.token+path, "x=y"))
	}
	for _, target := range []string{
		"/nosuch", "/?message=password_change_required", "/?q=nosuch", "/tokens?q=" + bad, "/tokens?done=revoked&name=" + bad, "/tokens?show=expired", "/tokens?nosecret=1",
		"/tokens?size=100&sort=last_used&reverse=1", "/tokens/new?preset=billing", "/tokens/made?name=calling", "/tokens/edit?name=calling&add=kill-acct", "/tokens/revoke?name=calling&name=" + bad,
		"/tokens/show?name=calling&function=removeacct&account=" + bad, "/tokens/show?name=calling&function=" + bad, "/tokens/show?name=idle&function=listaccts&address=" + abroad,
		"/accounts?q=shop", "/accounts/suspend?user=shop", "/accounts/unsuspend?user=client", "/record?from=x", "/record?function=suspendacct", "/record?kind=token&id=1&token_id=2",
		"/accounts?user=client&done=suspended",
	} {
		see(target, b.page("GET", b.token+target, ""))
	}
	for target, form := range map[string]url.Values{
		"/tokens/new":      {"name": {"x"}, "acl": {"list-accts"}, "expires": {"never"}, "nonce": {"0123456789abcdef0123456789abcdef"}},
		"/tokens/new?sum":  {"name": {nasty}, "acl": {"all", "passwd"}, "do": {"sum"}},
		"/tokens/edit":     {"token": {"calling"}, "name": {nasty}, "expires": {"date"}, "date": {nasty}, "addresses": {nasty}},
		"/tokens/edit?old": {"token": {"never there"}, "name": {nasty}, "acl": {"all"}},
	} {
		see("POST "+target, b.page("POST", b.token+target, form.Encode()))
	}
	see("sign in", b.page("GET", "/login/?goto_uri=/sessions", ""))
	out := w.browser()
	see("failed", out.signIn(nasty, "wrong"))
	see("a form that waits", b.page("POST", "/cpsess0000000000/tokens/new", form.Encode()))
	out.page("GET", "/", "")
	see("a form that waits for a sign-in", out.page("POST", "/cpsess0000000000/tokens/new", form.Encode()))
	see("another site's", b.send("POST", b.token+"/sessions", "which=all", "Accept", "text/html", "Origin", "https://evil.example"))
	return w, b, list
}

// TestEveryPageInEveryState has the headers of the checklist, nothing inline,
// nothing of anybody's text as a tag, and no form that goes elsewhere.
func TestEveryPageInEveryState(t *testing.T) {
	t.Parallel()
	w, b, list := states(t)
	shown := map[string]bool{}
	for _, s := range list {
		for name, parts := range checklist {
			got := strings.ToLower(strings.Join(s.Header().Values(name), "|"))
			for _, part := range parts {
				if !strings.Contains(got, part) {
					t.Errorf("%s: %s is %q, without %q", s.about, name, got, part)
				}
			}
		}
		if csp := s.Header().Get("Content-Security-Policy"); len(s.Header().Values("Content-Security-Policy")) != 1 || strings.ContainsAny(csp, "*") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "data:") {
			t.Errorf("%s: the policy is %q", s.about, csp)
		}
		if s.Code >= 500 {
			t.Errorf("%s: %d", s.about, s.Code)
		}
		if path, ok := strings.CutPrefix(s.about, "GET /"); ok && s.Code == 200 {
			shown["/"+path] = true
		}
		if strings.HasPrefix(s.Header().Get("Content-Type"), "text/html") {
			s.inline(t, b.token)
		}
	}
	for _, path := range w.web.Paths() { // these need to be told of what
		if !shown[path] && !slices.Contains([]string{"/tokens/made", "/tokens/edit", "/tokens/revoke", "/tokens/show", "/accounts/suspend", "/accounts/unsuspend", "/twofactor/remove"}, path) {
			t.Errorf("%s was not seen as it should be", path)
		}
	}
}

// inline wants no script, style or event within the page, no tag of a hostile text,
// and no form or link that another server is behind.
func (s state) inline(t *testing.T, token string) {
	t.Helper()
	for d := range s.doc.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		n := node{d}
		if d.Data == "style" || d.Data == "base" || d.Data == "iframe" || d.Data == "object" || d.Data == "script" && (n.text() != "" || !strings.HasPrefix(n.attr("src"), "/static/")) {
			t.Errorf("%s has a <%s> %v", s.about, d.Data, d.Attr)
		}
		for _, a := range d.Attr {
			address := a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "formaction"
			switch {
			case a.Key == "style", strings.HasPrefix(a.Key, "on"), a.Key == "srcdoc", a.Key == "http-equiv":
				t.Errorf("%s has %s=%q", s.about, a.Key, a.Val)
			case address && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "otpauth:") || strings.HasPrefix(a.Val, "//"):
				t.Errorf("%s leads to %s=%q", s.about, a.Key, a.Val)
			}
		}
		if d.Data == "form" && n.attr("method") == "post" && !strings.HasPrefix(n.attr("action"), token+"/") && !strings.HasPrefix(n.attr("action"), "/login/") && n.attr("action") != "/logout/" {
			t.Errorf("%s: a form goes to %q", s.about, n.attr("action"))
		}
	}
}

// TestNoFormIsTakenFromElsewhere: every form of every page, with all that is in it,
// from every place that is not this origin.
func TestNoFormIsTakenFromElsewhere(t *testing.T) {
	t.Parallel()
	w, b, list := states(t)
	forms := map[string]string{} // bodies by address
	for _, s := range list {
		for _, f := range s.doc.all("form", "method", "post") {
			filled := url.Values{}
			for _, in := range f.all("input") {
				filled.Add(in.attr("name"), in.attr("value"))
			}
			forms[f.attr("action")] = filled.Encode()
		}
	}
	for _, path := range w.web.Paths() {
		if p := b.token + path; forms[p] == "" {
			forms[p] = "which=all&confirmed=1&user=root"
		}
	}
	seq := w.node.Seq()
	for target, body := range forms {
		for about, header := range map[string][]string{
			"another site":       {"Sec-Fetch-Site", "cross-site"},
			"the same site":      {"Sec-Fetch-Site", "same-site"},
			"another's origin":   {"Origin", "https://evil.example"},
			"no origin":          {"Origin", "null"},
			"another port":       {"Origin", "https://example.com:8443"},
			"another, all of it": {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
		} {
			a := b.send("POST", target, body, append(header, "Accept", "text/html")...)
			if a.Code != 403 || w.node.Seq() != seq || a.Header().Get("Set-Cookie") != "" || !strings.Contains(b.parsed(a).one("main").text(), "another site") {
				t.Errorf("%s from %s: %d", target, about, a.Code)
			}
		}
		if strings.HasSuffix(target, "/logout/") { // would end the session that the rest is sent with
			continue
		}
		a := b.send("POST", target, "x=y", "Accept", "text/html", "Sec-Fetch-Site", "same-origin")
		if a.Code == 403 && strings.Contains(b.parsed(a).one("main").text(), "another site") {
			t.Errorf("%s is refused from here as well", target)
		}
		seq = w.node.Seq()
	}
}

package httpd_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/httpd"
)

const (
	cookieSet  = "cpsession=root%3Afresh%2Cmark; Path=/; HttpOnly; Secure; SameSite=Lax"
	cookieGone = "cpsession=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
	invalid    = `{"status":0,"message":"invalid_login"}`
)

// post is a request with a form as its body.
func post(line, body string, header ...string) string {
	return req(line, append([]string{form, "Content-Length: " + strconv.Itoa(len(body))}, header...), body)
}

func TestLogin(t *testing.T) {
	t.Parallel()
	g := start(t)
	const good = "user=root&pass=right&tfa_token=123456"
	in := `{"status":1,"security_token":"/cpsess0123456789","redirect":"/cpsess0123456789/"}`
	for _, line := range []string{"POST /login/?login_only=1", "POST /login?login_only=1", "GET //login/?login_only=1"} {
		res := g.ask("whm", post(line, good))
		res.want(t, 200, in)
		res.wantHeader(t, "Set-Cookie", cookieSet)
		res.wantHeader(t, "Content-Type", jsonContent)
		res.wantHeader(t, "Location", "/cpsess0123456789/")
	}
	g.ask("whm", post("POST /login/", good+"&login_only=1")).want(t, 200, in)
	for about, tt := range map[string]struct {
		line, body string
		status     int
		answer     string
	}{
		"wrong password":        {"POST /login/?login_only=1", "user=root&pass=wrong", 401, invalid},
		"no password":           {"POST /login/?login_only=1", "user=root", 401, invalid},
		"no code":               {"POST /login/?login_only=1", "user=root&pass=right", 401, `{"status":0,"message":"tfa_required"}`},
		"not now":               {"POST /login/?login_only=1", "user=nobody&pass=x", 503, `{"status":0,"message":"unavailable"}`},
		"line end in user":      {"POST /login/?login_only=1", "user=root%0d%0a&pass=right&tfa_token=1", 401, invalid},
		"NUL in password":       {"POST /login/?login_only=1", "user=root&pass=right%00&tfa_token=1", 401, invalid},
		"line end in code":      {"POST /login/?login_only=1", good + "%0A", 401, invalid},
		"line end in goto_uri":  {"POST /login/?login_only=1", good + "&goto_uri=/a%0d%0aSet-Cookie:x", 401, invalid},
		"line end in any field": {"POST /login/?login_only=1", good + "&login_theme=a%0d", 401, invalid},
		"a field twice":         {"POST /login/?login_only=1", good + "&user=other", 401, invalid},
		"in the address":        {"POST /login/?login_only=1&" + good, "", 401, invalid},
		"too large":             {"POST /login/?login_only=1", good + "&x=" + strings.Repeat("x", 16<<10), 401, invalid},
	} {
		before := len(g.logins)
		res := g.ask("whm", post(tt.line, tt.body))
		if res.StatusCode != tt.status || res.body != tt.answer || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s %v", about, res.StatusCode, res.body, res.Header["Set-Cookie"])
		}
		if strings.Contains(about, "line end") || strings.Contains(about, "NUL") || strings.Contains(about, "twice") {
			if len(g.logins) != before {
				t.Errorf("%s: it was judged", about)
			}
		}
	}
	if log := g.logged(); strings.Contains(log, "right") || strings.Contains(log, "fresh") || strings.Contains(log, "0123456789") {
		t.Errorf("the log has a secret: %s", log)
	}
}

func TestLoginOfBrowsers(t *testing.T) {
	t.Parallel()
	g := start(t)
	res := g.ask("whm", req("GET /login/", nil, ""))
	if res.StatusCode != 200 || !strings.Contains(res.body, `action="/login/"`) || strings.Contains(res.body, "Failed") {
		t.Errorf("%d %s", res.StatusCode, res.body)
	}
	res = g.ask("whm", post("POST /login/", "user=root&pass=wrong"))
	if res.StatusCode != 401 || !strings.Contains(res.body, "<html") || !strings.Contains(res.body, "Login Attempt Failed") {
		t.Errorf("%d %s", res.StatusCode, res.body)
	}
	for then, want := range map[string]string{
		"":                        "/cpsess0123456789/",
		"/scripts/x?a=b%26c":      "/cpsess0123456789/scripts/x?a=b%26c",
		"/cpsess9999999999/x":     "/cpsess0123456789/x",
		"https://evil.example/":   "/cpsess0123456789/",
		"//evil.example/":         "/cpsess0123456789/",
		"/\\\\evil.example":       "/cpsess0123456789/",
		"/cpsess9999999999//evil": "/cpsess0123456789/",
		"javascript:alert(1)":     "/cpsess0123456789/",
		"x":                       "/cpsess0123456789/",
	} {
		escaped := strings.NewReplacer("%", "%25", "&", "%26", "?", "%3F", "=", "%3D", "\\", "%5C").Replace(then)
		res := g.ask("whm", post("POST /login/", "user=root&pass=right&tfa_token=1&goto_uri="+escaped))
		res.want(t, 303, "")
		res.wantHeader(t, "Location", want)
		res.wantHeader(t, "Set-Cookie", cookieSet)
		res.wantHeader(t, "Referrer-Policy", "no-referrer")
	}
	if res := g.ask("whm", req("DELETE /login/", nil, "")); res.StatusCode != 405 {
		t.Error(res.StatusCode)
	}
}

func TestCallsInASession(t *testing.T) {
	t.Parallel()
	g := start(t)
	const cookie = "Cookie: a=b; cpsession=good; c=d"
	g.ask("whm", req("GET /cpsess0123456789/json-api/version", []string{cookie, "X-CPANEL-OTP: 1"}, "")).want(t, 200, answered)
	g.ask("whm", req("GET /cpsess0123456789/xml-api/version", []string{cookie}, "")).want(t, 200, "<answer/>")
	g.ask("whm", req("GET /cpsess0123456789/json-api/version", []string{authorized}, "")).want(t, 200, answered) // a header needs no cookie
	if n := len(g.called()); n != 3 {
		t.Fatalf("%d calls", n)
	}
	want := httpd.Credential{Code: []string{"1"}, Cookies: []string{"good"}, Token: "/cpsess0123456789"}
	if c := g.auths[0].credential; c.Token != want.Token || len(c.Cookies) != 1 || c.Cookies[0] != "good" || len(c.Code) != 1 {
		t.Errorf("%+v", c)
	}
	g.ask("whm", req("GET /cpsess0123456788/json-api/version", []string{cookie}, "")).want(t, 403, denied)
	g.ask("whm", req("GET /cpsess0123456789/json-api/version", []string{"Cookie: cpsession=good; cpsession=good"}, "")).want(t, 403, denied)
	g.ask("whm", req("GET /cpsess0123456789/", nil, "")).want(t, 403, denied)
	if res := g.ask("whm", req("GET /cpsess0123456789/", []string{cookie}, "")); res.StatusCode != 200 {
		t.Error(res.StatusCode)
	}
	if res := g.ask("whm", req("GET /cpsess0123456789/nosuch", []string{cookie}, "")); res.StatusCode != 404 {
		t.Error(res.StatusCode)
	}
	if n := len(g.called()); n != 3 {
		t.Errorf("a refused request was called: %d", n)
	}
}

func TestOneTimeLinks(t *testing.T) {
	t.Parallel()
	g := start(t)
	res := g.ask("whm", req("GET /cpsess1111111111/login/?session=root:good&goto_uri=/scripts/x", []string{"Cookie: cpsession=fixed"}, ""))
	res.want(t, 303, "")
	res.wantHeader(t, "Location", "/cpsess1111111111/scripts/x")
	res.wantHeader(t, "Set-Cookie", cookieSet)
	for _, line := range []string{"HEAD /cpsess1111111111/login/?session=root:good", "GET /cpsess1111111111/login/", "GET /cpsess1111111111/login/?session=root:good&session=x"} {
		if res := g.ask("whm", req(line, nil, "")); res.StatusCode != 403 || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d", line, res.StatusCode)
		}
	}
	g.ask("whm", req("GET /cpsess1111111111/login/?session=root:bad", nil, "")).want(t, 403, denied)
	if len(g.links) != 2 || g.links[0] != "/cpsess1111111111 root:good" {
		t.Errorf("%q", g.links)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	g := start(t)
	for _, line := range []string{"GET /logout/", "POST /logout", "GET /cpsess0123456789/logout/"} {
		res := g.ask("whm", req(line, []string{"Cookie: cpsession=good"}, ""))
		res.want(t, 303, "")
		res.wantHeader(t, "Location", "/login/")
		res.wantHeader(t, "Set-Cookie", cookieGone)
	}
	if len(g.logouts) != 3 || g.logouts[0].Token != "" || g.logouts[2].Token != "/cpsess0123456789" {
		t.Errorf("%+v", g.logouts)
	}
	g.ask("whm", req("GET /logout/", []string{"Cookie: cpsession=bad"}, "")).want(t, 403, denied)
	g.ask("whm", req("GET /logout/", []string{"Cookie: cpsession=good", "Sec-Fetch-Site: cross-site"}, "")).want(t, 403, denied)
	if res := g.ask("whm", req("HEAD /logout/", []string{"Cookie: cpsession=good"}, "")); res.StatusCode != 403 {
		t.Error(res.StatusCode)
	}
	if len(g.logouts) != 4 {
		t.Errorf("%d logouts", len(g.logouts))
	}
}

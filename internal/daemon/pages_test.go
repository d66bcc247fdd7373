package daemon

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// signIn signs in with the page's form.
func (b *browser) signIn(user, password string, more ...string) *httptest.ResponseRecorder {
	b.w.t.Helper()
	form := url.Values{"user": {user}, "pass": {password}, "hostkeep_page": {"1"}}
	target := "/login/"
	for ; len(more) > 1; more = more[2:] {
		form.Set(more[0], more[1])
	}
	if form.Has("hostkeep_form") {
		target += "?again"
	}
	a := b.send("POST", target, form.Encode(), "Accept", "text/html", "Sec-Fetch-Site", "same-origin")
	if m := pageCookieForm.FindStringSubmatch(a.Header().Get("Set-Cookie")); m != nil {
		b.cookie, b.token = m[1], "/cpsess"+m[2]
	}
	return a
}

var pageCookieForm = regexp.MustCompile(`^(__Host-cpsession=[a-z0-9]+%3A[A-Za-z0-9]{32}%2C[0-9a-f]{32}\.([0-9]{10})); Path=/; HttpOnly; Secure; SameSite=Lax$`)

// page asks as a browser does.
func (b *browser) page(method, target, body string) *httptest.ResponseRecorder {
	return b.send(method, target, body, "Accept", "text/html,*/*;q=0.8", "Sec-Fetch-Site", "same-origin")
}

func TestSigningInOnThePage(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.browser()
	if a := b.page("GET", "/", ""); a.Code != 303 || a.Header().Get("Location") != "/login/" {
		t.Errorf("without a session: %d %v", a.Code, a.Header())
	}
	if a := b.page("GET", "/sessions?x=y", ""); a.Header().Get("Location") != "/login/?goto_uri=%2Fsessions%3Fx%3Dy" {
		t.Errorf("a page without a session: %v", a.Header())
	}
	if a := b.signIn("root", "wrong"); a.Code != 401 || !strings.Contains(a.Body.String(), "Login Attempt Failed!") || b.cookie != "" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if wrong, nobody := b.signIn("nobody", "wrong").Body.String(), b.signIn("root", "wrong").Body.String(); strings.ReplaceAll(wrong, "nobody", "root") != nobody {
		t.Error("the page tells whether a name exists")
	}
	a := b.signIn("root", rootsPassword, "goto_uri", "/sessions?x=y")
	if a.Code != 303 || a.Header().Get("Location") != b.token+"/sessions?x=y" {
		t.Fatalf("%d %v", a.Code, a.Header())
	}
	if a := b.page("GET", b.token+"/", ""); a.Code != 200 || !strings.Contains(a.Body.String(), "Manage Sessions") {
		t.Errorf("home: %d %s", a.Code, a.Body)
	}
	if a := b.page("GET", "/", ""); a.Code != 303 || a.Header().Get("Location") != b.token+"/" {
		t.Errorf("with a session: %d %v", a.Code, a.Header())
	}
	b.is(200, "a call with the page's cookie")
	mine := b.cookie
	b.cookie = "cpsession=" + strings.TrimPrefix(mine[:strings.LastIndex(mine, ".")], "__Host-cpsession=")
	b.is(200, "the same under the other name")
	b.cookie += "; " + mine
	b.is(200, "both, and they are one session")
	other := w.session("root", rootsPassword)
	b.cookie = mine + "; " + other.cookie
	b.is(200, "one of the other name, maybe planted, beside it")
	b.cookie = mine + "; " + mine + "x"
	b.is(403, "two of the page's")
	b.cookie = mine + "; " + other.cookie
	if a := b.signIn("root", rootsPassword); len(a.Header().Values("Set-Cookie")) != 2 || !strings.HasPrefix(a.Header().Values("Set-Cookie")[1], "cpsession=; Path=/; Max-Age=0") {
		t.Errorf("signing in leaves two: %v", a.Header())
	}
}

// TestHeadersOpenNoPage: a token or a password is for programs.
func TestHeadersOpenNoPage(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.session("root", rootsPassword)
	token := b.token
	b.cookie = ""
	secret := w.newToken(w.root(), "token_name", "t", "acl", "all")
	for _, path := range []string{"/", "/sessions"} {
		if a := b.send("GET", token+path, "", "Authorization", "whm root:"+secret.Reveal()); a.Code != 403 {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
}

// TestAFormOutlivesItsSession: nothing is lost, and nothing is done without a click.
func TestAFormOutlivesItsSession(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.browser()
	b.signIn("root", rootsPassword)
	old := b.token
	w.now = w.now.Add(hostkeep.SessionIdle)
	w.session("root", rootsPassword) // what a form would end
	const sent = "which=others&pass=hunter2&text=a%0D%0A%22%3Cb%3E"
	a := b.page("POST", old+"/sessions", sent)
	body := a.Body.String()
	waits := regexp.MustCompile(`name="hostkeep_form" value="([^"]*)"`).FindStringSubmatch(body)
	if a.Code != 403 || waits == nil || !strings.Contains(body, `name="goto_uri" value="/sessions"`) || strings.Contains(body, "hunter2") {
		t.Fatalf("%d %s", a.Code, body)
	}
	form := strings.NewReplacer("&amp;", "&", "&#43;", "+").Replace(waits[1])
	if a = b.signIn("root", "wrong", "hostkeep_form", form, "goto_uri", "/sessions"); a.Code != 401 || !strings.Contains(a.Body.String(), waits[0]) {
		t.Errorf("after a mistyped password it is lost: %d %s", a.Code, a.Body)
	}
	seq := w.node.Seq()
	a = b.signIn("root", rootsPassword, "hostkeep_form", form, "goto_uri", "/sessions")
	body = a.Body.String()
	for _, part := range []string{
		`action="` + b.token + `/sessions"`, `name="which" value="others"`, "value=\"a\r\n&#34;&lt;b&gt;\"", "signed in again", "typed again",
	} {
		if !strings.Contains(body, part) {
			t.Errorf("no %s in %s", part, body)
		}
	}
	if a.Code != 200 || b.token == old || w.node.Seq() != seq || strings.Contains(body, "hostkeep_lost") {
		t.Errorf("%d: something was done, or there is no new session", a.Code)
	}
	if a := b.page("POST", b.token+"/sessions", "which=others"); a.Code != 303 || w.node.Seq() != seq+1 {
		t.Errorf("the click: %d %v", a.Code, a.Body)
	}
	if a := b.page("GET", old+"/sessions", ""); a.Code != 403 || !strings.Contains(a.Body.String(), `href="`+b.token+`/sessions"`) {
		t.Errorf("the old tab does not lead on: %d %s", a.Code, a.Body)
	}
	if a := b.page("POST", old+"/sessions", "which=all"); a.Code != 403 || !strings.Contains(a.Body.String(), `value="all"`) || w.node.Seq() != seq+1 {
		t.Errorf("the old tab's form: %d %s", a.Code, a.Body)
	}
}

// TestOtherSitesSendNoForm: to no page, with a session or without, and not to the
// form that signs in.
func TestOtherSitesSendNoForm(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.browser()
	b.signIn("root", rootsPassword)
	seq := w.node.Seq()
	cross := []string{"Accept", "text/html", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}
	for _, path := range append(w.web.Paths(), "/nosuch") {
		for _, token := range []string{b.token, "/cpsess0000000000"} {
			a := b.send("POST", token+path, "which=all", cross...)
			if a.Code != 403 || w.node.Seq() != seq || strings.Contains(a.Body.String(), `value="all"`) || !strings.Contains(a.Body.String(), "another site") {
				t.Errorf("%s: %d %s", path, a.Code, a.Body)
			}
		}
		if a := b.send("POST", b.token+path, "which=all", "Origin", "https://evil.example"); a.Code != 403 || w.node.Seq() != seq {
			t.Errorf("%s from an older browser: %d", path, a.Code)
		}
	}
	form := url.Values{"user": {"root"}, "pass": {rootsPassword}, "hostkeep_page": {"1"}}
	if a := b.send("POST", "/login/", form.Encode(), cross...); a.Code != 403 || a.Header().Get("Set-Cookie") != "" {
		t.Errorf("signing in: %d %v", a.Code, a.Header())
	}
}

// TestALookChangesNothing: whatever a page calls for GET.
func TestALookChangesNothing(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.browser()
	b.signIn("root", rootsPassword)
	seq := w.node.Seq()
	for _, path := range w.web.Paths() {
		b.page("GET", b.token+path+"?which=all&id=1", "")
		b.page("HEAD", b.token+path+"?which=all", "")
	}
	if w.node.Seq() != seq {
		t.Error("something was changed")
	}
	b.is(200, "afterwards")
}

func TestOnesOwnSessions(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.setPassword("shop", "shop's own word")
	a, b, other := w.session("root", rootsPassword), w.session("root", rootsPassword), w.session("shop", "shop's own word")
	list := func(b *browser) string {
		return b.send("GET", b.token+"/json-api/hostkeep_session_list?api.version=1", "").Body.String()
	}
	text := list(a)
	if strings.Count(text, `"id":`) != 2 || strings.Count(text, `"current":1`) != 1 || !strings.Contains(text, `"address":"10.`) {
		t.Errorf("%s", text)
	}
	id := regexp.MustCompile(`"id":([0-9]+)`).FindStringSubmatch(list(other))[1]
	if r := a.send("POST", a.token+"/json-api/hostkeep_session_end", "api.version=1&id="+id); !strings.Contains(r.Body.String(), "You have no session") {
		t.Errorf("another's: %s", r.Body)
	}
	for about, c := range map[string][]string{"narrower": {"acl", "list-accts"}, "ends": {"acl", "all", "expires_at", "1900000000"}} {
		secret := w.newToken(w.root(), append([]string{"token_name", about}, c...)...)
		caller, err := w.with("root", secret, "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		w.refused(caller, "", "hostkeep_session_list")
		w.refused(caller, "", "hostkeep_session_end", "which", "all")
	}
	w.refused(w.root(), "goes with", "hostkeep_session_end", "which", "all", "id", id)
	w.refused(w.root(), "goes with", "hostkeep_session_end")
	a.send("POST", a.token+"/json-api/hostkeep_session_end", "api.version=1&which=others")
	a.is(200, "the one that called")
	b.is(403, "the other")
	other.is(200, "another's")
	a.send("POST", a.token+"/json-api/hostkeep_session_end", "api.version=1&which=all")
	a.is(403, "after all")
}

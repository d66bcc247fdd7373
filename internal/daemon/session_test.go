package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// browser is a client with a cookie.
type browser struct {
	w      *world
	server http.Handler
	addr   string // the peer's
	cookie string // as it is sent
	token  string // the security token
}

// browser is a new one, in a network of its own: the guard against guessed
// passwords has never heard of it.
func (w *world) browser() *browser {
	w.browsers++
	return &browser{w: w, server: w.httpServer().WHM(), addr: fmt.Sprintf("10.%d.%d.1:1024", w.browsers/256, w.browsers%256)}
}

func (b *browser) send(method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	r.RemoteAddr = b.addr
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.cookie != "" {
		r.Header.Set("Cookie", b.cookie)
	}
	for ; len(header) > 1; header = header[2:] {
		r.Header.Set(header[0], header[1])
	}
	answer := httptest.NewRecorder()
	b.server.ServeHTTP(answer, r)
	return answer
}

var cookieForm = regexp.MustCompile(`^cpsession=([a-z0-9]+%3A[A-Za-z0-9]{32}%2C[0-9a-f]{32}); Path=/; HttpOnly; Secure; SameSite=Lax$`)

// login signs in as a script does. message is the failure's, "" when there is none.
func (b *browser) login(user, password, code string) (message string) {
	b.w.t.Helper()
	form := url.Values{"user": {user}, "pass": {password}}
	if code != "" {
		form.Set("tfa_token", code)
	}
	a := b.send("POST", "/login/?login_only=1", form.Encode())
	var in struct {
		Status  int
		Token   string `json:"security_token"`
		Message string
	}
	if err := json.Unmarshal(a.Body.Bytes(), &in); err != nil {
		b.w.t.Fatalf("login: %d %s", a.Code, a.Body)
	}
	if in.Status == 0 {
		if a.Code != http.StatusUnauthorized || a.Header().Get("Set-Cookie") != "" {
			b.w.t.Fatalf("a failed login: %d %v", a.Code, a.Header())
		}
		return in.Message
	}
	b.take(a, in.Token)
	return ""
}

// take keeps what an answer set.
func (b *browser) take(a *httptest.ResponseRecorder, token string) {
	b.w.t.Helper()
	m := cookieForm.FindStringSubmatch(a.Header().Get("Set-Cookie"))
	if m == nil || !hostkeep.WellFormedSecurityToken(token) {
		b.w.t.Fatalf("no session: %d %v %q", a.Code, a.Header(), token)
	}
	b.cookie, b.token = "cpsession="+m[1], token
}

// is wants a call in the session to have a status.
func (b *browser) is(status int, about string) {
	b.w.t.Helper()
	if a := b.send("GET", b.token+"/json-api/version?api.version=1", ""); a.Code != status {
		b.w.t.Fatalf("%s: %d %s", about, a.Code, a.Body)
	}
}

// setPassword sets a password that can be checked: those of the test's world cannot.
func (w *world) setPassword(user, password string) {
	w.t.Helper()
	hash, err := auth.NewHasher(1).Hash(context.Background(), hostkeep.NewSecret(password))
	if err != nil {
		w.t.Fatalf("hash: %v", err)
	}
	p, _ := w.node.PrincipalByName(user)
	c := hostkeep.Change{Caller: w.root(), Function: "test", Args: "{}"}
	if err := w.change(context.Background(), c, func(tx *sqlstore.Tx) error { return tx.SetPasswordHash(p.ID, hash) }); err != nil {
		w.t.Fatalf("password: %v", err)
	}
}

func (w *world) session(user, password string) *browser {
	w.t.Helper()
	b := w.browser()
	if message := b.login(user, password, ""); message != "" {
		w.t.Fatalf("login of %s: %s", user, message)
	}
	return b
}

func TestASessionCallsWithAllItsUsersRights(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.setPassword("shop", "shop's own word")
	b := w.session("shop", "shop's own word")
	a := b.send("POST", b.token+"/json-api/createacct", "api.version=1&username=newone&domain=newone.example")
	if a.Code != 200 || !strings.Contains(a.Body.String(), `"result":1`) {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if p, ok := w.node.PrincipalByName("newone"); !ok || p.OwnerID != w.as("shop").User.ID {
		t.Error("the account is not the reseller's")
	}
	if a := b.send("GET", b.token+"/xml-api/listaccts?api.version=1", ""); a.Code != 200 || !strings.Contains(a.Body.String(), "<result>1</result>") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := b.send("GET", b.token+"/json-api/listresellers?api.version=1", ""); !strings.Contains(a.Body.String(), "Permission denied") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	events, err := w.store.Events(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if last := events[len(events)-1]; last.Via != hostkeep.ViaSession || last.Actor != "shop" || last.Function != "createacct" {
		t.Errorf("the record says %+v", last)
	}
}

// TestASessionNeedsItsToken: the cookie alone, or beside another token, does nothing.
func TestASessionNeedsItsToken(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	mine, other := w.session("root", rootsPassword), w.session("root", rootsPassword)
	before := w.node.Seq()
	kill := "api.version=1&username=" + "shop"
	for about, target := range map[string]string{
		"no token": "", "another session's": other.token, "a made-up one": "/cpsess0000000000", "too short": mine.token[:len(mine.token)-1],
	} {
		for _, api := range []string{"/json-api/removeacct", "/xml-api/removeacct"} {
			a := mine.send("POST", target+api, kill)
			if a.Code != http.StatusForbidden || !strings.Contains(a.Body.String(), "Access denied") || a.Header().Get("Set-Cookie") != "" {
				t.Errorf("%s: %d %s", about, a.Code, a.Body)
			}
		}
	}
	good := mine.cookie
	for about, cookie := range map[string]string{
		"none": "", "empty": "cpsession=", "cut": good[:len(good)-1], "two": good + "; " + good,
		"renamed": strings.Replace(good, "root", "shop", 1), "made up": "cpsession=root%3Aaaaa%2Cbbbb", "not escaped right": "cpsession=%zz",
	} {
		mine.cookie = cookie
		if a := mine.send("POST", mine.token+"/json-api/removeacct", kill); a.Code != http.StatusForbidden {
			t.Errorf("%s: %d %s", about, a.Code, a.Body)
		}
	}
	if w.node.Seq() != before {
		t.Error("something was changed")
	}
	mine.cookie = good
	mine.is(200, "afterwards")
}

func TestAPresentedCookieIsNeverAdopted(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.setPassword("shop", "shop's own word")
	thief := w.session("shop", "shop's own word")
	victim := w.browser()
	victim.cookie = thief.cookie // planted
	if message := victim.login("root", rootsPassword, ""); message != "" {
		t.Fatal(message)
	}
	if victim.cookie == thief.cookie || victim.token == thief.token {
		t.Error("the session is the planted one")
	}
	if a := thief.send("GET", victim.token+"/json-api/version", ""); a.Code != http.StatusForbidden {
		t.Errorf("%d", a.Code)
	}
}

func TestLoginFailures(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.setPassword("shop", "shop's own word")
	w.must(w.root(), "createacct", "username", "plain", "domain", "plain.example")
	w.setPassword("plain", "plain's own word")
	for _, tt := range [][2]string{
		{"root", "wrong"},
		{"nobody", "wrong"},
		{"plain", "plain's own word"},
		{"shop", rootsPassword},
		{"root\n", rootsPassword},
		{"root", rootsPassword + "\x00"},
		{"", ""},
	} {
		if message := w.browser().login(tt[0], tt[1], ""); message != "invalid_login" {
			t.Errorf("%q: %q", tt, message)
		}
	}
}

// TestWhatEndsASession is promise 4: nothing that starts afterwards succeeds, and
// nothing brings the session back.
func TestWhatEndsASession(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	const word = "shop's own word"
	for about, do := range map[string]func(*browser){
		"logout": func(b *browser) {
			if a := b.send("GET", b.token+"/logout/", ""); a.Code != http.StatusSeeOther || !strings.Contains(a.Header().Get("Set-Cookie"), "Max-Age=0") {
				t.Errorf("logout: %d %v", a.Code, a.Header())
			}
		},
		"logout without a token": func(b *browser) { b.send("GET", "/logout/", "") },
		"another password":       func(*browser) { w.must(root, "passwd", "user", "shop", "password", "another word") },
		"its own new password":   func(b *browser) { b.send("POST", b.token+"/json-api/passwd", "user=shop&password=another+word") },
		"suspension": func(*browser) {
			w.must(root, "suspendacct", "user", "shop")
			w.must(root, "unsuspendacct", "user", "shop")
		},
		"no reseller": func(*browser) {
			w.must(root, "unsetupreseller", "user", "shop")
			w.must(root, "setupreseller", "user", "shop")
			w.must(root, "setacls", "reseller", "shop", "acl-passwd", "1")
		},
		"a quarter of an hour": func(*browser) { w.now = w.now.Add(hostkeep.SessionIdle) },
	} {
		w.setPassword("shop", word)
		b := w.session("shop", word)
		b.is(200, about+": before")
		do(b)
		b.is(403, about)
	}
	w.setPassword("shop", word)
	b := w.session("shop", word)
	w.must(root, "removeacct", "username", "shop")
	w.must(root, "createacct", "username", "shop", "domain", "shop.example")
	w.must(root, "setupreseller", "user", "shop")
	b.is(403, "another of the same name")
}

func TestASessionLivesWhileItIsUsed(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.session("root", rootsPassword)
	began := w.now
	written := func() time.Time {
		var last time.Time
		err := w.store.Read(t.Context(), func(r *sqlstore.Reader) error {
			c, err := w.auth.Caller(t.Context(), auth.Request{Cookies: []string{strings.TrimPrefix(b.cookie, "cpsession=")}, Token: b.token})
			if err != nil {
				return err
			}
			s, err := r.Session(c.SessionID)
			last = s.LastUsed
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return last
	}
	for range 59 {
		w.now = w.now.Add(time.Second)
		b.is(200, "within a minute")
	}
	if !written().Equal(began) {
		t.Error("a use was written within a minute of the one before")
	}
	w.now = w.now.Add(time.Second)
	b.is(200, "after a minute")
	if !written().Equal(began.Add(time.Minute)) {
		t.Errorf("the use after a minute was written as %v", written())
	}
	w.now = w.now.Add(30 * time.Second) // used, and not written
	b.is(200, "half a minute later")
	w.now = w.now.Add(hostkeep.SessionIdle - time.Second)
	b.is(200, "a second before its end")
	for w.now.Before(began.Add(hostkeep.SessionLife - hostkeep.SessionIdle)) {
		w.now = w.now.Add(hostkeep.SessionIdle - time.Second)
		b.is(200, "all day")
	}
	w.now = began.Add(hostkeep.SessionLife)
	b.is(403, "after a day")
}

// TestABatchEndsWithItsSession: what a batch does to its own session ends it.
func TestABatchEndsWithItsSession(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.session("root", rootsPassword)
	form := url.Values{"api.version": {"1"}, "command": {"passwd?user=root&password=another-word", "removeacct?username=shop"}}
	a := b.send("POST", b.token+"/json-api/batch", form.Encode())
	if _, still := w.node.PrincipalByName("shop"); !still || !strings.Contains(a.Body.String(), "was changed while this batch ran") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	b.is(403, "afterwards")
}

// link makes a one-time link and reads it.
func (w *world) link(c hostkeep.Caller, nameValue ...string) map[string]any {
	w.t.Helper()
	return dataOf(w.t, w.must(c, "create_user_session", nameValue...))
}

// follow opens a link, as a browser does.
func (b *browser) follow(link string) int {
	b.w.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		b.w.t.Fatalf("%q: %v", link, err)
	}
	a := b.send("GET", u.RequestURI(), "")
	if a.Code == http.StatusSeeOther {
		to := a.Header().Get("Location")
		b.take(a, to[:strings.Index(to[1:], "/")+1])
	}
	return a.Code
}

func TestOneTimeLink(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	data := w.link(w.root(), "user", "shop", "service", "whostmgrd", "app", "Some_App")
	session, _ := data["session"].(string)
	token, _ := data["cp_security_token"].(string)
	link, _ := data["url"].(string)
	if link != "https://"+w.host+":2087"+token+"/login/?session="+session || !strings.HasPrefix(session, "shop:") || data["service"] != "whostmgrd" {
		t.Errorf("%v", data)
	}
	if expires, _ := data["expires"].(float64); int64(expires) != w.now.Add(15*time.Minute).Unix() {
		t.Errorf("expires %v", data["expires"])
	}
	b := w.browser()
	b.token, b.cookie = token, "cpsession="+url.QueryEscape(session[:len(session)-32]+","+session[len(session)-32:])
	b.is(403, "the link's secret as a cookie, before it is opened")
	b.cookie = ""
	u, _ := url.Parse(link)
	if a := b.send("HEAD", u.RequestURI(), ""); a.Code != 403 {
		t.Errorf("HEAD: %d", a.Code)
	}
	if got := b.follow(strings.Replace(link, token, "/cpsess0000000000", 1)); got != 403 {
		t.Errorf("with another token: %d", got)
	}
	a := b.send("GET", u.RequestURI()+"&goto_uri=/scripts/x", "") // as clients append it
	if a.Code != 303 || a.Header().Get("Location") != token+"/scripts/x" {
		t.Fatalf("%d %v", a.Code, a.Header())
	}
	b.take(a, token)
	b.is(200, "opened")
	if strings.Contains(b.cookie, session[len("shop:"):len(session)-32]) {
		t.Error("the cookie has the link's secret")
	}
	if got := w.browser().follow(link); got != 403 {
		t.Errorf("a second time: %d", got)
	}
	b.is(200, "after the second try")

	late, _ := w.link(w.root(), "user", "shop", "service", "whostmgrd")["url"].(string)
	w.now = w.now.Add(15 * time.Minute)
	if got := w.browser().follow(late); got != 403 {
		t.Errorf("too late: %d", got)
	}
}

func TestLinksAreRefused(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "plain", "domain", "plain.example", "owner", "shop")
	w.must(root, "createacct", "username", "foreign", "domain", "foreign.example")
	w.must(root, "createacct", "username", "asleep", "domain", "asleep.example")
	w.must(root, "suspendacct", "user", "asleep")
	w.refused(root, "neither root nor a reseller", "create_user_session", "user", "plain", "service", "whostmgrd")
	w.refused(root, "no cPanel account", "create_user_session", "user", "root", "service", "cpaneld")
	w.refused(root, "no webmail", "create_user_session", "user", "plain", "service", "webmaild")
	w.refused(root, "does not exist", "create_user_session", "user", "who@plain.example", "service", "webmaild")
	w.refused(root, "is suspended", "create_user_session", "user", "asleep", "service", "cpaneld")
	w.refused(root, "ten digits", "create_user_session", "user", "plain", "service", "cpaneld", "cp_security_token", "/cpsess1/../../x")
	w.refused(root, "promptToken", "create_user_session", "user", "plain", "service", "cpaneld", "promptToken", "!")
	shop := w.as("shop")
	shop.Rights = shop.Rights.With("create-user-session")
	shop.User.Privileges = shop.Rights
	w.refused(shop, "does not exist", "create_user_session", "user", "foreign", "service", "cpaneld")
	w.refused(shop, "does not exist", "create_user_session", "user", "root", "service", "whostmgrd")
	w.refused(w.as("shop"), "Permission denied", "create_user_session", "user", "plain", "service", "cpaneld")
	if links := dataOf(t, w.must(root, "get_users_links", "user", "plain")); len(links) != 0 {
		t.Errorf("%v", links)
	}

	data := w.link(root, "user", "plain", "service", "cpaneld", "cp_security_token", "/cpsess1234567890", "preferred_domain", "www.plain.example")
	link, _ := data["url"].(string)
	if !strings.HasPrefix(link, "https://www.plain.example:2083/cpsess1234567890/login/?session=plain:") {
		t.Errorf("%q", link)
	}
	if got := w.browser().follow(link); got != 403 {
		t.Errorf("a cPanel session opened on 2087: %d", got)
	}
	cpanel := w.browser()
	cpanel.server = w.httpServer().CPanel()
	if got := cpanel.follow(link); got != 303 {
		t.Errorf("on 2083: %d", got)
	}
	r := w.must(root, "create_user_session", "user", "plain", "service", "cpaneld", "preferred_domain", "evil.example")
	if link, _ := dataOf(t, r)["url"].(string); !strings.HasPrefix(link, "https://"+w.host+":2083/") || !strings.Contains(text(r), "preferred_domain is neither") {
		t.Errorf("%q %s", link, text(r))
	}
}

// TestTokensAndLinks is promise 2 for sessions.
func TestTokensAndLinks(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "plain", "domain", "plain.example")
	use := func(nameValue ...string) hostkeep.Caller {
		t.Helper()
		c, err := w.with("root", w.newToken(root, nameValue...), "192.0.2.3")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	narrow := use("token_name", "narrow", "acl", "create-user-session")
	for _, service := range []string{"whostmgrd", "cpaneld"} {
		w.refused(narrow, "fewer rights than its owner", "create_user_session", "user", "shop", "service", service)
	}
	w.refused(narrow, "fewer rights than its owner", "create_user_session", "user", "root", "service", "whostmgrd")
	w.must(narrow, "create_user_session", "user", "plain", "service", "cpaneld")

	ending := use("token_name", "ending", "acl", "all", "expires_at", "1999999999")
	w.refused(ending, "has an end", "create_user_session", "user", "root", "service", "whostmgrd")
	link, _ := w.link(ending, "user", "shop", "service", "whostmgrd")["url"].(string)
	unopened, _ := w.link(ending, "user", "shop", "service", "whostmgrd")["url"].(string)
	b := w.browser()
	if got := b.follow(link); got != 303 {
		t.Fatal(got)
	}
	b.is(200, "opened by a token")
	w.must(root, "api_token_revoke", "token_name", "ending")
	b.is(403, "its token revoked")
	if got := w.browser().follow(unopened); got != 403 {
		t.Errorf("a link of a revoked token: %d", got)
	}
}

// TestSecretsOfSessionsAreNowhere: neither in the record nor in the store's files.
func TestSecretsOfSessionsAreNowhere(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	data := w.link(w.root(), "user", "shop", "service", "whostmgrd", "cp_security_token", "/cpsess4711471147")
	events, err := w.store.Events(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	last := events[len(events)-1]
	if last.Function != "create_user_session" || !slices.ContainsFunc(last.Objects, func(o hostkeep.Object) bool { return o.Kind == hostkeep.KindSession }) {
		t.Errorf("%+v", last)
	}
	session, _ := data["session"].(string)
	if strings.Contains(last.Args, "4711471147") || strings.Contains(last.Args, session) {
		t.Errorf("the record has a secret: %s", last.Args)
	}
}

// TestSessionsNeedALease: a session is refused, as is everything, once the node
// may judge nobody.
func TestSessionsNeedALease(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.session("root", rootsPassword)
	w.keyErr = io.ErrUnexpectedEOF
	if err := w.wire(w.hash); err != nil { // as a server with another's key
		t.Fatal(err)
	}
	b.server = w.httpServer().WHM()
	if a := b.send("GET", b.token+"/json-api/version", ""); a.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := b.send("POST", "/login/?login_only=1", "user=root&pass=x"); a.Code != http.StatusServiceUnavailable || a.Body.String() != `{"status":0,"message":"unavailable"}` {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}

// TestWhatASessionMakesGoesBackToItsToken: a leaked token leaves no way in: what
// was made in a session that its link opened counts as made by the token, and a
// token that is narrowed takes its sessions along.
func TestWhatASessionMakesGoesBackToItsToken(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	opens := func(name string) *browser {
		t.Helper()
		c, err := w.with("root", w.newToken(w.root(), "token_name", name), "192.0.2.3")
		if err != nil {
			t.Fatal(err)
		}
		link, _ := w.link(c, "user", "root", "service", "whostmgrd")["url"].(string)
		b := w.browser()
		if got := b.follow(link); got != 303 {
			t.Fatal(got)
		}
		return b
	}
	call := func(b *browser, query string) (data struct{ URL, Token string }) {
		t.Helper()
		var answer struct{ Data struct{ URL, Token string } }
		a := b.send("POST", b.token+"/json-api/"+query, "api.version=1")
		if err := json.Unmarshal(a.Body.Bytes(), &answer); err != nil || a.Code != 200 {
			t.Fatalf("%d %s", a.Code, a.Body)
		}
		return answer.Data
	}
	first := opens("leak")
	second := w.browser()
	if got := second.follow(call(first, "create_user_session?user=root&service=whostmgrd").URL); got != 303 {
		t.Fatal(got)
	}
	child := hostkeep.NewSecret(call(second, "api_token_create?token_name=child&acl=list-accts").Token)
	second.is(200, "before its token is revoked")
	w.must(w.root(), "api_token_revoke", "token_name", "leak", "revoke_made", "1")
	first.is(403, "the token's session")
	second.is(403, "the session's session")
	if _, err := w.with("root", child, "192.0.2.3"); err == nil {
		t.Error("a token that was made in a session outlives the token that opened it")
	}
	narrowed := opens("narrowed")
	w.must(w.root(), "api_token_update", "token_name", "narrowed", "new_name", "narrower")
	narrowed.is(200, "its token has another name")
	w.must(w.root(), "api_token_update", "token_name", "narrower", "acl", "list-accts")
	narrowed.is(403, "its token narrowed")
	ended := opens("ended")
	w.must(w.root(), "api_token_update", "token_name", "ended", "expires_at", fmt.Sprint(w.now.Add(time.Hour).Unix()))
	ended.is(403, "its token given an end")
}

// TestARenameEndsSessions: the name that comes back does not bring them back.
func TestARenameEndsSessions(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.setPassword("shop", "shop's own word")
	b := w.session("shop", "shop's own word")
	b.is(200, "signed in")
	w.must(w.root(), "modifyacct", "user", "shop", "newuser", "shopper")
	b.is(403, "renamed")
	w.must(w.root(), "modifyacct", "user", "shopper", "newuser", "shop")
	b.is(403, "renamed back")
}

// TestALinkEndsWithItsToken: a token that has an end makes no link, and no
// session by one, that lives longer; nor does what is made in such a session.
func TestALinkEndsWithItsToken(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.must(w.root(), "setacls", "reseller", "shop", "acl-create-user-session", "1")
	end := w.now.Add(10 * time.Minute)
	c, err := w.with("root", w.newToken(w.root(), "token_name", "ending", "expires_at", fmt.Sprint(end.Unix())), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	data := w.link(c, "user", "shop", "service", "whostmgrd")
	if expires, _ := data["expires"].(float64); int64(expires) != end.Unix() {
		t.Errorf("the link ends at %v, want %d", data["expires"], end.Unix())
	}
	link, _ := data["url"].(string)
	b := w.browser()
	if got := b.follow(link); got != http.StatusSeeOther {
		t.Fatal(got)
	}
	w.now = end.Add(-time.Second)
	b.is(200, "a second before the token's end")
	var inner struct {
		Data struct {
			Expires int64
			URL     string
		}
	}
	a := b.send("GET", b.token+"/json-api/create_user_session?api.version=1&user=shop&service=whostmgrd", "")
	if err := json.Unmarshal(a.Body.Bytes(), &inner); err != nil || inner.Data.Expires != end.Unix() {
		t.Errorf("a link that is made in the session: %v %s", err, a.Body)
	}
	late := w.browser()
	if got := late.follow(inner.Data.URL); got != http.StatusSeeOther {
		t.Fatal(got)
	}
	w.now = end
	b.is(403, "at the token's end")
	late.is(403, "at the token's end, in the other session")

	long := w.browser()
	unbounded, _ := w.link(w.root(), "user", "shop", "service", "whostmgrd")["url"].(string)
	if got := long.follow(unbounded); got != http.StatusSeeOther {
		t.Fatal(got)
	}
	w.now = w.now.Add(hostkeep.SessionIdle - time.Second)
	long.is(200, "made without a token")
}

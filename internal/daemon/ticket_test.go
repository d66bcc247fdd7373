package daemon

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// asksCode signs in with the password alone, and answers what stands for it then.
func (b *browser) asksCode(t *testing.T, user, password string) (ticket string) {
	t.Helper()
	a := b.signIn(user, password)
	body := a.Body.String()
	p := b.parsed(a)
	ticket = p.one("input", "name", "hostkeep_ticket").attr("value")
	if a.Code != 401 || ticket == "" || p.one("input", "name", "user").attr("value") != user || len(p.all("input", "name", "tfa_token")) != 1 ||
		len(p.all("input", "name", "pass"))+len(p.all("input", "type", "password")) > 0 || strings.Contains(body, password) {
		t.Fatalf("%d %s", a.Code, body)
	}
	return ticket
}

// code sends what the page then sends.
func (b *browser) codeOnly(user, ticket, code string) *httptest.ResponseRecorder {
	form := url.Values{"user": {user}, "hostkeep_page": {"1"}, "hostkeep_ticket": {ticket}, "tfa_token": {code}, "goto_uri": {"/sessions"}}
	return b.page("POST", "/login/", form.Encode())
}

// isTicketOver wants the whole form, and no word of why.
func (b *browser) isTicketOver(t *testing.T, about string, a *httptest.ResponseRecorder) {
	t.Helper()
	p := b.parsed(a)
	if a.Code != 401 || a.Header().Get("Set-Cookie") != "" || len(p.all("input", "name", "hostkeep_ticket")) > 0 || len(p.all("input", "name", "pass")) != 1 ||
		!strings.Contains(p.one("p", "role", "alert").text(), "Type your password again") {
		t.Errorf("%s: %d %v %s", about, a.Code, a.Header(), p.text())
	}
}

// TestOnlyTheCodeIsAskedFor once the password was right.
func TestOnlyTheCodeIsAskedFor(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	seed := w.enrol(w.root())
	w.now = w.now.Add(time.Minute)
	b := w.browser()
	ticket := b.asksCode(t, "root", rootsPassword)
	a := b.codeOnly("root", ticket, "12345")
	p := b.parsed(a)
	if a.Code != 401 || p.one("input", "name", "hostkeep_ticket").attr("value") != ticket || p.one("input", "name", "goto_uri").attr("value") != "/sessions" ||
		!strings.Contains(p.one("p", "role", "alert").text(), "Login Attempt Failed!") {
		t.Errorf("a wrong code: %d %s", a.Code, p.text())
	}
	w.now = w.now.Add(2*time.Minute - time.Second)
	a = b.codeOnly("root", ticket, code(t, seed, w.now))
	if a.Code != 303 || !strings.HasSuffix(a.Header().Get("Location"), "/sessions") || a.Header().Get("Set-Cookie") == "" {
		t.Errorf("a right code: %d %v", a.Code, a.Header())
	}
	if a := b.codeOnly("root", ticket, code(t, seed, w.now)); a.Code != 401 || a.Header().Get("Set-Cookie") != "" {
		t.Errorf("the same again: %d", a.Code)
	}
	w.now = w.now.Add(time.Second)
	b.isTicketOver(t, "after two minutes", b.codeOnly("root", ticket, code(t, seed, w.now)))
}

// TestATicketIsForOneUserAndAddress, as long as the user is as it was; none tells
// whether a name exists, and none is a guess.
func TestATicketIsForOneUserAndAddress(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.setPassword("shop", "shop's own word")
	seed := w.enrol(w.as("shop"))
	w.enrol(w.root())
	w.now = w.now.Add(time.Minute)
	b, elsewhere := w.browser(), w.browser()
	ticket := b.asksCode(t, "shop", "shop's own word")
	right := func() string { return code(t, seed, w.now) }
	end, mark, _ := strings.Cut(ticket, ".")
	for about, tt := range map[string]struct {
		from         *browser
		user, ticket string
	}{
		"another address":  {elsewhere, "shop", ticket},
		"another user":     {b, "root", ticket},
		"nobody":           {b, "nobody", ticket},
		"an account":       {b, "client", ticket},
		"a later end":      {b, "shop", "9" + end + "." + mark},
		"no mark":          {b, "shop", end + "."},
		"no end":           {b, "shop", "." + mark},
		"nothing but text": {b, "shop", "x"},
		"a cookie's mark":  {b, "shop", end + "." + w.ring.MarkSession("x")},
	} {
		for range 10 { // twice what would lock a guesser out
			tt.from.isTicketOver(t, about, tt.from.codeOnly(tt.user, tt.ticket, right()))
		}
	}
	if a := b.codeOnly("shop", ticket, right()); a.Code != 303 {
		t.Errorf("it is no good where it is: %d", a.Code)
	}
	w.now = w.now.Add(time.Minute)
	for about, change := range map[string]func(){
		"another password": func() { w.must(w.root(), "passwd", "user", "shop", "password", "shop's own word") },
		"other privileges": func() { w.must(w.root(), "setacls", "reseller", "shop", "acl-list-accts", "1") },
	} {
		w.setPassword("shop", "shop's own word")
		ticket = b.asksCode(t, "shop", "shop's own word")
		change()
		b.isTicketOver(t, about, b.codeOnly("shop", ticket, right()))
	}
}

// TestCodesOfATicketAreCounted as those beside a password are.
func TestCodesOfATicketAreCounted(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.must(w.root(), "save_cphulk_config", "max_failures_byip", "100", "mark_as_brute", "100")
	seed := w.enrol(w.root())
	w.now = w.now.Add(time.Minute)
	b := w.browser()
	ticket := b.asksCode(t, "root", rootsPassword)
	for range 5 {
		b.codeOnly("root", ticket, "12345")
	}
	if a := b.codeOnly("root", ticket, code(t, seed, w.now)); a.Code != 401 {
		t.Errorf("the right one after five wrong ones: %d", a.Code)
	}
	w.now = w.now.Add(30 * time.Second)
	if a := b.codeOnly("root", ticket, code(t, seed, w.now)); a.Code != 303 {
		t.Errorf("after half a minute: %d", a.Code)
	}
	w.now = w.now.Add(24 * time.Hour) // the misses are forgotten
	w.must(w.root(), "save_cphulk_config", "max_failures_byip", "3")
	ticket = b.asksCode(t, "root", rootsPassword)
	for range 3 {
		b.codeOnly("root", ticket, "12345")
	}
	b.isTicketOver(t, "the address is blocked", b.codeOnly("root", ticket, code(t, seed, w.now)))
}

// TestOldClientsGetNoTicket, and can show none.
func TestOldClientsGetNoTicket(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	seed := w.enrol(w.root())
	w.now = w.now.Add(time.Minute)
	b := w.browser()
	form := url.Values{"user": {"root"}, "pass": {rootsPassword}}
	a := b.send("POST", "/login/?login_only=1", form.Encode())
	if a.Code != 401 || a.Body.String() != `{"status":0,"message":"tfa_required"}` {
		t.Errorf("in JSON: %d %s", a.Code, a.Body)
	}
	p := b.parsed(b.send("POST", "/login/", form.Encode()))
	if len(p.all("input", "name", "hostkeep_ticket")) > 0 || len(p.all("input", "name", "pass")) != 1 {
		t.Errorf("as a page: %s", p.text())
	}
	form = url.Values{"user": {"root"}, "hostkeep_ticket": {b.asksCode(t, "root", rootsPassword)}, "tfa_token": {code(t, seed, w.now)}}
	for _, target := range []string{"/login/", "/login/?login_only=1"} {
		if a := b.send("POST", target, form.Encode()); a.Code != 401 || a.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %d", target, a.Code)
		}
	}
}

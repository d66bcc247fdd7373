package daemon

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// forced is a reseller that may list accounts and nothing else, and has a token;
// forcepasswordchange has marked it.
func forced(t *testing.T) (w *world, mark func(on string), token hostkeep.Secret) {
	w = hosting(t)
	token = w.newToken(w.as("shop"), "token_name", "robot")
	w.must(w.root(), "setacls", "reseller", "shop", "acl-list-accts", "1")
	w.setPassword("shop", shopsWord)
	mark = func(on string) { w.must(w.root(), "forcepasswordchange", "users_json", `{"shop":`+on+`}`) }
	return w, mark, token
}

const (
	shopsWord = "shop's own word"
	must      = "You must set another password first"
)

// by calls by password over HTTP.
func (b *browser) by(user, password, function string) string {
	header := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	return b.send("POST", "/json-api/"+function, "api.version=1", "Authorization", header).Body.String()
}

// TestAForcedPasswordOpensNothingElse: a user who must set another password signs
// in to nothing but that, by form and by Basic, until it is done.
func TestAForcedPasswordOpensNothingElse(t *testing.T) {
	t.Parallel()
	w, mark, token := forced(t)
	before := w.session("shop", shopsWord)
	before.is(200, "before the mark")
	mark("1")
	before.is(403, "a session from before the mark")
	b := w.session("shop", shopsWord)
	in := func(function, query string) string {
		return b.send("POST", b.token+"/json-api/"+function, "api.version=1&"+query).Body.String()
	}
	robot, err := w.with("shop", token, "192.0.2.1")
	if err != nil {
		t.Fatalf("a token: %v", err)
	}
	w.must(robot, "listaccts")
	seq := w.node.Seq()
	for _, call := range [][2]string{
		{"listaccts", ""},
		{"applist", ""},
		{"version", ""},
		{"api_token_create", "token_name=x"},
		{"batch", "command=listaccts"},
		{"passwd", "user=client&password=another-word"},
		{"passwd", "user=root&password=another-word"},
		{"passwd", "user=nobody&password=another-word"},
		{"twofactorauth_generate_tfa_config", ""},
		{"forcepasswordchange", "users_json=" + url.QueryEscape(`{"shop":0}`)},
	} {
		for about, got := range map[string]string{
			"in a session": in(call[0], call[1]), "by password": w.browser().by("shop", shopsWord, call[0]+"?"+call[1]),
		} {
			if !strings.Contains(got, must) {
				t.Errorf("%s %s: %s", about, call[0], got)
			}
		}
	}
	if got := in("passwd", "user=shop&password="+url.QueryEscape(shopsWord)); !strings.Contains(got, "the one that you have") {
		t.Errorf("the same password again: %s", got)
	}
	if w.node.Seq() != seq {
		t.Error("something was changed")
	}
	if got := in("passwd", "user=shop&password=another-word"); !strings.Contains(got, `"result":1`) {
		t.Fatalf("its own password: %s", got)
	}
	b.is(403, "with the old password's session")
	w.setPassword("shop", "another word") // one that can be checked
	if got := w.browser().by("shop", "another word", "listaccts"); !strings.Contains(got, `"result":1`) {
		t.Errorf("afterwards: %s", got)
	}
	if got := w.browser().by("shop", "another word", "passwd?user=shop&password=third-word"); !strings.Contains(got, "Permission denied") {
		t.Errorf("its own password, unasked and without the privilege: %s", got)
	}

	mark("1")
	if got := w.browser().by("shop", "another word", "passwd?user=shop&password=third-word"); !strings.Contains(got, `"result":1`) {
		t.Errorf("its own password, by password: %s", got)
	}
	w.setPassword("shop", shopsWord)
	mark("1")
	mark("0")
	w.session("shop", shopsWord).is(200, "the mark taken back")
}

// TestSigningInWithAForcedPassword tells so, to people and to scripts.
func TestSigningInWithAForcedPassword(t *testing.T) {
	t.Parallel()
	w, mark, _ := forced(t)
	form := url.Values{"user": {"shop"}, "pass": {shopsWord}, "goto_uri": {"/scripts/x"}}.Encode()
	if a := w.browser().send("POST", "/login/?login_only=1", form); strings.Contains(a.Body.String(), "message") {
		t.Errorf("without a mark: %s", a.Body)
	}
	mark("1")
	a := w.browser().send("POST", "/login/", form)
	if to := a.Header().Get("Location"); a.Code != http.StatusSeeOther || !strings.HasSuffix(to, "/?message=password_change_required") || !strings.HasPrefix(to, "/cpsess") {
		t.Errorf("the form leads to %d %q", a.Code, to)
	}
	a = w.browser().send("POST", "/login/?login_only=1", form)
	if body := a.Body.String(); a.Code != 200 || !strings.Contains(body, `"status":1`) || !strings.Contains(body, `"message":"password_change_required"`) {
		t.Errorf("a script is told %d %s", a.Code, body)
	}
	link, _ := w.link(w.root(), "user", "shop", "service", "whostmgrd")["url"].(string)
	u, _ := url.Parse(link)
	if a := w.browser().send("GET", u.RequestURI(), ""); !strings.HasSuffix(a.Header().Get("Location"), "/?message=password_change_required") {
		t.Errorf("a link leads to %d %v", a.Code, a.Header())
	}
	b := w.session("shop", shopsWord)
	if a := b.send("GET", b.token+"/logout/", ""); a.Code != http.StatusSeeOther {
		t.Errorf("signing out: %d %s", a.Code, a.Body)
	}
	if got := w.browser().login("shop", "wrong", ""); got != "invalid_login" {
		t.Errorf("a wrong password learns %q", got)
	}
}

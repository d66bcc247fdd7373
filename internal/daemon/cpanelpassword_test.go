package daemon

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// hashingCPanel is hostingCPanel where new passwords can be signed in with.
func hashingCPanel(t *testing.T) *world {
	w := hostingCPanel(t)
	w.hash = w.hasher.Hash
	var err error
	if w.cpanel, err = w.cpanelCatalogue(); err != nil {
		t.Fatal(err)
	}
	return w
}

const (
	newWord      = "a new word of its own"
	notAccepted  = "The old password was not accepted; nothing was changed."
	wantsPasswd  = `Permission denied: Passwd::change_password needs the privilege "passwd", which this token does not have.`
	theSuspended = "The account is suspended, so its old password proves nothing. WHM's passwd sets another one."
)

// exchange calls Passwd::change_password with a header, or "" in the browser's session,
// and answers why it failed, "" when it did not.
func (b *browser) exchange(header, user, old, to string) string {
	b.w.t.Helper()
	form := url.Values{
		"cpanel_jsonapi_module": {"Passwd"}, "cpanel_jsonapi_func": {"change_password"}, "cpanel_jsonapi_apiversion": {"2"}, "cpanel_jsonapi_user": {user},
		"oldpass": {old}, "newpass": {to},
	}
	target, headers := b.token+"/json-api/cpanel", []string(nil)
	if header != "" {
		target, headers = "/json-api/cpanel", []string{"Authorization", header}
	}
	a := b.send("POST", target, form.Encode(), headers...)
	var answer struct {
		Result struct {
			Error string
			Data  []struct {
				Status *int
				Text   string          `json:"statustxt"`
				List   json.RawMessage `json:"applist"`
				Output *string         `json:"passwdoutput"`
				Reason string
			}
		} `json:"cpanelresult"`
		Error string // where there is no such account: it did not get as far as cPanel's side
	}
	if err := json.Unmarshal(a.Body.Bytes(), &answer); err != nil || a.Code != http.StatusOK {
		return http.StatusText(a.Code)
	}
	if answer.Error != "" {
		return answer.Error
	}
	if len(answer.Result.Data) != 1 {
		b.w.t.Fatalf("%s", a.Body)
	}
	row, failed := answer.Result.Data[0], answer.Result.Error
	switch {
	case failed == "":
		if row.Status == nil || *row.Status != 1 || row.Text != "Your password has been changed!" || string(row.List) != `[{"app":"system"}]` || row.Output == nil {
			b.w.t.Fatalf("done, and the row is %s", a.Body)
		}
	case row.Reason != "": // it did not get as far as the function
	case row.Status == nil || *row.Status != 0 || row.Text != failed || string(row.List) != `[{"app":"none"}]` || row.Output != nil:
		b.w.t.Fatalf("failed, and the row is %s", a.Body)
	}
	return failed
}

// TestAnAccountChangesItsPassword by the old one, on port 2083, and what is left then.
func TestAnAccountChangesItsPassword(t *testing.T) {
	t.Parallel()
	w := hashingCPanel(t)
	var log bytes.Buffer
	w.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	me, robot := basic("plain", plainWord), w.asAccount("plain").authorization
	s, seq := w.cpanelBrowser(), w.node.Seq()
	for _, tt := range []struct{ want, old, to string }{
		{`"oldpass" is a required argument.`, "", newWord},
		{`"newpass" is a required argument.`, plainWord, ""},
		{"The new password must be another than the old one.", plainWord, plainWord},
		{"The new password must be another than the old one.", "not the word", "not the word"}, // tells of no password
		{"The password is too short: it needs at least 6 characters.", plainWord, "short"},
		{notAccepted, "not the word", newWord},
		{notAccepted, plainWord + "x", newWord},
	} {
		if got := s.exchange(me, "plain", tt.old, tt.to); got != tt.want {
			t.Errorf("%q to %q: %q, want %q", tt.old, tt.to, got, tt.want)
		}
	}
	if w.node.Seq() != seq {
		t.Error("something was changed")
	}
	if message := s.login("plain", plainWord, ""); message != "" {
		t.Fatalf("signing in: %s", message)
	}
	by := map[string]string{plainWord: me, newWord + "1": robot, newWord + "2": "", newWord + "3": basic("plain", newWord+"3")}
	old := plainWord
	for _, next := range []string{newWord + "1", newWord + "2", newWord + "3", newWord} {
		if by[old] == "" {
			if message := s.login("plain", old, ""); message != "" {
				t.Fatalf("signing in with %q: %s", old, message)
			}
		}
		if got := s.exchange(by[old], "plain", old, next); got != "" {
			t.Fatalf("%q to %q: %s", old, next, got)
		}
		if a := s.send("GET", s.token+"/execute/Tokens/list", ""); a.Code != http.StatusUnauthorized {
			t.Errorf("a session from before: %d", a.Code)
		}
		if code, _ := w.execute(basic("plain", old), "198.51.100.1", "Tokens/list"); code != http.StatusUnauthorized {
			t.Errorf("the old password: %d", code)
		}
		if code, _ := w.execute(basic("plain", next), home, "Tokens/list"); code != http.StatusOK {
			t.Errorf("the new password: %d", code)
		}
		if code, _ := w.execute(robot, home, "Tokens/list"); code != http.StatusOK {
			t.Errorf("a token from before: %d", code)
		}
		old = next
		w.must(w.root(), "flush_cphulk_login_history")
	}
	w.keeps(t, log.String(), plainWord, newWord, "not the word")
}

// keeps: neither the log nor the record has one of the words; the last change that is
// recorded is the account's own.
func (w *world) keeps(t *testing.T, log string, words ...string) {
	t.Helper()
	rows, _ := w.record(w.root(), "limit", "100")
	found := 0
	for _, r := range rows {
		if r.Function != "Passwd::change_password" {
			continue
		}
		if found++; r.User != "plain" || r.about() != "plain" || r.Arguments != `{"oldpass":"***","newpass":"***"}` {
			t.Errorf("a row of the record is %+v", r)
		}
	}
	if found != 4 {
		t.Errorf("%d changes are recorded", found)
	}
	if !strings.Contains(log, "credential refused") {
		t.Errorf("the log does not tell of wrong passwords: %s", log)
	}
	stored, err := filepath.Glob(filepath.Join(w.cfg.Data, "hostkeep.db*"))
	if err != nil || len(stored) == 0 {
		t.Fatalf("the store's files: %v %v", stored, err)
	}
	places := map[string]string{"the log": log, "the record": text(w.must(w.root(), "hostkeep_record_list", "limit", "100"))}
	for _, file := range stored {
		held, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		places[filepath.Base(file)] = string(held)
	}
	for place, held := range places {
		for _, word := range words {
			if strings.Contains(held, word) {
				t.Errorf("%s holds %q", place, word)
			}
		}
	}
}

// TestGuessingAnOldPassword: whoever holds a token guesses no better than at sign-in, and the
// token works on.
func TestGuessingAnOldPassword(t *testing.T) {
	t.Parallel()
	w := hashingCPanel(t)
	w.must(w.root(), "setacls", "reseller", "shop", "acl-cpanel-api", "1", "acl-manage-api-tokens", "1", "acl-passwd", "1")
	w.setPassword("client", "client's own word")
	whm := w.asReseller("shop")
	for about, tt := range map[string]struct {
		b            *browser
		header       string
		user, secret string
	}{
		"a token of the account":     {w.cpanelBrowser(), w.asAccount("plain").authorization, "plain", plainWord},
		"a token of WHM":             {whm.browser, whm.authorization, "client", "client's own word"},
		"the account, by a password": {w.cpanelBrowser(), "", "plain", plainWord}, // its session
	} {
		if tt.header == "" {
			if message := tt.b.login(tt.user, tt.secret, ""); message != "" {
				t.Fatal(message)
			}
		}
		for i := range 5 {
			if got := tt.b.exchange(tt.header, tt.user, "guess", newWord); got != notAccepted {
				t.Errorf("%s: guess %d: %q", about, i, got)
			}
		}
		if got := tt.b.exchange(tt.header, tt.user, tt.secret, newWord); got != notAccepted {
			t.Errorf("%s, after five guesses, the right one: %q", about, got)
		}
		server := tt.b.server
		tt.b.server = w.httpServer().CPanel()
		if a := tt.b.send("GET", "/execute/Tokens/list", "", "Authorization", basic(tt.user, tt.secret)); a.Code != http.StatusUnauthorized {
			t.Errorf("%s: signing in from there: %d", about, a.Code)
		}
		tt.b.server = server
		from, _, _ := strings.Cut(tt.b.addr, ":")
		if code, _ := w.execute(basic(tt.user, tt.secret), "198.51.100.1", "Tokens/list"); code != http.StatusOK {
			t.Errorf("%s: signing in from elsewhere: %d", about, code)
		}
		seen := 0
		for _, row := range rows(t, dataOf(t, w.must(w.root(), "get_cphulk_failed_logins")), "failed_logins") {
			if row["ip"] == from && row["user"] == tt.user {
				seen++
			}
		}
		if seen != 5 {
			t.Errorf("%s: %d failures are listed", about, seen)
		}
		if tt.header != "" && tt.user == "plain" {
			if a := tt.b.send("GET", "/execute/Tokens/list", "", "Authorization", tt.header); a.Code != http.StatusOK {
				t.Errorf("%s no longer works: %d", about, a.Code)
			}
		}
		w.must(w.root(), "flush_cphulk_login_history")
		if got := tt.b.exchange(tt.header, tt.user, tt.secret, newWord); got != "" {
			t.Errorf("%s, once that is forgotten: %q", about, got)
		}
		w.setPassword("plain", plainWord)
	}
}

// TestWHMUsersChangeAnAccountsPassword as far as passwd lets them, by the old one.
func TestWHMUsersChangeAnAccountsPassword(t *testing.T) {
	t.Parallel()
	w := hashingCPanel(t)
	w.must(w.root(), "createacct", "username", "asleep", "domain", "asleep.example")
	w.setPassword("asleep", plainWord)
	w.must(w.root(), "suspendacct", "user", "asleep")
	w.setPassword("client", "client's own word")
	word := map[string]string{"plain": plainWord, "shop": shopWord, "client": "client's own word", "asleep": plainWord, "root": rootsPassword, "nosuch": "a word"}
	made := int64(0)
	token := func(user string, nameValue ...string) string {
		made++
		return "whm " + user + ":" + w.newToken(w.as(user), append([]string{"token_name", "t" + jsonNumber(made)}, nameValue...)...).Reveal()
	}
	narrow := token("root", "acl", "cpanel-api")
	setter := token("root", "acl", "cpanel-api", "acl", "passwd")
	ending := token("root", "acl", "all", "expires_at", jsonNumber(w.now.Add(3600e9).Unix()))
	weak := token("shop", "acl", "cpanel-api")
	w.must(w.root(), "setacls", "reseller", "shop", "acl-cpanel-api", "1", "acl-manage-api-tokens", "1", "acl-passwd", "1")
	strong := token("shop", "acl", "cpanel-api", "acl", "passwd", "acl", "manage-api-tokens")
	ended := token("shop", "acl", "cpanel-api", "acl", "passwd", "acl", "manage-api-tokens", "expires_at", jsonNumber(w.now.Add(3600e9).Unix()))
	const noUser = "User parameter is invalid or was not supplied"
	for _, tt := range []struct{ about, header, user, want string }{
		{"cpanel-api alone", narrow, "plain", wantsPasswd},
		{"cpanel-api alone", narrow, "shop", wantsPasswd},
		{"with passwd", setter, "plain", ""},
		{"with passwd", setter, "shop", "fewer rights than its owner"},
		{"with passwd", setter, "asleep", theSuspended},
		{"with an end", ending, "shop", ""},
		{"a reseller's, without passwd", weak, "client", wantsPasswd},
		{"a reseller's, with passwd", strong, "client", ""},
		{"a reseller's, with passwd", strong, "shop", ""}, // passwd sets its own, too
		{"a reseller's, with an end", ended, "shop", "has an end or an address list"},
		{"a reseller's, with passwd", strong, "plain", noUser},
		{"a reseller's, with passwd", strong, "nosuch", noUser},
		{"root's own", setter, "root", noUser},
	} {
		before, b := w.node.Seq(), w.browser()
		if tt.want == "" {
			if got := b.exchange(tt.header, tt.user, "not the word", newWord); got != notAccepted {
				t.Errorf("%s, for %s, a wrong password: %q", tt.about, tt.user, got)
			}
			w.must(w.root(), "flush_cphulk_login_history")
			before = w.node.Seq()
		}
		got := b.exchange(tt.header, tt.user, word[tt.user], newWord)
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) || (w.node.Seq() == before) != (tt.want != "") {
			t.Errorf("%s, for %s: %q, want %q; %d changes", tt.about, tt.user, got, tt.want, w.node.Seq()-before)
		}
		if tt.want == "" {
			w.setPassword(tt.user, word[tt.user])
			continue
		}
		// A wrong one is told no other thing: nothing was looked at.
		if wrong := b.exchange(tt.header, tt.user, "not the word", newWord); wrong != got {
			t.Errorf("%s, for %s: the right word is told %q, a wrong one %q", tt.about, tt.user, got, wrong)
		}
		if failed := rows(t, dataOf(t, w.must(w.root(), "get_cphulk_failed_logins")), "failed_logins"); len(failed) != 0 {
			t.Errorf("%s, for %s: a password was looked at: %v", tt.about, tt.user, failed)
		}
	}
	if code, _ := w.execute(basic("asleep", plainWord), home, "Tokens/list"); code != http.StatusUnauthorized {
		t.Errorf("a suspended account signs in: %d", code)
	}
}

// TestAResellersOneOldPassword: its password opens WHM as well, so only whoever signed in
// with it changes it, and nothing that a token answers for.
func TestAResellersOneOldPassword(t *testing.T) {
	t.Parallel()
	w := hashingCPanel(t)
	const noToken = "no token changes it"
	b, own := w.cpanelBrowser(), w.asAccount("shop").authorization
	for _, old := range []string{shopWord, "not the word"} {
		if got := b.exchange(own, "shop", old, newWord); !strings.Contains(got, noToken) {
			t.Errorf("its own token, with %q: %q", old, got)
		}
	}
	c, err := w.with("root", w.newToken(w.root(), "token_name", "links", "acl", "all"), home)
	if err != nil {
		t.Fatal(err)
	}
	for about, tt := range map[string]struct {
		by   hostkeep.Caller
		want string
	}{"a token's": {c, noToken}, "a person's": {w.root(), ""}} {
		data := w.link(tt.by, "user", "shop", "service", "cpaneld")
		link, _ := data["url"].(string)
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		b := w.cpanelBrowser()
		token, _ := data["cp_security_token"].(string)
		b.take(b.send("GET", u.RequestURI(), ""), token)
		if got := b.exchange("", "shop", shopWord, newWord); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("in a session by %s link: %q", about, got)
		}
		w.setPassword("shop", shopWord)
	}
	whm := w.session("shop", shopWord)
	if got := b.exchange(basic("shop", shopWord), "shop", shopWord, newWord); got != "" {
		t.Fatalf("by the password: %s", got)
	}
	whm.is(http.StatusForbidden, "WHM's session from before")
	w.session("shop", newWord).is(http.StatusOK, "the new one on WHM's side")
	if message := w.browser().login("shop", shopWord, ""); message == "" {
		t.Error("the old one still opens WHM")
	}
}

// TestAForcedPasswordOnCPanelsSide: whoever must set another password can do that and
// nothing else, whatever features the account has.
func TestAForcedPasswordOnCPanelsSide(t *testing.T) {
	t.Parallel()
	w := hashingCPanel(t)
	me, b := basic("plain", plainWord), w.cpanelBrowser()
	w.must(w.root(), "add_override_features_for_user", "user", "plain", "features", `{"password":0}`)
	if got := b.exchange(me, "plain", plainWord, newWord); got != `Passwd::change_password needs the feature "password", which this account does not have.` {
		t.Errorf("without the feature: %q", got)
	}
	w.must(w.root(), "forcepasswordchange", "users_json", `["plain"]`)
	if _, a := w.execute(me, home, "Tokens/list"); !strings.Contains(a.reason(), "call Passwd::change_password") {
		t.Errorf("something else: %+v", a)
	}
	for want, to := range map[string]string{"must be another": plainWord, "too short": "short"} {
		if got := b.exchange(me, "plain", plainWord, to); !strings.Contains(got, want) {
			t.Errorf("to %q: %q", to, got)
		}
	}
	if got := b.exchange(me, "plain", "not the word", newWord); got != notAccepted {
		t.Errorf("by a wrong one: %q", got)
	}
	if got := b.exchange(me, "plain", plainWord, newWord); got != "" {
		t.Fatalf("by the old one: %q", got)
	}
	if _, a := w.execute(basic("plain", newWord), home, "Tokens/list"); a.Status != 1 {
		t.Errorf("afterwards: %+v", a)
	}
	w.must(w.root(), "forcepasswordchange", "users_json", `["plain"]`)
	if message := b.login("plain", newWord, ""); message != "" {
		t.Fatal(message)
	}
	if got := b.exchange("", "plain", newWord, plainWord); got != "" {
		t.Errorf("in a session: %q", got)
	}
	if _, a := w.execute(me, home, "Tokens/list"); a.Status != 1 {
		t.Errorf("after the second: %+v", a)
	}
}

// row is the one row that a function of API 2 answers.
func (c *calling) row(function string, nameValue ...string) map[string]any {
	c.w.t.Helper()
	result := c.api2(function, nameValue...)
	rows, _ := result["data"].([]any)
	if len(rows) != 1 {
		c.w.t.Fatalf("%s: %v", function, result)
	}
	row, _ := rows[0].(map[string]any)
	if failed, is := result["error"].(string); is {
		return map[string]any{"error": failed}
	}
	return row
}

// TestPasswordStrengthOfAnAccount: one score on both sides, and none that is asked for.
func TestPasswordStrengthOfAnAccount(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	plain := w.asAccount("plain")
	for _, word := range []string{"weakness", "0zUIcv-0", "a"} {
		score, _ := dataOf(t, w.must(w.root(), "get_password_strength", "password", word))["strength"].(float64)
		if got := plain.row("PasswdStrength::get_password_strength", "password", word); !sameAnswer(got, map[string]any{"strength": jsonNumber(int64(score))}) {
			t.Errorf("%q scores %v, in WHM %v", word, got, score)
		}
	}
	for _, app := range []string{"passwd", "htaccess", ""} {
		if got := plain.row("PasswdStrength::get_required_strength", "app", app); !sameAnswer(got, map[string]any{"strength": 0}) {
			t.Errorf("%q asks for %v", app, got)
		}
	}
	text, _ := json.Marshal(plain.api2("PasswdStrength::appstrengths")["data"])
	if want := `[{"app":"createacct","strength":0},{"app":"passwd","strength":0},{"app":"webdisk","strength":0}]`; string(text) != want {
		t.Errorf("the list is %s, want %s", text, want)
	}
	// As weak as it may be, and long enough, it is taken.
	if got := w.cpanelBrowser().exchange(basic("plain", plainWord), "plain", plainWord, "aaaaaa"); got != "" {
		t.Errorf("a weak one: %s", got)
	}
}

// TestDigestAuthOfAnAccount is WHM's mark, which the account sets itself.
func TestDigestAuthOfAnAccount(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	const function = "Passwd::set_digest_auth"
	plain, root := w.asAccount("plain"), w.asReseller("root")
	narrow := &calling{w.browser(), "whm root:" + w.newToken(w.root(), "token_name", "narrow", "acl", "cpanel-api").Reveal()}
	is := func(user string, want float64) {
		t.Helper()
		if got := dataOf(t, w.must(w.root(), "has_digest_auth", "user", user))["digestauth"]; got != want {
			t.Errorf("%s is marked %v, want %v", user, got, want)
		}
	}
	for _, tt := range []struct {
		by     *calling
		on     string
		reason string
		marked float64
	}{
		{plain, "1", "Digest Authentication enabled.", 1},
		{narrow, "0", "Digest Authentication disabled.", 0},
		{root, "1", "Digest Authentication enabled.", 1},
		{plain, "0", "Digest Authentication disabled.", 0},
	} {
		got := tt.by.row(function, "cpanel_jsonapi_user", "plain", "password", "whatever it is", "enabledigest", tt.on, "enable", "1")
		if !sameAnswer(got, map[string]any{"result": "1", "reason": tt.reason}) {
			t.Errorf("%s: %v", tt.on, got)
		}
		is("plain", tt.marked)
	}
	refused := func(want string, by *calling, user, password string) {
		t.Helper()
		got, _ := by.row(function, "cpanel_jsonapi_user", user, "password", password, "enabledigest", "1")["error"].(string)
		if !strings.Contains(got, want) {
			t.Errorf("for %s: %q, want %q", user, got, want)
		}
		is(user, 0)
	}
	refused("too short", plain, "plain", "short")
	refused("fewer rights than its owner", narrow, "shop", "whatever it is")
	w.must(w.root(), "add_override_features_for_user", "user", "plain", "features", `{"webdisk":0}`)
	refused(`needs the feature "webdisk"`, plain, "plain", "whatever it is")
}

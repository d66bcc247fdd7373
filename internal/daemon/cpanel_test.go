package daemon

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// uapiAnswer is what UAPI answers, as a client reads it.
type uapiAnswer struct {
	Status                     int
	Errors, Messages, Warnings []string
	Data                       any
}

func (a uapiAnswer) reason() string { return strings.Join(a.Errors, " ") }

// data is a member of the data, or nil.
func (a uapiAnswer) data(name string) any {
	object, _ := a.Data.(map[string]any)
	return object[name]
}

// names are the names in a list of tokens.
func (a uapiAnswer) names() (list []string) {
	rows, _ := a.Data.([]any)
	for _, r := range rows {
		row, _ := r.(map[string]any)
		name, _ := row["name"].(string)
		list = append(list, name)
	}
	return list
}

func query(nameValue []string) string {
	q := url.Values{}
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		q.Add(nameValue[0], nameValue[1])
	}
	return q.Encode()
}

// execute calls Module/function on port 2083, with a header.
func (w *world) execute(authorization, from, function string, nameValue ...string) (code int, a uapiAnswer) {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/execute/"+function+"?"+query(nameValue), nil) //nolint:noctx // ends with the call
	r.RemoteAddr = from + ":1024"
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer := httptest.NewRecorder()
	w.httpServer().CPanel().ServeHTTP(answer, r)
	if err := json.Unmarshal(answer.Body.Bytes(), &a); err != nil {
		w.t.Fatalf("%s: %d, %v: %s", function, answer.Code, err, answer.Body)
	}
	if answer.Code == http.StatusOK {
		asDocumented(w.t, true, "/execute/"+function, answer.Body.Bytes())
	}
	return answer.Code, a
}

// uapi calls a function for an account as a WHM user does.
func (w *world) uapi(c hostkeep.Caller, user, function string, nameValue ...string) (a uapiAnswer) {
	w.t.Helper()
	module, name, _ := strings.Cut(function, "/")
	p := wire.Pairs("cpanel.user", user, "cpanel.module", module, "cpanel.function", name)
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		p = p.Add(nameValue[0], nameValue[1])
	}
	r := w.Call(context.Background(), c, "uapi_cpanel", p)
	if !r.OK {
		return uapiAnswer{Errors: []string{r.Reason}}
	}
	text, err := json.Marshal(dataOf(w.t, r)["uapi"])
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		w.t.Fatalf("%s: %v", function, err)
	}
	return a
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// hostingCPanel is a world with a reseller shop that may call cPanel's functions, its
// account client, and root's account plain; the two sign in with their own words.
func hostingCPanel(t *testing.T) *world {
	w := hosting(t)
	w.must(w.root(), "setacls", "reseller", "shop", "acl-cpanel-api", "1", "acl-manage-api-tokens", "1", "acl-list-accts", "1")
	w.must(w.root(), "createacct", "username", "plain", "domain", "plain.example")
	w.setPassword("plain", "plain's own word")
	w.setPassword("shop", "shop's own word")
	return w
}

const (
	plainWord = "plain's own word"
	shopWord  = "shop's own word"
)

func TestTokensOfAnAccount(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	me := basic("plain", plainWord)
	end := w.now.Unix() + 3600
	_, made := w.execute(me, home, "Tokens/create_full_access", "name", "robot", "expires_at", "0")
	secret, _ := made.data("token").(string)
	if made.Status != 1 || !hostkeep.WellFormedSecret(secret) || made.data("create_time") != float64(w.now.Unix()) || made.Errors != nil {
		t.Fatalf("%+v", made)
	}
	robot := "cpanel plain:" + secret
	if code, a := w.execute(robot, abroad, "Tokens/create_full_access", "name", "short", "expires_at", jsonNumber(end)); code != 200 || a.Status != 1 {
		t.Fatalf("%d %+v", code, a)
	}
	_, list := w.execute(robot, home, "Tokens/list")
	text, _ := json.Marshal(list.Data)
	now := jsonNumber(w.now.Unix())
	want := `[{"create_time":` + now + `,"expires_at":null,"features":[],"has_full_access":1,"name":"robot"},` +
		`{"create_time":` + now + `,"expires_at":` + jsonNumber(end) + `,"features":[],"has_full_access":1,"name":"short"}]`
	if string(text) != want {
		t.Errorf("listed is %s\nwant %s", text, want)
	}
	for _, bad := range [][]string{
		{"already", "Tokens/create_full_access", "name", "robot"},
		{"50", "Tokens/create_full_access", "name", strings.Repeat("x", 51)},
		{"letters", "Tokens/create_full_access", "name", "a b"},
		{`"name"`, "Tokens/create_full_access"},
		{"past", "Tokens/create_full_access", "name", "late", "expires_at", jsonNumber(w.now.Unix())},
		{`"expire_at"`, "Tokens/create_full_access", "name", "late", "expire_at", "1"},
		{"already", "Tokens/rename", "name", "short", "new_name", "robot"},
		{"50", "Tokens/rename", "name", "short", "new_name", strings.Repeat("x", 51)},
		{`named "gone"`, "Tokens/rename", "name", "gone", "new_name", "x"},
		{`named "gone"`, "Tokens/revoke", "name", "gone"},
	} {
		if code, a := w.execute(robot, home, bad[1], bad[2:]...); code != 200 || a.Status != 0 || !strings.Contains(a.reason(), bad[0]) || a.Data != nil {
			t.Errorf("%q: %d %+v", bad, code, a)
		}
	}
	if _, a := w.execute(robot, home, "Tokens/rename", "name", "short", "new_name", "brief"); a.Status != 1 || a.Data != nil {
		t.Errorf("rename: %+v", a)
	}
	w.now = w.now.Add(3600e9)
	if _, a := w.execute(robot, home, "Tokens/list"); !slices.Equal(a.names(), []string{"brief", "robot"}) {
		t.Errorf("an expired token does not stay: %q", a.names())
	}
	if _, a := w.execute(robot, home, "Tokens/revoke", "name", "robot"); a.Status != 1 || a.Data != 1.0 {
		t.Errorf("revoke: %+v", a)
	}
	if code, a := w.execute(robot, home, "Tokens/list"); code != 401 || a.reason() != "Access denied" {
		t.Errorf("a revoked token: %d %+v", code, a)
	}
}

func jsonNumber(n int64) string {
	text, _ := json.Marshal(n)
	return string(text)
}

// TestTheSidesAreApart: what opens 2087 does not open 2083, nor the other way round,
// though user and name are the same; and neither face knows the other's tokens.
func TestTheSidesAreApart(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	whm := w.newToken(w.as("shop"), "token_name", "same", "acl", "manage-api-tokens").Reveal()
	_, made := w.execute(basic("shop", shopWord), home, "Tokens/create_full_access", "name", "same")
	secret, _ := made.data("token").(string)
	on2087 := func(authorization string) int {
		b := w.browser()
		return b.send("GET", "/json-api/api_token_list?api.version=1", "", "Authorization", authorization).Code
	}
	on2083 := func(authorization string) int {
		code, _ := w.execute(authorization, home, "Tokens/list")
		return code
	}
	for _, tt := range []struct {
		about, authorization string
		whm, cpanel          int
	}{
		{"WHM's token", "whm shop:" + whm, 200, 401},
		{"WHM's token as cPanel's", "cpanel shop:" + whm, 403, 401},
		{"cPanel's token", "cpanel shop:" + secret, 403, 200},
		{"cPanel's token as WHM's", "whm shop:" + secret, 403, 401},
		{"the reseller's password", basic("shop", shopWord), 200, 200},
		{"an account's password", basic("plain", plainWord), 403, 200},
		{"root's password", basic("root", rootsPassword), 200, 401},
		{"another's name", "cpanel plain:" + secret, 403, 401},
		{"nothing", "", 403, 401},
	} {
		if a, b := on2087(tt.authorization), on2083(tt.authorization); a != tt.whm || b != tt.cpanel {
			t.Errorf("%s: %d on 2087, %d on 2083", tt.about, a, b)
		}
	}
	if got := dataOf(t, w.must(w.as("shop"), "api_token_list"))["tokens"].(map[string]any); len(got) != 1 {
		t.Errorf("WHM lists %v", got)
	}
	if got := dataOf(t, w.must(w.as("shop"), "api_token_get_details", "token", secret)); len(got) != 0 {
		t.Errorf("WHM tells of a cPanel token: %v", got)
	}
	w.must(w.as("shop"), "api_token_revoke", "token_name", "same")
	if code, a := w.execute("cpanel shop:"+secret, home, "Tokens/list"); code != 200 || len(a.names()) != 1 {
		t.Errorf("revoking WHM's token: %d %+v", code, a)
	}
}

// TestSessionsOfASide: a session and a link are of one side.
func TestSessionsOfASide(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	calls := func(b *browser, server http.Handler) int {
		b.server = server
		return b.send("GET", b.token+"/execute/Features/list_features", "").Code
	}
	cpanel, whm := w.httpServer().CPanel(), w.httpServer().WHM()
	for _, method := range []string{"GET", "POST"} {
		data := w.link(w.root(), "user", "plain", "service", "cpaneld")
		link, _ := data["url"].(string)
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		b := w.browser()
		if a := b.send(method, u.RequestURI(), ""); a.Code == http.StatusSeeOther {
			t.Errorf("%s: a link for 2083 is opened on 2087", method)
		}
		b.server = cpanel
		a := b.send(method, u.RequestURI(), "")
		if a.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", method, a.Code, a.Body)
		}
		token, _ := data["cp_security_token"].(string)
		b.take(a, token)
		if code := calls(b, cpanel); code != http.StatusOK {
			t.Errorf("%s: a call in the session: %d", method, code)
		}
		if a := b.send("GET", b.token+"/json-api/cpanel?cpanel_jsonapi_module=Tokens&cpanel_jsonapi_func=list&cpanel_jsonapi_apiversion=3", ""); !strings.Contains(a.Body.String(), `{"apiversion":3,"module":"Tokens","func":"list","result":{"status":1,`) {
			t.Errorf("%s: /json-api/cpanel: %d %s", method, a.Code, a.Body)
		}
		if a := b.send("GET", "/execute/Features/list_features", ""); a.Code != http.StatusUnauthorized {
			t.Errorf("%s: without the security token: %d", method, a.Code)
		}
		if a := w.cpanelBrowser().send(method, u.RequestURI(), ""); a.Code == http.StatusSeeOther {
			t.Errorf("%s: the link opens twice", method)
		}
		if a := b.send("GET", b.token+"/json-api/listaccts?api.version=1", ""); strings.Contains(a.Body.String(), `"acct"`) || !strings.Contains(a.Body.String(), "not on this port") {
			t.Errorf("%s: WHM's function on 2083: %d %s", method, a.Code, a.Body)
		}
		b.server = whm
		if a := b.send("GET", b.token+"/json-api/version?api.version=1", ""); a.Code != http.StatusForbidden {
			t.Errorf("%s: the session on 2087: %d", method, a.Code)
		}
	}
	shop := w.session("shop", shopWord) // on WHM's side
	if code := calls(shop, cpanel); code != http.StatusUnauthorized {
		t.Errorf("WHM's session on 2083: %d", code)
	}
	signed := w.cpanelBrowser()
	if message := signed.login("shop", shopWord, ""); message != "" || calls(signed, cpanel) != http.StatusOK {
		t.Errorf("signing in on 2083: %q", message)
	}
	signed.server = whm
	if a := signed.send("GET", signed.token+"/json-api/api_token_list?api.version=1", ""); a.Code != http.StatusForbidden {
		t.Errorf("cPanel's session on 2087: %d", a.Code)
	}
	if message := w.cpanelBrowser().login("root", rootsPassword, ""); message == "" {
		t.Error("root signs in on 2083")
	}
}

func (w *world) cpanelBrowser() *browser {
	b := w.browser()
	b.server = w.httpServer().CPanel()
	return b
}

// TestPromise2ForAccounts: a token that calls leaves no token wider than itself, of
// whichever side it is.
func TestPromise2ForAccounts(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	end := w.now.Add(3600e9).Unix()
	w.execute(basic("plain", plainWord), home, "Tokens/create_full_access", "name", "wide")
	robot := w.newToken(w.root(), "token_name", "robot", "acl", "cpanel-api", "expires_at", jsonNumber(end), "whitelist_ip", home)
	c, err := w.with("root", robot, home)
	if err != nil {
		t.Fatal(err)
	}
	made := w.uapi(c, "plain", "Tokens/create_full_access", "name", "narrow")
	secret, _ := made.data("token").(string)
	if made.Status != 1 || len(made.Warnings) != 2 {
		t.Fatalf("%+v", made)
	}
	narrow := "cpanel plain:" + secret
	byWHM := func(function string, nameValue ...string) uapiAnswer {
		return w.uapi(c, "plain", function, nameValue...)
	}
	byAccount := func(function string, nameValue ...string) uapiAnswer {
		_, a := w.execute(narrow, home, function, nameValue...)
		return a
	}
	for about, call := range map[string]func(string, ...string) uapiAnswer{"a token of WHM": byWHM, "a token of the account": byAccount} {
		for _, tt := range [][]string{
			{"cannot live longer", "Tokens/create_full_access", "name", "x", "expires_at", "0"},
			{"cannot live longer", "Tokens/create_full_access", "name", "x", "expires_at", jsonNumber(end + 1)},
			{"cannot live longer", "Tokens/rename", "name", "wide", "new_name", "x"},
		} {
			if a := call(tt[1], tt[2:]...); a.Status != 0 || !strings.Contains(a.reason(), tt[0]) {
				t.Errorf("%s: %q: %+v", about, tt, a)
			}
		}
		if a := call("Tokens/create_full_access", "name", "less", "expires_at", jsonNumber(end-1)); a.Status != 1 {
			t.Errorf("%s: a shorter one: %+v", about, a)
		}
		if a := call("Tokens/rename", "name", "less", "new_name", "least"); a.Status != 1 {
			t.Errorf("%s: renaming a shorter one: %+v", about, a)
		}
		if a := call("Tokens/revoke", "name", "least"); a.Status != 1 {
			t.Errorf("%s: revoking: %+v", about, a)
		}
	}
	if code, _ := w.execute(narrow, abroad, "Tokens/list"); code != 401 {
		t.Errorf("the addresses were not handed down: %d", code)
	}
	_, list := w.execute(narrow, home, "Tokens/list")
	if rows := list.Data.([]any); rows[0].(map[string]any)["expires_at"] != float64(end) {
		t.Errorf("the end was not handed down: %v", rows)
	}
	if a := w.uapi(c, "shop", "Tokens/create_full_access", "name", "x"); a.Status != 0 || strings.Contains(a.reason(), "no such") { // a WHM user
		t.Errorf("a narrow token makes one for a reseller: %+v", a)
	}
	if a := w.uapi(w.as("shop"), "plain", "Tokens/list"); a.Status != 0 || a.reason() != strings.ReplaceAll(w.uapi(w.as("shop"), "nosuch", "Tokens/list").reason(), "nosuch", "plain") {
		t.Errorf("a foreign account is told apart: %+v", a)
	}
	w.must(w.root(), "api_token_update", "token_name", "robot", "acl", "list-accts")
	if c, err = w.with("root", robot, home); err != nil {
		t.Fatal(err)
	}
	if a := w.uapi(c, "plain", "Tokens/list"); !strings.Contains(a.reason(), `"cpanel-api"`) {
		t.Errorf("without the privilege: %+v", a)
	}
}

// TestRevokeTakesTokensOfAccounts: what a WHM token made for accounts is counted, and
// goes along when it is asked for.
func TestRevokeTakesTokensOfAccounts(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	root := w.root()
	make := func(name string) string {
		c, err := w.with("root", w.newToken(root, "token_name", name, "acl", "cpanel-api"), home)
		if err != nil {
			t.Fatal(err)
		}
		first, _ := w.uapi(c, "plain", "Tokens/create_full_access", "name", name).data("token").(string)
		_, a := w.execute("cpanel plain:"+first, home, "Tokens/create_full_access", "name", name+"2")
		second, _ := a.data("token").(string)
		return "cpanel plain:" + second
	}
	leaked, kept := make("leaked"), make("kept")
	for _, row := range rows(t, dataOf(t, w.must(root, "hostkeep_token_overview")), "tokens") {
		if row["made"] != 1.0 {
			t.Errorf("the overview says %v of %v", row["made"], row["name"])
		}
	}
	if r := w.must(root, "api_token_revoke", "token_name", "kept"); !strings.Contains(text(r), "2 tokens that were made") {
		t.Errorf("%s", text(r))
	}
	if r := w.must(root, "api_token_revoke", "token_name", "leaked", "revoke_made", "1"); !strings.Contains(text(r), "2 tokens that were made") {
		t.Errorf("%s", text(r))
	}
	if code, _ := w.execute(leaked, home, "Tokens/list"); code != 401 {
		t.Errorf("what a revoked token made: %d", code)
	}
	_, a := w.execute(kept, home, "Tokens/revoke", "name", "kept")
	if len(a.Warnings) != 1 || !strings.Contains(a.Warnings[0], "1 tokens") || a.Data != 1.0 {
		t.Errorf("%+v", a)
	}
	if _, a = w.execute(kept, home, "Tokens/list"); !slices.Equal(a.names(), []string{"kept2"}) {
		t.Errorf("left are %q", a.names())
	}
}

// TestTokensFollowTheirAccount: they are refused while it is suspended, and gone with it.
func TestTokensFollowTheirAccount(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	root := w.root()
	secret, _ := w.uapi(root, "plain", "Tokens/create_full_access", "name", "robot").data("token").(string)
	is := func(about string, want int) {
		t.Helper()
		if code, _ := w.execute("cpanel plain:"+secret, home, "Tokens/list"); code != want {
			t.Errorf("%s: %d", about, code)
		}
	}
	is("new", 200)
	w.must(root, "suspendacct", "user", "plain")
	is("suspended", 401)
	w.must(root, "unsuspendacct", "user", "plain")
	is("back", 200)
	w.must(root, "removeacct", "username", "plain")
	w.must(root, "createacct", "username", "plain", "domain", "plain.example")
	is("another of the same name", 401)
	if a := w.uapi(root, "plain", "Tokens/list"); a.Status != 1 || len(a.names()) != 0 {
		t.Errorf("the new one has %+v", a)
	}
}

// turns does something when a function is about to run, or has run.
type turns struct{ before, after func(api.HookCall) }

func (h turns) Before(_ context.Context, c api.HookCall) error {
	if h.before != nil {
		h.before(c)
	}
	return nil
}

func (h turns) After(_ context.Context, c api.HookCall) []string {
	if h.after != nil {
		h.after(c)
	}
	return nil
}

// TestAnAccountThatMoves: an account that leaves its owner between authorisation and
// commit is not changed by it, and a batch does not go on with it.
func TestAnAccountThatMoves(t *testing.T) {
	t.Parallel()
	move := func(w *world) func(api.HookCall) {
		return func(api.HookCall) { w.must(w.root(), "modifyacct", "user", "client", "owner", "root") }
	}
	w := hostingCPanel(t)
	w.cpanel.Hooks = turns{before: move(w)}
	a := w.uapi(w.as("shop"), "client", "Tokens/create_full_access", "name", "late")
	if a.Status != 0 || !strings.Contains(a.reason(), "changed while") {
		t.Errorf("%+v", a)
	}
	w.cpanel.Hooks = nil
	if a = w.uapi(w.root(), "client", "Tokens/list"); a.Status != 1 || len(a.names()) != 0 {
		t.Errorf("left behind: %+v", a)
	}
	w = hostingCPanel(t)
	w.cpanel.Hooks = turns{after: move(w)}
	a = w.uapi(w.as("shop"), "client", "Batch/strict", "command-0", `["Tokens","create_full_access",{"name":"first"}]`, "command-1", `["Tokens","list"]`)
	results, _ := a.Data.([]any)
	if a.Status != 0 || len(results) != 2 || !strings.Contains(a.reason(), "User parameter is invalid") {
		t.Errorf("%+v", a)
	}
}

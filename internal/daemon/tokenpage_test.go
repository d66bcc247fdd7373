package daemon

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/config"
)

// element is a parsed part of a page.
type element struct{ node }

// parsed reads a page, which must have a status and no text that was filled in
// wrong.
func parsed(t *testing.T, a *httptest.ResponseRecorder, status int) element {
	t.Helper()
	if a.Code != status || strings.Contains(a.Body.String(), "%!") {
		t.Fatalf("%d, not %d: %v %s", a.Code, status, a.Header(), a.Body)
	}
	n, err := html.Parse(strings.NewReader(a.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return element{node{n}}
}

// all are the elements of a name (* is any) that have attributes, given as names
// and values in turn.
func (e element) all(name string, attr ...string) (list []element) {
	for _, n := range e.node.all(name, attr...) {
		list = append(list, element{n})
	}
	return list
}

// one is the one such element.
func (e element) one(t *testing.T, name string, attr ...string) element {
	t.Helper()
	list := e.all(name, attr...)
	if len(list) != 1 {
		t.Fatalf("%d elements are a %s %q", len(list), name, attr)
	}
	return list[0]
}

// text is what is read, with single spaces.
func (e element) text() string {
	var b strings.Builder
	for n := range e.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// filled is what a form sends by its first button.
func (e element) filled() url.Values {
	v := url.Values{}
	for _, f := range e.all("*") {
		name, kind := f.attr("name"), f.attr("type")
		switch {
		case name == "" || f.Data == "button":
		case f.Data == "textarea":
			v.Add(name, strings.TrimSpace(f.text()))
		case kind == "checkbox" || kind == "radio":
			if f.has("checked") {
				v.Add(name, f.attr("value"))
			}
		default:
			v.Add(name, f.attr("value"))
		}
	}
	return v
}

// tokenForm is the form of a page that makes or changes a token.
func (b *browser) tokenForm(t *testing.T, path string) url.Values {
	t.Helper()
	return parsed(t, b.page("GET", b.token+path, ""), 200).one(t, "form", "class", "token-form").filled()
}

func signedIn(t *testing.T, w *world, user string) *browser {
	t.Helper()
	w.setPassword(user, "a word of one's own")
	b := w.browser()
	if a := b.signIn(user, "a word of one's own"); a.Code != 303 {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	return b
}

// names are those of a user's tokens.
func (w *world) names(user string) []string {
	w.t.Helper()
	tokens, _ := dataOf(w.t, w.must(w.as(user), "api_token_list"))["tokens"].(map[string]any)
	var names []string
	for n := range tokens {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// kept is a token as the API lists it.
func (w *world) kept(user, name string) map[string]any {
	w.t.Helper()
	tokens, _ := dataOf(w.t, w.must(w.as(user), "api_token_list"))["tokens"].(map[string]any)
	t, ok := tokens[name].(map[string]any)
	if !ok {
		w.t.Fatalf("%s has no token %s", user, name)
	}
	return t
}

func TestATokenIsMadeOnThePage(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := signedIn(t, w, "root")
	form := b.tokenForm(t, "/tokens/new")
	if form["acl"] != nil || form.Get("expires") != "90" || form.Get("addresses") != "" || form.Get("name") != "" {
		t.Errorf("the form begins with %v", form)
	}
	form.Set("name", "script")
	form["acl"] = []string{"list-accts", "list-pkgs"}
	form.Set("expires", "30")
	form.Set("addresses", " 203.0.113.7 \r\n\r\n2001:db8::/32, 10.0.0.0/8")
	seq := w.node.Seq()
	a := b.page("POST", b.token+"/tokens/new", form.Encode())
	page := parsed(t, a, 200)
	secret := page.one(t, "code", "id", "secret").text()
	if !hostkeep.WellFormedSecret(secret) || a.Header().Get("Cache-Control") != "no-store" || w.node.Seq() != seq+1 {
		t.Fatalf("%q %v", secret, a.Header())
	}
	c, err := w.with("root", hostkeep.NewSecret(secret), "203.0.113.7")
	if err != nil || c.Rights != (hostkeep.Privileges{}).With("list-accts").With("list-pkgs") || !c.Expires.Equal(w.now.AddDate(0, 0, 30)) ||
		c.Addresses.String() != "203.0.113.7,2001:0db8:0000:0000:0000:0000:0000:0000/32,10.0.0.0/8" {
		t.Errorf("%+v %v", c, err)
	}
	if _, err := w.with("root", hostkeep.NewSecret(secret), "203.0.113.8"); err == nil {
		t.Error("it works from anywhere")
	}
	for _, pre := range page.all("pre")[2:] { // the programs
		if strings.Contains(pre.text(), secret) {
			t.Errorf("the secret stands in a program: %s", pre.text())
		}
	}
	for _, e := range page.all("*") {
		for _, at := range []string{"href", "action", "src"} {
			if strings.Contains(e.attr(at), secret) {
				t.Errorf("the secret stands in an address: %s", e.attr(at))
			}
		}
	}
	if try := page.one(t, "button", "data-user", "root").attr("data-try"); !strings.HasPrefix(try, "/json-api/listaccts?") {
		t.Errorf("tries %s", try)
	}
}

// TestAFormMakesOneToken: a reload, a second click, and the back button after the
// token was revoked.
func TestAFormMakesOneToken(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := signedIn(t, w, "root")
	form := b.tokenForm(t, "/tokens/new")
	form.Set("name", "once")
	form.Set("acl", "list-accts")
	first := parsed(t, b.page("POST", b.token+"/tokens/new", form.Encode()), 200).one(t, "code", "id", "secret").text()
	again := func() {
		t.Helper()
		a := b.page("POST", b.token+"/tokens/new", form.Encode())
		if a.Code != 303 || a.Header().Get("Location") != b.token+"/tokens/made?name=once" {
			t.Fatalf("%d %v", a.Code, a.Header())
		}
	}
	again()
	page := parsed(t, b.page("GET", b.token+"/tokens/made?name=once", ""), 200)
	if strings.Contains(page.text(), first) || !strings.Contains(page.text(), "first answer") {
		t.Error(page.text())
	}
	remake := page.one(t, "form", "action", b.token+"/tokens/made").filled()
	second := parsed(t, b.page("POST", b.token+"/tokens/made", remake.Encode()), 200).one(t, "code", "id", "secret").text()
	if _, err := w.with("root", hostkeep.NewSecret(first), "10.0.0.1"); err == nil || first == second {
		t.Error("the old secret still works")
	}
	if c, err := w.with("root", hostkeep.NewSecret(second), "10.0.0.1"); err != nil || !c.Rights.Has("list-accts") || c.Rights.Len() != 1 || !c.Expires.Equal(w.now.AddDate(0, 0, 90)) {
		t.Errorf("%+v %v", c, err)
	}
	if a := b.page("POST", b.token+"/tokens/made", remake.Encode()); a.Code != 303 {
		t.Errorf("made again by a reload: %d", a.Code)
	}
	w.must(w.root(), "api_token_revoke", "token_name", "once")
	again()
	if got := w.names("root"); len(got) != 0 {
		t.Errorf("a form that was sent made %v", got)
	}
	if page := parsed(t, b.page("GET", b.token+"/tokens/made?name=once", ""), 200); !strings.Contains(page.text(), "There is no such token") {
		t.Error(page.text())
	}
}

// TestTokenFormRefuses: each error stands at its field and above, what was typed
// is kept, and nothing is made; then the same form, mended, is done.
func TestTokenFormRefuses(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.newToken(w.root(), "token_name", "taken", "acl", "list-accts")
	b := signedIn(t, w, "root")
	many := strings.Repeat("10.0.0.1\n", 101)
	for about, tt := range map[string]struct {
		field, value, at string
		status           int
	}{
		"no name":         {"name", "", "name", 400},
		"a bad name":      {"name", "<b>\u202ex", "name", 400},
		"a long name":     {"name", strings.Repeat("n", 51), "name", 400},
		"a taken name":    {"name", "taken", "name", 409},
		"no privilege":    {"acl", "", "privileges", 400},
		"no such one":     {"acl", "fly", "privileges", 400},
		"no address":      {"addresses", "10.0.0.1\nexample.com", "addresses", 400},
		"many addresses":  {"addresses", many, "addresses", 400},
		"no end":          {"expires", "", "expires", 400},
		"another end":     {"expires", "91", "expires", 400},
		"nothing to keep": {"expires", "keep", "expires", 400},
		"no date":         {"expires", "date", "date", 400},
		"a date as well":  {"date", "2027-01-31", "expires", 400},
	} {
		form := b.tokenForm(t, "/tokens/new")
		form.Set("name", "fine")
		form.Set("acl", "list-accts")
		form.Set("addresses", "192.0.2.1")
		form.Set(tt.field, tt.value)
		form.Set("token", "taken") // of the other form
		seq := w.node.Seq()
		page := parsed(t, b.page("POST", b.token+"/tokens/new", form.Encode()), tt.status)
		links := page.one(t, "div", "role", "alert").all("a")
		if len(links) != 1 || links[0].attr("href") != "#"+tt.at || page.one(t, "div", "id", tt.at+"-wrong").text() != "✕ "+links[0].text() {
			t.Errorf("%s: %d errors: %s", about, len(links), page.one(t, "div", "role", "alert").text())
		}
		at := page.one(t, "*", "id", tt.at)
		if at.Data == "input" && at.attr("aria-invalid") != "true" || !strings.Contains(at.attr("aria-describedby"), tt.at+"-wrong") {
			t.Errorf("%s: the field does not say so", about)
		}
		kept := page.one(t, "form", "class", "token-form").filled()
		if kept.Get("name") != form.Get("name") || tt.field != "addresses" && kept.Get("addresses") != "192.0.2.1" || kept.Get("date") != form.Get("date") {
			t.Errorf("%s: kept %v", about, kept)
		}
		if w.node.Seq() != seq {
			t.Errorf("%s: something was done", about)
		}
	}
	if got := w.names("root"); !slices.Equal(got, []string{"taken"}) {
		t.Errorf("made %v", got)
	}
	form := b.tokenForm(t, "/tokens/new")
	form.Set("acl", "list-accts")
	form.Set("name", "taken")
	kept := parsed(t, b.page("POST", b.token+"/tokens/new", form.Encode()), 409).one(t, "form", "class", "token-form").filled()
	kept.Set("name", "free")
	parsed(t, b.page("POST", b.token+"/tokens/new", kept.Encode()), 200).one(t, "code", "id", "secret")
}

func TestADateLastsToItsEnd(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	zone := time.FixedZone("EST", -5*3600)
	w.now = time.Date(2026, 11, 24, 23, 0, 0, 0, zone) // the 25th in UTC
	b := signedIn(t, w, "root")
	page := parsed(t, b.page("GET", b.token+"/tokens/new", ""), 200)
	if hint := page.one(t, "p", "id", "date-hint").text(); !strings.Contains(hint, "EST (UTC-05:00)") {
		t.Errorf("the zone is not named: %s", hint)
	}
	for date, status := range map[string]int{"2026-11-23": 400, "2026-11-24": 200, "2027-02-30": 400, "24.12.2026": 400, "2026-12-31": 200} {
		form := b.tokenForm(t, "/tokens/new")
		form.Set("name", "to-"+strings.ReplaceAll(date, ".", "-"))
		form.Set("acl", "list-accts")
		form.Set("expires", "date")
		form.Set("date", date)
		parsed(t, b.page("POST", b.token+"/tokens/new", form.Encode()), status)
		if status != 200 {
			continue
		}
		day, _ := time.ParseInLocation(time.DateOnly, date, zone)
		if got, _ := w.kept("root", form.Get("name"))["expires_at"].(float64); int64(got) != day.AddDate(0, 0, 1).Unix()-1 {
			t.Errorf("%s: ends at %s", date, time.Unix(int64(got), 0).In(zone))
		}
	}
}

// TestTheJobOfDNSByAddress: without a script, the link of the job chooses the two
// privileges that docs/acme.md names, and no other.
func TestTheJobOfDNSByAddress(t *testing.T) {
	t.Parallel()
	b := signedIn(t, hosting(t), "root")
	page := parsed(t, b.page("GET", b.token+"/tokens/new?preset=dns-validation", ""), 200)
	form := page.one(t, "form", "class", "token-form").filled()
	if chosen := slices.Sorted(slices.Values(form["acl"])); !slices.Equal(chosen, []string{"edit-dns", "manage-dns-records"}) {
		t.Errorf("the job chose %q", chosen)
	}
}

// TestTokenFormOffersWhatOneHolds, the other buttons make nothing, and the
// sentence is the server's own decision.
func TestTokenFormOffersWhatOneHolds(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := signedIn(t, w, "shop")
	mine := w.as("shop").Rights
	page := parsed(t, b.page("GET", b.token+"/tokens/new?preset=billing", ""), 200)
	var offered []string
	for _, box := range page.all("input", "name", "acl") {
		offered = append(offered, box.attr("value"))
	}
	slices.Sort(offered)
	if !slices.Equal(offered, mine.Names()) {
		t.Errorf("offers %v of %v", offered, mine.Names())
	}
	form := page.one(t, "form", "class", "token-form").filled()
	if chosen := hostkeep.KnownPrivileges(form["acl"]); chosen.Empty() || !mine.Covers(chosen) || form.Get("name") != "billing" {
		t.Errorf("the preset chose %v", form)
	}
	seq := w.node.Seq()
	form.Set("do", "address")
	page = parsed(t, b.page("POST", b.token+"/tokens/new", form.Encode()), 200)
	host, _, _ := strings.Cut(b.addr, ":")
	form = page.one(t, "form", "class", "token-form").filled()
	if form.Get("addresses") != host {
		t.Errorf("my address is %q, not %q", form.Get("addresses"), host)
	}
	form["acl"] = []string{"manage-api-tokens"}
	form.Set("do", "review")
	sum := parsed(t, b.page("POST", b.token+"/tokens/new", form.Encode()), 200).one(t, "section", "id", "sum")
	c := w.as("shop")
	c.Rights = (hostkeep.Privileges{}).With("manage-api-tokens")
	for _, part := range []string{"Manage API Tokens", "whoever steals", "only from " + host, "2027-02-22"} {
		if !strings.Contains(sum.text(), part) {
			t.Errorf("no %q in %s", part, sum.text())
		}
	}
	var functions []string
	for _, f := range sum.all("code") {
		functions = append(functions, f.text())
	}
	if want := w.api.Callable(c, 1); !slices.Equal(functions, want) {
		t.Errorf("%v, not %v", functions, want)
	}
	form["acl"] = []string{"all"}
	form.Del("do")
	if page := parsed(t, b.page("POST", b.token+"/tokens/new", form.Encode()), 403); !strings.Contains(page.one(t, "div", "id", "privileges-wrong").text(), "all") {
		t.Error(page.text())
	}
	if w.node.Seq() != seq {
		t.Error("something was made")
	}
}

// TestEditGivesOnlyWhatChanged, in both meanings of what is left out.
func TestEditGivesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	for _, resets := range []bool{false, true} {
		w := openWith(t, t.TempDir(), func(c *config.Config) { c.Compat.UpdateResets = resets })
		t.Cleanup(func() { _ = w.Close() })
		end := w.now.Add(time.Hour)
		w.newToken(w.root(), "token_name", "a", "acl", "list-accts", "acl", "passwd", "expires_at", strconv.FormatInt(end.Unix(), 10), "whitelist_ip", "10.0.0.0/8")
		b := signedIn(t, w, "root")
		form := b.tokenForm(t, "/tokens/edit?name=a")
		if form.Get("name") != "a" || form.Get("expires") != "keep" || form.Get("addresses") != "10.0.0.0/8" || !slices.Equal(form["acl"], []string{"list-accts", "passwd"}) {
			t.Fatalf("filled with %v", form)
		}
		form.Set("name", "b")
		a := b.page("POST", b.token+"/tokens/edit", form.Encode())
		if a.Code != 303 || leadsTo(a) != b.token+"/tokens?done=saved&name=b" {
			t.Fatalf("%d %v %s", a.Code, a.Header(), a.Body)
		}
		same := func(want string) {
			t.Helper()
			form := b.tokenForm(t, "/tokens/edit?name=b")
			form.Del("was")
			form.Del("token")
			if got := form.Encode(); got != want {
				t.Errorf("resets=%v: %s, not %s", resets, got, want)
			}
		}
		same("acl=list-accts&acl=passwd&addresses=10.0.0.0%2F8&date=&expires=keep&name=b")
		events, err := w.store.Events(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if args := events[len(events)-1].Args; !resets && (strings.Contains(args, "acl") || strings.Contains(args, "whitelist") || strings.Contains(args, "expires")) {
			t.Errorf("given: %s", args)
		}
		form = b.tokenForm(t, "/tokens/edit?name=b")
		form.Set("addresses", "")
		form["acl"] = []string{"list-accts"}
		form.Set("expires", "never")
		if a := b.page("POST", b.token+"/tokens/edit", form.Encode()); a.Code != 303 {
			t.Fatalf("%d %s", a.Code, a.Body)
		}
		same("acl=list-accts&addresses=&date=&expires=keep&name=b")
		if got := w.kept("root", "b"); got["expires_at"] != nil || got["whitelist_ips"] != nil {
			t.Errorf("%v", got)
		}
	}
}

// TestEditInTwoTabs: changed, revoked and renamed meanwhile.
func TestEditInTwoTabs(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.newToken(w.root(), "token_name", "a", "acl", "list-accts")
	b := signedIn(t, w, "root")
	form := b.tokenForm(t, "/tokens/edit?name=a")
	form["acl"] = []string{"list-accts", "list-pkgs"}
	w.must(w.root(), "api_token_update", "token_name", "a", "whitelist_ip", "192.0.2.1")
	page := parsed(t, b.page("POST", b.token+"/tokens/edit", form.Encode()), 409)
	if !strings.Contains(page.one(t, "div", "role", "alert").text(), "works from: 192.0.2.1") {
		t.Error(page.one(t, "div", "role", "alert").text())
	}
	again := page.one(t, "form", "class", "token-form").filled()
	slices.Sort(again["acl"]) // the page has WHM's order
	if !slices.Equal(again["acl"], form["acl"]) || w.kept("root", "a")["whitelist_ips"] == nil {
		t.Errorf("lost: %v", again)
	}
	again.Set("addresses", "192.0.2.1")
	if a := b.page("POST", b.token+"/tokens/edit", again.Encode()); a.Code != 303 {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	form = b.tokenForm(t, "/tokens/edit?name=a")
	form.Set("name", "new-name")
	w.must(w.root(), "api_token_revoke", "token_name", "a")
	page = parsed(t, b.page("POST", b.token+"/tokens/edit", form.Encode()), 404)
	kept := page.one(t, "form", "action", b.token+"/tokens/new").filled()
	slices.Sort(kept["acl"])
	slices.Sort(form["acl"])
	if kept.Get("name") != "new-name" || !slices.Equal(kept["acl"], form["acl"]) || kept.Get("addresses") != "192.0.2.1" || len(w.names("root")) != 0 {
		t.Errorf("lost: %v", kept)
	}
}

func TestTokensAreRevokedOnThePage(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	parent := w.newToken(w.root(), "token_name", "parent", "acl", "all")
	c, err := w.with("root", parent, "10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	w.newToken(c, "token_name", "child", "acl", "list-accts")
	for _, n := range []string{"x", "y", "z"} {
		w.newToken(w.root(), "token_name", n, "acl", "list-accts")
	}
	b := signedIn(t, w, "root")
	page := parsed(t, b.page("POST", b.token+"/tokens/revoke", "name=x&name=y&name=y&name=gone"), 200)
	form := page.one(t, "form", "action", b.token+"/tokens/revoke").filled()
	if !slices.Equal(form["name"], []string{"x", "y"}) || form.Get("made") != "1" || !strings.Contains(page.one(t, "h1").text(), "2 tokens") || len(w.names("root")) != 5 {
		t.Fatalf("asks about %v: %s", form, page.text())
	}
	if a := b.page("POST", b.token+"/tokens/revoke", form.Encode()); leadsTo(a) != b.token+"/tokens?count=2&done=revoked" {
		t.Errorf("%d %v", a.Code, a.Header())
	}
	if page := parsed(t, b.page("POST", b.token+"/tokens/revoke", form.Encode()), 404); page.all("form", "action", b.token+"/tokens/revoke") != nil {
		t.Error("sent again, it asks about nothing")
	}
	form = parsed(t, b.page("GET", b.token+"/tokens/revoke?name=parent", ""), 200).one(t, "form", "action", b.token+"/tokens/revoke").filled()
	if a := b.page("POST", b.token+"/tokens/revoke", form.Encode()); leadsTo(a) != b.token+"/tokens?done=revoked&name=parent" {
		t.Errorf("%d %v", a.Code, a.Header())
	}
	if got := w.names("root"); !slices.Equal(got, []string{"z"}) {
		t.Errorf("left are %v", got)
	}
}

func TestAllTokensAreRevokedByName(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	for _, n := range []string{"x", "y"} {
		w.newToken(w.as("shop"), "token_name", n, "acl", "list-accts")
	}
	w.newToken(w.root(), "token_name", "roots", "acl", "list-accts")
	b := signedIn(t, w, "shop")
	form := parsed(t, b.page("GET", b.token+"/tokens/revoke-all", ""), 200).one(t, "form", "action", b.token+"/tokens/revoke-all").filled()
	for _, typed := range []string{"", "root", "SHOP"} {
		form.Set("user", typed)
		page := parsed(t, b.page("POST", b.token+"/tokens/revoke-all", form.Encode()), 400)
		if f := page.one(t, "input", "id", "user"); f.attr("aria-invalid") != "true" || f.attr("value") != typed {
			t.Error(page.text())
		}
	}
	form.Set("user", "shop")
	w.newToken(w.as("shop"), "token_name", "newer", "acl", "list-accts")
	parsed(t, b.page("POST", b.token+"/tokens/revoke-all", form.Encode()), 409)
	if got := w.names("shop"); len(got) != 3 {
		t.Fatalf("left are %v", got)
	}
	form = parsed(t, b.page("GET", b.token+"/tokens/revoke-all", ""), 200).one(t, "form", "action", b.token+"/tokens/revoke-all").filled()
	form.Set("user", "shop")
	if a := b.page("POST", b.token+"/tokens/revoke-all", form.Encode()); a.Code != 303 || len(w.names("shop")) != 0 || len(w.names("root")) != 1 {
		t.Errorf("%d %v %v", a.Code, w.names("shop"), w.names("root"))
	}
}

// TestTheTokenFormOutlivesItsSession: nothing is lost, and nothing is done by
// signing in alone.
func TestTheTokenFormOutlivesItsSession(t *testing.T) {
	t.Parallel()
	for path, set := range map[string]url.Values{
		"/tokens/new":           {"name": {"waits"}, "acl": {"passwd", "create-user-session"}, "addresses": {"192.0.2.1\n2001:db8::1"}},
		"/tokens/edit?name=old": {"name": {"waits"}},
	} {
		w := hosting(t)
		w.newToken(w.root(), "token_name", "old", "acl", "list-accts")
		b := signedIn(t, w, "root")
		form := b.tokenForm(t, path)
		for name, values := range set {
			form[name] = values
		}
		w.now = w.now.Add(hostkeep.SessionIdle)
		path, _, _ := strings.Cut(path, "?")
		waits := parsed(t, b.page("POST", b.token+path, form.Encode()), 403).one(t, "input", "name", "hostkeep_form").attr("value")
		again := parsed(t, b.signIn("root", "a word of one's own", "hostkeep_form", waits, "goto_uri", path), 200)
		carried := again.one(t, "form", "action", b.token+path).filled()
		for name, values := range form {
			if !slices.Equal(carried[name], values) {
				t.Errorf("%s: %s is %q, was %q", path, name, carried[name], values)
			}
		}
		if slices.Contains(w.names("root"), "waits") {
			t.Errorf("%s was done", path)
		}
		b.page("POST", b.token+path, carried.Encode())
		if !slices.Contains(w.names("root"), "waits") {
			t.Errorf("%s was not done", path)
		}
	}
}

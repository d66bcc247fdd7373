package daemon

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// hostile is text that is none of a page's business to run or to be led astray by.
const hostile = `<img src=x onerror=alert(1)> "&'`

// at asks for a page of the session and parses it.
func (b *browser) at(path string) node {
	b.w.t.Helper()
	a := b.page("GET", b.token+path, "")
	if a.Code != 200 {
		b.w.t.Fatalf("%s: %d %s", path, a.Code, a.Body)
	}
	return b.parsed(a)
}

// column is what the rows of the page's table say in a column.
func (n node) column(i int) (list []string) {
	for _, row := range n.one("tbody").all("tr") {
		cells := slices.Concat(row.all("th"), row.all("td"))
		list = append(list, cells[i].text())
	}
	return list
}

func TestThePageOfAccounts(t *testing.T) {
	t.Parallel()
	w := hosting(t) // shop.example, rooted.example, client.example
	w.must(w.root(), "suspendacct", "user", "rooted", "reason", hostile)
	w.must(w.root(), "suspendacct", "user", "client", "reason", "spam", "disallowun", "1")
	b := w.browser()
	b.signIn("root", rootsPassword)
	for _, tt := range []struct {
		query string
		want  string // the users
	}{
		{"", "client rooted shop"},
		{"?order=down", "shop rooted client"},
		{"?sort=owner", "rooted shop client"},
		{"?sort=state", "shop rooted client"},
		{"?sort=state&order=down", "client rooted shop"},
		{"?sort=disk", "shop client rooted"}, // 500M of gold, and two without a limit, by domain
		{"?q=ROOTED", "rooted"},
		{"?q=shop&in=owner", "client"},
		{"?q=gold&in=package", "shop"},
		{"?q=example&in=user", ""},
		{"?sort=nonsense&size=7&page=x&in=nonsense", "client rooted shop"},
		{"?page=9", "client rooted shop"}, // beyond the end is the last page
	} {
		page := b.at("/accounts" + tt.query)
		if got := strings.Join(page.columnOf(1), " "); got != tt.want {
			t.Errorf("%s shows %q, want %q", tt.query, got, tt.want)
		}
	}
	page := b.at("/accounts?sort=user&order=down")
	for _, h := range page.one("thead").all("th") {
		want := map[string]string{"User ▼": "descending", "Action": ""}
		state, ok := want[h.text()]
		if !ok {
			state = "none"
		}
		if h.attr("aria-sort") != state {
			t.Errorf("the column %s is sorted %q", h.text(), h.attr("aria-sort"))
		}
	}
	if got := page.column(7); !strings.Contains(got[1], "Suspended") || !strings.Contains(got[1], hostile) || !strings.Contains(got[2], "Locked") || got[0] != "Active" {
		t.Errorf("states %q", got)
	}
	if len(page.all("img", "src", "x")) != 0 {
		t.Error("a reason became an element")
	}
}

// TestPagesOfTheListOfAccounts: what the address keeps stays from page to page.
func TestPagesOfTheListOfAccounts(t *testing.T) {
	t.Parallel()
	w := opened(t)
	for i := range 51 {
		w.must(w.root(), "createacct", "username", fmt.Sprintf("user%02d", i), "domain", fmt.Sprintf("d%02d.example", i))
	}
	b := w.browser()
	b.signIn("root", rootsPassword)
	first := b.at("/accounts?q=user&order=down&sort=user")
	if got := first.column(1); len(got) != 50 || got[0] != "user50" || !strings.Contains(first.one("nav", "aria-label", "Pages of the list").text(), "Page 1 of 2") {
		t.Fatalf("%d rows, %q first", len(got), got[0])
	}
	next := first.one("a", "rel", "next").attr("href")
	second := b.parsed(b.page("GET", next, ""))
	if got := second.column(1); !slices.Equal(got, []string{"user00"}) {
		t.Errorf("%s: %q", next, got)
	}
	suspend := second.one("tbody").one("a").attr("href")
	form := b.parsed(b.page("GET", suspend, "")).one("form", "method", "post", "action", b.token+"/accounts/suspend")
	fields := url.Values{"reason": {"late\r\nagain"}}
	for _, in := range form.all("input", "type", "hidden") {
		fields.Set(in.attr("name"), in.attr("value"))
	}
	done := b.page("POST", form.attr("action"), fields.Encode())
	back, err := url.Parse(done.Header().Get("Location"))
	if err != nil || done.Code != 303 || back.Query().Get("page") != "2" || back.Query().Get("q") != "user" || back.Query().Get("order") != "down" {
		t.Errorf("%d, it leads to %v", done.Code, back)
	}
	if got := b.parsed(b.page("GET", back.String(), "")); !strings.Contains(got.one("p", "class", "note good").text(), "user00 is suspended") {
		t.Error("the list does not say that it was done")
	}
}

func TestSuspendingOnThePages(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.setPassword("shop", "shop's own word")
	shop, root := w.browser(), w.browser()
	shop.signIn("shop", "shop's own word")
	root.signIn("root", rootsPassword)
	if page := shop.at("/accounts"); !slices.Equal(page.column(8), []string{"Suspend", "Your own"}) {
		t.Errorf("a reseller may do %q", page.column(8))
	}
	if page := shop.at("/accounts/suspend?user=client"); len(page.all("input", "name", "lock")) != 0 {
		t.Error("a reseller is offered to lock")
	}
	if a := shop.page("POST", shop.token+"/accounts/suspend", "user=client&reason=late"); a.Code != 303 {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if a := shop.page("POST", shop.token+"/accounts/unsuspend", "user=client"); a.Code != 303 {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if page := root.at("/accounts/suspend?user=client"); len(page.all("input", "name", "lock")) != 1 {
		t.Error("root is not offered to lock")
	}
	if a := root.page("POST", root.token+"/accounts/suspend", "user=client&reason=spam&lock=1"); a.Code != 303 {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	page := shop.at("/accounts/unsuspend?user=client")
	if len(page.all("form", "action", shop.token+"/accounts/unsuspend")) != 0 || !strings.Contains(page.one("p", "class", "note warn").text(), "only root may unsuspend") {
		t.Error("what is locked does not say why it stays suspended")
	}
	a := shop.page("POST", shop.token+"/accounts/suspend", url.Values{"user": {"client"}, "reason": {hostile}}.Encode())
	page = shop.parsed(a)
	if a.Code != 403 || !strings.Contains(page.one("p", "role", "alert").text(), "only root may change that") || page.one("textarea").text() != hostile {
		t.Errorf("%d, what was typed: %q", a.Code, page.one("textarea").text())
	}
	for _, path := range []string{"/accounts/suspend?user=rooted", "/accounts/suspend?user=nosuch", "/accounts/suspend", "/accounts/unsuspend?user=rooted"} {
		if a := shop.page("GET", shop.token+path, ""); a.Code != 404 {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
	seq := w.node.Seq()
	if a := shop.page("POST", shop.token+"/accounts/suspend", "user=rooted"); a.Code != 404 || w.node.Seq() != seq {
		t.Errorf("a foreign account: %d", a.Code)
	}
}

func TestThePageOfTheRecord(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.must(w.root(), "suspendacct", "user", "rooted", "reason", hostile)
	b := w.browser()
	b.signIn("root", rootsPassword)
	page := b.at("/record?function=suspendacct")
	row := page.one("tbody").one("tr")
	if row.one("th").one("code").text() != "suspendacct" || !slices.Contains(wordsOf(row.all("dd")), hostile) || len(page.all("img", "src", "x")) != 0 {
		t.Errorf("the row says %q", row.text())
	}
	for query, want := range map[string]int{
		"?user=nobody": 0, "?kind=account&name=rooted": 2, "?from=2026-11-24&to=2026-11-24&name=rooted&kind=account": 2,
		"?from=2026-11-25": 0, "?to=2026-11-23": 0, "?before=2": 1,
	} {
		if got := len(b.at("/record" + query).columnOf(0)); got != want {
			t.Errorf("%s shows %d rows, want %d", query, got, want)
		}
	}
	for _, bad := range []string{"?from=yesterday", "?to=2026-13-01", "?kind=nonsense", "?from=0001-01-01"} {
		a := b.page("GET", b.token+"/record"+bad, "")
		if page := b.parsed(a); a.Code != 422 || len(page.all("p", "role", "alert")) != 1 {
			t.Errorf("%s: %d", bad, a.Code)
		}
	}
	if from := b.parsed(b.page("GET", b.token+"/record?from=yesterday", "")).one("input", "name", "from"); from.attr("value") != "yesterday" || from.attr("type") != "text" {
		t.Error("what was typed is not kept: a field for dates would drop it")
	}
	for about, target := range map[string]string{"csv": "/record/export?as=csv&function=suspendacct", "json": "/record/export?as=json&function=suspendacct"} {
		a := b.page("GET", b.token+target, "")
		if a.Code != 200 || a.Header().Get("Content-Disposition") != `attachment; filename="record.`+about+`"` {
			t.Errorf("%s: %d %v", about, a.Code, a.Header())
		}
		if about == "csv" {
			lines, err := csv.NewReader(a.Body).ReadAll()
			if err != nil || len(lines) != 2 || lines[0][10] != "function" || lines[1][10] != "suspendacct" || lines[1][12] != "principal rooted; account rooted" {
				t.Errorf("%v %q", err, lines)
			}
			continue
		}
		var all struct{ Record []recordRow }
		if err := json.Unmarshal(a.Body.Bytes(), &all); err != nil || len(all.Record) != 1 || all.Record[0].Function != "suspendacct" {
			t.Errorf("%v %s", err, a.Body)
		}
	}
}

// columnOf is column, and nothing where there is no table.
func (n node) columnOf(i int) []string {
	if len(n.all("tbody")) == 0 {
		return nil
	}
	return n.column(i)
}

// TestChangingOnesPassword: the two must be the same, and every session ends.
func TestChangingOnesPassword(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.browser()
	b.signIn("root", rootsPassword)
	seq := w.node.Seq()
	for about, form := range map[string]string{"two words": "new_password=a+new+long+word&again_password=another+long+word", "none": "new_password=&again_password="} {
		a := b.page("POST", b.token+"/password", form)
		if page := b.parsed(a); a.Code != 422 || len(page.all("p", "role", "alert")) != 1 || len(page.all("input", "aria-invalid", "true")) != 1 || w.node.Seq() != seq {
			t.Errorf("%s: %d", about, a.Code)
		}
	}
	const word = "a+new+long+word"
	if a := b.page("POST", b.token+"/password", "user=shop&new_password="+word+"&again_password="+word); a.Code != 303 || a.Header().Get("Location") != "/login/" {
		t.Fatalf("%d %v", a.Code, a.Header())
	}
	rows, _ := w.record(w.root(), "limit", "1")
	if rows[0].Function != "passwd" || rows[0].about() != "root" {
		t.Errorf("whose password was changed: %+v", rows[0])
	}
	if a := b.page("GET", b.token+"/", ""); a.Code != 303 {
		t.Errorf("the session goes on: %d", a.Code)
	}
}

// TestWhoMustChangeThePasswordIsLedThere, wherever signing in leads; a link says
// it to nobody else.
func TestWhoMustChangeThePasswordIsLedThere(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.setPassword("shop", "the first word of shop")
	w.must(w.root(), "forcepasswordchange", "users_json", `["shop"]`)
	forced, free := w.browser(), w.browser()
	forced.signIn("shop", "the first word of shop")
	free.signIn("root", rootsPassword)
	if a := forced.page("GET", forced.token+"/", ""); a.Code != 303 || a.Header().Get("Location") != forced.token+"/password" {
		t.Fatalf("%d %v", a.Code, a.Header())
	}
	for about, page := range map[string]node{
		"at first":      forced.at("/password"),
		"after a slip":  forced.parsed(forced.page("POST", forced.token+"/password", "new_password=a&again_password=b")),
		"of one's will": free.at("/password?message=password_change_required"),
	} {
		said := strings.Contains(page.one("p", "role", "status").text(), "before you can do anything else")
		if said != (about != "of one's will") {
			t.Errorf("%s: it says so: %v", about, said)
		}
	}
}

// TestTheSecondFactorOnItsPages: a seed counts once its code has come back, and is
// not shown again then.
func TestTheSecondFactorOnItsPages(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.browser()
	b.signIn("root", rootsPassword)
	post := func(path string, form url.Values) *httptest.ResponseRecorder {
		return b.page("POST", b.token+path, form.Encode())
	}
	page := b.at("/twofactor")
	seed := page.one("textarea", "id", "seed").text()
	form := url.Values{}
	for _, in := range page.one("form", "action", b.token+"/twofactor").all("input", "type", "hidden") {
		form.Set(in.attr("name"), in.attr("value"))
	}
	if seed == "" || form.Get("secret") != seed || form.Get("secret_address") == "" || len(page.all("a", "href", form.Get("secret_address"))) != 1 {
		t.Fatalf("the page offers %q", form)
	}
	seq := w.node.Seq()
	form.Set("tfa_code", "000000")
	if form.Get("tfa_code") == code(t, seed, w.now) {
		form.Set("tfa_code", "111111")
	}
	a := post("/twofactor", form)
	page = b.parsed(a)
	if a.Code != 422 || page.one("textarea", "id", "seed").text() != seed || len(page.all("a", "href", form.Get("secret_address"))) != 1 || w.node.Seq() != seq {
		t.Fatalf("a wrong code: %d", a.Code)
	}
	bad := url.Values{"secret": {seed}, "secret_address": {"javascript:alert(1)"}, "tfa_code": {"x"}}
	for _, link := range b.parsed(post("/twofactor", bad)).all("a") {
		if strings.Contains(link.attr("href"), "alert") || strings.Contains(link.text(), "Open an authenticator") {
			t.Errorf("a link leads to %q", link.attr("href"))
		}
	}
	now := code(t, seed, w.now)
	form.Set("tfa_code", " "+now[:3]+" "+now[3:])
	if a := post("/twofactor", form); a.Code != 303 || leadsTo(a) != b.token+"/twofactor?done=on" {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if a := b.page("GET", b.token+"/twofactor", ""); strings.Contains(a.Body.String(), seed) || len(b.parsed(a).all("textarea", "id", "seed")) != 0 {
		t.Error("the secret is shown again")
	}
	other := w.browser()
	if a := other.signIn("root", rootsPassword); a.Code == 303 {
		t.Error("no code was asked for")
	}
	w.now = w.now.Add(time.Minute)
	if a := post("/twofactor/remove", url.Values{"tfa_code": {code(t, seed, w.now)}}); a.Code != 303 || leadsTo(a) != b.token+"/twofactor?done=off" {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if a := other.signIn("root", rootsPassword); a.Code != 303 {
		t.Error("a code is still asked for")
	}
	if a := b.page("GET", b.token+"/twofactor/remove", ""); a.Code != 303 {
		t.Errorf("nothing to remove: %d", a.Code)
	}
	if a := post("/twofactor/remove", url.Values{"tfa_code": {"x"}}); a.Code != 422 {
		t.Errorf("removing what is not there: %d", a.Code)
	}
}

// TestAnAccountLeadsToItsRecord, from where it is suspended.
func TestAnAccountLeadsToItsRecord(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.must(w.root(), "suspendacct", "user", "client", "reason", "unpaid")
	b := w.browser()
	b.signIn("root", rootsPassword)
	for _, path := range []string{"/accounts/suspend?user=client", "/accounts/unsuspend?user=client"} {
		link := b.at(path).one("a", "href", b.token+"/record?kind=account&name=client")
		if to := strings.TrimPrefix(link.attr("href"), b.token); !strings.Contains(b.at(to).text(), "suspendacct") {
			t.Errorf("%s leads to %q, which does not tell of it", path, to)
		}
	}
}

package daemon

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/usage"
)

// formula is what a client calls itself that wants to be one.
const formula = `=cmd|"/c calc"!A1 <img src=x onerror=alert(1)>`

// tokenPages is a server with root's tokens, one of each state, and root's
// browser. calling is the secret of the one that was used.
func tokenPages(t *testing.T) (w *world, b *browser, calling hostkeep.Secret) {
	t.Helper()
	w = hosting(t)
	in := func(days int) string { return fmt.Sprint(w.now.Add(time.Duration(days) * 24 * time.Hour).Unix()) }
	w.newToken(w.root(), "token_name", "idle", "acl-1", "list-accts", "acl-2", "passwd", "acl-3", "edit-dns", "acl-4", "ssl-info", "whitelist_ip-1", "203.0.113.0/24")
	w.newToken(w.root(), "token_name", "gone", "acl-1", "list-accts", "expires_at", in(1))
	w.now = w.now.Add(91 * 24 * time.Hour)
	w.newToken(w.root(), "token_name", "ending", "acl-1", "list-pkgs", "acl-2", "list-accts", "expires_at", in(13))
	w.newToken(w.root(), "token_name", "-everything", "acl-1", "all")
	calling = w.newToken(w.root(), "token_name", "calling", "acl-1", "list-accts", "acl-2", "list-pkgs", "expires_at", in(15))
	var row struct{ Tokens []struct{ ID json.Number } }
	data, _ := json.Marshal(dataOf(t, w.must(w.root(), "hostkeep_token_overview", "search", "calling")))
	if err := json.Unmarshal(data, &row); err != nil {
		t.Fatal(err)
	}
	id, err := row.Tokens[0].ID.Int64()
	if err != nil {
		t.Fatal(err)
	}
	from := netip.MustParseAddr(home)
	w.uses.Called(id, usage.Use{At: w.now.Add(-24 * time.Hour), Addr: from, Function: "version", Agent: "x"})
	w.uses.Called(id, usage.Use{At: w.now, Addr: from, Function: "listaccts", Agent: formula})
	w.uses.Refused(id, w.now, from, usage.Reason{Word: reasonMissing, Missing: "kill-acct"})
	w.uses.Refused(id, w.now, netip.MustParseAddr(abroad), usage.Reason{Word: "address"})
	w.flush()
	return w, w.rootsBrowser(), calling
}

func (w *world) rootsBrowser() *browser {
	w.t.Helper()
	b := w.browser()
	b.signIn("root", rootsPassword)
	return b
}

// shown asks for a page within the session, and wants to see it.
func (b *browser) shown(target string) node {
	b.w.t.Helper()
	a := b.page("GET", b.token+target, "")
	if a.Code != 200 {
		b.w.t.Fatalf("%s: %d %s", target, a.Code, a.Body)
	}
	return b.parsed(a)
}

// named are the names in the table, in order.
func (n node) named() []string { return wordsOf(n.all("th", "scope", "row")) }

// TestTheTokenTable wants what a row says of each token, in words.
func TestTheTokenTable(t *testing.T) {
	t.Parallel()
	_, b, _ := tokenPages(t)
	p := b.shown("/tokens")
	if got := p.named(); !slices.Equal(got, []string{"-everything", "calling", "ending", "gone", "idle"}) {
		t.Errorf("the names are %q", got)
	}
	column := func(label string) (list []string) {
		for _, row := range p.one("tbody").all("tr") {
			list = append(list, row.one("td", "data-label", label).text())
		}
		return list
	}
	for label, want := range map[string][]string{
		"State":     {"Active Never used", "Active", "Expires soon Never used", "Expired Never used", "Active Never used"},
		"Scope":     {"may do everything that you may", "may list accounts and list packages", "may list accounts and list packages", "may list accounts", "may change passwords, list accounts, edit DNS zones and 1 thing more"},
		"Expires":   {"Never", "in 15 days", "in 13 days", "3 months ago", "Never"},
		"Last used": {"Never", "just now 192.0.2.1 listaccts", "Never", "Never", "Never"},
		"Addresses": {"Any", "Any", "Any", "Any", "203.0.113.0/24"},
		"30 days":   {"0 calls", "2 calls, 2 refused", "0 calls", "0 calls", "0 calls"},
	} {
		if got := column(label); !slices.Equal(got, want) {
			t.Errorf("%s:\n%q, want\n%q", label, got, want)
		}
	}
	want := []string{"5 all tokens", "1 expire within 14 days", "1 have expired", "2 never expire", "2 unused for 90 days", "4 without address limit", "1 may do everything"}
	if got := wordsOf(p.one("ul", "class", "cards").all("a")); !slices.Equal(got, want) {
		t.Errorf("the cards are %q", got)
	}
	if links := wordsOf(p.all("a", "href", b.token+"/tokens/show?name=-everything")); len(links) != 1 {
		t.Errorf("links to a token's own page: %q", links)
	}
}

// TestTheTokenTableIsNarrowed by its address, which each link keeps.
func TestTheTokenTableIsNarrowed(t *testing.T) {
	t.Parallel()
	_, b, _ := tokenPages(t)
	for query, want := range map[string]string{
		"q=LIST-PKGS":                 "calling ending",
		"q=203.0.113":                 "idle",
		"q=listaccts":                 "calling",
		"q=nosuch":                    "",
		"show=expired":                "gone",
		"show=expiring":               "ending",
		"show=unused_90_days":         "gone idle",
		"show=everything_allowed":     "-everything",
		"show=nosuch&sort=x&size=7":   "-everything calling ending gone idle",
		"sort=expires":                "gone ending calling -everything idle",
		"sort=last_used&reverse=1":    "calling idle gone ending -everything",
		"reverse=1":                   "idle gone ending calling -everything",
		"page=99&size=50":             "-everything calling ending gone idle",
		"page=-1":                     "-everything calling ending gone idle",
		"q=list&show=never_expires":   "idle", // the other's privilege is called all
		"q=%3Cscript%3E%22onerror%3D": "",
	} {
		if got := strings.Join(b.shown("/tokens?"+query).named(), " "); got != want {
			t.Errorf("%s shows %q, want %q", query, got, want)
		}
	}
	p := b.shown("/tokens?q=list&show=never_expires&sort=created&reverse=1&size=100")
	if got := p.one("input", "type", "search").attr("value"); got != "list" {
		t.Errorf("the field has %q", got)
	}
	if got := p.one("th", "aria-sort", "descending").text(); got != "Created ▼" {
		t.Errorf("sorted by %q", got)
	}
	for _, link := range slices.Concat(p.one("ul", "class", "cards").all("a"), p.one("thead").all("a")) {
		u, err := url.Parse(link.attr("href"))
		if q := u.Query(); err != nil || q.Get("q") != "list" || q.Get("size") != "100" {
			t.Errorf("%s leads to %s", link.text(), u)
		}
	}
	if got := p.one("a", "aria-current", "true").text(); got != "2 never expire" {
		t.Errorf("the card is %q", got)
	}
}

// TestASecretFindsItsToken, and gets into no address.
func TestASecretFindsItsToken(t *testing.T) {
	t.Parallel()
	w, b, calling := tokenPages(t)
	find := func(text string) *httptest.ResponseRecorder {
		return b.page("POST", b.token+"/tokens", url.Values{"q": {text}, "show": {"never_expires"}}.Encode())
	}
	other := w.newToken(w.root(), "token_name", "short-lived", "acl-1", "list-accts")
	w.must(w.root(), "api_token_revoke", "token_name", "short-lived")
	for text, want := range map[string]string{
		" " + calling.Reveal() + "\n":      "/tokens/show?name=calling",
		other.Reveal():                     "/tokens?nosecret=1",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345": "/tokens?nosecret=1",
		"xkeysib-0123456789abcdef01234567": "/tokens?nosecret=1",
		calling.Reveal()[:14]:              "/tokens?nosecret=1",
		"list-accts":                       "/tokens?q=list-accts&show=never_expires",
		"a text of more than twenty":       "/tokens?q=a+text+of+more+than+twenty&show=never_expires",
	} {
		if a := find(text); a.Code != 303 || a.Header().Get("Location") != b.token+want {
			t.Errorf("%q: %d %s, want %s", text, a.Code, a.Header().Get("Location"), want)
		}
	}
	w.newToken(w.root(), "token_name", "a-name-of-more-than-20-characters", "acl-1", "list-accts")
	if a := find("name-of-more-than-20-characters"); !strings.HasPrefix(a.Header().Get("Location"), b.token+"/tokens?q=name-of-more-than-20") {
		t.Errorf("a long name: %v", a.Header())
	}
	if got := b.shown("/tokens?nosecret=1").one("p", "role", "alert").text(); !strings.HasPrefix(got, "No token of yours has this secret") {
		t.Errorf("the page says %q", got)
	}
}

func TestTokensAreExported(t *testing.T) {
	t.Parallel()
	_, b, _ := tokenPages(t)
	a := b.page("GET", b.token+"/tokens/export?format=csv", "")
	if got := a.Header().Get("Content-Disposition"); !strings.HasPrefix(got, `attachment; filename="tokens-2`) || !strings.HasSuffix(got, `.csv"`) {
		t.Errorf("the file is %q", got)
	}
	rows, err := csv.NewReader(a.Body).ReadAll()
	if err != nil || len(rows) != 6 {
		t.Fatalf("%v %q", err, rows)
	}
	cell := func(row int, name string) string { return rows[row][slices.Index(rows[0], name)] }
	for got, want := range map[string]string{
		cell(1, "name"): "'-everything", cell(2, "last_user_agent"): "'" + formula, cell(2, "privileges"): "list-accts list-pkgs", cell(2, "calls_30_days"): "2",
		cell(4, "state"): "expired", cell(5, "addresses"): "203.0.113.0/24",
	} {
		if got != want {
			t.Errorf("a cell has %q, want %q", got, want)
		}
	}
	var list []struct {
		Name     string
		LastUsed string `json:"last_used"`
	}
	a = b.page("GET", b.token+"/tokens/export?format=json&show=expired", "")
	if err := json.Unmarshal(a.Body.Bytes(), &list); err != nil || len(list) != 1 || list[0].Name != "gone" {
		t.Errorf("%v %v", err, list)
	}
	list = nil
	a = b.page("GET", b.token+"/tokens/export?format=json&q=nosuch", "")
	if err := json.Unmarshal(a.Body.Bytes(), &list); err != nil || list == nil || len(list) > 0 {
		t.Errorf("nothing is %v %v", err, list)
	}
}

// TestATokensOwnPage holds what it may against what it did.
func TestATokensOwnPage(t *testing.T) {
	t.Parallel()
	_, b, _ := tokenPages(t)
	p := b.shown("/tokens/show?name=calling")
	if got := p.one("h1").text(); got != "API token calling" {
		t.Errorf("headed %q", got)
	}
	if got := wordsOf(p.all("ul", "class", "may")); !slices.Equal(got, []string{"Never needed It may list packages. list-pkgs", "Needed It may list accounts. list-accts"}) {
		t.Errorf("it may %q", got)
	}
	tables := p.all("table")
	rows := func(table int) (list []string) {
		for _, row := range tables[table].one("tbody").all("tr") {
			list = append(list, strings.TrimSpace(strings.Join(wordsOf(slices.Concat(row.all("th"), row.all("td"))), " ")))
		}
		return list
	}
	days := rows(0)
	if len(days) != 30 || !strings.HasSuffix(days[29], " 1 2") || !strings.HasSuffix(days[28], " 1 0") || !strings.HasSuffix(days[27], " 0 0") {
		t.Errorf("the days are %q", days)
	}
	for i, want := range [][]string{
		{"listaccts 1", "version 1"},
		{home + " 2 1", abroad + " 0 1"},
		{"The address is not on the token's list. 1", "It lacks the privilege kill-acct 1"},
	} {
		if got := rows(i + 1); !slices.Equal(got, want) {
			t.Errorf("table %d has %q, want %q", i+1, got, want)
		}
	}
	if got := p.all("img", "src", "x"); len(got) > 0 {
		t.Error("what a client calls itself became a tag")
	}
	for target, status := range map[string]int{"/tokens/show": 400, "/tokens/show?name=nosuch": 404, "/tokens/show?name=%3Cb%3E": 404} {
		if a := b.page("GET", b.token+target, ""); a.Code != status {
			t.Errorf("%s: %d, want %d", target, a.Code, status)
		}
	}
}

// TestWouldItBeAllowed: the box says the server's sentence and what is missing.
func TestWouldItBeAllowed(t *testing.T) {
	t.Parallel()
	_, b, _ := tokenPages(t)
	for query, want := range map[string][2]string{
		"name=calling&function=listaccts":                            {"Yes.", ""},
		"name=calling&function=removeacct&account=shop":              {"No.", "/tokens/edit?add=kill-acct&name=calling#acl-kill-acct"},
		"name=gone&function=listaccts":                               {"No. The token has expired.", ""},
		"name=idle&function=listaccts&address=" + abroad:             {"No. The token may not be used from this address.", ""},
		"name=calling&function=nosuch":                               {"No.", ""},
		"name=-everything&function=%20removeacct%20&address=2001::1": {"Yes.", ""},
	} {
		says := b.shown("/tokens/show?"+query).one("section", "id", "ask").one("div", "role", "status")
		edits := says.all("a", "href", b.token+want[1])
		if !strings.HasPrefix(says.text(), want[0]) || (len(edits) == 1) != (want[1] != "") {
			t.Errorf("%s: %q, %d links to edit", query, says.text(), len(edits))
		}
	}
	p := b.shown("/tokens/show?name=calling&function=listaccts&address=here&account=a").one("section", "id", "ask")
	field := p.one("input", "id", "address")
	if field.attr("aria-invalid") != "true" || field.attr("value") != "here" || p.one("p", "id", field.attr("aria-describedby")).attr("role") != "alert" || len(p.all("div", "role", "status")) > 0 {
		t.Errorf("a wrong address: %v", field.Attr)
	}
	if p := b.shown("/tokens/show?name=calling&function="); p.one("p", "role", "alert").text() != "Say which function would be called." {
		t.Error("no function: nothing is said")
	}
}

func TestNoTokensYet(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	p := w.rootsBrowser().shown("/tokens")
	if got := wordsOf(p.all("h2")); !slices.Contains(got, "You have no API tokens yet") || len(p.all("table")) > 0 {
		t.Errorf("the page has %q", got)
	}
	if got := p.all("form", "role", "search"); len(got) > 0 {
		t.Error("there is nothing to search")
	}
}

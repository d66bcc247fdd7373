package browser

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/hostkeep/hostkeep/test/program"
)

// toTokens is the name of a link of the start page.
const toTokens = "Manage API Tokens See what your tokens may do and have done; make, change and revoke them."

// make makes a token, and answers its secret.
func (s *server) make(name string, nameValue ...string) string {
	s.t.Helper()
	secret, _ := s.api("api_token_create", append([]string{"token_name", name}, nameValue...)...)["token"].(string)
	return secret
}

// hostileAgent is what a client calls itself that wants to be a formula, a tag and
// to be read backwards.
const hostileAgent = "=HYPERLINK(\"https://198.51.100.1\")<script>alert(1)</script>\u202e"

// use calls functions with a token.
func (s *server) use(secret string, functions ...string) {
	s.t.Helper()
	for _, f := range functions {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://"+s.Addr+"/json-api/"+f+"?api.version=1", http.NoBody)
		if err != nil {
			s.t.Fatal(err)
		}
		r.Header.Set("Authorization", "whm root:"+secret)
		r.Header.Set("User-Agent", hostileAgent)
		res, err := s.Client.Do(r)
		if err != nil {
			s.t.Fatal(err)
		}
		_ = res.Body.Close()
	}
}

// inDays is a time for the API.
func (s *server) inDays(days int) string {
	return strconv.FormatInt(time.Now().Add(s.moved).AddDate(0, 0, days).Unix(), 10)
}

// written waits until the server has written so many calls of a token.
func (s *server) written(name string, calls float64) {
	s.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(program.Patience); time.Now().Before(end); <-tick.C {
		sum := 0.0
		functions, _ := s.api("hostkeep_token_use", "token_name", name)["functions"].([]any)
		for _, f := range functions {
			n, _ := f.(map[string]any)["calls"].(float64)
			sum += n
		}
		if sum == calls {
			return
		}
	}
	s.t.Fatalf("the calls of %s are not written", name)
}

// several makes five tokens of every state: old-script has expired, never-called
// has not been called for 100 days, soon ends in nine, everything may all, and
// monitor was called six times and refused once. It answers monitor's secret.
func (s *server) several() string {
	s.t.Helper()
	old := s.make("old-script", "acl-1", "list-accts", "expires_at", s.inDays(3))
	s.make("never-called", "acl-1", "create-dns", "acl-2", "edit-dns", "acl-3", "kill-dns", "acl-4", "park-dns", "acl-5", "list-accts")
	s.use(old, "listaccts")
	s.written("old-script", 1)
	s.later(100 * 24 * time.Hour)
	s.make("everything-with-the-longest-name-that-there-can-be", "acl-1", "all")
	s.make("soon", "acl-1", "list-pkgs", "acl-2", "list-accts", "expires_at", s.inDays(9),
		"whitelist_ip-1", "203.0.113.7", "whitelist_ip-2", "2001:db8:1234:5678::/64", "whitelist_ip-3", "198.51.100.0/24", "whitelist_ip-4", "192.0.2.1")
	secret := s.make("monitor", "acl-1", "list-accts", "acl-2", "list-pkgs", "acl-3", "basic-system-info", "expires_at", s.inDays(300))
	s.use(secret, "listaccts", "listaccts", "listaccts", "version", "listpkgs", "removeacct", "nosuch")
	s.written("monitor", 6)
	return secret
}

// TestTokenTablePictures looks at the pages of tokens in every look.
func TestTokenTablePictures(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.signIn()
	b.click("link", toTokens)
	b.sees("You have no API tokens yet")
	b.look(t, "tokens none")
	s.several()
	b = s.open() // the clock was moved past the session's end
	b.signIn()
	for _, p := range []struct{ name, path, says string }{
		{"tokens", "/tokens", "5 tokens"},
		{"tokens not found", "/tokens?q=nosuch&nosecret=1", "No token of yours fits this."},
		{"token", "/tokens/show?name=monitor&function=removeacct&account=a#ask", "The missing privilege is kill-acct"},
		{"token never used", "/tokens/show?name=never-called", "There were no calls in 30 days"},
		{"token asked wrong", "/tokens/show?name=soon&function=listaccts&address=here", "no IPv4 or IPv6 address"},
	} {
		b.visit(b.token() + p.path)
		b.sees(p.says)
		b.look(t, p.name)
	}
}

// TestTokensAreSearchedAsOneTypes: the address keeps the words, and a secret gets
// into no address, not even of a request that the script makes.
func TestTokensAreSearchedAsOneTypes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	secret := s.several()
	b := s.open()
	b.signIn()
	s.api("api_token_create", "token_name", "x", "acl", "list-accts")
	b.visit(b.token() + "/tokens/revoke?name=x")
	b.click("button", "Revoke token")
	b.sees("The token x was revoked.")
	b.click("link", "Created")
	const field = "Search your tokens"
	b.fill("searchbox", field, "list-pkgs")
	b.sees("2 tokens found")
	b.find("link", "monitor")
	if !strings.HasSuffix(b.path(), "/tokens?reverse=1&sort=created&q=list-pkgs") {
		t.Errorf("the address is %s", b.path())
	}
	b.fill("searchbox", field, "")
	b.find("link", "never-called")
	if !strings.HasSuffix(b.path(), "/tokens?reverse=1&sort=created") {
		t.Errorf("the address is %s", b.path())
	}
	b.do(call(dom.Focus, dom.FocusParams{BackendNodeID: b.find("searchbox", field)}))
	b.press(secret) // typed, letter by letter
	b.sees("This looks like a secret.")
	asked := get(b, chromedp.Evaluate[string](`location.href + " " + performance.getEntries().map(e => e.name).join(" ")`))
	if strings.Contains(asked, secret[:12]) {
		t.Errorf("what was typed of a secret is in an address: %s", asked)
	}
	b.axe("a secret in the search")
	b.press(kb.Enter)
	b.find("heading", "API token monitor")
	if !strings.HasSuffix(b.path(), "/tokens/show?name=monitor") {
		t.Errorf("the address is %s", b.path())
	}
	b.within("/tokens")
	b.fill("searchbox", field, strings.Repeat("A1", 16))
	b.press(kb.Enter)
	b.sees("No token of yours has this secret")
}

// TestTokensAreChosen: the button says how many.
func TestTokensAreChosen(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.several()
	b := s.open()
	b.signIn()
	b.visit(b.token() + "/tokens")
	b.click("checkbox", "monitor")
	b.find("button", "Revoke 1 token…")
	b.click("checkbox", "soon")
	b.find("button", "Revoke 2 tokens…")
	b.fill("searchbox", "Search your tokens", "monitor")
	b.sees("1 token found")
	b.find("button", "Revoke 1 token…") // what is not seen is not revoked
	b.fill("searchbox", "Search your tokens", "")
	b.sees("5 tokens found")
	b.click("checkbox", "Choose all on this page")
	b.find("button", "Revoke 5 tokens…")
	b.axe("tokens chosen")
}

// TestTokensWithoutScript: the table does all of it with forms and links.
func TestTokensWithoutScript(t *testing.T) {
	t.Parallel()
	s := serve(t)
	secret := s.several()
	b := s.open()
	b.withoutScript()
	b.signIn()
	b.click("link", toTokens)
	b.fill("searchbox", "Search your tokens", "list-pkgs")
	b.click("button", "Search")
	b.sees("2 tokens found")
	b.click("link", "1 expire within 14 days")
	b.sees("1 token found")
	b.find("link", "soon")
	b.find("button", "Revoke chosen…")
	b.fill("searchbox", "Search your tokens", secret)
	b.click("button", "Search")
	b.find("heading", "API token monitor")
	b.fill("combobox", "Function", "listaccts")
	b.click("button", "Ask")
	b.sees("The server would let this call through.")
}

// TestTokensByKeyboard goes from the table to what a token may do by keys alone.
func TestTokensByKeyboard(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.several()
	b := s.open()
	b.signIn()
	b.visit(b.token() + "/tokens")
	b.do(call(dom.Focus, dom.FocusParams{BackendNodeID: b.find("searchbox", "Search your tokens")}))
	b.press("monitor")
	b.sees("1 token found")
	b.do(call(dom.Focus, dom.FocusParams{BackendNodeID: b.find("checkbox", "monitor")}))
	b.press(" ")
	b.find("button", "Revoke 1 token…")
	b.press(kb.Tab)
	b.focused("monitor")
	b.press(kb.Enter)
	b.find("heading", "API token monitor")
	b.do(call(dom.Focus, dom.FocusParams{BackendNodeID: b.find("combobox", "Function")}))
	b.press("removeacct" + kb.Tab + "shop" + kb.Enter)
	b.sees("The missing privilege is kill-acct")
}

package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// called is the status that the server answers a program with a token.
func (s *server) called(secret, function string) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://"+s.Addr+"/json-api/"+function+"?api.version=1", http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "whm root:"+secret)
	res, err := s.Client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct{ Metadata struct{ Result int } }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode == http.StatusOK && answer.Metadata.Result != 1 {
		return -1 // refused by the function
	}
	return res.StatusCode
}

// TestTheLifeOfAToken by mouse: made, copied, used over HTTPS, changed, revoked,
// and what it comes to for the program that has it.
func TestTheLifeOfAToken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.signIn()
	b.click("link", toTokens)
	b.click("link", "Generate your first token")
	b.fill("textbox", "Name", "life")
	b.fill("searchbox", "Find a privilege or a function", "list-accts")
	b.click("checkbox", "List Accounts")
	b.click("button", "Generate token")
	secret := b.secret()
	b.click("button", "Copy")
	b.so(`document.querySelector("[role=status][data-said]").textContent.includes("secret is copied")`)
	b.click("button", "Yes, I saved my token")
	if got := s.called(secret, "listaccts"); got != 200 {
		t.Errorf("a call with it is answered %d", got)
	}
	if got := s.called(secret, "listpkgs"); got != -1 {
		t.Errorf("a call that it may not make is answered %d", got)
	}
	b.click("link", "Edit life")
	b.fill("searchbox", "Find a privilege or a function", "list-pkgs")
	b.click("checkbox", "List Packages")
	b.fill("textbox", "Name", "living")
	b.click("button", "Save changes")
	b.sees("The token living was changed.")
	if got := s.called(secret, "listpkgs"); got != 200 {
		t.Errorf("after it was changed a call is answered %d", got)
	}
	b.click("link", "Revoke living")
	b.find("heading", "Revoke living?")
	b.click("button", "Revoke token")
	b.sees("The token living was revoked.")
	if got := s.called(secret, "listaccts"); got != 403 {
		t.Errorf("after it was revoked a call is answered %d", got)
	}
	one, two := s.make("one", "acl-1", "list-accts"), s.make("two", "acl-1", "list-accts")
	b.within("/tokens")
	b.click("link", "Revoke all…")
	b.fill("textbox", "To confirm, type your user name: root", "root")
	b.click("button", "Revoke all 2 tokens")
	b.sees("You have no API tokens yet")
	if s.called(one, "listaccts") != 403 || s.called(two, "listaccts") != 403 {
		t.Error("a token outlives that all are revoked")
	}
}

// painted is a row's state as it is seen: its word, icon and colours.
func (b *tab) painted(name string) (seen struct{ Words, Icons, Edge, Badge string }) {
	b.t.Helper()
	type look = struct{ Words, Icons, Edge, Badge string }
	return get(b, chromedp.Evaluate[look](`(() => {
		const row = [...document.querySelectorAll("tbody tr")].find(r => r.querySelector("th").textContent.trim() === "`+name+`");
		const states = row.querySelector(".states"), badge = states.querySelector(".badge"), style = getComputedStyle(row);
		return {
			Words: [...states.querySelectorAll(".badge")].map(s => s.textContent.trim()).join(), 
			Icons: [...states.querySelectorAll("use")].map(s => s.getAttribute("href")).join(),
			Edge: style.backgroundColor, Badge: getComputedStyle(badge).color,
		};
	})()`))
}

// TestExpiryIsSeen as the server's clock moves on: the row's word, icon and colour
// change fourteen days before the end, and at the end.
func TestExpiryIsSeen(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.make("ending", "acl-1", "list-accts", "expires_at", s.inDays(30))
	s.make("lasting", "acl-1", "list-accts")
	b := s.open()
	colours := map[string]bool{}
	for _, at := range []struct {
		after time.Duration
		word  string
		icon  string
		red   string // what the colour has of red, green and blue, the most first
	}{
		{0, "Active", "#i-good", "green"},
		{15 * 24 * time.Hour, "Active", "#i-good", "green"},
		{24*time.Hour + time.Minute, "Expires soon", "#i-warn", "yellow"},
		{14*24*time.Hour - 2*time.Minute, "Expires soon", "#i-warn", "yellow"},
		{2 * time.Minute, "Expired", "#i-bad", "red"},
	} {
		s.later(at.after)
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			b.do(chromedp.Navigate("about:blank"))
			b.visit("/tokens")
			b.again(s)
			b.find("link", "ending")
			seen, other := b.painted("ending"), b.painted("lasting")
			if !strings.HasPrefix(seen.Words, at.word) || !strings.HasPrefix(seen.Icons, at.icon) || hue(t, seen.Badge) != at.red {
				t.Errorf("%s, %s: %+v, want %v", scheme, s.moved, seen, at)
			}
			if plain := at.red == "green"; (seen.Edge == other.Edge) != plain || !plain && hue(t, seen.Edge) != at.red {
				t.Errorf("%s, %s: the row is %s beside %s", scheme, s.moved, seen.Edge, other.Edge)
			}
			colours[scheme+seen.Badge] = true
		}
	}
	if len(colours) != 6 {
		t.Errorf("the colours are %v", colours)
	}
}

// again signs in where a session is over.
func (b *tab) again(s *server) {
	b.t.Helper()
	b.so(`document.readyState === "complete" && document.querySelector("h1") !== null`)
	if strings.HasPrefix(b.path(), "/login/") {
		b.credentials("root", s.Password, "")
	}
}

// hue is a colour in a word.
func hue(t *testing.T, colour string) string {
	t.Helper()
	var r, g, b float64
	if _, err := fmt.Sscanf(colour, "rgb(%f, %f, %f)", &r, &g, &b); err != nil {
		t.Fatalf("%s: %v", colour, err)
	}
	switch {
	case g > r && g > b:
		return "green"
	case r > b && g > b && r-g < 0.75*(r-b): // orange is no red
		return "yellow"
	case r > g && r > b:
		return "red"
	}
	return colour
}

// TestOneRevokedWithoutScript: made, listed and revoked by forms and links; and the
// way back does not lead to the secret.
func TestOneRevokedWithoutScript(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.withoutScript()
	b.signIn()
	b.click("link", toTokens)
	b.click("link", "Generate your first token")
	b.click("link", toBilling)
	b.sees("6 of 22 chosen")
	b.click("button", "Generate token")
	secret := b.secret()
	b.click("button", "Yes, I saved my token")
	b.find("link", "billing")
	b.back()
	if page := get(b, chromedp.Evaluate[string](`document.documentElement.outerHTML`)); strings.Contains(page, secret) {
		t.Error("the secret is there again")
	}
	if n := len(s.tokens()); n != 1 {
		t.Errorf("%d tokens", n)
	}
	b.visit("/tokens")
	b.click("link", "Revoke billing")
	b.click("button", "Revoke token")
	b.sees("The token billing was revoked.")
	if got := s.called(secret, "version"); got != 403 {
		t.Errorf("a call with it is answered %d", got)
	}
}

// back goes one page back in the browser's history, and waits for what comes.
func (b *tab) back() {
	b.t.Helper()
	was := b.path()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error { // as a script it might be gone before it answers
		past, err := cdp.Call(ctx, t, page.GetNavigationHistory, cdp.Empty{})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: past.Entries[past.CurrentIndex-1].ID})
		return err
	}))
	b.so(`location.href !== "https://` + b.s.Addr + was + `" && document.readyState === "complete"`)
}

// TestTwoTabsChangeOneToken: whoever comes second sees it, and overwrites nothing
// unseen.
func TestTwoTabsChangeOneToken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.make("both", "acl-1", "list-accts")
	one := s.open()
	one.signIn()
	two := one.beside()
	two.visit(one.token() + "/tokens/edit?name=both")
	one.within("/tokens/edit?name=both")
	for _, b := range []*tab{one, two} {
		b.fill("searchbox", "Find a privilege or a function", "list-pkgs")
	}
	one.click("checkbox", "List Packages")
	one.click("button", "Save changes")
	one.sees("The token both was changed.")
	two.fill("textbox", "Name", "both-2")
	two.click("button", "Save changes")
	two.sees("This token was changed since you opened the form.")
	acls, _ := s.tokens()["both"].(map[string]any)["acls"].(map[string]any)
	if acls["list-pkgs"] != 1.0 {
		t.Errorf("what the first has saved is gone: %v", acls)
	}
}

// toDNS is the name of a link of the form.
const toDNS = "DNS validation (ACME) Reads and changes DNS records, and nothing else: for lego and other programs that prove a domain when a certificate is issued."

// TestTheJobOfDNS: two clicks make a token that can edit DNS and nothing else. That
// these two privileges are what lego needs, TestACME shows.
func TestTheJobOfDNS(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.signIn()
	b.within("/tokens/new")
	b.click("link", toDNS)
	b.so(`document.querySelectorAll("[name=acl]:checked").length === 2`)
	b.look(t, "token new for DNS")
	b.click("button", "Generate token")
	secret := b.secret()
	made, _ := s.tokens()["dns-validation"].(map[string]any)
	acls, _ := made["acls"].(map[string]any)
	maps.DeleteFunc(acls, func(_ string, has any) bool { return has != 1.0 })
	if got := slices.Sorted(maps.Keys(acls)); !slices.Equal(got, []string{"edit-dns", "manage-dns-records"}) {
		t.Errorf("the token has %q", got)
	}
	for function, want := range map[string]int{"listzones": 200, "listaccts": -1, "killdns": -1, "createacct": -1, "api_token_list": -1} {
		if got := s.called(secret, function); got != want {
			t.Errorf("%s is answered %d, not %d", function, got, want)
		}
	}
}

// TestTwiceIsOnce: a form that is sent twice makes one token.
func TestTwiceIsOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.signIn()
	b.within("/tokens/new?preset=backup")
	b.find("button", "Generate token")
	b.do(chromedp.Evaluate[chromedp.Void](`for (const _ of [1, 2]) document.querySelector("[data-make]").click()`))
	b.so(`["Your new API token", "You have the API token backup"].some(t => document.querySelector("h1").textContent.includes(t))`)
	if n := len(s.tokens()); n != 1 {
		t.Errorf("%d tokens", n)
	}
}

// TestAnOwnerIsSuspendedMeanwhile: what the page sends is not done, and waits.
func TestAnOwnerIsSuspendedMeanwhile(t *testing.T) {
	t.Parallel()
	s := serve(t)
	const word = "a word of the shop's own, 7"
	s.api("createacct", "username", "shop", "domain", "shop.example", "password", word)
	s.api("setupreseller", "user", "shop")
	s.api("setacls", "reseller", "shop", "acl-list-accts", "1", "acl-manage-api-tokens", "1")
	b := s.open()
	b.visit("/login/")
	b.credentials("shop", word, "")
	b.find("searchbox", "Search the pages")
	b.within("/tokens/new?preset=monitoring")
	b.fill("textbox", "Name", "watch")
	s.api("suspendreseller", "user", "shop")
	b.click("button", "Generate token")
	b.sees("What you filled in waits here")
	b.credentials("shop", word, "")
	b.sees("Login Attempt Failed!")
	s.api("unsuspendreseller", "user", "shop")
	b.fill("textbox", "Password", word)
	b.click("button", "Sign in")
	b.click("button", "Send it now")
	b.secret()
	b.sees("watch")
}

// TestFormsOfOtherOrigins: a page of another port, of another host and of no origin
// sends a form with everything right in it, by the browser that is signed in.
func TestFormsOfOtherOrigins(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.make("kept", "acl-1", "list-accts")
	b := s.open()
	b.signIn()
	target := "https://" + s.Addr + b.token() + "/tokens/revoke-all"
	evil := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/null" {
			w.Header().Set("Content-Security-Policy", "sandbox allow-forms allow-scripts")
		}
		_, _ = io.WriteString(w, `<title>x</title><form method="post" action="`+html.EscapeString(target)+
			`"><input name="user" value="root"><input name="count" value="1"></form><script>document.forms[0].submit()</script>`)
	}))
	defer evil.Close()
	for about, from := range map[string]string{
		"the same site": evil.URL, "another site": strings.Replace(evil.URL, "127.0.0.1", "localhost", 1), "no origin": evil.URL + "/null",
	} {
		b.do(chromedp.Navigate("about:blank"))
		b.do(chromedp.Navigate(from))
		b.so(`location.host === "` + s.Addr + `"`)
		b.sees("another site")
		if n := len(s.tokens()); n != 1 {
			t.Errorf("%s: %d tokens are left", about, n)
		}
	}
	b.visit("/tokens")
	b.find("link", "kept") // and the session is still there
}

package browser

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// words are texts of callers that want to run, to turn the page around, or to
// break it by their length.
func words() map[string]string {
	return map[string]string{
		"script":   `"><script>document.title="ran"</script><img src=x onerror="document.title='ran'">`,
		"override": "paid\u202egnihton swollof\u2066",
		"hebrew":   "החשבון הושעה כי לא שולם, 42 ימים",
		"long":     strings.Repeat("W", 4096),
	}
}

// TestHostileWords: wherever a page shows what a caller wrote, it stays text,
// keeps its direction to itself and its cell inside the window.
func TestHostileWords(t *testing.T) {
	t.Parallel()
	s := serve(t)
	at := map[string]string{} // user by kind of word
	for kind, word := range words() {
		at[kind] = "u" + kind
		s.api("createacct", "username", at[kind], "domain", kind+".example")
		s.api("suspendacct", "user", at[kind], "reason", word)
	}
	s.use(s.make("monitor", "acl-1", "list-accts"), "listaccts")
	b := s.open()
	b.do(call(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: words()["script"] + "Chrome/1 " + strings.Repeat("W", 300)}))
	b.signIn()
	for kind, word := range words() {
		given := url.QueryEscape(word[:min(len(word), 1000)])
		for _, path := range []string{
			"/?q=" + given, "/accounts?q=" + given, "/accounts/suspend?user=" + at[kind], "/accounts/unsuspend?user=" + at[kind],
			"/accounts/suspend?user=" + given, "/record?function=suspendacct&user=" + given, "/record?name=" + at[kind], "/tokens?q=" + given, "/tokens?done=revoked&name=" + given,
			"/tokens/show?name=" + given, "/tokens/show?name=monitor&function=" + given + "&account=" + given, "/tokens/new?name=" + given,
			"/tokens/revoke?name=" + given, "/tokens/made?name=" + given, "/accounts?done=suspended&user=" + given, "/sessions",
		} {
			b.within(path)
			b.harmless(kind + " " + path[:min(len(path), 40)])
		}
	}
	b.within("/accounts?sort=user")
	b.look(t, "accounts with hostile reasons")
	b.within("/record")
	b.sees("suspendacct")
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach((d) => d.open = true)`))
	b.look(t, "record with hostile reasons")
	b.within("/sessions")
	b.look(t, "sessions with a hostile browser")
	b.within("/tokens/show?name=monitor")
	b.look(t, "token with a hostile client")
}

// harmless wants a page that no word has become part of, and that fits into 320
// pixels.
func (b *tab) harmless(about string) {
	b.t.Helper()
	b.width(320)
	b.so(`document.readyState === "complete"`)
	if n := get(b, chromedp.Evaluate[int](`document.querySelectorAll("img[src=x], script:not([src]), [onerror]").length`)); n != 0 {
		b.t.Errorf("%s: %d elements are made of a word", about, n)
	}
	if get(b, chromedp.Evaluate[bool](`document.title === "ran"`)) {
		b.t.Errorf("%s: a word ran", about)
	}
	b.fits(about)
}

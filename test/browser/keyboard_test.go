package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestTheLifeOfATokenByKeys goes the whole way with keys alone and without one
// address typed: in, generate, save, see it, its own page, edit, revoke, out.
func TestTheLifeOfATokenByKeys(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.visit("/login/")
	b.find("textbox", "User") // has the focus
	b.press("root" + kb.Tab + s.Password + kb.Enter)
	b.find("heading", "Home")
	b.enter(toTokens)
	b.sees("You have no API tokens yet")
	b.enter("Generate your first token")
	b.find("heading", "Generate API Token")
	b.tabTo("Name")
	b.press("keys" + kb.Tab)
	b.focused("Find a privilege or a function")
	b.press("show bandwidth" + kb.Tab)
	b.tabTo("View Account Bandwidth Usage")
	b.press(" ")
	b.sees("This token can: View Account Bandwidth Usage.")
	b.enter("Generate token")
	b.secret()
	b.enter("Yes, I saved my token")
	b.sees("1 token")
	b.enter("keys")
	b.find("heading", "API token keys")
	b.tabTo("Function")
	b.press("showbw" + kb.Enter)
	b.sees("The server would let this call through.")
	b.enter("Edit")
	b.find("heading", "Edit API Token keys")
	b.tabTo("Name")
	b.press(kb.End + "-2" + kb.Enter)
	b.sees("The token keys-2 was changed.")
	if s.tokens()["keys-2"] == nil {
		t.Fatalf("%v", s.tokens())
	}
	b.enter("keys-2")
	b.find("heading", "API token keys-2")
	b.enter("Revoke")
	b.find("heading", "Revoke keys-2?")
	b.enter("Revoke token")
	b.sees("The token keys-2 was revoked.")
	if n := len(s.tokens()); n != 0 {
		t.Errorf("%d tokens", n)
	}
	b.enter("Sign out")
	b.find("button", "Sign in")
}

// TestTabsGoAsThePageReads: what has the focus after another thing stands below it
// or beside it, in a narrow window too, where the navigation follows the content.
func TestTabsGoAsThePageReads(t *testing.T) {
	t.Parallel()
	b := serve(t).open()
	b.signIn()
	b.within("/password")
	b.width(360)
	b.tabTo("Sign out")
	for _, next := range []string{"New password", "The same again", "Change the password", "Manage API Tokens"} {
		before := b.bottom()
		b.press(kb.Tab)
		if !b.holds(next) || b.bottom() <= before {
			t.Errorf("%q is not the next below", next)
		}
	}
}

// bottom is where what has the focus ends, on the page.
func (b *tab) bottom() float64 {
	b.t.Helper()
	return get(b, chromedp.Evaluate[float64](`document.activeElement.getBoundingClientRect().bottom + scrollY`))
}

// enter goes to the thing of a name by the Tab key, and presses Enter on it.
func (b *tab) enter(name string) {
	b.t.Helper()
	b.tabTo(name)
	b.press(kb.Enter)
}

// tabTo presses the Tab key until the thing of a name has the focus.
func (b *tab) tabTo(name string) {
	b.t.Helper()
	for range 100 {
		if b.holds(name) {
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("the Tab key does not come to %q", name)
}

// holds reports whether the thing of a name has the focus.
func (b *tab) holds(name string) bool {
	b.t.Helper()
	return get(b, chromedp.Evaluate[bool](`(() => {
		const e = document.activeElement;
		const label = e?.labels?.[0]?.textContent ?? e?.textContent;
		return label?.trim() === `+"`"+name+"`"+`;
	})()`))
}

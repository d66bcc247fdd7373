package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// toSessions is the name of a link of the start page.
const toSessions = "Manage Sessions See where you are signed in, and sign out of one session or of all."

func TestSigningIn(t *testing.T) {
	t.Parallel()
	b := serve(t).open()
	b.visit("/sessions")
	b.sees("You go on where you were")
	b.credentials("root", "wrong", "")
	b.sees("Login Attempt Failed! The login is invalid.")
	b.fill("textbox", "Password", b.s.Password)
	b.click("button", "Sign in")
	b.find("heading", "Manage Sessions")
	b.click("link", "Home")
	b.find("heading", "Home")
	b.visit("/")
	b.find("heading", "Home") // the address without a token leads into the session
	b.click("button", "Sign out")
	b.find("button", "Sign in")
	b.visit("/")
	b.find("button", "Sign in")
}

func TestSigningInWithACode(t *testing.T) {
	t.Parallel()
	s := serve(t)
	seed := s.enrol()
	s.later(time.Minute) // the code that enrolled is used
	b := s.open()
	b.visit("/")
	b.credentials("root", s.Password, "")
	b.sees("One more step")
	b.look(t, "sign in code")
	b.focused("Code of your authenticator")
	b.press("12" + kb.Enter)
	b.sees("Login Attempt Failed! A current code")
	b.focused("Code of your authenticator")
	b.fill("textbox", "Code of your authenticator", s.code(seed))
	b.click("button", "Sign in")
	b.find("heading", "Home")
}

func TestHomeFilters(t *testing.T) {
	t.Parallel()
	b := serve(t).open()
	b.signIn()
	b.fill("searchbox", "Search the pages", "nothing of the kind")
	b.sees("No page that you may use has these words.")
	if !strings.HasSuffix(b.path(), "?q=nothing+of+the+kind") {
		t.Errorf("the address does not keep what is looked for: %s", b.path())
	}
	b.fill("searchbox", "Search the pages", "where signed")
	b.sees("1 page found")
	b.find("link", toSessions)
}

func TestSigningOutElsewhere(t *testing.T) {
	t.Parallel()
	s := serve(t)
	a, b := s.open(), s.open()
	a.signIn()
	b.signIn()
	a.click("link", toSessions)
	a.sees("2 open sessions")
	a.sees("127.0.0.1")
	a.click("button", "Sign out everywhere else")
	a.sees("All other sessions have ended.")
	a.sees("1 open session")
	b.click("link", toSessions)
	b.find("button", "Sign in")
	b.signIn()
	a.visit(a.token() + "/sessions")
	a.click("button", "Sign out everywhere")
	a.find("button", "Sign in")
	b.click("link", "Home")
	b.find("button", "Sign in")
}

// TestAFormOutlivesItsSession is expiry in the middle of a form: nothing is lost,
// and nothing is done without a click.
func TestAFormOutlivesItsSession(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.signIn()
	b.click("link", toSessions)
	b.find("heading", "Manage Sessions")
	s.later(16 * time.Minute)
	other := s.open()
	other.signIn()
	b.click("button", "Sign out everywhere")
	b.sees("What you filled in waits here")
	b.axe("signing in with a form that waits")
	b.credentials("root", s.Password, "")
	b.sees("You are signed in again")
	b.axe("a form that waits")
	other.click("link", "Home")
	other.find("heading", "Home") // nothing was done
	b.click("button", "Send it now")
	b.find("button", "Sign in")
	other.click("link", "Home")
	other.find("button", "Sign in")
}

// TestAnOlderTab: a page of an earlier session, beside the current one's cookie.
func TestAnOlderTab(t *testing.T) {
	t.Parallel()
	b := serve(t).open()
	b.signIn()
	b.click("link", toSessions)
	b.find("heading", "Manage Sessions")
	newer := b.beside()
	newer.signIn()
	if newer.token() == b.token() {
		t.Fatal("signing in again made no new session")
	}
	b.click("link", "Manage Sessions")
	b.sees("This page belongs to an earlier session.")
	b.axe("a page of an earlier session")
	b.click("link", "Open Manage Sessions")
	b.find("heading", "Manage Sessions")
	b.sees("2 open sessions")
}

// TestByKeyboard signs in, skips to the content and out again with keys alone.
func TestByKeyboard(t *testing.T) {
	t.Parallel()
	b := serve(t).open()
	b.visit("/login/")
	b.find("textbox", "User") // has the focus
	b.press("root" + kb.Tab + b.s.Password + kb.Enter)
	b.find("heading", "Home")
	b.press(kb.Tab)
	b.focused("Skip to the content")
	b.press(kb.Enter + kb.Tab)
	b.focused("Search the pages")
	b.press("where signed") // leaves one page
	b.sees("1 page found")
	b.press(kb.Tab + kb.Enter)
	b.find("heading", "Manage Sessions")
	b.press(strings.Repeat(kb.Tab, 3))
	b.focused("Sign out")
	b.press(kb.Enter)
	b.find("button", "Sign in")
}

func TestWithoutScript(t *testing.T) {
	t.Parallel()
	b := serve(t).open()
	b.withoutScript()
	b.signIn()
	b.fill("searchbox", "Search the pages", "nothing of the kind")
	b.click("button", "Search")
	b.sees("No page that you may use has these words.")
	b.click("link", "Home")
	b.click("link", toSessions)
	b.sees("1 open session")
	b.click("button", "Sign out")
	b.find("button", "Sign in")
}

// TestPictures looks at every page in every look.
func TestPictures(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.visit("/login/")
	b.look(t, "sign in")
	b.credentials("root", "wrong", "")
	b.sees("Login Attempt Failed!")
	b.look(t, "sign in failed")
	other := s.open()
	other.signIn()
	b.signIn()
	b.look(t, "home")
	b.click("link", toSessions)
	b.sees("2 open sessions")
	b.look(t, "sessions")
	b.visit(b.token() + "/nosuch")
	b.sees("There is no such page.")
	b.look(t, "no such page")
}

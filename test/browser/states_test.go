package browser

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestSignInPictures looks at what signing in asks in its rarer states.
func TestSignInPictures(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.signIn()
	b.visit(b.token() + "/?q=nothing+of+the+kind")
	b.sees("No page that you may use has these words.")
	b.look(t, "home none")
	b.click("link", "Home")
	b.click("link", toSessions)
	newer := b.beside()
	newer.signIn()
	b.visit(b.token() + "/sessions")
	b.sees("This page belongs to an earlier session.")
	b.look(t, "older session")
	b.click("link", "Open Manage Sessions")
	b.find("heading", "Manage Sessions")
	s.later(16 * time.Minute)
	b.click("button", "Sign out everywhere")
	b.sees("What you filled in waits here")
	b.look(t, "sign in form waits")
	b.credentials("root", s.Password, "")
	b.sees("You are signed in again")
	b.look(t, "signed in again")
	s.enrol()
	b = s.open()
	b.visit("/sessions")
	b.sees("You go on where you were")
	b.look(t, "sign in lost")
	b.credentials("root", s.Password, "")
	b.sees("One more step")
	b.look(t, "sign in code")
}

// TestTokenStatePictures looks at the pages of tokens in their rarer states.
func TestTokenStatePictures(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.several()
	b := s.open()
	b.signIn()
	b.within("/tokens")
	for _, name := range []string{"monitor", "soon", "old-script"} {
		b.click("checkbox", name)
	}
	b.find("button", "Revoke 3 tokens…")
	b.look(t, "tokens chosen")
	b.click("button", "Revoke 3 tokens…")
	b.find("heading", "Revoke 3 tokens?")
	b.look(t, "token revoke many")
	b.within("/tokens/show?name=monitor&function=listaccts#ask")
	b.sees("The server would let this call through.")
	b.click("DisclosureTriangle", "The numbers")
	b.look(t, "token allowed")
	b.within("/tokens/edit?name=monitor")
	b.click("checkbox", "Create Accounts")
	s.api("api_token_update", "token_name", "monitor", "whitelist_ip", "203.0.113.7")
	b.click("button", "Save changes")
	b.sees("This token was changed since you opened the form.")
	b.look(t, "token edit conflict")
	b.within("/tokens/revoke-all")
	b.click("button", "Revoke all 5 tokens")
	b.sees("Type root to confirm.")
	b.look(t, "token revoke all refused")
	b.within("/tokens/new")
	for _, group := range []string{"Everything 0 of 1 chosen", "Standard privileges 0 of 22 chosen"} {
		b.click("DisclosureTriangle", group)
	}
	b.click("checkbox", "Change Passwords")
	b.click("checkbox", "All Features")
	b.sees("whoever steals this token owns the server")
	b.sees("This token can do everything")
	b.look(t, "token new dangerous")
}

// shop makes a reseller with an account that root has locked, and answers the
// reseller's password.
func (s *server) shop() string {
	s.t.Helper()
	const word = "the shop's own long word"
	s.api("createacct", "username", "shop", "domain", "shop.example", "password", word)
	s.api("setupreseller", "user", "shop")
	s.api("setacls", "reseller", "shop", "acl-list-accts", "1", "acl-suspend-acct", "1")
	s.api("createacct", "username", "client", "domain", "client.example", "owner", "shop")
	s.api("suspendacct", "user", "client", "reason", "not paid", "disallowun", "1")
	return word
}

// TestAccountStatePictures looks at accounts and errors as a reseller sees them.
func TestAccountStatePictures(t *testing.T) {
	t.Parallel()
	s := serve(t)
	word := s.shop()
	b := s.open()
	b.visit("/login/")
	b.credentials("shop", word, "")
	b.find("heading", "Home")
	for _, p := range []struct{ name, path, says string }{
		{"accounts of a reseller", "/accounts", "Your own"},
		{"accounts none found", "/accounts?q=nothing+of+the+kind", "No account has this."},
		{"suspend oneself", "/accounts/suspend?user=shop", "It cannot suspend itself."},
		{"unsuspend locked", "/accounts/unsuspend?user=client", "only root may unsuspend it"},
		{"may not", "/record", "Status 403"},
		{"no such account", "/accounts/suspend?user=nosuch", "There is no such account."},
	} {
		b.within(p.path)
		b.sees(p.says)
		b.look(t, p.name)
	}
	root := s.open()
	root.signIn()
	root.within("/record?function=nosuch")
	root.sees("Nothing in the record fits.")
	root.look(t, "record none")
	there := "https://" + s.Addr + b.token() + "/sessions"
	b.do(chromedp.Navigate("about:blank"), chromedp.Evaluate[chromedp.Void](`(() => {
		document.body.innerHTML = "<form method=post action='`+there+`'><input name=which value=all></form>";
		document.forms[0].submit();
	})()`))
	b.sees("This form was sent from another site")
	b.look(t, "another site")
}

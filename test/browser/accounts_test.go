package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// hostile is a reason that is none of a page's business to run or to be led astray by.
const hostile = `<img src=x onerror=alert(1)> "unpaid" & 'late' ` + "\u202etxet"

func (s *server) hosts(n int) {
	s.t.Helper()
	for i := range n {
		s.api("createacct", "username", fmt.Sprintf("user%03d", i), "domain", fmt.Sprintf("d%03d.example", n-i))
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.hosts(3)
	b := s.open()
	b.signIn()
	b.click("link", "List Accounts Find accounts, see what state they are in, suspend and unsuspend them.")
	b.sees("Accounts 1 to 3 of 3")
	b.click("link", "User")
	b.find("columnheader", "User")
	if !strings.HasSuffix(b.path(), "?sort=user") {
		t.Errorf("the address does not keep the order: %s", b.path())
	}
	b.fill("searchbox", "Search the accounts", "D002")
	b.press(kb.Enter)
	b.sees("Accounts 1 to 1 of 1")
	b.click("link", "Suspend d002.example")
	b.find("heading", "Suspend user001?")
	b.axe("asking before it is suspended")
	b.fill("textbox", "Reason", hostile)
	b.click("checkbox", "Only root may unsuspend it")
	b.click("button", "Suspend user001")
	b.sees("The account user001 is suspended.")
	b.sees(`<img src=x onerror=alert(1)> "unpaid" & 'late'`)
	b.sees("Locked")
	b.sees("Accounts 1 to 1 of 1") // still what was searched for
	b.click("link", "Unsuspend d002.example")
	b.find("heading", "Unsuspend user001?")
	b.axe("asking before it is unsuspended")
	b.click("button", "Unsuspend user001")
	b.sees("The account user001 is active again.")
}

func TestAccountsWithoutScript(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.hosts(2)
	b := s.open()
	b.withoutScript()
	b.signIn()
	b.visit(b.token() + "/accounts")
	b.fill("searchbox", "Search the accounts", "nothing of the kind")
	b.click("button", "Show")
	b.sees("No account has this.")
	b.click("link", "Show all")
	b.click("link", "Suspend d001.example")
	b.click("button", "Suspend user001")
	b.sees("The account user001 is suspended.")
}

func TestTheRecord(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.hosts(2)
	s.api("suspendacct", "user", "user001", "reason", hostile)
	b := s.open()
	b.signIn()
	b.click("link", "Audit Record See who changed what, when, from where and with which token.")
	b.sees("suspendacct")
	b.fill("textbox", "Function", "suspendacct")
	b.press(kb.Enter)
	b.sees("1 change shown")
	b.click("link", "Account user001")
	b.sees("Show all")
	b.fill("textbox", "Name of the thing", "nothing of the kind")
	b.click("button", "Show")
	b.sees("Nothing in the record fits.")
	b.click("link", "Show all")
	b.sees("suspendacct")
}

func TestChangingOnesPassword(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.signIn()
	b.click("link", "Change Password Set another password for yourself.")
	b.fill("textbox", "New password", "a new long word, 17")
	b.fill("textbox", "The same again", "another")
	b.click("button", "Change the password")
	b.sees("The two passwords are not the same.")
	b.axe("a password mistyped")
	b.fill("textbox", "New password", "a new long word, 17")
	b.fill("textbox", "The same again", "a new long word, 17")
	b.click("button", "Change the password")
	b.find("button", "Sign in")
	b.credentials("root", "a new long word, 17", "")
	b.find("heading", "Home")
}

func TestSettingUpASecondFactor(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.signIn()
	b.click("link", "Two-Factor Authentication Have a code of your authenticator asked for beside your password.")
	b.look(t, "two-factor off")
	seed := get(b, chromedp.Evaluate[string](`document.querySelector("#seed").value`))
	b.fill("textbox", "Code", "12")
	b.click("button", "Turn it on")
	b.sees("The security code is not the one")
	b.look(t, "two-factor wrong")
	b.fill("textbox", "Code", s.code(seed))
	b.click("button", "Turn it on")
	b.sees("It is on. From now on")
	b.look(t, "two-factor on")
	b.click("link", "Turn it off")
	b.look(t, "two-factor remove")
	s.later(time.Minute) // the code that turned it on is used
	b.fill("textbox", "A code of your authenticator that was not used yet", s.code(seed))
	b.click("button", "Turn it off for root")
	b.sees("It is off.")
}

// TestAccountPictures looks at the pages of accounts, the record and the password.
func TestAccountPictures(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.hosts(52)
	s.api("suspendacct", "user", "user050", "reason", hostile, "disallowun", "1")
	s.api("suspendacct", "user", "user051")
	b := s.open()
	b.signIn()
	b.visit(b.token() + "/accounts/suspend?user=user049")
	b.click("button", "Suspend user049")
	b.sees("Accounts 1 to 50 of 52")
	b.look(t, "accounts")
	b.visit(b.token() + "/accounts/suspend?user=user001")
	b.sees("Suspend user001?")
	b.look(t, "suspend")
	b.visit(b.token() + "/accounts/unsuspend?user=user050")
	b.sees("Unsuspend user050?")
	b.look(t, "unsuspend")
	b.visit(b.token() + "/record?from=2020-01-01")
	b.sees("50 changes shown")
	b.click("DisclosureTriangle", "Details suspendacct No. 55")
	b.look(t, "record")
	b.visit(b.token() + "/record?from=yesterday")
	b.sees("A day is written like")
	b.look(t, "record wrong")
	b.visit(b.token() + "/password")
	b.sees("This sets the password of root.")
	b.look(t, "password")
}

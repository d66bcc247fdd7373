package browser

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// toBilling is the name of a link of the form.
const toBilling = "Billing system Creates, suspends, changes and removes accounts. Add Change Passwords or Create User Session only if it does that too."

// so waits until a script's expression is true.
func (b *tab) so(expression string) {
	b.t.Helper()
	b.await("it is not so: "+expression, chromedp.Evaluate[bool](expression))
}

// within goes to a path within the session.
func (b *tab) within(path string) {
	b.t.Helper()
	b.visit(b.token() + path)
}

// guarded reports whether the page asks before it is left.
func (b *tab) guarded() bool {
	b.t.Helper()
	return get(b, chromedp.Evaluate[bool](`!dispatchEvent(new Event("beforeunload", {cancelable: true}))`))
}

var aSecret = regexp.MustCompile(`\bHK[A-Z0-9]{30}\b`)

// secret is the one that the page shows.
func (b *tab) secret() string {
	b.t.Helper()
	b.find("heading", "Your new API token")
	s := aSecret.FindString(b.text())
	if s == "" {
		b.t.Fatalf("no secret: %s", b.text())
	}
	return s
}

func (s *server) tokens() map[string]any {
	s.t.Helper()
	list, _ := s.api("api_token_list")["tokens"].(map[string]any)
	return list
}

// TestMakingAToken does what somebody would who reads nothing but the page: a
// token for a script that only lists accounts, from here, for a month.
func TestMakingAToken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.signIn()
	b.within("/tokens/new")
	b.fill("textbox", "Name", "lister")
	b.fill("searchbox", "Find a privilege or a function", "listaccts")
	b.so(`document.querySelector("[data-found-privileges]").textContent === "2 privileges found"`) // the other one opens everything
	b.click("checkbox", "List Accounts")
	b.sees("1 of 22 chosen")
	b.sees("This token can: List Accounts. That is ")
	b.click("button", "Add my address 127.0.0.1")
	b.sees("only from 127.0.0.1.")
	b.click("radio", "Never it works until somebody revokes it")
	b.sees("It never expires, and works only from 127.0.0.1.")
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("[value='30']").click()`))
	b.sees("It works until ")
	b.click("button", "Generate token")
	secret := b.secret()
	b.click("button", "Copy")
	b.so(`document.querySelector("[role=status][data-said]").textContent.includes("secret is copied")`)
	b.focused("Copy")
	dir := t.TempDir()
	b.downloadsTo(dir)
	b.click("button", "Download lister.env")
	b.sees("lister.env is downloaded.")
	b.await("no file", func(context.Context, *chromedp.Target) (bool, error) {
		text, err := os.ReadFile(filepath.Join(dir, "lister.env"))
		return string(text) == "WHM_SERVER=https://"+s.Addr+"\nWHM_USER=root\nWHM_TOKEN="+secret+"\n", err
	})
	b.click("button", "Call listaccts with it")
	b.sees("It works: the server answered 200")
	b.sees(`"command": "listaccts"`)
	if !b.guarded() {
		t.Error("it can be left without a word")
	}
	if p := b.path(); !strings.HasSuffix(p, "/tokens/made?name=lister") {
		t.Errorf("a reload would go to %s", p)
	}
	b.so(`getSelection().selectAllChildren(document.querySelector("[data-secret]")) === undefined && getSelection().toString() === "` + secret + `"`)
	b.click("button", "Yes, I saved my token")
	b.so(`location.pathname.endsWith("/tokens")`)
	b.do(chromedp.Evaluate[chromedp.Void](`history.back()`))
	b.so(`!location.pathname.endsWith("/tokens") && document.readyState === "complete"`)
	if html := get(b, chromedp.Evaluate[string](`document.documentElement.outerHTML`)); strings.Contains(html, secret) {
		t.Error("the secret is there again")
	}
	b.do(chromedp.Evaluate[chromedp.Void](`location.reload()`))
	b.sees("You have the API token lister")
	if n := len(s.tokens()); n != 1 {
		t.Errorf("%d tokens", n)
	}
}

// downloadsTo lets the tab write files.
func (b *tab) downloadsTo(dir string) {
	b.t.Helper()
	b.do(func(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
		info, err := cdp.Call(ctx, t, target.GetTargetInfo, target.GetTargetInfoParams{})
		if err != nil {
			return none, err
		}
		_, err = cdp.Call(ctx, t, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, BrowserContextID: info.TargetInfo.BrowserContextID,
		})
		return none, err
	})
}

func TestATokenWithoutScript(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.open()
	b.withoutScript()
	b.signIn()
	b.within("/tokens/new")
	b.click("link", toBilling)
	b.sees("6 of 22 chosen")
	b.clickThrough("button", "Add my address 127.0.0.1")
	b.sees("only from 127.0.0.1.")
	b.clickThrough("button", "Work it out again")
	b.sees("It works until")
	b.click("button", "Generate token")
	first := b.secret()
	b.do(chromedp.Reload()) // sends the form again
	b.sees("You have the API token billing")
	if strings.Contains(b.text(), first) || len(s.tokens()) != 1 {
		t.Errorf("%d tokens: %s", len(s.tokens()), b.text())
	}
	b.click("button", "Revoke it and make it again")
	if second := b.secret(); second == first || len(s.tokens()) != 1 {
		t.Errorf("%d tokens", len(s.tokens()))
	}
	b.click("button", "Yes, I saved my token")
	b.so(`location.pathname.endsWith("/tokens")`)
	b.within("/tokens/edit?name=billing")
	b.fill("textbox", "Name", "bills")
	b.click("button", "Save changes")
	b.so(`location.pathname.endsWith("/tokens")`)
	b.within("/tokens/revoke-all")
	b.fill("textbox", "To confirm, type your user name: root", "root")
	b.click("button", "Revoke my only token")
	b.so(`location.pathname.endsWith("/tokens")`)
	if n := len(s.tokens()); n != 0 {
		t.Errorf("%d tokens", n)
	}
}

// TestTokenPictures looks at every page around one token.
func TestTokenPictures(t *testing.T) {
	t.Parallel()
	b := serve(t).open()
	b.signIn()
	b.within("/tokens/new")
	b.look(t, "token new")
	b.click("button", "Generate token")
	b.sees("2 things to mend")
	b.look(t, "token new refused")
	b.click("link", toBilling)
	b.fill("searchbox", "Find a privilege or a function", "all FEATURES owns")
	b.sees("1 privilege found")
	b.fill("searchbox", "Find a privilege or a function", "")
	b.click("checkbox", "Create User Session")
	b.sees("3 more")
	b.look(t, "token new filled")
	b.fill("textbox", "Name", "billing-1")
	b.click("button", "Generate token")
	b.secret()
	b.click("button", "Call listaccts with it")
	b.sees("It works")
	b.look(t, "token secret")
	b.click("button", "Yes, I saved my token")
	b.so(`location.pathname.endsWith("/tokens")`)
	for p, says := range map[string]string{
		"made?name=billing-1": "You have the API token", "edit?name=billing-1": "As it is now", "edit?name=billing-1&add=passwd": "is chosen below, beside what the token has", "revoke?name=billing-1": "This cannot be undone",
		"revoke?name=billing-1&name=gone": "You have no such token any more", "revoke?name=gone": "There is nothing to revoke", "revoke-all": "type your user name",
	} {
		b.within("/tokens/" + p)
		b.sees(says)
		b.look(t, "token "+strings.Trim(regexp.MustCompile(`[^a-z]+`).ReplaceAllString(p, " "), " "))
	}
}

package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/hostkeep/hostkeep/test/program"
)

// tab is a page in a context of its own: no cookie is shared with another tab
// that open has made.
type tab struct {
	t   *testing.T
	s   *server
	ctx context.Context
}

// open opens an empty tab, 1280 pixels wide. Where the test fails, a picture of
// it stays behind.
func (s *server) open() *tab {
	s.t.Helper()
	ctx, end := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	return s.tab(ctx, end)
}

// beside opens another tab with the same cookies.
func (b *tab) beside() *tab {
	ctx, end := chromedp.NewContext(b.ctx)
	return b.s.tab(ctx, end)
}

func (s *server) tab(ctx context.Context, end context.CancelFunc) *tab {
	s.t.Helper()
	b := &tab{s.t, s, ctx}
	s.t.Cleanup(func() {
		if s.t.Failed() {
			b.keepPicture()
		}
		end()
	})
	if err := chromedp.Do(ctx); err != nil { // without a time limit, which would be the tab's
		s.t.Fatal(err)
	}
	b.width(1280)
	return b
}

type action = chromedp.Action[chromedp.Void]

// do runs actions, or fails.
func (b *tab) do(actions ...action) {
	b.t.Helper()
	get(b, chromedp.Steps(actions...))
}

// get runs an action that answers something, or fails.
func get[T any](b *tab, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, program.Patience)
	defer stop()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// call is an action that sends one command of the browser's protocol.
func call[P, R any](c cdp.Command[P, R], params P) action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// visit goes to a path: within the session when it has one.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate("https://" + b.s.Addr + path))
}

// path is where the tab is, with its query.
func (b *tab) path() string {
	b.t.Helper()
	return strings.TrimPrefix(get(b, chromedp.Location()), "https://"+b.s.Addr)
}

// token is the security token of the tab's address, "" when it has none.
func (b *tab) token() string {
	b.t.Helper()
	if word, _, ok := strings.Cut(strings.TrimPrefix(b.path(), "/"), "/"); ok && strings.HasPrefix(word, "cpsess") {
		return "/" + word
	}
	return ""
}

// find is the one thing with a role and an accessible name. It waits until it is there.
func (b *tab) find(role, name string) (id cdp.BackendNodeID) {
	b.t.Helper()
	b.await(fmt.Sprintf("no %s %q", role, name), func(ctx context.Context, t *chromedp.Target) (bool, error) {
		doc, err := cdp.Call(ctx, t, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return false, err
		}
		found, err := cdp.Call(ctx, t, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{NodeID: doc.Root.NodeID, AccessibleName: name, Role: role})
		if err != nil {
			return false, err
		}
		var shown []cdp.BackendNodeID
		for _, n := range found.Nodes {
			if !n.Ignored {
				shown = append(shown, n.BackendDOMNodeID)
			}
		}
		if len(shown) > 1 {
			b.t.Fatalf("%d things are a %s %q", len(shown), role, name)
		}
		if len(shown) == 1 {
			id = shown[0]
		}
		return len(shown) == 1, nil
	})
	return id
}

// await asks again and again until something is so. A page that is just being
// replaced answers an error, which is no reason to give up.
func (b *tab) await(missing string, so chromedp.Action[bool]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, program.Patience)
	defer stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		yes, err := chromedp.Run(ctx, so)
		if err == nil && yes {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.t.Fatalf("%s (%v); the page says:\n%s", missing, err, b.text())
		}
	}
}

// click presses the button or link of a name, with the mouse. A page that is being
// replaced takes the thing along that was found in it: then it is looked for again.
func (b *tab) click(role, name string) {
	b.t.Helper()
	var at dom.Quad
	b.await(fmt.Sprintf("%s %q has no place", role, name), func(ctx context.Context, t *chromedp.Target) (bool, error) {
		id := b.find(role, name)
		if _, err := cdp.Call(ctx, t, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: id}); err != nil {
			return false, err
		}
		place, err := cdp.Call(ctx, t, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: id})
		if err != nil || len(place.Quads) == 0 {
			return false, err
		}
		at = place.Quads[0]
		return true, nil
	})
	b.do(chromedp.MouseClickXY((at[0]+at[2]+at[4]+at[6])/4, (at[1]+at[3]+at[5]+at[7])/4))
}

// clickThrough is click for what leads to a page that may say what this one says,
// and waits for that one.
func (b *tab) clickThrough(role, name string) {
	b.t.Helper()
	get(b, chromedp.Evaluate[bool](`window.hostkeepBefore = true`))
	b.click(role, name)
	b.so(`!window.hostkeepBefore`)
}

// fill replaces what stands in the field with a label.
func (b *tab) fill(role, label, value string) {
	b.t.Helper()
	id := b.find(role, label)
	b.do(call(dom.Focus, dom.FocusParams{BackendNodeID: id}),
		call(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Commands: []string{"selectAll"}}),
		call(input.InsertText, input.InsertTextParams{Text: value}))
}

// press sends keys to whatever has the focus: kb.Tab, kb.Enter, letters.
func (b *tab) press(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// focused waits until the thing of an accessible name has the focus.
func (b *tab) focused(name string) {
	b.t.Helper()
	b.await(fmt.Sprintf("the focus is not on %q", name), func(ctx context.Context, t *chromedp.Target) (bool, error) {
		held, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.activeElement"})
		if err != nil {
			return false, err
		}
		tree, err := cdp.Call(ctx, t, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: held.Result.ObjectID, AccessibleName: name})
		return err == nil && len(tree.Nodes) > 0 && !tree.Nodes[0].Ignored, err
	})
}

// text is what the page says.
func (b *tab) text() string {
	ctx, stop := context.WithTimeout(b.ctx, program.Patience)
	defer stop()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`)) // "" says enough
	return text
}

// sees waits until the page says something.
func (b *tab) sees(text string) {
	b.t.Helper()
	b.await(fmt.Sprintf("the page does not say %q", text), func(ctx context.Context, t *chromedp.Target) (bool, error) {
		all, err := chromedp.Evaluate[string](`document.readyState == "complete" ? document.body.innerText : ""`)(ctx, t)
		return strings.Contains(all, text), err
	})
}

// signIn signs in as root from wherever the tab is, and waits for the start page.
func (b *tab) signIn() {
	b.t.Helper()
	b.visit("/login/")
	b.credentials("root", b.s.Password, "")
	b.find("searchbox", "Search the pages")
}

// credentials fills the form and sends it.
func (b *tab) credentials(user, password, code string) {
	b.t.Helper()
	b.fill("textbox", "User", user)
	b.fill("textbox", "Password", password)
	if code != "" {
		b.fill("textbox", "Code of your authenticator, if you use one", code)
	}
	b.click("button", "Sign in")
}

// withoutScript turns the pages' scripts off.
func (b *tab) withoutScript() {
	b.do(call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}

// scheme makes the person prefer light or dark.
func (b *tab) scheme(name string) {
	b.t.Helper()
	b.media("prefers-color-scheme", name)
}

// media sets what pages are told of the person's wishes, and takes all others back.
func (b *tab) media(nameValue ...string) {
	b.t.Helper()
	var wishes []*emulation.MediaFeature
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		wishes = append(wishes, &emulation.MediaFeature{Name: nameValue[0], Value: nameValue[1]})
	}
	b.do(call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: wishes}))
}

func (b *tab) width(pixels int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(pixels, 800))
}

// keepPicture writes a picture of a failure to where it outlives the test.
func (b *tab) keepPicture() {
	ctx, stop := context.WithTimeout(b.ctx, 10*time.Second)
	defer stop()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return
	}
	dir, err := os.MkdirTemp("", "hostkeep-failure")
	if err != nil {
		return
	}
	file := filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "-")+".png")
	if os.WriteFile(file, picture, 0o600) == nil {
		b.t.Logf("a picture of the page: %s", file)
	}
}

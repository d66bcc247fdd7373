package browser

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// axeSource reads the checker, which npm installs from the committed lock file.
var axeSource = sync.OnceValues(func() (string, error) {
	const file = "node_modules/axe-core/axe.min.js"
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		if out, err := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
			return "", fmt.Errorf("npm ci: %w\n%s", err, out)
		}
		text, err = os.ReadFile(file)
	}
	return string(text), err
})

// violation is what the checker found.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	} `json:"nodes"`
}

// axe wants no violation on the page as it is now. The debugger evaluates it, so
// the page's policy need not let it in.
func (b *tab) axe(about string) {
	b.t.Helper()
	source, err := axeSource()
	if err != nil {
		b.t.Fatal(err)
	}
	get(b, chromedp.Evaluate[int](source+"; 0"))
	for _, v := range get(b, chromedp.Evaluate[[]violation](
		`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations)`, chromedp.EvalAwaitPromise)) {
		for _, n := range v.Nodes {
			b.t.Errorf("%s: %s: %s\n%s\n%s", about, v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
}

// everyLook does something at 360 and 1280 pixels, light and dark.
func (b *tab) everyLook(do func(look string)) {
	for _, width := range []int64{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			b.width(width)
			b.scheme(scheme)
			do(fmt.Sprintf("%d-%s", width, scheme))
		}
	}
}

// look wants the page to be without fault in every look, not wider than its
// window, and keeps its pictures when HOSTKEEP_SHOTS names a folder. The last look
// is that of 1280 pixels at 400 %, with the system's own few colours and no motion.
func (b *tab) look(t *testing.T, page string) {
	t.Helper()
	b.everyLook(func(look string) { b.examine(t, page, look) })
	b.width(320)
	b.media("forced-colors", "active", "prefers-reduced-motion", "reduce")
	b.examine(t, page, "320-forced")
	b.media()
	b.width(1280)
}

func (b *tab) examine(t *testing.T, page, look string) {
	t.Helper()
	b.axe(page + " " + look)
	b.fits(page + " " + look)
	if dir := os.Getenv("HOSTKEEP_SHOTS"); dir != "" {
		b.do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0)`)) // what sticks stands at its place
		b.keep(filepath.Join(dir, strings.ReplaceAll(page, " ", "-")+"-"+look+".png"), get(b, chromedp.FullScreenshot(100)))
	}
}

// fits wants nothing of the page beyond its window's edge.
func (b *tab) fits(about string) {
	b.t.Helper()
	if over := get(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); over > 0 {
		b.t.Errorf("%s is %d pixels wider than the window", about, over)
	}
}

func (b *tab) keep(file string, picture []byte) {
	b.t.Helper()
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

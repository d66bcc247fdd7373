// Package browser tests the pages in a real browser, headless Chromium, against a
// really started server: this test binary itself, started again. One browser
// serves the whole package; each test has contexts of its own in it, which share
// nothing. It refuses to know anything of the pages' inside: it finds things by
// their accessible names, as somebody with a screen reader does.
//
//	HOSTKEEP_SHOTS=DIR go test ./test/browser -run Pictures
//
// writes a picture of each page at 360 and 1280 pixels, light and dark.
package browser

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/hostkeep/hostkeep/test/program"
)

// chromium is the one browser of the package, which TestMain starts.
var chromium context.Context

func TestMain(m *testing.M) {
	program.Again()
	os.Exit(withBrowser(m))
}

// withBrowser runs the tests with a browser. One that cannot be had is a failure,
// never a skip.
func withBrowser(m *testing.M) int {
	profile, err := os.MkdirTemp("", "hostkeep-browser")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(profile) }()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(profile),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.IgnoreCertErrors,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	var end context.CancelFunc
	chromium, end = chromedp.NewContext(ctx)
	defer end()
	if err := chromedp.Do(chromium); err != nil {
		fmt.Fprintln(os.Stderr, "no browser (on Debian: apt-get install chromium):", err)
		return 1
	}
	return m.Run()
}

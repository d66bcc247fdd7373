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
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/hostkeep/hostkeep/internal/cli"
)

// asServer says that this process is the server.
const asServer = "HOSTKEEP_BROWSER_TEST_SERVER"

// clockFile names the variable that names the file with how far the clock is moved.
const clockFile = "HOSTKEEP_TEST_CLOCK"

// chromium is the one browser of the package, which TestMain starts.
var chromium context.Context

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		p := cli.Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: movedClock}
		os.Exit(p.Run(append([]string{"hostkeep"}, os.Args[1:]...)))
	}
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

// movedClock is the machine's clock plus what the clock file says, such as 24h.
func movedClock() time.Time {
	text, err := os.ReadFile(os.Getenv(clockFile))
	if err != nil {
		return time.Now()
	}
	by, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		panic("the clock file holds " + string(text))
	}
	return time.Now().Add(by)
}

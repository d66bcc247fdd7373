package httpd_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hostkeep/hostkeep/internal/httpd"
)

// TestAPageIsForASession: what only looks is read-only, other sites and headers
// open nothing, and neither token nor query nor form gets into the log.
func TestAPageIsForASession(t *testing.T) {
	t.Parallel()
	var (
		mu   sync.Mutex
		seen []httpd.Visit
	)
	visited := func() []httpd.Visit {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(seen)
	}
	g := start(t, func(o *httpd.Options) {
		o.Pages.Page = func(w http.ResponseWriter, _ *http.Request, v httpd.Visit) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, v)
			_, _ = w.Write([]byte("shown"))
		}
	})
	const session, browser = "Cookie: cpsession=good", "Accept: text/html"
	for _, tt := range []struct {
		request  string
		status   int
		readOnly bool
	}{
		{req("GET /cpsess0123456789/sessions?secret=query", []string{session, browser}, ""), 200, true},
		{req("HEAD /cpsess0123456789/sessions", []string{session, browser}, ""), 200, true},
		{post("POST /cpsess0123456789/sessions", "a=secret", session, browser, "Sec-Fetch-Site: same-origin"), 200, false},
		{req("GET /cpsess0123456789/sessions", []string{"Cookie: __Host-cpsession=good.0123456789", browser}, ""), 200, true},
	} {
		before := len(visited())
		res := g.ask("whm", tt.request)
		visits := visited()
		if res.StatusCode != tt.status || len(visits) != before+1 || visits[before].Caller.ReadOnly != tt.readOnly || visits[before].Token != "/cpsess0123456789" {
			t.Errorf("%s: %d %+v", tt.request, res.StatusCode, visits[before:])
		}
	}
	before := len(visited())
	for about, request := range map[string]string{
		"another site":   post("POST /cpsess0123456789/sessions", "a=b", session, browser, "Sec-Fetch-Site: cross-site"),
		"the same site":  post("POST /cpsess0123456789/sessions", "a=b", session, browser, "Sec-Fetch-Site: same-site"),
		"another origin": post("POST /cpsess0123456789/sessions", "a=b", session, "Origin: https://evil.example"),
		"a header":       req("GET /cpsess0123456789/sessions", []string{authorized}, ""),
		"both names":     req("GET /cpsess0123456789/sessions", []string{"Cookie: cpsession=good; __Host-cpsession=bad.0123456789"}, ""),
		"planted digits": req("GET /cpsess1111111111/sessions", []string{"Cookie: __Host-cpsession=good.1111111111"}, ""),
	} {
		if res := g.ask("whm", request); res.StatusCode != 403 || len(visited()) != before {
			t.Errorf("%s: %d", about, res.StatusCode)
		}
	}
	log := g.logged()
	for _, secret := range []string{"0123456789", "secret", "good"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %s: %s", secret, log)
		}
	}
	if !strings.Contains(log, `"path":"/cpsess/sessions"`) || !strings.Contains(log, `"refusal":"cross_origin"`) {
		t.Errorf("the log does not say which page, or why not: %s", log)
	}
}

package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const token = "/cpsess0123456789"

// newPages are the pages of a server whose functions are all allowed and refuse
// what they are asked.
func newPages(t *testing.T) *Pages {
	t.Helper()
	p, err := New(Options{
		Call: func(_ context.Context, _ hostkeep.Caller, f string, _ wire.Params) api.Reply {
			return api.Reply{Reply: wire.Reply{Command: f, Function: f, Reason: "Not today."}, Kind: hostkeep.Denied}
		},
		Callable: func(hostkeep.Caller) (all []string) {
			for _, g := range pages() {
				all = append(all, g.needs...)
			}
			return all
		},
		Host: "host.example", Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func visit(path string) Visit {
	return Visit{Caller: hostkeep.Caller{User: hostkeep.Principal{ID: 1, Name: "root"}, Via: hostkeep.ViaSession, RequestID: "0123456789abcdef"}, Token: token, Path: path}
}

func (p *Pages) ask(t *testing.T, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	target, body := token+path, io.Reader(nil)
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else if len(form) > 0 {
		target += "?" + form.Encode()
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, body)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	p.Page(w, r, visit(path))
	return w
}

// everyAnswer is each page, and each page that is not in the list.
func everyAnswer(t *testing.T) map[string]*httptest.ResponseRecorder {
	t.Helper()
	p := newPages(t)
	all := map[string]*httptest.ResponseRecorder{}
	record := func(about string, do func(http.ResponseWriter)) {
		w := httptest.NewRecorder()
		do(w)
		all[about] = w
	}
	for _, g := range p.list {
		all["GET "+g.path] = p.ask(t, http.MethodGet, g.path, nil)
		all["POST "+g.path] = p.ask(t, http.MethodPost, g.path, url.Values{"x": {"y"}})
	}
	all["no page"] = p.ask(t, http.MethodGet, "/nosuch", nil)
	record("sign in", func(w http.ResponseWriter) { p.SignIn(w, SignIn{Status: 200}) })
	record("sign in again", func(w http.ResponseWriter) {
		p.SignIn(w, SignIn{Status: 403, Then: "/", Form: url.Values{"a": {"b"}}})
	})
	record("go on", func(w http.ResponseWriter) { p.GoOn(w, GoOn{Status: 403, User: "root", Token: token, Then: "/"}) })
	record("trouble", func(w http.ResponseWriter) { p.Trouble(w, 403, "id") })
	return all
}

// secured is the list of the OWASP Secure Headers Project (its "add" list) with
// the values that it asks for, as parts of the header. What is not in it:
// Strict-Transport-Security (see headers) and Clear-Site-Data at signing out,
// which with "cookies" would take those of every other host of the domain, and
// for the rest has nothing to clear: pages are not stored and keep no data.
var secured = map[string][]string{
	"X-Frame-Options":                   {"deny"},
	"X-Content-Type-Options":            {"nosniff"},
	"Content-Security-Policy":           {"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"},
	"X-Permitted-Cross-Domain-Policies": {"none"},
	"Referrer-Policy":                   {"no-referrer"},
	"Cross-Origin-Embedder-Policy":      {"require-corp"},
	"Cross-Origin-Opener-Policy":        {"same-origin"},
	"Cross-Origin-Resource-Policy":      {"same-origin"},
	"Permissions-Policy":                {"camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()", "display-capture=()"},
	"Cache-Control":                     {"no-store"},
	"X-Dns-Prefetch-Control":            {"off"},
}

func TestEveryPageHasSecureHeaders(t *testing.T) {
	t.Parallel()
	for about, res := range everyAnswer(t) {
		for name, parts := range secured {
			got := strings.ToLower(strings.Join(res.Header().Values(name), "|"))
			for _, part := range parts {
				if !strings.Contains(got, part) {
					t.Errorf("%s: %s is %q, without %q", about, name, got, part)
				}
			}
		}
		if csp := res.Header().Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || strings.Contains(csp, "data:") {
			t.Errorf("%s: the policy is %q", about, csp)
		}
	}
}

// TestNothingInline: the policy would keep it from working.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	for about, res := range everyAnswer(t) {
		body := res.Body.String()
		for _, bad := range []string{"style=", "<style", " onclick", " onload", " onsubmit", "javascript:", "<script>"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s has %s", about, bad)
			}
		}
		for form := range strings.SplitSeq(body, "<form ") {
			head, _, _ := strings.Cut(form, ">")
			if strings.Contains(head, `method="post"`) && !strings.Contains(head, `action="`+token+`/`) && !strings.Contains(head, `action="/login/`) {
				t.Errorf("%s: a form is sent without the security token: %s", about, head)
			}
		}
	}
}

func TestStaticFilesAreKeptForGood(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	for path := range p.files.byPath {
		w := httptest.NewRecorder()
		p.Static(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
	w := httptest.NewRecorder()
	p.Static(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/static/0000000000000000/app.css", nil))
	if w.Code != 404 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("another version: %d %v", w.Code, w.Header())
	}
}

// TestErrorsBecomePages: the API's sentence is shown, what is internal is not.
func TestErrorsBecomePages(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	for about, tt := range map[string]struct {
		err    error
		status int
		has    string
	}{
		"refused":  {&Refusal{Kind: hostkeep.Denied, Reason: "You may <not>."}, 403, "You may &lt;not&gt;."},
		"conflict": {&Refusal{Kind: hostkeep.Conflict, Reason: "Taken."}, 409, "Taken."},
		"own":      {hostkeep.Errorf(hostkeep.Invalid, "No such day."), 400, "No such day."},
		"internal": {errors.New("the disk is full"), 500, "An internal error occurred."},
	} {
		p.list = []page{{path: "/", title: "home.title", get: func(*request) (answer, error) { return answer{}, tt.err }}}
		res := p.ask(t, http.MethodGet, "/", nil)
		body := res.Body.String()
		if res.Code != tt.status || !strings.Contains(body, tt.has) || !strings.Contains(body, "0123456789abcdef") {
			t.Errorf("%s: %d %s", about, res.Code, body)
		}
		if strings.Contains(body, "disk") {
			t.Errorf("%s: the page tells what is internal", about)
		}
	}
}

func TestAPageNeedsItsFunctions(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	p.list = append(p.list, page{path: "/x", title: "home.title", group: "home.title", needs: []string{"listaccts"}, get: func(*request) (answer, error) {
		t.Error("the page was shown")
		return show("home", homeData{})
	}})
	p.Callable = func(hostkeep.Caller) []string { return []string{"version"} }
	res := p.ask(t, http.MethodGet, "/x", nil)
	if res.Code != 403 || !strings.Contains(res.Body.String(), "Not today.") {
		t.Errorf("%d %s", res.Code, res.Body)
	}
	if strings.Contains(p.ask(t, http.MethodGet, "/", nil).Body.String(), token+"/x") {
		t.Error("the start page leads to it")
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	p, err := params([]any{"a", "x", "b", []string{"1", "2"}, "c", true, "d", time.Unix(9, 0), "e", time.Time{}, "f", 7, "g", hostkeep.NewSecret("s")})
	want := wire.Pairs("a", "x", "b", "1", "b", "2", "c", "1", "d", "9", "e", "0", "f", "7", "g", "s")
	if err != nil || !reflect.DeepEqual(p, want) {
		t.Errorf("%v %v", p, err)
	}
	if _, err := params([]any{"a", 1.5}); err == nil {
		t.Error("a float was given")
	}
}

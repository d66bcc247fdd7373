package httpd_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
)

const (
	answered    = `{"answer":1}`
	authorized  = "Authorization: " + good
	form        = "Content-Type: application/x-www-form-urlencoded"
	jsonContent = `application/json; charset="utf-8"`
)

func TestACallArrivesAsItWasSent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		request string
		want    seen
	}{
		{req("GET /json-api/version?api.version=1&x=%20;y", []string{authorized}, ""), seen{function: "version", query: "api.version=1&x=%20;y"}},
		{req("POST /json-api/a?b=c", []string{authorized, form, "Content-Length: 3"}, "d=e"), seen{function: "a", query: "b=c", ctype: "application/x-www-form-urlencoded", body: "d=e"}},
		{req("PUT /json-api/a", []string{authorized, "Transfer-Encoding: chunked"}, "3\r\nd=e\r\n0\r\n\r\n"), seen{function: "a", body: "d=e"}},
		{req("GET /json-api/a", []string{authorized, "Content-Length: 1"}, "x"), seen{function: "a", body: "x"}},
		{req("GET /json-api/list%61ccts", []string{authorized}, ""), seen{function: "listaccts"}},
		{req("GET /json-api/a%2Fb", []string{authorized}, ""), seen{function: "a/b"}},
		{req("GET /json-api/a/../b/", []string{authorized}, ""), seen{function: "a/../b/"}},
		{req("GET /json-api/", []string{authorized}, ""), seen{}},
		{req("GET https://whm.host.example/json-api/a", []string{authorized}, ""), seen{function: "a"}},
	}
	g := start(t)
	for i, tt := range tests {
		for _, listener := range []string{"whm", "https"} {
			g.ask(listener, tt.request).want(t, 200, answered)
		}
		calls := g.called()
		if len(calls) != 2*(i+1) {
			t.Fatalf("%d calls after %q", len(calls), tt.request)
		}
		for _, got := range calls[2*i:] {
			if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(seen{}), cmpopts.EquateComparable(netip.Addr{})); d != "" {
				t.Errorf("%q: %s", tt.request, d)
			}
		}
	}
}

// A method that is taken for harmless, or that no client sends, calls nothing.
func TestOtherMethodsCallNothing(t *testing.T) {
	t.Parallel()
	g := start(t)
	for _, method := range []string{"OPTIONS", "TRACE", "DELETE", "PATCH", "BREW", "get"} {
		res := g.ask("whm", req(method+" /json-api/a", []string{authorized}, ""))
		if res.StatusCode != 405 || res.Header.Get("Allow") != "GET, HEAD, POST, PUT" {
			t.Errorf("%s: %d, Allow %q", method, res.StatusCode, res.Header.Get("Allow"))
		}
	}
	if calls := g.called(); len(calls) != 0 {
		t.Errorf("%d calls were made", len(calls))
	}
}

func TestAnswerHeaders(t *testing.T) {
	t.Parallel()
	g := start(t)
	res := g.ask("whm", req("GET /json-api/version", []string{authorized}, ""))
	for name, want := range map[string]string{
		"Content-Length": "12", "Content-Type": jsonContent, "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "Server": "hostkeep", "X-Extra": "yes",
	} {
		res.wantHeader(t, name, want)
	}
	id := res.Header.Get("X-Request-Id")
	if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(id) || g.auths[0].id != id {
		t.Errorf("answer has id %q, authentication saw %q", id, g.auths[0].id)
	}
	if other := g.ask("whm", req("GET /", nil, "")).Header.Get("X-Request-Id"); other == id || len(other) != 16 {
		t.Errorf("the next request's id is %q", other)
	}
}

func TestHEADGivesHeadersOnly(t *testing.T) {
	t.Parallel()
	g := start(t)
	c := g.dial("whm")
	for range 2 { // a body that slipped out would spoil the second answer
		c.send(req("HEAD /json-api/version", []string{authorized}, ""))
		res := c.read("HEAD")
		res.want(t, 200, "")
		res.wantHeader(t, "Content-Length", "12")
	}
	if n := len(g.called()); n != 2 {
		t.Errorf("%d calls", n)
	}
}

func TestEveryAuthorizationHeaderIsJudged(t *testing.T) {
	t.Parallel()
	g := start(t)
	g.ask("whm", req("GET /json-api/version", []string{authorized, "authorization: whm other:X"}, "")).want(t, 403, denied)
	if d := cmp.Diff([]string{good, "whm other:X"}, g.auths[0].authorization); d != "" {
		t.Error(d)
	}
	if a := g.auths[0].addr.String(); a != "127.0.0.1" {
		t.Errorf("address %s", a)
	}
}

func TestXMLIsTheSameCall(t *testing.T) {
	t.Parallel()
	g := start(t)
	res := g.ask("whm", req("POST /xml-api/a%3C%26b?c=d", []string{authorized, "Content-Length: 1"}, "x"))
	res.want(t, 200, "<answer/>")
	res.wantHeader(t, "Content-Type", `text/xml; charset="utf-8"`)
	if c := g.called(); len(c) != 1 || c[0].function != "a<&b" || c[0].query != "c=d" || c[0].body != "x" {
		t.Errorf("called %+v", c)
	}
}

// What goes wrong before a function is reached is told in the form that was
// asked for, and what was asked for is text there.
func TestXMLFailure(t *testing.T) {
	t.Parallel()
	g := start(t, func(o *httpd.Options) { o.Limits.Body = 10 })
	res := g.ask("whm", req("POST /xml-api/a%3C%26b%00", []string{authorized, "Content-Length: 11"}, "12345678901"))
	res.want(t, 413, `<?xml version="1.0" ?><result><metadata><version>1</version><command>a&lt;&amp;b`+"�"+
		`</command><result>0</result><reason>The request body is larger than 10 bytes.</reason></metadata></result>`)
	res.wantHeader(t, "Content-Type", `text/xml; charset="utf-8"`)
}

// A function that takes more gets a larger body, as far as it says, and no other does.
func TestRoom(t *testing.T) {
	t.Parallel()
	g := start(t, func(o *httpd.Options) { o.Limits.Body = 10 })
	ask := func(function string, length int) reply {
		body := strings.Repeat("x", length)
		return g.ask("whm", req("POST /json-api/"+function, []string{authorized, fmt.Sprintf("Content-Length: %d", length)}, body))
	}
	ask("spacious", 20).want(t, 200, answered)
	if res := ask("spacious", 21); res.StatusCode != 413 || !strings.Contains(res.body, "larger than 20 bytes") {
		t.Errorf("21 bytes are answered %d %s", res.StatusCode, res.body)
	}
	if res := ask("other", 20); res.StatusCode != 413 || !strings.Contains(res.body, "larger than 10 bytes") {
		t.Errorf("another function is answered %d %s", res.StatusCode, res.body)
	}
}

// A body without a known length begins to arrive before it is whole, is counted,
// and is cut off where making it went wrong.
func TestAStreamedBody(t *testing.T) {
	t.Parallel()
	first := make(chan struct{})
	g := start(t, func(o *httpd.Options) {
		o.Call = func(_ context.Context, _ hostkeep.Caller, r httpd.Request) httpd.Answer {
			return httpd.Answer{Function: r.Function, OK: true, Write: func(w io.Writer) error {
				if _, err := w.Write(bytes.Repeat([]byte("a"), 70_000)); err != nil {
					return err
				}
				if r.Function == "broken" {
					panic("no")
				}
				<-first // until the client has the beginning
				_, err := w.Write([]byte("b"))
				return err
			}}
		}
	})
	c := g.dial("whm")
	c.send(req("GET /json-api/version", []string{authorized}, ""))
	res, err := http.ReadResponse(c.r, nil) //nolint:bodyclose // the connection is the test's own
	if err != nil {
		t.Fatal(err)
	}
	start := make([]byte, 60_000)
	if _, err := io.ReadFull(res.Body, start); err != nil || res.ContentLength != -1 {
		t.Fatalf("length %d: %v", res.ContentLength, err)
	}
	close(first)
	rest, err := io.ReadAll(res.Body)
	if err != nil || len(rest) != 10_001 || rest[10_000] != 'b' {
		t.Errorf("the rest has %d bytes: %v", len(rest), err)
	}
	c = g.dial("whm")
	c.send(req("GET /json-api/broken", []string{authorized}, ""))
	if res, err = http.ReadResponse(c.r, nil); err != nil { //nolint:bodyclose // the connection is the test's own
		t.Fatal(err)
	}
	if _, err := io.ReadAll(res.Body); err == nil {
		t.Error("an answer that broke off looks whole")
	}
	if res := g.ask("whm", req("HEAD /json-api/version", []string{authorized}, "")); res.body != "" {
		t.Errorf("HEAD answers a body of %d bytes", len(res.body))
	}
	if !strings.Contains(g.logged(), `"bytes":70001`) {
		t.Error("the access log does not count the body")
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	g := start(t)
	res := g.ask("whm", req("GET /", nil, ""))
	res.wantHeader(t, "Content-Type", "text/html; charset=utf-8")
	res.wantHeader(t, "Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	for _, part := range []string{"<title>Hostkeep</title>", "/json-api/", `name="color-scheme" content="light dark"`} {
		if !strings.Contains(res.body, part) {
			t.Errorf("no %s", part)
		}
	}
	for _, part := range []string{"href", "src=", "<script", "style="} {
		if strings.Contains(res.body, part) {
			t.Errorf("the page has %s", part)
		}
	}
}

func TestOtherPaths(t *testing.T) {
	t.Parallel()
	g := start(t)
	for _, path := range []string{"/login/x", "/logout/x", "/json-api", "/JSON-API/version", "/openapi.json/", "/x", "*"} {
		method := "GET "
		if path == "*" {
			method = "OPTIONS "
		}
		res := g.ask("whm", req(method+path, []string{authorized}, ""))
		res.want(t, 404, "There is no such page.\n")
		res.wantHeader(t, "Content-Type", "text/plain; charset=utf-8")
		res.wantHeader(t, "Server", "hostkeep")
	}
	if len(g.auths) != 0 || len(g.called()) != 0 {
		t.Error("a path that is none was authenticated or called")
	}
}

// TestSlashesTooMany: an address that ends in a slash is a common slip.
func TestSlashesTooMany(t *testing.T) {
	t.Parallel()
	g := start(t)
	for _, path := range []string{"//json-api/version", "/json-api//version", "///json-api///version"} {
		g.ask("whm", req("GET "+path, []string{authorized}, "")).want(t, 200, answered)
	}
	for _, call := range g.called() {
		if call.function != "version" {
			t.Errorf("called %q", call.function)
		}
	}
}

func TestServiceSubdomains(t *testing.T) {
	t.Parallel()
	g := start(t)
	for host, want := range map[string]int{
		"whm.host.example": 200, "WHM.Host.Example:443": 200, "whm.x": 200,
		"cpanel.host.example": 200, "CPANEL.x:8443": 200,
		"host.example": 421, "whm": 421, "xwhm.host.example": 421, "127.0.0.1": 421, "[::1]:443": 421, "": 421,
	} {
		res := g.ask("https", "GET /json-api/version HTTP/1.1\r\nHost: "+host+"\r\n"+authorized+"\r\n\r\n")
		if res.StatusCode != want {
			t.Errorf("host %q: %d, want %d", host, res.StatusCode, want)
		}
	}
	cpanel := 0
	for _, call := range g.called() {
		if call.cpanel {
			cpanel++
		}
	}
	if n := len(g.called()); n != 5 || cpanel != 2 {
		t.Errorf("%d calls, %d of them on cPanel's side", n, cpanel)
	}
}

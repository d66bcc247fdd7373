package httpd_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
)

func TestNothingOfACallerReachesTheLog(t *testing.T) {
	t.Parallel()
	g := start(t, small)
	const s = "HKSECRETWORD"
	headers := []string{"Cookie: " + s, "User-Agent: " + s, "Referer: " + s, "X-Forwarded-For: " + s, "X-" + s + ": 1"}
	for _, auth := range []string{authorized, "Authorization: whm root:" + s, "Authorization: not now"} {
		all := append([]string{auth}, headers...)
		for _, path := range []string{"/json-api/" + s, "/xml-api/" + s, "/cpsess" + s + "/" + s, "/" + s, "/json-api/version", "/execute/" + s} {
			g.ask("whm", req("GET "+path+"?"+s+"="+s, all, ""))
			g.ask("cpanel", req("GET "+path+"?"+s+"="+s, all, ""))
			g.ask("whm", req(s+" "+path, all, ""))
			g.ask("whm", req("POST "+path, append([]string{"Content-Length: 12", "Content-Type: " + s}, all...), s))
		}
		g.ask("https", req("GET /", append([]string{"Host: " + s}, all...), ""))
	}
	g.ask("whm", req("GET /json-api/version", []string{"X " + s + ": 1"}, ""))
	offer := g.tls.Clone()
	offer.NextProtos = []string{s} // net/http's complaint about a handshake quotes it
	if conn, err := (&tls.Dialer{Config: offer}).DialContext(context.Background(), "tcp", g.run.Addr("whm")); err == nil {
		_ = conn.Close()
		t.Error("an unknown protocol was agreed on")
	}
	log := g.logged()
	if !strings.Contains(log, `"complaint":"TLS handshake error"`) {
		t.Error("the handshake was not complained about")
	}
	for _, word := range []string{s, "GOODSECRET", good, "not now"} {
		if strings.Contains(strings.ToLower(log), strings.ToLower(word)) {
			t.Errorf("the log holds %q", word)
		}
	}
	if lines := strings.Count(log, `"msg":"request"`); lines != 3*6*4 {
		t.Errorf("%d lines for requests", lines)
	}
}

func TestAccessLogLines(t *testing.T) {
	t.Parallel()
	g := start(t)
	requests := []struct{ request, want string }{
		{
			req("GET /json-api/version?x=y", []string{authorized}, ""),
			`{"addr":"127.0.0.1","bytes":12,"level":"INFO","method":"GET","msg":"request","path":"/json-api/version","status":200,"took":0,"user":"root","via":"token"}`,
		},
		{
			req("HEAD /json-api/nosuch", []string{authorized}, ""),
			`{"addr":"127.0.0.1","bytes":0,"level":"INFO","method":"HEAD","msg":"request","path":"/json-api/-","status":200,"took":0,"user":"root","via":"token"}`,
		},
		{
			req("BREW /json-api/version", nil, ""),
			`{"addr":"127.0.0.1","bytes":120,"level":"INFO","method":"other","msg":"request","path":"/json-api/-","refusal":"bad_credentials","status":403,"took":0}`,
		},
		{
			req("GET /cpsess1234567890/json-api/x", nil, ""),
			`{"addr":"127.0.0.1","bytes":120,"level":"INFO","method":"GET","msg":"request","path":"/cpsess/-","refusal":"bad_credentials","status":403,"took":0}`,
		},
		{req("GET /", nil, ""), `{"addr":"127.0.0.1","level":"INFO","method":"GET","msg":"request","path":"/","status":200,"took":0}`},
		{req("GET /login/", nil, ""), `{"addr":"127.0.0.1","level":"INFO","method":"GET","msg":"request","path":"/login/","status":200,"took":0}`},
		{req("GET /sign-in/", nil, ""), `{"addr":"127.0.0.1","bytes":23,"level":"INFO","method":"GET","msg":"request","path":"-","status":404,"took":0}`},
	}
	for _, r := range requests {
		g.ask("whm", r.request)
	}
	lines := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(g.logged()), "\n") {
		lines[normal(t, line)] = true
	}
	for _, r := range requests {
		if !lines[r.want] {
			t.Errorf("no line %s", r.want)
		}
	}
	if t.Failed() || len(lines) != len(requests) {
		t.Errorf("lines: %v", lines)
	}
}

// normal sorts a line's keys and drops what changes.
func normal(t *testing.T, line string) string {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		t.Fatal(err)
	}
	if id, _ := m["id"].(string); len(id) != 16 {
		t.Errorf("line without id: %s", line)
	}
	delete(m, "time")
	delete(m, "id")
	if m["path"] == "/" || m["path"] == "/login/" {
		delete(m, "bytes")
	}
	out, _ := json.Marshal(m)
	return string(out)
}

type secretPanic struct{ text string }

func throw(text string) { panic(secretPanic{text}) }

func TestAPanicIsAnsweredCountedAndLoggedWithoutValues(t *testing.T) {
	t.Parallel()
	g := start(t, func(o *httpd.Options) {
		o.Call = func(_ context.Context, _ hostkeep.Caller, r httpd.Request) httpd.Answer {
			if r.Function == "index" {
				_ = []byte(r.Function)[len(r.Function)+1]
			}
			throw("HKSECRETWORD")
			return httpd.Answer{}
		}
	})
	for function, kind := range map[string]string{"boom": "httpd_test.secretPanic", "index": "runtime.boundsError"} {
		res := g.ask("whm", req("GET /json-api/"+function, []string{authorized}, ""))
		id := res.Header.Get("X-Request-Id")
		res.want(t, 500, `{"metadata":{"version":1,"command":"`+function+`","result":0,"reason":"internal, see `+id+`"}}`)
		res.wantHeader(t, "Content-Type", jsonContent)
		line := waitFor(g, `"msg":"panic","id":"`+id+`"`)
		if !strings.Contains(line, `"type":"`+kind+`"`) {
			t.Errorf("%s", line)
		}
		if function == "boom" && !strings.Contains(line, `"stack":"github.com/hostkeep/hostkeep/internal/httpd_test.throw:`) {
			t.Errorf("the stack does not begin where it was thrown: %s", line)
		}
	}
	g.ask("whm", req("GET /", nil, "")).wantHeader(t, "Server", "hostkeep")
	if scrape := scrape(g); !strings.Contains(scrape, "\nhostkeep_panics_total 2\n") {
		t.Error(scrape)
	}
	if log := g.logged(); strings.Contains(log, "HKSECRETWORD") || strings.Contains(log, "0x") {
		t.Error(log)
	}
}

// waitFor finds the line that was logged before the answer went out.
func waitFor(g *rig, part string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for line := range strings.Lines(g.log.String()) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return "no line with " + part
}

func scrape(g *rig) string {
	rec := httptest.NewRecorder()
	g.metrics.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(context.Background(), "GET", "/metrics", nil))
	text, _ := io.ReadAll(rec.Body)
	return string(text)
}

func TestCounters(t *testing.T) {
	t.Parallel()
	g := start(t)
	g.ask("whm", req("GET /json-api/version", []string{authorized}, ""))
	g.ask("whm", req("GET /json-api/nosuch", []string{authorized}, ""))
	g.ask("whm", req("GET /json-api/nosuch", nil, ""))
	g.ask("whm", req("GET /json-api/nosuch", []string{"Authorization: not now"}, ""))
	g.ask("cpanel", req("GET /json-api/nosuch", nil, ""))
	g.stop()
	var got []string
	for line := range strings.Lines(scrape(g)) {
		if strings.HasPrefix(line, "hostkeep_") && !strings.Contains(line, "bucket") && !strings.Contains(line, "sum") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	want := []string{
		`hostkeep_auth_refusals_total{reason="bad_credentials"} 2`,
		`hostkeep_auth_refusals_total{reason="not_ready"} 1`,
		`hostkeep_calls_total{function="unknown",result="failed"} 1`,
		`hostkeep_calls_total{function="version",result="ok"} 1`,
		`hostkeep_http_request_duration_seconds_count{status="2xx"} 2`,
		`hostkeep_http_request_duration_seconds_count{status="4xx"} 2`,
		`hostkeep_http_request_duration_seconds_count{status="5xx"} 1`,
		`hostkeep_http_requests_in_flight 0`,
		`hostkeep_panics_total 0`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

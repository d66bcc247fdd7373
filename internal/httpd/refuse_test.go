package httpd_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/httpd"
)

const (
	denied     = `{"cpanelresult":{"apiversion":"2","error":"Access denied","data":{"reason":"Access denied","result":"0"},"type":"text"}}`
	deniedUAPI = `{"status":0,"errors":["Access denied"],"messages":null,"warnings":null,"metadata":{},"data":null}`
	deniedXML  = `<?xml version="1.0" ?><cpanelresult><apiversion>2</apiversion><data><reason>Access denied</reason><result>0</result></data><error>Access denied</error><type>text</type></cpanelresult>`
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	g := start(t)
	tests := []struct{ listener, line, header, body, ctype string }{
		{"whm", "GET /json-api/version", "X: y", denied, jsonContent},
		{"whm", "GET /json-api/nosuch", "Authorization: whm root:BAD", denied, jsonContent},
		{"whm", "GET /xml-api/version", "Authorization: whm root:BAD", deniedXML, `text/xml; charset="utf-8"`},
		{"whm", "GET /cpsess1234567890/json-api/version", "Cookie: cpsession=good", denied, jsonContent},
		{"whm", "GET /cpsess1234567890/xml-api/version", "Cookie: cpsession=good", deniedXML, `text/xml; charset="utf-8"`},
		{"whm", "GET /json-api/version", "Cookie: cpsession=good", denied, jsonContent},
		{"whm", "GET /cpsess123456789/json-api/version", authorized, denied, jsonContent},
		{"whm", "GET /cpsess12345678901/json-api/version", authorized, denied, jsonContent},
		{"whm", "GET /cpsess1", authorized, denied, jsonContent},
		{"cpanel", "GET /json-api/cpanel", "X: y", denied, jsonContent},
		{"cpanel", "GET /xml-api/cpanel", "X: y", deniedXML, `text/xml; charset="utf-8"`},
		{"cpanel", "GET /cpsess1234567890/json-api/cpanel", "Cookie: cpsession=good", denied, jsonContent},
	}
	for _, tt := range tests {
		res := g.ask(tt.listener, req(tt.line, []string{tt.header}, ""))
		res.want(t, 403, tt.body)
		res.wantHeader(t, "Content-Type", tt.ctype)
		res.wantHeader(t, "Retry-After", "")
	}
	for _, path := range []string{"/execute/Email/list_pops", "/cpsess1234567890/execute/Email/list_pops", "/execute/", "/execute/x"} {
		res := g.ask("cpanel", req("GET "+path, []string{"X: y"}, ""))
		res.want(t, 401, deniedUAPI)
		res.wantHeader(t, "Content-Type", jsonContent)
		res.wantHeader(t, "Www-Authenticate", "cpanel")
	}
	if len(g.called()) != 0 {
		t.Error("a refused request was called")
	}
}

// TestSides: what came to which side is said with the credential and the call, and
// neither side has the other's paths.
func TestSides(t *testing.T) {
	t.Parallel()
	g := start(t)
	g.ask("whm", req("GET /json-api/cpanel", []string{authorized}, ""))
	g.ask("cpanel", req("GET /json-api/cpanel", []string{authorized}, ""))
	g.ask("cpanel", req("GET /execute/DNS/parse_zone?zone=x.test", []string{authorized}, ""))
	g.ask("cpanel", req("GET /cpsess1234567890/execute/DNS/a%2Fb", []string{authorized}, ""))
	for i, want := range []struct {
		cpanel           bool
		module, function string
	}{{false, "", "cpanel"}, {true, "", "cpanel"}, {true, "DNS", "parse_zone"}, {true, "DNS", "a/b"}} {
		call := g.called()[i]
		if call.cpanel != want.cpanel || call.module != want.module || call.function != want.function {
			t.Errorf("call %d is %+v, want %+v", i, call, want)
		}
		if g.auths[i].credential.CPanel != want.cpanel {
			t.Errorf("call %d was authenticated on the other side", i)
		}
	}
	for line, listener := range map[string]string{
		"GET /execute/DNS/parse_zone": "whm", "GET /cpsess1234567890/execute/DNS/parse_zone": "whm",
		"GET /": "cpanel", "GET /tokens": "cpanel", "GET /static/app.css": "cpanel", "GET /login": "cpanel", "GET /cpsess1234567890/": "cpanel",
	} {
		if res := g.ask(listener, req(line, []string{authorized}, "")); res.StatusCode == 200 {
			t.Errorf("%s on %s: %d", line, listener, res.StatusCode)
		}
	}
	if len(g.called()) != 4 {
		t.Errorf("%d calls", len(g.called()))
	}
}

func TestNotNowIs503(t *testing.T) {
	t.Parallel()
	g := start(t)
	res := g.ask("whm", req("GET /json-api/version", []string{"Authorization: not now"}, ""))
	res.want(t, 503, strings.ReplaceAll(denied, "Access denied", "The server cannot check credentials now"))
	res.wantHeader(t, "Retry-After", "5")
	res.wantHeader(t, "Content-Type", jsonContent)
	res = g.ask("whm", req("GET /xml-api/version", []string{"Authorization: not now"}, ""))
	res.want(t, 503, strings.ReplaceAll(deniedXML, "Access denied", "The server cannot check credentials now"))
}

// patient waits for a body longer than a test may take.
func patient(o *httpd.Options) { o.Limits.Read, o.Limits.Drain = time.Hour, time.Hour }

// An honest client with a small body may go on on its connection, and its body
// is not taken for a request.
func TestARefusedBodyIsReadWithinBounds(t *testing.T) {
	t.Parallel()
	g := start(t)
	c := g.dial("whm")
	body := "GET /json-api/smuggled HTTP/1.1\r\n\r\n"
	c.send(req("POST /json-api/a", []string{"Content-Length: 36", form}, body+strings.Repeat(" ", 36-len(body))))
	c.read("POST").want(t, 403, denied)
	c.send(req("POST /json-api/a", []string{"Transfer-Encoding: chunked"}, "3\r\nd=e\r\n0\r\n\r\n"))
	c.read("POST").want(t, 403, denied)
	c.send(req("GET /json-api/version", []string{authorized}, ""))
	c.read("GET").want(t, 200, answered)
	if calls := g.called(); len(calls) != 1 || calls[0].function != "version" {
		t.Errorf("calls %v", calls)
	}
}

func TestALargeRefusedBodyIsNotReadAtAll(t *testing.T) {
	t.Parallel()
	g := start(t, patient)
	for _, header := range [][]string{{"Content-Length: 65537"}, {"Content-Length: 5", "Expect: 100-continue"}} {
		c := g.dial("whm")
		c.send(req("POST /json-api/a", header, "")) // the body never comes
		res := c.read("POST")
		res.want(t, 403, denied)
		if !res.Close {
			t.Errorf("%v: the connection is not closed", header)
		}
		c.ended()
	}
}

func TestARefusedBodyThatNeverEndsIsCutOff(t *testing.T) {
	t.Parallel()
	g := start(t, func(o *httpd.Options) { o.Limits.Read, o.Limits.Drain = time.Hour, 300*time.Millisecond })
	for _, header := range []string{"Content-Length: 10", "Transfer-Encoding: chunked"} {
		c := g.dial("whm")
		c.send(req("POST /json-api/a", []string{header}, "1\r\n"))
		res := c.read("POST")
		res.want(t, 403, denied)
		if !res.Close {
			t.Errorf("%s: the connection is not closed", header)
		}
		c.ended()
	}
	c := g.dial("whm") // endless but quick
	c.send(req("POST /json-api/a", []string{"Transfer-Encoding: chunked"}, "20000\r\n"+strings.Repeat("x", 65537)))
	if res := c.read("POST"); res.StatusCode != 403 || !res.Close {
		t.Errorf("%d, close %v", res.StatusCode, res.Close)
	}
}

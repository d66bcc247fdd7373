package httpd_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
)

func small(o *httpd.Options) { o.Limits.Body = 10 }

const tooLarge = `{"metadata":{"version":1,"command":"a\"b","result":0,"reason":"The request body is larger than 10 bytes."}}`

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	g := start(t, small, func(o *httpd.Options) { o.Limits.Drain = 200 * time.Millisecond })
	g.ask("whm", req("POST /json-api/a", []string{authorized, "Content-Length: 10"}, "0123456789")).want(t, 200, answered)
	for name, request := range map[string]string{
		"by length":  req("POST /json-api/a%22b", []string{authorized, "Content-Length: 11"}, ""),
		"by content": req("POST /json-api/a%22b", []string{authorized, "Transfer-Encoding: chunked"}, "b\r\n0123456789a\r\n0\r\n\r\n"),
		"expecting":  req("POST /json-api/a%22b", []string{authorized, "Content-Length: 11", "Expect: 100-continue"}, ""),
	} {
		c := g.dial("whm")
		c.send(request)
		res := c.read("POST")
		res.want(t, 413, tooLarge)
		res.wantHeader(t, "Content-Type", jsonContent)
		if !res.Close {
			t.Errorf("%s: the connection is not closed", name)
		}
		c.ended()
	}
	if n := len(g.called()); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// TestALargeBodyIsAnswered: a client that sends everything before it reads has
// its answer, not a broken connection.
func TestALargeBodyIsAnswered(t *testing.T) {
	t.Parallel()
	g := start(t, func(o *httpd.Options) { o.Limits.Drain = time.Minute })
	for name, request := range map[string]string{
		"by length":            req("POST /json-api/a%22b", []string{authorized, "Content-Length: 5242880"}, strings.Repeat("x", 5<<20)),
		"in chunks, expecting": req("POST /json-api/a%22b", []string{authorized, "Transfer-Encoding: chunked", "Expect: 100-continue"}, strings.Repeat("10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 80)+"0\r\n\r\n"),
		"in chunks":            req("POST /json-api/a%22b", []string{authorized, "Transfer-Encoding: chunked"}, strings.Repeat("10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 80)+"0\r\n\r\n"),
	} {
		c := g.dial("whm")
		c.send(request)
		res := c.read("POST")
		if res.StatusCode == 100 {
			res = c.read("POST")
		}
		if res.StatusCode != 413 || !strings.Contains(res.body, "larger than 1048576 bytes") {
			t.Errorf("%s: %d %s", name, res.StatusCode, res.body)
		}
		c.ended()
	}
}

func TestDefaultBodyLimitIsOneMebibyte(t *testing.T) {
	t.Parallel()
	g := start(t)
	g.ask("whm", req("POST /json-api/a", []string{authorized, "Content-Length: 1048576"}, strings.Repeat("x", 1<<20))).want(t, 200, answered)
	res := g.ask("whm", req("POST /json-api/a", []string{authorized, "Content-Length: 1048577"}, ""))
	res.want(t, 413, `{"metadata":{"version":1,"command":"a","result":0,"reason":"The request body is larger than 1048576 bytes."}}`)
}

func TestHeaderLimitIsExact(t *testing.T) {
	t.Parallel()
	g := start(t)
	for size, want := range map[int]int{16 << 10: 200, 16<<10 + 1: 431, 60000: 431} {
		plain := req("GET /json-api/version", []string{authorized, "X: "}, "")
		request := req("GET /json-api/version", []string{authorized, "X: " + strings.Repeat("x", size-len(plain))}, "")
		if res := g.ask("whm", request); len(request) != size || res.StatusCode != want {
			t.Errorf("header of %d bytes: %d, want %d", size, res.StatusCode, want)
		}
	}
}

func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	g := start(t, func(o *httpd.Options) {
		o.Limits.ReadHeader, o.Limits.Read, o.Limits.Idle = time.Second, 1500*time.Millisecond, 300*time.Millisecond
	})
	t.Run("header", func(t *testing.T) {
		t.Parallel()
		c := g.dial("whm")
		c.send("GET /json-api/version HTTP/1.1\r\nHost: x\r\n")
		c.ended()
	})
	t.Run("body", func(t *testing.T) {
		t.Parallel()
		c := g.dial("whm")
		c.send(req("POST /json-api/version", []string{authorized, "Content-Length: 10"}, "a=b"))
		res := c.read("POST")
		res.want(t, 408, `{"metadata":{"version":1,"command":"version","result":0,"reason":"The request body did not arrive in time."}}`)
		c.ended()
	})
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		c := g.dial("whm")
		c.send(req("GET /json-api/version", []string{authorized}, ""))
		c.read("GET").want(t, 200, answered)
		c.ended()
	})
}

func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	g := start(t)
	c := g.dial("whm")
	c.send(req("POST /json-api/version", []string{authorized, "Transfer-Encoding: chunked"}, "zz\r\nabc\r\n"))
	c.read("POST").want(t, 400, `{"metadata":{"version":1,"command":"version","result":0,"reason":"The request body is malformed or incomplete."}}`)
	c.ended()
	if len(g.called()) != 0 {
		t.Error("a half body reached the function")
	}
}

// A revoke may wait for another node's lease, longer than a request may take to
// be read.
func TestACallMayTakeLongerThanReading(t *testing.T) {
	t.Parallel()
	for _, request := range []string{
		req("GET /json-api/a", []string{authorized}, ""),
		req("POST /json-api/a", []string{authorized, "Content-Length: 3"}, "d=e"),
	} {
		g := start(t, func(o *httpd.Options) {
			o.Limits.Read, o.Limits.Write = 700*time.Millisecond, 700*time.Millisecond
			o.Call = func(ctx context.Context, _ hostkeep.Caller, _ httpd.Request) httpd.Answer {
				select {
				case <-ctx.Done():
				case <-time.After(1200 * time.Millisecond):
				}
				return httpd.Answer{Body: fmt.Append(nil, ctx.Err())}
			}
		})
		g.ask("whm", request).want(t, 200, "<nil>")
	}
}

// The time a client takes for an answer is bounded all the same.
func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	left := make(chan struct{})
	g := start(t, func(o *httpd.Options) {
		o.Limits.Write = 700 * time.Millisecond
		o.Call = func(ctx context.Context, _ hostkeep.Caller, _ httpd.Request) httpd.Answer {
			context.AfterFunc(ctx, func() { close(left) })
			return httpd.Answer{Body: make([]byte, 64<<20)}
		}
	})
	c := g.dial("whm")
	c.send(req("GET /json-api/a", []string{authorized}, ""))
	<-left // the request is over although nothing was read
}

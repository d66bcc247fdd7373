package httpd_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
)

func TestHTTP10(t *testing.T) {
	t.Parallel()
	g := start(t)
	c := g.dial("whm")
	c.send("POST /json-api/version HTTP/1.0\r\n" + authorized + "\r\nContent-Length: 3\r\n\r\na=b")
	res := c.read("POST")
	res.want(t, 200, answered)
	res.wantHeader(t, "Content-Length", "12")
	c.ended()
}

func TestHTTP10KeepAlive(t *testing.T) {
	t.Parallel()
	g := start(t)
	c := g.dial("whm")
	for range 2 {
		c.send("GET /json-api/version HTTP/1.0\r\nConnection: keep-alive\r\n" + authorized + "\r\n\r\n")
		c.read("GET").want(t, 200, answered)
	}
}

func TestKeepAliveAndPipelining(t *testing.T) {
	t.Parallel()
	g := start(t)
	c := g.dial("whm")
	c.send(req("POST /json-api/one", []string{authorized, "Content-Length: 3"}, "a=b") + req("GET /json-api/two", []string{authorized}, ""))
	c.read("POST").want(t, 200, answered)
	c.read("GET").want(t, 200, answered)
	c.send(req("GET /json-api/three", []string{authorized, "Connection: close"}, ""))
	c.read("GET").want(t, 200, answered)
	c.ended()
	var names []string
	for _, call := range g.called() {
		names = append(names, call.function)
	}
	if s := strings.Join(names, " "); s != "one two three" {
		t.Errorf("called %s", s)
	}
}

func TestExpectContinue(t *testing.T) {
	t.Parallel()
	g := start(t)
	c := g.dial("whm")
	c.send(req("POST /json-api/version", []string{authorized, "Content-Length: 3", "Expect: 100-continue"}, ""))
	if line, err := c.r.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := c.r.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	c.send("a=b")
	c.read("POST").want(t, 200, answered)
	if calls := g.called(); len(calls) != 1 || calls[0].body != "a=b" {
		t.Errorf("calls %v", calls)
	}
}

// Strangers never make us read a body: authentication is over before a byte of
// it has been sent.
func TestAuthenticationComesBeforeTheBody(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	g := start(t, func(o *httpd.Options) {
		inner := o.Authenticate
		o.Authenticate = func(ctx context.Context, c httpd.Credential) (hostkeep.Caller, error) {
			defer close(asked)
			return inner(ctx, c)
		}
	})
	c := g.dial("whm")
	c.send(req("POST /json-api/version", []string{authorized, "Content-Length: 3"}, ""))
	<-asked
	c.send("a=b")
	c.read("POST").want(t, 200, answered)
}

func TestBrokenRequestsGetPlainErrors(t *testing.T) {
	t.Parallel()
	g := start(t)
	for name, request := range map[string]string{
		"odd byte in a header's name": req("GET /json-api/version", []string{authorized, "X\x01Y: z"}, ""),
		"blank before the colon":      req("GET /json-api/version", []string{"Authorization : " + good}, ""),
		"no host":                     "GET /json-api/version HTTP/1.1\r\n" + authorized + "\r\n\r\n",
		"two lengths":                 req("POST /json-api/version", []string{authorized, "Content-Length: 1", "Content-Length: 2"}, "ab"),
		"bad escape":                  req("GET /json-api/%zz", []string{authorized}, ""),
		"no request":                  "hello\r\n\r\n",
	} {
		if res := g.ask("whm", request); res.StatusCode != 400 {
			t.Errorf("%s: %d, want 400", name, res.StatusCode)
		}
	}
	if len(g.auths) != 0 {
		t.Error("a broken request was authenticated")
	}
}

func TestPlainHTTPIsNotAnswered(t *testing.T) {
	t.Parallel()
	g := start(t)
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", g.run.Addr("whm"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, req("GET /json-api/version", []string{authorized}, "")); err != nil {
		t.Fatal(err)
	}
	all, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(all), "HTTP/1.0 400 ") || len(g.auths) != 0 {
		t.Errorf("%q", all)
	}
}

func TestProtocols(t *testing.T) {
	t.Parallel()
	g := start(t)
	conn := func(c *tls.Config) (*tls.ConnectionState, error) {
		c.InsecureSkipVerify = true
		conn, err := (&tls.Dialer{Config: c}).DialContext(context.Background(), "tcp", g.run.Addr("whm"))
		if err != nil {
			return nil, err
		}
		defer func() { _ = conn.Close() }()
		state := conn.(*tls.Conn).ConnectionState()
		return &state, nil
	}
	if s, err := conn(&tls.Config{NextProtos: []string{"h2", "http/1.1"}}); err != nil || s.NegotiatedProtocol != "http/1.1" {
		t.Errorf("%v, %v", s, err)
	}
	for _, only := range []string{"http/1.0", "http/1.1"} {
		if s, err := conn(&tls.Config{NextProtos: []string{only}}); err != nil || s.NegotiatedProtocol != only {
			t.Errorf("a client that offers %s alone: %v, %v", only, s, err)
		}
	}
	if s, err := conn(&tls.Config{NextProtos: []string{"http/1.0", "http/1.1"}}); err != nil || s.NegotiatedProtocol != "http/1.1" {
		t.Errorf("%v, %v", s, err)
	}
	if _, err := conn(&tls.Config{MaxVersion: tls.VersionTLS12}); err != nil {
		t.Errorf("TLS 1.2: %v", err)
	}
	if _, err := conn(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
}

// A call over HTTP/2 may take longer than reading and writing, too.
func TestHTTP2WhenTold(t *testing.T) {
	t.Parallel()
	limits := httpd.Limits{Read: 700 * time.Millisecond, Write: 700 * time.Millisecond}
	g := start(t, func(o *httpd.Options) {
		inner := o.Call
		o.Limits = limits
		o.Call = func(ctx context.Context, c hostkeep.Caller, r httpd.Request) httpd.Answer {
			select {
			case <-ctx.Done():
				return httpd.Answer{Body: []byte("cut off")}
			case <-time.After(1200 * time.Millisecond):
				return inner(ctx, c, r)
			}
		}
	})
	src := sourceOf(t)
	run, err := httpd.Start(context.Background(), []httpd.Listener{{Name: "whm", Addr: "127.0.0.1:0", TLS: src, Handler: g.server.WHM()}},
		httpd.Serving{Limits: limits, Log: g.logger, HTTP2: true})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: g.tls.Clone(), ForceAttemptHTTP2: true}
	for _, body := range []io.Reader{nil, strings.NewReader("a=b")} {
		r, _ := http.NewRequestWithContext(context.Background(), "POST", "https://"+run.Addr("whm")+"/json-api/version", body)
		r.Header.Set("Authorization", good)
		res, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.ProtoMajor != 2 || string(text) != answered {
			t.Errorf("%s: %s", res.Proto, text)
		}
	}
	transport.CloseIdleConnections()
	if err := run.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

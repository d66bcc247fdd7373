package httpd_test

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	gopath "path"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/metrics"
)

// FuzzRequest: whatever bytes a connection brings, what comes back is a row of
// whole answers, each of which its type's reader can read, and then the end; no
// call is made without the credential.
func FuzzRequest(f *testing.F) {
	auth := "Authorization: " + good + "\r\n"
	for _, s := range []string{
		"GET /json-api/version HTTP/1.1\r\nHost: a\r\n" + auth + "\r\n",
		"GET /json-api/version HTTP/1.0\r\nConnection: keep-alive\r\n" + auth + "\r\nHEAD /xml-api/a HTTP/1.0\r\n" + auth + "\r\n",
		"POST //xml-api/a%3C HTTP/1.1\r\nHost: a\r\n" + auth + "Content-Length: 3\r\n\r\na=bjunk",
		"POST /json-api/a HTTP/1.1\r\nHost: a\r\n" + auth + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
		"POST /json-api/a HTTP/1.1\r\nHost: a\r\n" + auth + "Content-Length: 99\r\n\r\n" + strings.Repeat("x", 99),
		"PUT /cpsess1/json-api/a HTTP/1.1\r\nHost: whm.a\r\nAuthorization: x\r\nAccept-Encoding: gzip\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"DELETE http://b/json-api/a?x HTTP/1.1\r\nHost: a\r\n" + auth + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	g := &rig{t: nil, metrics: metrics.New()}
	server := httpd.New(httpd.Options{
		Authenticate: g.authenticate, Call: g.call, Refuse: refuse, Room: g.room,
		Login: g.login, OpenLink: g.openLink, Logout: g.logout, CodeWanted: func(error) bool { return false },
		Unavailable: func(error) bool { return false }, RefusalReason: func(error) string { return "bad_credentials" },
		OpenAPI: func(hostkeep.Caller) ([]byte, error) { return []byte("{}"), nil },
		Pages:   pages(),
		Limits:  httpd.Limits{Body: 50, Drain: 20 * time.Millisecond},
		Log:     slog.New(slog.DiscardHandler), Metrics: g.metrics, Now: time.Now,
	})
	run, err := httpd.Start(context.Background(), []httpd.Listener{{Name: "whm", Addr: "127.0.0.1:0", Handler: server.WHM()}},
		httpd.Serving{Limits: httpd.Limits{Body: 50}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = run.Shutdown(context.Background()) })
	f.Fuzz(func(t *testing.T, sent []byte) {
		before := len(g.called())
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", run.Addr("whm"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second)) // a server that hangs should be told of
		if _, err := conn.Write(sent); err == nil {
			_ = conn.(*net.TCPConn).CloseWrite()
		}
		back, err := io.ReadAll(conn)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("it hangs after %q", back)
		}
		if err == nil {
			answersRead(t, sent, back)
		}
		if len(g.called()) > before && !strings.Contains(string(sent), "GOODSECRET") {
			t.Error("a call was made without the credential")
		}
	})
}

// answersRead reads answers until there are no more. What was asked by HEAD is
// not known here, so an answer's body is left to whoever reads it whole.
func answersRead(t *testing.T, sent, back []byte) {
	t.Helper()
	if strings.Contains(string(sent), "HEAD") {
		return
	}
	r := bufio.NewReader(strings.NewReader(string(back)))
	for {
		if _, err := r.Peek(1); err != nil {
			return
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("%v: %q", err, back)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		kind := res.Header.Get("Content-Type")
		switch {
		case res.StatusCode == http.StatusContinue:
			continue
		case err != nil || res.StatusCode >= 500 && res.StatusCode != http.StatusNotImplemented && res.StatusCode != http.StatusHTTPVersionNotSupported:
			t.Fatalf("%d, %v: %q", res.StatusCode, err, body)
		case strings.HasPrefix(kind, "application/json") && !json.Valid(body):
			t.Errorf("no JSON: %q", body)
		case strings.HasPrefix(kind, "text/xml") && xml.Unmarshal(body, new(struct{ XMLName xml.Name })) != nil:
			t.Errorf("no XML: %q", body)
		}
	}
}

// FuzzForwarded: whatever X-Forwarded-For says, a caller cannot choose its
// address: it is the peer's, or one that a listed proxy reports; and never a
// listed one while another was reported.
func FuzzForwarded(f *testing.F) {
	for _, s := range []string{"192.0.2.7", "198.51.100.1, 192.0.2.7", "10.0.0.1", "::ffff:192.0.2.1%eth0, [::1]:80", ",", "x", "192.0.2.7:80,10.1.2.3"} {
		f.Add(s)
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, header string) {
		for _, peer := range []string{"203.0.113.9", "10.0.0.1"} {
			got := httpd.Behind(netip.MustParseAddr(peer), proxies, []string{header})
			switch {
			case peer == "203.0.113.9" && got.String() != peer:
				t.Errorf("a stranger's header makes it %v", got)
			case !got.IsValid() || got.Zone() != "" || got.Is4In6():
				t.Errorf("%q gives %v", header, got)
			case got.String() != peer && !proxies[0].Contains(got) && !naiveHop(header, got):
				t.Errorf("%q gives %v, which is no hop of it", header, got)
			}
		}
	})
}

// naiveHop reports whether some hop is that address, read the simplest way.
func naiveHop(header string, want netip.Addr) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if a, err := netip.ParseAddrPort(part); err == nil && a.Addr().Unmap().WithZone("") == want {
			return true
		}
		if a, err := netip.ParseAddr(part); err == nil && a.Unmap().WithZone("") == want {
			return true
		}
	}
	return false
}

var calls = regexp.MustCompile(`^(/cpsess[0-9]{10})?/(json-api|xml-api)(/|$)`)

// FuzzLocal: wherever goto_uri leads, it is a path behind the security token, on
// this server, in one line, and never a call of the API.
func FuzzLocal(f *testing.F) {
	for _, s := range []string{"", "/", "/a?b=c#d", "//evil", "/\\evil", "https://evil/", "/%2f/evil", "/cpsess1234567890//evil", "/a\r\nSet-Cookie: b", "/\t/evil", "/é", "/json-api/passwd?user=root", "/%6ason-api/x", "/x/../json-api/x", "/cpsess1234567890/xml-api/x", "/JSON-API/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		to := httpd.Local(path)
		if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
			t.Fatalf("%q leads to %q", path, to)
		}
		if base, err := (&url.URL{Scheme: "https", Host: "own.example"}).Parse("/cpsess1234567890" + to); err != nil || base.Host != "own.example" || !strings.HasPrefix(base.Path, "/") {
			t.Fatalf("%q leads to %v, %v", path, base, err)
		} else if at := calls.FindString(gopath.Clean(base.Path)); at != "" {
			t.Fatalf("%q leads to the call %s", path, at)
		}
	})
}

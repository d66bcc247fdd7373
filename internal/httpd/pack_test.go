package httpd_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
)

// TestGzip: a long answer is packed for whoever asks, and for nobody else.
func TestGzip(t *testing.T) {
	t.Parallel()
	long := `{"data":"` + strings.Repeat("0123456789", 400) + `"}`
	g := start(t, func(o *httpd.Options) {
		o.Call = func(_ context.Context, _ hostkeep.Caller, r httpd.Request) httpd.Answer {
			a := httpd.Answer{ContentType: `application/json; charset="utf-8"`, OK: true, Body: []byte(long)}
			switch r.Function {
			case "short":
				a.Body = []byte(`{}`)
			case "secret":
				a.Plain = true
			case "stream":
				a.Body, a.Write = nil, func(w io.Writer) error { _, err := io.WriteString(w, long); return err }
			}
			return a
		}
	})
	for _, tt := range []struct {
		function, accept string
		packed           bool
	}{
		{"long", "Accept-Encoding: gzip", true},
		{"long", "accept-encoding: deflate, gzip, br, zstd", true},
		{"long", "Accept-Encoding: br;q=1.0, gzip;q=0.5", true},
		{"stream", "Accept-Encoding: gzip", true},
		{"long", "Accept-Encoding: gzip;q=0", false},
		{"long", "Accept-Encoding: identity", false},
		{"long", "Accept-Encoding: zstd, br", false},
		{"long", "Accept-Encoding: ;;,gzipx;q=a", false},
		{"long", "X-Accept: gzip", false},
		{"short", "Accept-Encoding: gzip", false},
		{"secret", "Accept-Encoding: gzip", false},
	} {
		want := long
		if tt.function == "short" {
			want = `{}`
		}
		res := g.ask("whm", req("GET /json-api/"+tt.function, []string{authorized, tt.accept}, ""))
		body := res.body
		if tt.packed {
			res.wantHeader(t, "Content-Encoding", "gzip")
			if r, err := gzip.NewReader(strings.NewReader(res.body)); err != nil {
				t.Errorf("%v: %v", tt, err)
			} else if plain, err := io.ReadAll(r); err != nil || len(res.body) > len(long)/4 {
				t.Errorf("%v: %d bytes, %v", tt, len(res.body), err)
			} else {
				body = string(plain)
			}
		} else {
			res.wantHeader(t, "Content-Encoding", "")
		}
		res.wantHeader(t, "No-Gzip-Compression", "")
		if body != want || res.StatusCode != 200 || res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%v: %d %.80s, Vary %q", tt, res.StatusCode, body, res.Header.Get("Vary"))
		}
	}
	if res := g.ask("whm", req("HEAD /json-api/long", []string{authorized, "Accept-Encoding: gzip"}, "")); res.body != "" || res.Header.Get("Content-Length") != "" {
		t.Errorf("HEAD answers %d bytes, and the length %s", len(res.body), res.Header.Get("Content-Length"))
	}
	c := g.dial("whm") // what is packed has no length, which HTTP/1.0 tells by the end
	c.send("GET /json-api/long HTTP/1.0\r\n" + authorized + "\r\nAccept-Encoding: gzip\r\n\r\n")
	c.read("GET").wantHeader(t, "Content-Encoding", "gzip")
}

// TestGzipThatBreaksOff: half an answer never looks whole, packed or not.
func TestGzipThatBreaksOff(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	g := start(t, func(o *httpd.Options) {
		o.Call = func(_ context.Context, _ hostkeep.Caller, r httpd.Request) httpd.Answer {
			return httpd.Answer{ContentType: `application/json; charset="utf-8"`, Write: func(w io.Writer) error {
				if _, err := io.WriteString(w, strings.Repeat("a", 70_000)); err != nil {
					return err
				}
				<-begun
				panic("no")
			}}
		}
	})
	c := g.dial("whm")
	c.send(req("GET /json-api/x", []string{authorized, "Accept-Encoding: gzip"}, ""))
	res, err := http.ReadResponse(c.r, nil) //nolint:bodyclose // the connection is the test's own
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 20) // comes before the rest is made, however small it is when packed
	if _, err := io.ReadFull(res.Body, first); err != nil {
		t.Fatal(err)
	}
	close(begun)
	if _, err := io.ReadAll(res.Body); err == nil {
		t.Error("an answer that broke off looks whole")
	}
}

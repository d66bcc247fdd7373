package httpd_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
)

func plainListener(name, addr string) httpd.Listener {
	return httpd.Listener{Name: name, Addr: addr, Handler: http.NotFoundHandler()}
}

func TestAPortInUseIsNamedAndNothingStaysOpen(t *testing.T) {
	t.Parallel()
	quiet := httpd.Serving{Log: slog.New(slog.DiscardHandler)}
	run, err := httpd.Start(context.Background(), []httpd.Listener{plainListener("one", "127.0.0.1:0")}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	var lc net.ListenConfig
	free, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	_ = free.Close()
	_, err = httpd.Start(context.Background(), []httpd.Listener{plainListener("first", addr), plainListener("second", run.Addr("one"))}, quiet)
	if err == nil || !strings.Contains(err.Error(), "listener second on "+run.Addr("one")+": ") {
		t.Errorf("error %v", err)
	}
	if again, err := lc.Listen(context.Background(), "tcp", addr); err != nil {
		t.Errorf("the first listener stayed open: %v", err)
	} else {
		_ = again.Close()
	}
	if err := run.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

// held starts a server whose call tells when it began and ends when it is let
// go or its context ends.
func held(t *testing.T) (g *rig, began chan struct{}, letGo chan struct{}, ended chan error) {
	began, letGo, ended = make(chan struct{}), make(chan struct{}), make(chan error, 1)
	g = start(t, func(o *httpd.Options) {
		o.Call = func(ctx context.Context, _ hostkeep.Caller, _ httpd.Request) httpd.Answer {
			close(began)
			select {
			case <-letGo:
			case <-ctx.Done():
			}
			ended <- ctx.Err()
			return httpd.Answer{Body: []byte("done")}
		}
	})
	return g, began, letGo, ended
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	g, began, letGo, ended := held(t)
	c := g.dial("whm")
	idle := g.dial("whm")
	idle.send(req("GET /", nil, ""))
	idle.read("GET")
	c.send(req("GET /json-api/a", []string{authorized}, ""))
	<-began
	down := make(chan error, 1)
	go func() { down <- g.run.Shutdown(context.Background()) }()
	idle.ended() // so the shutdown has begun
	close(letGo)
	c.read("GET").want(t, 200, "done")
	if err := <-ended; err != nil {
		t.Errorf("the call's context: %v", err)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
}

func TestShutdownCutsOffWhatDoesNotFinish(t *testing.T) {
	t.Parallel()
	g, began, _, ended := held(t)
	g.dial("whm").send(req("GET /json-api/a", []string{authorized}, ""))
	<-began
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := g.run.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown says %v", err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the call's context: %v", err)
		}
	default:
		t.Error("Shutdown returned before the call had")
	}
}

func TestTheEndOfStartsContextDoesNotEndRequests(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "value"))
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(key{}) != "value" || r.Context().Err() != nil {
			w.WriteHeader(500)
		}
	})
	run, err := httpd.Start(ctx, []httpd.Listener{{Name: "x", Addr: "127.0.0.1:0", Handler: h}}, httpd.Serving{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	transport := &http.Transport{DisableKeepAlives: true}
	r, _ := http.NewRequestWithContext(context.Background(), "GET", "http://"+run.Addr("x"), nil)
	res, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 200 {
		t.Errorf("%d", res.StatusCode)
	}
	if err := run.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	select {
	case err := <-run.Failed():
		t.Errorf("an orderly end is no failure: %v", err)
	default:
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	var notReady error
	h := httpd.Admin(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("numbers")) }), func() error { return notReady })
	tests := []struct {
		method, path string
		ready        error
		status       int
		body         string
	}{
		{"GET", "/healthz", nil, 200, "ok\n"},
		{"GET", "/healthz", errors.New("x"), 200, "ok\n"},
		{"GET", "/readyz", nil, 200, "ready\n"},
		{"GET", "/readyz", errors.New("dial 192.0.2.1: secret"), 503, "not ready\n"},
		{"GET", "/readyz", hostkeep.Errorf(hostkeep.Unavailable, "The lease is over."), 503, "The lease is over.\n"},
		{"GET", "/metrics", nil, 200, "numbers"},
		{"POST", "/readyz", nil, 405, "Method Not Allowed\n"},
		{"GET", "/", nil, 404, "404 page not found\n"},
	}
	for _, tt := range tests {
		notReady = tt.ready
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, nil))
		if rec.Code != tt.status || rec.Body.String() != tt.body {
			t.Errorf("%s %s (%v): %d %q", tt.method, tt.path, tt.ready, rec.Code, rec.Body)
		}
	}
}

package metrics_test

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/metrics"
)

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	text, err := io.ReadAll(rec.Body)
	if err != nil || rec.Code != 200 {
		t.Fatalf("status %d, %v", rec.Code, err)
	}
	return string(text)
}

func TestScrape(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	m.Begin()
	m.Begin()
	m.End(403, 20*time.Millisecond)
	m.Call("version", true)
	m.Call("version", true)
	m.Call("version", false)
	m.Call("", false)
	m.Refused("expired")
	m.Panicked()
	if err := m.Head(func() int64 { return 42 }); err != nil {
		t.Fatal(err)
	}
	text := scrape(t, m)
	for _, line := range []string{
		`hostkeep_calls_total{function="version",result="ok"} 2`,
		`hostkeep_calls_total{function="version",result="failed"} 1`,
		`hostkeep_calls_total{function="unknown",result="failed"} 1`,
		`hostkeep_auth_refusals_total{reason="expired"} 1`,
		`hostkeep_http_requests_in_flight 1`,
		`hostkeep_http_request_duration_seconds_bucket{status="4xx",le="0.01"} 0`,
		`hostkeep_http_request_duration_seconds_bucket{status="4xx",le="0.025"} 1`,
		`hostkeep_panics_total 1`,
		`hostkeep_store_head_seq 42`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	for _, name := range []string{"go_goroutines ", "process_open_fds "} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("no %s", name)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestHeadTwiceIsAnError(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	zero := func() int64 { return 0 }
	if err := m.Head(zero); err != nil {
		t.Fatal(err)
	}
	if err := m.Head(zero); err == nil {
		t.Error("no error")
	}
}

// Two servers of one process (tests) do not share counters.
func TestRegistriesAreTheirOwn(t *testing.T) {
	t.Parallel()
	a, b := metrics.New(), metrics.New()
	a.Refused("expired")
	if strings.Contains(scrape(t, b), "expired") {
		t.Error("b counts what a saw")
	}
}

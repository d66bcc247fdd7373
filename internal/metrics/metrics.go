// Package metrics counts what the server does, for Prometheus, in a registry of
// its own. It refuses to know users, tokens and addresses: no label can hold
// one, so the page may be read by whoever watches the machine.
package metrics

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics holds the server's counters. Its methods may be called from anywhere
// at once.
type Metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	refusals *prometheus.CounterVec
	requests *prometheus.HistogramVec
	inFlight prometheus.Gauge
	panics   prometheus.Counter
}

// New makes the counters, with those of the process and the Go runtime.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hostkeep_calls_total", Help: "API calls of authenticated callers, by function and result.",
		}, []string{"function", "result"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hostkeep_auth_refusals_total", Help: "Requests refused before a function was looked at, by reason.",
		}, []string{"reason"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hostkeep_http_request_duration_seconds", Help: "Time from a request's header to the end of its answer, by class of status.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"status"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "hostkeep_http_requests_in_flight", Help: "Requests that are being answered.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hostkeep_panics_total", Help: "Requests that ended in a panic; each is a bug.",
		}),
	}
	m.registry.MustRegister(m.calls, m.refusals, m.requests, m.inFlight, m.panics,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Call counts one call. function is a declared name, or "" for a call of
// something that is not declared: a caller's text never becomes a label.
func (m *Metrics) Call(function string, ok bool) {
	result := "failed"
	if ok {
		result = "ok"
	}
	if function == "" {
		function = "unknown"
	}
	m.calls.WithLabelValues(function, result).Inc()
}

// Refused counts one refusal; reason is a word of a fixed vocabulary.
func (m *Metrics) Refused(reason string) { m.refusals.WithLabelValues(reason).Inc() }

// Begin counts a request in.
func (m *Metrics) Begin() { m.inFlight.Inc() }

// End counts it out, with its status and the time it took.
func (m *Metrics) End(status int, took time.Duration) {
	m.inFlight.Dec()
	m.requests.WithLabelValues(strconv.Itoa(status/100) + "xx").Observe(took.Seconds())
}

// Panicked counts a panic.
func (m *Metrics) Panicked() { m.panics.Inc() }

// Head shows the number of the store's last change that this node has applied.
// It is called once; head is asked at each scrape.
func (m *Metrics) Head(head func() int64) error {
	g := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hostkeep_store_head_seq", Help: "Number of the last change that this node has applied.",
	}, func() float64 { return float64(head()) })
	if err := m.registry.Register(g); err != nil {
		return fmt.Errorf("registering the store's head: %w", err)
	}
	return nil
}

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

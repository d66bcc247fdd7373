package httpd

import (
	"errors"
	"net/http"

	"github.com/hostkeep/hostkeep"
)

// Admin answers the port for those who watch the machine: /healthz as long as
// the process lives, /readyz when ready says nil, /metrics. Nobody proves who
// they are there, so of ready's error only a text that is meant for callers is
// shown.
func Admin(metrics http.Handler, ready func() error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plainText(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			plainText(w, http.StatusServiceUnavailable, publicReason(err))
			return
		}
		plainText(w, http.StatusOK, "ready")
	})
	mux.Handle("GET /metrics", metrics)
	return mux
}

func publicReason(err error) string {
	var e *hostkeep.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "not ready"
}

func plainText(w http.ResponseWriter, status int, body string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body + "\n"))
}

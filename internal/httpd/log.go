package httpd

import (
	"context"
	"log"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
)

// class keeps of a path what is ours: people paste tokens in the oddest places,
// and none may reach the log. A function's name is added when a call has found
// it to be declared.
func (x *exchange) class(path string) {
	x.path = "-"
	if path == "/" || path == openAPIPath {
		x.path = path
		return
	}
	if word := strings.TrimSuffix(path, "/"); word == "/login" || word == "/logout" {
		x.path = word + "/"
		return
	}
	for _, prefix := range []string{"/json-api/", "/xml-api/", "/execute/", "/static/"} {
		if strings.HasPrefix(path, prefix) {
			x.path = prefix + "-"
		}
	}
	if session, rest, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/"); ok && strings.HasPrefix(session, "cpsess") {
		switch x.path = "/cpsess/-"; {
		case strings.HasPrefix(rest, "xml-api/"):
			x.path = "/xml-api/-"
		case strings.HasPrefix(rest, "execute/"):
			x.path = executeClass
		}
	}
}

// log writes the access log's line.
func (x *exchange) log(took time.Duration) {
	attrs := []slog.Attr{
		slog.String("id", x.id), slog.String("addr", x.addr.String()),
		slog.String("method", method(x.r.Method)), slog.String("path", x.path),
		slog.Int("status", x.status), slog.Int("bytes", x.bytes), slog.Duration("took", took),
	}
	if x.caller.Via != "" {
		attrs = append(attrs, slog.String("user", x.caller.User.Name), slog.String("via", string(x.caller.Via)))
	}
	if x.refusal != "" {
		attrs = append(attrs, slog.String("refusal", x.refusal))
	}
	x.s.o.Log.LogAttrs(context.Background(), slog.LevelInfo, "request", attrs...)
}

// method is the request's when HTTP knows it: any word is allowed there.
func method(m string) string {
	known := []string{
		http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect,
	}
	if slices.Contains(known, m) {
		return m
	}
	return "other"
}

// errorLog is what net/http complains to. Its texts quote what a client sent
// (protocols it offered, versions, addresses), so only what kind of complaint it
// is gets through.
func errorLog(to *slog.Logger, listener string) *log.Logger {
	return log.New(complaints{to, listener}, "", 0)
}

type complaints struct {
	to       *slog.Logger
	listener string
}

func (c complaints) Write(p []byte) (int, error) {
	kind := "other"
	for _, k := range []string{"TLS handshake error", "Accept error", "panic serving", "superfluous response.WriteHeader"} {
		if strings.Contains(string(p), k) {
			kind = k
			break
		}
	}
	c.to.Debug("http", "listener", c.listener, "complaint", kind)
	return len(p), nil
}

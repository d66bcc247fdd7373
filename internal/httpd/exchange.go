package httpd

import (
	"crypto/rand"
	"encoding/hex"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/hostkeep/hostkeep"
)

// exchange is one request, its answer, and what the access log will say.
type exchange struct {
	s    *Server
	w    http.ResponseWriter
	r    *http.Request
	ctl  *http.ResponseController
	id   string
	addr netip.Addr // of the caller; invalid when the socket has none
	from time.Time

	path     string  // class of the path, see class
	token    string  // the security token that the path begins with, or ""
	request  Request // of a call, as far as it has been read
	caller   hostkeep.Caller
	refusal  string // word, "" when not refused
	status   int    // 0 until answered
	bytes    int    // of the body, as written
	read     bool   // the request's body has been read to its end
	page     bool   // a page is wanted: trouble is told as one
	onCPanel bool   // it came to cPanel's side
}

func (s *Server) begin(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{s: s, w: w, r: r, ctl: http.NewResponseController(w), id: newID(), from: s.o.Now(), path: "-"}
	s.o.Metrics.Begin()
	h := w.Header()
	h.Set("Server", "hostkeep")
	h.Set("X-Request-Id", x.id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	x.addr = x.callerAddr()
	return x
}

// newID is 16 hexadecimal digits. crypto/rand never fails.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// answer writes the whole answer. It is called once.
func (x *exchange) answer(status int, contentType string, body []byte) {
	if x.r.Method != http.MethodHead || len(body) < packFrom { // GET might pack it, and HEAD must not say another length
		x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	x.head(status, contentType)
	if x.r.Method != http.MethodHead {
		x.bytes, _ = x.w.Write(body) // an error is a client that left
	}
}

// stream writes an answer whose length is not known, while it is being made.
func (x *exchange) stream(status int, contentType string, write func(io.Writer) error) {
	x.head(status, contentType)
	if x.r.Method != http.MethodHead {
		_ = write(counted{x}) // an error is a client that left
	}
}

func (x *exchange) head(status int, contentType string) {
	x.settle()
	x.w.Header().Set("Content-Type", contentType)
	x.status = status
	// The time that a call took is not the client's fault. Deadlines are the
	// kernel's, so they are of the real clock.
	_ = x.ctl.SetWriteDeadline(time.Now().Add(x.s.o.Limits.Write))
	x.w.WriteHeader(status)
}

// counted is the body, counted for the access log as it is before it is packed.
type counted struct{ x *exchange }

// Write writes a part of the body. The first is sent at once: whoever waits sees
// that the answer has begun.
func (c counted) Write(p []byte) (int, error) {
	n, err := c.x.w.Write(p)
	if c.x.bytes += n; err == nil && c.x.bytes == n {
		err = c.x.ctl.Flush()
	}
	return n, err
}

func (x *exchange) text(status int, body string) {
	x.answer(status, "text/plain; charset=utf-8", []byte(body))
}

func (x *exchange) end() {
	took := x.s.o.Now().Sub(x.from)
	x.s.o.Metrics.End(x.status, took)
	x.log(took)
}

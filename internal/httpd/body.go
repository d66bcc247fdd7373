package httpd

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/hostkeep/hostkeep"
)

// body reads the request's body, or answers why it cannot. It is called for
// authenticated callers only.
func (x *exchange) body() (ok bool) {
	limit := max(x.s.o.Limits.Body, x.s.o.Room(x.caller, x.request.Function))
	err := error(&http.MaxBytesError{Limit: int64(limit)})
	var body []byte
	if x.r.ContentLength <= int64(limit) {
		body, err = io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, int64(limit)))
	}
	if err != nil {
		status, reason := badBody(err)
		told := hostkeep.Errorf(hostkeep.Invalid, "%s", reason)
		asked := x.r.Header.Get("Expect") != "" && x.r.ContentLength >= 0 // and not told to go on
		if status == http.StatusRequestEntityTooLarge && !asked {
			x.linger(status, told)
		} else {
			x.close()
			x.fail(status, told)
		}
		return false
	}
	x.read, x.request.Unread, x.request.Body = true, false, body
	// A revoke may have to wait for another node; the time for writing begins
	// with the answer. (HTTP/2 would cut the call off, HTTP/1 would not.)
	_ = x.ctl.SetWriteDeadline(time.Time{})
	return true
}

func badBody(err error) (status int, reason string) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("The request body is larger than %d bytes.", large.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout, "The request body did not arrive in time."
	}
	return http.StatusBadRequest, "The request body is malformed or incomplete."
}

// linger answers first and then reads on for a while: most clients send their
// whole body before they look for an answer, and would find a broken connection.
// Who calls is known here, and what is read is bounded.
func (x *exchange) linger(status int, err error) {
	x.read = true
	_ = x.ctl.EnableFullDuplex() // HTTP/2 is
	x.w.Header().Set("Connection", "close")
	x.fail(status, err)
	_ = x.ctl.Flush()
	_ = x.ctl.SetReadDeadline(time.Now().Add(x.s.o.Limits.Drain))
	_, _ = io.CopyN(io.Discard, x.r.Body, lingerBytes)
}

// close has the connection closed after the answer, without reading on: left to
// itself, net/http would wait for up to 256 KiB of body until the deadline.
func (x *exchange) close() {
	x.read = true
	_ = x.ctl.SetReadDeadline(time.Unix(1, 0))
	x.w.Header().Set("Connection", "close")
}

// settle reads a body that nobody wanted, so that an honest client that was
// refused need not connect again. It is bounded, because strangers get here; a
// client that waits for "100 Continue" has not sent its body.
func (x *exchange) settle() {
	if x.read || x.r.ContentLength == 0 {
		return
	}
	if x.r.ContentLength > drainBytes || x.r.Header.Get("Expect") != "" {
		x.close()
		return
	}
	_ = x.ctl.SetReadDeadline(time.Now().Add(min(x.s.o.Limits.Drain, x.s.o.Limits.Read)))
	if _, err := io.CopyN(io.Discard, x.r.Body, drainBytes+1); !errors.Is(err, io.EOF) {
		x.close()
	}
}

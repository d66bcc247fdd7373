package httpd

import "time"

// Limits bound one request. A zero is the design's value.
type Limits struct {
	Header int // bytes of request line and header: 16 KiB
	Body   int // bytes: 1 MiB

	ReadHeader time.Duration // 10 s
	Read       time.Duration // for header and body together: 30 s
	Write      time.Duration // for the answer, from its first byte on: 5 min
	Idle       time.Duration // between requests: 2 min
	Drain      time.Duration // for the rest of a request that was refused: 5 s
}

// drainBytes is how much is read of a body that nobody wants, so that the
// connection can be used again. With more, or slower, it is closed.
const drainBytes = 64 << 10

// lingerBytes is how much is read of a body that is too large, after the answer.
const lingerBytes = 32 << 20

func (l Limits) filled() Limits {
	set(&l.Header, 16<<10)
	set(&l.Body, 1<<20)
	set(&l.ReadHeader, 10*time.Second)
	set(&l.Read, 30*time.Second)
	set(&l.Write, 5*time.Minute)
	set(&l.Idle, 2*time.Minute)
	set(&l.Drain, 5*time.Second)
	return l
}

func set[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// maxHeaderBytes is the limit as net/http wants it: it allows 4096 bytes more
// than it is told, and takes 0 for its own default.
func (l Limits) maxHeaderBytes() int { return max(l.Header-4096, 1) }

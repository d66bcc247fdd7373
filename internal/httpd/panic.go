package httpd

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
)

var errPanic = errors.New("a panic, which the log has")

// recovered turns a panic into an answer, a count and a line in the log. The line
// has the type of what was thrown and the names of the functions on the way:
// values and arguments may be secrets. It is deferred directly.
func (x *exchange) recovered() {
	thrown := recover()
	if thrown == nil {
		return
	}
	x.s.o.Metrics.Panicked()
	x.s.o.Log.Error("panic", "id", x.id, "path", x.path, "type", fmt.Sprintf("%T", thrown), "stack", Stack(4))
	if x.status != 0 {
		// Half an answer is out. The connection is cut, or a body without a
		// length would end as if it were whole.
		panic(http.ErrAbortHandler)
	}
	x.close()
	if x.page {
		x.trouble(http.StatusInternalServerError)
		return
	}
	x.caller.RequestID = x.id
	x.fail(http.StatusInternalServerError, errPanic)
}

// Stack names the functions of this goroutine with their lines, leaving out the
// innermost skip. Unlike the runtime's own trace it holds no arguments.
func Stack(skip int) string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(skip, pcs[:])])
	var names []string
	for {
		f, more := frames.Next()
		if f.Function != "" {
			names = append(names, fmt.Sprintf("%s:%d", f.Function, f.Line))
		}
		if !more {
			return strings.Join(names, " < ")
		}
	}
}

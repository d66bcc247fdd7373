package httpd

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/hostkeep/hostkeep"
)

// Pages is what people see in a browser. This package says who is there and that
// no other site has sent them; how things look and what they say is not its own.
type Pages struct {
	// Has reports whether there is a page at a path.
	Has func(path string) bool
	// Static answers a file that needs no credential. The path begins with /static/.
	Static func(w http.ResponseWriter, r *http.Request)
	// Page answers a page of whoever has a session.
	Page func(w http.ResponseWriter, r *http.Request, v Visit)
	// SignIn shows the form to sign in with.
	SignIn func(w http.ResponseWriter, s SignIn)
	// GoOn leads on with the current session: what was asked for is not done.
	GoOn func(w http.ResponseWriter, g GoOn)
	// Trouble says what went wrong before there was a page.
	Trouble func(w http.ResponseWriter, t Trouble)
}

// Visit is a request of a page.
type Visit struct {
	Caller hostkeep.Caller
	Token  string // the security token: /cpsess and ten digits
	Path   string // behind the token
}

// SignIn is the form to sign in with, and what it has to bring along.
type SignIn struct {
	Status  int
	Message string          // the word of what failed, as machines get it; "" when nothing did
	Page    bool            // what failed was this form, not an old client's
	User    string          // as it was typed
	Ticket  hostkeep.Secret // stands for the password, so that only a code is asked for
	Tried   bool            // a code was typed
	Then    string          // the path to go on to, without a security token; "" is the start page
	Form    url.Values      // that was sent to Then when its session was over; nil: none
}

// GoOn is what somebody wanted with a session that is over or not the current one.
type GoOn struct {
	Status int
	User   string
	Token  string // of the current session
	Then   string
	Form   url.Values // to be sent there again, by a click; nil: a page that was only looked at
}

// Trouble is an answer without a page.
type Trouble struct {
	Status int
	ID     string // of the request
}

// maxForm is the longest form of a page that is read, in bytes. What signing in
// brings along of it stands in a field, and so in escapes.
const maxForm = 64 << 10

// visit answers a page: a session's cookie alone opens it. What a header proves
// is for programs, and no browser sends it by itself.
func (x *exchange) visit(path string) {
	if x.known(path); x.crossOrigin() {
		return
	}
	c, err := x.session(x.token)
	switch {
	case err == nil:
		x.enter(c, path)
	case x.s.o.Unavailable(err) || !x.browser():
		x.refuseFor(err)
	default:
		x.lost(err, path)
	}
}

// enter hands the visit of a session over. What only looks must change nothing,
// whatever the page calls.
func (x *exchange) enter(c hostkeep.Caller, path string) {
	x.caller, x.page = c, true
	x.caller.ReadOnly = x.r.Method == http.MethodGet || x.r.Method == http.MethodHead
	_ = x.ctl.SetReadDeadline(time.Now().Add(x.s.o.Limits.Read))
	_ = x.ctl.SetWriteDeadline(time.Time{}) // as of a call: a revoke may have to wait
	x.r.Body = http.MaxBytesReader(x.w, x.r.Body, int64(x.s.o.Limits.Body))
	if !x.caller.ReadOnly { // as of a call: a new token's secret may be in it
		x.unpacked()
	}
	x.s.o.Pages.Page(&pageWriter{x: x}, x.r, Visit{x.caller, x.token, path})
}

// unpacked keeps an answer from being packed: where a secret stands beside what
// anybody may have put into the address, the length tells of it.
func (x *exchange) unpacked() { x.w.Header().Set(gzhttp.HeaderNoCompression, "1") }

// known lets a page's path into the log: it is ours.
func (x *exchange) known(path string) {
	if x.s.o.Pages.Has(path) {
		x.path = "/cpsess" + path
	}
}

// session judges the session cookie beside a security token.
func (x *exchange) session(token string) (hostkeep.Caller, error) {
	c := x.credential()
	c.Authorization, c.Code, c.Token = nil, nil, token
	return x.s.o.Authenticate(x.r.Context(), c)
}

// lost leads on whoever brings no session, or another security token than its
// session's: a page that was open in another tab, or for too long. Nothing is
// done; a form that was filled in comes along.
func (x *exchange) lost(err error, path string) {
	x.refusal = x.s.o.RefusalReason(err)
	x.s.o.Metrics.Refused(x.refusal)
	form, ok := x.carried()
	if !ok {
		return
	}
	x.unpacked()
	then := local(path)
	if form == nil && x.r.URL.RawQuery != "" {
		then = local(path + "?" + x.r.URL.RawQuery)
	}
	if token := x.current(); token != "" {
		if c, err := x.session(token); err == nil {
			x.s.o.Pages.GoOn(&pageWriter{x: x}, GoOn{Status: http.StatusForbidden, User: c.User.Name, Token: token, Then: then, Form: form})
			return
		}
	}
	if form == nil {
		x.redirect("/login/?goto_uri=" + url.QueryEscape(then))
		return
	}
	x.s.o.Pages.SignIn(&pageWriter{x: x}, SignIn{Status: http.StatusForbidden, Then: then, Form: form})
}

// carried reads the form of a request that is not done. It is nil for one that
// only looked; not ok has been answered.
func (x *exchange) carried() (form url.Values, ok bool) {
	if x.r.Method == http.MethodGet || x.r.Method == http.MethodHead {
		return nil, true
	}
	form, err := x.form(maxForm)
	if err != nil {
		x.trouble(http.StatusBadRequest)
		return nil, false
	}
	return form, true
}

var errNoForm = errors.New("the body is no form")

// form reads a form of at most max bytes.
func (x *exchange) form(max int64) (url.Values, error) {
	_ = x.ctl.SetReadDeadline(time.Now().Add(x.s.o.Limits.Read))
	kind, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if x.r.ContentLength > max || err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, errNoForm
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, max))
	if err != nil {
		return nil, err
	}
	x.read = true
	return url.ParseQuery(string(body))
}

// outside answers a page that is asked for without a security token: somebody
// typed the address. It is shown to programs as ever.
func (x *exchange) outside(path string) bool {
	if !x.browser() || x.r.Method != http.MethodGet || !x.s.o.Pages.Has(path) {
		return false
	}
	target := path
	if x.r.URL.RawQuery != "" {
		target += "?" + x.r.URL.RawQuery
	}
	target = local(target)
	if token := x.current(); token != "" {
		if _, err := x.session(token); err == nil {
			x.redirect(token + target)
			return true
		}
	}
	if target == "/" {
		x.redirect("/login/")
		return true
	}
	x.redirect("/login/?goto_uri=" + url.QueryEscape(target))
	return true
}

// browser reports whether a page is wanted rather than an answer for a program.
func (x *exchange) browser() bool {
	return strings.Contains(x.r.Header.Get("Accept"), "text/html")
}

// crossOrigin refuses what another site has a browser send, before a byte of it
// is read. The security token in the path would do; a form that is carried
// through signing in has a dead one.
func (x *exchange) crossOrigin() bool {
	if x.s.cross.Check(x.r) == nil {
		return false
	}
	x.refusal = reasonCross
	x.s.o.Metrics.Refused(x.refusal)
	x.trouble(http.StatusForbidden)
	return true
}

func (x *exchange) trouble(status int) {
	x.s.o.Pages.Trouble(&pageWriter{x: x}, Trouble{status, x.id})
}

// pageWriter is the answer as the pages write it, seen by the access log.
type pageWriter struct{ x *exchange }

// Header is the answer's.
func (p *pageWriter) Header() http.Header { return p.x.w.Header() }

// WriteHeader begins the answer.
func (p *pageWriter) WriteHeader(status int) {
	if p.x.status == 0 {
		p.x.head(status, p.Header().Get("Content-Type"))
	}
}

// Write writes a part of the body.
func (p *pageWriter) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	if p.x.r.Method == http.MethodHead {
		return len(b), nil
	}
	n, err := p.x.w.Write(b)
	p.x.bytes += n
	return n, err
}

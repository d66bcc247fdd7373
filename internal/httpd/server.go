package httpd

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// Options are what a Server needs. All are required but Limits and Proxies.
type Options struct {
	// Authenticate says who calls.
	Authenticate func(context.Context, Credential) (hostkeep.Caller, error)
	// Login opens a session for a login form, OpenLink for a one-time link;
	// Logout ends the one of a cookie. Their errors are as Authenticate's.
	Login    func(context.Context, Login, Credential) (Opened, error)
	OpenLink func(ctx context.Context, link hostkeep.Secret, c Credential) (Opened, error)
	Logout   func(context.Context, Credential) error
	// CodeWanted reports whether an error of Login means that the password was
	// right and a code is missing or wrong.
	CodeWanted func(error) bool
	// Unavailable reports whether an error of Authenticate means "not now"
	// (503) rather than "no" (403).
	Unavailable func(error) bool
	// RefusalReason names an error of Authenticate by a word of a fixed
	// vocabulary, for the log and the counters.
	RefusalReason func(error) string
	// Call answers a call of an authenticated caller. Its context ends when the
	// client goes away or the server has drained.
	Call func(ctx context.Context, c hostkeep.Caller, r Request) Answer
	// Refuse answers a call that does not reach its function, in the form that
	// was asked for. A *hostkeep.Error says why; any other is an internal one,
	// which the log has already.
	Refuse func(c hostkeep.Caller, r Request, err error) Answer
	// Room is how many bytes the body of a caller's call may have, where that is more
	// than Limits say; else 0.
	Room func(c hostkeep.Caller, function string) int
	// OpenAPI is the document that /openapi.json answers, as JSON, to a caller who
	// is authenticated, of the side that the caller came to; an error is answered as an
	// internal one.
	OpenAPI func(hostkeep.Caller) ([]byte, error)
	// Pages answers what is no call.
	Pages Pages

	Limits  Limits
	Proxies []netip.Prefix // whose X-Forwarded-For counts
	Log     *slog.Logger
	Metrics Metrics
	Now     hostkeep.Clock
}

// Credential is what a request proves itself with.
type Credential struct {
	Authorization []string // every Authorization header
	Code          []string // every header with a second factor's code
	Cookies       []string // every session cookie
	Token         string   // the security token that the path begins with, or ""
	CPanel        bool     // it came to cPanel's side
	Agent         string   // the user agent
	Addr          netip.Addr
	ID            string // of the request
}

// Login is a login form.
type Login struct {
	User     string
	Password hostkeep.Secret
	Ticket   hostkeep.Secret // instead of the password: an Opened's
	Code     string
}

// Opened is a new session.
type Opened struct {
	Caller hostkeep.Caller
	Cookie hostkeep.Secret // the cookie's value
	Token  hostkeep.Secret // the security token: /cpsess and ten digits
	Ticket hostkeep.Secret // beside an error that wants a code: stands for the password for a while
}

// Request is a call as it arrived.
type Request struct {
	Function    string // as in the path, decoded
	CPanel      bool   // it came to cPanel's side
	UAPI        bool   // by a path of UAPI, /execute/MODULE/FUNCTION
	Module      string // of such a path
	RawQuery    string
	ContentType string
	Body        []byte
	Unread      bool // the body was not read: what it says is not known
	XML         bool // the answer is wanted in XML
}

// Answer is what a call comes to.
type Answer struct {
	Status      int // 0 is 200
	ContentType string
	Header      http.Header // further headers, such as Retry-After
	Body        []byte
	// Write, when not nil, writes the body instead: one whose length is not known.
	Write    func(io.Writer) error
	Plain    bool   // it may hold a secret, and so is never packed: its length would tell of it
	Function string // the declared name, "" when the function does not exist
	OK       bool   // whether the function did its work
}

// Metrics is told what happens. Functions are declared names or "", reasons
// words of a fixed vocabulary.
type Metrics interface {
	Begin()
	End(status int, took time.Duration)
	Call(function string, ok bool)
	Refused(reason string)
	Panicked()
}

// Reasons for a refusal that are this package's own.
const (
	reasonToken = "no_security_token" // a path that begins with /cpsess and not with ten digits behind it
	reasonCross = "cross_origin"      // a form that another site sent
	reasonForm  = "malformed_login"   // a form, a link or a way to sign out that no client of ours uses
)

// Server makes the handlers of the API ports.
type Server struct {
	o     Options
	cross *http.CrossOriginProtection // of the pages; clients of the API have their own ways
}

// New makes a Server.
func New(o Options) *Server {
	o.Limits = o.Limits.filled()
	return &Server{o, http.NewCrossOriginProtection()}
}

// WHM answers port 2087.
func (s *Server) WHM() http.Handler { return s.handler((*exchange).route) }

// CPanel answers port 2083.
func (s *Server) CPanel() http.Handler { return s.handler((*exchange).cpanel) }

// HTTPS answers the port of the service subdomains, by the request's host name.
func (s *Server) HTTPS() http.Handler {
	return s.handler(func(x *exchange) {
		host := strings.ToLower(x.r.Host)
		switch {
		case strings.HasPrefix(host, "whm."):
			x.route()
		case strings.HasPrefix(host, "cpanel."):
			x.cpanel()
		default:
			x.text(http.StatusMisdirectedRequest, "Only names that begin with whm. or cpanel. are served here.\n")
		}
	})
}

var slashes = regexp.MustCompile(`//+`)

// cpanel routes what came to cPanel's side. WHM's functions are not there, and
// there are no pages.
func (x *exchange) cpanel() {
	x.onCPanel = true
	x.route()
}

// route goes by the decoded path, by prefix: a mux would redirect what it
// considers unclean. A slash too many, as from an address that ends in one, is
// none.
func (x *exchange) route() {
	path := slashes.ReplaceAllString(x.r.URL.Path, "/")
	x.class(path)
	switch {
	case x.api(path):
	case strings.HasPrefix(path, "/cpsess"):
		x.inSession(path)
	case path == "/login" || path == "/login/":
		x.login()
	case path == "/logout" || path == "/logout/":
		x.logout()
	case x.onCPanel:
		x.noPage()
	case strings.HasPrefix(path, "/static/"):
		x.s.o.Pages.Static(&pageWriter{x: x}, x.r)
	case x.outside(path):
	case path == "/":
		x.start()
	default:
		x.text(http.StatusNotFound, "There is no such page.\n")
	}
}

// api answers what is a call of a function, or asks for the document of them. That
// the side has the function is Call's to say, when it is known who asks.
func (x *exchange) api(path string) bool {
	if function, ok := strings.CutPrefix(path, "/json-api/"); ok {
		x.call(Request{Function: function})
	} else if function, ok := strings.CutPrefix(path, "/xml-api/"); ok {
		x.call(Request{Function: function, XML: true})
	} else if rest, ok := strings.CutPrefix(path, "/execute/"); ok && x.onCPanel {
		module, function, _ := strings.Cut(rest, "/")
		x.call(Request{Function: function, UAPI: true, Module: module})
	} else if path == openAPIPath {
		x.openAPI()
	} else {
		return false
	}
	return true
}

// handler wraps a route in what every request gets.
func (s *Server) handler(route func(*exchange)) http.Handler {
	return packing(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := s.begin(w, r)
		defer x.end()
		defer x.recovered()
		route(x)
	}))
}

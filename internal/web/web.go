// Package web is the pages that people see in a browser, rendered here and
// complete without a script. Every page is a declared value in one list, and a
// page does what it does through the catalogue, as a client of the API: it reads
// the same answers that a program gets, and can do only what its visitor may. The
// package refuses to know SQL, how somebody proved who it is, and cookies.
package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Options are what the pages need.
type Options struct {
	// Call calls a function of the catalogue, Callable lists those that somebody may call.
	Call     func(ctx context.Context, c hostkeep.Caller, function string, p wire.Params) api.Reply
	Callable func(c hostkeep.Caller) []string
	Host     string // the server's name
	// UpdateResets: api_token_update resets what is left out (compat.update_resets).
	UpdateResets bool
	Log          *slog.Logger
	Now          hostkeep.Clock
}

// Pages answers everything that a browser shows.
type Pages struct {
	Options
	list      []page
	texts     texts
	templates map[string]*template.Template // by file name without its end
	files     files
	key       []byte // of what this process has said was done
	spent     spent
}

// New compiles every template: a page that cannot be rendered stops the start.
func New(o Options) (*Pages, error) {
	p := &Pages{Options: o, list: pages(), key: make([]byte, 32)}
	_, _ = rand.Read(p.key) // never fails
	var err error
	if p.texts, err = readTexts(); err != nil {
		return nil, err
	}
	if p.files, err = readFiles(); err != nil {
		return nil, err
	}
	p.templates, err = p.compile()
	return p, err
}

// Visit is a request of a page by somebody who has a session.
type Visit struct {
	Caller hostkeep.Caller
	Token  string // the security token that each address begins with
	Path   string // behind it
}

// Has reports whether there is a page at a path.
func (p *Pages) Has(path string) bool { return p.find(path) != nil }

// Paths lists where there are pages, behind the security token.
func (p *Pages) Paths() (list []string) {
	for _, g := range p.list {
		list = append(list, g.path)
	}
	return list
}

func (p *Pages) find(path string) *page {
	i := slices.IndexFunc(p.list, func(g page) bool { return g.path == path })
	if i < 0 {
		return nil
	}
	return &p.list[i]
}

// Page answers a page.
func (p *Pages) Page(w http.ResponseWriter, r *http.Request, v Visit) {
	q := &request{Pages: p, Visit: v, r: r, page: p.find(v.Path)}
	a, err := q.answer(w)
	if err != nil {
		a = q.failed(err)
	}
	p.send(w, q, a)
}

// answer asks the page's handler.
func (q *request) answer(w http.ResponseWriter) (answer, error) {
	if q.page == nil {
		return answer{}, errNoPage
	}
	handle := q.page.get
	if q.r.Method == http.MethodPost {
		handle = q.page.post
	}
	if handle == nil || !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost}, q.r.Method) {
		w.Header().Set("Allow", q.page.methods())
		return answer{}, errMethod
	}
	if err := q.mayUse(); err != nil {
		return answer{}, err
	}
	if err := q.r.ParseForm(); err != nil {
		return answer{}, errForm
	}
	return handle(q)
}

// What goes wrong before a handler.
var (
	errNoPage = hostkeep.Errorf(hostkeep.NotFound, "There is no such page.")
	errMethod = hostkeep.Errorf(hostkeep.Unsupported, "This page does not take such a request.")
	errForm   = hostkeep.Errorf(hostkeep.Invalid, "The form cannot be read.")
)

// mayUse refuses a page whose functions the visitor may not call, in the API's words.
func (q *request) mayUse() error {
	callable := q.Callable(q.Caller)
	for _, f := range q.page.needs {
		if !slices.Contains(callable, f) {
			return q.call(f, nil) // says which privilege is missing
		}
	}
	return nil
}

// failed turns an error into the page that says so. What is not for the visitor
// is logged, and answered as internal with the request's id.
func (q *request) failed(err error) answer {
	var refused *Refusal
	kind, message := hostkeep.KindOf(err), ""
	switch {
	case errors.As(err, &refused):
		kind, message = refused.Kind, refused.Reason
	case kind != 0:
		message = err.Error()
	default:
		q.Log.Error("a page failed", "id", q.Caller.RequestID, "page", q.Path, "err", err)
	}
	status := status(err, kind)
	return answer{template: "error", title: "error.title", status: status, data: trouble{Status: status, ID: q.Caller.RequestID, Message: message}}
}

func status(err error, kind hostkeep.Kind) int {
	if errors.Is(err, errMethod) {
		return http.StatusMethodNotAllowed
	}
	switch kind {
	case hostkeep.Denied:
		return http.StatusForbidden
	case hostkeep.NotFound:
		return http.StatusNotFound
	case hostkeep.Invalid, hostkeep.Unsupported:
		return http.StatusBadRequest
	case hostkeep.Conflict:
		return http.StatusConflict
	case hostkeep.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// trouble is the data of the page that says what went wrong.
type trouble struct {
	Status  int
	ID      string
	Message string // the API's sentence; "" for an internal error
}

// send writes the answer of a handler.
func (p *Pages) send(w http.ResponseWriter, q *request, a answer) {
	switch {
	case a.redirect != "":
		headers(w.Header())
		w.Header().Set("Location", a.redirect)
		w.WriteHeader(http.StatusSeeOther)
	case a.write != nil:
		headers(w.Header())
		w.Header().Set("Content-Type", a.contentType)
		w.Header().Set("Content-Disposition", `attachment; filename="`+a.file+`"`)
		if err := a.write(w); err != nil { // a client that left
			q.Log.Debug("a page was not sent whole", "id", q.Caller.RequestID, "err", err)
		}
	default:
		p.render(w, a, q.frame(a))
	}
}

// Trouble says what went wrong before there was a page.
func (p *Pages) Trouble(w http.ResponseWriter, status int, id string) {
	a := answer{template: "error", title: "error.title", status: status, data: trouble{
		Status: status, ID: id, Message: p.texts.text(map[int]string{http.StatusForbidden: "error.cross", http.StatusBadRequest: "error.form"}[status]),
	}}
	p.render(w, a, p.bare(a))
}

// link is an address within a session.
func link(token, path string, nameValue ...string) string {
	q := url.Values{}
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		if nameValue[1] != "" {
			q.Add(nameValue[0], nameValue[1])
		}
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return token + path
}

// Refusal is the API's answer to a call that it did not do.
type Refusal struct {
	Function string
	Kind     hostkeep.Kind // 0 for an internal error
	Reason   string        // the API's sentence, for the visitor
	Missing  hostkeep.Privilege
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Function, r.Reason) }

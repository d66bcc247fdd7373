package httpd_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/metrics"
	"github.com/hostkeep/hostkeep/internal/tlscert"
	"github.com/hostkeep/hostkeep/internal/web"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const good = "whm root:GOODSECRET"

var (
	errWrong  = errors.New("wrong secret")
	errNotNow = errors.New("lease is over")
	errCode   = errors.New("a code is missing")
)

// seen is what reached Authenticate or Call.
type seen struct {
	authorization                    []string
	addr                             netip.Addr
	id, function, query, ctype, body string
	credential                       httpd.Credential
	module                           string
	cpanel                           bool
}

// rig is a server on real TLS sockets, with an authenticator that knows one
// header and a call that answers what it was given.
type rig struct {
	t       *testing.T
	run     *httpd.Running
	tls     *tls.Config
	metrics *metrics.Metrics
	server  *httpd.Server
	logger  *slog.Logger

	mu    sync.Mutex
	log   bytes.Buffer
	calls []seen
	auths []seen

	logins  []httpd.Login
	links   []string // security token and link
	logouts []httpd.Credential
}

func (g *rig) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.log.Write(p)
}

func (g *rig) authenticate(_ context.Context, c httpd.Credential) (hostkeep.Caller, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.auths = append(g.auths, seen{authorization: c.Authorization, addr: c.Addr, id: c.ID, credential: c})
	switch strings.Join(c.Authorization, "|") {
	case good:
		return hostkeep.Caller{User: hostkeep.Principal{ID: 1, Name: "root"}, Via: hostkeep.ViaToken}, nil
	case "not now":
		return hostkeep.Caller{}, errNotNow
	case "":
		if c.Token == "/cpsess0123456789" && len(c.Cookies) == 1 && c.Cookies[0] == "good" {
			return hostkeep.Caller{User: hostkeep.Principal{ID: 1, Name: "root"}, Via: hostkeep.ViaSession}, nil
		}
	}
	return hostkeep.Caller{}, errWrong
}

// login knows one user, with a code; a link and a cookie are good when they say so.
func (g *rig) login(_ context.Context, l httpd.Login, c httpd.Credential) (httpd.Opened, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.logins = append(g.logins, l)
	switch {
	case l.User == "nobody":
		return httpd.Opened{}, errNotNow
	case l.User != "root" || l.Password.Reveal() != "right":
		return httpd.Opened{}, errWrong
	case l.Code == "":
		return httpd.Opened{}, errCode
	}
	return opened(c), nil
}

func (g *rig) openLink(_ context.Context, link hostkeep.Secret, c httpd.Credential) (httpd.Opened, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.links = append(g.links, c.Token+" "+link.Reveal())
	if link.Reveal() != "root:good" {
		return httpd.Opened{}, errWrong
	}
	o := opened(c)
	o.Token = hostkeep.NewSecret(c.Token)
	return o, nil
}

func opened(httpd.Credential) httpd.Opened {
	return httpd.Opened{
		Caller: hostkeep.Caller{User: hostkeep.Principal{ID: 1, Name: "root"}, Via: hostkeep.ViaSession},
		Cookie: hostkeep.NewSecret("root%3Afresh%2Cmark"), Token: hostkeep.NewSecret("/cpsess0123456789"),
	}
}

func (g *rig) logout(_ context.Context, c httpd.Credential) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.logouts = append(g.logouts, c)
	if len(c.Cookies) != 1 || c.Cookies[0] != "good" {
		return errWrong
	}
	return nil
}

func (g *rig) call(_ context.Context, _ hostkeep.Caller, r httpd.Request) httpd.Answer {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, seen{function: r.Function, query: r.RawQuery, ctype: r.ContentType, body: string(r.Body), cpanel: r.CPanel, module: r.Module})
	if r.XML {
		return httpd.Answer{ContentType: `text/xml; charset="utf-8"`, Body: []byte(`<answer/>`), OK: true}
	}
	a := httpd.Answer{ContentType: `application/json; charset="utf-8"`, Body: []byte(`{"answer":1}`), Header: http.Header{"X-Extra": {"yes"}}}
	if r.Function == "version" {
		a.Function, a.OK = "version", true
	}
	return a
}

// room is more for one function.
func (g *rig) room(_ hostkeep.Caller, function string) int {
	if function == "spacious" {
		return 20
	}
	return 0
}

// refuse is what the daemon does, for API 1 alone.
func refuse(c hostkeep.Caller, r httpd.Request, err error) httpd.Answer {
	reply := wire.Reply{Command: r.Function, Reason: err.Error()}
	if hostkeep.KindOf(err) == 0 {
		reply.Reason = "internal, see " + c.RequestID
	}
	if r.XML {
		return httpd.Answer{ContentType: `text/xml; charset="utf-8"`, Body: reply.AppendXML(nil)}
	}
	return httpd.Answer{ContentType: `application/json; charset="utf-8"`, Body: reply.AppendJSON(nil)}
}

// start serves all handlers; with changes the options first.
func start(t *testing.T, with ...func(*httpd.Options)) *rig {
	t.Helper()
	g := &rig{t: t, metrics: metrics.New()}
	o := httpd.Options{
		Authenticate: g.authenticate, Call: g.call, Refuse: refuse, Room: g.room,
		Login: g.login, OpenLink: g.openLink, Logout: g.logout,
		CodeWanted:  func(err error) bool { return errors.Is(err, errCode) },
		Unavailable: func(err error) bool { return errors.Is(err, errNotNow) },
		RefusalReason: func(err error) string {
			if errors.Is(err, errNotNow) {
				return "not_ready"
			}
			return "bad_credentials"
		},
		Pages:   pages(),
		Log:     slog.New(slog.NewJSONHandler(g, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: g.metrics,
		Now:     func() time.Time { return time.Unix(1_900_000_000, 0) },
	}
	for _, w := range with {
		w(&o)
	}
	g.server, g.logger = httpd.New(o), o.Log
	g.serve(httpd.Serving{Limits: o.Limits, Log: o.Log})
	return g
}

// pages are the real ones, of a server without functions.
func pages() httpd.Pages {
	p, err := web.New(web.Options{
		Call:     func(context.Context, hostkeep.Caller, string, wire.Params) api.Reply { return api.Reply{} },
		Callable: func(hostkeep.Caller) []string { return nil },
		Host:     "host.example", Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		panic(err)
	}
	return httpd.Pages{
		Has: p.Has, Static: p.Static,
		Page:    func(w http.ResponseWriter, r *http.Request, v httpd.Visit) { p.Page(w, r, web.Visit(v)) },
		SignIn:  func(w http.ResponseWriter, s httpd.SignIn) { p.SignIn(w, web.SignIn(s)) },
		GoOn:    func(w http.ResponseWriter, g httpd.GoOn) { p.GoOn(w, web.GoOn(g)) },
		Trouble: func(w http.ResponseWriter, t httpd.Trouble) { p.Trouble(w, t.Status, t.ID) },
	}
}

func sourceOf(t *testing.T) *tls.Config {
	t.Helper()
	cert, key, err := tlscert.Self(t.TempDir(), "host.example", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	src, err := tlscert.Watch(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return tlscert.Config(src)
}

func (g *rig) serve(o httpd.Serving) {
	g.t.Helper()
	g.tls = &tls.Config{InsecureSkipVerify: true}
	c := sourceOf(g.t)
	list := []httpd.Listener{
		{Name: "whm", Addr: "127.0.0.1:0", TLS: c, Handler: g.server.WHM()},
		{Name: "cpanel", Addr: "127.0.0.1:0", TLS: c, Handler: g.server.CPanel()},
		{Name: "https", Addr: "127.0.0.1:0", TLS: c, Handler: g.server.HTTPS()},
	}
	var err error
	if g.run, err = httpd.Start(context.Background(), list, o); err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(g.stop)
}

// stop ends the server; afterwards the log is complete.
func (g *rig) stop() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // connections that a test left open are not waited for
	_ = g.run.Shutdown(ctx)
}

func (g *rig) logged() string {
	g.stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.log.String()
}

func (g *rig) called() []seen {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]seen(nil), g.calls...)
}

// client is one connection, spoken to by hand.
type client struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func (g *rig) dial(listener string) *client {
	g.t.Helper()
	conn, err := (&tls.Dialer{Config: g.tls}).DialContext(context.Background(), "tcp", g.run.Addr(listener))
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute)) // a test that hangs should say where
	return &client{g.t, conn, bufio.NewReader(conn)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

type reply struct {
	*http.Response
	body string
}

// read reads one answer to a request of the given method.
func (c *client) read(method string) reply {
	c.t.Helper()
	res, err := http.ReadResponse(c.r, &http.Request{Method: method})
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = res.Body.Close()
	return reply{res, string(body)}
}

// ended wants the server to have closed the connection.
func (c *client) ended() {
	c.t.Helper()
	if rest, err := io.ReadAll(c.r); err != nil || len(rest) > 0 {
		c.t.Errorf("connection still open or not ended cleanly: %q, %v", rest, err)
	}
}

// ask sends one request on a connection of its own.
func (g *rig) ask(listener, request string) reply {
	g.t.Helper()
	c := g.dial(listener)
	defer func() { _ = c.Close() }()
	c.send(request)
	method, _, _ := strings.Cut(request, " ")
	return c.read(method)
}

// req writes a request: first line without version, header lines, body.
func req(line string, header []string, body string) string {
	h := append([]string{line + " HTTP/1.1", "Host: whm.host.example"}, header...)
	return strings.Join(h, "\r\n") + "\r\n\r\n" + body
}

func (r reply) want(t *testing.T, status int, body string) {
	t.Helper()
	if r.StatusCode != status || r.body != body {
		t.Errorf("got %d %s, want %d %s", r.StatusCode, r.body, status, body)
	}
}

func (r reply) wantHeader(t *testing.T, name, value string) {
	t.Helper()
	if got := strings.Join(r.Header.Values(name), "|"); got != value {
		t.Errorf("%s is %q, want %q", name, got, value)
	}
}

package httpd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Listener is one port to open. Without TLS it speaks plain HTTP.
type Listener struct {
	Name    string // for errors, the log and Running.Addr
	Addr    string // host:port, port 0 for a free one
	TLS     *tls.Config
	Handler http.Handler
}

// Serving is how every listener serves.
type Serving struct {
	Limits Limits
	Log    *slog.Logger
	HTTP2  bool // offer HTTP/2 where there is TLS
}

// Running is a set of listeners that serve.
type Running struct {
	servers []*http.Server
	addrs   map[string]string
	cancel  context.CancelFunc // of every request's context
	serving sync.WaitGroup     // accept loops
	conns   sync.WaitGroup     // connections, added to by accept loops only
	failed  chan error
}

// Start opens every listener, or none, and serves. Requests inherit ctx's values
// but not its end: they end with Shutdown.
func Start(ctx context.Context, listeners []Listener, o Serving) (*Running, error) {
	open, err := bind(ctx, listeners)
	if err != nil {
		return nil, err
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	run := &Running{addrs: map[string]string{}, cancel: cancel, failed: make(chan error, len(listeners))}
	for i, l := range listeners {
		srv := run.server(base, l, o)
		run.servers = append(run.servers, srv)
		run.addrs[l.Name] = open[i].Addr().String()
		run.serving.Go(func() { run.serve(srv, open[i], l) })
	}
	return run, nil
}

func bind(ctx context.Context, listeners []Listener) (open []net.Listener, err error) {
	var lc net.ListenConfig
	for _, l := range listeners {
		ln, err := lc.Listen(ctx, "tcp", l.Addr)
		if err != nil {
			for _, o := range open {
				_ = o.Close()
			}
			return nil, fmt.Errorf("opening listener %s on %s: %w", l.Name, l.Addr, err)
		}
		open = append(open, ln)
	}
	return open, nil
}

func (run *Running) server(base context.Context, l Listener, o Serving) *http.Server {
	limits := o.Limits.filled()
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(o.HTTP2 && l.TLS != nil)
	return &http.Server{
		Handler: l.Handler, TLSConfig: offering(l.TLS, o.HTTP2), Protocols: &protocols,
		MaxHeaderBytes: limits.maxHeaderBytes(), ReadHeaderTimeout: limits.ReadHeader,
		ReadTimeout: limits.Read, WriteTimeout: limits.Write, IdleTimeout: limits.Idle,
		ErrorLog:                     errorLog(o.Log, l.Name),
		BaseContext:                  func(net.Listener) context.Context { return base },
		ConnState:                    run.track,
		DisableGeneralOptionsHandler: true, // OPTIONS * gets our headers, too
	}
}

// offering names the protocols that TLS may settle on, the preferred first. A
// server that names none of those that a client offers must end the handshake,
// and there are clients that offer http/1.0 alone.
func offering(c *tls.Config, http2 bool) *tls.Config {
	if c == nil {
		return nil
	}
	c = c.Clone()
	c.NextProtos = []string{"http/1.1", "http/1.0"}
	if http2 {
		c.NextProtos = slices.Insert(c.NextProtos, 0, "h2")
	}
	return c
}

// track counts connections: net/http reports the end of one as the last thing
// that its goroutine does.
func (run *Running) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		run.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		run.conns.Done()
	}
}

func (run *Running) serve(srv *http.Server, ln net.Listener, l Listener) {
	var err error
	if l.TLS != nil {
		err = srv.ServeTLS(ln, "", "")
	} else {
		err = srv.Serve(ln)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		run.failed <- fmt.Errorf("serving listener %s on %s: %w", l.Name, l.Addr, err)
	}
}

// Addr is the address that a listener got.
func (run *Running) Addr(name string) string { return run.addrs[name] }

// Failed hands out the error of a listener that stopped by itself.
func (run *Running) Failed() <-chan error { return run.failed }

// lastWait is how long connections that were cut off may take to notice.
const lastWait = 2 * time.Second

// Shutdown stops accepting, lets requests finish until ctx ends, cuts off the
// rest, and returns when every goroutine has. Requests that were cut off are an
// error.
func (run *Running) Shutdown(ctx context.Context) error {
	errs := make([]error, len(run.servers))
	var stopping sync.WaitGroup
	for i, srv := range run.servers {
		stopping.Go(func() { errs[i] = stop(ctx, srv) })
	}
	stopping.Wait()
	run.cancel()
	run.serving.Wait()
	return errors.Join(errors.Join(errs...), run.wait())
}

func stop(ctx context.Context, srv *http.Server) error {
	err := srv.Shutdown(ctx)
	if err == nil {
		return nil
	}
	return errors.Join(fmt.Errorf("cutting off requests that were not done: %w", err), srv.Close())
}

// wait gives up on a handler that ignores the end of its context: the process
// has to end, and what was acknowledged is durable.
func (run *Running) wait() error {
	done := make(chan struct{})
	go func() { run.conns.Wait(); close(done) }()
	timer := time.NewTimer(lastWait)
	defer timer.Stop()
	select {
	case <-done:
		return nil
	case <-timer.C:
		return errors.New("a request did not end when it was cut off")
	}
}

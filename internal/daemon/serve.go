package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"time"

	sd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/config"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/tlscert"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const (
	drain      = 10 * time.Second      // how long SIGTERM waits for what has begun
	poll       = 20 * time.Millisecond // how often a node looks for others' changes
	certsCheck = 10 * time.Second      // how often certificate files are looked at
	usesEvery  = 2 * time.Second       // how often the uses of tokens are written: at most 5 s may be lost
)

// ServeOptions says how to serve.
type ServeOptions struct {
	Options
	Hangup    <-chan os.Signal              // SIGHUP: reread certificates and the file
	Reread    func() (config.Config, error) // reads the configuration again
	Listening func(line string)             // told when every listener is up
	// Ready is told after that, with the address that each listener got; may be nil.
	Ready func(app *App, addr func(listener string) string) error
}

// Serve opens the state, or makes it, and serves until ctx ends.
func Serve(ctx context.Context, o ServeOptions) (err error) {
	o.Create, o.Serve = true, true
	if err := os.MkdirAll(o.Config.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	if err := ownFolder(o.Config.Data); err != nil {
		return err
	}
	held, err := lock(filepath.Join(o.Config.Data, lockName))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	a, err := Open(ctx, o.Options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.store.ForgetOthers(ctx, a.incarnation); err != nil { // a full disk; commands may wait a lease for who is gone
		a.log.Warn("the rows of servers before this one stay", "err", err)
	}
	return a.serve(ctx, o)
}

// serve runs the node, the listeners and their keepers, and stops them in the
// reverse order.
func (a *App) serve(ctx context.Context, o ServeOptions) (err error) {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var keepers sync.WaitGroup
	defer keepers.Wait()
	defer stop()
	keepers.Go(a.guard(func() { a.node.Run(background, poll) }))
	keepers.Go(a.guard(func() { a.uses.Run(background, usesEvery) }))

	certs, err := a.certificates()
	if err != nil {
		return err
	}
	keepers.Go(a.guard(func() { a.keepCertificates(background, certs, o) }))
	if err := a.startDNS(); err != nil {
		return err
	}
	defer func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		err = errors.Join(err, a.stopDNS(grace))
	}()
	running, err := a.listen(ctx, certs)
	if err != nil {
		return err
	}
	keepers.Go(a.guard(func() { a.warm(background) }))
	a.running.Store(running)
	o.Listening("listening " + a.addresses())
	_, _ = sd.SdNotify(false, sd.SdNotifyReady) // no systemd is no error
	if o.Ready != nil {
		err = o.Ready(a, a.addr)
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-running.Failed():
		}
	}
	_, _ = sd.SdNotify(false, sd.SdNotifyStopping)
	a.log.Info("stopping", "grace", drain)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err = errors.Join(err, running.Shutdown(grace))
	stop()
	keepers.Wait()
	return errors.Join(err, a.store.Forget(grace, a.incarnation))
}

// warm has the accounts read before somebody waits for their list.
func (a *App) warm(ctx context.Context) {
	if root, err := a.CommandCaller(hostkeep.RootName); err == nil {
		a.api.Call(ctx, root, "listaccts", wire.Pairs("api.chunk.enable", "1", "api.chunk.size", "1"))
	}
}

// certificates opens the pair that was given, or this state's own.
func (a *App) certificates() (*tlscert.Source, error) {
	cert, key := a.cfg.TLSCert, a.cfg.TLSKey
	if cert == "" {
		var err error
		if cert, key, err = tlscert.Self(a.cfg.Data, a.host, a.now); err != nil {
			return nil, err
		}
	}
	return tlscert.Watch(cert, key)
}

// keepCertificates rereads the pair when its files change or SIGHUP asks. The
// settings file is checked at SIGHUP; what in it needs a restart is said.
func (a *App) keepCertificates(ctx context.Context, certs *tlscert.Source, o ServeOptions) {
	tick := time.NewTicker(certsCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			changed, err := certs.Check()
			if changed || err != nil {
				a.tellCertificate(err)
			}
		case <-o.Hangup:
			a.reread(o)
			a.tellCertificate(certs.Reload())
		}
	}
}

func (a *App) tellCertificate(err error) {
	if err != nil {
		a.log.Error("the certificate cannot be reread; the old one stays", "err", err)
		return
	}
	a.log.Info("the certificate was reread")
}

func (a *App) reread(o ServeOptions) {
	if o.Reread == nil {
		return
	}
	cfg, err := o.Reread()
	switch {
	case err != nil:
		a.log.Error("the configuration cannot be reread; the old one stays", "err", err)
	case !reflect.DeepEqual(cfg, a.cfg): // not the listings, which leave secrets out
		a.log.Warn("the configuration has changed; a restart brings it into force")
	}
}

// listen binds every listener.
func (a *App) listen(ctx context.Context, certs *tlscert.Source) (*httpd.Running, error) {
	server := a.httpServer()
	config := tlscert.Config(certs)
	var list []httpd.Listener
	add := func(name, addr string, tlsConfig *tls.Config, h http.Handler) {
		if addr != "" && addr != "off" {
			list = append(list, httpd.Listener{Name: name, Addr: addr, TLS: tlsConfig, Handler: h})
		}
	}
	add("whm", a.cfg.WHM, config, server.WHM())
	add("cpanel", a.cfg.CPanel, config, server.CPanel())
	add("https", a.cfg.HTTPS, config, server.HTTPS())
	add("admin", a.cfg.Admin, nil, httpd.Admin(a.metrics.Handler(), a.ready))
	return httpd.Start(ctx, list, httpd.Serving{Limits: a.limits(), Log: a.log, HTTP2: a.cfg.HTTP.HTTP2})
}

func (a *App) addresses() string {
	var parts []string
	for _, name := range []string{"whm", "cpanel", "https", "dns", "admin"} {
		if addr := a.addr(name); addr != "" {
			parts = append(parts, name+"="+addr)
		}
	}
	return strings.Join(parts, " ")
}

// ready is what /readyz says.
func (a *App) ready() error { return judged{a.node, a.keyErr}.Ready() }

// guard ends the process when a keeper panics, and logs where, without values:
// a server that no longer follows the store must not go on, and its supervisor
// starts it anew.
func (a *App) guard(keep func()) func() {
	return func() {
		defer func() {
			if thrown := recover(); thrown != nil {
				a.log.Error("panic in the background; stopping", "type", fmt.Sprintf("%T", thrown), "stack", httpd.Stack(4))
				os.Exit(1)
			}
		}()
		keep()
	}
}

// Package daemon is the composition root: it opens the state, wires the parts
// to each other, starts and stops them. It is the only package that may import
// everything, and holds no rule of the protocol itself.
package daemon

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/audit"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/config"
	"github.com/hostkeep/hostkeep/internal/hooks"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/keyring"
	"github.com/hostkeep/hostkeep/internal/live"
	"github.com/hostkeep/hostkeep/internal/metrics"
	"github.com/hostkeep/hostkeep/internal/nameserver"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/usage"
	"github.com/hostkeep/hostkeep/internal/web"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// App is an opened state with everything that answers a call, without
// listeners. A command and the server are made of the same.
type App struct {
	cfg     config.Config
	log     *slog.Logger
	now     hostkeep.Clock
	store   *sqlstore.Store
	ring    *keyring.Ring
	keyErr  error // why no credential can be judged: a missing or wrong master key
	node    *live.Node
	hasher  *auth.Hasher
	hash    func(context.Context, hostkeep.Secret) (string, error)
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	servers func(ctx context.Context, domain string) ([]string, error) // the names of its name servers
	auth    *auth.Authenticator
	guards  *auth.Throttle
	hooks   *hooks.Runner // nil: none are set
	metrics *metrics.Metrics
	uses    *usage.Recorder
	api     *api.Catalogue
	cpanel  *api.CPanelCatalogue
	web     *web.Pages
	host    string                        // qualified
	running atomic.Pointer[httpd.Running] // nil while nothing listens
	names   *nameserver.Server            // nil: there is none
	turns   *zones.Turns                  // of work on large zones

	incarnation string
	loaded      int64  // the record's position when the state was opened
	made        bool   // this opening made the state
	realUser    string // who runs this process, for the record
	serving     bool
}

// Options says how to open a state.
type Options struct {
	Config config.Config
	Log    *slog.Logger
	Now    hostkeep.Clock // nil: the machine's
	Create bool           // a missing state is made
	Serve  bool           // this process answers calls for others
	// RootPassword is set for root when the state is made; empty: one is made
	// and handed to ShowPassword.
	RootPassword hostkeep.Secret
	ShowPassword func(hostkeep.Secret) error
	// hash makes password hashes; nil: the hasher's. Tests that make hundreds of
	// accounts cannot wait for argon2id.
	hash func(context.Context, hostkeep.Secret) (string, error)
	// resolve looks up the addresses of a name, servers the name servers of a domain;
	// nil: the machine's resolver. Tests ask nobody.
	resolve  func(ctx context.Context, host string) ([]netip.Addr, error)
	servers  func(ctx context.Context, domain string) ([]string, error)
	realUser string // who runs this process, when that was asked before; "": ask
}

// Open opens the state of a configuration, or makes it.
func Open(ctx context.Context, o Options) (_ *App, err error) {
	a := &App{cfg: o.Config, log: o.Log, now: o.Now, host: qualifiedHostname(), realUser: cmp.Or(o.realUser, realUser()), serving: o.Serve, resolve: o.resolve, servers: o.servers, turns: zones.NewTurns()}
	if a.now == nil {
		a.now = time.Now
	}
	if a.resolve == nil {
		a.resolve = lookup
	}
	if a.servers == nil {
		a.servers = lookupNS
	}
	if !a.embedded() {
		return nil, errors.New("--database postgres://… is not available yet: the store speaks it, but no node waits for the others")
	}
	if a.incarnation, err = incarnation(); err != nil {
		return nil, err
	}
	if err := a.folder(o.Create); err != nil {
		return nil, err
	}
	if err := a.openStore(ctx, o); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = a.store.Close()
		}
	}()
	if err := a.wire(o.hash); err != nil {
		return nil, err
	}
	if err := a.node.Load(ctx); err != nil {
		return nil, err
	}
	if o.Serve {
		if err := a.makeZones(ctx); err != nil {
			return nil, err
		}
	}
	a.loaded = a.node.Seq()
	return a, nil
}

func incarnation() (string, error) {
	b := make([]byte, 8)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("naming this process: %w", err)
	}
	return hex.EncodeToString(b), nil
}

// folder makes sure that the data folder is there.
func (a *App) folder(create bool) error {
	dir := a.cfg.Data
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) && !create {
		return fmt.Errorf("there is no state in %s; `hostkeep init` makes one", dir)
	}
	if !a.serving {
		if err := becomeOwner(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	return nil
}

// openStore opens the store and the master key that belongs to it, and makes
// both together on the first start.
func (a *App) openStore(ctx context.Context, o Options) (err error) {
	var chain *audit.Chain
	seal := func(e *hostkeep.Event) { chain.Seal(e) }
	a.store, err = sqlstore.Open(ctx, sqlstore.Options{
		Database: a.cfg.Database, Now: a.now, Node: a.incarnation, Create: o.Create, Seal: seal,
	})
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = a.store.Close()
		}
	}()
	check, err := a.store.KeyCheck(ctx)
	if err != nil {
		return err
	}
	if check == "" && !o.Create {
		return fmt.Errorf("the state in %s was never finished; `hostkeep init` makes it", a.cfg.Data)
	}
	if err := a.key(check); err != nil {
		return err
	}
	chain = audit.New(a.ring.RecordMAC)
	if check == "" {
		return a.bootstrap(ctx, o)
	}
	return nil
}

// key loads the master key. On a store that has one, a missing or wrong key
// never makes another: the server starts and refuses every credential, and a
// command fails.
func (a *App) key(check string) error {
	ring, err := keyring.Load(a.cfg.KeyFile)
	switch {
	case check == "" && errors.Is(err, os.ErrNotExist):
		ring, err = keyring.Create(a.cfg.KeyFile)
		if err != nil {
			return err
		}
	case check != "" && err == nil && ring.Check() != check:
		err = fmt.Errorf("the master key in %s is not the one of this state", a.cfg.KeyFile)
	}
	if err != nil && (check == "" || !a.serving) {
		return err
	}
	if err != nil {
		a.keyErr = err
		a.log.Error("every credential is refused: the master key of this state is needed", "err", err)
		if ring, err = keyring.Blank(); err != nil {
			return err
		}
	}
	a.ring = ring
	return nil
}

// bootstrap makes the state's first content: root, with a password.
func (a *App) bootstrap(ctx context.Context, o Options) error {
	password, made := o.RootPassword, false
	if password.Empty() {
		var err error
		if password, err = auth.NewPassword(rand.Reader); err != nil {
			return err
		}
		made = true
	}
	hash, err := auth.NewHasher(1).Hash(ctx, password)
	if err != nil {
		return err
	}
	if made {
		// Shown before it counts: a password that was made and not shown would
		// lock root out for good.
		if err := o.ShowPassword(password); err != nil {
			return fmt.Errorf("handing over root's password: %w", err)
		}
	}
	change := hostkeep.Change{Function: "init", Args: "{}", Caller: hostkeep.Caller{
		User: hostkeep.Principal{ID: hostkeep.RootID, Name: hostkeep.RootName}, Via: hostkeep.ViaSystem, RealUser: a.realUser,
	}}
	a.made = true
	return a.store.Bootstrap(ctx, change, sqlstore.Bootstrap{KeyCheck: a.ring.Check(), RootPassword: hash})
}

// wire fits the parts together.
func (a *App) wire(hash func(context.Context, hostkeep.Secret) (string, error)) (err error) {
	a.guards = auth.NewThrottle(guardSettings(a.cfg.Brute), a.now)
	if err := a.newNames(); err != nil {
		return err
	}
	o := live.Options{
		Store: a.store, Incarnation: a.incarnation, Name: a.cfg.Node, Lease: a.cfg.Lease, LeaseByWrite: !a.embedded(), Log: a.log,
		Diverged: func(err error) bool { return errors.Is(err, sqlstore.ErrDiverged) },
		Silent:   !a.serving, Guard: a.guards,
	}
	if a.names != nil {
		o.Zones = &zoneFeed{names: a.names, log: a.log}
	}
	a.node = live.New(o)
	a.hasher = auth.NewHasher(max(1, runtime.NumCPU()/2)) // passwords must leave tokens room
	if a.hash = hash; hash == nil {
		a.hash = a.hasher.Hash
	}
	a.auth = auth.New(auth.Options{
		Memory: judged{a.node, a.keyErr}, Passwords: passwords{a.store}, Hasher: a.hasher, Throttle: a.guards, HashToken: a.ring.HashToken, Now: a.now,
		Sessions: sessionStore{a.store}, Keys: a.ring, Codes: codes{a.store, a.ring},
	})
	a.uses = usage.New(usage.Options{Store: a.store, Node: a.incarnation, Now: a.now, Log: a.log})
	a.metrics = metrics.New()
	if err := a.metrics.Head(a.node.Seq); err != nil {
		return err
	}
	if a.hooks, err = a.runner(); err != nil {
		return err
	}
	if a.api, err = a.catalogue(); err != nil {
		return err
	}
	if a.cpanel, err = a.cpanelCatalogue(); err != nil {
		return err
	}
	a.web, err = a.newPages()
	return err
}

func (a *App) embedded() bool { return strings.HasPrefix(a.cfg.Database, "sqlite:") }

// Close ends the hooks that run, and lets go of the state.
func (a *App) Close() error {
	if a.hooks != nil {
		a.hooks.Close()
	}
	return a.store.Close()
}

// Call answers one call: a command's way from here on is that of a request.
func (a *App) Call(ctx context.Context, c hostkeep.Caller, function string, p wire.Params) api.Reply {
	return a.api.Call(ctx, c, function, p)
}

// Catalogue is what can be called.
func (a *App) Catalogue() *api.Catalogue { return a.api }

// CommandCaller is the caller that a command on this machine is: the WHM user
// it names, with all its rights.
func (a *App) CommandCaller(user string) (hostkeep.Caller, error) {
	p, ok := a.node.PrincipalByName(user)
	if !ok || !p.WHMUser() {
		return hostkeep.Caller{}, hostkeep.Errorf(hostkeep.NotFound, "%q is neither root nor a reseller here.", hostkeep.Clip(user, 64))
	}
	if p.Suspended {
		return hostkeep.Caller{}, hostkeep.Errorf(hostkeep.Denied, "%s is suspended.", p.Name)
	}
	return hostkeep.Caller{User: p, Via: hostkeep.ViaCommand, Rights: p.Rights(), RealUser: a.realUser, RequestID: a.incarnation}, nil
}

// Settle waits until what this process changed is in force on every live node,
// or says which node it could not wait for. Who changed nothing waits for nobody:
// a server posts a position only for those who wait.
func (a *App) Settle(ctx context.Context) error {
	if a.node.Seq() == a.loaded {
		return nil
	}
	alive := func() bool { return true }
	if a.embedded() {
		alive = func() bool { return locked(filepath.Join(a.cfg.Data, lockName)) }
	}
	return a.node.Settle(ctx, a.node.Seq(), alive)
}

// judged is the node's memory under the condition that the key is right.
type judged struct {
	*live.Node
	keyErr error
}

// Ready is nil while credentials can be judged.
func (j judged) Ready() error {
	if j.keyErr != nil {
		return j.keyErr
	}
	return j.Node.Ready()
}

type passwords struct{ store *sqlstore.Store }

// PasswordHash answers the stored password hash of a principal.
func (p passwords) PasswordHash(ctx context.Context, id int64) (hash string, err error) {
	err = p.store.Read(ctx, func(r *sqlstore.Reader) (err error) {
		hash, err = r.PasswordHash(id)
		return err
	})
	return hash, err
}

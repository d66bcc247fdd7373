package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/config"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// testing.TB and rapid.T have this much in common.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}

// world is an opened state with a clock that stands still until it is moved.
type world struct {
	*App
	t   tb
	now time.Time

	browsers  int                     // that were made
	outside   map[string][]netip.Addr // what the machine's resolver would say
	delegated map[string][]string     // and what of name servers
}

// open opens the state in dir, or one as a first start leaves it. Passwords are not
// hashed slowly, and not hidden.
func open(t tb, dir string) *world {
	t.Helper()
	state := filepath.Join(dir, "state")
	if _, err := os.Stat(state); errors.Is(err, os.ErrNotExist) {
		files, err := firstState()
		if err == nil {
			err = files.into(state)
		}
		if err != nil {
			t.Fatalf("a first state: %v", err)
		}
	}
	return openWith(t, dir, func(*config.Config) {})
}

// openWith is open with other settings. Nobody renews the lease here, and a test
// may take longer than the usual one.
func openWith(t tb, dir string, set func(*config.Config)) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	cfg, err := config.Load(map[string]string{"data": filepath.Join(dir, "state"), "node": "test", "lease": "1h"}, func(string) string { return "" })
	if err != nil {
		t.Fatalf("settings: %v", err)
	}
	set(&cfg)
	w.App, err = Open(context.Background(), Options{
		Config: cfg, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Create: true, Serve: true,
		Now:          func() time.Time { return w.now },
		RootPassword: hostkeep.NewSecret("the password of root"),
		resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			if list, ok := w.outside[host]; ok {
				return list, nil
			}
			return nil, fmt.Errorf("there is no %s", host)
		},
		servers: func(_ context.Context, domain string) ([]string, error) {
			if list, ok := w.delegated[domain]; ok {
				return list, nil
			}
			return nil, fmt.Errorf("there are no name servers of %s", domain)
		},
		hash: func(_ context.Context, s hostkeep.Secret) (string, error) { return "plain " + s.Reveal(), nil },
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return w
}

func opened(t *testing.T) *world {
	w := open(t, t.TempDir())
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return w
}

// stateFiles are the files of a state by their names.
type stateFiles map[string][]byte

// firstState is what a first start leaves, made once: the migrations and root's slow
// hash cost more than most tests do.
var firstState = sync.OnceValues(func() (files stateFiles, err error) {
	dir, err := os.MkdirTemp("", "hostkeep-first")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := openWith(failing{}, dir, func(*config.Config) {}).Close(); err != nil {
		return nil, err
	}
	files = stateFiles{}
	list, err := os.ReadDir(filepath.Join(dir, "state"))
	for _, f := range list {
		if err == nil {
			files[f.Name()], err = os.ReadFile(filepath.Join(dir, "state", f.Name()))
		}
	}
	return files, err
})

func (f stateFiles) into(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	for name, text := range f {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
	}
	return err
}

// failing is a test's part where there is no test.
type failing struct{}

func (failing) Helper() {}

func (failing) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// root is the caller with every right.
func (w *world) root() hostkeep.Caller {
	w.t.Helper()
	return w.as(hostkeep.RootName)
}

// as is a WHM user who signed in with a password.
func (w *world) as(user string) hostkeep.Caller {
	w.t.Helper()
	c, err := w.CommandCaller(user)
	if err != nil {
		w.t.Fatalf("caller %s: %v", user, err)
	}
	c.Via = hostkeep.ViaPassword
	return c
}

// with is a caller who shows a token, through the real authenticator.
func (w *world) with(user string, secret hostkeep.Secret, from string) (hostkeep.Caller, error) {
	return w.authenticate(context.Background(), httpd.Credential{
		Authorization: []string{"whm " + user + ":" + secret.Reveal()}, Addr: netip.MustParseAddr(from), ID: "0123456789abcdef",
	})
}

// must calls and expects success.
func (w *world) must(c hostkeep.Caller, function string, nameValue ...string) api.Reply {
	w.t.Helper()
	r := w.Call(context.Background(), c, function, wire.Pairs(nameValue...))
	if !r.OK {
		w.t.Fatalf("%s %q: %s", function, nameValue, r.Reason)
	}
	return r
}

// dataOf reads the data of an answer as a client would.
func dataOf(t tb, r api.Reply) map[string]any {
	t.Helper()
	var answer struct{ Data map[string]any }
	if err := json.Unmarshal(r.AppendJSON(nil), &answer); err != nil {
		t.Fatalf("the answer of %s is no JSON: %v", r.Command, err)
	}
	return answer.Data
}

// newToken makes a token and returns its secret.
func (w *world) newToken(c hostkeep.Caller, nameValue ...string) hostkeep.Secret {
	w.t.Helper()
	secret, _ := dataOf(w.t, w.must(c, "api_token_create", nameValue...))["token"].(string)
	return hostkeep.NewSecret(secret)
}

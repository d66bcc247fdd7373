package daemon

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/config"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// hooked opens a state with hooks, each a line of shell that has its folder as $1.
func hooked(t *testing.T, list ...config.Hook) (w *world, dir string) {
	dir = t.TempDir()
	for i := range list {
		list[i].Command = []string{"/bin/sh", "-c", list[i].Command[0], "sh", dir}
		list[i].Timeout = time.Minute
	}
	w = openWith(t, dir, func(c *config.Config) { c.Hooks = list })
	t.Cleanup(func() { _ = w.Close() })
	return w, dir
}

func line(function, stage, shell string) config.Hook {
	return config.Hook{Function: function, Stage: stage, Command: []string{shell}}
}

// told is what a hook wrote down of its standard input.
type told struct {
	Function, Stage string
	Caller          struct{ User, Via string }
	Arguments       map[string]any
	Result          struct {
		Reason string
		Data   map[string]any
		Output struct{ Raw string }
	}
}

func read(t *testing.T, file string) (got told, all string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	return got, string(text)
}

// TestHooks: a hook that makes an account real gets the password when it says so,
// another one does not, and neither finds it in the record.
func TestHooks(t *testing.T) {
	t.Parallel()
	knows := line("createacct", "post", `cat > "$1/knows"`)
	knows.Secrets = true
	w, dir := hooked(t, knows, line("*", "post", `cat > "$1/other"`), line("createacct", "pre", `cat > "$1/before"`))
	root := w.root()
	create := []string{"username", "bob", "domain", "bob.example", "password", "a long secretword"}
	w.must(root, "createacct", create...)
	got, _ := read(t, filepath.Join(dir, "knows"))
	if got.Function != "createacct" || got.Stage != "post" || got.Caller.User != "root" || got.Caller.Via != "password" ||
		got.Arguments["username"] != "bob" || got.Arguments["password"] != "a long secretword" || got.Result.Reason != "Account Creation Ok" ||
		got.Result.Data["package"] != "default" || !strings.Contains(got.Result.Output.Raw, "a long secretword") {
		t.Errorf("with secrets: %+v", got)
	}
	for _, name := range []string{"other", "before"} {
		got, all := read(t, filepath.Join(dir, name))
		if got.Arguments["username"] != "bob" || got.Arguments["password"] != "***" || strings.Contains(all, "secretword") {
			t.Errorf("%s: %s", name, all)
		}
		if (got.Result.Data["package"] == "default") != (name == "other") {
			t.Errorf("%s is told the result %+v", name, got.Result)
		}
	}
	w.must(root, "api_token_create", "token_name", "t", "acl", "list-accts")
	if got, all := read(t, filepath.Join(dir, "other")); got.Function != "api_token_create" || strings.Contains(all, `"HK`) || got.Result.Data != nil {
		t.Errorf("of a token: %s", all)
	}
	w.must(root, "listaccts")
	if got, _ := read(t, filepath.Join(dir, "other")); got.Function != "api_token_create" {
		t.Errorf("a function that reads ran a hook: %+v", got)
	}
}

// TestHooksRefuse: what a hook refuses is not done, also inside a batch; and it is
// asked only of what is allowed and well formed.
func TestHooksRefuse(t *testing.T) {
	t.Parallel()
	w, dir := hooked(t, line("createacct", "pre", `cat > "$1/asked"; echo "No more accounts here."; exit 1`))
	root := w.root()
	w.refused(root, "must be", "createacct", "username", "bob", "domain", "bob.example", "maxpop", "lots")
	if _, err := os.Stat(filepath.Join(dir, "asked")); err == nil {
		t.Error("the hook was asked of a call that cannot be read")
	}
	r := w.Call(context.Background(), root, "createacct", wire.Pairs("username", "bob", "domain", "bob.example"))
	if r.OK || r.Reason != "No more accounts here." {
		t.Errorf("refused with %q", r.Reason)
	}
	e := w.batch(root, "", "createacct?username=bob&domain=bob.example", "version")
	if got, want := e.results(), []string{"createacct=0", "version=1"}; !slices.Equal(got, want) {
		t.Errorf("in a batch: %q, want %q", got, want)
	}
	w.refused(root, "Account does not exist", "accountsummary", "user", "bob")
}

// TestHooksFailAfter: the change stands, the caller is warned, and the record says so
// without what the program said; also when the change took the caller's credential away.
func TestHooksFailAfter(t *testing.T) {
	t.Parallel()
	w, _ := hooked(t, line("*", "post", `echo "the disk is full"; exit 9`))
	secret := w.newToken(w.root(), "token_name", "t", "acl-0", "manage-api-tokens", "acl-1", "list-accts")
	c, err := w.with("root", secret, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	r := w.must(c, "api_token_revoke", "token_name", "t")
	if answer := text(r); !strings.Contains(answer, `"warnings":["api_token_revoke is done, but the hook sh failed: the disk is full"]`) {
		t.Errorf("the answer is %s", answer)
	}
	events, err := w.store.Events(context.Background(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	last := events[len(events)-1]
	if last.Function != "hook" || last.Via != "system" || last.Args != `{"function":"api_token_revoke","user":"root","program":"/bin/sh","error":"exit status 9"}` {
		t.Errorf("the record ends with %+v", last)
	}
	if _, err := w.with("root", secret, "192.0.2.1"); err == nil {
		t.Error("the change did not stand")
	}
}

package hooks_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/hooks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shell is a hook that is a line of shell; $1 is file.
func shell(pre bool, line, file string) hooks.Hook {
	return hooks.Hook{Function: "createacct", Pre: pre, Command: []string{"/bin/sh", "-c", line, "sh", file}, Timeout: time.Minute}
}

// rig is a runner and what it recorded.
type rig struct {
	*hooks.Runner
	recorded []string
}

func newRig(t *testing.T, list ...hooks.Hook) *rig {
	t.Helper()
	g := &rig{}
	r, err := hooks.New(hooks.Options{Hooks: list, Log: slog.New(slog.DiscardHandler), Record: func(_ context.Context, c api.Call, program, what string) error {
		g.recorded = append(g.recorded, c.Function+" "+program+" "+what)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	g.Runner = r
	return g
}

func call() api.HookCall {
	word := map[bool]string{true: "secretword", false: "***"}
	return api.HookCall{
		Call: api.Call{Function: "createacct", Version: 1, Caller: hostkeep.Caller{
			User: hostkeep.Principal{ID: 1, Name: "root"}, Via: hostkeep.ViaToken, Addr: netip.MustParseAddr("192.0.2.1"), RequestID: "id",
		}},
		Arguments: func(secrets bool) []byte { return []byte(`{"username":"bob","password":"` + word[secrets] + `"}`) },
	}
}

// read reads what a hook left in a file.
func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatAHookIsTold(t *testing.T) {
	t.Parallel()
	for _, secrets := range []bool{true, false} {
		file := filepath.Join(t.TempDir(), "told")
		h := shell(true, `cat > "$1"; env > "$1.env"; pwd >> "$1.env"; echo "$@" > "$1.args"`, file)
		h.Secrets = secrets
		if err := newRig(t, h).Before(t.Context(), call()); err != nil {
			t.Fatal(err)
		}
		var got, want any
		text := `{"function":"createacct","version":1,"stage":"pre","caller":{"user":"root","via":"token","address":"192.0.2.1","request_id":"id"},` +
			`"arguments":{"username":"bob","password":"` + map[bool]string{true: "secretword", false: "***"}[secrets] + `"}}`
		if err := errors.Join(json.Unmarshal([]byte(read(t, file)), &got), json.Unmarshal([]byte(text), &want)); err != nil {
			t.Fatal(err)
		}
		if a, b := read(t, file), text+"\n"; a != b {
			t.Errorf("told %s, want %s", a, b)
		}
		environment := strings.Fields(read(t, file+".env"))
		environment = slices.DeleteFunc(environment, func(s string) bool {
			return strings.HasPrefix(s, "PWD=") || strings.HasPrefix(s, "OLDPWD=") || s == "_=/usr/bin/env"
		})
		slices.Sort(environment)
		if strings.Join(environment, " ") != "/ LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" {
			t.Errorf("its environment and folder are %q", environment)
		}
	}
}

func TestOnlyItsFunctionsAndItsStage(t *testing.T) {
	t.Parallel()
	h := shell(true, "echo no; exit 1", "")
	h.Function = "create*"
	g := newRig(t, h)
	c := call()
	if g.Before(t.Context(), c) == nil || g.After(t.Context(), c) != nil {
		t.Error("a hook of another stage ran, or its own did not")
	}
	c.Function = "removeacct"
	if err := g.Before(t.Context(), c); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`echo "bob may not be" ; echo more; exit 3`:    "bob may not be",
		`echo "on errors" >&2; exit 1`:                 "on errors",
		`echo errors >&2; echo "output first"; exit 1`: "output first",
		`printf '\n \033[31mred\a\377\n'; exit 1`:      "[31mred?",
		`exit 1`:     "A hook of this server refused this; nothing was done.",
		`kill -9 $$`: "A hook of this server refused this; nothing was done.",
		`yes y | tr -d '\n' | head -c 1000000; exit 1`: strings.Repeat("y", 300) + "…",
		`yes y | tr -d '\n' | head -c 1000000; exit 0`: "",
		`exec < /dev/null; exit 0`:                     "",
		`(sleep 300 & ) ; exit 0`:                      "", // its child is killed
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			err := newRig(t, shell(true, line, "")).Before(t.Context(), call())
			got := ""
			var told *hostkeep.Error
			if errors.As(err, &told) {
				got = told.Message
			} else if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// TestLate: a program that takes too long is killed, and its children too.
func TestLate(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "child")
	h := shell(true, `sleep 300 & echo $! > "$1"; echo still busy; wait`, file)
	h.Timeout = 500 * time.Millisecond
	err := newRig(t, h).Before(t.Context(), call())
	if err == nil || err.Error() != "still busy" {
		t.Errorf("late: %v", err)
	}
	alive := func() bool { // a zombie is dead; nobody may have reaped it yet
		stat, err := os.ReadFile("/proc/" + strings.TrimSpace(read(t, file)) + "/stat")
		return err == nil && !strings.Contains(string(stat), ") Z ")
	}
	for end := time.Now().Add(10 * time.Second); alive(); <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("its child lives")
		}
	}
	h = shell(true, "exec sleep 300", "")
	h.Timeout = 100 * time.Millisecond
	if err := newRig(t, h).Before(t.Context(), call()); err == nil || !strings.Contains(err.Error(), "took too long") {
		t.Errorf("late: %v", err)
	}
}

func TestAfter(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "told")
	g := newRig(t, shell(false, "echo secretword is bad; exit 7", ""), shell(false, `cat > "$1"`, file))
	c := call()
	c.Result = func(secrets bool) []byte { return []byte(`{"reason":"OK"}`) }
	got := g.After(t.Context(), c)
	if want := []string{"createacct is done, but the hook sh failed: secretword is bad"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if want := []string{"createacct /bin/sh exit status 7"}; !slices.Equal(g.recorded, want) {
		t.Errorf("recorded %q, want %q", g.recorded, want)
	}
	if told := read(t, file); !strings.Contains(told, `"stage":"post"`) || !strings.Contains(told, `"result":{"reason":"OK"}`) {
		t.Errorf("told %s", told)
	}
}

// TestAtOnce: no more than eight run, and the others have their turn.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	g := newRig(t, shell(true, `d=$(mktemp -d "$1/runs.XXXXXX"); n=$(ls -d "$1"/runs.* | wc -l); sleep 0.05; rmdir "$d"; [ "$n" -le 8 ]`, dir))
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if err := g.Before(context.Background(), call()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// TestClose: closing ends what runs and waits for it.
func TestClose(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "started")
	g := newRig(t, shell(true, `echo > "$1"; exec sleep 300`, fifo))
	done := make(chan error)
	go func() { done <- g.Before(context.Background(), call()) }()
	for { // until it has begun
		if _, err := os.Stat(fifo); err == nil {
			break
		}
		select {
		case err := <-done:
			t.Fatalf("it ended: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	g.Close()
	if err := <-done; err == nil {
		t.Error("a hook that was ended let the call through")
	}
	if err := g.Before(context.Background(), call()); err == nil {
		t.Error("after Close a call was let through")
	}
}

func TestProgramsThatAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, mode os.FileMode) string {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte("#!/bin/sh\n"), 0o600), os.Chmod(file, mode)); err != nil {
			t.Fatal(err)
		}
		return file
	}
	open := write("open/program", 0o755)
	if err := os.Chmod(filepath.Dir(open), 0o777); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(open, link); err != nil {
		t.Fatal(err)
	}
	for program, want := range map[string]string{
		write("good", 0o755):         "",
		write("plain", 0o644):        "is no program",
		write("everybody", 0o757):    "can be written by others",
		write("group", 0o775):        "can be written by others",
		open:                         "which others can write",
		link:                         "which others can write",
		filepath.Join(dir, "nosuch"): "cannot be found",
		dir:                          "is no program",
	} {
		_, err := hooks.New(hooks.Options{Hooks: []hooks.Hook{{Function: "*", Command: []string{program}}}})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", program, err, want)
		}
	}
	// One that is taken away later refuses, and so does one that is opened up.
	program := write("later", 0o755)
	g := newRig(t, hooks.Hook{Function: "*", Pre: true, Command: []string{program}, Timeout: time.Minute})
	if err := os.Chmod(program, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := g.Before(t.Context(), call()); err == nil || !strings.Contains(err.Error(), "could not be run") {
		t.Errorf("an opened program: %v", err)
	}
}

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hostkeep/hostkeep/test/program"
)

// TestScripts runs test/script/*.txtar. What the words beyond testscript's own
// mean is said at each of them below, in verbs_test.go and in asserts_test.go.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "../script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":       verbServe,
			"stop":        verbStop,
			"kill9":       verbKill9,
			"hup":         verbHup,
			"await":       verbAwait,
			"logged":      verbLogged,
			"clock":       verbClock,
			"root-token":  verbRootToken,
			"secret":      verbSecret,
			"setenv-file": verbSetenvFile,
			"setenv-json": verbSetenvJSON,
			"setenv-time": verbSetenvTime,
			"api":         verbAPI,
			"raw":         verbRaw,
			"admin":       verbAdmin,
			"json":        verbJSON,
			"header":      verbHeader,
			"occupy":      verbOccupy,
			"randomfile":  verbRandomFile,
			"foreigndb":   verbForeignDB,
			"certificate": verbCertificate,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("there is no condition %q", cond)
		},
	})
}

// world is what one script has going.
type world struct {
	server  *program.Process
	secrets []string // everything that the script was given or sent as a secret
	last    *answer
	value   any // of the last answer, decoded
}

func setUp(e *testscript.Env) error {
	w := &world{}
	e.Values["world"] = w
	e.Setenv("HOSTKEEP_DATA", filepath.Join(e.WorkDir, "data"))
	e.Setenv("DATA", filepath.Join(e.WorkDir, "data"))
	e.Setenv("CA", filepath.Join(e.WorkDir, "data", "tls", "cert.pem"))
	e.Setenv(program.ClockFile, filepath.Join(e.WorkDir, ".clock"))
	e.Setenv("GORACE", os.Getenv("GORACE"))
	e.Defer(func() {
		if w.server != nil {
			_ = w.server.Kill()
		}
	})
	return nil
}

func of(ts *testscript.TestScript) *world { return ts.Value("world").(*world) }

// environ is the script's environment as a process gets it.
func environ(ts *testscript.TestScript) []string {
	var list []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "HOSTKEEP_DATA", "HOSTKEEP_PROXIES", "HOSTKEEP_CONFIG", program.ClockFile, "GORACE"} {
		if v := ts.Getenv(name); v != "" {
			list = append(list, name+"="+v)
		}
	}
	return list
}

// serve [flag…] starts a server on loopback and waits until it listens; WHM,
// CPANEL, HTTPS and ADMIN are its addresses. ! serve wants a start that fails
// with exit status 1; what it printed is stderr.
// serve -tmpfs FOLDER SIZE [flag…] gives it a small disk of its own there.
func verbServe(ts *testscript.TestScript, neg bool, args []string) {
	w := of(ts)
	if w.server != nil {
		ts.Fatalf("a server is running")
	}
	name, flags := "hostkeep", args
	if len(args) > 2 && args[0] == "-tmpfs" {
		name, flags = "unshare", args[3:]
	}
	all := program.OnLoopback(flags...)
	if name == "unshare" {
		mount := fmt.Sprintf("mount -t tmpfs -o mode=0700,size=%s none %s && exec hostkeep \"$@\"", args[2], args[1])
		all = append([]string{"--mount", "sh", "-c", mount, "sh"}, all...)
	}
	p, err := program.Launch(ts.Getenv("WORK"), environ(ts), name, all...)
	ts.Check(err)
	if neg {
		err := p.Wait()
		_, _ = ts.Stderr().Write([]byte(p.Log.String()))
		if p.Cmd.ProcessState.ExitCode() != 1 {
			ts.Fatalf("the exit status is not 1 but: %v; it printed:\n%s", err, p.Log)
		}
		return
	}
	w.server = p
	ts.Check(p.Listening())
	for listener, addr := range p.Addr {
		ts.Setenv(strings.ToUpper(listener), addr)
	}
	ts.Setenv("PID", fmt.Sprint(p.Cmd.Process.Pid))
}

func running(ts *testscript.TestScript) *program.Process {
	if of(ts).server == nil {
		ts.Fatalf("no server is running")
	}
	return of(ts).server
}

// stop ends the server by SIGTERM, wants exit status 0, and that neither its log
// nor its files hold a secret of the script.
func verbStop(ts *testscript.TestScript, _ bool, _ []string) {
	p := running(ts)
	of(ts).server = nil
	ts.Check(p.Stop())
	for _, s := range of(ts).secrets {
		if strings.Contains(p.Log.String()+p.Out.String(), s) {
			ts.Fatalf("the server's output holds a secret")
		}
	}
	found, err := secretsIn(ts.Getenv("DATA"), of(ts).secrets)
	ts.Check(err)
	if len(found) > 0 {
		ts.Fatalf("secrets stand in %q", found)
	}
}

// kill9 ends the server as a power cut would.
func verbKill9(ts *testscript.TestScript, _ bool, _ []string) {
	p := running(ts)
	of(ts).server = nil
	ts.Check(p.Kill())
}

// hup sends SIGHUP.
func verbHup(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(running(ts).Cmd.Process.Signal(syscall.SIGHUP))
}

// await REGEXP waits until the server's log matches.
func verbAwait(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "REGEXP")
	_, err := running(ts).Log.Await(pattern(ts, args[0]), running(ts).Ended)
	ts.Check(err)
}

// logged REGEXP says that the server's log matches now; ! logged, that it does not.
func verbLogged(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "REGEXP")
	text := running(ts).Log.String()
	if pattern(ts, args[0]).MatchString(text) == neg {
		ts.Fatalf("the log is:\n%s", text)
	}
}

// clock +90d or -1h moves the clock of the server and of all commands.
func verbClock(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "DURATION")
	file := ts.Getenv(program.ClockFile)
	var now time.Duration
	if text, err := os.ReadFile(file); err == nil {
		now, err = time.ParseDuration(string(text))
		ts.Check(err)
	} else if !errors.Is(err, os.ErrNotExist) {
		ts.Check(err)
	}
	// Replaced, not rewritten: whoever reads it meanwhile sees one or the other.
	ts.Check(os.WriteFile(file+".new", []byte((now + duration(ts, args[0])).String()), 0o600))
	ts.Check(os.Rename(file+".new", file))
}

// duration reads what time.ParseDuration does, and days.
func duration(ts *testscript.TestScript, text string) time.Duration {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		_, err := fmt.Sscanf(days, "%d", &n)
		ts.Check(err)
		return time.Duration(n) * 24 * time.Hour
	}
	d, err := time.ParseDuration(text)
	ts.Check(err)
	return d
}

func need(ts *testscript.TestScript, args []string, n int, what string) {
	if len(args) != n {
		ts.Fatalf("wanted: %s", what)
	}
}

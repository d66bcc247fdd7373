package e2e

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/hostkeep/hostkeep/test/program"
)

// nobody is a user id that owns nothing.
const nobody = 65534

// TestNoCoreDumps looks at what the kernel says of a running server: no core
// file, and /proc shut to its own user, which tells that it is not dumpable. A
// program that does nothing about it is started the same way and shows both.
func TestNoCoreDumps(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "hostkeep-dump-") // nobody could not enter t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	own := copyProgram(t, dir)
	// The soft limit is raised to what is allowed, so that there is one to lower.
	raise := "ulimit -c $(ulimit -H -c) && exec \"$@\""
	user := &syscall.SysProcAttr{}
	uid := os.Geteuid()
	if uid == 0 {
		uid, user.Credential = nobody, &syscall.Credential{Uid: nobody, Gid: nobody}
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	environ := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "HOSTKEEP_DATA=" + filepath.Join(dir, "data")}

	idle := exec.CommandContext(t.Context(), "sh", "-c", raise, "sh", "cat")
	idle.Dir, idle.Env, idle.SysProcAttr = dir, environ, user
	stdin, err := idle.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := idle.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := idle.Start(); err != nil {
		t.Fatal(err)
	}
	// When it echoes, it is cat, not the shell before it.
	if _, err := io.WriteString(stdin, "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	limit, owner := kernelView(t, idle.Process.Pid)
	if limit == "0" || owner != uid {
		t.Errorf("a plain program shows core limit %s, /proc owned by %d: this test can see nothing", limit, owner)
	}
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, stdout)
	if err := idle.Wait(); err != nil {
		t.Fatal(err)
	}

	serving := exec.CommandContext(t.Context(), "sh", append([]string{"-c", raise, "sh", own}, program.OnLoopback()...)...)
	serving.Dir, serving.Env, serving.SysProcAttr = dir, environ, user
	p, err := program.Start(serving)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	if err := p.Listening(); err != nil {
		t.Fatal(err)
	}
	if limit, owner := kernelView(t, p.Cmd.Process.Pid); limit != "0" || owner != 0 {
		t.Errorf("the server shows core limit %s, /proc owned by %d", limit, owner)
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
}

// copyProgram puts the program where anybody may run it.
func copyProgram(t *testing.T, dir string) string {
	t.Helper()
	from, err := exec.LookPath("hostkeep")
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "hostkeep")
	// By a program, so that this process never holds it open for writing: a child
	// that is forked meanwhile would keep it from being run.
	if out, err := exec.CommandContext(t.Context(), "install", "-m", "0755", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return to
}

// kernelView is a process's soft limit of core files and the owner of its /proc.
func kernelView(t *testing.T, pid int) (limit string, owner int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^Max core file size +(\S+)`).FindStringSubmatch(string(text))
	if m == nil {
		t.Fatalf("no core limit in:\n%s", text)
	}
	info, err := os.Stat(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(m[1]), int(info.Sys().(*syscall.Stat_t).Uid)
}

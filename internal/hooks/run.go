package hooks

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/hostkeep/hostkeep"
)

const (
	maxOutput = 4 << 10     // bytes of each stream that are kept; the rest is read and dropped
	maxLine   = 300         // bytes of a line that callers are shown
	waitDelay = time.Second // for the output of what outlives the program
)

// failure is a program that ran and failed. Its text holds nothing that the
// program said.
type failure struct {
	late bool
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// run runs a program in a process group of its own, which is killed as a whole
// when ctx ends. It answers the first line of its output, or else of its errors.
func run(ctx context.Context, command []string, input []byte) (line string, err error) {
	if err := checkProgram(command[0]); err != nil { // it may have changed since the start
		return "", err
	}
	var out, errs head
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"}
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = "/", bytes.NewReader(input), &out, &errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = waitDelay
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("starting a hook: %w", err)
	}
	err = cmd.Wait()
	if errors.Is(err, exec.ErrWaitDelay) { // it is done, but its children hold on to its output
		_ = killGroup(cmd)
		err = nil
	}
	line = cmp.Or(out.line(), errs.line())
	switch {
	case err != nil && ctx.Err() != nil:
		return line, &failure{late: true, err: errors.New("it was killed: its time was over")}
	case err != nil:
		return line, &failure{err: err}
	}
	return line, nil
}

func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// head keeps the beginning of what is written to it.
type head struct{ kept []byte }

// Write never fails, so that a program that says too much can go on.
func (h *head) Write(p []byte) (int, error) {
	h.kept = append(h.kept, p[:min(len(p), maxOutput-len(h.kept))]...)
	return len(p), nil
}

// line is the first line that says something, without control characters.
func (h *head) line() string {
	for l := range strings.Lines(strings.ToValidUTF8(string(h.kept), "?")) {
		l = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				return -1
			}
			return r
		}, l)
		if l = strings.TrimSpace(l); l != "" {
			return hostkeep.Clip(l, maxLine)
		}
	}
	return ""
}

// checkProgram refuses a program that is not there, or that somebody else than
// root or this process's user could put another in the place of.
func checkProgram(program string) error {
	real, err := filepath.EvalSymlinks(program)
	if err != nil {
		return fmt.Errorf("the program %s cannot be found: %w", program, err)
	}
	info, err := os.Stat(real)
	switch {
	case err != nil:
		return fmt.Errorf("looking at the program: %w", err)
	case !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		return fmt.Errorf("%s is no program", program)
	case info.Mode()&0o022 != 0 || !ours(info):
		return fmt.Errorf("the program %s can be written by others than its owner, or belongs to somebody else than root and this user", program)
	}
	for _, p := range []string{program, real} {
		for dir := filepath.Dir(p); ; dir = filepath.Dir(dir) {
			info, err := os.Stat(dir)
			if err != nil {
				return fmt.Errorf("looking at the folder of the program: %w", err)
			}
			if info.Mode()&0o002 != 0 && info.Mode()&os.ModeSticky == 0 || !ours(info) {
				return fmt.Errorf("the program %s stands below %s, which others can write", program, dir)
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return nil
}

func ours(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && (s.Uid == 0 || int(s.Uid) == os.Geteuid())
}

package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// Process is a running program, hostkeep or another.
type Process struct {
	Cmd   *exec.Cmd
	Out   *Log // standard output
	Log   *Log // standard error
	Ended chan struct{}
	Err   error             // of the end, once Ended is closed
	Addr  map[string]string // of each listener of a hostkeep that serves, host:port
}

// Start starts a command in the background.
func Start(cmd *exec.Cmd) (*Process, error) {
	p := &Process{Cmd: cmd, Out: newLog(), Log: newLog(), Ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.Out, p.Log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.Err = cmd.Wait()
		close(p.Ended)
	}()
	return p, nil
}

// Launch starts a program by its name or path, in a folder and with an environment.
func Launch(dir string, environ []string, name string, args ...string) (*Process, error) {
	path := name
	if !strings.Contains(name, "/") {
		var err error
		if path, err = exec.LookPath(name); err != nil {
			return nil, err
		}
	}
	cmd := exec.CommandContext(context.Background(), path, args...)
	cmd.Args[0], cmd.Dir, cmd.Env = name, dir, environ
	return Start(cmd)
}

// OnLoopback are the arguments that let any number of servers run side by side.
func OnLoopback(args ...string) []string {
	return append([]string{"serve", "--whm", "127.0.0.1:0", "--cpanel", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--https", "127.0.0.1:0"}, args...)
}

// Serve starts a server, by the name or path of hostkeep, and waits until it listens.
func Serve(dir string, environ []string, name string, args ...string) (*Process, error) {
	p, err := Launch(dir, environ, name, OnLoopback(args...)...)
	if err != nil {
		return nil, err
	}
	return p, p.Listening()
}

// Listening waits for the line that names each address.
func (p *Process) Listening() error {
	m, err := p.Log.Await(regexp.MustCompile(`(?m)^listening (.+)\n`), p.Ended)
	if err != nil {
		return errors.Join(err, p.Kill())
	}
	p.Addr = map[string]string{}
	for _, word := range strings.Fields(m[1]) {
		name, addr, _ := strings.Cut(word, "=")
		p.Addr[name] = addr
	}
	return nil
}

// Wait waits for the end.
func (p *Process) Wait() error {
	select {
	case <-p.Ended:
		return p.Err
	case <-time.After(Patience):
		return errors.Join(errors.New("the process does not end"), p.Kill())
	}
}

// Stop ends it as an administrator would; anything but exit status 0 is an error.
func (p *Process) Stop() error {
	if err := p.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	if err := p.Wait(); err != nil {
		return fmt.Errorf("stopping: %w; it printed:\n%s", err, p.Log)
	}
	return nil
}

// Kill ends it as a power cut would. One that has ended is left as it is.
func (p *Process) Kill() error {
	if err := p.Cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing: %w", err)
	}
	<-p.Ended
	return nil
}

// RootPassword is what the first start left in a data folder.
func RootPassword(data string) (string, error) {
	text, err := os.ReadFile(filepath.Join(data, "root-password"))
	return strings.TrimSpace(string(text)), err
}

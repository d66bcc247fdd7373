package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is how long anything that must come is waited for. Nothing waits so
// long unless it is broken.
const patience = 90 * time.Second

// logbook keeps what a process prints and wakes those who wait for a line.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed and replaced at each write
}

func newLogbook() *logbook { return &logbook{more: make(chan struct{})} }

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.more)
	l.more = make(chan struct{})
	return l.text.Write(p)
}

func (l *logbook) read() (text string, more <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String(), l.more
}

func (l *logbook) String() string {
	text, _ := l.read()
	return text
}

// await waits until what was printed matches, and returns the match with its
// groups.
func (l *logbook) await(re *regexp.Regexp, ended <-chan struct{}) ([]string, error) {
	late := time.After(patience)
	for {
		text, more := l.read()
		if m := re.FindStringSubmatch(text); m != nil {
			return m, nil
		}
		select {
		case <-more:
		case <-ended:
			if m := re.FindStringSubmatch(l.String()); m != nil {
				return m, nil
			}
			return nil, fmt.Errorf("the process ended without printing %q; it printed:\n%s", re, l)
		case <-late:
			return nil, fmt.Errorf("%q was not printed; this was:\n%s", re, l)
		}
	}
}

// process is a running hostkeep.
type process struct {
	cmd   *exec.Cmd
	out   *logbook // standard output
	log   *logbook // standard error
	ended chan struct{}
	err   error             // of Wait, once ended is closed
	addr  map[string]string // of each listener, once it serves
}

// launch starts a command in the background.
func launch(dir string, environ []string, name string, args ...string) (*process, error) {
	p := &process{out: newLogbook(), log: newLogbook(), ended: make(chan struct{})}
	path := name
	if !strings.Contains(name, "/") {
		var err error
		if path, err = exec.LookPath(name); err != nil {
			return nil, err
		}
	}
	p.cmd = exec.CommandContext(context.Background(), path, args...)
	p.cmd.Args[0] = name
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = dir, environ, p.out, p.log
	return p, p.start()
}

func (p *process) start() error {
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return nil
}

// onLoopback are the flags that let any number of servers run side by side.
func onLoopback(args ...string) []string {
	return append([]string{"serve", "--whm", "127.0.0.1:0", "--cpanel", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--https", "127.0.0.1:0"}, args...)
}

// serve starts a server and waits until it listens.
func serve(dir string, environ []string, args ...string) (*process, error) {
	p, err := launch(dir, environ, "hostkeep", onLoopback(args...)...)
	if err != nil {
		return nil, err
	}
	return p, p.listening()
}

// listening waits for the line that names each address.
func (p *process) listening() error {
	m, err := p.log.await(regexp.MustCompile(`(?m)^listening (.+)\n`), p.ended)
	if err != nil {
		return errors.Join(err, p.kill())
	}
	p.addr = map[string]string{}
	words := bufio.NewScanner(strings.NewReader(m[1]))
	words.Split(bufio.ScanWords)
	for words.Scan() {
		name, addr, _ := strings.Cut(words.Text(), "=")
		p.addr[name] = addr
	}
	return nil
}

// wait waits for the end.
func (p *process) wait() error {
	select {
	case <-p.ended:
		return p.err
	case <-time.After(patience):
		return errors.Join(errors.New("the process does not end"), p.kill())
	}
}

// stop ends it as an administrator would; anything but exit status 0 is an error.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	if err := p.wait(); err != nil {
		return fmt.Errorf("stopping: %w; it printed:\n%s", err, p.log)
	}
	return nil
}

// kill ends it as a power cut would. One that has ended is left as it is.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing: %w", err)
	}
	<-p.ended
	return nil
}

// runIn runs a program to its end.
func runIn(dir string, environ []string, stdin, name string, args ...string) (stdout, stderr string, err error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", "", err
	}
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Args[0] = name
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, environ, strings.NewReader(stdin), &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

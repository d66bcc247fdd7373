// Package hooks runs an operator's own programs before and after functions that
// change something. It hands them the call as JSON on standard input, and holds
// them to a time, to a few at once and to a little output. It refuses to know what
// functions there are and what they do.
package hooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"path/filepath"
	"sync"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// atOnce is how many programs run at a time; further ones wait, within their time.
const atOnce = 8

// Hook is one program.
type Hook struct {
	Function string // a glob of function names
	Pre      bool   // before the change; else after
	Command  []string
	Timeout  time.Duration
	Secrets  bool // it is told secrets
}

// Options are what a Runner needs.
type Options struct {
	Hooks []Hook
	Log   *slog.Logger
	// Record writes a row of the record about a program that failed after the
	// change was made. what never holds what the program said.
	Record func(ctx context.Context, c api.Call, program, what string) error
}

// Runner runs hooks. It may be used by any number of goroutines.
type Runner struct {
	Options
	slots  chan struct{}
	ending context.Context // ends with the Runner; each run ends with it
	end    context.CancelFunc
	closed sync.Once
}

// New makes a Runner, after a look at every program.
func New(o Options) (*Runner, error) {
	for _, h := range o.Hooks {
		if err := checkProgram(h.Command[0]); err != nil {
			return nil, fmt.Errorf("hook of %s: %w", h.Function, err)
		}
	}
	r := &Runner{Options: o, slots: make(chan struct{}, atOnce)}
	r.ending, r.end = context.WithCancel(context.Background())
	return r, nil
}

// Close ends what runs, and waits for it. Nothing runs after it.
func (r *Runner) Close() {
	r.closed.Do(func() {
		r.end()
		for range atOnce {
			r.slots <- struct{}{}
		}
	})
}

// Before runs the hooks before a change, in their order. The first that fails
// refuses the call.
func (r *Runner) Before(ctx context.Context, c api.HookCall) error {
	for _, h := range r.of(c.Function, true) {
		line, err := r.call(ctx, h, c)
		if err == nil {
			continue
		}
		r.Log.Info("a hook refused a call", "id", c.RequestID, "function", c.Function, "program", h.Command[0], "err", err)
		var failed *failure
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("running a hook: %w", ctx.Err()) // nobody waits for the answer
		case line != "":
			return hostkeep.Errorf(hostkeep.Conflict, "%s", line)
		case !errors.As(err, &failed):
			return hostkeep.Errorf(hostkeep.Conflict, "A hook of this server could not be run; nothing was done.")
		case failed.late:
			return hostkeep.Errorf(hostkeep.Conflict, "A hook of this server took too long; nothing was done.")
		}
		return hostkeep.Errorf(hostkeep.Conflict, "A hook of this server refused this; nothing was done.")
	}
	return nil
}

// After runs the hooks after a change, all of them.
func (r *Runner) After(ctx context.Context, c api.HookCall) (warnings []string) {
	for _, h := range r.of(c.Function, false) {
		line, err := r.call(ctx, h, c)
		if err == nil {
			continue
		}
		r.Log.Error("a hook failed after the change was made", "id", c.RequestID, "function", c.Function, "program", h.Command[0], "err", err)
		if err := r.Record(ctx, c.Call, h.Command[0], err.Error()); err != nil {
			r.Log.Error("that a hook failed cannot be recorded", "id", c.RequestID, "err", err)
		}
		w := fmt.Sprintf("%s is done, but the hook %s failed", c.Function, filepath.Base(h.Command[0]))
		if line != "" {
			w += ": " + line
		}
		warnings = append(warnings, w)
	}
	return warnings
}

func (r *Runner) of(function string, pre bool) (list []Hook) {
	for _, h := range r.Hooks {
		if fits, err := path.Match(h.Function, function); err == nil && fits && h.Pre == pre {
			list = append(list, h)
		}
	}
	return list
}

// input is what a program reads.
type input struct {
	Function  string          `json:"function"`
	Version   int             `json:"version"`
	Stage     string          `json:"stage"`
	Caller    caller          `json:"caller"`
	Account   string          `json:"account,omitempty"` // whom a function of cPanel's is called for
	Arguments json.RawMessage `json:"arguments"`
	Result    json.RawMessage `json:"result,omitempty"`
}

type caller struct {
	User      string `json:"user"`
	Via       string `json:"via"`
	Address   string `json:"address,omitempty"`
	RequestID string `json:"request_id"`
}

// call runs one program for a call and answers the first line that it wrote.
func (r *Runner) call(ctx context.Context, h Hook, c api.HookCall) (line string, err error) {
	in := input{
		Function: c.Function, Version: c.Version, Stage: "post", Arguments: c.Arguments(h.Secrets),
		Caller: caller{User: c.User.Name, Via: string(c.Via), RequestID: c.RequestID}, Account: c.Account.Name,
	}
	if h.Pre {
		in.Stage = "pre"
	}
	if c.Addr.IsValid() {
		in.Caller.Address = c.Addr.Unmap().String()
	}
	if c.Result != nil {
		in.Result = c.Result(h.Secrets)
	}
	text, err := json.Marshal(in)
	if err != nil {
		return "", fmt.Errorf("telling a hook of the call: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	defer context.AfterFunc(r.ending, cancel)()
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return "", &failure{late: true, err: errors.New("no time was left to start it: others run")}
	}
	if ctx.Err() != nil || r.ending.Err() != nil {
		return "", &failure{late: true, err: errors.New("the server stops")}
	}
	return run(ctx, h.Command, append(text, '\n'))
}

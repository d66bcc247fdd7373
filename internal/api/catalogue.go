package api

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Directory is the node's memory of who is who.
type Directory interface {
	PrincipalByName(name string) (hostkeep.Principal, bool)
}

// Observation is one answered call, for the log and the metrics.
type Observation struct {
	Function string // declared name, or "" for an unknown one
	Caller   hostkeep.Caller
	OK       bool
	Kind     hostkeep.Kind // of the refusal; 0 for an internal error
	Err      error
	Took     time.Duration
}

// Options is what a catalogue needs besides its functions.
type Options struct {
	Directory Directory
	Digest    func(text string) string // keyed digest that stands for a secret in the record
	Observe   func(Observation)        // may be nil
	Now       hostkeep.Clock
}

// Catalogue is the closed set of functions that one server answers.
type Catalogue struct {
	Options
	byName map[string]*Function
	names  []string
}

// New checks every declaration and builds the catalogue.
func New(o Options, families ...[]*Function) (*Catalogue, error) {
	c := &Catalogue{Options: o, byName: map[string]*Function{}}
	var errs []error
	for _, f := range slices.Concat(families...) {
		if f.err != nil {
			errs = append(errs, fmt.Errorf("function %s: %w", f.Name, f.err))
		}
		if c.byName[f.Name] != nil {
			errs = append(errs, fmt.Errorf("function %s: declared twice", f.Name))
		}
		c.byName[f.Name] = f
		c.names = append(c.names, f.Name)
	}
	slices.Sort(c.names)
	return c, errors.Join(errs...)
}

// Functions lists every declared function by name.
func (c *Catalogue) Functions() []*Function {
	fs := make([]*Function, len(c.names))
	for i, n := range c.names {
		fs[i] = c.byName[n]
	}
	return fs
}

// Callable lists the names of the functions that who may call, sorted: applist.
func (c *Catalogue) Callable(who hostkeep.Caller) []string {
	return slices.DeleteFunc(slices.Clone(c.names), func(n string) bool {
		return !DecideFunction(who, &c.byName[n].Decl).Allowed
	})
}

// Reply is one answered call, not yet on any wire.
type Reply struct {
	wire.Reply
	Function string             // declared name, "" for an unknown one
	Kind     hostkeep.Kind      // why not; 0 when OK or internal
	Missing  hostkeep.Privilege // the privilege that would have opened it
}

// Call runs one request: find, authorise, decode, handle, observe. It never
// fails: what went wrong is in the reply.
func (c *Catalogue) Call(ctx context.Context, who hostkeep.Caller, name string, p wire.Params) Reply {
	start := c.Now()
	r := Reply{Reply: wire.Reply{Command: name}}
	f := c.byName[name]
	var err error
	if f == nil {
		err = hostkeep.Errorf(hostkeep.Unsupported, "Unknown app (%q) requested for this version (1) of the API.", hostkeep.Clip(name, 64))
	} else {
		r.Function, r.Out = f.Name, f.Out
		r.Value, err = c.run(ctx, who, f, p)
	}
	r.settle(err, who.RequestID)
	if c.Observe != nil {
		c.Observe(Observation{Function: r.Function, Caller: who, OK: r.OK, Kind: r.Kind, Err: err, Took: c.Now().Sub(start)})
	}
	return r
}

// settle turns the handler's error into what the caller may read.
func (r *Reply) settle(err error, requestID string) {
	var told *hostkeep.Error
	switch {
	case err == nil:
		r.OK = true
	case errors.As(err, &told):
		r.Kind, r.Reason, r.Missing = told.Kind, told.Message, told.Missing
	case errors.Is(err, hostkeep.ErrOutcomeUnknown):
		r.Kind = hostkeep.Unavailable
		r.Reason = fmt.Sprintf("(XID %s) The store was lost while this was being saved: it may or may not be done. Look before you try again.", requestID)
	default:
		r.Reason = fmt.Sprintf("(XID %s) An internal error occurred.", requestID)
	}
}

// run does what is between finding and answering. Privilege comes before
// parameters: an error must not map the API for outsiders.
func (c *Catalogue) run(ctx context.Context, who hostkeep.Caller, f *Function, p wire.Params) (reflect.Value, error) {
	if err := DecideFunction(who, &f.Decl).err(); err != nil {
		return reflect.Value{}, err
	}
	if who.ReadOnly && f.Writes {
		return reflect.Value{}, hostkeep.Errorf(hostkeep.Denied, "%s changes something, which a HEAD request must not.", f.Name)
	}
	if controls := p.Controls(); len(controls) > 0 {
		return reflect.Value{}, hostkeep.Errorf(hostkeep.Unsupported, "Output controls (%s) are not answered yet; leave them out.", strings.Join(controls, ", "))
	}
	if f.Touches != NoCredentials {
		if err := f.In.Misspelt(p); err != nil {
			return reflect.Value{}, err
		}
	}
	in := f.newIn()
	if err := f.In.Decode(in, p); err != nil {
		return reflect.Value{}, err
	}
	if err := Decide(who, &f.Decl, c.resource(f, in)).err(); err != nil {
		return reflect.Value{}, err
	}
	call := Call{Caller: who, Function: f.Name}
	if f.Writes {
		call.Args = f.In.Record(p, c.Digest)
	}
	return f.handle(ctx, call, in)
}

// resource finds what the call acts on, in the node's memory.
func (c *Catalogue) resource(f *Function, in any) (r Resource) {
	if f.account >= 0 {
		r.Name = reflect.ValueOf(in).Elem().Field(f.account).String()
		if t, ok := c.Directory.PrincipalByName(r.Name); ok {
			r.Target = &t
		}
	}
	if m, ok := in.(Granter); ok {
		r.Makes, r.Grants = m.Grants()
	}
	return r
}

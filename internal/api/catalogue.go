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
	Missing  hostkeep.Privilege
	Err      error
	At       time.Time // when it began
	Took     time.Duration
}

// Options is what a catalogue needs besides its functions.
type Options struct {
	Directory Directory
	Digest    func(text string) string // keyed digest that stands for a secret in the record
	Observe   func(Observation)        // may be nil
	Hooks     Hooks                    // may be nil
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
		if f.CPanel.Module != "" {
			errs = append(errs, fmt.Errorf("function %s: it is cPanel's and stands among WHM's", f.Called()))
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

// Callable lists the names of the functions that who may call in a version of
// the API, sorted: applist.
func (c *Catalogue) Callable(who hostkeep.Caller, version int) []string {
	return slices.DeleteFunc(slices.Clone(c.names), func(n string) bool {
		d := &c.byName[n].Decl
		return !d.InVersion(version) || !DecideFunction(who, d).Allowed
	})
}

// Reply is one answered call, not yet on any wire.
type Reply struct {
	wire.Reply
	Kind    hostkeep.Kind      // why not; 0 when OK or internal
	Missing hostkeep.Privilege // the privilege that would have opened it
	Reads   bool               // the function changes nothing
}

// Call runs one request of API 1: find, authorise, decode, handle, observe. It
// never fails: what went wrong is in the reply.
func (c *Catalogue) Call(ctx context.Context, who hostkeep.Caller, name string, p wire.Params) Reply {
	return c.CallVersion(ctx, who, 1, name, p)
}

// CallVersion runs one request of a version of the API, 0 or 1.
func (c *Catalogue) CallVersion(ctx context.Context, who hostkeep.Caller, version int, name string, p wire.Params) Reply {
	start := c.Now()
	r := Reply{Reply: wire.Reply{Command: name, V0: version == 0}}
	f, err := c.find(&r, version)
	if err == nil {
		err = c.run(ctx, who, f, p, &r)
	}
	c.answered(&r, who, start, err)
	return r
}

// answered ends a call: what the caller may read is in the reply, and whoever
// observes has seen it.
func (o *Options) answered(r *Reply, who hostkeep.Caller, start time.Time, err error) {
	r.settle(err, who.RequestID)
	if o.Observe != nil {
		o.Observe(Observation{
			Function: r.Function, Caller: who, OK: r.OK, Kind: r.Kind, Missing: r.Missing, Err: err, At: start, Took: o.Now().Sub(start),
		})
	}
}

// Refuse is the reply to a request that did not get as far as its function, in
// that function's form. An error that is not for the caller is answered as internal.
func (c *Catalogue) Refuse(who hostkeep.Caller, version int, name string, err error) Reply {
	r := Reply{Reply: wire.Reply{Command: name, V0: version == 0}}
	_, _ = c.find(&r, version) // err is why it is refused
	r.settle(err, who.RequestID)
	return r
}

// find puts the function that a reply is of into it. WHM's words differ by version.
func (c *Catalogue) find(r *Reply, version int) (*Function, error) {
	f := c.byName[r.Command]
	switch {
	case f != nil && f.InVersion(version):
		r.Function, r.Out, r.Reads = f.Name, f.Out, !f.Writes
		return f, nil
	case version == 0:
		return nil, hostkeep.Errorf(hostkeep.Unsupported, "Unknown App Requested: %s", hostkeep.Clip(r.Command, 64))
	}
	return nil, hostkeep.Errorf(hostkeep.Unsupported, "Unknown app (%q) requested for this version (1) of the API.", hostkeep.Clip(r.Command, 64))
}

// Partial is the error of a call that failed and yet has data to tell, such as
// how far it came. The error inside says why.
type Partial struct{ Err error }

// Error is the error inside.
func (p *Partial) Error() string { return p.Err.Error() }

// Unwrap is the error inside.
func (p *Partial) Unwrap() error { return p.Err }

// settle turns the handler's error into what the caller may read.
func (r *Reply) settle(err error, requestID string) {
	var told *hostkeep.Error
	var partial *Partial
	r.Partial = errors.As(err, &partial)
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
func (c *Catalogue) run(ctx context.Context, who hostkeep.Caller, f *Function, p wire.Params, r *Reply) error {
	if err := DecideFunction(who, &f.Decl).err(); err != nil {
		return err
	}
	if who.ReadOnly && f.Writes {
		return hostkeep.Errorf(hostkeep.Denied, "%s changes something, which a HEAD request must not.", f.Name)
	}
	plan, err := plan(f, p, r)
	if err != nil {
		return err
	}
	if err := nearMisses(f, p, r); err != nil {
		return err
	}
	in := f.newIn()
	if err := f.In.Decode(in, p); err != nil {
		return err
	}
	if err := Decide(who, &f.Decl, c.resource(f, in)).err(); err != nil {
		return err
	}
	call := c.callOf(f, who, p)
	if call.Version = 1; r.V0 {
		call.Version = 0
	}
	return c.handled(ctx, f, call, in, p, plan, r)
}

// callOf is a call as a handler gets it, but for the version.
func (o *Options) callOf(f *Function, who hostkeep.Caller, p wire.Params) Call {
	call := Call{Caller: who, Function: f.Called()}
	if f.HandsOn {
		call.Params = p
	}
	if f.Writes {
		call.Args = f.In.Record(p, o.Digest)
	}
	return call
}

// handled runs the handler, and finds what of its list is shown.
func (o *Options) handled(ctx context.Context, f *Function, call Call, in any, p wire.Params, plan *wire.Plan, r *Reply) (err error) {
	if err = hooked(ctx, o.Hooks, f, call, in, p, r); err == nil {
		r.Shown, err = f.Out.Select(ctx, plan, r.Value)
	}
	return err
}

// nearMisses refuses a misspelt parameter where ignoring it could leave a
// credential wider than it was meant, and warns of it where something changes.
func nearMisses(f *Function, p wire.Params, r *Reply) error {
	if !f.Writes {
		return nil
	}
	for _, m := range f.In.NearMisses(p) {
		if f.Touches == OwnTokens || f.Touches == AccountTokens || f.Touches == WHMUsers || f.Touches == PrivilegeLists {
			return m.Refusal()
		}
		r.Note.Warnings = append(r.Note.Warnings, m.Warning())
	}
	return nil
}

// plan reads the output controls and fits them to the function's list, before
// anything is done. API 0 has none.
func plan(f *Function, p wire.Params, r *Reply) (*wire.Plan, error) {
	if r.V0 {
		return nil, nil
	}
	view, err := p.View()
	if view == nil || err != nil {
		return nil, err
	}
	on, _ := p.Controls() // View has read them
	return fit(f, view, r, "Output controls ("+strings.Join(on, ", ")+") have no effect here: "+f.Name+" answers no list.")
}

// fit fits a view to a function's list. That there is none is said by noList.
func fit(f *Function, view *wire.View, r *Reply, noList string) (*wire.Plan, error) {
	plan, err := f.Out.Plan(*view)
	switch {
	case err != nil:
		return nil, err
	case plan == nil:
		r.Note.Warnings = append(r.Note.Warnings, noList)
	default:
		r.Note.Warnings = append(r.Note.Warnings, plan.Warnings()...)
	}
	return plan, nil
}

// Explain answers whether Call would let a call of API 1 through that names an
// account ("": none) and nothing else that authorisation cares for: its decisions,
// without the call.
func (c *Catalogue) Explain(who hostkeep.Caller, name, account string) Decision {
	r := Reply{Reply: wire.Reply{Command: name}}
	f, err := c.find(&r, 1)
	if err != nil {
		return Decision{Kind: hostkeep.KindOf(err), Reason: err.Error()}
	}
	in := f.newIn()
	if f.account >= 0 {
		reflect.ValueOf(in).Elem().Field(f.account).SetString(account)
	}
	return Decide(who, &f.Decl, c.resource(f, in))
}

// Room is how many bytes a request of who may have that calls a function of API 1,
// where that is more than others may; else 0.
func (c *Catalogue) Room(who hostkeep.Caller, name string) int {
	f := c.byName[name]
	if f == nil || f.Room == 0 || !DecideFunction(who, &f.Decl).Allowed {
		return 0
	}
	return f.Room
}

// Opens lists the privileges that open a function of API 1; nil for one that is not there.
func (c *Catalogue) Opens(name string) []hostkeep.Privilege {
	if f := c.byName[name]; f != nil {
		return f.Opens
	}
	return nil
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

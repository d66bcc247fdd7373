package api

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// CPanelOptions is what the catalogue of cPanel's functions needs besides them.
type CPanelOptions struct {
	Options
	// Account finds an account as it is now, and which features it may use.
	// hostkeep.ErrNotFound when there is none.
	Account func(ctx context.Context, id int64) (hostkeep.Account, func(feature string) bool, error)
}

// CPanelCatalogue is the closed set of functions of cPanel's APIs that one server
// answers. They are declared as WHM's are, and called for an account.
type CPanelCatalogue struct {
	CPanelOptions
	byName map[cpanelKey]*Function
	keys   []cpanelKey
	names  *wire.Input // of CPanelNames
}

type cpanelKey struct {
	dialect      wire.Dialect
	module, name string
}

func (a cpanelKey) compare(b cpanelKey) int {
	if c := strings.Compare(a.module+"::"+a.name, b.module+"::"+b.name); c != 0 {
		return c
	}
	return strings.Compare(string(b.dialect), string(a.dialect)) // UAPI first
}

// NewCPanel checks every declaration and builds the catalogue.
func NewCPanel(o CPanelOptions, families ...[]*Function) (*CPanelCatalogue, error) {
	names, err := wire.CompileInput(reflect.TypeFor[CPanelNames]())
	c := &CPanelCatalogue{CPanelOptions: o, byName: map[cpanelKey]*Function{}, names: names}
	errs := []error{err}
	for _, f := range slices.Concat(families...) {
		k := cpanelKey{f.CPanel.Dialect, f.CPanel.Module, f.Name}
		if f.err != nil {
			errs = append(errs, fmt.Errorf("function %s: %w", f.Called(), f.err))
		}
		if f.CPanel.Module == "" {
			errs = append(errs, fmt.Errorf("function %s: it is WHM's and stands among cPanel's", f.Name))
		}
		if c.byName[k] != nil {
			errs = append(errs, fmt.Errorf("function %s (%s): declared twice", f.Called(), k.dialect))
		}
		c.byName[k] = f
		c.keys = append(c.keys, k)
	}
	slices.SortFunc(c.keys, cpanelKey.compare)
	return c, errors.Join(errs...)
}

// Functions lists every declared function by module and name, UAPI's first.
func (c *CPanelCatalogue) Functions() []*Function {
	fs := make([]*Function, len(c.keys))
	for i, k := range c.keys {
		fs[i] = c.byName[k]
	}
	return fs
}

// CPanelCall names a function of cPanel's APIs, and whom it is called for.
type CPanelCall struct {
	Dialect wire.Dialect // as the answer is wanted
	Module  string
	Name    string
	Account hostkeep.Principal // as it is now; what it may be to WHM does not count
	Params  wire.Params
}

// spoken is the API that the dialect of an answer belongs to.
func (k CPanelCall) spoken() wire.Dialect {
	if k.Dialect == wire.API2 {
		return wire.API2
	}
	return wire.UAPI
}

// Call runs one request, as Catalogue.Call does. Whether the caller may act for the
// account is settled before.
func (c *CPanelCatalogue) Call(ctx context.Context, who hostkeep.Caller, k CPanelCall) Reply {
	start := c.Now()
	r := Reply{Reply: wire.Reply{Command: k.Name, Module: k.Module, Dialect: k.Dialect}}
	f, err := c.find(&r, k)
	if err == nil {
		err = c.run(ctx, who, f, k, &r)
	}
	c.answered(&r, who, start, err)
	return r
}

// Refuse is the reply to a request that did not get as far as its function.
func (c *CPanelCatalogue) Refuse(who hostkeep.Caller, k CPanelCall, err error) Reply {
	r := Reply{Reply: wire.Reply{Command: k.Name, Module: k.Module, Dialect: k.Dialect}}
	_, _ = c.find(&r, k) // err is why it is refused
	r.settle(err, who.RequestID)
	return r
}

func (c *CPanelCatalogue) find(r *Reply, k CPanelCall) (*Function, error) {
	f := c.byName[cpanelKey{k.spoken(), k.Module, k.Name}]
	if f == nil {
		why := ""
		if service := c.lacks(k); service != "" {
			why = " This server runs no " + service + "."
		}
		return nil, hostkeep.Errorf(
			hostkeep.Unsupported, "There is no function %q in the module %q of %s here.%s", hostkeep.Clip(k.Name, 64), hostkeep.Clip(k.Module, 64), k.spoken(), why,
		)
	}
	r.Function, r.Out, r.Reads = f.Called(), f.Out, !f.Writes
	return f, nil
}

// lacks is the service that functions of a module need and that is not run here: of
// most such modules there are more functions than anybody has named.
func (c *CPanelCatalogue) lacks(k CPanelCall) (service string) {
	for _, key := range c.keys {
		if f := c.byName[key]; key.module == k.Module && key.dialect == k.spoken() && f.CPanel.Lacks != "" {
			return f.CPanel.Lacks
		}
	}
	return ""
}

// run does what is between finding and answering.
func (c *CPanelCatalogue) run(ctx context.Context, who hostkeep.Caller, f *Function, k CPanelCall, r *Reply) error {
	a, may, err := c.Account(ctx, k.Account.ID)
	switch {
	case errors.Is(err, hostkeep.ErrNotFound): // removed meanwhile
		return hostkeep.Errorf(hostkeep.NotFound, "There is no such account any more.")
	case err != nil:
		return fmt.Errorf("finding the account: %w", err)
	}
	if err := DecideCPanel(who, &f.Decl, CPanelResource{Account: k.Account, Suspended: a.Suspended, Has: may}).err(); err != nil {
		return err
	}
	plan, err := cpanelPlan(f, k, r)
	if err != nil {
		return err
	}
	if err := nearMisses(f, k.Params, r); err != nil {
		return err
	}
	in := f.newIn()
	if err := f.In.Decode(in, k.Params); err != nil {
		return err
	}
	if who.User.ID != k.Account.ID {
		who.ActsFor = k.Account
	}
	call := c.callOf(f, who, k.Params)
	call.Account = hostkeep.Principal{
		ID: k.Account.ID, Name: k.Account.Name, OwnerID: k.Account.OwnerID, Suspended: k.Account.Suspended, Change: k.Account.Change,
	}
	call.has = may
	if call.Version = 3; f.CPanel.Dialect == wire.API2 {
		call.Version = 2
	}
	if f.Writes && who.ActsFor.ID != 0 {
		call.Args = actingFor(k.Account.Name, call.Args)
	}
	err = c.handled(ctx, f, call, in, k.Params, plan, r)
	if err == nil && plan != nil && r.Shown == nil {
		r.Note.Warnings = append(r.Note.Warnings, noControls(f))
	}
	return err
}

// noControls is said where the data is no list, or this once is none.
func noControls(f *Function) string {
	return "Output controls have no effect here: " + f.Called() + " answers no list."
}

func noFeature(function, feature string) string {
	return fmt.Sprintf("%s needs the feature %q, which this account does not have.", function, feature)
}

// actingFor puts the account that a WHM user acts for into the record's arguments.
func actingFor(account, args string) string {
	whose := wire.JSONMember("cpanel.user", account)
	if args == "{}" {
		return "{" + whose + "}"
	}
	return "{" + whose + "," + strings.TrimPrefix(args, "{")
}

// cpanelPlan fits the output controls to the function's list.
func cpanelPlan(f *Function, k CPanelCall, r *Reply) (*wire.Plan, error) {
	view, err := k.Params.CPanelView(k.spoken())
	if view == nil || err != nil {
		return nil, err
	}
	return fit(f, view, r, noControls(f))
}

// CPanelResource is the account that a function of cPanel is called for, as far as
// authorisation cares.
type CPanelResource struct {
	Account   hostkeep.Principal
	Suspended bool
	Has       func(feature string) bool
}

// DecideCPanel is the one authorisation of cPanel's functions: a pure function of
// caller, declaration and account.
func DecideCPanel(who hostkeep.Caller, d *Decl, r CPanelResource) Decision {
	deny := func(format string, args ...any) Decision {
		return Decision{Kind: hostkeep.Denied, Reason: fmt.Sprintf(format, args...)}
	}
	forced := who.CPanel && who.MustChangePassword()
	switch {
	case who.CPanel && who.User.ID != r.Account.ID:
		return deny("You may call cPanel's functions for your own account only.")
	case forced && !d.OwnPassword:
		return deny("Your password must be changed before anything else: call Passwd::change_password of API 2, then sign in again. Your hosting company can set another one, too.")
	case d.CPanel.Lacks != "":
		return Decision{Kind: hostkeep.Unsupported, Reason: fmt.Sprintf("%s is not available: this server runs no %s.", d.Called(), d.CPanel.Lacks)}
	case d.CPanel.Feature != AnyFeature && !r.Has(d.CPanel.Feature) && !forced:
		return deny("%s", noFeature(d.Called(), d.CPanel.Feature))
	case d.Writes && who.ReadOnly:
		return deny("%s changes something, which a HEAD request must not.", d.Called())
	case d.Writes && r.Suspended && who.CPanel:
		return deny("The account is suspended.")
	case who.CPanel:
		return allowed
	}
	return decideForAccount(who, d, r.Account)
}

// decideForAccount holds promise 2 for a WHM user that calls for an account: it may do
// with its credentials what WHM's own functions let it do.
func decideForAccount(who hostkeep.Caller, d *Decl, account hostkeep.Principal) Decision {
	if d.Touches != AccountTokens && d.Touches != AccountPassword {
		return allowed
	}
	if len(d.Opens) > 0 {
		if may := decidePrivilege(who, d); !may.Allowed {
			return may
		}
	}
	if err := who.MayTouchUser(account); err != nil {
		return Decision{Kind: hostkeep.Denied, Reason: err.Error()}
	}
	return allowed
}

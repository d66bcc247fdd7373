package api_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const xid = "k3x9"

// desk is a catalogue of test functions, what its handlers were called with and
// what was observed.
type desk struct {
	*testing.T
	c     *api.Catalogue
	calls []api.Call
	seen  []api.Observation
	fail  error // what handlers answer
	clock time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, clock: time.Unix(1_700_000_000, 0)}
	o := api.Options{
		Directory: people{"acct": owned(20, "acct", 10), "foreign": owned(21, "foreign", 99), "lesser": owned(22, "lesser", 10, "passwd")},
		Digest:    func(text string) string { return fmt.Sprintf("digest of %d", len(text)) },
		Observe:   func(o api.Observation) { d.seen = append(d.seen, o) },
		Now:       func() time.Time { return d.clock },
	}
	account := func(a *api.Decl) { a.Account, a.NoAccount = "user", "There is no %s." }
	var err error
	d.c, err = api.New(o, []*api.Function{
		api.Define(decl(func(a *api.Decl) { a.Name = "passwd" }), handler[named](d)),
		api.Define(decl(func(a *api.Decl) {
			account(a)
			a.Name, a.Touches, a.Writes = "suspend", api.NoCredentials, true
		}), handler[named](d)),
		api.Define(decl(func(a *api.Decl) {
			a.Name, a.Touches, a.Account, a.NoAccount = "create", api.NewAccounts, "", ""
		}), handler[grants](d)),
		api.Define(decl(func(a *api.Decl) {
			a.Name, a.Touches, a.Account, a.NoAccount = "tokens", api.OwnTokens, "", ""
		}), handler[grants](d)),
		api.Define(api.Decl{Name: "read", Summary: "s", Opens: []hostkeep.Privilege{hostkeep.Anyone}, Touches: api.NoCredentials},
			func(_ context.Context, c api.Call, in named) (textOut, error) {
				d.calls = append(d.calls, c)
				d.clock = d.clock.Add(1500 * time.Millisecond)
				return textOut{"read " + in.User}, d.fail
			}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func handler[In any](d *desk) func(context.Context, api.Call, In) (api.Done, error) {
	return func(_ context.Context, c api.Call, _ In) (api.Done, error) {
		d.calls = append(d.calls, c)
		return api.Done{}, d.fail
	}
}

func (d *desk) call(who hostkeep.Caller, name string, nameValue ...string) api.Reply {
	who.RequestID = xid
	return d.c.Call(d.Context(), who, name, wire.Pairs(nameValue...))
}

// refused checks a refusal, and that no handler ran.
func (d *desk) refused(about string, r api.Reply, kind hostkeep.Kind, words ...string) {
	d.Helper()
	if r.OK || r.Kind != kind {
		d.Errorf("%s: OK %v, %v %q; want %v", about, r.OK, r.Kind, r.Reason, kind)
	}
	for _, w := range words {
		if !strings.Contains(r.Reason, w) {
			d.Errorf("%s: the reason %q lacks %q", about, r.Reason, w)
		}
	}
	if len(d.calls) > 0 {
		d.Errorf("%s: a handler ran", about)
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	who := password(bob("passwd"))
	r := d.call(who, "read", "user", "acct")
	if !r.OK || r.Kind != 0 || r.Function != "read" || r.Command != "read" || r.Value.Interface() != (textOut{"read acct"}) {
		t.Errorf("the reply is %+v", r)
	}
	who.RequestID = xid
	if len(d.calls) != 1 || !reflect.DeepEqual(d.calls[0], api.Call{Caller: who, Function: "read", Version: 1}) {
		t.Errorf("the handler got %+v", d.calls)
	}
}

// TestOrder: each fault hides those after it: privilege, then parameters, then
// the account, then its credentials.
func TestOrder(t *testing.T) {
	t.Parallel()
	outsider, insider := password(bob("list-accts")), narrow(bob("passwd", "list-accts"), "passwd")
	steps := []struct {
		about  string
		who    hostkeep.Caller
		params []string
		kind   hostkeep.Kind
		word   string
	}{
		{"privilege before output controls", outsider, []string{"api.filter.enable", "1"}, hostkeep.Denied, "passwd"},
		{"privilege before near misses", outsider, []string{"users", "foreign"}, hostkeep.Denied, "passwd"},
		{"privilege before required ones", outsider, nil, hostkeep.Denied, "passwd"},
		{"privilege before the account", outsider, []string{"user", "foreign"}, hostkeep.Denied, "passwd"},
		{"parameters before the account", insider, []string{"user", "foreign", "password", "a\x00b"}, hostkeep.Invalid, `"password"`},
		{"the account before its credentials", insider, []string{"user", "foreign"}, hostkeep.NotFound, "There is no foreign."},
		{"credentials", insider, []string{"user", "lesser"}, hostkeep.Denied, "fewer rights"},
	}
	for _, s := range steps {
		t.Run(s.about, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.refused(s.about, d.call(s.who, "passwd", s.params...), s.kind, s.word)
		})
	}
}

func TestMissingIsCarried(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.call(password(bob("list-accts")), "passwd", "user", "acct")
	d.refused("outsider", r, hostkeep.Denied, "passwd")
	if r.Missing != "passwd" {
		t.Errorf("the reply misses %q", r.Missing)
	}
	d.fail = &hostkeep.Error{Kind: hostkeep.Denied, Message: "No.", Missing: "kill-acct"}
	if r := d.call(password(bob("passwd")), "read", "user", "acct"); r.Missing != "kill-acct" {
		t.Errorf("a handler's refusal misses %q", r.Missing)
	}
}

// TestForeignIsMissing: the two answers differ in nothing but the name asked for.
func TestForeignIsMissing(t *testing.T) {
	t.Parallel()
	for _, function := range []string{"passwd", "suspend"} {
		d := newDesk(t)
		who := password(bob("passwd"))
		foreign, missing := d.call(who, function, "user", "foreign"), d.call(who, function, "user", "missing")
		d.refused(function, foreign, hostkeep.NotFound)
		foreign.Reason = strings.ReplaceAll(foreign.Reason, "foreign", "missing")
		if !reflect.DeepEqual(foreign, missing) {
			t.Errorf("%s answers %+v of a foreign account, %+v of a missing one", function, foreign, missing)
		}
	}
}

// TestOutputControls: what is wrong in them is refused before anything is done,
// and without a list they are answered with a warning.
func TestOutputControls(t *testing.T) {
	t.Parallel()
	for _, control := range []string{"api.filter", "api.sort", "api.chunk", "api.columns"} {
		d := newDesk(t)
		who := password(bob("passwd"))
		r := d.call(who, "read", "user", "acct", control+".enable", "1")
		if !r.OK || len(r.Note.Warnings) != 1 || !strings.Contains(r.Note.Warnings[0], control) {
			t.Errorf("%s without a list: %+v", control, r)
		}
		if r := d.call(who, "read", "user", "acct", control+".enable", "0", control+".size", "x"); !r.OK || r.Note.Warnings != nil {
			t.Errorf("%s switched off: %q", control, r.Reason)
		}
		d.calls = nil
		wrong := []string{control + ".enable", "1", control + ".size", "x", control + ".1.field", "x"}
		d.refused(control, d.call(who, "read", append(wrong, "user", "acct")...), hostkeep.Invalid, control)
	}
}

// TestNearMiss: where a slip in a parameter's name could leave a credential wider
// than it was meant it is refused; where something changes it is told; a read
// ignores it, as WHM does.
func TestNearMiss(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	who := password(bob("passwd"))
	d.refused("acls for acl", d.call(who, "tokens", "acls", "passwd"), hostkeep.Invalid, `"acls"`, `"acl"`, "Nothing was changed")
	d.refused("near misses before required ones", d.call(who, "tokens", "acls", "foreign", "password", "a\x00b"), hostkeep.Invalid, `"acls"`)
	for function, warnings := range map[string]int{"read": 0, "suspend": 1, "passwd": 1, "create": 1} {
		r := d.call(who, function, "user", "acct", "passwrd", "x", "Aclx", "1")
		if !r.OK || len(r.Note.Warnings) != warnings || warnings > 0 && !strings.Contains(strings.Join(r.Note.Warnings, ""), "ignored") {
			t.Errorf("%s: %q, %q", function, r.Reason, r.Note.Warnings)
		}
	}
	if r := d.call(who, "passwd", "USER", "acct", "Password", "x"); !r.OK || len(r.Note.Warnings) > 0 {
		t.Errorf("names in another case: %q, %q", r.Reason, r.Note.Warnings)
	}
	if r := d.call(who, "passwd", "user", "acct", "colour", "blue"); !r.OK {
		t.Errorf("a parameter that is like none is refused: %q", r.Reason)
	}
}

func TestGranting(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	who := narrow(bob("passwd", "list-accts"), "passwd")
	d.refused("a narrow token makes a reseller", d.call(who, "create", "acl", "passwd"), hostkeep.Denied, "fewer rights")
	d.refused("more than the caller", d.call(password(bob("passwd")), "create", "acl", "kill-acct"), hostkeep.Denied, "more privileges")
	if r := d.call(who, "create"); !r.OK {
		t.Errorf("a narrow token makes an account: %q", r.Reason)
	}
	if r := d.call(password(bob("passwd")), "create", "acl", "passwd"); !r.OK {
		t.Errorf("a reseller makes its like: %q", r.Reason)
	}
}

func TestUnknownFunction(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nope", "", "READ", "read\n", strings.Repeat("n", 5000)} {
		d := newDesk(t)
		r := d.call(password(root()), name, "user", "acct")
		d.refused(name, r, hostkeep.Unsupported, "Unknown app", "version (1)")
		if r.Function != "" || r.Command != name || len(r.Reason) > 200 {
			t.Errorf("the reply is %+v", r)
		}
		if len(d.seen) != 1 || d.seen[0].Function != "" {
			t.Errorf("observed %+v", d.seen)
		}
	}
}

// TestErrors: what a caller is told of a handler's error.
func TestErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err    error
		kind   hostkeep.Kind
		reason string // "": another one, with the request's id
	}{
		"told":               {hostkeep.Errorf(hostkeep.Conflict, "It exists."), hostkeep.Conflict, "It exists."},
		"told, wrapped":      {fmt.Errorf("saving: %w", hostkeep.Errorf(hostkeep.Invalid, "It is odd.")), hostkeep.Invalid, "It is odd."},
		"internal":           {errors.New("table token has no column hush"), 0, "(XID k3x9) An internal error occurred."},
		"a row that is gone": {fmt.Errorf("token hush: %w", hostkeep.ErrNotFound), 0, "(XID k3x9) An internal error occurred."},
		"outcome unknown":    {fmt.Errorf("hush: %w", hostkeep.ErrOutcomeUnknown), hostkeep.Unavailable, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.fail = tt.err
			r := d.call(password(root()), "read", "user", "acct")
			if r.OK || r.Kind != tt.kind || strings.Contains(r.Reason, "hush") {
				t.Errorf("the reply is %+v", r)
			}
			if tt.reason != "" && r.Reason != tt.reason {
				t.Errorf("the reason is %q, want %q", r.Reason, tt.reason)
			}
			if tt.reason == "" && (!strings.HasPrefix(r.Reason, "(XID k3x9) ") || !strings.Contains(r.Reason, "may or may not")) {
				t.Errorf("the reason is %q", r.Reason)
			}
			if len(d.seen) != 1 || !errors.Is(d.seen[0].Err, tt.err) || d.seen[0].OK || d.seen[0].Kind != tt.kind {
				t.Errorf("observed %+v", d.seen)
			}
		})
	}
}

// TestObserve: each call is observed once, whatever became of it.
func TestObserve(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		function string
		params   []string
		want     api.Observation
	}{
		"answered": {"read", []string{"user", "acct"}, api.Observation{Function: "read", OK: true, Took: 1500 * time.Millisecond}},
		"refused":  {"create", nil, api.Observation{Function: "create", Kind: hostkeep.Denied, Missing: "passwd"}},
		"invalid":  {"read", nil, api.Observation{Function: "read", Kind: hostkeep.Invalid}},
		"unknown":  {"nope", nil, api.Observation{Kind: hostkeep.Unsupported}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			who := password(bob("list-accts"))
			d.call(who, tt.function, tt.params...)
			if len(d.seen) != 1 {
				t.Fatalf("observed %d times", len(d.seen))
			}
			got := d.seen[0]
			if (got.Err == nil) != tt.want.OK || got.Caller.RequestID != xid || got.Caller.User.ID != 10 {
				t.Errorf("observed %+v", got)
			}
			if !got.At.Equal(time.Unix(1_700_000_000, 0)) {
				t.Errorf("began at %v", got.At)
			}
			got.Err, got.Caller, got.At = nil, hostkeep.Caller{}, time.Time{}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("observed %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestUnobserved: nobody has to watch.
func TestUnobserved(t *testing.T) {
	t.Parallel()
	c, err := api.New(options(), []*api.Function{api.Define(decl(func(*api.Decl) {}), nothing[named])})
	if err != nil {
		t.Fatal(err)
	}
	if r := c.Call(t.Context(), password(root()), "nope", wire.Params{}); r.OK {
		t.Error("an unknown function is answered")
	}
}

// TestRecordedArgs: what the record will say of a call holds no secret, and a
// read says nothing.
func TestRecordedArgs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	who := password(bob("passwd"))
	if r := d.call(who, "passwd", "user", "acct", "password", "hunter2"); !r.OK {
		t.Fatal(r.Reason)
	}
	if r := d.call(who, "read", "user", "acct", "password", "hunter2"); !r.OK {
		t.Fatal(r.Reason)
	}
	if want := `{"user":"acct","password":"digest of 7"}`; d.calls[0].Args != want {
		t.Errorf("the record would say %s, want %s", d.calls[0].Args, want)
	}
	if d.calls[1].Args != "" {
		t.Errorf("of a read the record would say %s", d.calls[1].Args)
	}
	who.RequestID = xid
	if got, want := d.calls[0].Change(), (hostkeep.Change{Caller: who, Function: "passwd", Args: d.calls[0].Args}); !reflect.DeepEqual(got, want) {
		t.Errorf("the change is %+v, want %+v", got, want)
	}
	if text := fmt.Sprintf("%v %+v", d.calls, d.seen); strings.Contains(text, "hunter2") {
		t.Error("a secret is in what is handed on")
	}
}

package api_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// program is hooks that write down what they are told.
type program struct {
	refuse error
	told   []string
}

func (p *program) Before(_ context.Context, c api.HookCall) error {
	p.told = append(p.told, "before "+c.Function+" "+string(c.Arguments(false)))
	return p.refuse
}

func (p *program) After(ctx context.Context, c api.HookCall) []string {
	if ctx.Err() != nil {
		p.told = append(p.told, "a context that has ended")
	}
	p.told = append(p.told, "after "+c.Function+" "+string(c.Result(false)))
	return []string{"careful"}
}

// TestHooksAround: hooks run around what writes and is allowed, well formed and
// successful; after a change also when the caller has left.
func TestHooksAround(t *testing.T) {
	t.Parallel()
	allowed := []string{`before passwd {"user":"acct"}`}
	for about, tt := range map[string]struct {
		function, user string
		fail, refuse   error
		leaves         bool
		want           []string
	}{
		"done":        {function: "passwd", user: "acct", want: append(slices.Clone(allowed), `after passwd {"reason":"OK"}`)},
		"left":        {function: "passwd", user: "acct", leaves: true, want: append(slices.Clone(allowed), `after passwd {"reason":"OK"}`)},
		"failed":      {function: "passwd", user: "acct", fail: errors.New("no"), want: allowed},
		"refused":     {function: "passwd", user: "acct", refuse: hostkeep.Errorf(hostkeep.Conflict, "Not today."), want: allowed},
		"not allowed": {function: "passwd", user: "foreign"},
		"only reads":  {function: "read", user: "acct"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			p := &program{refuse: tt.refuse}
			d.c.Hooks, d.fail = p, tt.fail
			ctx, leave := context.WithCancel(d.Context())
			defer leave()
			if tt.leaves {
				leave()
			}
			who := password(owned(10, "shop", 1, "passwd"))
			who.RequestID = xid
			r := d.c.Call(ctx, who, tt.function, wire.Pairs("user", tt.user))
			if !slices.Equal(p.told, tt.want) {
				t.Errorf("told %q, want %q", p.told, tt.want)
			}
			done := len(tt.want) == 2
			if warned := slices.Contains(r.Note.Warnings, "careful"); warned != done || r.OK != (done || tt.function == "read") {
				t.Errorf("ok %v, warnings %q", r.OK, r.Note.Warnings)
			}
			if tt.refuse != nil && (r.Reason != "Not today." || len(d.calls) > 0) {
				t.Errorf("refused with %q; the handler ran %d times", r.Reason, len(d.calls))
			}
		})
	}
}

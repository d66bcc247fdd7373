package api

import (
	"context"

	"github.com/hostkeep/hostkeep/internal/wire"
)

// Hooks are told of every call of a function that changes something.
type Hooks interface {
	// Before is asked when the call is authorised and its parameters are read,
	// before anything is done. An error refuses it.
	Before(context.Context, HookCall) error
	// After is told when the change is durable. What it answers are warnings for
	// the caller: the change stands.
	After(context.Context, HookCall) (warnings []string)
}

// HookCall is a call as hooks are told of it.
type HookCall struct {
	Call
	// Arguments are the parameters as they were given, by their declared names,
	// as a JSON object.
	Arguments func(secrets bool) []byte
	// Result is what the call came to, as a JSON object; nil before.
	Result func(secrets bool) []byte
}

// hooked runs the handler of one call between the hooks, which may be nil.
func hooked(ctx context.Context, hooks Hooks, f *Function, call Call, in any, p wire.Params, r *Reply) (err error) {
	if hooks == nil || !f.Writes {
		r.Value, err = f.handle(ctx, call, in)
		return err
	}
	told := HookCall{Call: call, Arguments: func(secrets bool) []byte { return f.In.Arguments(p, secrets) }}
	if err := hooks.Before(ctx, told); err != nil {
		return err
	}
	if r.Value, err = f.handle(ctx, call, in); err != nil {
		return err
	}
	r.OK = true // for Result; settle has the last word
	defer func() { r.OK = false }()
	told.Result = func(secrets bool) []byte { return r.AppendResult(nil, secrets) }
	// The change is made, whoever waits for the answer.
	r.Note.Warnings = append(r.Note.Warnings, hooks.After(context.WithoutCancel(ctx), told)...)
	return nil
}

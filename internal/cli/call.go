package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/daemon"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// session is an opened state and the WHM user that a command acts as.
type session struct {
	app  *daemon.App
	user string
}

// with opens the state, does the work, waits until what changed is in force on
// every node, and closes.
func (e *env) with(ctx context.Context, user string, do func(session) error) (err error) {
	app, err := e.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.Close()) }()
	if err := do(session{app, user}); err != nil {
		return err
	}
	if err := app.Settle(ctx); err != nil {
		e.say("hostkeep: %v", err)
	}
	return nil
}

// reply calls a function as the session's user.
func (s session) reply(ctx context.Context, function string, p wire.Params) (api.Reply, error) {
	c, err := s.app.CommandCaller(s.user)
	if err != nil {
		return api.Reply{}, err
	}
	return s.app.Call(ctx, c, function, p), nil
}

// call is reply for a command that reads the answer's data: a failure is an
// error, notes go to standard error.
func (e *env) call(ctx context.Context, s session, data any, function string, p wire.Params) error {
	r, err := s.reply(ctx, function, p)
	if err != nil {
		return err
	}
	if !r.OK {
		return errors.New(r.Reason)
	}
	var answer struct {
		Metadata struct {
			Output struct{ Messages, Warnings []string }
		}
		Data json.RawMessage
	}
	if err := json.Unmarshal(r.AppendJSON(nil), &answer); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", function, err)
	}
	for _, m := range append(answer.Metadata.Output.Messages, answer.Metadata.Output.Warnings...) {
		e.say("%s", m)
	}
	if data == nil || answer.Data == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", function, err)
	}
	return nil
}

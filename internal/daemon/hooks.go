package daemon

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/config"
	"github.com/hostkeep/hostkeep/internal/hooks"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// runner makes what runs the hooks of the configuration; nil when there are none.
func (a *App) runner() (*hooks.Runner, error) {
	if len(a.cfg.Hooks) == 0 {
		return nil, nil
	}
	o := hooks.Options{Log: a.log, Record: a.recordHook}
	for _, h := range a.cfg.Hooks {
		o.Hooks = append(o.Hooks, hooks.Hook{
			Function: h.Function, Pre: h.Stage == config.StagePre, Command: h.Command, Timeout: h.Timeout, Secrets: h.Secrets,
		})
	}
	return hooks.New(o)
}

// recordHook writes a row of the record about a program that failed: the system's,
// for the caller's credential may be what the change took away.
func (a *App) recordHook(ctx context.Context, c api.Call, program, what string) error {
	args, err := json.Marshal(struct {
		Function string `json:"function"`
		User     string `json:"user"`
		Program  string `json:"program"`
		Error    string `json:"error"`
	}{c.Function, c.User.Name, program, what})
	if err != nil {
		return fmt.Errorf("recording a hook: %w", err)
	}
	change := hostkeep.Change{Function: "hook", Args: string(args), Caller: hostkeep.Caller{
		User: hostkeep.Principal{ID: hostkeep.RootID, Name: hostkeep.RootName}, Via: hostkeep.ViaSystem, RequestID: c.RequestID, RealUser: a.realUser,
	}}
	return a.change(ctx, change, func(tx *sqlstore.Tx) error { return tx.NoteHook(program) })
}

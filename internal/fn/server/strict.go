package server

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// CPanel declares the family's face for accounts.
func CPanel(d Deps) []*api.Function {
	f := family{d}
	return []*api.Function{
		api.Define(api.Decl{
			Name: "strict", Summary: "Call several functions of UAPI in order, each as if it were called alone, up to the first that fails.",
			Touches: api.NoCredentials, CPanel: api.CPanel{Module: "Batch", Dialect: wire.UAPI, Feature: api.AnyFeature},
		}, f.strict),
	}
}

type strictIn struct {
	Commands []string `whm:"command,required,empties,max=1048576,multiline" doc:"[\"Module\",\"function\",{\"parameter\":\"value\"}], once for each call; the parameters may be left out"`
}

type strictOut struct {
	Results []wire.Reply `whm:",whole" doc:"the answers, as each function would give alone"`
}

// strict is batch for an account. What each call may do is decided when its turn
// comes; what ran before one that fails stays done.
func (f family) strict(ctx context.Context, c api.Call, in strictIn) (out strictOut, err error) {
	limit := cmp.Or(f.Batch, DefaultBatch)
	if len(in.Commands) > limit {
		return out, hostkeep.Errorf(hostkeep.Invalid, "A batch has at most %d commands; %d were given. Nothing was done.", limit, len(in.Commands))
	}
	calls := make([]api.CPanelCall, len(in.Commands))
	for i, command := range in.Commands {
		if calls[i], err = f.uapiCall(command); err != nil {
			return out, hostkeep.Errorf(hostkeep.KindOf(err), "The command %d of %d is not understood, and nothing was done: %s", i+1, len(in.Commands), err)
		}
	}
	held := 0
	for i, k := range calls {
		if err := ctx.Err(); err != nil {
			return out, err // nobody is there to read the rest
		}
		r := f.CPanel(ctx, c.Caller, c.Account.Name, k)
		r.Trim()
		if held += r.Records(); held > f.held() {
			r = wire.Reply{Command: r.Command, Module: r.Module, Dialect: r.Dialect, Reason: fmt.Sprintf("The results of a batch have at most %d records together, and with these there would be more.", f.held())}
		}
		out.Results = append(out.Results, r)
		if !r.OK {
			return out, &api.Partial{Err: hostkeep.Errorf(
				hostkeep.Conflict, "The command %d of %d failed, and the batch stopped there: %s", i+1, len(calls), hostkeep.Clip(r.Reason, 500),
			)}
		}
	}
	return out, nil
}

// uapiCall reads one command.
func (f family) uapiCall(command string) (k api.CPanelCall, err error) {
	var parts []json.RawMessage
	k.Dialect = wire.UAPI
	bad := json.Unmarshal([]byte(command), &parts) != nil || len(parts) < 2 || len(parts) > 3 ||
		json.Unmarshal(parts[0], &k.Module) != nil || json.Unmarshal(parts[1], &k.Name) != nil
	switch {
	case bad:
		return k, hostkeep.Errorf(hostkeep.Invalid, `It must be a JSON list of a module, a function and, if it takes any, an object of parameters, as ["Tokens","rename",{"name":"a","new_name":"b"}].`)
	case strings.EqualFold(k.Module, "Batch"):
		return k, hostkeep.Errorf(hostkeep.Unsupported, "A batch cannot be called inside a batch.")
	case len(parts) == 3:
		k.Params, err = wire.Parse("", "application/json", parts[2], f.Limits)
	}
	return k, err
}

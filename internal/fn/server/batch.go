package server

import (
	"context"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// DefaultBatch is how many commands a batch may have when nothing else is set.
const DefaultBatch = 100

type batchIn struct {
	Commands []string `whm:"command,required,max=1048576,multiline" doc:"FUNCTION or FUNCTION?query, once for each call"`
	Abort    bool     `whm:"abort_on_error,default=0" doc:"stop after the first call that fails"`
}

type batchOut struct {
	Results []wire.Reply `whm:"result"`
}

// batch calls one after the other. Each call is authorised, written to the
// record and observed by itself, so a batch can do what its caller could do
// alone, and its result says nothing of theirs unless abort_on_error stops it.
func (f family) batch(ctx context.Context, c api.Call, in batchIn) (out batchOut, err error) {
	limit := f.Batch
	if limit == 0 {
		limit = DefaultBatch
	}
	if len(in.Commands) > limit {
		return out, hostkeep.Errorf(hostkeep.Invalid, "A batch has at most %d commands; %d were given. Nothing was done.", limit, len(in.Commands))
	}
	out.Results = make([]wire.Reply, 0, len(in.Commands))
	for i, command := range in.Commands {
		if err := ctx.Err(); err != nil {
			return out, err // nobody is there to read the rest
		}
		r := f.one(ctx, c.Caller, command)
		out.Results = append(out.Results, r)
		if !r.OK && in.Abort {
			return out, &api.Partial{Err: hostkeep.Errorf(
				hostkeep.Conflict, "The command %d of %d failed, and the batch stopped there: %s", i+1, len(in.Commands), hostkeep.Clip(r.Reason, 500),
			)}
		}
	}
	return out, nil
}

// one calls one command. What is wrong with it is its own answer.
func (f family) one(ctx context.Context, who hostkeep.Caller, command string) wire.Reply {
	name, p, err := wire.ParseCommand(command, f.Limits)
	if err == nil && strings.EqualFold(name, "batch") {
		err = hostkeep.Errorf(hostkeep.Unsupported, "A batch cannot be called inside a batch.")
	}
	if err != nil {
		return wire.Reply{Command: name, Reason: err.Error()}
	}
	return f.Call(ctx, who, name, p)
}

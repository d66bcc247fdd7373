package server

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// What a batch may have when nothing else is set: commands, and records in their
// results together.
const (
	DefaultBatch   = 100
	DefaultRecords = 100_000
)

type batchIn struct {
	Commands []string `whm:"command,required,empties,max=1048576,multiline" doc:"FUNCTION or FUNCTION?query, once for each call"`
	Abort    bool     `whm:"abort_on_error,default=0" doc:"stop after the first call that fails"`
}

type batchOut struct {
	Results []wire.Reply `whm:"result"`
}

// batch calls one after the other. Each call is authorised, written to the
// record and observed by itself, so a batch can do what its caller could do
// alone, and its result says nothing of theirs unless abort_on_error stops it.
func (f family) batch(ctx context.Context, c api.Call, in batchIn) (out batchOut, err error) {
	limit := cmp.Or(f.Batch, DefaultBatch)
	if len(in.Commands) > limit {
		return out, hostkeep.Errorf(hostkeep.Invalid, "A batch has at most %d commands; %d were given. Nothing was done.", limit, len(in.Commands))
	}
	out.Results = make([]wire.Reply, 0, len(in.Commands))
	held := 0
	for i, command := range in.Commands {
		if err := ctx.Err(); err != nil {
			return out, err // nobody is there to read the rest
		}
		r := f.one(ctx, c.Caller, command)
		if n := r.Records(); held+n > f.held() {
			r = wire.Reply{Command: r.Command, Reason: fmt.Sprintf(
				"The results of a batch have at most %d records together, and with these there would be more. Show fewer with api.chunk, or call this by itself.", f.held(),
			)}
		} else {
			held += n
		}
		out.Results = append(out.Results, r)
		if !r.OK && in.Abort {
			return out, &api.Partial{Err: hostkeep.Errorf(
				hostkeep.Conflict, "The command %d of %d failed, and the batch stopped there: %s", i+1, len(in.Commands), hostkeep.Clip(r.Reason, 500),
			)}
		}
	}
	return out, nil
}

func (f family) held() int { return cmp.Or(f.Records, DefaultRecords) }

// one calls one command. What is wrong with it is its own answer.
func (f family) one(ctx context.Context, who hostkeep.Caller, command string) wire.Reply {
	name, p, err := wire.ParseCommand(command, f.Limits)
	if err == nil && strings.EqualFold(name, "batch") {
		err = hostkeep.Errorf(hostkeep.Unsupported, "A batch cannot be called inside a batch.")
	}
	if err != nil {
		return wire.Reply{Command: name, Reason: err.Error()}
	}
	r := f.Call(ctx, who, name, p)
	r.Trim()
	return r
}

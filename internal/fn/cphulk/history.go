package cphulk

import (
	"context"
	"fmt"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// A time as cPHulk's reports write it; UTC.
const reportTime = "2006-01-02 15:04:05"

// elsewhere is what a command is told of a history that it cannot see.
func elsewhere(c api.Call) (n wire.Note) {
	if c.Via == hostkeep.ViaCommand {
		n.Warnings = []string{"The history is in the memory of the server; call it over HTTP to see it."}
	}
	return n
}

type failedLogin struct {
	AuthService string `whm:"authservice"`
	Expires     string `whm:"exptime"`
	Addr        string `whm:"ip"`
	At          string `whm:"logintime"`
	Service     string `whm:"service"`
	Left        int64  `whm:"timeleft" doc:"minutes"`
	User        string `whm:"user" doc:"empty for a name that nobody has: people type passwords there"`
}

func (f family) failure(l hostkeep.LoginFailure) failedLogin {
	return failedLogin{
		AuthService: l.Service, Service: l.Service, Addr: l.Addr.String(), User: l.User,
		At: l.At.UTC().Format(reportTime), Expires: l.Until.UTC().Format(reportTime), Left: f.left(l.Until),
	}
}

// left is the minutes until then, a part of one being one.
func (f family) left(until time.Time) int64 {
	return int64((until.Sub(f.Now()) + time.Minute - 1) / time.Minute)
}

type failedOut struct {
	Logins []failedLogin `whm:"failed_logins,list"`
	wire.Note
}

func (f family) failedLogins(_ context.Context, c api.Call, _ noIn) (out failedOut, err error) {
	for _, l := range f.Watch.Failures() {
		out.Logins = append(out.Logins, f.failure(l))
	}
	out.Note = elsewhere(c)
	return out, nil
}

type brute struct {
	Expires string `whm:"exptime"`
	Addr    string `whm:"ip"`
	At      string `whm:"logintime"`
	Notes   string `whm:"notes"`
	Left    int64  `whm:"timeleft" doc:"minutes"`
}

func (f family) brutesOf(list []hostkeep.LoginBlock) (out []brute) {
	for _, b := range list {
		l := f.failure(b.LoginFailure)
		out = append(out, brute{Expires: l.Expires, Addr: l.Addr, At: l.At, Left: l.Left, Notes: fmt.Sprintf("%d failed sign-ins", b.Failures)})
	}
	return out
}

type brutesOut struct {
	Brutes []brute `whm:"brutes,list"`
	wire.Note
}

func (f family) brutes(_ context.Context, c api.Call, _ noIn) (brutesOut, error) {
	list, _, _ := f.Watch.Blocked()
	return brutesOut{f.brutesOf(list), elsewhere(c)}, nil
}

type excessiveOut struct {
	Brutes []brute `whm:"excessive_brutes,list"`
	wire.Note
}

func (f family) excessive(_ context.Context, c api.Call, _ noIn) (excessiveOut, error) {
	_, list, _ := f.Watch.Blocked()
	return excessiveOut{f.brutesOf(list), elsewhere(c)}, nil
}

type userBrutesOut struct {
	Brutes []failedLogin `whm:"user_brutes,list"`
	wire.Note
}

func (f family) userBrutes(_ context.Context, c api.Call, _ noIn) (out userBrutesOut, err error) {
	_, _, list := f.Watch.Blocked()
	for _, b := range list {
		out.Brutes = append(out.Brutes, f.failure(b.LoginFailure))
	}
	out.Note = elsewhere(c)
	return out, nil
}

type flushOut struct {
	Removed int64 `whm:"records_removed" doc:"of the node that answers"`
}

func (f family) flush(ctx context.Context, c api.Call, _ noIn) (out flushOut, err error) {
	out.Removed, _ = f.Watch.Remembered(nil)
	return out, f.Change(ctx, c.Change(), func(tx Tx) error { return tx.ForgetLogins(nil) })
}

type flushForIn struct {
	Addrs []string `whm:"ip,required"`
}

type flushForOut struct {
	flushOut
	Bans int64 `whm:"iptable_bans_removed" doc:"always 0: no firewall is touched"`
}

func (f family) flushFor(ctx context.Context, c api.Call, in flushForIn) (out flushForOut, err error) {
	var spans []hostkeep.Span
	for _, addr := range in.Addrs {
		span, err := hostkeep.ParseSpan(addr)
		if err != nil {
			return out, err
		}
		spans = append(spans, span)
		n, _ := f.Watch.Remembered(&span)
		out.Removed += n
	}
	return out, f.Change(ctx, c.Change(), func(tx Tx) error {
		for _, span := range spans {
			if err := tx.ForgetLogins(&span); err != nil {
				return err
			}
		}
		return nil
	})
}

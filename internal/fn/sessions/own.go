package sessions

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// own declares what somebody does with their own sessions. WHM has no such
// functions. A token with fewer rights than its owner, or with an end or
// addresses, has no business with how its owner signs in: promise 2.
func (f family) own() []*api.Function {
	anyone := []hostkeep.Privilege{hostkeep.Anyone}
	return []*api.Function{
		api.Define(api.Decl{
			Name: "hostkeep_session_list", Summary: "List the calling user's open sessions, the newest first.",
			Opens: anyone, Touches: api.NoCredentials,
		}, f.list),
		api.Define(api.Decl{
			Name: "hostkeep_session_end", Summary: "Sign the calling user out of one session, of all others, or of all.",
			Opens: anyone, Writes: true, Touches: api.OwnLogin,
		}, f.end),
	}
}

type openSession struct {
	ID       int64     `whm:"id"`
	Created  time.Time `whm:"create_time"`
	LastUsed time.Time `whm:"last_used" doc:"at most a minute behind"`
	Ends     time.Time `whm:"expires_at" doc:"at the latest; earlier when it is not used"`
	Address  string    `whm:"address" doc:"where it was opened from; empty: not known"`
	Agent    string    `whm:"user_agent" doc:"what it was opened with; empty: not known"`
	Current  bool      `whm:"current" doc:"this very session"`
}

type listOut struct {
	Sessions []openSession `whm:"sessions,list"`
}

func (f family) list(ctx context.Context, c api.Call, _ struct{}) (out listOut, err error) {
	if err := c.MayTouchWHMUser(c.User, hostkeep.Privileges{}); err != nil {
		return out, hostkeep.Errorf(hostkeep.Denied, "The calling token is narrower than its owner, so it may not see the owner's sessions.")
	}
	var all []hostkeep.Session
	err = f.Read(ctx, func(r Reader) (err error) {
		all, err = r.Sessions(c.User.ID, hostkeep.ServiceWHM)
		return err
	})
	slices.SortFunc(all, func(a, b hostkeep.Session) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID))
	})
	now := f.Now()
	for _, s := range all {
		if s.Over(s.LastUsed, now) {
			continue
		}
		o := openSession{ID: s.ID, Created: s.Created, LastUsed: s.LastUsed, Ends: s.Ends, Agent: s.Agent, Current: s.ID == c.SessionID}
		if s.Addr.IsValid() {
			o.Address = s.Addr.String()
		}
		out.Sessions = append(out.Sessions, o)
	}
	return out, err
}

type endIn struct {
	Which string `whm:"which,enum=one|others|all,default=one" doc:"others: all but the one that calls"`
	ID    int64  `whm:"id" doc:"of the session to end, as hostkeep_session_list tells it; for which=one"`
}

type endOut struct {
	wire.Note
	Ended int64 `whm:"ended" doc:"how many there were"`
}

func (f family) end(ctx context.Context, c api.Call, in endIn) (out endOut, err error) {
	if (in.Which == "one") != (in.ID != 0) {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"id\" goes with \"which\" one, and with no other.")
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		out.Ended = 0
		all, err := tx.Sessions(c.User.ID, hostkeep.ServiceWHM)
		if err != nil {
			return err
		}
		for _, s := range all {
			if in.Which == "one" && s.ID != in.ID || in.Which == "others" && s.ID == c.SessionID {
				continue
			}
			if err := tx.DeleteSession(s); err != nil {
				return fmt.Errorf("ending a session: %w", err)
			}
			out.Ended++
		}
		if in.Which == "one" && out.Ended == 0 {
			return hostkeep.Errorf(hostkeep.NotFound, "You have no session %d.", in.ID)
		}
		return nil
	})
	return out, err
}

package record

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type listIn struct {
	User     string `whm:"user" doc:"who did it, as the user was called then"`
	Token    string `whm:"token" doc:"with a token of this name"`
	TokenID  int64  `whm:"token_id" doc:"with the token of this number"`
	Function string `whm:"function" doc:"by this function"`
	Kind     string `whm:"kind,enum=principal|token|account|package|domain|guard|logins|hook|acl list|reseller|setting|feature list|session|twofactor" doc:"to a thing of this kind"`
	Name     string `whm:"name" doc:"to a thing of this name"`
	ID       int64  `whm:"id" doc:"to the thing of this number, which stays when its name changes; better with kind"`
	Since    int64  `whm:"since" doc:"at this time or later, in Unix seconds"`
	Until    int64  `whm:"until" doc:"before this time, in Unix seconds; 0: until now"`
	Before   int64  `whm:"before" doc:"only rows numbered below this, which is the next of the page before; 0: from the newest on"`
	Limit    int64  `whm:"limit,default=50" doc:"at most so many rows, 1 to 1000"`
}

type object struct {
	Kind string `whm:"kind"`
	ID   int64  `whm:"id"`
	Name string `whm:"name"`
}

type row struct {
	Number    int64     `whm:"number"`
	At        time.Time `whm:"time"`
	User      string    `whm:"user" doc:"as it was called then"`
	Via       string    `whm:"via" doc:"token, password, session, command or system"`
	TokenID   int64     `whm:"token_id" doc:"0: no token"`
	Token     string    `whm:"token" doc:"its name today, or the last that these rows tell of one that is gone; empty: not known"`
	Address   string    `whm:"address" doc:"where it was done from; empty: on the machine itself, or not for the caller"`
	RealUser  string    `whm:"real_user" doc:"of a command: the machine's user"`
	Node      string    `whm:"node" doc:"the process that did it"`
	Request   string    `whm:"request_id"`
	Function  string    `whm:"function"`
	Arguments string    `whm:"arguments" doc:"JSON; secrets are ***; empty when it tells of things that are not the caller's"`
	Objects   []object  `whm:"objects" doc:"what was made, changed or removed"`
}

type listOut struct {
	Rows []row `whm:"record,list"`
	Next int64 `whm:"next" doc:"to be given as before, for older rows; 0: there are none. It may be above 0 with few rows or none: one call looks only so far"`
}

// maxLimit is how many rows one call answers.
const maxLimit = 1000

// bounds are how far one call looks, so that no question takes long.
type bounds struct {
	span int64 // numbers; the store itself passes over rows of other users, functions and times
	rows int   // rows that are looked at one by one
	step int   // so many at a time
}

func (f family) list(ctx context.Context, c api.Call, in listIn) (out listOut, err error) {
	switch {
	case !c.Full():
		return out, hostkeep.Errorf(hostkeep.Denied, "The calling token has fewer rights than its owner, so it may not read the record.")
	case in.Limit < 1 || in.Limit > maxLimit:
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"limit\" must be from 1 to %d.", maxLimit)
	case in.Before < 0 || in.Since < 0 || in.Until < 0 || in.Since > maxTime || in.Until > maxTime:
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameters \"before\", \"since\" and \"until\" must be numbers and times that there can be.")
	}
	err = f.Read(ctx, func(r Reader) error {
		s := search{listIn: in, bounds: f.bounds, r: r, names: map[int64]string{}, told: map[int64]string{}}
		err := s.run(ctx, c.Caller)
		out = listOut{s.found, s.next}
		return err
	})
	return out, err
}

// maxTime is the last second of the year 9999.
const maxTime = 253402300799

// search is a walk down the record.
type search struct {
	listIn
	bounds
	r     Reader
	sight sight
	names map[int64]string // of tokens today; "" is gone
	told  map[int64]string // of tokens, as rows tell it
	found []row
	next  int64
}

func (s *search) run(ctx context.Context, c hostkeep.Caller) (err error) {
	if s.sight, err = sightOf(s.r, c); err != nil {
		return fmt.Errorf("finding what the caller owns: %w", err)
	}
	end, err := s.r.RecordEnd()
	if err != nil {
		return err
	}
	s.next = end + 1
	if s.Before > 0 {
		s.next = min(s.next, s.Before)
	}
	q := hostkeep.RecordRange{Before: s.next, From: max(1, s.next-s.span), Since: moment(s.Since), Until: moment(s.Until), Actor: s.User, Function: s.Function}
	for range s.rows / s.step {
		rows, err := s.r.RecordDown(q, s.step)
		if err == nil {
			err = errors.Join(s.take(rows), ctx.Err()) // nobody may be there to read it
		}
		if err != nil || len(s.found) == int(s.Limit) {
			return s.settle(err)
		}
		if len(rows) < s.step {
			s.next = q.From
			break
		}
		q.Before = s.next
	}
	return s.settle(nil)
}

// settle: below the first row there is nothing.
func (s *search) settle(err error) error {
	if s.next <= 1 {
		s.next = 0
	}
	return err
}

func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// take keeps what fits, until there is enough.
func (s *search) take(rows []hostkeep.Event) error {
	for _, e := range rows {
		s.next = e.Seq
		e, seen := s.sight.of(e)
		if !seen {
			continue
		}
		name, err := s.token(e)
		if err != nil {
			return err
		}
		if !s.fits(e, name) {
			continue
		}
		if s.found = append(s.found, shown(e, name)); len(s.found) == int(s.Limit) {
			break
		}
	}
	return nil
}

// token is the name of the row's token. One that is gone was named by a row that
// took it away, which comes before those that were made with it.
func (s *search) token(e hostkeep.Event) (string, error) {
	for _, o := range e.Objects {
		if o.Kind == hostkeep.KindToken && s.told[o.ID] == "" {
			s.told[o.ID] = o.Name
		}
	}
	name, known := s.names[e.TokenID]
	if !known && e.TokenID != 0 {
		t, err := s.r.TokenByID(e.TokenID)
		if err != nil && !errors.Is(err, hostkeep.ErrNotFound) {
			return "", fmt.Errorf("finding the token: %w", err)
		}
		name = t.Name
		s.names[e.TokenID] = name
	}
	return cmp.Or(name, s.told[e.TokenID]), nil
}

func (s *search) fits(e hostkeep.Event, token string) bool {
	if s.Token != "" && token != s.Token || s.TokenID != 0 && e.TokenID != s.TokenID {
		return false
	}
	if s.Kind == "" && s.Name == "" && s.ID == 0 {
		return true
	}
	for _, o := range e.Objects {
		if (s.Kind == "" || o.Kind == s.Kind) && (s.Name == "" || o.Name == s.Name) && (s.ID == 0 || o.ID == s.ID) {
			return true
		}
	}
	return false
}

func shown(e hostkeep.Event, token string) row {
	r := row{
		Number: e.Seq, At: e.At, User: e.Actor, Via: string(e.Via), TokenID: e.TokenID, Token: token, Address: e.Addr,
		RealUser: e.RealUser, Node: e.Node, Request: e.RequestID, Function: e.Function, Arguments: e.Args, Objects: []object{},
	}
	for _, o := range e.Objects {
		r.Objects = append(r.Objects, object{o.Kind, o.ID, o.Name})
	}
	return r
}

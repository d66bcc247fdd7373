package tokens

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type useIn struct {
	Name string `whm:"token_name,required" doc:"the token that is asked about"`
	Days int64  `whm:"days,default=30" doc:"for how many days back, today's included; 1 to 30"`
}

type useOut struct {
	Name      string        `whm:"name"`
	FirstUsed time.Time     `whm:"first_used" doc:"0: never"`
	LastUsed  *lastUse      `whm:"last_used"`
	Days      []dayOut      `whm:"days" doc:"each day of UTC, the oldest first"`
	Functions []functionOut `whm:"functions" doc:"those that were called, the most used first; other: the rest of them, or one that does not exist"`
	Addresses []addressOut  `whm:"addresses" doc:"where calls came from; other: the rest of them"`
	Refusals  []refusalOut  `whm:"refusals" doc:"why calls were refused, the most frequent first"`
	Used      []string      `whm:"privileges_used" doc:"the privileges that the called functions needed"`
	Unused    []string      `whm:"privileges_unused" doc:"the privileges that the token has and that no called function needed"`
}

type dayOut struct {
	Day      string    `whm:"day" doc:"as 2026-11-24"`
	Time     time.Time `whm:"time" doc:"when it began"`
	Calls    int64     `whm:"calls" doc:"that were let through, whatever came of them"`
	Refusals int64     `whm:"refusals"`
}

type functionOut struct {
	Name  string `whm:"name"`
	Calls int64  `whm:"calls"`
}

type addressOut struct {
	Address  string `whm:"address"`
	Calls    int64  `whm:"calls"`
	Refusals int64  `whm:"refusals"`
}

type refusalOut struct {
	Reason string `whm:"reason"`
	Number int64  `whm:"number"`
}

func (f family) use(ctx context.Context, c api.Call, in useIn) (out useOut, err error) {
	if in.Days < 1 || in.Days > shownDays {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"days\" is from 1 to %d.", shownDays)
	}
	today := hostkeep.UseDay(f.Now())
	since := today - in.Days + 1
	var (
		t      hostkeep.Token
		u      hostkeep.TokenUse
		days   []hostkeep.TokenDay
		counts []hostkeep.UseCount
	)
	err = f.Read(ctx, func(r Reader) (err error) {
		if t, err = r.Token(c.User.ID, in.Name); errors.Is(err, hostkeep.ErrNotFound) {
			return noToken(in.Name)
		} else if err != nil {
			return err
		}
		if u, err = r.TokenUse(t.ID); err != nil && !errors.Is(err, hostkeep.ErrNotFound) {
			return err
		}
		if days, err = r.TokenDays(t.ID, since); err == nil {
			counts, err = r.TokenCounts(t.ID, since)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	out = useOut{Name: t.Name, FirstUsed: u.First, LastUsed: last(u), Days: daysBetween(since, today, days)}
	out.add(counts)
	out.Used, out.Unused = f.needed(t.Privileges, out.Functions)
	return out, nil
}

// daysBetween fills the days on which nothing was.
func daysBetween(since, today int64, had []hostkeep.TokenDay) []dayOut {
	list := make([]dayOut, today-since+1)
	for i := range list {
		begin := time.Unix((since+int64(i))*24*60*60, 0).UTC()
		list[i] = dayOut{Day: begin.Format(time.DateOnly), Time: begin}
	}
	for _, d := range had {
		if d.Day <= today { // else it was written before the clock was set back
			list[d.Day-since].Calls, list[d.Day-since].Refusals = d.Calls, d.Refusals
		}
	}
	return list
}

// add sorts the counts into their lists.
func (out *useOut) add(counts []hostkeep.UseCount) {
	address := func(text string) *addressOut {
		i := slices.IndexFunc(out.Addresses, func(a addressOut) bool { return a.Address == text })
		if i < 0 {
			i, out.Addresses = len(out.Addresses), append(out.Addresses, addressOut{Address: text})
		}
		return &out.Addresses[i]
	}
	for _, c := range counts {
		switch c.Kind {
		case hostkeep.UseFunction:
			out.Functions = append(out.Functions, functionOut{c.Value, c.Number})
		case hostkeep.UseAddress:
			address(c.Value).Calls = c.Number
		case hostkeep.UseRefusedAddress:
			address(c.Value).Refusals = c.Number
		case hostkeep.UseReason:
			out.Refusals = append(out.Refusals, refusalOut{c.Value, c.Number})
		}
	}
	mostFirst(out.Functions, func(f functionOut) (int64, string) { return f.Calls, f.Name })
	mostFirst(out.Addresses, func(a addressOut) (int64, string) { return a.Calls + a.Refusals, a.Address })
	mostFirst(out.Refusals, func(r refusalOut) (int64, string) { return r.Number, r.Reason })
}

func mostFirst[T any](list []T, of func(T) (int64, string)) {
	slices.SortFunc(list, func(a, b T) int {
		n, name := of(a)
		m, other := of(b)
		if n != m {
			return int(m - n)
		}
		return strings.Compare(name, other)
	})
}

// needed says which privileges the called functions needed, and which of the
// token's were not among them. Of several that open a function those that the
// token has by name count, else the first: that one in the place of "all" would do.
func (f family) needed(has hostkeep.Privileges, called []functionOut) (needed, rest []string) {
	var set hostkeep.Privileges
	for _, fn := range called {
		opens := f.Opens(fn.Name)
		if len(opens) == 0 || slices.Contains(opens, hostkeep.Anyone) {
			continue
		}
		listed := slices.DeleteFunc(slices.Clone(opens), func(p hostkeep.Privilege) bool { return !has.Lists(p) })
		if len(listed) == 0 {
			listed = opens[:1]
		}
		for _, p := range listed {
			set = set.With(p)
		}
	}
	rest = slices.DeleteFunc(has.Names(), func(n string) bool { return set.Lists(hostkeep.Privilege(n)) })
	return set.Names(), rest
}

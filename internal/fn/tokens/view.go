package tokens

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// view is a token with what the table is filtered and sorted by.
type view struct {
	hostkeep.Token
	last       hostkeep.TokenUse // zero: never used
	everything bool
	state, use string
	idle       bool // unused for 90 days, or never used and as old
	maker      string
	made       int64
}

// views are the caller's tokens.
func (f family) views(r Reader, c api.Call) ([]*view, error) {
	tokens, err := r.Tokens(c.User.ID)
	if err != nil {
		return nil, err
	}
	uses, err := r.TokenUses(c.User.ID)
	if err != nil {
		return nil, err
	}
	list, byID := make([]*view, len(tokens)), make(map[int64]*view, len(tokens))
	for i, t := range tokens {
		v := &view{Token: t, everything: everything(c.User, t)}
		list[i], byID[t.ID] = v, v
	}
	for _, u := range uses {
		if v := byID[u.TokenID]; v != nil {
			v.last = u
		}
	}
	now := f.Now()
	for _, v := range list {
		v.state = state(v.Token, now)
		v.use, v.idle = used(v.Token, v.last, now)
		if m := byID[v.MadeBy]; m != nil {
			v.maker, m.made = m.Name, m.made+1
		}
	}
	others, err := r.CPanelTokensMade(c.User.ID)
	for _, t := range others {
		if m := byID[t.MadeBy]; m != nil {
			m.made++
		}
	}
	return list, err
}

// everything reports whether a token may all that its owner may.
func everything(owner hostkeep.Principal, t hostkeep.Token) bool {
	return !owner.Rights().Empty() && t.Privileges.Covers(owner.Rights())
}

func state(t hostkeep.Token, now time.Time) string {
	switch {
	case t.Expired(now):
		return "expired"
	case t.Expired(now.Add(soon)):
		return "expiring"
	}
	return "active"
}

func used(t hostkeep.Token, u hostkeep.TokenUse, now time.Time) (word string, idle bool) {
	if u.Last.IsZero() {
		return "never_used", now.Sub(t.Created) >= unused
	}
	if now.Sub(u.Last) >= unused {
		return "unused", true
	}
	return "used", false
}

// on reports whether a token belongs to a card.
func (v *view) on(card string) bool {
	switch card {
	case "never_expires":
		return v.Expires.IsZero()
	case "unused_90_days":
		return v.idle
	case "no_address_limit":
		return len(v.Addresses) == 0
	case "everything_allowed":
		return v.everything
	case "expiring", "expired":
		return v.state == card
	}
	return true
}

func count(all []*view) cards {
	on := func(card string) (n int64) {
		for _, v := range all {
			if v.on(card) {
				n++
			}
		}
		return n
	}
	return cards{on("never_expires"), on("unused_90_days"), on("no_address_limit"), on("everything_allowed"), on("expiring"), on("expired")}
}

// ending counts the tokens that end in the time that is asked about.
func ending(all []*view, in overviewIn) (n int64) {
	if in.EndsFrom == nil || in.EndsBefore == nil {
		return 0
	}
	for _, v := range all {
		if end := v.Expires.Unix(); !v.Expires.IsZero() && end >= *in.EndsFrom && end < *in.EndsBefore {
			n++
		}
	}
	return n
}

// misses makes the filter of what is not asked for. A secret that cannot be one
// finds nothing, as one that is nobody's does.
func (f family) misses(in overviewIn) func(*view) bool {
	text, hash := strings.ToLower(in.Search), hostkeep.TokenHash{}
	if !in.Secret.Empty() {
		if !hostkeep.WellFormedSecret(in.Secret.Reveal()) {
			return func(*view) bool { return true }
		}
		hash = f.Hash(in.Secret)
	}
	sets := map[hostkeep.Privileges]bool{}
	return func(v *view) bool {
		return !v.on(in.Show) || in.Name != "" && v.Name != in.Name || !in.Secret.Empty() && v.Hash != hash || text != "" && !v.has(text, sets)
	}
}

// has reports whether text, in small letters, is in what is searched. Tokens share
// their sets of privileges, so that each is looked through once.
func (v *view) has(text string, sets map[hostkeep.Privileges]bool) bool {
	in := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	if in(v.Name) || in(v.last.Function) {
		return true
	}
	named, known := sets[v.Privileges]
	if !known {
		named = slices.ContainsFunc(v.Privileges.Names(), in)
		sets[v.Privileges] = named
	}
	if named || len(v.Addresses) == 0 {
		return named
	}
	for _, p := range v.Addresses { // IPv6 as it is answered, and as people write it
		if in(p.String()) {
			return true
		}
	}
	return slices.ContainsFunc(v.Addresses.Texts(), in)
}

func sortViews(list []*view, in overviewIn) {
	slices.SortFunc(list, func(a, b *view) int {
		by := 0
		switch in.Sort {
		case "created":
			by = a.Created.Compare(b.Created)
		case "expires":
			by = compareEnds(a.Expires, b.Expires)
		case "last_used":
			by = a.last.Last.Compare(b.last.Last)
		}
		return cmp.Or(by, strings.Compare(a.Name, b.Name))
	})
	if in.Reverse {
		slices.Reverse(list)
	}
}

// compareEnds puts what never ends last.
func compareEnds(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		return b.Compare(a)
	}
	return a.Compare(b)
}

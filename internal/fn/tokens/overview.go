package tokens

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// When a token is close to its end, and when it counts as unused.
const (
	soon   = 14 * 24 * time.Hour
	unused = 90 * 24 * time.Hour
)

// shownDays is for how many days calls are shown, today's included.
const shownDays = 30

type overviewIn struct {
	Search     string          `whm:"search" doc:"only tokens with this text, in any case, in their name, a privilege, an address or the function that was called last"`
	Name       string          `whm:"name" doc:"only the token of exactly this name"`
	Secret     hostkeep.Secret `whm:"secret" doc:"only the token with this secret; better in a body than in an address"`
	Show       string          `whm:"show,default=all,enum=all|never_expires|unused_90_days|no_address_limit|everything_allowed|expiring|expired" doc:"only the tokens of a card"`
	Sort       string          `whm:"sort,default=name,enum=name|created|expires|last_used" doc:"what never ends comes after all ends, what was never used before all uses"`
	Reverse    bool            `whm:"reverse" doc:"the other way round"`
	Start      int64           `whm:"start,default=1" doc:"the first row that is answered, counted from 1"`
	Size       int64           `whm:"size,default=50" doc:"how many rows are answered at most; 1 to 500"`
	EndsFrom   *int64          `whm:"ends_from" doc:"with ends_before: count the tokens that end from this time on, in Unix seconds"`
	EndsBefore *int64          `whm:"ends_before" doc:"with ends_from: and before this time"`
}

type overviewOut struct {
	Total  int64         `whm:"total" doc:"the user's tokens"`
	Found  int64         `whm:"found" doc:"those that search, name, secret and show leave"`
	Ending int64         `whm:"ending" doc:"those of the user that end from ends_from to ends_before"`
	Cards  cards         `whm:"cards" doc:"how many of the user's tokens each value of show has"`
	Tokens []overviewRow `whm:"tokens"`
}

type cards struct {
	NeverExpires      int64 `whm:"never_expires"`
	Unused            int64 `whm:"unused_90_days" doc:"for 90 days, or as long as they exist if that is longer"`
	NoAddressLimit    int64 `whm:"no_address_limit"`
	EverythingAllowed int64 `whm:"everything_allowed" doc:"all that their owner may"`
	Expiring          int64 `whm:"expiring" doc:"within 14 days"`
	Expired           int64 `whm:"expired"`
}

type overviewRow struct {
	ID         string    `whm:"id" doc:"a text: it has more digits than numbers in JSON keep"`
	Name       string    `whm:"name"`
	Privileges []string  `whm:"privileges"`
	Everything bool      `whm:"everything" doc:"all that its owner may"`
	Created    time.Time `whm:"create_time"`
	Expires    time.Time `whm:"expires_at"`
	State      string    `whm:"state" doc:"active, expiring (within 14 days) or expired"`
	Use        string    `whm:"use" doc:"used, unused (for 90 days) or never_used"`
	Addresses  []string  `whm:"addresses"`
	MadeBy     string    `whm:"made_by" doc:"the name of the token that made it, if that is still there"`
	Made       int64     `whm:"made" doc:"how many tokens it made, those for accounts too"`
	LastUsed   *lastUse  `whm:"last_used"`
	Calls      []int64   `whm:"calls" doc:"a day for the last 30 days of UTC, the oldest first"`
	Refusals   int64     `whm:"refusals" doc:"in these days"`
}

type lastUse struct {
	Time     time.Time `whm:"time"`
	Address  string    `whm:"address"`
	Function string    `whm:"function"`
	Agent    string    `whm:"user_agent"`
}

func (f family) overview(ctx context.Context, c api.Call, in overviewIn) (out overviewOut, err error) {
	if in.Start < 1 || in.Size < 1 || in.Size > 500 {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"start\" is at least 1 and \"size\" from 1 to 500.")
	}
	err = f.Read(ctx, func(r Reader) error {
		all, err := f.views(r, c)
		if err != nil {
			return err
		}
		out = overviewOut{Total: int64(len(all)), Cards: count(all), Ending: ending(all, in)}
		found := slices.DeleteFunc(slices.Clone(all), f.misses(in))
		sortViews(found, in)
		out.Found = int64(len(found))
		first := min(in.Start-1, out.Found)
		for _, v := range found[first:min(first+in.Size, out.Found)] {
			row, err := f.row(r, v)
			if err != nil {
				return err
			}
			out.Tokens = append(out.Tokens, row)
		}
		return nil
	})
	return out, err
}

// row is a token as the table shows it.
func (f family) row(r Reader, v *view) (row overviewRow, err error) {
	row = overviewRow{
		ID: strconv.FormatInt(v.ID, 10), Name: v.Name, Privileges: v.Privileges.Names(), Everything: v.everything, Created: v.Created, Expires: v.Expires,
		State: v.state, Use: v.use, Addresses: v.Addresses.Texts(), MadeBy: v.maker, Made: v.made, LastUsed: last(v.last),
	}
	today := hostkeep.UseDay(f.Now())
	days, err := r.TokenDays(v.ID, today-shownDays+1)
	row.Calls = make([]int64, shownDays)
	for _, d := range days {
		if d.Day > today { // written before the clock was set back
			continue
		}
		row.Calls[shownDays-1-(today-d.Day)] = d.Calls
		row.Refusals += d.Refusals
	}
	return row, err
}

func last(u hostkeep.TokenUse) *lastUse {
	if u.Last.IsZero() {
		return nil
	}
	return &lastUse{u.Last, u.Addr, u.Function, u.Agent}
}

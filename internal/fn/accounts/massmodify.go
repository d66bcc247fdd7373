package accounts

import (
	"context"
	"errors"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type massIn struct {
	Users []string `whm:"user,required,max=64"`
	Email *string  `whm:"CONTACTEMAIL,max=255"`
	Owner string   `whm:"OWNER,max=64" doc:"root and holders of all only"`
	modified
}

// massRow is what came of one account.
type massRow struct {
	User     string   `whm:"user"`
	Result   bool     `whm:"result"`
	Reason   string   `whm:"reason"`
	Messages []string `whm:"messages"`
	Warnings []string `whm:"warnings"`
	From     []string `whm:"proxied_from"`
	Extended *changed `whm:"extended"`
}

type massOut struct {
	Payload []massRow `whm:"payload,list"`
}

// maxMass bounds one call, as batch is bounded.
const maxMass = 1000

// massmodifyacct does the same to many accounts, each on its own: one that is
// refused leaves the others as asked. promise 2 is asked for each.
func (f family) massmodifyacct(ctx context.Context, c api.Call, in massIn) (out massOut, err error) {
	if len(in.Users) > maxMass {
		return out, hostkeep.Errorf(hostkeep.Invalid, "massmodifyacct takes at most %d accounts.", maxMass)
	}
	for _, user := range in.Users {
		row := massRow{User: user, Result: true, Reason: "Account Modified"}
		done, err := f.modify(ctx, c, modifyIn{User: user, Email: in.Email, Owner: in.Owner, modified: in.modified})
		var told *hostkeep.Error
		switch {
		case err == nil:
			row.Extended = &done
		case errors.As(err, &told):
			row.Result, row.Reason = false, told.Message
		default:
			return out, err // ours: the accounts before this one are done
		}
		out.Payload = append(out.Payload, row)
	}
	return out, nil
}

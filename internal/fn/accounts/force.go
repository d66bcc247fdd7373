package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type forceIn struct {
	Users string `whm:"users_json,required,max=65536,multiline" doc:"JSON: an object of user names with 1 (must change it) or 0, or a list of names"`
	Stop  bool   `whm:"stop_on_failure,default=0" doc:"1: if one is refused, none is marked"`
}

type forceOut struct {
	wire.Note
	Updated []string `whm:"updated"`
}

// forcepasswordchange marks who must set another password before anything else.
// It takes no credential away, but a WHM user's is not marked by whoever could
// not set it.
func (f family) forcepasswordchange(ctx context.Context, c api.Call, in forceIn) (out forceOut, err error) {
	wanted, err := forced(in.Users)
	if err != nil {
		return out, err
	}
	if len(wanted) > maxMass {
		return out, hostkeep.Errorf(hostkeep.Invalid, "forcepasswordchange takes at most %d users.", maxMass)
	}
	names := make([]string, 0, len(wanted))
	for name := range wanted {
		names = append(names, name)
	}
	slices.Sort(names)
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		out.Updated, out.Warnings = []string{}, nil
		for _, name := range names {
			err := force(tx, c.Caller, name, wanted[name])
			var told *hostkeep.Error
			switch {
			case err == nil:
				out.Updated = append(out.Updated, name)
			case in.Stop || !errors.As(err, &told):
				return err
			default:
				out.Warnings = append(out.Warnings, told.Message)
			}
		}
		return nil
	})
	return out, err
}

func force(tx Tx, c hostkeep.Caller, user string, on bool) error {
	a, err := governed(tx, c, user, noSuchUser)
	if err != nil {
		return err
	}
	p, err := hostkeep.UserOf(tx, a)
	if err == nil {
		err = c.MayTouchUser(p)
	}
	if err != nil {
		return err
	}
	a.PasswordForced = on
	return tx.UpdateAccount(a)
}

// forced reads users_json.
func forced(text string) (map[string]bool, error) {
	bad := hostkeep.Errorf(hostkeep.Invalid, "The parameter \"users_json\" must be a JSON object of user names with 1 or 0, or a list of user names.")
	wanted := map[string]bool{}
	var list []string
	if json.Unmarshal([]byte(text), &list) == nil {
		for _, name := range list {
			wanted[name] = true
		}
		return wanted, nil
	}
	var values map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &values) != nil {
		return nil, bad
	}
	for name, value := range values {
		switch string(value) {
		case `1`, `"1"`, `true`:
			wanted[name] = true
		case `0`, `"0"`, `false`, `""`:
			wanted[name] = false
		default:
			return nil, bad
		}
	}
	return wanted, nil
}

package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type lockedOut struct {
	Accounts []string `whm:"account,list"`
}

func (f family) listlockedaccounts(ctx context.Context, c api.Call, _ struct{}) (out lockedOut, err error) {
	rows, err := f.visible(ctx, c.Caller)
	for _, a := range rows {
		if a.Locked {
			out.Accounts = append(out.Accounts, a.User)
		}
	}
	return out, err
}

type usersOut struct {
	Users []string `whm:"users,list"`
}

// listUsers shows root to whoever sees every account.
func (f family) listUsers(ctx context.Context, c api.Call, _ struct{}) (out usersOut, err error) {
	rows, err := f.visible(ctx, c.Caller)
	if c.User.Rights().Has(hostkeep.All) {
		out.Users = []string{hostkeep.RootName}
	}
	for _, a := range rows {
		out.Users = append(out.Users, a.User)
	}
	return out, err
}

type countOut struct {
	Users int64 `whm:"users"`
}

func (f family) getCurrentUsersCount(ctx context.Context, c api.Call, _ struct{}) (out countOut, err error) {
	rows, err := f.visible(ctx, c.Caller)
	out.Users = int64(len(rows))
	return out, err
}

// getMaximumUsers: 0 is WHM's word for no limit, and Hostkeep has none.
func (f family) getMaximumUsers(context.Context, api.Call, struct{}) (out countOut, err error) {
	return out, nil
}

type newNameIn struct {
	User string `whm:"user,required,max=64"`
}

func (f family) verifyNewUsername(ctx context.Context, _ api.Call, in newNameIn) (out api.Done, err error) {
	return out, f.verify(ctx, in.User, checkUsername)
}

func (f family) verifyForRestore(ctx context.Context, _ api.Call, in newNameIn) (out api.Done, err error) {
	return out, f.verify(ctx, in.User, checkOldUsername)
}

// verify answers what createacct would say of a name.
func (f family) verify(ctx context.Context, name string, check func(string) error) error {
	name = strings.ToLower(name)
	if err := check(name); err != nil {
		return err
	}
	return f.Read(ctx, func(r Reader) error { return nameFree(r, name, 0) })
}

type systemUserOut struct {
	Exists   bool `whm:"exists"`
	Reserved bool `whm:"reserved"`
	New      bool `whm:"valid_for_new"`
	Transfer bool `whm:"valid_for_transfer"`
}

// validateSystemUser says of a name what verify_new_username would, part by part.
func (f family) validateSystemUser(ctx context.Context, _ api.Call, in newNameIn) (out systemUserOut, err error) {
	name := strings.ToLower(in.User)
	out = systemUserOut{
		Reserved: slices.Contains(reserved, name), New: checkUsername(name) == nil, Transfer: checkOldUsername(name) == nil,
	}
	err = f.Read(ctx, func(r Reader) error {
		_, err := r.Principal(name)
		out.Exists = err == nil
		if errors.Is(err, hostkeep.ErrNotFound) {
			return nil
		}
		return err
	})
	return out, err
}

type untrackIn struct {
	UID    *int64 `whm:"uid"`
	GID    *int64 `whm:"gid"`
	Exists bool   `whm:"check_exists,default=1" doc:"refuse an id that an account has"`
	Quota  bool   `whm:"check_quota,default=1" doc:"without effect: no files are kept"`
	System bool   `whm:"protect_system,default=1" doc:"refuse the ids of the system, which are below 1000"`
}

// untrackAcctID frees an id of an account that is gone. Ids of Hostkeep's are
// free as soon as their account is, so it only says whether that is so.
func (f family) untrackAcctID(ctx context.Context, _ api.Call, in untrackIn) (out api.Done, err error) {
	ids := []int64{}
	for _, id := range []*int64{in.UID, in.GID} {
		if id != nil {
			ids = append(ids, *id)
		}
	}
	if len(ids) == 0 {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"uid\" or \"gid\" is required.")
	}
	rows, err := f.kept(ctx, true)
	if err != nil {
		return out, err
	}
	for _, id := range ids {
		if id < 1 || in.System && id < 1000 {
			return out, hostkeep.Errorf(hostkeep.Denied, "The id %d is the system's.", id)
		}
		for _, a := range rows {
			if in.Exists && a.UID == id {
				return out, hostkeep.Errorf(hostkeep.Conflict, "The id %d is that of the account %s.", id, a.User)
			}
		}
	}
	return out, nil
}

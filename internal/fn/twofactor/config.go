package twofactor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type generateOut struct {
	Address hostkeep.Secret `whm:"otpauth_str" doc:"for an app to read from a picture"`
	Seed    hostkeep.Secret `whm:"secret" doc:"for people to type"`
}

func (f family) generate(ctx context.Context, c api.Call, _ struct{}) (out generateOut, err error) {
	var named issuerOut
	err = f.Read(ctx, func(r Reader) (err error) {
		named, err = f.issuerOf(r, c.User)
		return err
	})
	if err != nil {
		return out, err
	}
	out.Seed, out.Address, err = f.NewSeed(named.Issuer, c.User.Name)
	return out, err
}

type setIn struct {
	Seed hostkeep.Secret `whm:"secret,required" doc:"as twofactorauth_generate_tfa_config made it"`
	Code hostkeep.Secret `whm:"tfa_token,required" doc:"the code that the app shows now"`
	Old  hostkeep.Secret `whm:"current_tfa_token" doc:"a code of the second factor that this one replaces, in a session or by password; the next one where the request itself needed one"`
}

type setOut struct {
	Success bool `whm:"success"`
}

// set wants a code of the seed: a factor whose app was never set up would lock
// its user out. That code is used up by it. Of a factor that is there already it
// wants a code too, or a stolen session could take the user over.
func (f family) set(ctx context.Context, c api.Call, in setIn) (out setOut, err error) {
	if err := c.MayTouchWHMUser(c.User, c.User.Privileges); err != nil {
		return out, err
	}
	if err := f.CheckSeed(in.Seed); err != nil {
		return out, err
	}
	step, right := f.MatchCode(in.Seed, in.Code.Reveal())
	if !right {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The security code is not the one that this secret has now.")
	}
	t, err := f.Seal(c.User.ID, in.Seed, step)
	if err != nil {
		return out, err
	}
	own, err := f.prove(ctx, c.Caller, in.Old)
	if err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		if err := stillProven(tx, c.Caller, own); err != nil {
			return err
		}
		return tx.PutTwoFactor(t)
	})
	return setOut{err == nil}, err
}

type configsIn struct {
	User string `whm:"user" doc:"only this one; absent: all of the caller's"`
}

type config struct {
	Enabled bool   `whm:"is_enabled"`
	Domain  string `whm:"primary_domain"`
}

type configsOut struct {
	Users wire.Keyed[config] `whm:",spread"`
}

// configs lists the caller and the accounts that it owns. Root's domain is the
// server's name.
func (f family) configs(ctx context.Context, c api.Call, in configsIn) (out configsOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		have, err := r.TwoFactors()
		if err != nil {
			return err
		}
		accounts, err := r.Accounts(0)
		if err != nil {
			return err
		}
		everyone := append(accounts, hostkeep.Account{ID: hostkeep.RootID, User: hostkeep.RootName, Domain: f.Host})
		out.Users = nil
		for _, a := range everyone {
			if !c.User.OwnsAccount(a.ID, a.OwnerID) || in.User != "" && in.User != a.User {
				continue
			}
			_, found := slices.BinarySearch(have, a.ID)
			out.Users = append(out.Users, wire.KeyedItem[config]{Key: a.User, Value: config{found, a.Domain}})
		}
		return nil
	})
	slices.SortFunc(out.Users, func(a, b wire.KeyedItem[config]) int { return strings.Compare(a.Key, b.Key) })
	return out, err
}

type removeIn struct {
	Users []string        `whm:"user,required" doc:"whose second factor goes"`
	Code  hostkeep.Secret `whm:"current_tfa_token" doc:"a code of the caller's own, where that goes, in a session or by password; the next one where the request itself needed one"`
}

type removeOut struct {
	Failed   wire.Keyed[string] `whm:"failed" doc:"why not, by user"`
	Modified []string           `whm:"users_modified"`
}

// remove does what it may for each user; what it may not is told. A WHM user's
// second factor is as good as its password: promise 2. The caller's own goes only
// with a code of it; who has lost the app asks whoever is above, root the machine.
func (f family) remove(ctx context.Context, c api.Call, in removeIn) (out removeOut, err error) {
	users := slices.Compact(slices.Sorted(slices.Values(in.Users)))
	var own hostkeep.TwoFactor
	var unproven error
	if slices.Contains(users, c.User.Name) {
		if own, unproven = f.prove(ctx, c.Caller, in.Code); unproven != nil && hostkeep.KindOf(unproven) != hostkeep.Denied {
			return out, unproven
		}
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		out = removeOut{}
		for _, name := range users {
			err := removeOne(tx, c.Caller, name, func() error {
				if unproven != nil {
					return unproven
				}
				return stillProven(tx, c.Caller, own)
			})
			switch {
			case err == nil:
				out.Modified = append(out.Modified, name)
			case hostkeep.KindOf(err) != 0:
				out.Failed = append(out.Failed, wire.KeyedItem[string]{Key: name, Value: err.Error()})
			default:
				return err
			}
		}
		return nil
	})
	return out, err
}

// removeOne asks mine before it removes the caller's own.
func removeOne(tx Tx, c hostkeep.Caller, name string, mine func() error) error {
	p, err := c.FindUser(name, noUser, tx.Principal)
	if err == nil {
		err = c.MayTouchUser(p)
	}
	if err == nil && p.ID == c.User.ID {
		err = mine()
	}
	if err != nil {
		return err
	}
	if err := tx.DeleteTwoFactor(p.ID); errors.Is(err, hostkeep.ErrNotFound) {
		return hostkeep.Errorf(hostkeep.NotFound, "%s has no second factor.", p.Name)
	} else if err != nil {
		return fmt.Errorf("removing a second factor: %w", err)
	}
	return nil
}

// Package settings is the family of functions that keep a text and give it back:
// tweak settings, name servers, a WHM user's personalisation, its own keys and
// its public contact. It holds how long and how many such texts may be, and
// refuses to know what any of them is for; some are keys of other services, so
// what is kept under names that callers choose is taken as secrets are.
package settings

import (
	"context"
	"errors"
	"regexp"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// Reader is what the family reads.
type Reader interface {
	Setting(owner int64, kind, name string) (hostkeep.Setting, error)
	Settings(owner int64, kind string) ([]hostkeep.Setting, error)
	Reseller(id int64) (hostkeep.Reseller, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	PutSetting(hostkeep.Setting) error
	DropSetting(owner int64, kind, name string) error
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
	Zones  zones.Rules // which name servers new zones have
	// Configured answers a setting of the program's own file, by its key there;
	// false for what is none.
	Configured func(key string) (value string, ok bool)
}

type family struct{ Deps }

// The kinds of setting that are this family's.
const (
	kindTweak    = "tweak"
	kindPersonal = "personal"
	kindKey      = "nv"
	kindContact  = "contact"
)

// How much anybody may keep here: who may call these functions must not fill
// the store.
const (
	maxValue  = 4096 // bytes of one text
	maxTweaks = 500  // of the server
	maxKeys   = 200  // of each kind, of each WHM user
)

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return append(f.ofUsers(), f.ofServer()...)
}

func (f family) ofServer() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "get_tweaksetting", Summary: "A tweak setting that was set before, or one of Hostkeep's own file.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, f.getTweak),
		api.Define(api.Decl{
			Name: "set_tweaksetting", Summary: "Keep a tweak setting; nothing here acts on it.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
		}, f.setTweak),
		api.Define(api.Decl{
			Name: "get_nameserver_config", Summary: "The name servers that new zones are to name.", Since: "56",
			Opens: []hostkeep.Privilege{"ns-config"}, Touches: api.NoCredentials,
		}, f.getNameservers),
		api.Define(api.Decl{
			Name: "update_nameservers_config", Summary: "Set the name servers that new zones are to name; what is not given stays, what is empty goes.", Since: "76",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
		}, f.setNameservers),
	}
}

func (f family) ofUsers() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "personalization_get", Summary: "What the caller keeps under some names.", Since: "74",
			Opens: []hostkeep.Privilege{"basic-whm-functions"}, Touches: api.NoCredentials,
		}, f.getPersonal),
		api.Define(api.Decl{
			Name: "personalization_set", Summary: "Keep texts under names, for the caller alone.", Since: "74",
			Opens: []hostkeep.Privilege{"basic-whm-functions"}, Writes: true, Touches: api.NoCredentials,
		}, f.setPersonal),
		api.Define(api.Decl{
			Name: "nvget", Summary: "What the caller keeps under a key, null for nothing.",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain}, OnlyV0: true,
		}, f.nvget),
		api.Define(api.Decl{
			Name: "nvset", Summary: "Keep texts under keys, for the caller alone: the first value under the first key, and so on.",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain}, OnlyV0: true,
		}, f.nvset),
		api.Define(api.Decl{
			Name: "get_public_contact", Summary: "The name and the address of a page by which the caller's customers find it.", Since: "68",
			Opens: []hostkeep.Privilege{"public-contact"}, Touches: api.NoCredentials,
		}, f.getContact),
		api.Define(api.Decl{
			Name: "set_public_contact", Summary: "Set the caller's public contact; what is not given stays, what is empty goes.", Since: "68",
			Opens: []hostkeep.Privilege{"public-contact"}, Writes: true, Touches: api.NoCredentials,
		}, f.setContact),
	}
}

var settingName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$`)

func checkName(what, name string) error {
	if !settingName.MatchString(name) {
		return hostkeep.Errorf(hostkeep.Invalid,
			"The %s %q is not one: it has 1 to 128 letters, digits, underscores, dots, colons and hyphens, and begins with a letter, digit or underscore.",
			what, hostkeep.Clip(name, 60))
	}
	return nil
}

// get answers the value of one setting, "" and false when it is not set.
func (f family) get(ctx context.Context, owner int64, kind, name string) (value string, ok bool, err error) {
	err = f.Read(ctx, func(r Reader) error {
		s, err := r.Setting(owner, kind, name)
		value, ok = s.Value, err == nil
		if errors.Is(err, hostkeep.ErrNotFound) {
			return nil
		}
		return err
	})
	return value, ok, err
}

// put sets one setting, and holds the number of those of its kind to a limit.
func put(tx Tx, limit int, s hostkeep.Setting) error {
	_, err := tx.Setting(s.OwnerID, s.Kind, s.Name)
	if errors.Is(err, hostkeep.ErrNotFound) {
		var all []hostkeep.Setting
		if all, err = tx.Settings(s.OwnerID, s.Kind); err == nil && len(all) >= limit {
			err = hostkeep.Errorf(hostkeep.Conflict, "There are %d of these already, and there may be no more; %q was not kept.", len(all), s.Name)
		}
	}
	if err != nil {
		return err
	}
	return tx.PutSetting(s)
}

// edit sets what is given: an empty text takes the setting away.
func edit(tx Tx, owner int64, kind, name string, value *string) error {
	switch {
	case value == nil:
		return nil
	case *value == "":
		return tx.DropSetting(owner, kind, name)
	}
	return tx.PutSetting(hostkeep.Setting{OwnerID: owner, Kind: kind, Name: name, Value: *value})
}

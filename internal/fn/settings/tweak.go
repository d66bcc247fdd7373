package settings

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type tweakIn struct {
	Key    string `whm:"key,required,max=128" doc:"as WHM calls it, or the key of one of Hostkeep's own file, such as limits.batch"`
	Module string `whm:"module,enum=Apache|Basic|Mail|Main,default=Main"`
}

type tweak struct {
	Key   string `whm:"key"`
	Value string `whm:"value"`
}

type tweakOut struct {
	Tweak tweak `whm:"tweaksetting"`
}

// named is the setting's name in the store: each module has its own.
func (in tweakIn) named() string { return in.Module + "/" + in.Key }

func (f family) getTweak(ctx context.Context, _ api.Call, in tweakIn) (tweakOut, error) {
	if value, ok := f.Configured(in.Key); ok {
		return tweakOut{tweak{in.Key, value}}, nil
	}
	if err := checkName("key", in.Key); err != nil {
		return tweakOut{}, err
	}
	value, ok, err := f.get(ctx, hostkeep.ServerSettings, kindTweak, in.named())
	if err == nil && !ok {
		err = hostkeep.Errorf(hostkeep.NotFound, "Nobody has set the tweak setting %q of the module %s, and Hostkeep has none of that name.", in.Key, in.Module)
	}
	return tweakOut{tweak{in.Key, value}}, err
}

type setTweakIn struct {
	Key    string          `whm:"key,required,max=128"`
	Module string          `whm:"module,enum=Apache|Basic|Mail|Main,default=Main"`
	Value  hostkeep.Secret `whm:"value,max=4096,multiline"`
}

// setTweak keeps what scripts set when they set a server up, and refuses what
// would seem to change this program and would not.
func (f family) setTweak(ctx context.Context, c api.Call, in setTweakIn) (out api.Done, err error) {
	if err := checkName("key", in.Key); err != nil {
		return out, err
	}
	if _, ok := f.Configured(in.Key); ok {
		return out, hostkeep.Errorf(hostkeep.Unsupported, "%s is a setting of this program's own: it stands in the settings file, and a restart brings a new value into force.", in.Key)
	}
	s := hostkeep.Setting{OwnerID: hostkeep.ServerSettings, Kind: kindTweak, Name: tweakIn{in.Key, in.Module}.named(), Value: in.Value.Reveal()}
	return out, f.Change(ctx, c.Change(), func(tx Tx) error { return put(tx, maxTweaks, s) })
}

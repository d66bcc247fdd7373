package settings

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type nvgetIn struct {
	Key string `whm:"key,max=128"`
}

type nvgetOut struct {
	Value *string `whm:"value"`
}

func (f family) nvget(ctx context.Context, c api.Call, in nvgetIn) (out nvgetOut, err error) {
	value, ok, err := f.get(ctx, c.User.ID, kindKey, in.Key)
	if ok {
		out.Value = &value
	}
	return out, err
}

type nvsetIn struct {
	Keys   []string          `whm:"key,max=128"`
	Values []hostkeep.Secret `whm:"value,max=4096,empties,multiline"`
}

// nvsetOut is always empty: what else WHM writes there nobody recorded.
type nvsetOut struct {
	Result []string `whm:"result"`
}

// nvset without a key does nothing, as recorded.
func (f family) nvset(ctx context.Context, c api.Call, in nvsetIn) (out nvsetOut, err error) {
	if len(in.Keys) == 0 {
		return out, nil
	}
	if len(in.Keys) > maxKeys {
		return out, hostkeep.Errorf(hostkeep.Invalid, "%d keys were given; there may be %d at most.", len(in.Keys), maxKeys)
	}
	if len(in.Keys) != len(in.Values) {
		return out, hostkeep.Errorf(hostkeep.Invalid, "%d keys and %d values were given: each key needs one value.", len(in.Keys), len(in.Values))
	}
	for _, key := range in.Keys {
		if err := checkName("key", key); err != nil {
			return out, err
		}
	}
	return out, f.Change(ctx, c.Change(), func(tx Tx) error {
		for i, key := range in.Keys {
			if err := put(tx, maxKeys, hostkeep.Setting{OwnerID: c.User.ID, Kind: kindKey, Name: key, Value: in.Values[i].Reveal()}); err != nil {
				return err
			}
		}
		return nil
	})
}

package settings

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type getPersonalIn struct {
	Names []string `whm:"names,max=128" doc:"without any, everything"`
}

// kept is one name with what is kept under it, or why nothing is.
type kept struct {
	Value   *hostkeep.Secret `whm:"value"`
	Success bool             `whm:"success"`
	Reason  string           `whm:"reason"`
}

type personalOut struct {
	Personalization wire.Keyed[kept] `whm:"personalization"`
}

func (o *personalOut) add(name string, value *string, reason string) {
	k := kept{Success: reason == "", Reason: reason}
	if k.Success {
		k.Reason = "OK"
	}
	if value != nil {
		secret := hostkeep.NewSecret(*value)
		k.Value = &secret
	}
	o.Personalization = append(o.Personalization, wire.KeyedItem[kept]{Key: name, Value: k})
}

func (f family) getPersonal(ctx context.Context, c api.Call, in getPersonalIn) (out personalOut, err error) {
	values := map[string]string{}
	err = f.Read(ctx, func(r Reader) error {
		list, err := r.Settings(c.User.ID, kindPersonal)
		for _, s := range list {
			values[s.Name] = s.Value
		}
		return err
	})
	names := slices.Compact(slices.Sorted(slices.Values(in.Names)))
	if in.Names == nil {
		names = slices.Sorted(maps.Keys(values))
	}
	for _, name := range names {
		if value, ok := values[name]; ok {
			out.add(name, &value, "")
		} else {
			out.add(name, nil, "Nothing is kept under this name.")
		}
	}
	return out, err
}

// setPersonalIn has the names inside the secret: one that is refused may be a
// value in the wrong place.
type setPersonalIn struct {
	Personalization hostkeep.Secret `whm:"personalization,required,max=65536,multiline" doc:"a JSON object of names and texts; null takes a name away"`
}

// setPersonal keeps what it can, and says of each name whether it did: that is
// the function's form.
func (f family) setPersonal(ctx context.Context, c api.Call, in setPersonalIn) (out personalOut, err error) {
	values, err := texts(in.Personalization.Reveal())
	if err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		out = personalOut{}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			value := values[name]
			err := personal(tx, c.User.ID, name, value)
			var told *hostkeep.Error
			switch {
			case errors.As(err, &told) && told.Kind != hostkeep.Unavailable:
				out.add(name, value, told.Message)
			case err != nil:
				return err
			default:
				out.add(name, value, "")
			}
		}
		return nil
	})
	return out, err
}

func personal(tx Tx, user int64, name string, value *string) error {
	if err := checkName("name", name); err != nil {
		return err
	}
	if value == nil {
		return tx.DropSetting(user, kindPersonal, name)
	}
	if len(*value) > maxValue {
		return hostkeep.Errorf(hostkeep.Invalid, "The value has more than %d bytes.", maxValue)
	}
	return put(tx, maxKeys, hostkeep.Setting{OwnerID: user, Kind: kindPersonal, Name: name, Value: *value})
}

// texts reads the object. What is no text is kept as the JSON that it is, and
// null is nil.
func texts(object string) (map[string]*string, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &raw); err != nil || raw == nil {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"personalization\" is not a JSON object of names and texts.")
	}
	if len(raw) > maxKeys {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "%d names were given; there may be %d at most.", len(raw), maxKeys)
	}
	values := make(map[string]*string, len(raw))
	for name, value := range raw {
		text, err := textOf(value)
		if err != nil {
			return nil, fmt.Errorf("reading the value of a name: %w", err)
		}
		values[name] = text
	}
	return values, nil
}

func textOf(value json.RawMessage) (*string, error) {
	switch value[0] {
	case 'n':
		return nil, nil
	case '"':
		var text string
		err := json.Unmarshal(value, &text)
		return &text, err
	}
	var b bytes.Buffer
	err := json.Compact(&b, value)
	text := b.String()
	return &text, err
}

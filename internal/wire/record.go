package wire

import (
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
)

// How many bytes the record keeps of one value, and of all of a call's before it only
// counts: it must fit into the store, however much a call brings.
const (
	maxRecorded = 1024
	maxArgs     = 32 << 10
)

// Record writes the declared parameters that were given as a compact JSON
// object for the audit record, in the order of declaration and under their
// declared names. Of a secret only digest(value) is kept, or *** without a digest; what is
// repeated is an array of strings. Of very much, the rest is counted.
func (in *Input) Record(p Params, digest func(text string) string) string {
	return string(in.object(p, telling{secret: digest, most: maxRecorded, all: maxArgs}))
}

// Arguments writes the same whole, for a program: what can be repeated is always
// an array, and secrets are there in clear or as ***.
func (in *Input) Arguments(p Params, secrets bool) []byte {
	t := telling{arrays: true}
	if secrets {
		t.secret = func(text string) string { return text }
	}
	return in.object(p, t)
}

// telling is how much of the parameters is told.
type telling struct {
	secret func(text string) string // what stands for a secret; nil: ***
	most   int                      // bytes of a value; 0: all
	all    int                      // bytes of the object, after which the rest is counted; 0: none
	arrays bool                     // a list of one is an array too
}

func (t telling) clip(s string) string {
	if t.most == 0 {
		return s
	}
	return hostkeep.Clip(s, t.most)
}

func (in *Input) object(p Params, t telling) []byte {
	hits := in.sort(p)
	dst, left := []byte{'{'}, 0
	for i := range in.fields {
		f := &in.fields[i]
		groups := [][]hit{hits[i]}
		if f.Type == typePrefix || f.Type == typeRest {
			groups = bySuffix(hits[i])
		}
		for _, g := range groups {
			if t.full(dst) && len(g) > 0 {
				left++
				continue
			}
			dst = f.record(dst, g, t)
		}
	}
	if left > 0 {
		dst = append(dst, ',')
		dst = append(dst, JSONMember("…", fmt.Sprintf("and %d more", left))...)
	}
	return append(dst, '}')
}

// full reports that no more is told, only counted.
func (t telling) full(dst []byte) bool { return t.all > 0 && len(dst) > t.all }

// record appends one member, or nothing when nothing was given.
func (f *field) record(dst []byte, hits []hit, t telling) []byte {
	values := f.recorded(hits, t)
	if len(values) == 0 {
		return dst
	}
	if len(dst) > 1 {
		dst = append(dst, ',')
	}
	name := f.Name
	switch f.Type {
	case typePrefix:
		name += hits[0].suffix
	case typeRest:
		name = hits[0].suffix
	}
	dst = append(appendText(dst, t.clip(name)), ':')
	if len(values) == 1 && (!t.arrays || f.Type != typeList) {
		return appendText(dst, values[0])
	}
	dst = append(dst, '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		if t.full(dst) {
			dst = appendText(dst, fmt.Sprintf("and %d more", len(values)-i))
			break
		}
		dst = appendText(dst, v)
	}
	return append(dst, ']')
}

// recorded is what may be told of the values that Decode goes by.
func (f *field) recorded(hits []hit, t telling) []string {
	if f.Type != typeList {
		hits = unshadowed(hits)
	}
	values := make([]string, len(hits))
	for i, h := range hits {
		switch {
		case !f.Secret:
			values[i] = t.clip(h.value)
		case t.secret != nil:
			values[i] = t.secret(h.value)
		default:
			values[i] = hostkeep.NewSecret(h.value).String()
		}
	}
	if f.Type != typeList {
		values = slices.Compact(values)
	}
	return values
}

// JSONMember is a member of a JSON object: "name":"value".
func JSONMember(name, value string) string {
	return string(appendText(append(appendText(nil, name), ':'), value))
}

package wire

import (
	"slices"

	"github.com/hostkeep/hostkeep"
)

// maxRecorded is how many bytes of one value the record keeps.
const maxRecorded = 1024

// Record writes the declared parameters that were given as a compact JSON
// object for the audit record, in the order of declaration and under their
// declared names. Of a secret only digest(value) is kept, or *** without a digest; what is
// repeated is an array of strings.
func (in *Input) Record(p Params, digest func(text string) string) string {
	hits := in.sort(p)
	dst := []byte{'{'}
	for i := range in.fields {
		f := &in.fields[i]
		groups := [][]hit{hits[i]}
		if f.Type == typePrefix {
			groups = bySuffix(hits[i])
		}
		for _, g := range groups {
			dst = f.record(dst, g, digest)
		}
	}
	return string(append(dst, '}'))
}

// record appends one member, or nothing when nothing was given.
func (f *field) record(dst []byte, hits []hit, digest func(string) string) []byte {
	values := f.recorded(hits, digest)
	if len(values) == 0 {
		return dst
	}
	if len(dst) > 1 {
		dst = append(dst, ',')
	}
	name := f.Name
	if f.Type == typePrefix {
		name += hits[0].suffix
	}
	dst = append(appendText(dst, hostkeep.Clip(name, maxRecorded)), ':')
	if len(values) == 1 {
		return appendText(dst, values[0])
	}
	dst = append(dst, '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, v)
	}
	return append(dst, ']')
}

// recorded is what the record may hold of the values that Decode goes by.
func (f *field) recorded(hits []hit, digest func(string) string) []string {
	if f.Type != typeList {
		hits = unshadowed(hits)
	}
	values := make([]string, len(hits))
	for i, h := range hits {
		switch {
		case f.Type != typeSecret:
			values[i] = hostkeep.Clip(h.value, maxRecorded)
		case digest != nil:
			values[i] = digest(h.value)
		default:
			values[i] = hostkeep.NewSecret(h.value).String()
		}
	}
	if f.Type != typeList {
		values = slices.Compact(values)
	}
	return values
}

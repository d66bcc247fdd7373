package wire

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// form is how a parameter's name names a field.
type form uint8

const (
	bare    form = iota // NAME, or an alias
	indexed             // NAME-3, NAME3, NAME[3], NAME[]
	suffix              // of a prefix field
)

// value is one parameter as it belongs to a field.
type value struct {
	field int
	form  form
	order uint64 // of an indexed one, from 1; 0 for a bare one
	label string // of a prefix one
	param param
}

// own finds the field that a name belongs to.
func (in *Input) own(p param) (value, bool) {
	if i, ok := in.owner[p.name]; ok && in.fields[i].Type != "prefix" {
		return value{field: i, param: p}, true
	}
	if base, n, ok := splitIndex(p.name); ok {
		if i, ok := in.owner[base]; ok && in.fields[i].Type == "list" {
			return value{field: i, form: indexed, order: n, param: p}, true
		}
	}
	for i, f := range in.fields {
		if f.Type != "prefix" {
			continue
		}
		if label, ok := strings.CutPrefix(p.name, f.Name); ok && label != "" {
			return value{field: i, form: suffix, label: label, param: p}, true
		}
		base, label, ok := strings.Cut(p.name, "[") // PHP's acl[NAME] for acl-NAME
		if ok && base == strings.TrimRight(f.Name, "-_") && len(label) > 1 && strings.HasSuffix(label, "]") {
			return value{field: i, form: suffix, label: label[:len(label)-1], param: p}, true
		}
	}
	return value{}, false
}

// splitIndex takes NAME-3, NAME3, NAME[3] and NAME[] apart; the order counts
// from 1, so that a bare name comes first.
func splitIndex(name string) (base string, order uint64, ok bool) {
	if inner, found := strings.CutSuffix(name, "[]"); found {
		return inner, 1, true
	}
	digits := name
	closed := strings.HasSuffix(name, "]")
	if closed {
		digits = name[:len(name)-1]
	}
	base = strings.TrimRight(digits, "0123456789")
	n, err := strconv.ParseUint(digits[len(base):], 10, 32)
	if err != nil {
		return "", 0, false
	}
	if closed {
		base, ok = strings.CutSuffix(base, "[")
		return base, n + 1, ok
	}
	return strings.TrimSuffix(base, "-"), n + 1, true
}

// sorted hands every parameter to its field, lists in the order of their numbers.
func (in *Input) sorted(p Params) [][]value {
	byField := make([][]value, len(in.fields))
	for _, x := range p.list {
		if meta(x.name) {
			continue
		}
		if v, ok := in.own(x); ok {
			byField[v.field] = append(byField[v.field], v)
		}
	}
	for i, f := range in.fields {
		if f.Type == "list" {
			slices.SortStableFunc(byField[i], func(a, b value) int { return cmp.Compare(a.order, b.order) })
		}
	}
	return byField
}

// Decode fills the struct that dst points to. Errors are for the caller, name
// the parameter as declared, and never hold a secret.
func (in *Input) Decode(dst any, p Params) error {
	into := reflect.ValueOf(dst).Elem()
	byField := in.sorted(p)
	for i := range in.fields {
		f := &in.fields[i]
		if err := f.decode(into.FieldByIndex(f.index), byField[i]); err != nil {
			return err
		}
	}
	return nil
}

func (f *inField) decode(dst reflect.Value, values []value) error {
	switch f.Type {
	case "list":
		return f.decodeList(dst, values)
	case "prefix":
		return f.decodePrefix(dst, values)
	}
	text, given, err := f.single(values)
	if err != nil {
		return err
	}
	if text == "" && f.Type != "string" && f.Type != "secret" {
		given = false
	}
	if !given {
		text = f.Default
	}
	if f.Required && text == "" {
		return f.missing()
	}
	if !given && f.Default == "" {
		return nil
	}
	return f.put(dst, text)
}

func (f *inField) missing() error {
	return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is required.", f.Name)
}

// single finds the one value: the body's before the query's. Two that differ in
// one place are an error, for no two readers would pick the same.
func (f *inField) single(values []value) (text string, given bool, err error) {
	fromBody := slices.ContainsFunc(values, func(v value) bool { return v.param.body })
	for _, v := range values {
		if v.param.body != fromBody {
			continue
		}
		if given && v.param.value != text {
			return "", false, hostkeep.Errorf(hostkeep.Invalid, "The parameter %q was given more than once.", f.Name)
		}
		text, given = v.param.value, true
	}
	return text, given, nil
}

// put checks one value and sets it.
func (f *inField) put(dst reflect.Value, text string) error {
	if f.Max > 0 && len(text) > f.Max {
		return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is longer than %d bytes.", f.Name, f.Max)
	}
	if strings.ContainsFunc(text, f.refused) {
		return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q holds a control character.", f.Name)
	}
	if f.Enum != nil && text != "" && !slices.Contains(f.Enum, text) {
		return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q must be one of: %s.", f.Name, strings.Join(f.Enum, ", "))
	}
	if f.pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	if err := f.set(dst, text); err != nil {
		return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q %s.", f.Name, err.Error())
	}
	return nil
}

func (f *inField) refused(r rune) bool {
	if f.multiline && (r == '\n' || r == '\t' || r == '\r') {
		return false
	}
	return r < 0x20 || r == 0x7f
}

// decodeList leaves nil where nothing was given, and an empty list where only
// empty texts were: "present but empty" is something else than absent.
func (f *inField) decodeList(dst reflect.Value, values []value) error {
	if values != nil {
		dst.Set(reflect.MakeSlice(dst.Type(), 0, len(values)))
	}
	for _, v := range values {
		if v.param.value == "" {
			continue
		}
		if err := f.put(dst, v.param.value); err != nil {
			return err
		}
	}
	if f.Required && dst.Len() == 0 {
		return f.missing()
	}
	return nil
}

// decodePrefix collects the labels whose value does not say no.
func (f *inField) decodePrefix(dst reflect.Value, values []value) error {
	for _, v := range values {
		if v.param.value == "" || v.param.value == "0" || v.param.value == "n" {
			continue
		}
		if err := f.put(dst, v.label); err != nil {
			return err
		}
	}
	return nil
}

// Record writes the declared parameters that were given as a JSON object, for
// the record: secrets by their digest, long texts cut. What is not declared is
// left out, for nobody knows whether it is a secret.
func (in *Input) Record(p Params, digest func(text string) string) string {
	const longest = 1 << 10
	b := []byte{'{'}
	for i, values := range in.sorted(p) {
		f := &in.fields[i]
		if len(values) == 0 {
			continue
		}
		texts := make([]string, len(values))
		for j, v := range values {
			switch {
			case f.Type == "secret":
				texts[j] = digest(v.param.value)
			case f.Type == "prefix":
				texts[j] = hostkeep.Clip(v.label+"="+v.param.value, longest)
			default:
				texts[j] = hostkeep.Clip(v.param.value, longest)
			}
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendText(b, f.Name)
		b = append(b, ':')
		b = appendTexts(b, texts, f.Type == "list" || f.Type == "prefix")
	}
	return string(append(b, '}'))
}

func appendTexts(b []byte, texts []string, list bool) []byte {
	if !list {
		return appendText(b, texts[len(texts)-1])
	}
	b = append(b, '[')
	for i, t := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, t)
	}
	return append(b, ']')
}

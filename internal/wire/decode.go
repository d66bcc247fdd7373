package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hostkeep/hostkeep"
)

// Decode fills dst, a pointer to the In struct. An error for the caller names
// the parameter as declared and never repeats its value.
func (in *Input) Decode(dst any, p Params) error {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Type().Elem() != in.typ {
		return fmt.Errorf("decoding parameters: the target is %T, not *%v", dst, in.typ)
	}
	hits := in.sort(p)
	for i := range in.fields {
		f := &in.fields[i]
		if err := f.decode(v.Elem().FieldByIndex(f.path), hits[i]); err != nil {
			return err
		}
	}
	return nil
}

func (f *field) decode(dst reflect.Value, hits []hit) error {
	switch f.Type {
	case typeList:
		return f.decodeList(dst, hits)
	case typePrefix:
		return f.decodePrefix(dst, hits)
	case typeRest:
		return f.decodeRest(dst, hits)
	}
	value, given, clash := single(f.present(hits))
	switch {
	case clash:
		return moreThanOnce(f.Name)
	case f.Required && value == "":
		return f.missing()
	case given:
		return f.set(dst, value)
	case f.hasDefault:
		return f.set(dst, f.Default)
	}
	return nil
}

// present leaves out empty values where they count as absent: wherever no empty
// value is legal.
func (f *field) present(hits []hit) []hit {
	if f.textual() && (f.Enum == nil || slices.Contains(f.Enum, "")) {
		return hits
	}
	return slices.DeleteFunc(hits, func(h hit) bool { return h.value == "" })
}

// decodeList keeps "absent" (nil) apart from "present but empty".
func (f *field) decodeList(dst reflect.Value, hits []hit) error {
	if len(hits) == 0 {
		if f.Required {
			return f.missing()
		}
		return nil
	}
	list := make([]string, 0, len(hits))
	for _, h := range hits {
		if h.value == "" && !f.empties {
			continue
		}
		if err := f.checkText(h.value); err != nil {
			return err
		}
		list = append(list, h.value)
	}
	return f.setList(dst, list)
}

// decodePrefix collects the suffixes of what is switched on.
func (f *field) decodePrefix(dst reflect.Value, hits []hit) error {
	if len(hits) == 0 && !f.Required {
		return nil
	}
	list := make([]string, 0, len(hits))
	for _, g := range bySuffix(hits) {
		value, _, clash := single(g)
		switch err := f.checkText(g[0].suffix); {
		case err != nil:
			return err
		case clash:
			return moreThanOnce(f.Name + shown(g[0].suffix))
		case value == "":
			continue
		}
		yes, ok := truth(value)
		if !ok {
			return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q must be 1 or 0.", f.Name+shown(g[0].suffix))
		}
		if yes {
			list = append(list, g[0].suffix)
		}
	}
	return f.setList(dst, list)
}

// decodeRest collects what nothing else takes, in the order of first mention; an
// empty value is 0.
func (f *field) decodeRest(dst reflect.Value, hits []hit) error {
	rest := Keyed[bool]{}
	for _, g := range bySuffix(hits) {
		name := g[0].suffix
		value, _, clash := single(g)
		yes, ok := truth(value)
		switch err := f.checkText(name); {
		case err != nil:
			return err
		case clash:
			return moreThanOnce(shown(name))
		case !ok && value != "":
			return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q must be 1 or 0.", shown(name))
		}
		rest = append(rest, KeyedItem[bool]{name, yes})
	}
	if f.Required && len(rest) == 0 {
		return f.missing()
	}
	dst.Set(reflect.ValueOf(rest))
	return nil
}

func (f *field) setList(dst reflect.Value, list []string) error {
	if f.Required && len(list) == 0 {
		return f.missing()
	}
	if f.Secret {
		dst.Set(reflect.ValueOf(secrets(list)))
	} else {
		dst.Set(reflect.ValueOf(list))
	}
	return nil
}

func secrets(texts []string) []hostkeep.Secret {
	list := make([]hostkeep.Secret, len(texts))
	for i, text := range texts {
		list[i] = hostkeep.NewSecret(text)
	}
	return list
}

func (f *field) missing() error {
	return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is required.", f.Name)
}

// set decodes one value into dst.
func (f *field) set(dst reflect.Value, text string) error {
	if f.pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	var err error
	switch f.Type {
	case typeString:
		dst.SetString(text)
		return f.checkText(text)
	case typeSecret:
		dst.Set(reflect.ValueOf(hostkeep.NewSecret(text)))
		return f.checkText(text)
	case typeInteger:
		var n int64
		if n, err = strconv.ParseInt(text, 10, 64); err != nil {
			return f.refuse("must be a whole number")
		}
		dst.SetInt(n)
	case typeLimit:
		var l hostkeep.Limit
		if l, err = hostkeep.ParseLimit(text); err != nil {
			return f.refuse(`must be a whole number or "unlimited"`)
		}
		dst.SetInt(int64(l))
	case typeBoolean:
		yes, ok := truth(text)
		if !ok {
			return f.refuse("must be 1 or 0")
		}
		dst.SetBool(yes)
	}
	return nil
}

// truth reads WHM's yes and no.
func truth(text string) (yes, ok bool) {
	switch text {
	case "1", "y", "Y":
		return true, true
	case "0", "n", "N":
		return false, true
	}
	return false, false
}

func (f *field) checkText(s string) error {
	switch {
	case len(s) > f.Max:
		return f.refuse(fmt.Sprintf("is longer than %d bytes", f.Max))
	case !utf8.ValidString(s):
		return f.refuse("is not valid UTF-8")
	case strings.ContainsFunc(s, f.control):
		return f.refuse("contains a control character")
	case f.Enum != nil && !slices.Contains(f.Enum, s):
		return f.refuse("must be one of: " + strings.Join(f.Enum, ", "))
	}
	return nil
}

func (f *field) control(r rune) bool {
	if f.multiline && (r == '\n' || r == '\t' || r == '\r') {
		return false
	}
	return hostkeep.Control(r)
}

func (f *field) refuse(why string) error {
	return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q %s.", f.Name, why)
}

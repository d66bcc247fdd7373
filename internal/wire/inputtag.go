package wire

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// Default lengths, in bytes.
const (
	maxText   = 1024
	maxSecret = 4096
)

// compileField reads one field's type and tag.
func compileField(sf reflect.StructField, tag string) (field, error) {
	var errs []error
	name, opts, _ := strings.Cut(tag, ",")
	f := field{Field: Field{Name: name, Summary: sf.Tag.Get("doc")}}
	if !sf.IsExported() {
		errs = append(errs, errors.New("it is not exported"))
	}
	if !f.setType(sf.Type) {
		errs = append(errs, fmt.Errorf("the type %s is no parameter", sf.Type))
	}
	if opts != "" {
		for opt := range strings.SplitSeq(opts, ",") {
			errs = append(errs, f.option(opt))
		}
	}
	for _, n := range f.names() {
		if f.Type == typeRest { // never compared with a key
			continue
		}
		if !wireName(n) || strings.HasPrefix(n, meta) {
			errs = append(errs, fmt.Errorf("the name %q is unfit", n))
		}
	}
	if errors.Join(errs...) == nil { // one mistake, one message
		errs = append(errs, f.check(sf.Type))
	}
	return f, errors.Join(errs...)
}

// setType fills what follows from the Go type.
func (f *field) setType(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer && t.Elem() != reflect.TypeFor[hostkeep.Secret]() {
		f.pointer, t = true, t.Elem()
	}
	switch t {
	case reflect.TypeFor[string]():
		f.Type, f.Max = typeString, maxText
	case reflect.TypeFor[hostkeep.Secret]():
		f.Type, f.Max, f.Secret = typeSecret, maxSecret, true
	case reflect.TypeFor[int64]():
		f.Type = typeInteger
	case reflect.TypeFor[bool]():
		f.Type = typeBoolean
	case reflect.TypeFor[hostkeep.Limit]():
		f.Type = typeLimit
	case reflect.TypeFor[[]string]():
		f.Type, f.Max = typeList, maxText
		return !f.pointer
	case reflect.TypeFor[[]hostkeep.Secret]():
		f.Type, f.Max, f.Secret = typeList, maxSecret, true
		return !f.pointer
	case reflect.TypeFor[Keyed[bool]]():
		f.Type, f.Max = typeRest, maxText
		return !f.pointer
	default:
		return false
	}
	return true
}

func (f *field) option(opt string) error {
	key, val, valued := strings.Cut(opt, "=")
	bad := fmt.Errorf("the option %q is unknown or does not fit the type", opt)
	switch {
	case opt == "required":
		f.Required = true
	case opt == "multiline" && f.textual():
		f.multiline = true
	case opt == "empties" && f.Type == typeList:
		f.empties = true
	case opt == "rest" && f.Type == typeRest: // said for whoever reads the tag; the type says it
	case opt == "prefix" && f.Type == typeList && !f.Secret: // a name is no place for a secret
		f.Type = typePrefix
	case key == "alias" && valued:
		f.Aliases = append(f.Aliases, val)
	case key == "default" && valued && !f.many() && f.Type != typeSecret && !f.pointer:
		f.Default, f.hasDefault = val, true
	case key == "enum" && val != "" && (f.Type == typeString || f.Type == typeList) && !f.Secret:
		f.Enum = strings.Split(val, "|")
	case key == "max" && f.textual():
		n, err := strconv.Atoi(val)
		if err != nil || n < 1 {
			return bad
		}
		f.Max = n
	default:
		return bad
	}
	return nil
}

// check refuses what contradicts itself: a default that is no legal value, or
// that can never be used.
func (f *field) check(t reflect.Type) error {
	switch {
	case f.hasDefault && f.Required:
		return errors.New("it is required and has a default")
	case f.hasDefault:
		if err := f.set(reflect.New(t).Elem(), f.Default); err != nil {
			return fmt.Errorf("the default: %w", err)
		}
	}
	return nil
}

// wireName reports whether a name can stand unescaped in JSON and as an XML tag.
func wireName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

package wire

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// Input is a struct type compiled for decoding. Its fields carry a tag
// `whm:"name,option…"` and may carry `doc:"sentence"`. Options: required,
// alias=NAME, default=V, enum=A|B, max=BYTES, multiline, prefix.
type Input struct {
	fields []inField
	owner  map[string]int // name or alias → field
}

// Field describes one parameter, for documentation, help and tests.
type Field struct {
	Name     string
	Aliases  []string
	Type     string // string, integer, boolean, limit, list, secret or prefix
	Required bool
	Default  string
	Enum     []string
	Max      int // bytes of a text
	Summary  string
}

type inField struct {
	Field
	index     []int
	pointer   bool
	multiline bool
	set       func(dst reflect.Value, text string) error // of one value
}

// CompileInput reads the tags of a struct type; all mistakes come at once.
func CompileInput(t reflect.Type) (*Input, error) {
	in := &Input{owner: map[string]int{}}
	return in, in.compile(t, nil)
}

func (in *Input) compile(t reflect.Type, at []int) error {
	if t.Kind() != reflect.Struct {
		return fmt.Errorf("%s is no struct", t)
	}
	var errs []error
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(slices.Clone(at), i)
		if sf.Anonymous && sf.Tag.Get("whm") == "" {
			errs = append(errs, in.compile(sf.Type, index))
			continue
		}
		if err := in.field(sf, index); err != nil {
			errs = append(errs, fmt.Errorf("field %s: %w", sf.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (in *Input) field(sf reflect.StructField, index []int) error {
	name, options, _ := strings.Cut(sf.Tag.Get("whm"), ",")
	f := inField{Field: Field{Name: name, Summary: sf.Tag.Get("doc")}, index: index}
	if err := f.typed(sf.Type); err != nil {
		return err
	}
	for option := range strings.SplitSeq(options, ",") {
		if err := f.option(option); err != nil {
			return err
		}
	}
	for _, n := range append([]string{f.Name}, f.Aliases...) {
		if _, taken := in.owner[n]; taken || !paramName(n) {
			return fmt.Errorf("name %q is unfit or taken", n)
		}
		in.owner[n] = len(in.fields)
	}
	if f.Default != "" { // a default is itself a legal value
		if err := f.put(reflect.New(sf.Type).Elem(), f.Default); err != nil {
			return fmt.Errorf("default: %w", err)
		}
	}
	in.fields = append(in.fields, f)
	return nil
}

func paramName(n string) bool {
	return n != "" && !meta(n) && !strings.ContainsFunc(n, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

func (f *inField) option(text string) error {
	key, value, _ := strings.Cut(text, "=")
	switch key {
	case "":
	case "required":
		f.Required = true
	case "alias":
		f.Aliases = append(f.Aliases, value)
	case "default":
		f.Default = value
	case "enum":
		f.Enum = strings.Split(value, "|")
	case "multiline":
		f.multiline = true
	case "max":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return fmt.Errorf("option %q is no length", text)
		}
		f.Max = n
	case "prefix":
		if f.Type != "list" {
			return errors.New("prefix wants []string")
		}
		f.Type = "prefix"
	default:
		return fmt.Errorf("unknown option %q", text)
	}
	return nil
}

var (
	secretType = reflect.TypeFor[hostkeep.Secret]()
	limitType  = reflect.TypeFor[hostkeep.Limit]()
)

// typed finds how a value of the field's type is read.
func (f *inField) typed(t reflect.Type) error {
	if t.Kind() == reflect.Pointer {
		f.pointer, t = true, t.Elem()
	}
	switch {
	case t == secretType && !f.pointer:
		f.Type, f.Max = "secret", 4096
		f.set = func(dst reflect.Value, s string) error { dst.Set(reflect.ValueOf(hostkeep.NewSecret(s))); return nil }
	case t == limitType:
		f.Type, f.set = "limit", setLimit
	case t.Kind() == reflect.String:
		f.Type, f.Max = "string", 1024
		f.set = func(dst reflect.Value, s string) error { dst.SetString(s); return nil }
	case t.Kind() == reflect.Int64:
		f.Type, f.set = "integer", setInt
	case t.Kind() == reflect.Bool:
		f.Type, f.set = "boolean", setBool
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String && !f.pointer:
		f.Type, f.Max = "list", 1024
		f.set = func(dst reflect.Value, s string) error { dst.Set(reflect.Append(dst, reflect.ValueOf(s))); return nil }
	default:
		return fmt.Errorf("type %s has no wire form", t)
	}
	return nil
}

func setInt(dst reflect.Value, s string) error {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return errors.New("must be a whole number")
	}
	dst.SetInt(n)
	return nil
}

func setBool(dst reflect.Value, s string) error {
	switch s {
	case "1", "y", "Y":
		dst.SetBool(true)
	case "0", "n", "N":
		dst.SetBool(false)
	default:
		return errors.New("must be 1 or 0")
	}
	return nil
}

func setLimit(dst reflect.Value, s string) error {
	l, err := hostkeep.ParseLimit(s)
	if err != nil {
		return errors.New(`must be a whole number or "unlimited"`)
	}
	dst.SetInt(int64(l))
	return nil
}

// Fields describes every parameter.
func (in *Input) Fields() []Field {
	out := make([]Field, len(in.fields))
	for i, f := range in.fields {
		out[i] = f.Field
	}
	return out
}

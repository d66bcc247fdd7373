package wire

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/hostkeep/hostkeep"
)

// Field is one declared parameter, for documentation, help and tests.
type Field struct {
	Name     string
	Aliases  []string // other names that mean the same
	Type     string   // "string", "integer", "boolean", "limit", "list", "secret", "prefix", "rest"
	Required bool
	Default  string
	Enum     []string
	Max      int  // bytes of a value, of types with text; 0 for the others
	Secret   bool // its values must not be shown: of the type "secret", or a list of such
	Summary  string
}

// The types of a parameter, as Field.Type has them.
const (
	typeString  = "string"
	typeInteger = "integer"
	typeBoolean = "boolean"
	typeLimit   = "limit"
	typeList    = "list"   // []string or []hostkeep.Secret: NAME, NAME-N, NAMEN, NAME[], NAME[N]
	typeSecret  = "secret" // by its Go type
	typePrefix  = "prefix" // []string: the X of every NAMEX
	typeRest    = "rest"   // Keyed[bool]: all that no other parameter takes; its own name is only for people
)

// field is a declared parameter with its place in the In struct.
type field struct {
	Field
	path       []int // as for reflect.Value.FieldByIndex
	pointer    bool  // nil means absent
	multiline  bool
	empties    bool // empty elements of a list count
	hasDefault bool
}

func (f *field) names() []string { return append([]string{f.Name}, f.Aliases...) }

// many reports whether several keys belong to the parameter.
func (f *field) many() bool {
	return f.Type == typeList || f.Type == typePrefix || f.Type == typeRest
}

// textual reports whether the parameter's value is text of its own.
func (f *field) textual() bool {
	return f.Type == typeString || f.Type == typeSecret || f.many()
}

// Input is an In struct, compiled once.
type Input struct {
	typ    reflect.Type
	fields []field
	index  map[string]int // declared names and aliases
	folded map[string]int // the same in lower case; below 0 where several are one then
	listed []stem         // what is matched by more than its exact name
	known  []candidate    // what a misspelling is compared with
	rest   int            // the field of the type rest, or -1
}

// CompileInput compiles an In struct: each exported field has the tag
// `whm:"name,option,..."`, and perhaps `doc:"sentence"`. Embedded structs are
// flattened. Every mistake is reported at once.
func CompileInput(t reflect.Type) (*Input, error) {
	in := &Input{typ: t, index: map[string]int{}, folded: map[string]int{}, rest: -1}
	if t == nil || t.Kind() != reflect.Struct {
		return in, fmt.Errorf("input %v is not a struct", t)
	}
	err := in.addStruct(t, nil)
	for i := range in.fields {
		f := &in.fields[i]
		if f.Type == typeRest {
			continue
		}
		for _, name := range f.names() {
			if f.many() {
				in.listed = append(in.listed, stem{name, i, f.Type == typePrefix})
			}
			in.known = append(in.known, newCandidate(name, f.many()))
			if at, taken := in.folded[fold(name)]; taken && at != i {
				in.folded[fold(name)] = -1
			} else {
				in.folded[fold(name)] = i
			}
		}
	}
	return in, err
}

func (in *Input) addStruct(t reflect.Type, path []int) error {
	var errs []error
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(slices.Clip(path), i)
		tag, tagged := sf.Tag.Lookup("whm")
		switch {
		case flattened(sf):
			errs = append(errs, in.addStruct(sf.Type, at))
		case !sf.IsExported() && !tagged:
		default:
			f, err := compileField(sf, tag)
			f.path = at
			if f.Type == typeRest {
				if in.rest >= 0 {
					err = errors.Join(err, errors.New("there is a parameter for the rest already"))
				}
				in.rest = len(in.fields)
			}
			for _, name := range f.names() {
				if _, taken := in.index[name]; taken {
					err = errors.Join(err, fmt.Errorf("the name %q is taken", name))
				}
				if f.Type != typeRest {
					in.index[name] = len(in.fields)
				}
			}
			in.fields = append(in.fields, f)
			if err != nil {
				errs = append(errs, fmt.Errorf("field %s: %w", sf.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// flattened reports whether the fields of an embedded struct count as fields of
// the struct around it.
func flattened(sf reflect.StructField) bool {
	_, tagged := sf.Tag.Lookup("whm")
	return sf.Anonymous && !tagged && sf.Type.Kind() == reflect.Struct && sf.Type != reflect.TypeFor[hostkeep.Secret]()
}

// Fields lists the declared parameters in their order.
func (in *Input) Fields() []Field {
	list := make([]Field, len(in.fields))
	for i, f := range in.fields {
		f.Aliases, f.Enum = slices.Clone(f.Aliases), slices.Clone(f.Enum)
		list[i] = f.Field
	}
	return list
}

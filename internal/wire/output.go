package wire

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Note is what an answer says besides its data. An Out struct embeds it.
type Note struct {
	Reason             string // "" for OK
	Raw                string // log text, as WHM's output.raw
	Messages, Warnings []string
	Columns            []string // of the list's records, only these; nil: all
}

// Keyed is an object whose keys are data: names that we have checked, of tokens
// or privileges. It keeps its order.
type Keyed[T any] []KeyedItem[T]

// KeyedItem is one member of a Keyed.
type KeyedItem[T any] struct {
	Key   string
	Value T
}

func (Keyed[T]) keyed() {}

type keyed interface{ keyed() }

// Output is a struct type compiled for writing. Its fields carry a tag
// `whm:"name,option…"`. Options: list (the records that Columns acts on), num
// (a Limit as a bare number), null (a nil slice is null, not []), omit (a nil
// pointer is absent), data (a pointer to a struct that is the whole data).
type Output struct {
	shape *shape
	note  []int // index of the embedded Note, or nil
	data  []int // index of the field that is the whole data, or nil
}

// kind is how a value is written.
type kind uint8

const (
	kindText kind = iota
	kindSecret
	kindInt
	kindBool
	kindTime
	kindLimitText
	kindLimitNumber
	kindPointer
	kindList
	kindObject
	kindKeyed
)

// shape is a type compiled for the walk.
type shape struct {
	kind   kind
	elem   *shape // of a pointer, a list or a Keyed's values
	fields []outField
	null   bool
}

type outField struct {
	name  string
	index []int
	shape *shape
	omit  bool
	list  bool
}

var (
	noteType  = reflect.TypeFor[Note]()
	timeType  = reflect.TypeFor[time.Time]()
	keyedType = reflect.TypeFor[keyed]()
)

// CompileOutput reads the tags of a struct type; all mistakes come at once.
func CompileOutput(t reflect.Type) (*Output, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is no struct", t)
	}
	o := &Output{shape: &shape{kind: kindObject}}
	err := o.compile(o.shape, t, nil)
	if o.data != nil && len(o.shape.fields) > 0 {
		err = errors.Join(err, errors.New("a field that is the whole data stands alone"))
	}
	return o, err
}

// compile flattens embedded structs. o is nil below the outermost struct, where
// neither a Note nor whole data has a place.
func (o *Output) compile(s *shape, t reflect.Type, at []int) error {
	var errs []error
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(slices.Clone(at), i)
		name, options, _ := strings.Cut(sf.Tag.Get("whm"), ",")
		switch {
		case sf.Type == noteType && sf.Anonymous && o != nil:
			o.note = index
		case sf.Anonymous && name == "" && sf.Type.Kind() == reflect.Struct:
			errs = append(errs, o.compile(s, sf.Type, index))
		case options == "data" && name == "" && o != nil && sf.Type.Kind() == reflect.Pointer:
			o.data = index
			whole, err := shapeOf(sf.Type.Elem())
			s.elem, errs = whole, append(errs, err)
		default:
			if err := s.field(sf, name, options, index); err != nil {
				errs = append(errs, fmt.Errorf("field %s: %w", sf.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (s *shape) field(sf reflect.StructField, name, options string, index []int) error {
	if !paramName(name) || slices.ContainsFunc(s.fields, func(f outField) bool { return f.name == name }) {
		return fmt.Errorf("name %q is unfit or taken", name)
	}
	inner, err := shapeOf(sf.Type)
	if err != nil {
		return err
	}
	f := outField{name: name, index: index, shape: inner}
	for option := range strings.SplitSeq(options, ",") {
		switch {
		case option == "":
		case option == "list" && inner.kind == kindList && inner.elem.kind == kindObject:
			f.list = true
		case option == "num" && inner.kind == kindLimitText:
			inner.kind = kindLimitNumber
		case option == "null" && inner.kind == kindList:
			inner.null = true
		case option == "omit" && inner.kind == kindPointer:
			f.omit = true
		default:
			return fmt.Errorf("option %q is unknown or does not fit %s", option, sf.Type)
		}
	}
	s.fields = append(s.fields, f)
	return nil
}

func shapeOf(t reflect.Type) (*shape, error) {
	switch {
	case t == secretType:
		return &shape{kind: kindSecret}, nil
	case t == timeType:
		return &shape{kind: kindTime}, nil
	case t == limitType:
		return &shape{kind: kindLimitText}, nil
	case t.Implements(keyedType):
		inner, err := shapeOf(t.Elem().Field(1).Type)
		return &shape{kind: kindKeyed, elem: inner}, err
	}
	switch t.Kind() {
	case reflect.String:
		return &shape{kind: kindText}, nil
	case reflect.Int, reflect.Int64:
		return &shape{kind: kindInt}, nil
	case reflect.Bool:
		return &shape{kind: kindBool}, nil
	case reflect.Pointer:
		inner, err := shapeOf(t.Elem())
		return &shape{kind: kindPointer, elem: inner}, err
	case reflect.Slice:
		inner, err := shapeOf(t.Elem())
		return &shape{kind: kindList, elem: inner}, err
	case reflect.Struct:
		s := &shape{kind: kindObject}
		return s, (*Output)(nil).compile(s, t, nil)
	}
	return nil, fmt.Errorf("type %s has no wire form", t)
}

// Member describes one member of an answer's data, for documentation.
type Member struct {
	Path string // acct[].user, tokens.{key}.acls
	Type string // string, integer, array, object
}

// Members lists the members of the data, outermost first.
func (o *Output) Members() (list []Member) {
	s := o.shape
	if o.data != nil {
		s = s.elem
	}
	s.members("", &list)
	return list
}

func (s *shape) members(path string, list *[]Member) {
	switch s.kind {
	case kindPointer:
		s.elem.members(path, list)
	case kindList:
		s.elem.members(path+"[]", list)
	case kindKeyed:
		s.elem.members(path+".{key}", list)
	case kindObject:
		for _, f := range s.fields {
			at := strings.TrimPrefix(path+"."+f.name, ".")
			*list = append(*list, Member{at, f.shape.typeName()})
			f.shape.members(at, list)
		}
	}
}

func (s *shape) typeName() string {
	switch s.kind {
	case kindInt, kindBool, kindTime:
		return "integer"
	case kindLimitNumber:
		return "integer or string"
	case kindPointer:
		return s.elem.typeName()
	case kindList:
		return "array"
	case kindObject, kindKeyed:
		return "object"
	}
	return "string"
}

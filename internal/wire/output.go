package wire

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/hostkeep/hostkeep"
)

// Note is what a function says besides its data. It is embedded in an Out
// struct and never part of the data.
type Note struct {
	Reason   string // metadata.reason instead of "OK"
	Raw      string // metadata.output.raw: a log text
	Messages []string
	Warnings []string
	// Columns, when not nil, are the only fields that the records of the list show; of
	// an answer without a list, the only ones that it shows itself.
	Columns []string
}

// Keyed is an object whose keys are data, such as the names of tokens; ordered,
// unlike a map. In XML such a key is a text, never a tag.
type Keyed[T any] []KeyedItem[T]

// Worded is a Keyed whose keys are words of ours, such as the names of
// privileges: no caller chooses them. In XML they are tags.
type Worded[T any] []KeyedItem[T]

// KeyedItem is one member of a Keyed or a Worded.
type KeyedItem[T any] struct {
	Key   string
	Value T
}

// keyed is what an object with keys that are data can say of them.
type keyed interface{ worded() bool }

func (Keyed[T]) worded() bool  { return false }
func (Worded[T]) worded() bool { return true }

// shape is what a value is on every wire.
type shape uint8

const (
	shapeNone shape = iota
	shapeObject
	shapeList
	shapeKeyed
	shapeText
	shapeInteger
	shapeBoolean
	shapeLimit
	shapeTime
	shapeSecret
	shapeAnswer // a whole answer of API 1 or, with the option uapi, of UAPI, inside another
	// What API 0 makes of a list:
	shapeFirst   // its first element
	shapeWrapped // objects of one member
	shapeByKey   // an object, named and filled by two members of the records
)

func (s shape) String() string {
	return [...]string{"", "object", "list", "keyed", "string", "integer", "boolean", "limit", "time", "secret", "object", "", "", ""}[s]
}

// node is a compiled type.
type node struct {
	shape    shape
	pointer  bool     // nil is null
	nullable bool     // a nil slice is null instead of empty
	bare     bool     // a limit that is a number is written as one
	quoted   bool     // numbers are written as text
	blank    bool     // an empty text is null; an unlimited limit is the empty text
	worded   bool     // the keys of a keyed object are words of ours
	uapi     bool     // an answer is one of UAPI
	spread   bool     // a keyed object whose items stand among the members around it
	members  []member // of an object; of shapeByKey the key and the value
	inner    label    // of shapeWrapped
	elem     *node    // of a list or a keyed object
}

// member is a field of an object.
type member struct {
	label
	*node
	path    []int // as for reflect.Value.FieldByIndex
	omit    bool  // absent when nil or empty
	summary string
}

// Output is an Out struct, compiled once.
type Output struct {
	typ     reflect.Type
	members []member
	old     []member // top members that only API 0 has
	list    int      // index of the member with the records, or -1
	note    []int    // where the Note is embedded, or nil
	data    []int    // the pointer that is the whole data, or nil
	whole   bool     // a member is the data itself, whatever its shape: see told
	v0      *legacy
}

// CompileOutput compiles an Out struct: each exported field has the tag
// `whm:"name,option,..."`, and perhaps `doc:"sentence"`. Embedded structs are
// flattened. Every mistake is reported at once.
func CompileOutput(t reflect.Type) (*Output, error) {
	o := &Output{typ: t, list: -1}
	if t == nil || t.Kind() != reflect.Struct {
		return o, fmt.Errorf("output %v is not a struct", t)
	}
	c := compiler{out: o}
	o.members = c.members(t, nil, []reflect.Type{t})
	c.checkWhole(t)
	if o.data != nil && len(o.members) > 0 {
		c.fail(t.String(), "the field with the option data is not the only one")
	}
	if o.data != nil && len(c.errs) == 0 {
		whole := t.FieldByIndex(o.data).Type.Elem()
		c.inData = true
		o.members = c.members(whole, nil, []reflect.Type{whole})
	}
	return o, errors.Join(c.errs...)
}

// checkWhole finds the list among the members that can be the data, and refuses
// members beside them, and one that cannot be nil where another could be the data.
func (c *compiler) checkWhole(t reflect.Type) {
	o := c.out
	if !o.whole {
		return
	}
	for i, m := range o.members {
		if m.name != "data" || len(o.members) > 1 && !m.pointer && m.shape != shapeList {
			c.fail(t.String(), "beside a field with the option whole there can be others like it, and each is then a pointer or a list")
		}
		if m.shape != shapeList || m.pointer || m.elem.pointer || m.elem.shape != shapeObject {
			continue
		}
		if o.list >= 0 {
			c.fail(t.String(), "of the fields with the option whole two are lists of records")
		}
		o.list = i
	}
}

// compiler gathers what is wrong with an Out struct.
type compiler struct {
	out    *Output
	inData bool // in the struct that the option data points to
	errs   []error
}

func (c *compiler) fail(where, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("field %s: "+format, append([]any{where}, args...)...))
}

// node compiles a type that stands inside the types of around.
func (c *compiler) node(t reflect.Type, where string, around []reflect.Type) *node {
	n := &node{}
	if t.Kind() == reflect.Pointer {
		n.pointer, t = true, t.Elem()
	}
	switch {
	case t == reflect.TypeFor[hostkeep.Secret]():
		n.shape = shapeSecret
	case t == reflect.TypeFor[Reply]() && !n.pointer:
		n.shape = shapeAnswer
	case t == reflect.TypeFor[time.Time]():
		n.shape = shapeTime
	case t == reflect.TypeFor[hostkeep.Limit]():
		n.shape = shapeLimit
	case slices.Contains(around, t):
		c.fail(where, "the type %s contains itself", t)
	case t.Kind() == reflect.Slice && t.Implements(reflect.TypeFor[keyed]()):
		n.shape = shapeKeyed
		n.worded = reflect.Zero(t).Interface().(keyed).worded()
		n.elem = c.node(t.Elem().Field(1).Type, where, append(slices.Clip(around), t))
	default:
		c.plain(n, t, where, around)
	}
	return n
}

func (c *compiler) plain(n *node, t reflect.Type, where string, around []reflect.Type) {
	around = append(slices.Clip(around), t)
	switch t.Kind() {
	case reflect.String:
		n.shape = shapeText
	case reflect.Int, reflect.Int64:
		n.shape = shapeInteger
	case reflect.Bool:
		n.shape = shapeBoolean
	case reflect.Slice:
		n.shape, n.elem = shapeList, c.node(t.Elem(), where, around)
	case reflect.Struct:
		n.shape, n.members = shapeObject, c.members(t, nil, around)
	default:
		c.fail(where, "the type %s has no wire form", t)
	}
}

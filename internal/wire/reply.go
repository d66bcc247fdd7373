package wire

import (
	"reflect"
	"slices"
	"time"

	"github.com/hostkeep/hostkeep"
)

// Reply is one answered call, not yet on a wire. Value is the Out struct that
// Out was compiled from; it is looked at only when OK.
type Reply struct {
	Command string // the function as it was called: a caller's text
	OK      bool
	Reason  string // why not; when OK, "" leaves the word to the Note
	Out     *Output
	Value   reflect.Value
}

// note is what the handler said besides its data.
func (r *Reply) note() (n Note) {
	if r.OK && r.Out != nil && r.Out.note != nil {
		n = r.Value.FieldByIndex(r.Out.note).Interface().(Note)
	}
	if r.Reason != "" {
		n.Reason = r.Reason
	}
	if n.Reason == "" && r.OK {
		n.Reason = "OK"
	}
	return n
}

// AppendJSON appends the answer of API 1 in JSON: metadata, then data where the
// function has any.
func (r *Reply) AppendJSON(dst []byte) []byte {
	j := &jsonSink{b: dst}
	n := r.note()
	j.openObject("")
	r.metadata(j, n)
	if r.OK && r.Out != nil {
		r.data(j, n.Columns)
	}
	j.closeObject("")
	return j.b
}

func (r *Reply) metadata(to sink, n Note) {
	to.openObject("metadata")
	to.number("version", 1)
	to.text("command", r.Command)
	to.number("result", one(r.OK))
	to.text("reason", n.Reason)
	if n.Raw != "" || len(n.Messages) > 0 || len(n.Warnings) > 0 {
		to.openObject("output")
		if n.Raw != "" {
			to.text("raw", n.Raw)
		}
		texts(to, "messages", n.Messages)
		texts(to, "warnings", n.Warnings)
		to.closeObject("output")
	}
	to.closeObject("metadata")
}

func texts(to sink, name string, list []string) {
	if len(list) == 0 {
		return
	}
	to.openList(name)
	for _, s := range list {
		to.text(name, s)
	}
	to.closeList(name)
}

// data writes the data, or nothing where the function has none.
func (r *Reply) data(to sink, columns []string) {
	if r.Out.data != nil {
		if whole := r.Value.FieldByIndex(r.Out.data); !whole.IsNil() {
			r.Out.shape.elem.walk(to, "data", whole.Elem())
		}
		return
	}
	if len(r.Out.shape.fields) == 0 {
		return
	}
	to.openObject("data")
	for i := range r.Out.shape.fields {
		f := &r.Out.shape.fields[i]
		if f.list && columns != nil {
			f.shape.elem.only(columns).walkList(to, f.name, r.Value.FieldByIndex(f.index))
			continue
		}
		f.walk(to, r.Value)
	}
	to.closeObject("data")
}

// only is the shape of a record with some of its columns.
func (s *shape) only(columns []string) *shape {
	fields := slices.DeleteFunc(slices.Clone(s.fields), func(f outField) bool { return !slices.Contains(columns, f.name) })
	return &shape{kind: kindList, elem: &shape{kind: kindObject, fields: fields}}
}

func (f *outField) walk(to sink, record reflect.Value) {
	v := fieldOf(record, f.index)
	if f.omit && v.IsNil() {
		return
	}
	f.shape.walk(to, f.name, v)
}

// fieldOf is FieldByIndex without its checks for nil pointers: embedded structs
// are values here.
func fieldOf(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		v = v.Field(i)
	}
	return v
}

// walk writes one value.
func (s *shape) walk(to sink, name string, v reflect.Value) {
	switch s.kind {
	case kindText:
		to.text(name, v.String())
	case kindSecret:
		to.text(name, v.Interface().(hostkeep.Secret).Reveal())
	case kindInt:
		to.number(name, v.Int())
	case kindBool:
		to.number(name, one(v.Bool()))
	case kindTime:
		walkTime(to, name, v)
	case kindLimitText, kindLimitNumber:
		s.walkLimit(to, name, hostkeep.Limit(v.Int()))
	case kindPointer:
		if v.IsNil() {
			to.null(name)
			return
		}
		s.elem.walk(to, name, v.Elem())
	case kindList:
		s.walkList(to, name, v)
	case kindObject:
		to.openObject(name)
		for i := range s.fields {
			s.fields[i].walk(to, v)
		}
		to.closeObject(name)
	case kindKeyed:
		to.openObject(name)
		for i := range v.Len() {
			item := v.Index(i)
			s.elem.walk(to, item.Field(0).String(), item.Field(1))
		}
		to.closeObject(name)
	}
}

func (s *shape) walkList(to sink, name string, v reflect.Value) {
	if s.null && v.IsNil() {
		to.null(name)
		return
	}
	to.openList(name)
	for i := range v.Len() {
		s.elem.walk(to, name, v.Index(i))
	}
	to.closeList(name)
}

func walkTime(to sink, name string, v reflect.Value) {
	var t time.Time
	if v.CanAddr() { // the usual case, without an allocation
		t = *v.Addr().Interface().(*time.Time)
	} else {
		t = v.Interface().(time.Time)
	}
	if t.IsZero() {
		to.null(name)
		return
	}
	to.number(name, t.Unix())
}

func (s *shape) walkLimit(to sink, name string, l hostkeep.Limit) {
	if s.kind == kindLimitNumber && l != hostkeep.Unlimited {
		to.number(name, int64(l))
		return
	}
	to.text(name, l.String())
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

package wire

import (
	"reflect"
	"slices"
	"time"

	"github.com/hostkeep/hostkeep"
)

// write hands the data to a sink, or nothing when there is none. v is the Out
// struct, addressable. columns, when not nil, are the only fields that the
// records of the list show.
func (o *Output) write(to sink, l label, v reflect.Value, columns []string) {
	if o.data != nil {
		v = v.FieldByIndex(o.data)
		if v.IsNil() {
			return
		}
		v = v.Elem()
	} else if len(o.members) == 0 {
		return
	}
	to.open(l, false)
	for i := range o.members {
		m := &o.members[i]
		if i == o.list && columns != nil {
			records := *m.elem
			records.members = slices.DeleteFunc(slices.Clone(records.members), func(f member) bool { return !slices.Contains(columns, f.name) })
			m = &member{label: m.label, path: m.path, node: &node{shape: shapeList, nullable: m.nullable, elem: &records}, omit: m.omit}
		}
		m.write(to, v)
	}
	to.close(l, false)
}

// write hands over the member of the struct v.
func (m *member) write(to sink, v reflect.Value) {
	if len(m.path) == 1 { // most are; FieldByIndex is slower
		v = v.Field(m.path[0])
	} else {
		v = v.FieldByIndex(m.path)
	}
	if m.omit && m.empty(v) {
		return
	}
	m.node.write(to, m.label, v)
}

// empty reports what the option omit leaves out.
func (m *member) empty(v reflect.Value) bool {
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}

// write hands over a value of the node's type. It must be addressable: that is
// how structs of ours are read without copying them to the heap.
func (n *node) write(to sink, l label, v reflect.Value) {
	if n.pointer {
		if v.IsNil() {
			to.null(l)
			return
		}
		v = v.Elem()
	}
	switch n.shape {
	case shapeText:
		to.text(l, v.String())
	case shapeInteger:
		to.number(l, v.Int(), true)
	case shapeBoolean:
		if v.Bool() {
			to.number(l, 1, true)
		} else {
			to.number(l, 0, true)
		}
	case shapeObject:
		to.open(l, false)
		for i := range n.members {
			n.members[i].write(to, v)
		}
		to.close(l, false)
	case shapeList, shapeKeyed:
		n.writeMany(to, l, v)
	default:
		n.writeSpecial(to, l, v)
	}
}

// A long list is expected to go on as its first elements, so that the buffer
// grows once; the bound keeps a wrong guess harmless.
const (
	sampled     = 16
	maxExpected = 32 << 20
)

func (n *node) writeMany(to sink, l label, v reflect.Value) {
	if n.nullable && v.IsNil() {
		to.null(l)
		return
	}
	list, start, total := n.shape == shapeList, to.size(), v.Len()
	to.open(l, list)
	for i := range total {
		if i == sampled {
			to.expect(min((to.size()-start)/sampled*(total-i)*17/16, maxExpected))
		}
		if item := v.Index(i); list {
			n.elem.write(to, l, item)
		} else {
			n.elem.write(to, named(item.Field(0).String()), item.Field(1))
		}
	}
	to.close(l, list)
}

// writeSpecial hands over the types that have a meaning of their own.
func (n *node) writeSpecial(to sink, l label, v reflect.Value) {
	switch n.shape {
	case shapeLimit:
		if limit := hostkeep.Limit(v.Int()); limit == hostkeep.Unlimited {
			to.text(l, limit.String())
		} else {
			to.number(l, int64(limit), n.bare)
		}
	case shapeTime:
		if at, ok := v.Addr().Interface().(*time.Time); !ok || at.IsZero() {
			to.null(l)
		} else {
			to.number(l, at.Unix(), true)
		}
	case shapeSecret:
		if secret, ok := v.Addr().Interface().(*hostkeep.Secret); ok {
			to.text(l, secret.Reveal()) // the one place where a secret leaves
		}
	}
}

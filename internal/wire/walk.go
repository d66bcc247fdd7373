package wire

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// write hands the data to a sink, or nothing when there is none. v is the Out
// struct, addressable. shown, when not nil, is what its list shows.
func (o *Output) write(to sink, l label, v reflect.Value, shown *Selection) {
	v, some := o.inner(v)
	if !some {
		return
	}
	if o.whole { // its label is data, whatever it stands in
		i := o.told(v)
		writeMembers(to, o.members[i:i+1], v, o.list-i, shown)
		return
	}
	members := o.members
	if o.list < 0 && shown != nil && shown.columns != nil {
		members = keep(members, shown.columns)
	}
	to.open(l, false)
	writeMembers(to, members, v, o.list, shown)
	to.close(l, false)
}

// told is which of the members that can be the data is it: the first that is not
// nil, else the last.
func (o *Output) told(v reflect.Value) int {
	for i, m := range o.members {
		if i == len(o.members)-1 || !v.FieldByIndex(m.path).IsNil() {
			return i
		}
	}
	return 0
}

// inner is the struct that has the members. some: there are any.
func (o *Output) inner(v reflect.Value) (_ reflect.Value, some bool) {
	if o.data == nil {
		return v, len(o.members) > 0
	}
	v = v.FieldByIndex(o.data)
	if v.IsNil() {
		return v, false
	}
	return v.Elem(), true
}

// records is the list of v, the Out struct, if there is one.
func (o *Output) records(v reflect.Value) (_ table, ok bool) {
	v, some := o.inner(v)
	if !some || o.list < 0 || o.whole && o.told(v) != o.list {
		return table{}, false
	}
	m := o.members[o.list]
	return table{list: v.FieldByIndex(m.path), keyed: m.shape == shapeKeyed, node: m.elem}, true
}

func writeMembers(to sink, members []member, v reflect.Value, list int, shown *Selection) {
	for i := range members {
		if m := &members[i]; i == list && shown != nil {
			n := m.node
			if shown.columns != nil {
				limited, elem := *n, *n.elem
				elem.members = keep(elem.members, shown.columns)
				limited.elem, n = &elem, &limited
			}
			n.writeMany(to, m.label, v.FieldByIndex(m.path), shown)
			continue
		}
		members[i].write(to, v)
	}
}

// keep leaves the members that are named; a dotted name leaves what it names of
// a member that is an object.
func keep(members []member, names []string) (kept []member) {
	for _, m := range members {
		var below []string
		for _, n := range names {
			if rest, ok := strings.CutPrefix(n, m.name+"."); ok {
				below = append(below, rest)
			}
		}
		switch {
		case slices.Contains(names, m.name):
			kept = append(kept, m)
		case below != nil && m.shape == shapeObject:
			part := *m.node
			part.members = keep(part.members, below)
			m.node = &part
			kept = append(kept, m)
		}
	}
	return kept
}

// write hands over the member of the struct v.
func (m *member) write(to sink, v reflect.Value) {
	if len(m.path) == 1 { // most are; FieldByIndex is slower
		v = v.Field(m.path[0])
	} else {
		v = v.FieldByIndex(m.path)
	}
	switch {
	case m.omit && m.empty(v):
	case m.spread:
		for i := range v.Len() {
			item := v.Index(i)
			m.elem.write(to, key(item.Field(0).String(), m.worded), item.Field(1))
		}
	default:
		m.node.write(to, m.label, v)
	}
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
		if n.blank && v.Len() == 0 {
			to.null(l)
			return
		}
		to.text(l, v.String())
	case shapeInteger:
		to.number(l, v.Int(), !n.quoted)
	case shapeBoolean:
		if v.Bool() {
			to.number(l, 1, !n.quoted)
		} else {
			to.number(l, 0, !n.quoted)
		}
	case shapeObject:
		to.open(l, false)
		for i := range n.members {
			n.members[i].write(to, v)
		}
		to.close(l, false)
	case shapeList, shapeKeyed:
		n.writeMany(to, l, v, nil)
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

// writeMany hands over a list or a keyed object, or what shown shows of it.
func (n *node) writeMany(to sink, l label, v reflect.Value, shown *Selection) {
	if n.nullable && v.IsNil() {
		to.null(l)
		return
	}
	list, start, total := n.shape == shapeList, to.size(), shown.count(v.Len())
	to.open(l, list)
	for i := range total {
		if i == sampled {
			to.expect(min((to.size()-start)/sampled*(total-i)*17/16, maxExpected))
		}
		if item := v.Index(shown.at(i)); list {
			n.elem.write(to, l, item)
		} else {
			n.elem.write(to, key(item.Field(0).String(), n.worded), item.Field(1))
		}
		to.pass()
	}
	to.close(l, list)
}

// writeSpecial hands over the types that have a meaning of their own.
func (n *node) writeSpecial(to sink, l label, v reflect.Value) {
	switch n.shape {
	case shapeLimit:
		if limit := hostkeep.Limit(v.Int()); limit == hostkeep.Unlimited && n.blank {
			to.text(l, "")
		} else if limit == hostkeep.Unlimited {
			to.text(l, limit.String())
		} else {
			to.number(l, int64(limit), n.bare && !n.quoted)
		}
	case shapeTime:
		if at, ok := v.Addr().Interface().(*time.Time); !ok || at.IsZero() {
			to.null(l)
		} else {
			to.number(l, at.Unix(), !n.quoted)
		}
	case shapeSecret:
		if secret, ok := v.Addr().Interface().(*hostkeep.Secret); ok {
			to.text(l, secret.Reveal()) // the one place where a secret leaves
		}
	case shapeAnswer:
		if answer, ok := v.Addr().Interface().(*Reply); ok {
			answer.writeInside(to, l)
		}
	default:
		n.writeReshaped(to, l, v)
	}
}

// writeReshaped hands over what API 0 nests otherwise.
func (n *node) writeReshaped(to sink, l label, v reflect.Value) {
	switch n.shape {
	case shapeFirst:
		if v.Len() == 0 {
			to.null(l)
			return
		}
		n.elem.write(to, l, v.Index(0))
	case shapeWrapped:
		to.open(l, true)
		for i := range v.Len() {
			to.open(l, false)
			n.elem.write(to, n.inner, v.Index(i))
			to.close(l, false)
		}
		to.close(l, true)
	case shapeByKey:
		to.open(l, false)
		for i := range v.Len() {
			record, value := v.Index(i), n.members[1]
			value.node.write(to, key(record.FieldByIndex(n.members[0].path).String(), false), record.FieldByIndex(value.path))
		}
		to.close(l, false)
	}
}

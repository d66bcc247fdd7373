package wire

import (
	"reflect"
	"slices"
	"strings"
)

// members compiles the fields of t, the last of the types of around. Only at
// the top may a Note, the list and the data stand.
func (c *compiler) members(t reflect.Type, path []int, around []reflect.Type) (list []member) {
	top := len(around) == 1
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(slices.Clip(path), i)
		tag, tagged := sf.Tag.Lookup("whm")
		switch {
		case sf.Type == reflect.TypeFor[Note]():
			c.setNote(sf, at, top)
		case flattened(sf):
			list = append(list, c.members(sf.Type, at, around)...)
		case !sf.IsExported() && !tagged:
		case tag == ",spread":
			list = append(list, c.spread(sf, at, around))
		case top && tag == ",data":
			c.setData(sf, at)
		case top && (tag == ",whole" || tag == ",whole,uapi"):
			list = append(list, c.setWhole(sf, at, around))
		case top && options(tag, "v0"):
			c.out.old = append(c.out.old, c.member(sf, tag, at, around))
		default:
			m := c.member(sf, tag, at, around)
			list = append(list, m)
			if options(tag, "list") {
				c.setList(m, top)
			}
		}
	}
	if len(path) == 0 { // flattened structs are checked with the struct around them
		c.finish(t, list, top)
	}
	return list
}

// spread compiles a keyed object whose items stand among the members around it:
// all of them, when it is the only one.
func (c *compiler) spread(sf reflect.StructField, at []int, around []reflect.Type) member {
	m := member{label: newLabel("*"), path: at, node: c.node(sf.Type, sf.Name, around), summary: sf.Tag.Get("doc")}
	if m.shape != shapeKeyed || m.pointer || !sf.IsExported() {
		c.fail(sf.Name, "the option spread belongs to one Keyed")
	}
	m.spread = true
	return m
}

func (c *compiler) setNote(sf reflect.StructField, at []int, top bool) {
	if !sf.Anonymous || !top || c.out.note != nil || c.inData {
		c.fail(sf.Name, "a Note is embedded in the Out struct itself, once")
		return
	}
	c.out.note = at
}

func options(tag, want string) bool {
	_, opts, _ := strings.Cut(tag, ",")
	return slices.Contains(strings.Split(opts, ","), want)
}

func (c *compiler) setData(sf reflect.StructField, at []int) {
	if sf.Type.Kind() != reflect.Pointer || sf.Type.Elem().Kind() != reflect.Struct || !sf.IsExported() || c.out.data != nil {
		c.fail(sf.Name, "the option data belongs to one pointer to a struct")
		return
	}
	c.out.data = at
}

// setWhole compiles a field that is the data itself: a list, a number, null, or a
// whole answer. Output controls work on it when it is a list of records.
func (c *compiler) setWhole(sf reflect.StructField, at []int, around []reflect.Type) member {
	m := member{label: newLabel("data"), path: at, node: c.node(sf.Type, sf.Name, around), summary: sf.Tag.Get("doc")}
	if !sf.IsExported() || c.inData {
		c.fail(sf.Name, "the option whole belongs to exported fields of the Out struct")
	}
	if answer := m.node; options(sf.Tag.Get("whm"), "uapi") {
		if m.shape == shapeList {
			answer = m.elem
		}
		answer.uapi = true
	}
	c.out.whole = true
	return m
}

func (c *compiler) setList(m member, top bool) {
	many := m.node != nil && (m.shape == shapeList || m.shape == shapeKeyed) && !m.pointer
	fit := many && !m.elem.pointer && (m.elem.shape == shapeObject || m.shape == shapeList && m.elem.scalar())
	if !top || !fit || c.out.list != -1 {
		c.fail(m.name, "the option list belongs to one slice of structs or texts, or Keyed of structs, of the Out struct")
		return
	}
	c.out.list = -2 // its place is known when all members are
}

// finish checks names and finds the place of the list.
func (c *compiler) finish(t reflect.Type, list []member, top bool) {
	for i, m := range list {
		if !c.out.whole && slices.ContainsFunc(list[:i], func(n member) bool { return n.name == m.name }) {
			c.fail(t.String(), "the name %q is taken", m.name)
		}
		if top && c.out.list == -2 && options(t.FieldByIndex(m.path).Tag.Get("whm"), "list") {
			c.out.list = i
		}
	}
}

func (c *compiler) member(sf reflect.StructField, tag string, at []int, around []reflect.Type) member {
	name, opts, _ := strings.Cut(tag, ",")
	m := member{label: newLabel(name), path: at, summary: sf.Tag.Get("doc")}
	m.node = c.node(sf.Type, sf.Name, around)
	if !wireName(name) {
		c.fail(sf.Name, "the name %q is unfit", name)
	}
	if !sf.IsExported() {
		c.fail(sf.Name, "it is not exported")
	}
	if opts == "" {
		return m
	}
	for opt := range strings.SplitSeq(opts, ",") {
		slice := m.shape == shapeList || m.shape == shapeKeyed
		switch {
		case opt == "list": // setList looks at it
		case opt == "v0" && len(around) == 1 && !c.inData && !options(tag, "list"):
		case opt == "blank" && m.shape == shapeLimit:
			m.blank = true
		case opt == "num" && m.shape == shapeLimit:
			m.bare = true
		case opt == "uapi" && m.shape == shapeAnswer:
			m.uapi = true
		case opt == "null" && slice && !m.pointer:
			m.nullable = true
		case opt == "omit" && (m.pointer || slice || m.shape == shapeText || m.shape == shapeSecret || m.shape == shapeTime):
			m.omit = true
		default:
			c.fail(sf.Name, "the option %q is unknown or does not fit the type", opt)
		}
	}
	return m
}

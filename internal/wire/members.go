package wire

import (
	"reflect"
)

// Member is one value of an Out struct, for documentation.
type Member struct {
	// Path leads to it: names joined by dots, [] for the elements of a list, *
	// for the values of a keyed object, which may be the data itself.
	Path     string
	Type     string // "string", "integer", "boolean" (1/0), "limit", "time" (Unix seconds), "secret", "object", "list", "keyed", "any"
	Nullable bool   // it may be null
	Optional bool   // it may be absent
	Blank    bool   // of a limit: none is the empty text
	Summary  string
}

// Type is the Out struct's.
func (o *Output) Type() reflect.Type { return o.typ }

// Whole reports whether the one member is the data itself, and not a member of it.
func (o *Output) Whole() bool { return o.whole }

// List names the list of records that output controls work on, "" when there is
// none; keyed: its records are the members of an object.
func (o *Output) List() (name string, keyed bool) {
	if o.list < 0 {
		return "", false
	}
	m := o.members[o.list]
	return m.name, m.shape == shapeKeyed
}

// Fields lists what the data consists of, each object before its members.
func (o *Output) Fields() []Member { return describe(nil, "", o.members) }

func describe(list []Member, path string, members []member) []Member {
	for _, m := range members {
		if m.spread {
			list = append(list, Member{Path: path + m.name, Type: m.elem.shape.String(), Optional: true, Nullable: m.elem.null(), Summary: m.summary})
			list = m.elem.describe(list, path+m.name)
			continue
		}
		list = append(list, Member{
			Path: path + m.name, Type: m.shape.String(), Optional: m.omit, Summary: m.summary,
			Nullable: m.null() && !m.omit, Blank: m.blank && m.shape == shapeLimit,
		})
		list = m.describe(list, path+m.name)
	}
	return list
}

// null reports whether the node can be written as null.
func (n *node) null() bool { return n.pointer || n.nullable || n.shape == shapeTime }

// describe lists what is inside a value.
func (n *node) describe(list []Member, path string) []Member {
	switch n.shape {
	case shapeObject:
		return describe(list, path+".", n.members)
	case shapeAnswer:
		if n.uapi {
			return append(list,
				Member{Path: path + ".status", Type: "integer"},
				Member{Path: path + ".errors", Type: "list", Nullable: true},
				Member{Path: path + ".errors[]", Type: "string"},
				Member{Path: path + ".messages", Type: "list", Nullable: true},
				Member{Path: path + ".messages[]", Type: "string"},
				Member{Path: path + ".warnings", Type: "list", Nullable: true},
				Member{Path: path + ".warnings[]", Type: "string"},
				Member{Path: path + ".metadata", Type: "object"},
				Member{Path: path + ".data", Type: "any", Nullable: true, Summary: "what the function answers"},
			)
		}
		return append(list,
			Member{Path: path + ".metadata", Type: "object"},
			Member{Path: path + ".metadata.version", Type: "integer"},
			Member{Path: path + ".metadata.command", Type: "string"},
			Member{Path: path + ".metadata.result", Type: "integer"},
			Member{Path: path + ".metadata.reason", Type: "string"},
			Member{Path: path + ".data", Type: "object", Optional: true, Summary: "what the function answers"},
		)
	case shapeList:
		path += "[]"
	case shapeKeyed:
		path += ".*"
	default:
		return list
	}
	list = append(list, Member{Path: path, Type: n.elem.shape.String(), Nullable: n.elem.null()})
	return n.elem.describe(list, path)
}

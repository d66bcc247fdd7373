package wire

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// cell is the way from a record to one field.
type cell []member

// cell finds a field by its name, dotted where it is inside an object.
func (n *node) cell(name string) (cell, bool) {
	for _, m := range n.members {
		if m.name == name {
			return cell{m}, true
		}
	}
	first, rest, dotted := strings.Cut(name, ".")
	if !dotted {
		return nil, false
	}
	i := slices.IndexFunc(n.members, func(m member) bool { return m.name == first && m.shape == shapeObject })
	if i < 0 {
		return nil, false
	}
	inner, ok := n.members[i].cell(rest)
	return append(cell{n.members[i]}, inner...), ok
}

func (c cell) node() *node { return c[len(c)-1].node }

// of is the field's value in a record; ok is false where an object on the way is
// missing.
func (c cell) of(record reflect.Value) (v reflect.Value, ok bool) {
	v = record
	for _, m := range c {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.FieldByIndex(m.path)
	}
	return v, true
}

// scalar reports whether the node is one text or number that may be compared.
func (n *node) scalar() bool {
	switch n.shape {
	case shapeText, shapeInteger, shapeBoolean, shapeLimit, shapeTime:
		return true
	}
	return false
}

// textOf is a scalar as its text on the wire; null is the empty text.
func (n *node) textOf(v reflect.Value) string {
	if n.pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	switch n.shape {
	case shapeText:
		return v.String()
	case shapeInteger:
		return strconv.FormatInt(v.Int(), 10)
	case shapeBoolean:
		if v.Bool() {
			return "1"
		}
		return "0"
	case shapeLimit:
		return hostkeep.Limit(v.Int()).String()
	case shapeTime:
		if at, ok := v.Addr().Interface().(*time.Time); ok && !at.IsZero() {
			return strconv.FormatInt(at.Unix(), 10)
		}
	}
	return ""
}

// anyText reports whether a text in the value, however deep, passes. Secrets are
// passed over.
func (n *node) anyText(v reflect.Value, pass func(string) bool) bool {
	switch {
	case n.scalar():
		return pass(n.textOf(v))
	case n.pointer && v.IsNil():
		return false
	case n.pointer:
		v = v.Elem()
	}
	switch n.shape {
	case shapeObject:
		return slices.ContainsFunc(n.members, func(m member) bool { return m.anyText(v.FieldByIndex(m.path), pass) })
	case shapeList, shapeKeyed:
		for i := range v.Len() {
			item := v.Index(i)
			if n.shape == shapeKeyed {
				item = item.Field(1)
			}
			if n.elem.anyText(item, pass) {
				return true
			}
		}
	}
	return false
}

// number reads the number that a text begins with, as Perl does. whole: nothing
// follows it; ok: there is one.
func number(text string) (n float64, whole, ok bool) {
	text = strings.TrimLeft(text, " \t\n\r\f")
	end, digits, point := 0, 0, false
	for ; end < len(text); end++ {
		c := text[end]
		switch {
		case '0' <= c && c <= '9':
			digits++
			continue
		case c == '.' && !point:
			point = true
			continue
		case (c == '-' || c == '+') && end == 0:
			continue
		}
		break
	}
	if digits == 0 {
		return 0, false, false
	}
	n, err := strconv.ParseFloat(text[:end], 64)
	return n, end == len(text), err == nil
}

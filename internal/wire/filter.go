package wire

import (
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// FilterTypes lists the ways to compare a field with an argument. The numeric
// ones read the number that a field begins with ("14M" is 14); a field without
// one passes none of them, nor does "unlimited", but for the forms that say so.
// Of texts, contains and begins ignore case.
func FilterTypes() []string {
	return []string{
		"contains", "begins", "eq", "==", "lt", "lt_equal", "lt_handle_unlimited",
		"gt", "gt_equal", "gt_handle_unlimited",
	}
}

// CPanelFilterTypes lists the ways of cPanel's APIs: more than WHM's. ends ignores
// case as well, matches takes a regular expression (RE2, unanchored); null and the
// empty text are undefined.
func CPanelFilterTypes() []string {
	return append(FilterTypes(), "ends", "matches", "ne", "defined", "undefined")
}

// negated are the types that hold where another does not.
func negated(kind string) (of string, yes bool) {
	switch kind {
	case "ne":
		return "eq", true
	case "undefined":
		return "defined", true
	}
	return kind, false
}

// filter is a Filter that fits the records.
type filter struct {
	cell cell // nil: any field
	pass func(string) bool
	not  bool // no text may pass
}

func (n *node) filter(f Filter) (filter, error) {
	pass, err := f.test()
	_, not := negated(f.Type)
	if err != nil || f.Field == "*" {
		return filter{nil, pass, not}, err
	}
	c, ok := n.cell(f.Field)
	if !ok {
		return filter{}, noField("filtered", f.Field)
	}
	return filter{c, pass, not}, nil
}

func noField(done, name string) error {
	return hostkeep.Errorf(hostkeep.Invalid, "The list has no field %q to be %s by.", shown(name), done)
}

// check refuses a type that is none of those, and an argument that does not fit it.
func (f Filter) check(types []string) error {
	if f.Type != "" && !slices.Contains(types, f.Type) {
		return hostkeep.Errorf(hostkeep.Invalid, "The filter type %q is none of: %s.", shown(f.Type), strings.Join(types, ", "))
	}
	_, err := f.test()
	return err
}

// test makes the comparison, of a negated type that of the other.
func (f Filter) test() (func(string) bool, error) {
	arg, folded := f.Arg, strings.ToLower(f.Arg)
	switch kind, _ := negated(f.Type); kind {
	case "", "contains":
		return func(s string) bool { return strings.Contains(strings.ToLower(s), folded) }, nil
	case "begins":
		return func(s string) bool { return strings.HasPrefix(strings.ToLower(s), folded) }, nil
	case "ends":
		return func(s string) bool { return strings.HasSuffix(strings.ToLower(s), folded) }, nil
	case "eq":
		return func(s string) bool { return s == arg }, nil
	case "defined":
		return func(s string) bool { return s != "" }, nil
	case "matches":
		re, err := regexp.Compile(arg)
		if err != nil || len(arg) > maxText {
			return nil, hostkeep.Errorf(hostkeep.Invalid, "A filter of the type \"matches\" takes a regular expression (RE2) of at most %d bytes.", maxText)
		}
		return re.MatchString, nil
	}
	return f.numeric()
}

func (f Filter) numeric() (func(string) bool, error) {
	kind, arg := f.Type, f.Arg
	kind, unlimited := strings.CutSuffix(kind, "_handle_unlimited")
	want, whole, ok := limited(arg, unlimited)
	if !ok || !whole {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "A filter of the type %q compares with a number.", f.Type)
	}
	holds := map[string]func(float64) bool{
		"==":       func(n float64) bool { return n == want },
		"lt":       func(n float64) bool { return n < want },
		"lt_equal": func(n float64) bool { return n <= want },
		"gt":       func(n float64) bool { return n > want },
		"gt_equal": func(n float64) bool { return n >= want },
	}[kind]
	if holds == nil {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "There is no filter type %q.", shown(f.Type))
	}
	return func(s string) bool {
		n, _, ok := limited(s, unlimited)
		return ok && holds(n)
	}, nil
}

// limited reads a number, and where it is asked for "unlimited" as the largest.
func limited(text string, unlimited bool) (n float64, whole, ok bool) {
	if unlimited && text == hostkeep.Unlimited.String() {
		return math.Inf(1), true, true
	}
	return number(text)
}

func (f filter) holds(n *node, record reflect.Value) bool {
	return f.some(n, record) != f.not
}

// some reports whether a text of the field passes.
func (f filter) some(n *node, record reflect.Value) bool {
	if f.cell == nil {
		return n.anyText(record, f.pass)
	}
	v, ok := f.cell.of(record)
	if !ok {
		return f.pass("")
	}
	return f.cell.node().anyText(v, f.pass)
}

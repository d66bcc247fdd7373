package wire

import (
	"math"
	"reflect"
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

// filter is a Filter that fits the records.
type filter struct {
	cell cell // nil: any field
	pass func(string) bool
}

func (n *node) filter(f Filter) (filter, error) {
	pass, err := f.test()
	if err != nil || f.Field == "*" {
		return filter{nil, pass}, err
	}
	c, ok := n.cell(f.Field)
	if !ok {
		return filter{}, noField("filtered", f.Field)
	}
	return filter{c, pass}, nil
}

func noField(done, name string) error {
	return hostkeep.Errorf(hostkeep.Invalid, "The list has no field %q to be %s by.", shown(name), done)
}

// test makes the comparison.
func (f Filter) test() (func(string) bool, error) {
	kind, arg := f.Type, f.Arg
	switch kind {
	case "", "contains", "begins":
		arg = strings.ToLower(arg)
		if kind == "begins" {
			return func(s string) bool { return strings.HasPrefix(strings.ToLower(s), arg) }, nil
		}
		return func(s string) bool { return strings.Contains(strings.ToLower(s), arg) }, nil
	case "eq":
		return func(s string) bool { return s == arg }, nil
	}
	if !slices.Contains(FilterTypes(), kind) {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "The filter type %q is none of: %s.", shown(kind), strings.Join(FilterTypes(), ", "))
	}
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
	if f.cell == nil {
		return n.anyText(record, f.pass)
	}
	v, ok := f.cell.of(record)
	if !ok {
		return f.pass("")
	}
	return f.cell.node().anyText(v, f.pass)
}

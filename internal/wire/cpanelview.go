package wire

import (
	"math"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// The prefixes of the output controls of cPanel's APIs.
const (
	controlsUAPI = meta
	controlsAPI2 = "api2_"
)

// CPanelView reads the output controls by the names of a dialect of cPanel:
// api.filter_column, api.sort_column, api.paginate_size and so on, in API 2
// api2_filter_column and so on. A number behind a name (api.filter_column_1) makes a
// further rule. nil: none is given.
func (p Params) CPanelView(d Dialect) (*View, error) {
	c := cpanelControls{p: p, prefix: controlsUAPI}
	if d == API2 {
		c.prefix = controlsAPI2
	}
	v := &View{}
	for _, read := range []func(*View) error{c.filters, c.sorts, c.columns, c.chunk} {
		if err := read(v); err != nil {
			return nil, err
		}
	}
	if v.Filters == nil && v.Sorts == nil && v.Columns == nil && v.Chunk == nil {
		return nil, nil
	}
	return v, nil
}

// CPanelControlFields lists the parameters of the controls of UAPI, for documentation: of
// rules the first and one more, which stands for all. API 2 has them with another prefix.
func CPanelControlFields() (list []Field) {
	add := func(control, back string, fields ...Field) {
		list = append(list, Field{Name: controlsUAPI + control, Type: typeBoolean, Summary: "0 takes " + back + " back, whatever else is given"})
		for _, f := range fields {
			f.Name = controlsUAPI + control + f.Name
			list = append(list, f)
		}
	}
	rules := func(members ...Field) (all []Field) {
		for _, suffix := range []string{"", "_1"} {
			for _, m := range members {
				m.Name += suffix
				all = append(all, m)
			}
		}
		return all
	}
	add("filter", "the filter", rules(
		Field{Name: "_column", Type: typeString, Max: maxText, Summary: "the field to look at, dotted inside objects; * is any"},
		Field{Name: "_type", Type: typeString, Enum: CPanelFilterTypes(), Default: CPanelFilterTypes()[0], Summary: "how to compare it"},
		Field{Name: "_term", Type: typeString, Max: maxText, Summary: "what to compare it with"},
	)...)
	add("sort", "the order", rules(
		Field{Name: "_column", Type: typeString, Max: maxText, Summary: "the field to sort by; the next number breaks ties"},
		Field{Name: "_method", Type: typeString, Enum: SortMethods(), Default: SortMethods()[0]},
		Field{Name: "_reverse", Type: typeBoolean, Default: "0"},
	)...)
	add(
		"columns", "the choice of fields",
		Field{Name: "_0", Type: typeString, Max: maxText, Summary: "a field to show"},
		Field{Name: "_1", Type: typeString, Max: maxText, Summary: "a field to show"},
	)
	add(
		"paginate", "the page",
		Field{Name: "_start", Type: typeInteger, Summary: "the first record to show, counted from 1"},
		Field{Name: "_size", Type: typeInteger, Summary: "how many records to show; below 1 is all"},
		Field{Name: "_page", Type: typeInteger, Summary: "which page of that size to show, instead of a start"},
	)
	return list
}

// cpanelControls are the controls of one call.
type cpanelControls struct {
	p      Params
	prefix string
}

// value is a control's text. That its switch (api.filter) is 0 takes the whole
// control back.
func (c cpanelControls) value(name string) (string, error) {
	text, _, clash := single(c.p.named(c.prefix + name))
	if clash {
		return "", moreThanOnce(c.prefix + name)
	}
	return text, nil
}

func (c cpanelControls) off(control string) (bool, error) {
	text, err := c.value(control)
	if err != nil || text == "" {
		return false, err
	}
	on, err := flag(c.prefix+control, text)
	return !on, err
}

// each calls take for every rule of a control: the one without a number, then the
// numbered ones. key is the member that a rule cannot do without.
func (c cpanelControls) each(control, key string, take func(first, suffix string) error) error {
	if off, err := c.off(control); off || err != nil {
		return err
	}
	for i := -1; i < maxRules; i++ {
		suffix := ""
		if i >= 0 {
			suffix = "_" + strconv.Itoa(i)
		}
		first, err := c.value(control + key + suffix)
		if err != nil {
			return err
		}
		if first == "" {
			continue
		}
		if err := take(first, suffix); err != nil {
			return err
		}
	}
	return nil
}

func (c cpanelControls) filters(v *View) error {
	return c.each("filter", "_column", func(column, suffix string) error {
		kind, err := c.value("filter_type" + suffix)
		if err != nil {
			return err
		}
		term, err := c.value("filter_term" + suffix)
		if err != nil {
			return err
		}
		f := Filter{Field: column, Type: kind, Arg: term}
		if err := f.check(CPanelFilterTypes()); err != nil {
			return err
		}
		v.Filters = append(v.Filters, f)
		return nil
	})
}

func (c cpanelControls) sorts(v *View) error {
	return c.each("sort", "_column", func(column, suffix string) error {
		method, err := c.value("sort_method" + suffix)
		if err != nil {
			return err
		}
		reverse, err := c.value("sort_reverse" + suffix)
		if err != nil {
			return err
		}
		if method == "alphabet" { // API 2's word
			method = SortMethods()[0]
		}
		s := Sort{Field: column, Method: method}
		if s.Reverse, err = flag(c.prefix+"sort_reverse"+suffix, reverse); err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return err
		}
		v.Sorts = append(v.Sorts, s)
		return nil
	})
}

func (c cpanelControls) columns(v *View) error {
	return c.each("columns", "", func(column, suffix string) error {
		if suffix != "" { // without a number it is the switch
			v.Columns = append(v.Columns, column)
		}
		return nil
	})
}

// chunk reads start, size and page; a page counts in sizes.
func (c cpanelControls) chunk(v *View) error {
	if off, err := c.off("paginate"); off || err != nil {
		return err
	}
	read := func(name string) (n int, err error) {
		text, err := c.value("paginate_" + name)
		if err != nil || text == "" {
			return 0, err
		}
		if n, err = strconv.Atoi(text); err != nil || n > math.MaxInt32 {
			return 0, hostkeep.Errorf(hostkeep.Invalid, "The parameter %q must be a whole number.", c.prefix+"paginate_"+name)
		}
		return n, nil
	}
	start, err := read("start")
	if err != nil {
		return err
	}
	size, err := read("size")
	if err != nil {
		return err
	}
	page, err := read("page")
	if err != nil {
		return err
	}
	if start <= 0 && size <= 0 && page <= 0 {
		return nil
	}
	if page > 1 && size > 0 {
		start = (page-1)*size + 1
	}
	v.Chunk = &Chunk{Start: start, Size: size}
	return nil
}

// control reports whether a name is one of output controls, in any API.
func control(name string) bool {
	return strings.HasPrefix(name, meta) || strings.HasPrefix(name, controlsAPI2)
}

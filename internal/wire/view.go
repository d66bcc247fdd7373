package wire

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// View is what a caller wants to see of a list, whatever the parameters are
// called that ask for it. The zero value is everything.
type View struct {
	Filters []Filter // all must hold
	Sorts   []Sort   // the first decides, the next ones break ties
	Columns []string // nil: all; dotted for members of an object
	Chunk   *Chunk   // nil: all
	// Tell is what of itself the view tells in the metadata.
	Tell struct{ Filter, Sort, Chunk, Columns bool }
}

// Filter is a rule for the records that are shown.
type Filter struct {
	Field string // dotted for members of an object; * is any field
	Type  string // see FilterTypes and CPanelFilterTypes; "" is contains
	Arg   string
}

// Sort is a rule for their order.
type Sort struct {
	Field   string
	Method  string // see SortMethods; "" is lexicographic
	Reverse bool
}

// Chunk is a page.
type Chunk struct {
	Start int // the first record, counted from 1; below 1 is 1
	Size  int // records; below 1: all from Start on
}

// Selection is what a view comes to on one list. It holds the places of records,
// never records.
type Selection struct {
	View
	columns  []string
	order    []int32 // nil: as they are
	from, to int     // of order, or of the list
	all      int     // records of the list
	passed   int     // records that pass the filters
}

// columnsOnly shows every record, but only some columns; nil for all.
func columnsOnly(columns []string) *Selection {
	if columns == nil {
		return nil
	}
	return &Selection{columns: columns, to: -1}
}

// count is how many of n records are shown.
func (s *Selection) count(n int) int {
	if s == nil || s.to < 0 {
		return n
	}
	return s.to - s.from
}

// at is the place of the i-th shown record.
func (s *Selection) at(i int) int {
	switch {
	case s == nil:
		return i
	case s.order != nil:
		return int(s.order[s.from+i])
	}
	return s.from + i
}

// narrow shows no more columns than those.
func (s *Selection) narrow(columns []string) *Selection {
	switch {
	case s == nil:
		return columnsOnly(columns)
	case columns == nil:
		return s
	}
	c := *s
	if c.columns == nil {
		c.columns = columns
	} else {
		c.columns = both(c.columns, columns)
	}
	return &c
}

// both is what two lists of columns have in common: a name is in every list that
// has it or what it is a part of.
func both(a, b []string) []string {
	common := []string{}
	within := func(some, others []string) {
		for _, n := range some {
			part := slices.ContainsFunc(others, func(whole string) bool { return n == whole || strings.HasPrefix(n, whole+".") })
			if part && !slices.Contains(common, n) {
				common = append(common, n)
			}
		}
	}
	within(a, b)
	within(b, a)
	return common
}

// Plan is a view that fits an Out struct's list.
type Plan struct {
	View
	filters  []filter
	sorts    []sorter
	columns  []string
	warnings []string
}

// Plan fits a view to the list, before there is one. A field that is not there
// is an error in a filter or a sort, where leaving the rule out would answer
// something else than was asked; a column that is not there is left out with a
// warning. An Out struct without a list has no plan: it is left alone.
func (o *Output) Plan(v View) (*Plan, error) {
	if o.list < 0 {
		return nil, nil
	}
	p := &Plan{View: v}
	record := o.members[o.list].elem
	for _, f := range v.Filters {
		c, err := record.filter(f)
		if err != nil {
			return nil, err
		}
		p.filters = append(p.filters, c)
	}
	for _, s := range v.Sorts {
		c, err := record.sorter(s)
		if err != nil {
			return nil, err
		}
		p.sorts = append(p.sorts, c)
	}
	if v.Columns != nil {
		p.columns = []string{}
	}
	for _, name := range v.Columns {
		if !o.hasColumn(name) {
			p.warnings = append(p.warnings, noColumn(name))
			continue
		}
		p.columns = append(p.columns, name)
	}
	return p, nil
}

// hasColumn reports whether the records of the list have a field; without a list,
// whether the data has it.
func (o *Output) hasColumn(name string) bool {
	record := &node{members: o.members}
	if o.list >= 0 {
		record = o.members[o.list].elem
	}
	_, ok := record.cell(name)
	return ok
}

func noColumn(name string) string {
	return fmt.Sprintf("There is no column %q; it is left out.", shown(name))
}

// Warnings tells what of the view was left out.
func (p *Plan) Warnings() []string { return p.warnings }

// Select carries a plan out on a value of the Out struct: filter, sort, chunk.
// It reads the records where they are, and gives up when ctx ends.
func (o *Output) Select(ctx context.Context, p *Plan, value reflect.Value) (*Selection, error) {
	r := Reply{OK: true, Out: o, Value: value}
	v, told := r.value()
	if p == nil || !told {
		return nil, nil //nolint:nilnil // nothing is selected
	}
	rows, some := o.records(v)
	if !some {
		return nil, nil //nolint:nilnil // nothing is selected
	}
	s := &Selection{View: p.View, columns: p.columns, all: rows.list.Len()}
	s.passed = s.all
	if len(p.filters) > 0 {
		s.order = rows.matching(ctx, p.filters)
		s.passed = len(s.order)
	}
	if len(p.sorts) > 0 {
		s.order = rows.sorted(ctx, s.order, p.sorts)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("selecting records: %w", err)
	}
	s.to = s.passed
	if c := p.Chunk; c != nil {
		s.from = min(max(c.Start, 1)-1, s.passed)
		if c.Size > 0 {
			s.to = min(c.Size, s.passed-s.from) + s.from
		}
	}
	return s, nil
}

// write hands over what the view tells of itself.
func (s *Selection) write(to sink) {
	if s == nil {
		return
	}
	if s.Tell.Chunk && s.Chunk != nil {
		s.writeChunk(to)
	}
	if l := named("filter"); s.Tell.Filter && s.Filters != nil {
		to.open(l, false)
		to.number(named("filtered"), int64(s.all), true)
		to.close(l, false)
	}
	if l := named("sort"); s.Tell.Sort && s.Sorts != nil {
		to.open(l, false)
		for i, rule := range s.Sorts {
			rule.write(to, named(Letter(i)))
		}
		to.close(l, false)
	}
	if l := named("columns"); s.Tell.Columns && s.Columns != nil {
		to.open(l, false)
		for i, name := range s.columns {
			to.text(named(Letter(i)), name)
		}
		to.close(l, false)
	}
}

// page is where the shown records begin, and how many there are at most.
func (s *Selection) page() (start, size int) {
	start, size = max(s.Chunk.Start, 1), s.Chunk.Size
	if size < 1 {
		size = max(s.passed, 1)
	}
	return start, size
}

func (s *Selection) writeChunk(to sink) {
	start, size := s.page()
	l := named("chunk")
	to.open(l, false)
	for _, m := range []struct {
		name string
		n    int
	}{
		{"start", start},
		{"size", size},
		{"current", (start-1)/size + 1},
		{"chunks", max((s.passed-1)/size+1, 1)},
		{"records", s.passed},
	} {
		to.number(named(m.name), int64(m.n), true)
	}
	to.close(l, false)
}

func (s Sort) write(to sink, l label) {
	method := s.Method
	if method == "" {
		method = SortMethods()[0]
	}
	to.open(l, false)
	to.text(named("field"), s.Field)
	to.text(named("method"), method)
	reverse := int64(0)
	if s.Reverse {
		reverse = 1
	}
	to.number(named("reverse"), reverse, true)
	to.close(l, false)
}

// Letter names the rule number i, counted from 0: a to z, za to zz, zza and so on.
func Letter(i int) string { return strings.Repeat("z", i/26) + string(rune('a'+i%26)) }

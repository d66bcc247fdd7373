package wire

import (
	"cmp"
	"context"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// SortMethods lists the ways to compare two fields, the usual one first. The
// numeric ones read the number that a field begins with, 0 where there is none,
// and take "unlimited" for the largest; numeric_zero_as_max takes 0 for it too.
// With ipv4, what is no address comes first.
func SortMethods() []string {
	return []string{"lexicographic", "numeric", "numeric_zero_as_max", "ipv4"}
}

// sorter is a Sort that fits the records.
type sorter struct {
	Sort
	cell cell
}

// check looks at what of a rule does not depend on the list.
func (s Sort) check() error {
	if s.Method != "" && !slices.Contains(SortMethods(), s.Method) {
		return hostkeep.Errorf(hostkeep.Invalid, "The sort method %q is none of: %s.", shown(s.Method), strings.Join(SortMethods(), ", "))
	}
	return nil
}

func (n *node) sorter(s Sort) (sorter, error) {
	if err := s.check(); err != nil {
		return sorter{}, err
	}
	c, ok := n.cell(s.Field)
	if !ok {
		return sorter{}, noField("sorted", s.Field)
	}
	if !c.node().scalar() {
		return sorter{}, hostkeep.Errorf(hostkeep.Invalid, "The field %q has no one value that a list could be sorted by.", shown(s.Field))
	}
	return sorter{s, c}, nil
}

// rank turns a field into the number that a numeric method goes by.
func (s sorter) rank(text string) float64 {
	if s.Method == "ipv4" {
		a, err := netip.ParseAddr(text)
		if err != nil || !a.Is4() {
			return -1
		}
		b := a.As4()
		return float64(uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]))
	}
	n, _, ok := limited(text, true)
	if !ok {
		n = 0
	}
	if n == 0 && s.Method == "numeric_zero_as_max" {
		return math.Inf(1)
	}
	return n
}

// keys are what a rule compares, by the place of the record.
type keys struct {
	texts   []string
	ranks   []float64
	reverse bool
}

func (k keys) compare(a, b int32) int {
	if k.reverse {
		a, b = b, a
	}
	if k.texts != nil {
		return strings.Compare(k.texts[a], k.texts[b])
	}
	return cmp.Compare(k.ranks[a], k.ranks[b])
}

// table is the records in their place.
type table struct {
	list  reflect.Value
	keyed bool
	node  *node
}

func (t table) record(i int) reflect.Value {
	v := t.list.Index(i)
	if t.keyed {
		return v.Field(1)
	}
	return v
}

// matching lists the places of the records that pass every filter.
func (t table) matching(ctx context.Context, filters []filter) []int32 {
	order := []int32{}
	for i := range t.list.Len() {
		if i%64 == 0 && ctx.Err() != nil {
			return order // whoever asked has gone
		}
		record := t.record(i)
		if !slices.ContainsFunc(filters, func(f filter) bool { return !f.holds(t.node, record) }) {
			order = append(order, int32(i))
		}
	}
	return order
}

// sorted brings places into order; nil is all of them. Equal records stay as
// they are.
func (t table) sorted(ctx context.Context, order []int32, rules []sorter) []int32 {
	if order == nil {
		order = make([]int32, t.list.Len())
		for i := range order {
			order[i] = int32(i)
		}
	}
	columns := make([]keys, len(rules))
	for i, r := range rules {
		if ctx.Err() != nil {
			return order
		}
		columns[i] = t.keys(r, order)
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		for _, k := range columns {
			if c := k.compare(a, b); c != 0 {
				return c
			}
		}
		return 0
	})
	return order
}

func (t table) keys(s sorter, order []int32) keys {
	k := keys{reverse: s.Reverse}
	n := t.list.Len()
	if s.Method == "" || s.Method == "lexicographic" {
		k.texts = make([]string, n)
	} else {
		k.ranks = make([]float64, n)
	}
	for _, i := range order {
		text := ""
		if v, ok := s.cell.of(t.record(int(i))); ok {
			text = s.cell.node().textOf(v)
		}
		if k.texts != nil {
			k.texts[i] = text
		} else {
			k.ranks[i] = s.rank(text)
		}
	}
	return k
}

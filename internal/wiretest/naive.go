package wiretest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep/internal/wire"
)

// Naive is what a view shows of records, found by reading all of them and
// filtering, sorting and cutting that. Fields are scalars, not dotted; * is a
// record that is a text.
func Naive(records []Member, v wire.View) (out []Member) {
	for _, r := range records {
		if !slices.ContainsFunc(v.Filters, func(f wire.Filter) bool { return !passes(field(r, f.Field), f.Type, f.Arg) }) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Member) int {
		for _, s := range v.Sorts {
			c := compare(field(a, s.Field), field(b, s.Field), s.Method)
			if s.Reverse {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	if v.Chunk != nil {
		out = cut(out, max(v.Chunk.Start, 1)-1, v.Chunk.Size)
	}
	if v.Columns != nil {
		for i, r := range out {
			out[i].Members = slices.DeleteFunc(slices.Clone(r.Members), func(m Member) bool { return !slices.Contains(v.Columns, m.Name) })
			if len(out[i].Members) == 0 {
				out[i].Members = nil // as what is empty is read back: XML does not tell an object from a text
			}
		}
	}
	return out
}

func field(r Member, name string) string {
	if name == "*" && r.Members == nil {
		return r.Text
	}
	n, _ := r.Get(name)
	return n.Text
}

func cut(list []Member, from, size int) []Member {
	if from >= len(list) {
		return nil
	}
	if list = list[from:]; size > 0 && size < len(list) {
		list = list[:size]
	}
	return list
}

func passes(value, kind, arg string) bool {
	n, a := number(value, math.NaN()), number(arg, math.NaN())
	if value == "unlimited" && strings.HasSuffix(kind, "unlimited") {
		n = math.Inf(1)
	}
	switch kind {
	case "contains":
		return strings.Contains(strings.ToLower(value), strings.ToLower(arg))
	case "begins":
		return strings.HasPrefix(strings.ToLower(value), strings.ToLower(arg))
	case "eq":
		return value == arg
	case "==":
		return n == a
	case "lt", "lt_handle_unlimited":
		return n < a
	case "lt_equal":
		return n <= a
	case "gt", "gt_handle_unlimited":
		return n > a
	}
	return n >= a
}

// number tries ever shorter beginnings, of what Perl takes for one without an exponent.
func number(s string, otherwise float64) float64 {
	s = strings.TrimLeft(s, " \t\n\r\f")
	for end := len(s); end > 0; end-- {
		if strings.Trim(s[:end], "0123456789.+-") != "" {
			continue
		}
		if n, err := strconv.ParseFloat(s[:end], 64); err == nil {
			return n
		}
	}
	return otherwise
}

func compare(a, b, method string) int {
	if method == "lexicographic" || method == "" {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(rank(a, method), rank(b, method))
}

func rank(s, method string) float64 {
	if method == "ipv4" {
		var w, x, y, z int
		if c, _ := fmt.Sscanf(s, "%d.%d.%d.%d", &w, &x, &y, &z); c != 4 || s != fmt.Sprintf("%d.%d.%d.%d", w, x, y, z) || max(w, x, y, z) > 255 || min(w, x, y, z) < 0 {
			return -1
		}
		return float64(((w*256+x)*256+y)*256 + z)
	}
	n := number(s, 0)
	if s == "unlimited" || n == 0 && method == "numeric_zero_as_max" {
		return math.Inf(1)
	}
	return n
}

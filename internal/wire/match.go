package wire

import (
	"cmp"
	"slices"
	"strings"
)

// stem is a name that more keys belong to than its own.
type stem struct {
	name   string
	field  int
	prefix bool
}

// match finds the declared parameter that a key belongs to: by its exact name,
// else by its name in another case (WHM's own functions spell MAXFTP and maxftp,
// Line and line), else as an element of a list, else by a prefix; the longest name
// wins. What is left belongs to the rest, if the function takes it. The suffix is the N of a
// list's element, what follows a prefix, or the key itself.
func (in *Input) match(key string) (i int, suffix string, ok bool) {
	if i, ok = in.index[key]; !ok {
		i, ok = in.folded[fold(key)]
		ok = ok && i >= 0
	}
	if ok {
		if in.fields[i].Type == typePrefix {
			return 0, "", false // the bare prefix names nothing
		}
		return i, "", true
	}
	best := stem{}
	for _, f := range in.listed {
		if len(key) <= len(f.name) || len(f.name) <= len(best.name) || fold(key[:len(f.name)]) != fold(f.name) {
			continue
		}
		rest := key[len(f.name):]
		if n, number := listSuffix(rest); f.prefix {
			best, suffix = f, rest
		} else if number {
			best, suffix = f, n
		}
	}
	if best.name == "" && in.rest >= 0 && !control(key) {
		return in.rest, key, true
	}
	return best.field, suffix, best.name != ""
}

// fold is a name in lower case, as far as ASCII goes: names have nothing else.
func fold(name string) string {
	lower := func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	return strings.Map(lower, name)
}

// listSuffix reads what may follow a list's name: -N, N, [] or [N].
func listSuffix(rest string) (n string, ok bool) {
	if inner, closed := strings.CutSuffix(rest, "]"); closed {
		n, ok = strings.CutPrefix(inner, "[")
		return n, ok && digits(n)
	}
	n = strings.TrimPrefix(rest, "-")
	return n, n != "" && digits(n)
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// sort gives each declared parameter what belongs to it, in the order given.
func (in *Input) sort(p Params) [][]hit {
	hits := make([][]hit, len(in.fields))
	for _, a := range p.pairs {
		i, suffix, ok := in.match(a.name)
		if ok && (!a.null || in.fields[i].Type == typeList) {
			hits[i] = append(hits[i], hit{a, suffix})
		}
	}
	for i := range hits {
		if in.fields[i].Type == typeList {
			slices.SortStableFunc(hits[i], byNumber)
		}
	}
	return hits
}

// byNumber orders elements: without a number first, then by number, of whatever
// length.
func byNumber(a, b hit) int {
	if a.suffix == "" || b.suffix == "" {
		return cmp.Compare(len(a.suffix), len(b.suffix))
	}
	m, n := strings.TrimLeft(a.suffix, "0"), strings.TrimLeft(b.suffix, "0")
	return cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n))
}

// bySuffix groups what a prefix has collected, in the order of first mention.
func bySuffix(hits []hit) (groups [][]hit) {
	place := map[string]int{}
	for _, h := range hits {
		i, seen := place[h.suffix]
		if !seen {
			i = len(groups)
			place[h.suffix], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], h)
	}
	return groups
}

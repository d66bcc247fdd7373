package wire

import (
	"strings"
	"unicode"

	"github.com/hostkeep/hostkeep"
)

// Misspelt refuses the first parameter that belongs to no field and looks like
// one that does: two edits away, equal without digits, punctuation and case, or
// its beginning. On functions that make or change credentials such a slip would
// silently give more than was meant.
func (in *Input) Misspelt(p Params) error {
	for _, x := range p.list {
		if meta(x.name) {
			continue
		}
		if _, ok := in.own(x); ok {
			continue
		}
		for _, f := range in.fields {
			for _, known := range append([]string{f.Name}, f.Aliases...) {
				if similar(x.name, known) {
					return hostkeep.Errorf(hostkeep.Invalid, "There is no parameter %q; did you mean %q? Nothing was changed.", hostkeep.Clip(x.name, 60), f.Name)
				}
			}
		}
	}
	return nil
}

func similar(name, known string) bool {
	if len(name) > len(known)+8 {
		if base, _, ok := strings.Cut(name, "["); ok {
			return similar(base, known)
		}
		return false
	}
	a, b := letters(name), letters(known)
	within := 2
	if len(b) <= 3 {
		within = 1
	}
	switch {
	case a == "":
		return false
	case a == b, len(a) >= 4 && strings.HasPrefix(b, a):
		return true
	}
	return distance(a, b) <= within || distance(strings.ToLower(name), strings.ToLower(known)) <= within
}

// letters is a name without digits and punctuation, in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// distance counts insertions, deletions, replacements and swaps of neighbours.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now := make([]int, len(b)+1)
		now[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last = last, now
	}
	return last[len(b)]
}

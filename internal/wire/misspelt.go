package wire

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hostkeep/hostkeep"
)

// NearMiss is a parameter that is not declared, and nearly is.
type NearMiss struct{ name, near string }

// NearMisses lists the parameters that are nearly declared ones, in the order
// given. WHM ignores what it does not know; where credentials are made, ignoring
// acls for acl would make a token that may do everything.
func (in *Input) NearMisses(p Params) (list []NearMiss) {
	for _, name := range p.Names() {
		if _, _, ok := in.match(name); ok {
			continue
		}
		if near := in.near(name); near != "" {
			list = append(list, NearMiss{shown(name), near})
		}
	}
	return list
}

// Refusal is the error where a near miss must not be ignored.
func (m NearMiss) Refusal() error {
	return hostkeep.Errorf(hostkeep.Invalid, "There is no parameter %q; did you mean %q? Nothing was changed.", m.name, m.near)
}

// Warning says that it is ignored.
func (m NearMiss) Warning() string {
	return fmt.Sprintf("There is no parameter %q; it was ignored. Did you mean %q?", m.name, m.near)
}

// near finds the declared name that is nearest to one that is not declared.
func (in *Input) near(name string) (nearest string) {
	key, best := newCandidate(name, false), far
	for _, c := range in.known {
		if d := c.from(key); d < best {
			nearest, best = c.name, d
		}
	}
	return nearest
}

// candidate is a name made ready for comparing.
type candidate struct {
	name    string
	folded  string
	letters string // folded, without digits and punctuation
	runes   []rune // folded; nil where it is longer than any declared name
	many    bool
}

// far is the distance of what is no near miss.
const far = 3

// longName is where a key is too long to be within two edits of a declared name.
const longName = 100

func newCandidate(name string, many bool) candidate {
	c := candidate{name: name, folded: strings.ToLower(name), many: many}
	c.letters = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, c.folded)
	if len(c.folded) <= longName {
		c.runes = []rune(c.folded)
	}
	return c
}

// from tells how far a key is from the declared name: 0 to 2, or far.
func (c candidate) from(key candidate) int {
	beforeBracket, _, _ := strings.Cut(key.folded, "[")
	allowed := 2
	if utf8.RuneCountInString(c.letters) < 3 { // of ip, every short name is two edits away
		allowed = 1
	}
	switch {
	case key.letters == c.letters && c.letters != "", beforeBracket == c.folded:
		return 0
	case c.many && len(c.stem()) >= 3 && strings.HasPrefix(key.folded, c.stem()):
		return 1 // acl.0, aclist, or acl-create-acct where acl is a list
	case utf8.RuneCountInString(key.letters) >= 4 && strings.HasPrefix(c.folded, key.folded):
		return 1
	case key.runes == nil:
		return far
	}
	if d := edits(key.runes, c.runes); d <= allowed {
		return d
	}
	return far
}

// stem is the name without the punctuation that ends a prefix.
func (c candidate) stem() string { return strings.TrimRight(c.folded, "-_.") }

// edits counts the insertions, deletions, replacements and swaps of neighbours
// that make b of a (Damerau and Levenshtein), or at least far when the lengths
// differ by that much.
func edits(a, b []rune) int {
	if max(len(a)-len(b), len(b)-len(a)) >= far {
		return far
	}
	two, one, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one, row = one, row, two
	}
	return one[len(b)]
}

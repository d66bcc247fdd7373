// Package wire turns bytes into values and values into bytes: it reads the
// parameters of a request, decodes them into the typed In of a function, and
// writes the typed Out back in WHM's envelope. It refuses to know privileges,
// callers, functions and HTTP.
package wire

import (
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// Params are the parameters of one call, in the order in which they were given:
// the query's first, then the body's. The value is immutable; the zero value
// holds none.
type Params struct{ pairs []pair }

// pair is one parameter as it was given.
type pair struct {
	name, value string
	body        bool // given in the body, which wins over the query
	null        bool // JSON's null: no value, but for a list it is an empty one
}

// Pairs makes parameters of names and values in turn. A last name without a
// value is left out.
func Pairs(nameValue ...string) Params {
	var p Params
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		p.pairs = append(p.pairs, pair{name: nameValue[0], value: nameValue[1]})
	}
	return p
}

// Add returns the parameters and one more.
func (p Params) Add(name, value string) Params {
	return Params{append(slices.Clip(p.pairs), pair{name: name, value: value})}
}

// Except returns the parameters without those whose names drop takes.
func (p Params) Except(drop func(name string) bool) Params {
	return Params{slices.DeleteFunc(slices.Clone(p.pairs), func(a pair) bool { return drop(a.name) })}
}

// Version tells api.version: 0 or 1 (anything above counts as 1), and whether
// it was given at all. Two different ones, or no number, are an error.
func (p Params) Version() (v int, given bool, err error) {
	text, given, clash := single(p.named("api.version"))
	switch {
	case clash:
		return 0, true, moreThanOnce("api.version")
	case !given || text == "":
		return 0, false, nil
	case strings.Trim(text, "0123456789") != "":
		return 0, true, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"api.version\" must be a whole number.")
	case strings.Trim(text, "0") == "":
		return 0, true, nil
	}
	return 1, true, nil
}

// Controls lists the output controls that are switched on, such as "api.filter".
func (p Params) Controls() (on []string, err error) {
	for _, c := range []string{"api.filter", "api.sort", "api.chunk", "api.columns"} {
		text, _, clash := single(p.named(c + ".enable"))
		if clash {
			return nil, moreThanOnce(c + ".enable")
		}
		switch yes, err := flag(c+".enable", text); {
		case err != nil:
			return nil, err
		case yes:
			on = append(on, c)
		}
	}
	return on, nil
}

// flag reads a switch; the empty text is off.
func flag(name, text string) (bool, error) {
	yes, ok := truth(text)
	if !ok && text != "" {
		return false, hostkeep.Errorf(hostkeep.Invalid, "The parameter %q must be 1 or 0.", shown(name))
	}
	return yes, nil
}

// Names lists the names that are meant for the function (not api.*), in order,
// each once.
func (p Params) Names() []string {
	var names []string
	seen := map[string]bool{}
	for _, a := range p.pairs {
		if !seen[a.name] && !control(a.name) {
			names = append(names, a.name)
		}
		seen[a.name] = true
	}
	return names
}

// meta begins the names that never reach a function.
const meta = "api."

// named is what was given by one name; null is nothing.
func (p Params) named(name string) (hits []hit) {
	for _, a := range p.pairs {
		if a.name == name && !a.null {
			hits = append(hits, hit{pair: a})
		}
	}
	return hits
}

// hit is a parameter that belongs to a declared one.
type hit struct {
	pair
	suffix string // the N of NAME-N, the X of NAMEX where NAME is a prefix
}

// unshadowed drops what the query says where the body says it by the same name.
func unshadowed(hits []hit) []hit {
	body := func(h hit) bool { return h.body }
	if !slices.ContainsFunc(hits, body) || !slices.ContainsFunc(hits, func(h hit) bool { return !h.body }) {
		return hits
	}
	said := map[string]bool{}
	for _, h := range hits {
		said[h.name] = said[h.name] || h.body
	}
	var left []hit
	for _, h := range hits {
		if h.body || !said[h.name] {
			left = append(left, h)
		}
	}
	return left
}

// single is the one value of a parameter that has one. clash: it has several.
func single(hits []hit) (value string, given, clash bool) {
	hits = unshadowed(hits)
	if len(hits) == 0 {
		return "", false, false
	}
	value = hits[0].value
	return value, true, slices.ContainsFunc(hits, func(h hit) bool { return h.value != value })
}

func moreThanOnce(name string) error {
	return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q was given more than once.", name)
}

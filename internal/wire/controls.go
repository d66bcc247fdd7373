package wire

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// View reads the output controls by the names of API 1: api.filter.enable,
// api.filter.a.field and so on, the letters a to z, za and on, rules in the
// string order of their letters. Of a control that is not enabled nothing is
// read. nil: none is.
func (p Params) View() (*View, error) {
	var v View
	enabled, err := p.Controls()
	if err != nil {
		return nil, err
	}
	for _, control := range enabled {
		read := map[string]func(*View, group) error{
			"api.filter": (*View).readFilters, "api.sort": (*View).readSorts,
			"api.chunk": (*View).readChunk, "api.columns": (*View).readColumns,
		}[control]
		g, err := p.group(control)
		if err == nil {
			err = read(&v, g)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(enabled) == 0 {
		return nil, nil
	}
	return &v, nil
}

// ControlFields lists the parameters of the controls, for documentation: of rules
// the first two letters, which stand for all.
func ControlFields() (list []Field) {
	add := func(control string, fields ...Field) {
		list = append(
			list,
			Field{Name: control + ".enable", Type: typeBoolean, Summary: "switches " + control + " on"},
			Field{Name: control + ".verbose", Type: typeBoolean, Summary: "asks for what it did in the metadata"},
		)
		list = append(list, fields...)
	}
	rules := func(control string, members ...Field) (all []Field) {
		for i := range 2 {
			for _, m := range members {
				m.Name = control + "." + Letter(i) + m.Name
				all = append(all, m)
			}
		}
		return all
	}
	add("api.filter", rules(
		"api.filter",
		Field{Name: ".field", Type: typeString, Max: maxText, Summary: "the field to look at, dotted inside objects; * is any"},
		Field{Name: ".type", Type: typeString, Enum: FilterTypes(), Default: FilterTypes()[0], Summary: "how to compare it"},
		Field{Name: ".arg0", Type: typeString, Max: maxText, Summary: "what to compare it with"},
	)...)
	add("api.sort", rules(
		"api.sort",
		Field{Name: ".field", Type: typeString, Max: maxText, Summary: "the field to sort by; the next letter breaks ties"},
		Field{Name: ".method", Type: typeString, Enum: SortMethods(), Default: SortMethods()[0]},
		Field{Name: ".reverse", Type: typeBoolean, Default: "0"},
	)...)
	add(
		"api.chunk",
		Field{Name: "api.chunk.start", Type: typeInteger, Summary: "the first record to show, counted from 1"},
		Field{Name: "api.chunk.size", Type: typeInteger, Summary: "how many records to show; below 1 is all"},
	)
	add("api.columns", rules("api.columns", Field{Type: typeString, Max: maxText, Summary: "a field to show"})...)
	return list
}

// group is the parameters of one control, by what follows its name.
type group struct {
	name   string
	values map[string]string
}

func (p Params) group(control string) (group, error) {
	g := group{control, map[string]string{}}
	for _, a := range p.pairs {
		rest, ok := strings.CutPrefix(a.name, control+".")
		if _, seen := g.values[rest]; !ok || seen {
			continue
		}
		value, given, clash := single(p.named(a.name))
		if clash {
			return g, moreThanOnce(shown(a.name))
		}
		if given {
			g.values[rest] = value
		}
	}
	return g, nil
}

// flag reads a switch of the group.
func (g group) flag(name string) (bool, error) { return flag(g.name+"."+name, g.values[name]) }

// letters lists the rules of a group in their order.
func (g group) letters() (list []string, err error) {
	for _, name := range slices.Sorted(maps.Keys(g.values)) { // so that one mistake has one message
		letter, _, _ := strings.Cut(name, ".")
		switch {
		case name == "enable" || name == "verbose" || slices.Contains(list, letter):
		case strings.Trim(letter, "abcdefghijklmnopqrstuvwxyz") != "" || letter == "" || letter == "enable" || letter == "verbose":
			return nil, hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is no output control: rules have the letters a to z, za and so on.", shown(g.name+"."+name))
		default:
			list = append(list, letter)
		}
	}
	slices.Sort(list)
	return list, nil
}

// maxRules is how many rules a control may have: each costs at each record.
const maxRules = 26

// rules reads each letter's members; any other member is refused.
func (g group) rules(members ...string) (list []map[string]string, err error) {
	letters, err := g.letters()
	if err == nil && len(letters) > maxRules {
		err = hostkeep.Errorf(hostkeep.Invalid, "The control %q has %d rules; at most %d can be given.", g.name, len(letters), maxRules)
	}
	if err != nil {
		return nil, err
	}
	for _, l := range letters {
		if _, bare := g.values[l]; bare {
			return nil, hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is no output control.", shown(g.name+"."+l))
		}
		rule := map[string]string{"letter": l}
		for _, name := range slices.Sorted(maps.Keys(g.values)) {
			if member, ok := strings.CutPrefix(name, l+"."); ok {
				if !slices.Contains(members, member) {
					return nil, hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is no output control.", shown(g.name+"."+name))
				}
				rule[member] = g.values[name]
			}
		}
		if rule["field"] == "" {
			return nil, hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is required with the others of its letter.", shown(g.name+"."+l+".field"))
		}
		list = append(list, rule)
	}
	return list, nil
}

func (v *View) readFilters(g group) (err error) {
	if v.Tell.Filter, err = g.flag("verbose"); err != nil {
		return err
	}
	rules, err := g.rules("field", "type", "arg0")
	v.Filters = []Filter{}
	for _, r := range rules {
		f := Filter{Field: r["field"], Type: r["type"], Arg: r["arg0"]}
		if err := f.check(FilterTypes()); err != nil {
			return err
		}
		v.Filters = append(v.Filters, f)
	}
	return err
}

func (v *View) readSorts(g group) (err error) {
	if v.Tell.Sort, err = g.flag("verbose"); err != nil {
		return err
	}
	rules, err := g.rules("field", "method", "reverse")
	v.Sorts = []Sort{}
	for _, r := range rules {
		s := Sort{Field: r["field"], Method: r["method"]}
		if s.Reverse, err = flag(g.name+"."+r["letter"]+".reverse", r["reverse"]); err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return err
		}
		v.Sorts = append(v.Sorts, s)
	}
	return err
}

func (v *View) readColumns(g group) (err error) {
	if v.Tell.Columns, err = g.flag("verbose"); err != nil {
		return err
	}
	letters, err := g.letters()
	for _, l := range letters {
		if g.values[l] != "" { // what is nested below a letter is no column
			v.Columns = append(v.Columns, g.values[l])
		}
	}
	return err
}

// readChunk reads start and size; a client that wants everything sends -1.
func (v *View) readChunk(g group) (err error) {
	if v.Tell.Chunk, err = g.flag("verbose"); err != nil {
		return err
	}
	v.Chunk = &Chunk{}
	for name, to := range map[string]*int{"start": &v.Chunk.Start, "size": &v.Chunk.Size} {
		text := g.values[name]
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q must be a whole number.", g.name+"."+name)
		}
		*to = n
	}
	return nil
}

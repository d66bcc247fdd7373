package hostkeep

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// Privilege names one WHM privilege ("ACL"), as list-accts. The zero value
// means "not declared" and is refused wherever a privilege is asked for.
type Privilege string

// The privileges that the code itself speaks of; PrivilegeTable has them all.
const (
	// All is "Everything": it implies every other privilege.
	All Privilege = "all"
	// Anyone is the spelled word for "any authenticated WHM user". It is no
	// WHM privilege and no token can hold it.
	Anyone Privilege = "(anyone)"

	ViewGlobalPackages Privilege = "viewglobalpackages"
	CreateAcct         Privilege = "create-acct"
	AddPkg             Privilege = "add-pkg"
)

// PrivilegeInfo says what WHM's privilege pages say of one privilege.
type PrivilegeInfo struct {
	Name     Privilege
	Category string // "basic", "standard", "package", "global", "super" or "root"
	Group    string // the heading it stands under
	Label    string // its plain name
}

// PrivilegeTable lists the built-in privileges in WHM's order.
func PrivilegeTable() []PrivilegeInfo { return privilegeTable[:] }

// Privileges is a set of privileges, comparable and free of pointers. Its bits
// are private to this build; names are what is stored and sent.
type Privileges struct{ bits [1]uint64 }

var privilegeBit = func() map[Privilege]int {
	m := make(map[Privilege]int, len(privilegeTable))
	for i, p := range privilegeTable {
		m[p.Name] = i
	}
	return m
}()

var allBit = privilegeBit[All]

// Everything is the set that holds All, and so implies every privilege.
func Everything() Privileges { return Privileges{}.With(All) }

// InitialPrivileges are the 20 that WHM grants to a new reseller.
func InitialPrivileges() Privileges {
	var s Privileges
	for _, p := range privilegeTable {
		if p.Category == "basic" {
			s = s.With(p.Name)
		}
	}
	return s
}

// ParsePrivileges makes a set of names. An unknown name is an error that says
// the name; it never widens or narrows the rest in silence.
func ParsePrivileges(names []string) (Privileges, error) {
	var s Privileges
	for _, n := range names {
		if _, ok := privilegeBit[Privilege(n)]; !ok {
			return Privileges{}, Errorf(Invalid, "The privilege %q does not exist.", Clip(n, 60))
		}
		s = s.With(Privilege(n))
	}
	return s, nil
}

// KnownPrivileges makes a set of the names that this build knows and leaves out
// the others: what a store holds from a newer version is narrowed, not refused.
func KnownPrivileges(names []string) Privileges {
	var s Privileges
	for _, n := range names {
		s = s.With(Privilege(n))
	}
	return s
}

// With adds p to the set; a name that is not built in adds nothing.
func (s Privileges) With(p Privilege) Privileges {
	if i, ok := privilegeBit[p]; ok {
		s.bits[i/64] |= 1 << (i % 64)
	}
	return s
}

// Has reports whether the set gives p, by name or through All. It never gives the
// undeclared privilege.
func (s Privileges) Has(p Privilege) bool { return p != "" && s.holds(allBit) || s.Lists(p) }

// Lists reports whether p itself is in the set, All not counted.
func (s Privileges) Lists(p Privilege) bool {
	i, ok := privilegeBit[p]
	return ok && s.holds(i)
}

func (s Privileges) holds(i int) bool { return s.bits[i/64]&(1<<(i%64)) != 0 }

// And is what both sets give: All on one side yields the other side.
func (s Privileges) And(t Privileges) Privileges {
	switch {
	case s.holds(allBit):
		return t
	case t.holds(allBit):
		return s
	}
	for i := range s.bits {
		s.bits[i] &= t.bits[i]
	}
	return s
}

// Covers reports whether s gives everything that t gives.
func (s Privileges) Covers(t Privileges) bool {
	if s.holds(allBit) {
		return true
	}
	for i := range s.bits {
		if t.bits[i]&^s.bits[i] != 0 {
			return false
		}
	}
	return true
}

// Missing names what t gives and s does not, sorted.
func (s Privileges) Missing(t Privileges) []string {
	if s.holds(allBit) {
		return nil
	}
	return slices.DeleteFunc(t.Names(), func(n string) bool { return s.Lists(Privilege(n)) })
}

// Empty reports whether the set gives nothing.
func (s Privileges) Empty() bool { return s == Privileges{} }

// Len counts the names in the set.
func (s Privileges) Len() (n int) {
	for _, b := range s.bits {
		n += bits.OnesCount64(b)
	}
	return n
}

// Names lists the set, sorted by name. All stands alone for what it implies
// only if nothing else was named.
func (s Privileges) Names() []string {
	names := make([]string, 0, s.Len())
	for i, p := range privilegeTable {
		if s.holds(i) {
			names = append(names, string(p.Name))
		}
	}
	slices.Sort(names)
	return names
}

// String is the names joined by commas, the form that is stored.
func (s Privileges) String() string { return strings.Join(s.Names(), ",") }

// Format keeps every verb to the readable form.
func (s Privileges) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, s.String()) }

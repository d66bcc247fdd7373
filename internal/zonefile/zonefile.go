// Package zonefile is the line model of a zone file: what WHM's zone editors see.
// Comments, order and the very bytes of lines that nobody edits are kept. Records
// are parsed, packed and checked by the DNS library. It refuses to know whose a zone
// is, where it is kept and who edits it.
package zonefile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// Kind says what a logical line is.
type Kind uint8

// The kinds of line, as WHM names them.
const (
	Record  Kind = iota + 1
	Control      // $TTL, $ORIGIN
	Comment      // a comment or nothing
)

// Line is one logical line: a record may take several lines of the file.
type Line struct {
	Kind   Kind
	Text   string // as it stands in the file, without the line end behind it
	Number int    // of its first line in the file, from 0: WHM's line_index

	// Of records only. Where an $ORIGIN other than the zone is in force, names
	// are not as written but absolute: an editor knows the zone's name only.
	Name string   // the owner as written, relative or absolute; one that is left out is that of the record before
	TTL  uint32   // in force, in seconds
	Type string   // such as "TXT"
	Data []string // the fields of the data as raw bytes, names as written; of TXT one for each character-string
	RR   dns.RR   // with absolute names

	owner   string // absolute, as we spell it
	end     string // the line end behind Text
	indent  bool   // the owner is left out
	implied bool   // the TTL is left out
	twin    bool   // the same record stands before
}

// Zone is a parsed zone file.
type Zone struct {
	Name  string // folded, without the dot at the end
	Lines []Line

	text string
	soa  int // its index in Lines
}

// Entry is a record as an editor sends it.
type Entry struct {
	Name string  // relative to the zone, or absolute with a dot; "@", "" or the zone's name for its top
	TTL  *uint32 // nil: the zone's default
	Type string
	Data []string // as Line.Data; names are relative unless they end in a dot; a string of TXT that is too long is cut into several
}

// Change puts an entry in the place of a record.
type Change struct {
	Number int // Line.Number
	Entry
}

// Edit is what one call changes. All numbers are those of the zone as it is.
type Edit struct {
	Add    []Entry
	Change []Change
	Remove []int
}

// Empty reports whether nothing is to be changed.
func (e Edit) Empty() bool { return len(e.Add)+len(e.Change)+len(e.Remove) == 0 }

// String is the zone file.
func (z *Zone) String() string { return z.text }

// Serial is that of the SOA record.
func (z *Zone) Serial() uint32 { return z.SOA().Serial }

// SOA is the zone's SOA record.
func (z *Zone) SOA() *dns.SOA {
	soa, _ := z.Lines[z.soa].RR.(*dns.SOA) // Parse has seen to it
	return soa
}

// At finds the line that begins at a number.
func (z *Zone) At(number int) (Line, bool) {
	i, ok := z.index(number)
	if !ok {
		return Line{}, false
	}
	return z.Lines[i], true
}

func (z *Zone) index(number int) (int, bool) {
	return slices.BinarySearchFunc(z.Lines, number, func(l Line, n int) int { return cmp.Compare(l.Number, n) })
}

// Records are the records as a name server has them: each once, with absolute
// names, and all of one name and type with the lowest of their TTLs (RFC 2181, 5.2).
func (z *Zone) Records() []dns.RR {
	type set struct {
		name  string
		rtype uint16
	}
	lowest := map[set]uint32{}
	var lines []*Line
	for i := range z.Lines {
		l := &z.Lines[i]
		if l.Kind != Record {
			continue
		}
		key := set{fold(l.owner), l.RR.Header().Rrtype}
		if ttl, ok := lowest[key]; !ok || l.TTL < ttl {
			lowest[key] = l.TTL
		}
		if !l.twin {
			lines = append(lines, l)
		}
	}
	rrs := make([]dns.RR, 0, len(lines))
	for _, l := range lines {
		rr := l.RR
		if ttl := lowest[set{fold(l.owner), rr.Header().Rrtype}]; ttl != l.TTL {
			rr = dns.Copy(rr)
			rr.Header().Ttl = ttl
		}
		rrs = append(rrs, rr)
	}
	return rrs
}

// Lines is how many lines of the file a logical line takes.
func (l Line) Lines() int { return 1 + strings.Count(l.Text, "\n") }

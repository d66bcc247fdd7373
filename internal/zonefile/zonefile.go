// Package zonefile is the line model of a zone file: what WHM's zone editors see.
// Comments, order and the very bytes of lines that nobody edits are kept. Records
// are parsed, packed and checked by the DNS library. It refuses to know whose a zone
// is, where it is kept and who edits it.
package zonefile

import (
	"errors"

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

	// Of records only.
	Name string   // the owner as written, relative or absolute; one that is left out is that of the record before
	TTL  uint32   // in force, in seconds
	Type string   // such as "TXT"
	Data []string // the fields of the data as raw bytes, names as written; of TXT one for each character-string
	RR   dns.RR   // with absolute names
}

// Zone is a parsed zone file.
type Zone struct {
	Name  string // folded, without the dot at the end
	Lines []Line
}

// Entry is a record as an editor sends it.
type Entry struct {
	Name string  // relative to the zone, or absolute with a dot; "@" or the zone's name for its top
	TTL  *uint32 // nil: the zone's default
	Type string
	Data []string // as Line.Data; names are relative unless they end in a dot
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

// Parse reads a zone file. A file that is no valid zone is refused with a
// hostkeep.Error that names the line.
func Parse(name, text string) (*Zone, error) { return nil, errors.ErrUnsupported }

// String is the zone file.
func (z *Zone) String() string { return "" }

// Serial is that of the SOA record.
func (z *Zone) Serial() uint32 { return 0 }

// At finds the line that begins at a number.
func (z *Zone) At(number int) (Line, bool) { return Line{}, false }

// Apply makes the edited zone, with the next serial. Nothing of z changes. Lines
// that are not edited stay as they are, byte by byte; of the SOA record only the
// serial's digits change.
func (z *Zone) Apply(e Edit, next uint32) (*Zone, error) { return nil, errors.ErrUnsupported }

// Field is one field of a record's data by the name that WHM's old functions give it.
type Field struct{ Name, Value string }

// Fields are the data of a record under the names of WHM's old functions (A:
// address; MX: preference, exchange; TXT: txtdata …). Of a type that those do not
// know it is nil.
func (l Line) Fields() []Field { return nil }

// FieldNames lists, in the order of Entry.Data, the names of the fields of a type
// that WHM's old functions know; nil for others.
func FieldNames(recordType string) []string { return nil }

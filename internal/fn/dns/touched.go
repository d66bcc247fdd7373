package dns

import (
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// maxTouched is how many records of one edit are named in the record, maxValue how
// much of a value that is gone.
const (
	maxTouched = 50
	maxValue   = 200
)

// touched names the records of an edit for people who read the record: what was
// removed stands there by its number alone, and can be read nowhere else.
func touched(file *zonefile.Zone, e zonefile.Edit) (names []string) {
	at := func(number int) string {
		l, ok := file.At(number)
		if !ok || l.RR == nil {
			return ""
		}
		return fmt.Sprintf("%s %s %s", l.Type, hostkeep.FoldDomain(l.RR.Header().Name), hostkeep.Clip(strings.Join(l.Data, " "), maxValue))
	}
	for _, n := range e.Remove {
		names = append(names, "removed "+at(n))
	}
	for _, c := range e.Change {
		names = append(names, "changed "+at(c.Number))
	}
	for _, a := range e.Add {
		names = append(names, fmt.Sprintf("added %s %s", a.Type, hostkeep.FoldDomain(absolute(a.Name, file.Name))))
	}
	if more := len(names) - maxTouched; more > 0 {
		names = append(names[:maxTouched], fmt.Sprintf("and %d more", more))
	}
	for i := range names {
		names[i] = printable(names[i])
	}
	return names
}

// printable leaves out what a record's value may hold and a text in the store may not.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if hostkeep.Control(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

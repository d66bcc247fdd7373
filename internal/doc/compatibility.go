package doc

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/protocol"
)

const compatibilityText = `<!-- Made from the declarations by ` + "`hostkeep docs compatibility`" + `; do not edit. -->
# Which functions of WHM Hostkeep answers

`

const compatibilityNotes = `
A privilege with a question mark was documented nowhere; ` + "`all`" + ` opens everything. A name that is
a link leads to the function's page. What Hostkeep does differently on purpose stands in [differences.md](differences.md).

`

// Compatibility is a page that holds the declared functions against those that
// WHM has.
func Compatibility(functions []*api.Function, whm []protocol.Function) string {
	answered := map[string]bool{}
	for _, f := range functions {
		answered[f.Name] = true
	}
	var b strings.Builder
	b.WriteString(compatibilityText)
	totals(&b, functions, whm, answered)
	b.WriteString(compatibilityNotes)
	b.WriteString("| function | answered | privilege | in WHM since | group |\n|---|---|---|---|---|\n")
	for _, w := range whm {
		name, yes := "`"+w.Name+"`", ""
		if answered[w.Name] {
			name, yes = fmt.Sprintf("[%s](reference/%s.md)", w.Name, w.Name), "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, yes, needs(w), w.Since, spaced(w.Group))
	}
	return b.String()
}

func needs(w protocol.Function) string {
	quoted := make([]string, len(w.Privileges))
	for i, p := range w.Privileges {
		quoted[i] = code(p)
	}
	text := strings.Join(quoted, " or ")
	if w.Guessed {
		text += " ?"
	}
	return text
}

// totals says how many are answered, in all and by group, and what is answered
// that WHM's API 1 does not have.
func totals(b *strings.Builder, functions []*api.Function, whm []protocol.Function, answered map[string]bool) {
	type count struct{ yes, all int }
	var sum count
	groups, known := map[string]count{}, map[string]bool{}
	for _, w := range whm {
		known[w.Name] = true
		c := groups[w.Group]
		c.all++
		sum.all++
		if answered[w.Name] {
			c.yes++
			sum.yes++
		}
		groups[w.Group] = c
	}
	fmt.Fprintf(b, "Of the %d functions that the public description of WHM API 1 (11.138) has, Hostkeep answers **%d**.", sum.all, sum.yes)
	var beyond []string
	for _, f := range functions {
		if !known[f.Name] {
			beyond = append(beyond, fmt.Sprintf("[%s](reference/%s.md)", f.Name, f.Name))
		}
	}
	if len(beyond) > 0 {
		fmt.Fprintf(b, " It also answers %d that are not there: %s.", len(beyond), strings.Join(beyond, ", "))
	}
	b.WriteString("\n\n| group | answered | of |\n|---|---|---|\n")
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		fmt.Fprintf(b, "| %s | %d | %d |\n", spaced(g), groups[g].yes, groups[g].all)
	}
}

func spaced(group string) string { return strings.ReplaceAll(group, "_", " ") }

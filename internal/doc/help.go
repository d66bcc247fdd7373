package doc

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/hostkeep/hostkeep/internal/api"
)

// Help says for a terminal what the reference page of a function says.
func Help(f *api.Function) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", f.Name, f.Summary)
	table(&b, func(line printf) {
		if f.Since != "" {
			line("In WHM since:\t%s\n", f.Since)
		}
		line("API version:\t%s\nPrivilege:\t%s\nChanges:\t%s\n", versions(f), opens(f, func(s string) string { return s }), changes(f))
		if f.Account != "" {
			line("Account:\tnamed by %s\n", f.Account)
		}
		if list, _ := f.Out.List(); list != "" {
			line("Controls:\tapi.filter, api.sort, api.chunk and api.columns work on %s\n", list)
		}
	})
	if !f.InVersion(1) {
		b.WriteString("\nUsage:\n  /json-api/" + strings.Join(append([]string{f.Name}, example(f)...), " ") + "\n")
	} else {
		b.WriteString("\nUsage:\n  hostkeep whmapi1 " + strings.Join(append([]string{f.Name}, example(f)...), " ") + "\n")
	}
	helpParameters(&b, f)
	helpAnswer(&b, f)
	return b.String()
}

func helpParameters(b *strings.Builder, f *api.Function) {
	if len(f.In.Fields()) == 0 {
		b.WriteString("\nIt takes no parameters.\n")
		return
	}
	b.WriteString("\nParameters:\n")
	table(b, func(line printf) {
		for _, p := range f.In.Fields() {
			extra := ""
			if p.Required {
				extra = "required"
			} else if p.Default != "" {
				extra = "default " + p.Default
			}
			line("  %s\t%s\t%s\t%s\n", p.Name, kind(p), extra, about(p))
		}
	})
}

func helpAnswer(b *strings.Builder, f *api.Function) {
	if f.Out.Relays() {
		b.WriteString("\nIt answers what the called function answers.\n")
		return
	}
	if len(f.Out.Fields()) == 0 {
		b.WriteString("\nIt answers without data.\n")
		return
	}
	b.WriteString("\nAnswer:\n")
	table(b, func(line printf) {
		for _, m := range f.Out.Fields() {
			line("  data.%s\t%s\t%s\n", m.Path, form(m), m.Summary)
		}
	})
}

// printf writes formatted text.
type printf func(format string, args ...any)

// table aligns what fill writes, cells apart by tabs, and leaves no blanks at
// the ends of lines.
func table(b *strings.Builder, fill func(printf)) {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 4, 2, ' ', 0)
	fill(func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }) // a Builder does not fail
	_ = w.Flush()
	for line := range strings.Lines(text.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

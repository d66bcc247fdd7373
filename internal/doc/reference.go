package doc

import (
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep/internal/api"
)

// Mark is the first line of each reference page: what begins so may be written
// over, or removed when its function is gone.
const Mark = "<!-- Made from the declarations by `hostkeep docs reference`; do not edit. -->"

// Index is the file name of the list of all functions.
const Index = "README.md"

// Page is a file of the reference, in Markdown.
type Page struct{ Name, Text string }

// Reference makes the index and a page for each function.
func Reference(functions []*api.Function) []Page {
	pages := []Page{{Index, index(functions)}}
	for _, f := range functions {
		pages = append(pages, Page{f.Name + ".md", page(f)})
	}
	return pages
}

const indexText = `# Functions

Every function that Hostkeep answers on port 2087. The examples want a file
` + "`header`" + ` with the line ` + "`Authorization: whm USER:TOKEN`" + ` (so that the token stands in
no process list), the server's certificate in ` + "`cert.pem`" + `, and its name in the place of
` + "`SERVER`" + `. ` + "`hostkeep help FUNCTION`" + ` shows the same as these pages, and
` + "`/openapi.json`" + ` of that port says it to programs. What is answered of cPanel's own APIs stands in [cpanel-README.md](cpanel-README.md).

`

func index(functions []*api.Function) string {
	var b strings.Builder
	b.WriteString(Mark + "\n" + indexText)
	b.WriteString("| function | does | privilege |\n|---|---|---|\n")
	for _, f := range functions {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", f.Name, f.Name, cell(f.Summary), cell(opens(f, code)))
	}
	return b.String()
}

func page(f *api.Function) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# %s\n\n%s\n\n", Mark, f.Name, f.Summary)
	if f.Since != "" {
		fmt.Fprintf(&b, "- In WHM since: %s\n", f.Since)
	}
	fmt.Fprintf(&b, "- API version: %s\n- Privilege: %s\n- Changes: %s\n", versions(f), opens(f, code), changes(f))
	if f.Account != "" {
		fmt.Fprintf(&b, "- Acts on the account that `%s` names; somebody else's is answered like one that does not exist\n", f.Account)
	}
	if list, _ := f.Out.List(); list != "" {
		fmt.Fprintf(&b, "- Output controls (`api.filter`, `api.sort`, `api.chunk`, `api.columns`) work on `%s`\n", list)
	}
	parameters(&b, f)
	results(&b, f)
	examples(&b, f)
	return b.String()
}

func parameters(b *strings.Builder, f *api.Function) {
	b.WriteString("\n## Parameters\n\n")
	parameterTable(b, f)
}

func parameterTable(b *strings.Builder, f *api.Function) {
	fields := f.In.Fields()
	if len(fields) == 0 {
		b.WriteString("None.\n")
		return
	}
	b.WriteString("| name | value | required | default | |\n|---|---|---|---|---|\n")
	for _, p := range fields {
		required, def := "", ""
		if p.Required {
			required = "yes"
		}
		if p.Default != "" {
			def = code(p.Default)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", p.Name, cell(kind(p)), required, cell(def), cell(about(p)))
	}
}

func results(b *strings.Builder, f *api.Function) {
	b.WriteString("\n## Answer\n\n")
	if f.Out.Relays() {
		b.WriteString("The called function's own answer, as it is.\n")
		return
	}
	members := f.Out.Fields()
	if len(members) == 0 {
		b.WriteString("No `data`: `metadata` says whether it is done.\n")
		return
	}
	b.WriteString("Members of `data`; `[]` is each element of a list, `*` each name of an object.\n\n| member | value | |\n|---|---|---|\n")
	for _, m := range members {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", m.Path, cell(form(m)), cell(m.Summary))
	}
}

func examples(b *strings.Builder, f *api.Function) {
	args := example(f)
	b.WriteString("\n## Examples\n\n```sh\ncurl --cacert cert.pem -H @header")
	for _, a := range args {
		b.WriteString(" \\\n  --data-urlencode " + a)
	}
	if !f.InVersion(1) {
		fmt.Fprintf(b, " \\\n  'https://SERVER:2087/json-api/%s'\n```\n", f.Name)
		return
	}
	fmt.Fprintf(b, " \\\n  'https://SERVER:2087/json-api/%s?api.version=1'\n\nhostkeep whmapi1 %s\n```\n", f.Name, strings.Join(append([]string{f.Name}, args...), " "))
}

// cell keeps a text inside its cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

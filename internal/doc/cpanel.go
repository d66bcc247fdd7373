package doc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/protocol"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// CPanelIndex is the file name of the list of the functions of cPanel's APIs.
const CPanelIndex = "cpanel-README.md" // cpanel.md is WHM's function

const cpanelText = `# Functions of cPanel's APIs

What Hostkeep answers of UAPI and API 2: on port 2083 to the account itself, and on port 2087 to
WHM users who may act for it, through [cpanel](cpanel.md) and [uapi_cpanel](uapi_cpanel.md). The
examples want a file ` + "`header`" + ` with the line ` + "`Authorization: cpanel USER:TOKEN`" + `. ` + "`/openapi.json`" + ` of
port 2083 says the same to programs, of all that is answered. A function whose service
this server does not run is refused by a sentence that names the service.

`

// CPanelReference makes the index of the functions of cPanel's APIs, and a page for
// each module that has one that is answered.
func CPanelReference(functions []*api.Function) []Page {
	var modules []string
	texts := map[string]*strings.Builder{}
	var list strings.Builder
	list.WriteString(Mark + "\n" + cpanelText)
	list.WriteString("| function | API | does | feature |\n|---|---|---|---|\n")
	for _, f := range functions {
		name := f.Called()
		if f.CPanel.Lacks == "" {
			name = fmt.Sprintf("[%s](%s)", f.Called(), cpanelLink(f))
		}
		fmt.Fprintf(&list, "| %s | %s | %s | %s |\n", name, f.CPanel.Dialect, cell(f.Summary), cell(feature(f)))
		if f.CPanel.Lacks != "" {
			continue
		}
		b := texts[f.CPanel.Module]
		if b == nil {
			modules, b = append(modules, f.CPanel.Module), &strings.Builder{}
			fmt.Fprintf(b, "%s\n# %s\n", Mark, f.CPanel.Module)
			texts[f.CPanel.Module] = b
		}
		cpanelFunction(b, f)
	}
	pages := []Page{{CPanelIndex, list.String()}}
	for _, m := range modules {
		pages = append(pages, Page{"cpanel-" + m + ".md", texts[m].String()})
	}
	return pages
}

// cpanelLink is the page of a function and its place there, as Markdown readers name it.
func cpanelLink(f *api.Function) string {
	anchor := strings.ToLower(f.CPanel.Module + f.Name + "-" + strings.ReplaceAll(string(f.CPanel.Dialect), " ", "-"))
	return "cpanel-" + f.CPanel.Module + ".md#" + anchor
}

func feature(f *api.Function) string {
	if f.CPanel.Feature == api.AnyFeature {
		return "none"
	}
	return code(f.CPanel.Feature)
}

func cpanelFunction(b *strings.Builder, f *api.Function) {
	fmt.Fprintf(b, "\n## %s %s\n\n%s\n\n- Feature that the account needs: %s\n- Changes: %s\n", f.Called(), f.CPanel.Dialect, f.Summary, feature(f), changes(f))
	if len(f.Opens) > 0 {
		fmt.Fprintf(b, "- Privilege that a WHM user needs besides `cpanel-api`: %s\n", opens(f, code))
	}
	if list, _ := f.Out.List(); list != "" {
		prefix := map[wire.Dialect]string{wire.UAPI: "api.", wire.API2: "api2_"}[f.CPanel.Dialect]
		fmt.Fprintf(b, "- Output controls (`%[1]sfilter`, `%[1]ssort`, `%[1]spaginate`, `%[1]scolumns`) work on the list\n", prefix)
	}
	b.WriteString("\n### Parameters\n\n")
	parameterTable(b, f)
	b.WriteString("\n### Answer\n\n")
	cpanelResults(b, f)
	b.WriteString("\n### Example\n\n```sh\ncurl --cacert cert.pem -H @header")
	for _, a := range example(f) {
		b.WriteString(" \\\n  --data-urlencode " + a)
	}
	path := "execute/" + f.CPanel.Module + "/" + f.Name
	if f.CPanel.Dialect == wire.API2 {
		path = "json-api/cpanel?cpanel_jsonapi_module=" + f.CPanel.Module + "&cpanel_jsonapi_func=" + f.Name + "&cpanel_jsonapi_apiversion=2"
	}
	fmt.Fprintf(b, " \\\n  'https://SERVER:2083/%s'\n```\n", path)
}

func cpanelResults(b *strings.Builder, f *api.Function) {
	members := f.Out.Fields()
	if len(members) == 0 {
		b.WriteString("No data: the status says whether it is done.\n")
		return
	}
	prefix := "data."
	switch {
	case f.Out.Whole():
		prefix = ""
	case f.CPanel.Dialect == wire.API2:
		prefix = "data[]."
	}
	b.WriteString("`[]` is each element of a list, `*` each name of an object.\n\n| member | value | |\n|---|---|---|\n")
	for _, m := range members {
		fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", prefix, m.Path, cell(form(m)), cell(m.Summary))
	}
}

const cpanelCompatibility = `
## cPanel's APIs

UAPI and API 2 on port 2083, and for WHM users on port 2087. The table has what the public description of
UAPI and recorded calls name of what clients use, and all that is answered besides. API 1 has no functions here.

| function | API | answered | feature |
|---|---|---|---|
`

// CPanelCompatibility is the part of the compatibility page about cPanel's APIs, with
// every refusal for want of a service.
func CPanelCompatibility(functions []*api.Function, known []protocol.CPanelFunction) string {
	declared := map[protocol.CPanelFunction]*api.Function{}
	list := slices.Clone(known)
	for _, f := range functions {
		k := protocol.CPanelFunction{API: string(f.CPanel.Dialect), Module: f.CPanel.Module, Name: f.Name}
		if declared[k] = f; !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b protocol.CPanelFunction) int {
		return strings.Compare(a.Module+"::"+a.Name+b.API, b.Module+"::"+b.Name+a.API)
	})
	var b strings.Builder
	b.WriteString(cpanelCompatibility)
	for _, k := range list {
		name, answered, needs := k.Module+"::"+k.Name, "", ""
		if f := declared[k]; f != nil && f.CPanel.Lacks != "" {
			answered = "refused: this server runs no " + f.CPanel.Lacks
		} else if f != nil {
			name, answered, needs = fmt.Sprintf("[%s](reference/%s)", name, cpanelLink(f)), "yes", feature(f)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, k.API, cell(answered), needs)
	}
	return b.String()
}

// Package doc says in words what the declarations of functions say in types: an
// OpenAPI document, reference pages, help for a terminal. It knows declarations
// and nothing else: it refuses to know any function by name, and how one is
// called, answered or served.
package doc

import (
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// opens says who may call a function, with the privileges quoted as quote does.
func opens(f *api.Function, quote func(string) string) string {
	if slices.Contains(f.Opens, hostkeep.Anyone) {
		return "none: any WHM user may call it"
	}
	names := make([]string, len(f.Opens))
	for i, p := range f.Opens {
		names[i] = quote(string(p))
	}
	return strings.Join(names, " or ")
}

// changes says what a call leaves behind.
func changes(f *api.Function) string {
	if f.Writes {
		return "state; each call that did so is in the record"
	}
	return "nothing"
}

// versions says which versions of the API have a function.
func versions(f *api.Function) string {
	switch {
	case !f.InVersion(1):
		return "0 only: call it without api.version"
	case !f.InVersion(0):
		return "1"
	}
	return "1, and 0 without api.version"
}

// about is a parameter's summary with what its type does not say.
func about(p wire.Field) string {
	var parts []string
	if p.Summary != "" {
		parts = append(parts, p.Summary)
	}
	switch p.Type {
	case "list":
		parts = append(parts, "may be given several times")
	case "rest":
		parts = append(parts, "each parameter that is not named here counts as one")
	case "prefix":
		parts = append(parts, "each parameter whose name begins so counts, unless its value is 0, n or empty")
	}
	if len(p.Aliases) > 0 {
		parts = append(parts, "also called "+strings.Join(p.Aliases, ", "))
	}
	return strings.Join(parts, "; ")
}

// kind is a parameter's type in words.
func kind(p wire.Field) string {
	switch {
	case len(p.Enum) > 0:
		return strings.Join(shownEnum(p.Enum), ", ")
	case p.Type == "boolean":
		return "1 or 0"
	case p.Type == "limit":
		return "number or unlimited"
	case p.Type == "list" && p.Secret:
		return "secrets"
	case p.Type == "list":
		return "texts"
	case p.Type == "prefix":
		return p.Name + "NAME=1"
	case p.Type == "rest":
		return "NAME=1 or NAME=0"
	case p.Type == "string":
		return "text"
	}
	return p.Type
}

func shownEnum(values []string) []string {
	shown := slices.Clone(values)
	for i, v := range shown {
		if v == "" {
			shown[i] = "(empty)"
		}
	}
	return shown
}

// form is a result's type in words.
func form(m wire.Member) string {
	words := map[string]string{
		"string": "text", "boolean": "1 or 0", "limit": "number or unlimited",
		"time": "Unix seconds", "keyed": "object, by name",
	}
	word, ok := words[m.Type]
	if !ok {
		word = m.Type
	}
	if m.Nullable {
		word += ", or null"
	}
	if m.Optional {
		word += "; may be absent"
	}
	return word
}

// placeholder is what stands for a parameter's value in an example: a legal
// value where the type has few, else a word to replace.
func placeholder(p wire.Field) string {
	switch {
	case len(p.Enum) > 0:
		return p.Enum[0]
	case p.Type == "integer" || p.Type == "boolean" || p.Type == "prefix":
		return "1"
	case p.Type == "limit":
		return "unlimited"
	}
	return strings.ToUpper(p.Name)
}

// example lists the parameters that a call cannot do without, as NAME=VALUE.
func example(f *api.Function) (list []string) {
	for _, p := range f.In.Fields() {
		if !p.Required {
			continue
		}
		name := p.Name
		if p.Type == "prefix" {
			name += "NAME"
		}
		list = append(list, name+"="+placeholder(p))
	}
	return list
}

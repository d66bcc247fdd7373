package doc

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep/internal/wire"
)

// paramSchema is the JSON schema of one value of a parameter, or of its list.
func paramSchema(p wire.Field) object {
	s := valueSchema(p)
	if p.Type == "list" {
		s = object{{"type", "array"}, {"items", s}}
		if p.Required {
			s = s.with("minItems", 1)
		}
	}
	if p.Default != "" {
		s = s.with("default", defaultValue(p))
	}
	return s
}

func valueSchema(p wire.Field) object {
	switch p.Type {
	case "integer":
		return object{{"type", "integer"}, {"format", "int64"}}
	case "boolean":
		return object{{"type", []string{"integer", "string"}}, {"enum", []any{0, 1, "y", "n"}}}
	case "limit":
		return object{{"type", []string{"integer", "string"}}, {"minimum", 0}, {"pattern", "^([0-9]+|unlimited|null)$"}}
	}
	s := object{{"type", "string"}}
	if len(p.Enum) > 0 {
		return s.with("enum", p.Enum)
	}
	if p.Secret {
		s = s.with("format", "password")
	}
	return s.with("maxLength", p.Max)
}

// defaultValue is a default as JSON: declared ones are text.
func defaultValue(p wire.Field) any {
	switch p.Type {
	case "boolean":
		if p.Default == "1" || strings.EqualFold(p.Default, "y") {
			return 1
		}
		return 0
	case "integer", "limit":
		if n, err := strconv.ParseInt(p.Default, 10, 64); err == nil {
			return n
		}
	}
	return p.Default
}

func flag() object { return object{{"type", "integer"}, {"enum", []int{0, 1}}} }

// bodySchema is the object that a POST may send instead of a query; needed: it cannot
// do without. Its prefix parameters are patterns, as their names are the caller's choice.
func bodySchema(fields []wire.Field, properties object, required []string) (s object, needed bool) {
	var patterns object
	rest := false
	for _, p := range fields {
		if p.Type == "rest" {
			rest = true
			continue
		}
		if p.Type == "prefix" {
			patterns = patterns.with("^"+strings.ReplaceAll(p.Name, ".", `\.`), flag())
			continue
		}
		if p.Required {
			required = append(required, p.Name)
		}
		properties = properties.with(p.Name, bodyMember(p))
	}
	s = object{{"type", "object"}}
	if needed = len(required) > 0; needed {
		s = s.with("required", required)
	}
	s = s.with("properties", properties)
	if patterns != nil {
		s = s.with("patternProperties", patterns)
	}
	if patterns != nil || rest {
		// A typed client cannot see into a pattern, so its members must be let in. What
		// takes the rest is told no narrower: the named ones would have to be like it.
		s = s.with("additionalProperties", true)
	}
	return s, needed
}

// bodyMember is a parameter in a body. Its default is told in words: makers of
// types take a member with a default for one that must be there.
func bodyMember(p wire.Field) object {
	text, def := about(p), p.Default
	p.Default = ""
	if def != "" {
		text = strings.TrimPrefix(text+"; default "+def, "; ")
	}
	return described(paramSchema(p), text)
}

func described(s object, text string) object {
	if text == "" {
		return s
	}
	return s.with("description", text)
}

// data builds the schema of an answer's data from the flat list of its members.
// It reads as many as stand inside path, and returns the rest.
func data(list []wire.Member, path string) (s object, rest []wire.Member) {
	var required []string
	properties := object{}
	var others object
	for len(list) > 0 && strings.HasPrefix(list[0].Path, path) {
		m := list[0]
		name := strings.TrimPrefix(m.Path, path)
		if !m.Optional {
			required = append(required, name)
		}
		var value object
		if value, list = memberSchema(m, list[1:]); name == "*" { // names that are data
			others = described(value, told(m))
			continue
		}
		properties = properties.with(name, described(value, told(m)))
	}
	s = object{{"type", "object"}}
	if len(required) > 0 {
		s = s.with("required", required)
	}
	s = s.with("properties", properties)
	if others != nil {
		s = s.with("additionalProperties", others)
	}
	return s, list
}

func told(m wire.Member) string {
	if m.Type == "time" && m.Summary == "" {
		return "Unix seconds"
	}
	return m.Summary
}

// memberSchema is the schema of one member, whose own members head the rest.
func memberSchema(m wire.Member, rest []wire.Member) (s object, _ []wire.Member) {
	switch m.Type {
	case "object":
		s, rest = data(rest, m.Path+".")
	case "list":
		s, rest = memberSchema(rest[0], rest[1:])
		s = object{{"type", "array"}, {"items", s}}
	case "keyed":
		s, rest = memberSchema(rest[0], rest[1:])
		s = object{{"type", "object"}, {"additionalProperties", s}}
	default:
		s = scalar(m.Type)
	}
	if m.Blank {
		s = object{{"type", []string{"string", "integer"}}, {"pattern", "^[0-9]*$"}}
	}
	if m.Nullable {
		s = nullable(s)
	}
	return s, rest
}

func scalar(kind string) object {
	switch kind {
	case "integer", "time":
		return object{{"type", "integer"}, {"format", "int64"}}
	case "boolean":
		return flag()
	case "any":
		return object{}
	case "limit":
		return object{{"type", []string{"string", "integer"}}, {"pattern", "^([0-9]+|unlimited)$"}}
	}
	return object{{"type", "string"}}
}

// nullable lets null stand beside the type, and among the values when they are listed.
func nullable(s object) object {
	s = slices.Clone(s)
	for i, m := range s {
		if one, ok := m.value.(string); ok && m.name == "type" {
			s[i].value = []string{one, "null"}
		}
		if many, ok := m.value.([]string); ok && m.name == "type" && !slices.Contains(many, "null") {
			s[i].value = append(slices.Clip(many), "null")
		}
		if values, ok := m.value.([]int); ok && m.name == "enum" {
			s[i].value = []any{values[0], values[1], nil}
		}
	}
	return s
}

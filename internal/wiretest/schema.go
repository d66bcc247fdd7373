package wiretest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Document is an OpenAPI document, to hold answers against.
type Document struct{ root map[string]any }

// ReadDocument reads one.
func ReadDocument(text []byte) (d Document, err error) {
	err = json.Unmarshal(text, &d.root)
	return d, err
}

// Has reports whether the document has a path.
func (d Document) Has(path string) bool {
	paths, _ := d.root["paths"].(map[string]any)
	return paths[path] != nil
}

// Answer lists what of a body is not as the document says of the answers to a GET of
// path with status 200. It is stricter than the schema: what is an object with named
// members has no others.
func (d Document) Answer(path string, body []byte) (wrong []string) {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return []string{err.Error()}
	}
	schema := any(d.root)
	for _, step := range []string{"paths", path, "get", "responses", "200", "content", "application/json", "schema"} {
		inner, ok := schema.(map[string]any)
		if schema = inner[step]; !ok || schema == nil {
			return []string{fmt.Sprintf("the document has no answer of %s: %s is missing", path, step)}
		}
	}
	return d.check("", schema, v)
}

// keyword reports whether check obeys a word, or it says nothing of an answer.
func keyword(word string) bool {
	return slices.Contains(strings.Fields("$ref anyOf type enum pattern items required properties additionalProperties description title format"), word)
}

func (d Document) check(at string, schema, v any) (wrong []string) {
	s, ok := schema.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s: %v is no schema", at, schema)}
	}
	for word := range maps.Keys(s) {
		if !keyword(word) {
			wrong = append(wrong, fmt.Sprintf("%s: nobody knows the keyword %s here", at, word))
		}
	}
	if ref, ok := s["$ref"].(string); ok {
		return append(wrong, d.check(at, d.component(ref), v)...)
	}
	if forms, ok := s["anyOf"].([]any); ok {
		return append(wrong, d.oneOf(at, forms, v)...)
	}
	if kinds := listed(s["type"]); len(kinds) > 0 && !slices.ContainsFunc(kinds, func(kind string) bool { return is(kind, v) }) {
		return append(wrong, fmt.Sprintf("%s: %v is not of the type %s", at, v, strings.Join(kinds, " or ")))
	}
	if values, ok := s["enum"].([]any); ok && !slices.Contains(values, v) {
		wrong = append(wrong, fmt.Sprintf("%s: %v is none of %v", at, v, values))
	}
	switch v := v.(type) {
	case string:
		if pattern, ok := s["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(v) {
			wrong = append(wrong, fmt.Sprintf("%s: %q does not match %s", at, v, pattern))
		}
	case []any:
		items, ok := s["items"]
		for i, element := range v {
			if !ok { // whatever it likes
				break
			}
			wrong = append(wrong, d.check(fmt.Sprintf("%s[%d]", at, i), items, element)...)
		}
	case map[string]any:
		wrong = append(wrong, d.object(at, s, v)...)
	}
	return wrong
}

// oneOf wants a form that fits, and else tells of each why it does not.
func (d Document) oneOf(at string, forms []any, v any) (wrong []string) {
	for _, f := range forms {
		list := d.check(at, f, v)
		if list == nil {
			return nil
		}
		wrong = append(wrong, list...)
	}
	return wrong
}

func (d Document) object(at string, s, v map[string]any) (wrong []string) {
	for _, name := range listed(s["required"]) {
		if _, there := v[name]; !there {
			wrong = append(wrong, at+": "+name+" is missing")
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for name, value := range v {
		inner, known := properties[name]
		if !known {
			inner = s["additionalProperties"]
		}
		switch {
		case inner != nil:
			wrong = append(wrong, d.check(at+"."+name, inner, value)...)
		case len(properties) > 0:
			wrong = append(wrong, at+": the document knows no "+name)
		}
	}
	return wrong
}

func (d Document) component(ref string) (found any) {
	found = d.root
	for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		inner, _ := found.(map[string]any)
		found = inner[step]
	}
	return found
}

// listed is a text, or a list of them, as a list.
func listed(v any) (list []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			text, _ := one.(string)
			list = append(list, text)
		}
	}
	return list
}

// is reports whether a value has a type, as encoding/json reads it.
func is(kind string, v any) (yes bool) {
	switch kind {
	case "null":
		return v == nil
	case "string":
		_, yes = v.(string)
	case "integer":
		n, number := v.(float64)
		return number && n == math.Trunc(n)
	case "array":
		_, yes = v.([]any)
	case "object":
		_, yes = v.(map[string]any)
	}
	return yes
}

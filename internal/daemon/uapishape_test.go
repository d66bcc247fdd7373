package daemon

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// uapiField is a field of a function's answer in cPanel's public description.
type uapiField struct {
	Path string `json:"path"`
	Type string `json:"type"`
	Enum []any  `json:"enum"`
}

// described reads what is described of the functions by which an account asks about
// itself.
func described(t *testing.T) map[string][]uapiField {
	t.Helper()
	text, err := os.ReadFile("testdata/uapi_account.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Function string
		Fields   []uapiField
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	all := map[string][]uapiField{}
	for _, f := range list {
		all[f.Function] = f.Fields
	}
	return all
}

// misshapen lists what of an answer is not as described: each value where a field
// is described must be of its type and among its values, and each field must be there.
func misshapen(fields []uapiField, answer map[string]any) (bad []string) {
	for _, f := range fields {
		values := []any{answer}
		for _, step := range strings.Split(f.Path, ".") {
			values = stepped(values, step)
		}
		if len(values) == 0 {
			bad = append(bad, f.Path+" is missing")
		}
		for _, v := range values {
			if !slices.ContainsFunc(strings.Split(f.Type, "|"), func(kind string) bool { return isOf(kind, v) }) {
				bad = append(bad, fmt.Sprintf("%s is %v, not of the type %s", f.Path, v, f.Type))
			} else if f.Enum != nil && v != nil && !slices.Contains(f.Enum, v) {
				bad = append(bad, fmt.Sprintf("%s is %v, none of %v", f.Path, v, f.Enum))
			}
		}
	}
	return bad
}

// stepped goes on by one step of a path; "[]" is every element of a list.
func stepped(values []any, step string) (next []any) {
	name, elements := strings.CutSuffix(step, "[]")
	for _, v := range values {
		object, _ := v.(map[string]any)
		inner, there := object[name]
		if list, ok := inner.([]any); ok && elements {
			next = append(next, list...)
		} else if there {
			next = append(next, inner)
		}
	}
	return next
}

func isOf(kind string, v any) (ok bool) {
	if element, list := strings.CutPrefix(kind, "array<"); list {
		values, ok := v.([]any)
		return ok && !slices.ContainsFunc(values, func(v any) bool { return !isOf(strings.TrimSuffix(element, ">"), v) })
	}
	switch kind {
	case "any":
		return true
	case "null":
		return v == nil
	case "string":
		_, ok = v.(string)
	case "integer", "number":
		_, ok = v.(float64)
	case "object":
		_, ok = v.(map[string]any)
	}
	return ok
}

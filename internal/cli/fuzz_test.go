package cli

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"go.yaml.in/yaml/v3"
)

// FuzzYAML: what is printed as YAML is what the JSON says, as somebody else's
// reader takes it.
func FuzzYAML(f *testing.F) {
	for _, s := range [][2]string{
		{"user", "plain"},
		{"a b", "a: b"},
		{"-", "- a"},
		{"", ""},
		{"<<", "="},
		{"yes", "NO"},
		{"1", "12"},
		{"1e3", "0x1f"},
		{"~", "null"},
		{"? a", "*a"},
		{"&a", "!!int 3"},
		{"#a", "a #b"},
		{"2026-11-24", "1_000"},
		{"\u0085", "\u2028\ufeff\ufffe"},
		{"é", "a\nb"},
		{"|", "%a"},
		{"\x00", "\xff\x7f"},
	} {
		f.Add(s[0], s[1], int64(7))
	}
	f.Fuzz(func(t *testing.T, key, text string, n int64) {
		if len(key) > 200 { // no name of ours is; YAML has no simple keys beyond 1024 characters
			return
		}
		doc, err := json.Marshal(map[string]any{
			"metadata": map[string]any{"reason": text, "result": n},
			"data":     map[string]any{"k" + key: text, "list": []any{text, n, nil, map[string]any{"k" + key: []any{}}, []any{[]any{key}}}, "none": nil},
		})
		if err != nil {
			t.Fatal(err)
		}
		printed, err := yamlOf(doc)
		if err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		var want, got any
		if err := json.Unmarshal(doc, &want); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(printed, &got); err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		if !reflect.DeepEqual(plain(want), plain(got)) {
			t.Errorf("%s\nis printed as\n%s", doc, printed)
		}
	})
}

// plain makes the values of both readers alike: their numbers are of other types.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case float64:
		return fmt.Sprint(int64(v))
	case int:
		return fmt.Sprint(int64(float64(v)))
	case uint64:
		return fmt.Sprint(int64(float64(v)))
	}
	return v
}

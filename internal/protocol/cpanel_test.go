package protocol

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// knownCPanel are the functions that the description of UAPI and the vectors name.
func knownCPanel(t *testing.T) (lines []string) {
	t.Helper()
	read := func(file string, to any) {
		raw, err := os.ReadFile("../../protocol/" + file)
		if err == nil {
			err = json.Unmarshal(raw, to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var described struct {
		Functions []struct{ API, Module, Function string }
	}
	read("uapi.json", &described)
	for _, d := range described.Functions {
		api := map[string]string{"uapi": "UAPI", "cpanel api 2": "API 2"}[d.API]
		lines = append(lines, CPanelFunction{api, d.Module, d.Function}.line())
	}
	var seen struct {
		Vectors []struct {
			Request struct{ Query map[string]any }
		}
	}
	read("vectors.json", &seen)
	for _, v := range seen.Vectors {
		part := func(name string) string {
			text, _ := v.Request.Query["cpanel_jsonapi_"+name].(string)
			return text
		}
		api := map[string]string{"1": "API 1", "2": "API 2", "3": "UAPI", "": "API 2"}[part("apiversion")]
		if part("func") != "" {
			lines = append(lines, CPanelFunction{api, part("module"), part("func")}.line())
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return slices.Compact(lines)
}

// TestCPanelFunctions: the embedded list is all that is known, and is read back as it
// was written.
func TestCPanelFunctions(t *testing.T) {
	t.Parallel()
	want := knownCPanel(t)
	whole := strings.Join(want, "\n") + "\n"
	if *update {
		if err := os.WriteFile("cpanel.txt", []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if whole != cpanelText {
		t.Error("cpanel.txt is stale; run: go test ./internal/protocol -update")
	}
	for i, f := range CPanelFunctions() {
		if f.line() != want[i] || f.Name == "" || f.API == "" {
			t.Errorf("%q is read back as %+v", want[i], f)
		}
	}
}

package doc_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/daemon"
	"github.com/hostkeep/hostkeep/internal/doc"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type wholeOut struct {
	One  *row  `whm:",whole" doc:"in one form"`
	Many []row `whm:",whole" doc:"in the other"`
}

type rowsOut struct {
	Rows []row `whm:",whole"`
}

type cpanelIn struct {
	Zone string `whm:"zone,required" doc:"whose"`
	Yes  bool   `whm:"yes,default=1"`
}

func cpanelSample(t *testing.T) []*api.Function {
	t.Helper()
	decl := func(dialect wire.Dialect, name, feature string, writes bool) api.Decl {
		return api.Decl{
			Name: name, Summary: "Do " + name + ".", Writes: writes, Touches: api.NoCredentials,
			CPanel: api.CPanel{Module: "Mod", Dialect: dialect, Feature: feature},
		}
	}
	c, err := api.NewCPanel(api.CPanelOptions{}, []*api.Function{
		api.Define(decl(wire.UAPI, "either", api.AnyFeature, false), func(context.Context, api.Call, struct{}) (o wholeOut, err error) { return o, nil }),
		api.Define(decl(wire.UAPI, "change", "zoneedit", true), func(context.Context, api.Call, cpanelIn) (o out, err error) { return o, nil }),
		api.Define(decl(wire.UAPI, "quiet", api.AnyFeature, false), func(context.Context, api.Call, struct{}) (o api.Done, err error) { return o, nil }),
		api.Define(decl(wire.API2, "old", "zoneedit", false), func(context.Context, api.Call, cpanelIn) (o rowsOut, err error) { return o, nil }),
		api.Lacking("Mod", "nothing", wire.UAPI, "mail server"),
		api.Lacking("Mod", "nothing2", wire.API2, "mail server"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.Functions()
}

func cpanelDocument(t *testing.T, functions []*api.Function) (any, []byte) {
	t.Helper()
	text, err := doc.CPanelOpenAPI(functions, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	return read(t, string(text)), text
}

func TestCPanelOpenAPISchemas(t *testing.T) {
	t.Parallel()
	d, _ := cpanelDocument(t, cpanelSample(t))
	get := func(function string, path ...any) []any {
		return append([]any{"paths", "/execute/Mod/" + function, "get"}, path...)
	}
	answer := func(function string, path ...any) []any {
		return append(get(function, "responses", "200", "content", "application/json", "schema"), path...)
	}
	body := func(function string, path ...any) []any {
		return append([]any{"paths", "/execute/Mod/" + function, "post", "requestBody"}, path...)
	}
	named := func(path ...any) []any { return append([]any{"paths", "/json-api/cpanel", "get"}, path...) }
	inner := []any{"components", "schemas", "API2", "properties", "cpanelresult"}
	const rowSchema = `{"type":"object","required":["name","at"],"properties":{"name":{"type":"string","description":"its name"},"at":{"type":["integer","null"],"format":"int64","description":"Unix seconds"}}`
	tests := []struct {
		about string
		path  []any
		want  string
	}{
		{"version of the API", []any{"info", "version"}, `"1.2.3"`},
		{"any one of three ways", []any{"security"}, `[{"token":[]},{"password":[]},{"session":[]}]`},
		{"scheme", []any{"components", "securitySchemes", "token", "description"}, `"The word ` + "`cpanel`, a blank, the name of the account, a colon and the secret of one of its API tokens: `cpanel bob:SECRET`" + `."`},
		{"GET is the function", get("change", "operationId"), `"Mod-change"`},
		{"POST has another name", []any{"paths", "/execute/Mod/change", "post", "operationId"}, `"Mod-change-post"`},
		{"feature", get("change", "x-feature"), `"zoneedit"`},
		{"description", get("change", "description"), `"Do change.\n\nFeature that the account needs: ` + "`zoneedit`. Without it the call is refused: `status` is 0, and `errors` names the feature" + `.\n\nChanges: state; each call that did so is in the record. A suspended account is refused."`},
		{"description without a feature", get("quiet", "description"), `"Do quiet.\n\nFeature that the account needs: none.\n\nChanges: nothing."`},
		{"parameter", get("change", "parameters", 0), `{"name":"zone","in":"query","description":"whose","required":true,"schema":{"type":"string","maxLength":1024}}`},
		{"no parameters", get("quiet", "parameters"), `[]`},
		{"a control", get("either", "parameters", 0), `{"$ref":"#/components/parameters/api.filter"}`},
		{"a control's rule", []any{"components", "parameters", "api.filter_term_1", "schema"}, `{"type":"string","maxLength":1024}`},
		{"a body that is needed", body("change", "required"), `true`},
		{"and one that is not", body("quiet"), `{"required":false,"content":{"application/json":{"schema":{"type":"object","properties":{}}},"application/x-www-form-urlencoded":{"schema":{"type":"object","properties":{}}}}}`},
		{"body", body("change", "content", "application/json", "schema", "allOf", 0), `{"type":"object","required":["zone"],"properties":{"zone":{"type":"string","maxLength":1024,"description":"whose"},"yes":{"type":["integer","string"],"enum":[0,1,"y","n"],"description":"default 1"}}}`},
		{"body's controls", body("change", "content", "application/json", "schema", "allOf", 1), `{"$ref":"#/components/schemas/Controls"}`},
		{"envelope", answer("quiet"), `{"type":"object","required":["status","errors","messages","warnings","metadata","data"],"properties":{
			"status":{"$ref":"#/components/schemas/Status"},"errors":{"$ref":"#/components/schemas/Texts"},"messages":{"$ref":"#/components/schemas/Texts"},
			"warnings":{"$ref":"#/components/schemas/Texts"},"metadata":{"$ref":"#/components/schemas/Metadata"},"data":{"type":"null"}}}`},
		{"texts", []any{"components", "schemas", "Texts"}, `{"type":["array","null"],"items":{"type":"string"}}`},
		{"data or null", answer("change", "properties", "data", "type"), `["object","null"]`},
		{"what data has", answer("change", "properties", "data", "required"), `["rows","number","yes","most","words","keyed","inner","last"]`},
		{"data of several forms", answer("either", "properties", "data", "anyOf"), `[` + strings.Replace(rowSchema, `"object"`, `["object","null"]`, 1) + `,"description":"in one form"},{"type":"array","items":` + rowSchema + `},"description":"in the other"},{"type":"null"}]`},
		{"refused", get("change", "responses", "401"), `{"$ref":"#/components/responses/AccessDenied"}`},
		{"module", named("parameters", 1, "schema", "enum"), `["Mod"]`},
		{"function", named("parameters", 2, "schema", "enum"), `["change","either","old","quiet"]`},
		{"the function's own", named("parameters", 4, "schema"), `{"type":"object","additionalProperties":{"type":"string"}}`},
		{"row of API 2", append(inner, "properties", "data", "items", "anyOf", 1), rowSchema + `,"title":"Mod::old"}`},
		{"one of two functions", append(inner, "properties", "data", "items", "anyOf"), `[{"type":"object","required":["reason","result"],"properties":{"reason":{"type":"string"},"result":{"type":"integer","enum":[0,1]}},"title":"Failure"},` + rowSchema + `,"title":"Mod::old"}]`},
		{"what API 2 always has", append(inner, "required"), `["apiversion","module","func","preevent","event","postevent","data"]`},
		{"refused by name", named("responses", "403", "content", "application/json", "schema"), `{"$ref":"#/components/schemas/Refusal"}`},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(read(t, tt.want), at(t, d, tt.path...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.about, diff)
		}
	}
	about, _ := at(t, d, named("description")...).(string)
	if want := "\n- `Mod::old`: Do old. Feature: `zoneedit`. Changes: nothing. Parameters: `zone`*, `yes`."; !strings.HasSuffix(about, want) || strings.Contains(about, "nothing2") {
		t.Errorf("the functions of API 2 are told of by %q, want %q at the end", about, want)
	}
}

// TestCPanelOpenAPIIsWhole: every function of UAPI that a server answers has a path, with
// every parameter and every member of its answer; one that is always refused has none.
func TestCPanelOpenAPIIsWhole(t *testing.T) {
	t.Parallel()
	functions, err := daemon.DeclaredCPanel()
	if err != nil {
		t.Fatal(err)
	}
	d, text := cpanelDocument(t, functions)
	paths := at(t, d, "paths").(map[string]any)
	answered := 0
	for _, f := range functions {
		path := "/execute/" + f.CPanel.Module + "/" + f.Name
		switch {
		case f.CPanel.Lacks != "":
			if paths[path] != nil {
				t.Errorf("%s is there and can only be refused", path)
			}
			continue
		case f.CPanel.Dialect != wire.UAPI:
			hasAPI2(t, d, f)
			continue
		}
		answered++
		op := at(t, paths, path, "get")
		takes(t, op, f, 0, wire.CPanelControlFields())
		schema := at(t, op, "responses", "200", "content", "application/json", "schema")
		for _, m := range f.Out.Fields() {
			if f.Out.Whole() {
				foundIn(t, at(t, schema, "properties", "data"), strings.TrimPrefix(strings.TrimPrefix(m.Path, "data"), "."))
				continue
			}
			found(t, at(t, schema, "properties", "data"), m.Path)
		}
	}
	if len(paths) != answered+1 || answered < 25 {
		t.Errorf("%d paths for %d functions", len(paths), answered)
	}
	resolves(t, d, text)
	if _, again := cpanelDocument(t, functions); !bytes.Equal(text, again) {
		t.Error("the document is not the same twice")
	}
}

// hasAPI2: the function can be named, its parameters are told of, and its rows are among
// those of the answer.
func hasAPI2(t *testing.T, d any, f *api.Function) {
	t.Helper()
	op := at(t, d, "paths", "/json-api/cpanel", "get")
	if !slices.Contains(at(t, op, "parameters", 2, "schema", "enum").([]any), any(f.Name)) {
		t.Errorf("%s cannot be named", f.Name)
	}
	about, _ := at(t, op, "description").(string)
	_, about, _ = strings.Cut(about, "- `"+f.Called()+"`")
	about, _, _ = strings.Cut(about, "\n- ")
	for _, p := range f.In.Fields() {
		if !strings.Contains(about, "`"+p.Name+"`") {
			t.Errorf("%s: %q does not tell of %s", f.Called(), about, p.Name)
		}
	}
	rows := at(t, d, "components", "schemas", "API2", "properties", "cpanelresult", "properties", "data", "items", "anyOf").([]any)
	if !slices.ContainsFunc(rows, func(r any) bool { return at(t, r, "title") == f.Called() }) {
		t.Errorf("%s has no row", f.Called())
	}
}

// foundIn is found where a path may be of any one of several forms.
func foundIn(t *testing.T, schema any, path string) {
	t.Helper()
	forms, several := schema.(map[string]any)["anyOf"].([]any)
	if !several {
		forms = []any{schema}
	}
	if path == "" {
		return
	}
	for _, form := range forms {
		object := form.(map[string]any)
		if list := object["items"] != nil; list == strings.HasPrefix(path, "[]") && object["type"] != "null" {
			found(t, form, path)
			return
		}
	}
	t.Errorf("no form has %s", path)
}

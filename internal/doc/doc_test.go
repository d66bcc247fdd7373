package doc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/daemon"
	"github.com/hostkeep/hostkeep/internal/doc"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type in struct {
	User   string            `whm:"user,required,alias=username" doc:"whose"`
	Mode   string            `whm:"mode,enum=a|b,default=b"`
	Size   hostkeep.Limit    `whm:"size,default=10"`
	Most   hostkeep.Limit    `whm:"most,default=unlimited"`
	Yes    bool              `whm:"yes,default=y" doc:"this | that"`
	Number *int64            `whm:"number"`
	Names  []string          `whm:"names,required,max=20"`
	Flags  []string          `whm:"flag-,prefix"`
	Secret hostkeep.Secret   `whm:"secret"`
	Keys   []hostkeep.Secret `whm:"keys,max=64,multiline"`
}

type restIn struct {
	List string           `whm:"list"`
	Rest wire.Keyed[bool] `whm:"a thing,rest" doc:"things"`
}

type row struct {
	Name string    `whm:"name" doc:"its name"`
	At   time.Time `whm:"at"`
}

type out struct {
	wire.Note
	Rows   []row                       `whm:"rows,list"`
	Number *int64                      `whm:"number"`
	Yes    bool                        `whm:"yes"`
	Most   hostkeep.Limit              `whm:"most"`
	Words  []string                    `whm:"words,null"`
	Left   string                      `whm:"left,omit"`
	Keyed  wire.Keyed[wire.Keyed[row]] `whm:"keyed"`
	Inner  struct {
		A    string             `whm:"a"`
		More wire.Keyed[string] `whm:",spread" doc:"others"`
	} `whm:"inner"`
	Last string `whm:"last"`
}

func sample(t *testing.T) []*api.Function {
	t.Helper()
	c, err := api.New(api.Options{Now: time.Now}, []*api.Function{
		api.Define(api.Decl{
			Name: "change_it", Summary: "Change it.", Since: "11.5", Opens: []hostkeep.Privilege{"list-accts", "passwd"},
			Writes: true, Touches: api.NoCredentials, Account: "user", NoAccount: "No %s.",
		}, func(context.Context, api.Call, in) (o out, err error) { return o, nil }),
		api.Define(api.Decl{
			Name: "ask", Summary: "Ask.", Opens: []hostkeep.Privilege{hostkeep.Anyone}, Touches: api.NoCredentials,
		}, func(context.Context, api.Call, struct{}) (o api.Done, err error) { return o, nil }),
		api.Define(api.Decl{
			Name: "name_things", Summary: "Name things.", Opens: []hostkeep.Privilege{hostkeep.Anyone}, Touches: api.NoCredentials,
		}, func(context.Context, api.Call, restIn) (o api.Done, err error) { return o, nil }),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.Functions()
}

// at walks into JSON: a word is a member's name, a number an element's place.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		ok := false
		switch p := step.(type) {
		case string:
			var m map[string]any
			if m, ok = v.(map[string]any); ok {
				v, ok = m[p]
			}
		case int:
			var l []any
			if l, ok = v.([]any); ok && p < len(l) {
				v = l[p]
			}
		}
		if !ok {
			t.Fatalf("%v: there is no %v in %v", path, step, v)
		}
	}
	return v
}

func read(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func document(t *testing.T, functions []*api.Function) (any, []byte) {
	t.Helper()
	text, err := doc.OpenAPI(functions, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	return read(t, string(text)), text
}

func TestOpenAPISchemas(t *testing.T) {
	t.Parallel()
	d, _ := document(t, sample(t))
	get := []any{"paths", "/json-api/change_it", "get"}
	body := []any{"paths", "/json-api/change_it", "post", "requestBody", "content", "application/json", "schema", "allOf", 0}
	answer := []any{"paths", "/json-api/change_it", "get", "responses", "200", "content", "application/json", "schema"}
	tests := []struct {
		about string
		path  []any
		want  string
	}{
		{"version of OpenAPI", []any{"openapi"}, `"3.1.0"`},
		{"version of the API", []any{"info", "version"}, `"1.2.3"`},
		{"GET is the function", append(get, "operationId"), `"change_it"`},
		{"privileges", append(get, "x-privileges"), `["list-accts","passwd"]`},
		{"description", append(get, "description"), `"Change it.\n\nPrivilege: ` + "`list-accts` or `passwd`" + `.\n\nChanges: state; each call that did so is in the record.\n\nIn WHM since version 11.5.\n\nActs on the account that ` + "`user`" + ` names; somebody else's is answered like one that does not exist."`},
		{"version parameter", append(get, "parameters", 0), `{"$ref":"#/components/parameters/apiVersion"}`},
		{"required text", append(get, "parameters", 1), `{"name":"user","in":"query","description":"whose; also called username","required":true,"schema":{"type":"string","maxLength":1024}}`},
		{"enum", append(get, "parameters", 2), `{"name":"mode","in":"query","schema":{"type":"string","enum":["a","b"],"default":"b"}}`},
		{"limit", append(get, "parameters", 3, "schema"), `{"type":["integer","string"],"minimum":0,"pattern":"^([0-9]+|unlimited|null)$","default":10}`},
		{"no limit", append(get, "parameters", 4, "schema", "default"), `"unlimited"`},
		{"boolean", append(get, "parameters", 5, "schema"), `{"type":["integer","string"],"enum":[0,1,"y","n"],"default":1}`},
		{"integer", append(get, "parameters", 6, "schema"), `{"type":"integer","format":"int64"}`},
		{"list", append(get, "parameters", 7, "schema"), `{"type":"array","items":{"type":"string","maxLength":20},"minItems":1}`},
		{"prefix", append(get, "parameters", 8, "schema"), `{"type":"object","propertyNames":{"pattern":"^flag-"},"additionalProperties":{"type":"integer","enum":[0,1]}}`},
		{"prefix is exploded", append(get, "parameters", 8, "explode"), `true`},
		{"secret", append(get, "parameters", 9, "schema"), `{"type":"string","format":"password","maxLength":4096}`},
		{"secrets", append(get, "parameters", 10, "schema"), `{"type":"array","items":{"type":"string","format":"password","maxLength":64}}`},
		{"body's secrets", append(body, "properties", "keys"), `{"type":"array","items":{"type":"string","format":"password","maxLength":64},"description":"may be given several times"}`},
		{"body's required", append(body, "required"), `["api.version","user","names"]`},
		{"body's member", append(body, "properties", "mode"), `{"type":"string","enum":["a","b"],"description":"default b"}`},
		{"body's controls", []any{"paths", "/json-api/change_it", "post", "requestBody", "content", "application/json", "schema", "allOf", 1}, `{"$ref":"#/components/schemas/Controls"}`},
		{"a control", append(get, "parameters", 11), `{"$ref":"#/components/parameters/api.filter.enable"}`},
		{"body's pattern", append(body, "patternProperties"), `{"^flag-":{"type":"integer","enum":[0,1]}}`},
		{"the rest", []any{"paths", "/json-api/name_things", "get", "parameters", 2}, `{"name":"a thing","in":"query","description":"things; each parameter that is not named here counts as one","style":"form","explode":true,"schema":{"type":"object","additionalProperties":{"type":"integer","enum":[0,1]}}}`},
		{"the rest of a body", []any{"paths", "/json-api/name_things", "post", "requestBody", "content", "application/json", "schema", "additionalProperties"}, `true`},
		{"envelope", append(answer, "properties", "metadata"), `{"$ref":"#/components/schemas/Metadata"}`},
		{"envelope without data", append(answer, "required"), `["metadata"]`},
		{"what data always has", append(answer, "properties", "data", "required"), `["rows","number","yes","most","words","keyed","inner","last"]`},
		{"rows", append(answer, "properties", "data", "properties", "rows"), `{"type":"array","items":{"type":"object","required":["name","at"],"properties":{"name":{"type":"string","description":"its name"},"at":{"type":["integer","null"],"format":"int64","description":"Unix seconds"}}}}`},
		{"null", append(answer, "properties", "data", "properties", "number", "type"), `["integer","null"]`},
		{"list or null", append(answer, "properties", "data", "properties", "words"), `{"type":["array","null"],"items":{"type":"string"}}`},
		{"limit answered", append(answer, "properties", "data", "properties", "most", "type"), `["string","integer"]`},
		{"keyed", append(answer, "properties", "data", "properties", "keyed", "additionalProperties", "additionalProperties", "properties", "name", "type"), `"string"`},
		{"object", append(answer, "properties", "data", "properties", "inner", "required"), `["a"]`},
		{"object with more", append(answer, "properties", "data", "properties", "inner", "additionalProperties"), `{"type":"string","description":"others"}`},
		{"after the nested", append(answer, "properties", "data", "properties", "last"), `{"type":"string"}`},
		{"no data", []any{"paths", "/json-api/ask", "post", "responses", "200", "content", "application/json", "schema", "properties"}, `{"metadata":{"$ref":"#/components/schemas/Metadata"}}`},
		{"refused", append(get, "responses", "403"), `{"$ref":"#/components/responses/AccessDenied"}`},
		{"scheme", []any{"components", "securitySchemes", "token", "name"}, `"Authorization"`},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(read(t, tt.want), at(t, d, tt.path...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.about, diff)
		}
	}
}

// Every function that a server answers is in the document, with every parameter
// and every member of its answer; the document has nothing else, and every
// reference in it leads somewhere.
func TestOpenAPIIsWhole(t *testing.T) {
	t.Parallel()
	functions, err := daemon.Declared()
	if err != nil {
		t.Fatal(err)
	}
	functions = slices.DeleteFunc(functions, func(f *api.Function) bool { return !f.InVersion(1) })
	d, text := document(t, functions)
	if paths := at(t, d, "paths").(map[string]any); len(paths) != len(functions) || len(paths) < 20 {
		t.Errorf("%d paths for %d functions", len(paths), len(functions))
	}
	for _, f := range functions {
		op := at(t, d, "paths", "/json-api/"+f.Name, "get")
		if at(t, op, "operationId") != f.Name {
			t.Errorf("%s: operationId is %v", f.Name, at(t, op, "operationId"))
		}
		takes(t, op, f, 1, wire.ControlFields())
		if f.Out.Relays() { // whatever the called function answers
			continue
		}
		for _, m := range f.Out.Fields() {
			found(t, at(t, op, "responses", "200", "content", "application/json", "schema", "properties", "data"), m.Path)
		}
	}
	at(t, d, "components", "schemas", "Controls", "properties", "api.filter.a.field")
	resolves(t, d, text)
	if _, again := document(t, functions); !bytes.Equal(text, again) {
		t.Error("the document is not the same twice")
	}
}

// takes counts the parameters of an operation: some of every function, those that are
// declared, and the controls of a list.
func takes(t *testing.T, op any, f *api.Function, more int, controls []wire.Field) {
	t.Helper()
	declared := len(f.In.Fields()) + more
	if list, _ := f.Out.List(); list != "" {
		declared += len(controls)
	}
	if got := len(at(t, op, "parameters").([]any)); got != declared {
		t.Errorf("%s: %d parameters, declared are %d", f.Called(), got, len(f.In.Fields()))
	}
}

// resolves: every reference in a document leads somewhere.
func resolves(t *testing.T, d any, text []byte) {
	t.Helper()
	for part := range strings.SplitSeq(string(text), `"$ref":"#/`) {
		if path, _, is := strings.Cut(part, `"`); is && strings.HasPrefix(part, "components/") {
			var steps []any
			for s := range strings.SplitSeq(path, "/") {
				steps = append(steps, s)
			}
			at(t, d, steps...)
		}
	}
}

// found follows a member's path through the schema. A name may have a dot in it,
// such as issuer.commonName.
func found(t *testing.T, schema any, path string) {
	t.Helper()
	path = strings.TrimPrefix(strings.ReplaceAll(path, "[]", ".[]"), ".")
	steps := strings.Split(path, ".")
	for i, step := range steps {
		if len(steps) > i+1 && step != "[]" && step != "*" {
			whole := strings.Join(steps[i:], ".")
			if _, ok := at(t, schema, "properties").(map[string]any)[whole]; ok {
				return
			}
		}
		switch step {
		case "[]":
			schema = at(t, schema, "items")
		case "*":
			schema = at(t, schema, "additionalProperties")
		default:
			schema = at(t, schema, "properties", step)
		}
	}
}

func TestReferencePages(t *testing.T) {
	t.Parallel()
	pages := doc.Reference(sample(t))
	names := []string{}
	text := map[string]string{}
	for _, p := range pages {
		names = append(names, p.Name)
		text[p.Name] = p.Text
		if !strings.HasPrefix(p.Text, doc.Mark+"\n") {
			t.Errorf("%s does not begin with the mark", p.Name)
		}
	}
	if !slices.Equal(names, []string{doc.Index, "ask.md", "change_it.md", "name_things.md"}) {
		t.Fatalf("pages %q", names)
	}
	for _, tt := range []struct{ page, want string }{
		{doc.Index, "| [change_it](change_it.md) | Change it. | `list-accts` or `passwd` |\n"},
		{doc.Index, "| [ask](ask.md) | Ask. | none: any WHM user may call it |\n"},
		{"ask.md", "- Changes: nothing\n"},
		{"ask.md", "## Parameters\n\nNone.\n"},
		{"ask.md", "No `data`"},
		{"ask.md", "'https://SERVER:2087/json-api/ask?api.version=1'\n\nhostkeep whmapi1 ask\n"},
		{"change_it.md", "- In WHM since: 11.5\n- API version: 1\n- Privilege: `list-accts` or `passwd`\n"},
		{"change_it.md", "`api.columns`) work on `rows`\n"},
		{"change_it.md", "| `user` | text | yes |  | whose; also called username |\n"},
		{"change_it.md", "| `mode` | a, b |  | `b` |  |\n"},
		{"change_it.md", "| `yes` | 1 or 0 |  | `y` | this \\| that |\n"},
		{"change_it.md", "| `flag-` | flag-NAME=1 |"},
		{"change_it.md", "| `rows[].at` | Unix seconds, or null |  |\n"},
		{"change_it.md", "| `left` | text; may be absent |  |\n"},
		{"change_it.md", "| `inner.*` | text; may be absent | others |\n"},
		{"change_it.md", "| `keyed.*.*.name` | text | its name |\n"},
		{"change_it.md", "--data-urlencode user=USER \\\n  --data-urlencode names=NAMES \\\n"},
		{"change_it.md", "hostkeep whmapi1 change_it user=USER names=NAMES\n"},
	} {
		if !strings.Contains(text[tt.page], tt.want) {
			t.Errorf("%s lacks %q:\n%s", tt.page, tt.want, text[tt.page])
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	functions := sample(t)
	want := "ask: Ask.\n\nAPI version:  1\nPrivilege:    none: any WHM user may call it\nChanges:      nothing\n\n" +
		"Usage:\n  hostkeep whmapi1 ask\n\nIt takes no parameters.\n\nIt answers without data.\n"
	if diff := cmp.Diff(want, doc.Help(functions[0])); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	got := doc.Help(functions[1])
	for _, want := range []string{
		"Account:       named by user\n", "hostkeep whmapi1 change_it user=USER names=NAMES\n",
		"Controls:      api.filter, api.sort, api.chunk and api.columns work on rows\n",
		"  user    text                 required           whose; also called username\n",
		"  mode    a, b                 default b\n", "  keys    secrets              ", "data.keyed.*.*.name  text", "data.left",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
}

// A function of API 0 alone has a page and help, and no place in the document.
func TestOnlyAPI0(t *testing.T) {
	t.Parallel()
	type old struct {
		A string `whm:"a"`
	}
	f := api.Define(api.Decl{
		Name: "old", Summary: "Old.", Opens: []hostkeep.Privilege{hostkeep.Anyone}, Touches: api.NoCredentials,
		V0: wire.V0{Form: wire.Plain}, OnlyV0: true,
	}, func(context.Context, api.Call, struct{}) (o old, err error) { return o, nil })
	d, _ := document(t, []*api.Function{f})
	if paths := at(t, d, "paths").(map[string]any); len(paths) != 0 {
		t.Errorf("paths %v", paths)
	}
	for _, text := range []string{doc.Reference([]*api.Function{f})[1].Text, doc.Help(f)} {
		if !strings.Contains(text, "0 only") || strings.Contains(text, "whmapi1") || strings.Contains(text, "api.version=") {
			t.Errorf("%s", text)
		}
	}
}

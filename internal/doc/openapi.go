package doc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// version is the parameter that selects API 1.
const version = "api.version"

func versionSchema() object {
	return object{{"type", "integer"}, {"enum", []int{1}}, {"description", "1, for API 1"}}
}

const openAPIAbout = "What Hostkeep answers on port 2087: functions of WHM API 1, each by GET with its parameters in the query, " +
	"or by POST with them in the query or the body.\n\n" +
	"A call that was understood is answered with status 200, whether it succeeded or not: `metadata.result` is 1 or 0, and " +
	"`metadata.reason` says why. A list of texts is sent as a repeated parameter; `NAME-0`, `NAME-1` and `NAME[]` mean the same. " +
	"Numbers without a limit are the word `unlimited`; yes and no are 1 and 0. Parameters that a function does not know are ignored, " +
	"but for misspelt ones: they are refused where ignoring them could leave a credential wider than it was meant, and told of in a warning where something else changes.\n\n" +
	"Of an answer with a list, `api.filter`, `api.sort`, `api.columns` and `api.chunk` choose what is shown: " +
	"`api.filter.enable=1&api.filter.a.field=user&api.filter.a.arg0=bob&api.filter.a.type=eq`. Rules have the letters `a` to `z`, `za` and on, of which " +
	"the parameters show two. Columns that were not asked for are absent from the records, though they are required otherwise."

// OpenAPI is the OpenAPI 3.1 document of those functions that API 1 has, as JSON. The same
// functions in the same order give the same bytes. level is the WHM
// version whose API 1 they are.
func OpenAPI(functions []*api.Function, level string) ([]byte, error) {
	paths := object{}
	for _, f := range functions {
		if !f.InVersion(1) {
			continue
		}
		paths = paths.with("/json-api/"+f.Name, object{
			{"get", operation(f, f.Name).with("parameters", query(f, []object{ref("parameters", "apiVersion")}, wire.ControlFields())).with("responses", responses(f))},
			{"post", operation(f, f.Name+"-post").with("requestBody", requestBody(f, object{{version, versionSchema()}}, version)).with("responses", responses(f))},
		})
	}
	return side{
		title: "Hostkeep, WHM API 1", level: level, about: openAPIAbout,
		schemes: securitySchemes("whm root:SECRET", "WHM user"), paths: paths, components: components(),
	}.document()
}

// side is what the document of one side says in words of its own.
type side struct {
	title, level, about        string
	schemes, paths, components object
}

func (s side) document() ([]byte, error) {
	var ways []object // any one of the schemes
	for _, m := range s.schemes {
		ways = append(ways, object{{m.name, []string{}}})
	}
	text, err := json.Marshal(object{
		{"openapi", "3.1.0"},
		{"info", object{
			{"title", s.title},
			{"version", s.level},
			{"description", s.about},
			{"license", object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}},
		}},
		{"servers", []object{{{"url", "/"}, {"description", "the server that this document came from"}}}},
		{"security", ways},
		{"paths", s.paths},
		{"components", append(object{{"securitySchemes", s.schemes}}, s.components...)},
	})
	if err != nil {
		return nil, fmt.Errorf("writing the OpenAPI document: %w", err)
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, text)
	return compact.Bytes(), err
}

// operation is what GET and POST of a function have in common.
func operation(f *api.Function, id string) object {
	privileges := []string{}
	for _, p := range f.Opens {
		privileges = append(privileges, string(p))
	}
	o := object{
		{"operationId", id},
		{"summary", strings.TrimSuffix(f.Summary, ".")},
		{"description", description(f)},
		{"x-privileges", privileges},
		{"x-writes", f.Writes},
	}
	if f.Since != "" {
		o = o.with("x-since", f.Since)
	}
	return o
}

func description(f *api.Function) string {
	parts := []string{f.Summary, "Privilege: " + opens(f, code) + ".", "Changes: " + changes(f) + "."}
	if f.Since != "" {
		parts = append(parts, "In WHM since version "+f.Since+".")
	}
	if f.Account != "" {
		parts = append(parts, "Acts on the account that `"+f.Account+"` names; somebody else's is answered like one that does not exist.")
	}
	return strings.Join(parts, "\n\n")
}

func code(s string) string { return "`" + s + "`" }

// query lists the parameters of a GET, and after its own those of the output controls.
func query(f *api.Function, list []object, controls []wire.Field) []object {
	for _, p := range f.In.Fields() {
		list = append(list, parameter(p))
	}
	if controlled(f) {
		for _, p := range controls {
			list = append(list, ref("parameters", p.Name))
		}
	}
	return list
}

// controlled reports whether output controls choose what the function shows.
func controlled(f *api.Function) bool {
	list, _ := f.Out.List()
	return list != ""
}

func parameter(p wire.Field) object {
	o := object{{"name", p.Name}, {"in", "query"}}
	if text := about(p); text != "" {
		o = o.with("description", text)
	}
	if p.Required {
		o = o.with("required", true)
	}
	if p.Type == "prefix" { // exploded, each member is a parameter of its own
		return o.with("style", "form").with("explode", true).with("schema", prefixSchema(p))
	}
	if p.Type == "rest" {
		return o.with("style", "form").with("explode", true).with("schema", object{{"type", "object"}, {"additionalProperties", flag()}})
	}
	return o.with("schema", paramSchema(p))
}

func prefixSchema(p wire.Field) object {
	return object{{"type", "object"}, {"propertyNames", object{{"pattern", "^" + p.Name}}}, {"additionalProperties", flag()}}
}

// requestBody offers the same object as a form and as JSON. properties are its first
// members, which no function declares.
func requestBody(f *api.Function, properties object, required ...string) object {
	body, needed := bodySchema(f.In.Fields(), properties, required)
	if controlled(f) {
		body = object{{"allOf", []object{body, ref("schemas", "Controls")}}}
	}
	return bodyOf(body, needed)
}

func bodyOf(body object, needed bool) object {
	schema := object{{"schema", body}}
	return object{{"required", needed}, {"content", object{
		{"application/x-www-form-urlencoded", schema}, {"application/json", schema},
	}}}
}

func responses(f *api.Function) object {
	if f.Out.Relays() {
		return answers("The call was understood; the answer is the called function's own", object{{"type", "object"}})
	}
	properties := object{{"metadata", ref("schemas", "Metadata")}}
	if members := f.Out.Fields(); len(members) > 0 {
		s, _ := data(members, "")
		properties = properties.with("data", described(s, "What the function answers; absent when there is nothing to tell, as mostly when metadata.result is 0"))
	}
	return answers("The call was understood; metadata.result says whether it succeeded", object{{"type", "object"}, {"required", []string{"metadata"}}, {"properties", properties}})
}

func answers(text string, schema object) object {
	return object{
		{"200", object{{"description", text}, {"content", jsonOf(schema)}}},
		{"403", ref("responses", "AccessDenied")},
		{"503", ref("responses", "Unavailable")},
		{"default", ref("responses", "Unfit")},
	}
}

func jsonOf(schema object) object {
	return object{{"application/json", object{{"schema", schema}}}}
}

package doc

import (
	"strings"

	"github.com/hostkeep/hostkeep/internal/wire"
)

// securitySchemes are the ways to say who calls. example is what a header with a
// token has.
func securitySchemes(example, user string) object {
	word, _, _ := strings.Cut(example, " ")
	return object{
		{"token", object{
			{"type", "apiKey"},
			{"in", "header"},
			{"name", "Authorization"},
			{"description", "The word `" + word + "`, a blank, the name of the " + user + ", a colon and the secret of one of its API tokens: `" + example + "`."},
		}},
		{"password", object{{"type", "http"}, {"scheme", "basic"}, {"description", "The name and the password of the " + user + "."}}},
		{"session", object{
			{"type", "apiKey"},
			{"in", "cookie"},
			{"name", "cpsession"},
			{"description", "The cookie of a session, which `POST /login/?login_only=1` opens with a form of `user` and `pass`. Before each path then stands the `security_token` of that answer: `/cpsess` and ten digits."},
		}},
	}
}

func components() object {
	return object{
		{"parameters", sharedParameters(
			object{{"apiVersion", object{{"name", version}, {"in", "query"}, {"required", true}, {"schema", versionSchema()}}}},
			wire.ControlFields(),
		)},
		{"schemas", object{{"Metadata", metadata()}, {"Controls", controls(wire.ControlFields())}, {"Refusal", refusal()}, {"Failure", failure()}}},
		{"responses", object{
			{"AccessDenied", accessDenied("Refusal")},
			{"Unfit", unfit("Failure")},
			{"Unavailable", unavailable("Failure", "Refusal")},
		}},
	}
}

// accessDenied is the answer to whoever cannot be authenticated, in the form of a schema.
func accessDenied(schema string) object {
	return object{
		{"description", "The credentials are missing or wrong; the answer is the same whatever the reason"},
		{"content", jsonOf(ref("schemas", schema))},
	}
}

// unfit is the answer to a request that is at fault itself, in the form of a schema.
func unfit(schema string) object {
	return object{
		{"description", "The request itself was at fault: its method (405), its size (413), its time (408) or its form (400)"},
		{"content", jsonOf(ref("schemas", schema))},
	}
}

// unavailable is the answer when something is lacking that comes back, in the form of
// one of the schemas.
func unavailable(schemas ...string) object {
	var forms []object
	for _, name := range schemas {
		forms = append(forms, ref("schemas", name))
	}
	content := forms[0]
	if len(forms) > 1 {
		content = object{{"anyOf", forms}}
	}
	return object{
		{"description", "Not now: the store cannot be reached, or credentials cannot be checked. The header Retry-After says when to try again"},
		{"headers", object{{"Retry-After", object{{"description", "Seconds to wait"}, {"schema", object{{"type", "integer"}}}}}}},
		{"content", jsonOf(content)},
	}
}

func sharedParameters(all object, fields []wire.Field) object {
	for _, p := range fields {
		all = all.with(p.Name, parameter(p))
	}
	return all
}

// controls are the output controls in a body.
func controls(fields []wire.Field) object {
	properties := object{}
	for _, p := range fields {
		properties = properties.with(p.Name, bodyMember(p))
	}
	return object{{"type", "object"}, {"properties", properties}}
}

func metadata() object {
	texts := object{{"type", "array"}, {"items", object{{"type", "string"}}}}
	output := object{{"type", "object"}, {"properties", object{
		{"raw", described(object{{"type", "string"}}, "A log of the work done")},
		{"messages", texts},
		{"warnings", texts},
	}}}
	return object{
		{"type", "object"},
		{"required", []string{"version", "command", "result", "reason"}},
		{"properties", object{
			{"version", object{{"type", "integer"}, {"enum", []int{1}}}},
			{"command", described(object{{"type", "string"}}, "The function's name as it was called")},
			{"result", described(flag(), "1: done; 0: not done, see reason")},
			{"reason", described(object{{"type", "string"}}, "OK or the function's own words; when result is 0, what was wrong")},
			{"output", output},
			{"chunk", described(numbers("start", "size", "current", "chunks", "records"), "Where the page stands, when api.chunk.verbose asks; records are those of all pages")},
			{"filter", described(numbers("filtered"), "How many records there were before the filter, when api.filter.verbose asks")},
			{"sort", described(object{{"type", "object"}, {"additionalProperties", object{
				{"type", "object"}, {"required", []string{"field", "method", "reverse"}}, {"properties", object{
					{"field", object{{"type", "string"}}}, {"method", object{{"type", "string"}, {"enum", wire.SortMethods()}}}, {"reverse", flag()},
				}},
			}}}, "The rules in their order, when api.sort.verbose asks")},
			{"columns", described(object{{"type", "object"}, {"additionalProperties", object{{"type", "string"}}}}, "The fields that are shown, when api.columns.verbose asks")},
		}},
	}
}

// numbers is an object of whole numbers.
func numbers(names ...string) object {
	properties := object{}
	for _, n := range names {
		properties = properties.with(n, object{{"type", "integer"}})
	}
	return object{{"type", "object"}, {"required", names}, {"properties", properties}}
}

// refusal is WHM's answer to who cannot be authenticated.
func refusal() object {
	text := object{{"type", "string"}}
	inner := object{{"type", "object"}, {"required", []string{"reason", "result"}}, {"properties", object{
		{"reason", text}, {"result", object{{"type", "string"}, {"enum", []string{"0"}}}},
	}}}
	result := object{{"type", "object"}, {"required", []string{"apiversion", "error", "data", "type"}}, {"properties", object{
		{"apiversion", object{{"type", "string"}, {"enum", []string{"2"}}}},
		{"error", text},
		{"data", inner},
		{"type", object{{"type", "string"}, {"enum", []string{"text"}}}},
	}}}
	return object{{"type", "object"}, {"required", []string{"cpanelresult"}}, {"properties", object{{"cpanelresult", result}}}}
}

// failure is the envelope of a call that came to nothing.
func failure() object {
	return object{{"type", "object"}, {"required", []string{"metadata"}}, {"properties", object{{"metadata", ref("schemas", "Metadata")}}}}
}

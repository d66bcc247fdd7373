package doc

import "github.com/hostkeep/hostkeep/internal/wire"

func components() object {
	return object{
		{"securitySchemes", object{
			{"token", object{
				{"type", "apiKey"},
				{"in", "header"},
				{"name", "Authorization"},
				{"description", "The word `whm`, a blank, the name of the WHM user, a colon and the secret of one of its API tokens: `whm root:SECRET`."},
			}},
			{"password", object{{"type", "http"}, {"scheme", "basic"}, {"description", "The name and the password of a WHM user."}}},
		}},
		{"parameters", sharedParameters()},
		{"schemas", object{{"Metadata", metadata()}, {"Controls", controls()}, {"Refusal", refusal()}, {"Failure", failure()}}},
		{"responses", object{
			{"AccessDenied", object{
				{"description", "The credentials are missing or wrong; the answer is the same whatever the reason"},
				{"content", jsonOf(ref("schemas", "Refusal"))},
			}},
			{"Unfit", object{
				{"description", "The request itself was at fault: its method (405), its size (413), its time (408) or its form (400)"},
				{"content", jsonOf(ref("schemas", "Failure"))},
			}},
			{"Unavailable", object{
				{"description", "Not now: the store cannot be reached, or credentials cannot be checked. The header Retry-After says when to try again"},
				{"headers", object{{"Retry-After", object{{"description", "Seconds to wait"}, {"schema", object{{"type", "integer"}}}}}}},
				{"content", jsonOf(object{{"anyOf", []object{ref("schemas", "Failure"), ref("schemas", "Refusal")}}})},
			}},
		}},
	}
}

func sharedParameters() object {
	all := object{{"apiVersion", object{{"name", version}, {"in", "query"}, {"required", true}, {"schema", versionSchema()}}}}
	for _, p := range wire.ControlFields() {
		all = all.with(p.Name, parameter(p))
	}
	return all
}

// controls are the output controls in a body.
func controls() object {
	properties := object{}
	for _, p := range wire.ControlFields() {
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

package doc

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
		{"parameters", object{{"apiVersion", object{
			{"name", version}, {"in", "query"}, {"required", true}, {"schema", versionSchema()},
		}}}},
		{"schemas", object{{"Metadata", metadata()}, {"Refusal", refusal()}, {"Failure", failure()}}},
		{"responses", object{
			{"AccessDenied", object{
				{"description", "The credentials are missing or wrong; the answer is the same whatever the reason"},
				{"content", jsonOf(ref("schemas", "Refusal"))},
			}},
			{"Unavailable", object{
				{"description", "Not now: the store cannot be reached, or credentials cannot be checked. The header Retry-After says when to try again"},
				{"headers", object{{"Retry-After", object{{"description", "Seconds to wait"}, {"schema", object{{"type", "integer"}}}}}}},
				{"content", jsonOf(object{{"anyOf", []object{ref("schemas", "Failure"), ref("schemas", "Refusal")}}})},
			}},
		}},
	}
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
			{"chunk", described(object{{"type", "object"}}, "Where the page stands, when api.chunk.verbose asks")},
			{"filter", described(object{{"type", "object"}}, "What was filtered, when api.filter.verbose asks")},
		}},
	}
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

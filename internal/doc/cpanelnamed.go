package doc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// wrapped is what /json-api/cpanel makes of an answer of UAPI.
func wrapped() object {
	text := object{{"type", "string"}}
	return whole(object{
		{"apiversion", object{{"type", "integer"}, {"enum", []int{3}}}},
		{"module", text},
		{"func", text},
		{"result", uapi(described(object{}, "As at the function's path"))},
	})
}

// api2 is the envelope of API 2, whose data is a list of whichever function was called.
func api2(functions []*api.Function) object {
	text, event := object{{"type", "string"}}, whole(object{{"result", flag()}})
	rows := []object{whole(object{{"reason", text}, {"result", flag()}}).with("title", "Failure")}
	for _, f := range functions {
		if f.CPanel.Dialect == wire.API2 {
			rows = append(rows, api2Row(f).with("title", f.Called()))
		}
	}
	inner := whole(
		object{
			{"apiversion", object{{"type", "integer"}, {"enum", []int{2}}}},
			{"module", text},
			{"func", text},
			{"preevent", event},
			{"event", event},
			{"postevent", event},
			{"data", object{{"type", "array"}, {"items", object{{"anyOf", rows}}}}},
		},
		member{"error", described(text, "What was wrong; absent when it is done")},
		member{"paginate", paginate()},
	)
	return whole(object{{"cpanelresult", inner}})
}

// api2Row is an element of the function's data.
func api2Row(f *api.Function) object {
	members := f.Out.Fields()
	if f.Out.Whole() && members[0].Type == "list" {
		s, _ := memberSchema(members[1], members[2:])
		return s
	}
	s, _ := data(members, "")
	return s
}

// cpanelPath is where a function is named by parameters.
const cpanelPath = "/json-api/cpanel"

// namedCall is the one operation of all functions of API 2. What they take cannot stand
// in its parameters, which are the same for all, so it is told in words.
func namedCall(functions []*api.Function) (object, error) {
	in, err := wire.CompileInput(reflect.TypeFor[api.CPanelNames]())
	if err != nil {
		return nil, fmt.Errorf("the parameters that name a function: %w", err)
	}
	fields := in.Fields()
	for i := range fields {
		switch fields[i].Name {
		case "cpanel_jsonapi_module":
			fields[i].Enum = among(functions, func(f *api.Function) string { return f.CPanel.Module })
		case "cpanel_jsonapi_func":
			fields[i].Enum = among(functions, func(f *api.Function) string { return f.Name })
		}
	}
	parameters := []object{}
	for _, p := range fields {
		parameters = append(parameters, parameter(p))
	}
	parameters = append(parameters, object{ // exploded, each member is a parameter of its own
		{"name", "parameters"},
		{"in", "query"},
		{"description", "those of the function"},
		{"style", "form"},
		{"explode", true},
		{"schema", object{{"type", "object"}, {"additionalProperties", object{{"type", "string"}}}}},
	})
	body, needed := bodySchema(fields, object{}, nil)
	operation := func(id string) object {
		return object{{"operationId", id}, {"summary", "Call a function by its name"}, {"description", namedAbout(functions)}}
	}
	answer := object{{"anyOf", []object{ref("schemas", "API2"), ref("schemas", "Wrapped")}}}
	responses := object{
		{"200", object{{"description", "The call was understood; cpanelresult.error or result.status says whether it succeeded"}, {"content", jsonOf(answer)}}},
		{"403", accessDenied("Refusal")},
		{"503", unavailable("API2", "Wrapped", "Refusal")},
		{"default", unfit("API2")},
	}
	return object{
		{"get", operation("cpanel").with("parameters", parameters).with("responses", responses)},
		{"post", operation("cpanel-post").with("requestBody", bodyOf(body.with("additionalProperties", true), needed)).with("responses", responses)},
	}, nil
}

// among are the words that the functions have, each once.
func among(functions []*api.Function, word func(*api.Function) string) (words []string) {
	for _, f := range functions {
		words = append(words, word(f))
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// namedAbout tells of the functions of API 2 what those of UAPI say at their paths.
func namedAbout(functions []*api.Function) string {
	var b strings.Builder
	b.WriteString("Functions of API 2 with their parameters; those marked * are required. With `cpanel_jsonapi_apiversion` 3 a function of UAPI is called instead. " +
		"The output controls are called `api2_filter_column` and so on.\n")
	for _, f := range functions {
		if f.CPanel.Dialect != wire.API2 {
			continue
		}
		fmt.Fprintf(&b, "\n- `%s`: %s Feature: %s. Changes: %s. Parameters:", f.Called(), f.Summary, feature(f), changes(f))
		for i, p := range f.In.Fields() {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(" " + code(p.Name))
			if p.Required {
				b.WriteString("*")
			}
		}
		if len(f.In.Fields()) == 0 {
			b.WriteString(" none")
		}
		b.WriteString(".")
	}
	return b.String()
}

package doc

import (
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const cpanelOpenAPIAbout = "What Hostkeep answers on port 2083, to accounts: functions of UAPI, each by GET with its parameters in the query, " +
	"or by POST with them in the query or the body; and those of API 2, which have one path together.\n\n" +
	"A call that was understood is answered with status 200, whether it succeeded or not: `status` is 1 or 0, and `errors` says why. " +
	"A list of texts is sent as a repeated parameter; `NAME-0`, `NAME-1` and `NAME[]` mean the same. Yes and no are 1 and 0. " +
	"Parameters that a function does not know are ignored, but for misspelt ones: they are told of in a warning where something changes, and refused where that would be worse.\n\n" +
	"Of an answer with a list, `api.filter`, `api.sort`, `api.columns` and `api.paginate` choose what is shown: " +
	"`api.filter_column=name&api.filter_type=begins&api.filter_term=a`. A number behind a name makes a further rule, as `_1` does in the parameters here. " +
	"Columns that were not asked for are absent from the records, though they are required otherwise; so is all else of an answer that was asked for one value by its name.\n\n" +
	"A function about a service that this server does not run is not here, so that what is made of this document has no call that can only fail. " +
	"Calling one all the same is answered with `status` 0 and a sentence that names the service."

// CPanelOpenAPI is the OpenAPI 3.1 document of the functions of cPanel's APIs that are
// answered and not only refused, as JSON. Else it is as OpenAPI.
func CPanelOpenAPI(functions []*api.Function, level string) ([]byte, error) {
	functions = slices.DeleteFunc(slices.Clone(functions), func(f *api.Function) bool { return f.CPanel.Lacks != "" })
	named, err := namedCall(functions)
	if err != nil {
		return nil, err
	}
	paths := object{{cpanelPath, named}}
	for _, f := range functions {
		if f.CPanel.Dialect != wire.UAPI {
			continue
		}
		id := f.CPanel.Module + "-" + f.Name
		paths = paths.with("/execute/"+f.CPanel.Module+"/"+f.Name, object{
			{"get", cpanelOperation(f, id).with("parameters", query(f, []object{}, wire.CPanelControlFields())).with("responses", uapiResponses(f))},
			{"post", cpanelOperation(f, id+"-post").with("requestBody", requestBody(f, object{})).with("responses", uapiResponses(f))},
		})
	}
	return side{
		title: "Hostkeep, cPanel's UAPI and API 2", level: level, about: cpanelOpenAPIAbout,
		schemes: securitySchemes("cpanel bob:SECRET", "account"), paths: paths, components: cpanelComponents(functions),
	}.document()
}

// cpanelOperation is what GET and POST of a function have in common. Where a function
// of WHM has privileges, it has the feature that the account needs.
func cpanelOperation(f *api.Function, id string) object {
	o := object{
		{"operationId", id},
		{"summary", strings.TrimSuffix(f.Summary, ".")},
		{"description", cpanelDescription(f)},
	}
	if f.CPanel.Feature != api.AnyFeature {
		o = o.with("x-feature", f.CPanel.Feature)
	}
	return o.with("x-writes", f.Writes)
}

func cpanelDescription(f *api.Function) string {
	needs := "Feature that the account needs: none."
	if f.CPanel.Feature != api.AnyFeature {
		needs = "Feature that the account needs: " + feature(f) + ". Without it the call is refused: `status` is 0, and `errors` names the feature."
	}
	does := "Changes: " + changes(f) + "."
	if f.Writes {
		does += " A suspended account is refused."
	}
	return strings.Join([]string{f.Summary, needs, does}, "\n\n")
}

func uapiResponses(f *api.Function) object {
	return object{
		{"200", object{{"description", "The call was understood; status says whether it succeeded"}, {"content", jsonOf(uapi(uapiData(f)))}}},
		{"401", ref("responses", "AccessDenied")},
		{"503", ref("responses", "Unavailable")},
		{"default", ref("responses", "Unfit")},
	}
}

// uapi is UAPI's envelope around data.
func uapi(data object) object {
	return whole(object{
		{"status", ref("schemas", "Status")},
		{"errors", ref("schemas", "Texts")},
		{"messages", ref("schemas", "Texts")},
		{"warnings", ref("schemas", "Texts")},
		{"metadata", ref("schemas", "Metadata")},
		{"data", data},
	})
}

// whole is an object that has all of its members always, and perhaps some more.
func whole(properties object, more ...member) object {
	names := make([]string, len(properties))
	for i, m := range properties {
		names[i] = m.name
	}
	return object{{"type", "object"}, {"required", names}, {"properties", append(properties, more...)}}
}

func paginate() object {
	return described(ref("schemas", "Paginate"), "Where the page stands, when one was asked for")
}

func null() object { return object{{"type", "null"}} }

// uapiData is what the function answers, or null.
func uapiData(f *api.Function) object {
	const about = "What the function answers; null when there is nothing to tell, as mostly when status is 0"
	forms := dataForms(f)
	switch len(forms) {
	case 0:
		return null()
	case 1:
		if slices.ContainsFunc(forms[0], func(m member) bool { return m.name == "description" }) {
			return nullable(forms[0])
		}
		return described(nullable(forms[0]), about)
	}
	return described(object{{"anyOf", append(forms, null())}}, about)
}

// dataForms are the schemas that the function's data has one of.
func dataForms(f *api.Function) (forms []object) {
	members := f.Out.Fields()
	if !f.Out.Whole() && len(members) > 0 {
		s, _ := data(members, "")
		return []object{s}
	}
	for len(members) > 0 {
		var s object
		m := members[0]
		s, members = memberSchema(m, members[1:])
		forms = append(forms, described(s, told(m)))
	}
	return forms
}

func cpanelComponents(functions []*api.Function) object {
	return object{
		{"parameters", sharedParameters(object{}, wire.CPanelControlFields())},
		{"schemas", object{
			{"Status", described(flag(), "1: done; 0: not done, see errors")},
			{"Texts", object{{"type", []string{"array", "null"}}, {"items", object{{"type", "string"}}}}},
			{"Metadata", object{{"type", "object"}, {"properties", object{{"paginate", paginate()}}}}},
			{"Paginate", numbers("total_results", "total_pages", "current_page", "results_per_page", "start_result")},
			{"Controls", controls(wire.CPanelControlFields())},
			{"Failure", uapi(null())},
			{"API2", api2(functions)},
			{"Wrapped", wrapped()},
			{"Refusal", refusal()},
		}},
		{"responses", object{
			{"AccessDenied", accessDenied("Failure")},
			{"Unfit", unfit("Failure")},
			{"Unavailable", unavailable("Failure")},
		}},
	}
}

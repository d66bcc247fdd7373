package wire_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// cpanelReply is the answer of M::f that returned out, in a dialect.
func cpanelReply[Out any](t *testing.T, d wire.Dialect, out Out) wire.Reply {
	t.Helper()
	return wire.Reply{
		Command: "f", Module: "M", Dialect: d, OK: true, Out: mustCompileOutput(t, reflect.TypeFor[Out]()), Value: reflect.ValueOf(&out).Elem(),
	}
}

type oneMember struct {
	wire.Note
	A string `whm:"a"`
}

type someRows struct {
	Rows []node `whm:",whole"`
}

type aNumber struct {
	N int64 `whm:",whole"`
}

type nullRows struct {
	Rows *[]node `whm:",whole"`
}

type inTwoForms struct {
	Hash *node  `whm:",whole"`
	List []node `whm:",whole"`
}

const (
	uapiOK = `{"status":1,"errors":null,"messages":null,"warnings":null,"metadata":{},"data":`
	api2OK = `{"cpanelresult":{"apiversion":2,"module":"M","func":"f","preevent":{"result":1},"event":{"result":1},"postevent":{"result":1},`
	xmlTop = `<?xml version="1.0" ?>`
)

// The three envelopes, as PROTOCOL 4.4 has them, in JSON.
func TestCPanelEnvelopes(t *testing.T) {
	t.Parallel()
	type nothing struct{ wire.Note }
	fails := func(r wire.Reply) wire.Reply {
		r.OK, r.Reason = false, "It's \"no\"."
		return r
	}
	partial := func(r wire.Reply) wire.Reply {
		r.Partial = true
		return r
	}
	said := oneMember{Note: wire.Note{Messages: []string{"m"}, Warnings: []string{"w", "v"}}, A: "x"}
	for _, tt := range []struct {
		about string
		reply wire.Reply
		want  string
	}{
		{"an object", cpanelReply(t, wire.UAPI, oneMember{A: "x"}), uapiOK + `{"a":"x"}}`},
		{"nothing", cpanelReply(t, wire.UAPI, nothing{}), uapiOK + `null}`},
		{"a list", cpanelReply(t, wire.UAPI, someRows{[]node{{"x"}, {"y"}}}), uapiOK + `[{"alias":"x"},{"alias":"y"}]}`},
		{"an empty list", cpanelReply(t, wire.UAPI, someRows{}), uapiOK + `[]}`},
		{"a number", cpanelReply(t, wire.UAPI, aNumber{1}), uapiOK + `1}`},
		{"null", cpanelReply(t, wire.UAPI, nullRows{}), uapiOK + `null}`},
		{"one form", cpanelReply(t, wire.UAPI, inTwoForms{Hash: &node{"x"}}), uapiOK + `{"alias":"x"}}`},
		{"another form", cpanelReply(t, wire.UAPI, inTwoForms{List: []node{{"x"}}}), uapiOK + `[{"alias":"x"}]}`},
		{"no form", cpanelReply(t, wire.UAPI, inTwoForms{}), uapiOK + `[]}`},
		{"notes", cpanelReply(t, wire.UAPI, said), `{"status":1,"errors":null,"messages":["m"],"warnings":["w","v"],"metadata":{},"data":{"a":"x"}}`},
		{"a failure", fails(cpanelReply(t, wire.UAPI, said)), `{"status":0,"errors":["It's \"no\"."],"messages":null,"warnings":null,"metadata":{},"data":null}`},
		{"a failure in part", partial(fails(cpanelReply(t, wire.UAPI, said))), `{"status":0,"errors":["It's \"no\"."],"messages":["m"],"warnings":["w","v"],"metadata":{},"data":{"a":"x"}}`},
		{"no function", wire.Reply{Command: "f", Module: "M", Dialect: wire.UAPI}, `{"status":0,"errors":["The call failed."],"messages":null,"warnings":null,"metadata":{},"data":null}`},
		{"wrapped", cpanelReply(t, wire.UAPIWrapped, aNumber{1}), `{"apiversion":3,"module":"M","func":"f","result":` + uapiOK + `1}}`},
		{"API 2, an object", cpanelReply(t, wire.API2, oneMember{A: "x"}), api2OK + `"data":[{"a":"x"}]}}`},
		{"API 2, a list", cpanelReply(t, wire.API2, someRows{[]node{{"x"}}}), api2OK + `"data":[{"alias":"x"}]}}`},
		{"API 2, an empty list", cpanelReply(t, wire.API2, someRows{}), api2OK + `"data":[]}}`},
		{"API 2, a failure", fails(cpanelReply(t, wire.API2, someRows{})), api2OK + `"error":"It's \"no\".","data":[{"reason":"It's \"no\".","result":0}]}}`},
	} {
		if got := string(tt.reply.AppendJSON(nil)); got != tt.want {
			t.Errorf("%s:\n%s, want\n%s", tt.about, got, tt.want)
		}
	}
}

// In XML the root is result for UAPI and cpanelresult for API 2.
func TestCPanelEnvelopesInXML(t *testing.T) {
	t.Parallel()
	uapi, api2 := cpanelReply(t, wire.UAPI, someRows{[]node{{"x"}, {"y"}}}), cpanelReply(t, wire.API2, someRows{[]node{{"x"}}})
	refused := api2
	refused.OK, refused.Reason = false, "<no>"
	for _, tt := range []struct {
		reply wire.Reply
		parts []string
	}{
		{uapi, []string{xmlTop, "<result>", "<status>1</status>", "<data><alias>x</alias></data><data><alias>y</alias></data>", "</result>"}},
		{api2, []string{xmlTop, "<cpanelresult>", "<apiversion>2</apiversion>", "<event><result>1</result></event>", "<data><alias>x</alias></data>", "</cpanelresult>"}},
		{refused, []string{"<cpanelresult>", "<error>&lt;no&gt;</error>", "<data><reason>&lt;no&gt;</reason><result>0</result></data>"}},
	} {
		rest := string(tt.reply.AppendXML(nil))
		for _, part := range tt.parts {
			_, after, found := strings.Cut(rest, part)
			if !found {
				t.Errorf("%s has no %s", rest, part)
			}
			rest = after
		}
	}
}

// A function that relays answers what the other answered, and a failure of its own
// in the form that clients look for: in JSON without cpanelresult (PROTOCOL 3.5).
func TestRelay(t *testing.T) {
	t.Parallel()
	type relaying struct {
		Answer wire.Reply `whm:",whole"`
	}
	o := mustCompileOutput(t, reflect.TypeFor[relaying]())
	out := relaying{cpanelReply(t, wire.API2, oneMember{A: "x"})}
	r := wire.Reply{Command: "cpanel", OK: true, Out: o, Value: reflect.ValueOf(&out).Elem()}
	if got, want := string(r.AppendJSON(nil)), api2OK+`"data":[{"a":"x"}]}}`; got != want {
		t.Errorf("relayed:\n%s, want\n%s", got, want)
	}
	if got := string(r.AppendXML(nil)); !strings.HasPrefix(got, xmlTop) || !strings.HasSuffix(got, "<data><a>x</a></data></cpanelresult>") {
		t.Errorf("relayed in XML: %s", got)
	}
	r.OK, r.Reason = false, "no user"
	if got, want := string(r.AppendJSON(nil)), `{"data":{"reason":"no user","result":"0"},"type":"text","error":"no user"}`; got != want {
		t.Errorf("refused:\n%s, want\n%s", got, want)
	}
}

// Columns of an answer without a list are members of the data itself.
func TestColumnsOfNoList(t *testing.T) {
	t.Parallel()
	type two struct {
		wire.Note
		A string `whm:"a"`
		B string `whm:"b"`
	}
	r := cpanelReply(t, wire.UAPI, two{Note: wire.Note{Columns: []string{"b"}}, A: "x", B: "y"})
	if got := string(r.AppendJSON(nil)); got != uapiOK+`{"b":"y"}}` {
		t.Errorf("only b: %s", got)
	}
	r = cpanelReply(t, wire.UAPI, two{Note: wire.Note{Columns: []string{"c"}}})
	if got := string(r.AppendJSON(nil)); !strings.Contains(got, `"warnings":["There is no column \"c\"; it is left out."]`) || !strings.HasSuffix(got, `"data":{}}`) {
		t.Errorf("what is not there: %s", got)
	}
}

func TestWholeIsDeclaredWell(t *testing.T) {
	t.Parallel()
	type beside struct {
		Rows []node `whm:",whole"`
		A    string `whm:"a"`
	}
	type twoNumbers struct {
		A int64  `whm:",whole"`
		B *int64 `whm:",whole"`
	}
	type twoLists struct {
		A []node `whm:",whole"`
		B []node `whm:",whole"`
	}
	for want, typ := range map[string]reflect.Type{
		"beside a field": reflect.TypeFor[beside](), "a pointer or a list": reflect.TypeFor[twoNumbers](), "two are lists": reflect.TypeFor[twoLists](),
	} {
		if _, err := wire.CompileOutput(typ); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", typ, err, want)
		}
	}
}

type seenRows struct {
	Rows []seen `whm:",whole"`
}

// controlled is a list with the controls that the parameters ask for, by cPanel's names.
func controlled(t *testing.T, d wire.Dialect, nameValue ...string) (r wire.Reply, err error) {
	t.Helper()
	r = cpanelReply(t, d, seenRows{users()})
	view, err := wire.Pairs(nameValue...).CPanelView(d)
	if err != nil || view == nil {
		return r, err
	}
	plan, err := r.Out.Plan(*view)
	if err == nil {
		r.Shown, err = r.Out.Select(context.Background(), plan, r.Value)
	}
	return r, err
}

// usersOf are the users that an answer shows, in its order.
func usersOf(r wire.Reply) (list []string) {
	for _, part := range strings.Split(string(r.AppendJSON(nil)), `"user":"`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		list = append(list, name)
	}
	return list
}

// pairsOf reads name=value, separated by blanks.
func pairsOf(text string) (nameValue []string) {
	for _, f := range strings.Fields(text) {
		name, value, _ := strings.Cut(f, "=")
		nameValue = append(nameValue, name, value)
	}
	return nameValue
}

// Controls are written as UAPI's here; API 2 has the same under another prefix.
func TestCPanelControls(t *testing.T) {
	t.Parallel()
	filter := func(column, kind, term string) string {
		return "api.filter=1 api.filter_column=" + column + " api.filter_type=" + kind + " api.filter_term=" + term
	}
	for _, tt := range []struct{ controls, want string }{
		{"", "bob alice Carol dave"},
		{"api.filter=1 api.sort=1 api.columns=1 api.paginate=1", "bob alice Carol dave"},
		{filter("user", "", "OB"), "bob"},
		{filter("user", "ends", "E"), "alice dave"},
		{filter("user", "ne", "bob"), "alice Carol dave"},
		{filter("uid", "ne", "20"), "alice Carol"},
		{filter("user", "matches", "^[a-c]"), "bob alice"},
		{filter("maybe", "defined", ""), "Carol"},
		{filter("maybe", "undefined", ""), "bob alice dave"},
		{filter("names", "defined", ""), "bob"},
		{filter("names", "undefined", ""), "alice Carol dave"},
		{filter("*", "ne", "y"), "alice Carol dave"},
		{filter("max", "lt_handle_unlimited", "unlimited"), "bob Carol dave"},
		{"api.filter=0 api.filter_column=user api.filter_term=bob", "bob alice Carol dave"},
		{"api.filter_column=user api.filter_term=a", "alice Carol dave"}, // without the switch
		{"api.filter_column_0=user api.filter_term_0=a api.filter_column_7=uid api.filter_term_7=20 api.filter_type_7===", "dave"},
		{"api.sort=1 api.sort_column=user", "Carol alice bob dave"},
		{"api.sort=1 api.sort_column=user api.sort_method=lexicographic api.sort_reverse=1", "dave bob alice Carol"},
		{"api.sort=1 api.sort_column=user api.sort_method=alphabet", "Carol alice bob dave"},
		{"api.sort=1 api.sort_column=uid api.sort_method=numeric", "alice bob dave Carol"},
		{"api.sort=1 api.sort_column=ip api.sort_method=ipv4", "dave Carol bob alice"},
		{"api.sort_column_0=uid api.sort_method_0=numeric api.sort_column_1=user api.sort_reverse_1=1", "alice dave bob Carol"},
		{"api.sort=0 api.sort_column=user", "bob alice Carol dave"},
		{"api.paginate=1 api.paginate_start=2 api.paginate_size=2", "alice Carol"},
		{"api.paginate=1 api.paginate_size=3 api.paginate_page=2", "dave"},
		{"api.paginate=1 api.paginate_start=3", "Carol dave"},
		{"api.paginate=1 api.paginate_start=9 api.paginate_size=2", ""},
		{"api.paginate=0 api.paginate_size=1", "bob alice Carol dave"},
		{"api.columns=1 api.columns_1=user api.columns_2=uid", "bob alice Carol dave"},
		{"api.filter.enable=1 api.filter.a.field=user api.filter.a.arg0=bob", "bob alice Carol dave"}, // WHM's names
	} {
		for d, prefix := range map[wire.Dialect]string{wire.UAPI: "api.", wire.API2: "api2_"} {
			r, err := controlled(t, d, pairsOf(strings.ReplaceAll(tt.controls, "api.", prefix))...)
			if got := strings.Join(usersOf(r), " "); err != nil || got != tt.want {
				t.Errorf("%s: %s: %q, %v; want %q", d, tt.controls, got, err, tt.want)
			}
		}
	}
	if r, err := controlled(t, wire.UAPI, pairsOf("api2_filter_column=user api2_filter_term=bob")...); err != nil || len(usersOf(r)) != 4 {
		t.Errorf("UAPI takes API 2's names: %q, %v", usersOf(r), err)
	}
}

// What a page tells of itself stands in UAPI's metadata, in API 2 beside the data.
func TestCPanelPages(t *testing.T) {
	t.Parallel()
	const told = `"paginate":{"total_results":3,"total_pages":2,"current_page":2,"results_per_page":2,"start_result":3}`
	given := "api.columns_1=user api.filter_column=uid api.filter_type=gt api.filter_term=3 api.paginate=1 api.paginate_size=2 api.paginate_page=2"
	for d, want := range map[wire.Dialect]string{
		wire.UAPI: `{"status":1,"errors":null,"messages":null,"warnings":null,"metadata":{` + told + `},"data":[{"user":"dave"}]}`,
		wire.API2: api2OK + told + `,"data":[{"user":"dave"}]}}`,
	} {
		controls := given
		if d == wire.API2 {
			controls = strings.ReplaceAll(given, "api.", "api2_")
		}
		r, err := controlled(t, d, pairsOf(controls)...)
		if got := string(r.AppendJSON(nil)); err != nil || got != want {
			t.Errorf("%s: %v\n%s, want\n%s", d, err, got, want)
		}
	}
}

func TestCPanelControlsBadInput(t *testing.T) {
	t.Parallel()
	for controls, want := range map[string]string{
		"api.filter=yes!":                                                                             `"api.filter" must be 1 or 0`,
		"api.filter_column=":                                                                          "",
		"api.filter_column=nothing api.filter_term=x":                                                 `no field "nothing"`,
		"api.filter_column=user api.filter_type=like":                                                 `"like" is none of: contains, begins`,
		"api.filter_column=uid api.filter_type=gt api.filter_term=many":                               "compares with a number",
		"api.filter_column=user api.filter_type=matches api.filter_term=(":                            "regular expression",
		"api.filter_column=user api.filter_column=uid":                                                "more than once",
		"api.filter_column=user api.filter_term=a api.filter_term=b":                                  "more than once",
		"api.filter_column=user api.filter_type=matches api.filter_term=" + strings.Repeat("a", 2000): "at most 1024 bytes",
		"api.sort_column=nothing":                                                                     `no field "nothing"`,
		"api.sort_column=inner":                                                                       "no one value",
		"api.sort_column=user api.sort_method=random":                                                 `"random" is none of`,
		"api.sort_column=user api.sort_reverse=perhaps":                                               `"api.sort_reverse" must be 1 or 0`,
		"api.paginate=on?":                                                                            `"api.paginate" must be 1 or 0`,
		"api.paginate_size=many":                                                                      `"api.paginate_size" must be a whole number`,
		"api.paginate_page=99999999999":                                                               `"api.paginate_page" must be a whole number`,
		"api.paginate_start=1 api.paginate_start=2":                                                   "more than once",
	} {
		_, err := controlled(t, wire.UAPI, pairsOf(controls)...)
		if want == "" && err == nil {
			continue
		}
		if hostkeep.KindOf(err) != hostkeep.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %q", controls, err, want)
		}
	}
	r, err := controlled(t, wire.UAPI, "api.columns_1", "user", "api.columns_2", "nothing")
	if view, _ := wire.Pairs("api.columns_1", "nothing").CPanelView(wire.UAPI); err != nil || view == nil || !slices.Equal(view.Columns, []string{"nothing"}) || len(usersOf(r)) != 4 {
		t.Errorf("a column that is not there: %v, %v", view, err)
	}
	for _, pages := range []string{"2147483647", "2000000000"} { // (page-1)*size does not run over
		r, err := controlled(t, wire.UAPI, "api.paginate_page", pages, "api.paginate_size", pages)
		if got := usersOf(r); err != nil || got != nil {
			t.Errorf("page %s: %q, %v", pages, got, err)
		}
	}
}

// WHM's own controls know WHM's types only.
func TestFilterTypesOfWHM(t *testing.T) {
	t.Parallel()
	for _, kind := range wire.CPanelFilterTypes() {
		_, err := wire.Pairs("api.filter.enable", "1", "api.filter.a.field", "x", "api.filter.a.type", kind, "api.filter.a.arg0", "1").View()
		if known := slices.Contains(wire.FilterTypes(), kind); known != (err == nil) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestCPanelControlFields: what the documentation lists is read, in UAPI by these names
// and in API 2 by those with its prefix.
func TestCPanelControlFields(t *testing.T) {
	t.Parallel()
	want := wire.View{
		Filters: []wire.Filter{{Field: "user", Type: "contains", Arg: "user"}, {Field: "user", Type: "contains", Arg: "user"}},
		Sorts:   []wire.Sort{{Field: "user", Method: "lexicographic", Reverse: true}, {Field: "user", Method: "lexicographic", Reverse: true}},
		Columns: []string{"user", "user"}, Chunk: &wire.Chunk{Start: 3, Size: 2},
	}
	for dialect, prefix := range map[wire.Dialect]string{wire.UAPI: "api.", wire.API2: "api2_"} {
		var pairs []string
		for _, f := range wire.CPanelControlFields() {
			value := map[string]string{"boolean": "1", "string": "user", "integer": "2"}[f.Type]
			if f.Enum != nil {
				value = f.Enum[0]
			}
			pairs = append(pairs, prefix+strings.TrimPrefix(f.Name, "api."), value)
		}
		v, err := wire.Pairs(pairs...).CPanelView(dialect)
		if err != nil || v == nil || !reflect.DeepEqual(*v, want) {
			t.Errorf("%s: %+v, %v", dialect, v, err)
		}
	}
	off := []string{"api.filter_column", "x", "api.filter", "0", "api.sort_column", "x", "api.sort", "0", "api.columns_0", "x", "api.columns", "0", "api.paginate_size", "1", "api.paginate", "0"}
	if v, err := wire.Pairs(off...).CPanelView(wire.UAPI); v != nil || err != nil {
		t.Errorf("switched off: %+v, %v", v, err)
	}
}

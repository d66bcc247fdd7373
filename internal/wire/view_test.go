package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/wiretest"
	"pgregory.net/rapid"
)

type seen struct {
	User  string         `whm:"user"`
	IP    string         `whm:"ip"`
	Disk  string         `whm:"disk"`
	UID   int64          `whm:"uid"`
	Yes   bool           `whm:"yes"`
	Max   hostkeep.Limit `whm:"max"`
	Maybe *string        `whm:"maybe"`
	Names []string       `whm:"names"`
	Inner node           `whm:"inner"`
}

type seenOut struct {
	wire.Note
	Rows []seen `whm:"acct,list"`
}

type keyedOut struct {
	Rows wire.Keyed[seen] `whm:"tokens,list"`
}

// failing is what testing.TB and rapid.T have in common.
type failing interface {
	Helper()
	Fatal(args ...any)
}

// shownAs is the answer with the controls that the parameters ask for.
func shownAs[Out any](t failing, out Out, nameValue ...string) (wire.Reply, error) {
	t.Helper()
	o, err := wire.CompileOutput(reflect.TypeFor[Out]())
	if err != nil {
		t.Fatal(err)
	}
	r := wire.Reply{Command: "f", OK: true, Out: o, Value: reflect.ValueOf(&out).Elem()}
	view, err := wire.Pairs(nameValue...).View()
	if err != nil || view == nil {
		return r, err
	}
	plan, err := o.Plan(*view)
	if err != nil {
		return r, err
	}
	if plan != nil {
		r.Shown, err = o.Select(context.Background(), plan, r.Value)
		r.Note.Warnings = plan.Warnings()
	}
	return r, err
}

func users() []seen {
	a := "bobby"
	return []seen{
		{User: "bob", IP: "10.0.0.9", Disk: "14M", UID: 20, Max: 5, Names: []string{"x", "y"}, Inner: node{"in"}},
		{User: "alice", IP: "10.0.0.10", Disk: "9M", UID: 3, Max: hostkeep.Unlimited, Yes: true},
		{User: "Carol", IP: "9.1.1.1", Disk: "unlimited", UID: 100, Max: 0, Maybe: &a},
		{User: "dave", IP: "none", Disk: "", UID: 20, Max: 50},
	}
}

func names(t testing.TB, r wire.Reply) (list []string) {
	t.Helper()
	var back struct {
		Data struct{ Acct []struct{ User string } }
	}
	if err := json.Unmarshal(r.AppendJSON(nil), &back); err != nil {
		t.Fatal(err)
	}
	for _, a := range back.Data.Acct {
		list = append(list, a.User)
	}
	if r.Records() != len(list) {
		t.Errorf("%d records are counted, %d shown", r.Records(), len(list))
	}
	return list
}

func TestControls(t *testing.T) {
	t.Parallel()
	filter := func(field, kind, arg string) string {
		return "api.filter.enable=1 api.filter.a.field=" + field + " api.filter.a.type=" + kind + " api.filter.a.arg0=" + arg
	}
	sort := func(field, method string) string {
		return "api.sort.enable=1 api.sort.a.field=" + field + " api.sort.a.method=" + method
	}
	chunk := func(start, size string) string {
		return "api.chunk.enable=1 api.chunk.start=" + start + " api.chunk.size=" + size
	}
	tests := []struct{ controls, want string }{
		{"", "bob alice Carol dave"},
		{filter("user", "contains", "A"), "alice Carol dave"},
		{filter("user", "", "OB"), "bob"},
		{filter("user", "begins", "c"), "Carol"},
		{filter("user", "eq", "carol"), ""},
		{filter("user", "eq", "Carol"), "Carol"},
		{filter("maybe", "contains", "bb"), "Carol"},
		{filter("maybe", "eq", ""), "bob alice dave"},
		{filter("*", "contains", "bo"), "bob Carol"},
		{filter("*", "eq", "y"), "bob"},
		{filter("names", "eq", "y"), "bob"},
		{filter("inner.alias", "eq", "in"), "bob"},
		{filter("yes", "eq", "1"), "alice"},
		{filter("uid", "==", "20"), "bob dave"},
		{filter("uid", "==", "20.0"), "bob dave"},
		{filter("uid", "lt", "20"), "alice"},
		{filter("uid", "lt_equal", "20"), "bob alice dave"},
		{filter("uid", "gt", "20"), "Carol"},
		{filter("uid", "gt_equal", "20"), "bob Carol dave"},
		{filter("max", "gt", "4"), "bob dave"},
		{filter("max", "gt_handle_unlimited", "4"), "bob alice dave"},
		{filter("max", "lt_handle_unlimited", "unlimited"), "bob Carol dave"},
		{filter("disk", "lt", "10"), "alice"},
		{filter("user", "contains", "a") + " api.filter.b.field=uid api.filter.b.type=gt api.filter.b.arg0=3", "Carol dave"},
		{"api.filter.a.field=user api.filter.a.arg0=bob", "bob alice Carol dave"}, // not enabled
		{sort("user", ""), "Carol alice bob dave"},
		{sort("user", "lexicographic") + " api.sort.a.reverse=1", "dave bob alice Carol"},
		{sort("uid", "numeric"), "alice bob dave Carol"},
		{sort("uid", "numeric") + " api.sort.a.reverse=1", "Carol bob dave alice"},
		{sort("uid", "numeric") + " api.sort.b.field=user api.sort.b.reverse=1", "alice dave bob Carol"},
		{sort("uid", "lexicographic"), "Carol bob dave alice"},
		{sort("disk", "numeric"), "dave alice bob Carol"},
		{sort("max", "numeric"), "Carol bob dave alice"},
		{sort("max", "numeric_zero_as_max"), "bob dave alice Carol"},
		{sort("ip", "ipv4"), "dave Carol bob alice"},
		{sort("inner.alias", "") + " api.sort.a.reverse=1", "bob alice Carol dave"},
		// Letters go by the order of their text, so za comes after z and b.
		{"api.sort.enable=1 api.sort.za.field=user api.sort.b.field=uid api.sort.b.method=numeric", "alice bob dave Carol"},
		{chunk("2", "2"), "alice Carol"},
		{chunk("4", "2"), "dave"},
		{chunk("5", "2"), ""},
		{chunk("999999999999", "2"), ""},
		{chunk("-1", ""), "bob alice Carol dave"},
		{chunk("0", "1"), "bob"},
		{chunk("3", "-1"), "Carol dave"},
		{chunk("2", "9223372036854775807"), "alice Carol dave"},
		{"api.chunk.size=1 api.chunk.start=2", "bob alice Carol dave"}, // not enabled
		{filter("user", "contains", "a") + " " + sort("user", "") + " " + chunk("2", "1"), "alice"},
	}
	for _, tt := range tests {
		r, err := shownAs(t, seenOut{Rows: users()}, controls(tt.controls)...)
		if got := strings.Join(names(t, r), " "); err != nil || got != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.controls, got, err, tt.want)
		}
	}
}

// controls makes names and values of a text of pairs.
func controls(text string) (nameValue []string) {
	for _, pair := range strings.Fields(text) {
		name, value, _ := strings.Cut(pair, "=")
		nameValue = append(nameValue, name, value)
	}
	return nameValue
}

func TestControlsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"api.filter.enable=1 api.filter.a.field=nosuch":                                        `no field "nosuch" to be filtered by`,
		"api.filter.enable=1 api.filter.a.field=user api.filter.a.type=like":                   `"like" is none of`,
		"api.filter.enable=1 api.filter.a.field=uid api.filter.a.type=lt api.filter.a.arg0=x":  "compares with a number",
		"api.filter.enable=1 api.filter.a.field=uid api.filter.a.type=lt api.filter.a.arg0=1x": "compares with a number",
		"api.filter.enable=1 api.filter.a.field=uid api.filter.a.type=== api.filter.a.arg0=":   "compares with a number",
		"api.filter.enable=1 api.filter.a.type=eq":                                             `"api.filter.a.field" is required`,
		"api.filter.enable=1 api.filter.1.field=user":                                          `"api.filter.1.field" is no output control`,
		"api.filter.enable=1 api.filter.a.field=user api.filter.a.arg1=x":                      `"api.filter.a.arg1" is no output control`,
		"api.filter.enable=1 api.filter.a.field=user api.filter.a.field=uid":                   "more than once",
		"api.filter.enable=1 api.filter.verbose.field=user":                                    `"api.filter.verbose.field" is no output control`,

		"api.sort.enable=1 api.sort.a.field=nosuch":                         `no field "nosuch" to be sorted by`,
		"api.sort.enable=1 api.sort.a.field=names":                          `"names" has no one value`,
		"api.sort.enable=1 api.sort.a.field=user api.sort.a.method=random":  `"random" is none of`,
		"api.sort.enable=1 api.sort.a.field=user api.sort.a.reverse=banana": `"api.sort.a.reverse" must be 1 or 0`,
		"api.sort.enable=1 api.sort.a.field=user api.sort.a=x":              `"api.sort.a" is no output control`,

		"api.chunk.enable=false":                  `"api.chunk.enable" must be 1 or 0`,
		"api.chunk.enable=1 api.chunk.verbose=on": `"api.chunk.verbose" must be 1 or 0`,
		"api.chunk.enable=1 api.chunk.enable=0":   "more than once",
		"api.chunk.enable=1 api.chunk.size=ten":   `"api.chunk.size" must be a whole number`,
		"api.chunk.enable=1 api.chunk.start=1e3":  `"api.chunk.start" must be a whole number`,

		"api.chunk.enable=1 api.chunk.start=99999999999999999999999999999999999999999999999999999": `"api.chunk.start" must be a whole number`,
	} {
		_, err := shownAs(t, seenOut{Rows: users()}, controls(text)...)
		if err == nil || !strings.Contains(err.Error(), want) || hostkeep.KindOf(err) != hostkeep.Invalid {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestTooManyRules: each rule costs at each record.
func TestTooManyRules(t *testing.T) {
	t.Parallel()
	for _, control := range []string{"api.filter", "api.sort"} {
		pairs := []string{control + ".enable", "1"}
		for i := range 26 {
			pairs = append(pairs, control+"."+wire.Letter(i)+".field", "user")
		}
		if _, err := shownAs(t, seenOut{Rows: users()}, pairs...); err != nil {
			t.Errorf("26 rules: %v", err)
		}
		_, err := shownAs(t, seenOut{Rows: users()}, append(pairs, control+".za.field", "user")...)
		wantInvalid(t, err, "has 27 rules; at most 26")
	}
}

// TestSelectGivesUp: nobody waits for the rest of a selection.
func TestSelectGivesUp(t *testing.T) {
	t.Parallel()
	o := mustCompileOutput(t, reflect.TypeFor[seenOut]())
	plan, err := o.Plan(wire.View{Filters: []wire.Filter{{Field: "*"}}, Sorts: []wire.Sort{{Field: "user"}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.Select(ctx, plan, reflect.ValueOf(seenOut{Rows: users()})); !errors.Is(err, context.Canceled) {
		t.Errorf("it goes on: %v", err)
	}
}

func TestControlsTell(t *testing.T) {
	t.Parallel()
	const all = "api.chunk.enable=1 api.chunk.verbose=1 api.chunk.start=3 api.chunk.size=2 api.filter.enable=1 api.filter.verbose=1 " +
		"api.filter.a.field=uid api.filter.a.type=lt api.filter.a.arg0=50 api.sort.enable=1 api.sort.verbose=1 api.sort.q.field=user api.sort.r.field=uid " +
		"api.sort.r.method=numeric api.sort.r.reverse=1 api.columns.enable=1 api.columns.verbose=1 api.columns.k=user api.columns.l=what api.columns.m=inner.alias"
	r, err := shownAs(t, seenOut{Rows: users()}, controls(all)...)
	const want = `{"metadata":{"version":1,"command":"f","result":1,"reason":"OK","output":{"warnings":["There is no column \"what\"; it is left out."]},` +
		`"chunk":{"start":3,"size":2,"current":2,"chunks":2,"records":3},"filter":{"filtered":4},` +
		`"sort":{"a":{"field":"user","method":"lexicographic","reverse":0},"b":{"field":"uid","method":"numeric","reverse":1}},"columns":{"a":"user","b":"inner.alias"}},` +
		`"data":{"acct":[{"user":"dave","inner":{"alias":""}}]}}`
	if got := string(r.AppendJSON(nil)); err != nil || got != want {
		t.Errorf("%s, %v, want\n%s", got, err, want)
	}
	for text, want := range map[string]string{
		"api.chunk.enable=1 api.chunk.verbose=1 api.chunk.start=-1":                                                                `{"start":1,"size":4,"current":1,"chunks":1,"records":4}`,
		"api.chunk.enable=1 api.chunk.verbose=1 api.chunk.start=9 api.chunk.size=3":                                                `{"start":9,"size":3,"current":3,"chunks":2,"records":4}`,
		"api.chunk.enable=1 api.chunk.verbose=1 api.chunk.size=3 api.filter.enable=1 api.filter.a.field=user api.filter.a.arg0=zz": `{"start":1,"size":3,"current":1,"chunks":1,"records":0}`,
	} {
		r, err := shownAs(t, seenOut{Rows: users()}, controls(text)...)
		if got := string(r.AppendJSON(nil)); err != nil || !strings.Contains(got, `"chunk":`+want) {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

// A keyed list is filtered, sorted and cut like another; without a list there is
// nothing to control; the columns that a function limits stay limited.
func TestControlsElsewhere(t *testing.T) {
	t.Parallel()
	var keyed keyedOut
	for _, u := range users() {
		keyed.Rows = append(keyed.Rows, wire.KeyedItem[seen]{Key: "k" + u.User, Value: u})
	}
	r, err := shownAs(t, keyed, controls("api.sort.enable=1 api.sort.a.field=uid api.sort.a.method=numeric api.chunk.enable=1 api.chunk.size=2 api.columns.enable=1 api.columns.a=uid")...)
	if got, want := string(r.AppendJSON(nil)), data(`{"tokens":{"kalice":{"uid":3},"kbob":{"uid":20}}}`); err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	if r, err := shownAs(t, node{"x"}, "api.filter.enable", "1", "api.filter.a.field", "nosuch"); err != nil || string(r.AppendJSON(nil)) != data(`{"alias":"x"}`) {
		t.Errorf("without a list: %v", err)
	}
	r, err = shownAs(t, seenOut{wire.Note{Columns: []string{"user", "uid"}}, users()[:1]}, controls("api.columns.enable=1 api.columns.a=uid api.columns.b=ip")...)
	if got := string(r.AppendJSON(nil)); err != nil || got != data(`{"acct":[{"uid":20}]}`) {
		t.Errorf("%s, %v", got, err)
	}
	for _, limited := range [][2]string{{"inner", "inner.alias"}, {"inner.alias", "inner"}} {
		r, err = shownAs(t, seenOut{wire.Note{Columns: []string{limited[0], "uid"}}, users()[:1]}, controls("api.columns.enable=1 api.columns.a="+limited[1])...)
		if got := string(r.AppendJSON(nil)); err != nil || got != data(`{"acct":[{"inner":{"alias":"in"}}]}`) {
			t.Errorf("%s of %s: %s, %v", limited[1], limited[0], got, err)
		}
	}
}

func TestLetter(t *testing.T) {
	t.Parallel()
	for i, want := range map[int]string{0: "a", 25: "z", 26: "za", 51: "zz", 52: "zza"} {
		if got := wire.Letter(i); got != want || i > 0 && got <= wire.Letter(i-1) {
			t.Errorf("%d is %q", i, got)
		}
	}
}

// TestControlsAgreeWithANaiveOne: on any rows and rules, what is shown is what
// comes of reading the whole answer and filtering, sorting and cutting that.
func TestControlsAgreeWithANaiveOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := wiretest.Value(t, reflect.TypeFor[seenOut]()).Interface().(seenOut)
		value.Note = wire.Note{}
		view, pairs := wiretest.View(t, []string{"user", "ip", "uid", "yes", "max", "disk"})
		whole, _ := shownAs(t, value)
		r, err := shownAs(t, value, pairs...)
		if err != nil {
			t.Fatal(err)
		}
		want := wiretest.Naive(records(t, whole), view)
		if got := records(t, r); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q shows\n%v, want\n%v", pairs, got, want)
		}
	})
}

func records(t *rapid.T, r wire.Reply) []wiretest.Member {
	n, err := wiretest.JSON(r.AppendJSON(nil))
	if err != nil {
		t.Fatal(err)
	}
	data, _ := n.Get("data")
	return data.Members
}

// FuzzControls: whatever is asked for is refused with a text or shown, and never
// more than there is.
func FuzzControls(f *testing.F) {
	f.Add("api.filter.enable=1&api.filter.a.field=user&api.filter.a.arg0=b&api.chunk.enable=1&api.chunk.size=1&api.chunk.verbose=1")
	f.Add("api.sort.enable=1&api.sort.zza.field=uid&api.sort.zza.method=numeric&api.columns.enable=1&api.columns.a=inner.alias&api.columns.b=.")
	f.Add("api.chunk.enable=1&api.chunk.start=9223372036854775807&api.chunk.size=-9223372036854775808&api.chunk.verbose=1&api.sort.enable=1&api.sort.verbose=1")
	f.Fuzz(func(t *testing.T, query string) {
		p, err := wire.Parse(query, "", nil, wire.Limits{})
		if err != nil {
			return
		}
		out := seenOut{Rows: users()}
		o := mustCompileOutput(t, reflect.TypeFor[seenOut]())
		r := wire.Reply{OK: true, Out: o, Value: reflect.ValueOf(&out).Elem()}
		view, err := p.View()
		if err == nil && view != nil {
			var plan *wire.Plan
			if plan, err = o.Plan(*view); err == nil {
				r.Shown, err = o.Select(context.Background(), plan, r.Value)
				r.Note.Warnings = plan.Warnings()
			}
		}
		if err != nil && hostkeep.KindOf(err) != hostkeep.Invalid {
			t.Errorf("the error is %v", err)
		}
		if !json.Valid(r.AppendJSON(nil)) || r.Records() > 4 {
			t.Errorf("%d records in %s", r.Records(), r.AppendJSON(nil))
		}
		wellFormed(t, string(r.AppendXML(nil)))
	})
}

// FuzzCommand: a command of batch is read like the request that it stands for.
func FuzzCommand(f *testing.F) {
	f.Add("version")
	f.Add("createacct?username=b%6fb&domain=x.example&a=?")
	f.Add(" a ?%zz")
	f.Fuzz(func(t *testing.T, text string) {
		name, p, err := wire.ParseCommand(text, wire.Limits{Params: 10, Value: 100})
		if err != nil && hostkeep.KindOf(err) != hostkeep.Invalid {
			t.Errorf("the error is %v", err)
		}
		if strings.Contains(name, "?") || len(p.Names()) > 10 {
			t.Errorf("%q is read as %q with %q", text, name, p.Names())
		}
		path, query, _ := strings.Cut(text, "?")
		q, wantErr := wire.Parse(query, "", nil, wire.Limits{Params: 10, Value: 100})
		if strings.TrimSpace(text) == text && (name != path || (err == nil) != (wantErr == nil) || !reflect.DeepEqual(p, q)) {
			t.Errorf("%q: %q, %v", text, name, err)
		}
	})
}

// TestTrim: an answer that lets go of what it does not show is the same answer.
func TestTrim(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"api.chunk.enable=1 api.chunk.start=2 api.chunk.size=2 api.chunk.verbose=1",
		"api.sort.enable=1 api.sort.a.field=user api.filter.enable=1 api.filter.verbose=1 api.filter.a.field=uid api.filter.a.type=lt api.filter.a.arg0=50",
		"api.columns.enable=1 api.columns.a=user", "api.chunk.enable=1 api.chunk.start=9",
	} {
		r, err := shownAs(t, seenOut{Rows: users()}, controls(text)...)
		if err != nil {
			t.Fatal(err)
		}
		before, n := string(r.AppendJSON(nil)), r.Records()
		r.Trim()
		if after := string(r.AppendJSON(nil)); after != before || r.Records() != n {
			t.Errorf("%s: %s became %s", text, before, after)
		}
		if kept := r.Value.Field(1).Len(); kept != n {
			t.Errorf("%s: %d records are kept, %d shown", text, kept, n)
		}
	}
}

// TestControlFields: what the documentation lists is read, and nothing besides.
func TestControlFields(t *testing.T) {
	t.Parallel()
	var pairs []string
	for _, f := range wire.ControlFields() {
		value := "1"
		switch {
		case f.Enum != nil:
			value = f.Enum[0]
		case f.Type == "string":
			value = "user"
		}
		pairs = append(pairs, f.Name, value)
	}
	v, err := wire.Pairs(pairs...).View()
	want := wire.View{
		Filters: []wire.Filter{{Field: "user", Type: "contains", Arg: "user"}, {Field: "user", Type: "contains", Arg: "user"}},
		Sorts:   []wire.Sort{{Field: "user", Method: "lexicographic", Reverse: true}, {Field: "user", Method: "lexicographic", Reverse: true}},
		Columns: []string{"user", "user"}, Chunk: &wire.Chunk{Start: 1, Size: 1},
	}
	want.Tell.Filter, want.Tell.Sort, want.Tell.Chunk, want.Tell.Columns = true, true, true, true
	if err != nil || !reflect.DeepEqual(*v, want) {
		t.Errorf("%+v, %v", v, err)
	}
}

package daemon

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/wiretest"
)

// declared are the functions under test, without a state.
func declaredFunctions(t *testing.T) []*api.Function {
	t.Helper()
	list, err := Declared()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestFormsCarryTheSameLeaves: for each declared function and any result of it,
// XML is what JSON is, name by name and text by text, in both versions of the
// API, and both versions have the same texts and numbers.
func TestFormsCarryTheSameLeaves(t *testing.T) {
	t.Parallel()
	for _, f := range declaredFunctions(t) {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				value := wiretest.Value(t, f.Out.Type())
				fitV0(t, value, f.V0.Members)
				fitDialect(value, f)
				r := wire.Reply{Command: f.Name, Function: f.Name, OK: true, Out: f.Out, Value: value}
				failed := r
				failed.OK, failed.Reason = false, "No <such> thing."
				var trees [2]wiretest.Node
				for version := range trees {
					if !f.InVersion(version) {
						continue
					}
					root := map[bool]string{true: f.Name, false: "result"}[version == 0]
					if f.Out.Relays() {
						root = "cpanelresult"
					}
					r.V0, failed.V0 = version == 0, version == 0
					trees[version] = sameForms(t, root, r)
					sameForms(t, root, failed)
				}
				apart := f.Out.Relays() || slices.ContainsFunc(f.V0.Members, func(m wire.Twin) bool { return m.Gone }) // API 0 has members of its own
				if f.InVersion(0) && f.InVersion(1) && !apart {
					sameLeaves(t, f.V0, trees[0], trees[1])
				}
			})
		})
	}
}

// fitDialect makes the answers of cPanel's that stand in a drawn value such.
func fitDialect(value reflect.Value, f *api.Function) {
	for i := range value.NumField() {
		if !value.Type().Field(i).IsExported() {
			continue
		}
		dialect := wire.UAPI
		if f.Out.Relays() {
			dialect = wire.API2
		}
		switch inner := value.Field(i).Addr().Interface().(type) {
		case *wire.Reply:
			inner.Dialect = dialect
		case *[]wire.Reply:
			for j := range *inner {
				if f.CPanel.Module != "" {
					(*inner)[j].Dialect = dialect
				}
			}
		}
	}
}

// TestFormsOfCPanel: the same of each declared function of cPanel's APIs, in every
// form that its dialect is answered in.
func TestFormsOfCPanel(t *testing.T) {
	t.Parallel()
	list, err := DeclaredCPanel()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		t.Run(f.Called()+" "+string(f.CPanel.Dialect), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				value := wiretest.Value(t, f.Out.Type())
				fitDialect(value, f)
				r := wire.Reply{Command: f.Name, Module: f.CPanel.Module, OK: true, Out: f.Out, Value: value}
				for _, d := range map[wire.Dialect][]wire.Dialect{wire.UAPI: {wire.UAPI, wire.UAPIWrapped}, wire.API2: {wire.API2}}[f.CPanel.Dialect] {
					root := map[bool]string{true: "cpanelresult", false: "result"}[d == wire.API2]
					r.Dialect, r.OK, r.Reason = d, true, ""
					sameForms(t, root, r)
					r.OK, r.Reason = false, "No <such> thing."
					sameForms(t, root, r)
				}
			})
		})
	}
}

// fitV0 makes a drawn value one that API 0 can tell: where it shows the first
// record of a list there is one, where it names records by a text they differ.
func fitV0(t *rapid.T, value reflect.Value, twins []wire.Twin) {
	for _, twin := range twins {
		list := tagged(value, twin.Name)
		switch {
		case twin.First && list.Len() != 1:
			list.Set(reflect.MakeSlice(list.Type(), 1, 1))
			list.Index(0).Set(wiretest.Value(t, list.Type().Elem()))
		case twin.Key != "":
			for i := range list.Type().Elem().NumField() {
				if name(list.Type().Elem().Field(i)) == twin.Key {
					wiretest.Distinct(list, i, list.Type().Elem().Field(i).Name)
				}
			}
		}
	}
}

func name(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("whm"), ",")
	return name
}

func tagged(v reflect.Value, want string) reflect.Value {
	for i := range v.NumField() {
		if name(v.Type().Field(i)) == want {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// sameForms reads an answer back from both wires and wants one tree.
func sameForms(t *rapid.T, root string, r wire.Reply) wiretest.Node {
	asJSON, asXML := r.AppendJSON(nil), r.AppendXML(nil)
	n, err := wiretest.JSON(asJSON)
	if err != nil {
		t.Fatalf("%v: %s", err, asJSON)
	}
	if inner, ok := n.Get("cpanelresult"); ok { // in XML it is the root
		n = inner
	}
	top, x, err := wiretest.XML(asXML)
	if err != nil || top != root {
		t.Fatalf("%v, the root is %s: %s", err, top, asXML)
	}
	if !reflect.DeepEqual(n.AsXML(), x) {
		t.Fatalf("JSON and XML differ:\n%v\n%v", n.AsXML(), x)
	}
	return n
}

// sameLeaves compares what API 0 tells of the data with what API 1 does.
func sameLeaves(t *rapid.T, v0 wire.V0, zero, one wiretest.Node) {
	data, _ := one.Get("data")
	switch v0.Form {
	case wire.Result:
		list := v0.Name
		if list == "" {
			list = "result"
		}
		zero, _ = zero.Get(list)
		if v0.Under != "" {
			zero, _ = zero.Get(v0.Under)
		}
	case wire.Beside:
		zero = zero.Without("result")
	}
	if v0.Under == "" {
		zero = zero.Without("status", "statusmsg", "rawout", "messages", "warnings")
	}
	leaves := zero.Leaves()
	for _, twin := range v0.Members {
		if twin.Key == "" {
			continue
		}
		as := twin.As
		if as == "" {
			as = twin.Name
		}
		object, _ := zero.Get(as)
		for _, m := range object.Members { // their names are texts in API 1
			if m.Name != "" {
				leaves = append(leaves, m.Name)
			}
		}
	}
	slices.Sort(leaves)
	if want := data.Leaves(); !slices.Equal(leaves, want) {
		t.Fatalf("API 0 has %q, API 1 %q", leaves, want)
	}
}

// TestControlsOfEveryList: for each declared function with a list, any result of
// it and any output controls, what is shown is what a naive reader would keep of
// the whole answer, on both wires.
func TestControlsOfEveryList(t *testing.T) {
	t.Parallel()
	lists := 0
	for _, f := range declaredFunctions(t) {
		list, keyed := f.Out.List()
		fields := scalars(f.Out, list)
		if list == "" || !f.InVersion(1) {
			continue
		}
		lists++
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				view, nameValue := wiretest.View(t, fields)
				r := wire.Reply{Command: f.Name, Function: f.Name, OK: true, Out: f.Out, Value: wiretest.Value(t, f.Out.Type())}
				want := wiretest.Naive(recordsOf(sameForms(t, "result", r), list, keyed), view)
				if asked, err := wire.Pairs(nameValue...).View(); err != nil {
					t.Fatal(err)
				} else if asked != nil {
					plan, err := f.Out.Plan(*asked)
					if err != nil {
						t.Fatal(err)
					}
					if r.Shown, err = f.Out.Select(context.Background(), plan, r.Value); err != nil {
						t.Fatal(err)
					}
				}
				got := recordsOf(sameForms(t, "result", r), list, keyed)
				if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) || r.Records() != len(want) {
					t.Fatalf("%q shows %d\n%v, want\n%v", nameValue, r.Records(), got, want)
				}
			})
		})
	}
	if lists < 6 {
		t.Errorf("only %d functions have lists", lists)
	}
}

// scalars are the fields of a list's records that are one value.
func scalars(o *wire.Output, list string) (fields []string) {
	for _, m := range o.Fields() {
		for _, sep := range []string{"[].", ".*."} {
			field, below := strings.CutPrefix(m.Path, list+sep)
			if below && !strings.ContainsAny(field, ".[*") && slices.Contains([]string{"string", "integer", "boolean", "limit", "time"}, m.Type) {
				fields = append(fields, field)
			}
		}
	}
	return fields
}

// recordsOf are the records of an answer: the elements of the list, or the members
// of the keyed object.
func recordsOf(answer wiretest.Node, list string, keyed bool) []wiretest.Member {
	data, _ := answer.Get("data")
	if keyed {
		object, _ := data.Get(list)
		return object.Members
	}
	return slices.DeleteFunc(data.Members, func(m wiretest.Member) bool { return m.Name != list })
}

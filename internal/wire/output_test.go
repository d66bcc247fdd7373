package wire_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type owner struct {
	Owner string `whm:"owner" doc:"who owns it"`
}

type record struct {
	owner
	User    string          `whm:"user"`
	Size    int64           `whm:"size"`
	Few     int             `whm:"few"`
	Yes     bool            `whm:"yes"`
	At      time.Time       `whm:"at"`
	Limit   hostkeep.Limit  `whm:"limit"`
	Number  hostkeep.Limit  `whm:"number,num"`
	Maybe   *string         `whm:"maybe"`
	MaybeAt *time.Time      `whm:"maybe_at"`
	MaybeL  *hostkeep.Limit `whm:"maybe_l,num"`
	Texts   []string        `whm:"texts"`
	Null    []string        `whm:"null,null"`
	Nodes   []node          `whm:"nodes"`
	Inner   node            `whm:"inner"`
	Left    *node           `whm:"left,omit"`
	Gone    string          `whm:"gone,omit"`
	GoneL   []string        `whm:"gone_l,omit"`
}

type node struct {
	Alias string `whm:"alias"`
}

type everyOut struct {
	wire.Note
	Token   hostkeep.Secret          `whm:"token"`
	Records []record                 `whm:"record,list"`
	Keyed   wire.Keyed[node]         `whm:"keyed"`
	Flags   []wire.Keyed[bool]       `whm:"flags"`
	Named   hostkeep.Privilege       `whm:"_NAMED.x-1"`
	Deep    wire.Keyed[[]*time.Time] `whm:"deep,null"`
}

func mustCompileOutput(t testing.TB, typ reflect.Type) *wire.Output {
	t.Helper()
	o, err := wire.CompileOutput(typ)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOutputFields(t *testing.T) {
	t.Parallel()
	fields := mustCompileOutput(t, reflect.TypeFor[everyOut]()).Fields()
	var got []string
	for _, f := range fields {
		text := f.Path + " " + f.Type
		if f.Nullable {
			text += " null"
		}
		if f.Optional {
			text += " optional"
		}
		got = append(got, text)
	}
	want := []string{
		"token secret", "record list", "record[] object", "record[].owner string", "record[].user string", "record[].size integer",
		"record[].few integer", "record[].yes boolean", "record[].at time null", "record[].limit limit", "record[].number limit",
		"record[].maybe string null", "record[].maybe_at time null", "record[].maybe_l limit null", "record[].texts list",
		"record[].texts[] string", "record[].null list null", "record[].null[] string", "record[].nodes list", "record[].nodes[] object",
		"record[].nodes[].alias string", "record[].inner object", "record[].inner.alias string", "record[].left object optional",
		"record[].left.alias string", "record[].gone string optional", "record[].gone_l list optional", "record[].gone_l[] string",
		"keyed keyed", "keyed.* object", "keyed.*.alias string", "flags list", "flags[] keyed", "flags[].* boolean", "_NAMED.x-1 string",
		"deep keyed null", "deep.* list", "deep.*[] time null",
	}
	if !slices.Equal(got, want) {
		t.Errorf("fields are\n%q, want\n%q", got, want)
	}
	if fields[3].Summary != "who owns it" {
		t.Errorf("the summary is %q", fields[3].Summary)
	}
	type whole struct {
		D *node `whm:",data"`
	}
	if f := mustCompileOutput(t, reflect.TypeFor[whole]()).Fields(); len(f) != 1 || f[0].Path != "alias" {
		t.Errorf("whole data has %+v", f)
	}
}

type recursive struct {
	Next []recursive `whm:"next"`
}

type noted struct {
	wire.Note
	Name string `whm:"name"`
}

func TestCompileOutputRefuses(t *testing.T) {
	t.Parallel()
	type bad struct {
		NoTag     string
		NoName    string                    `whm:",omit"`
		Unfit     string                    `whm:"1a"`
		Twice     string                    `whm:"same"`
		Again     string                    `whm:"same"`
		Float     float64                   `whm:"fine1"`
		Bytes     []byte                    `whm:"fine2"`
		Map       map[string]string         `whm:"fine3"`
		Any       any                       `whm:"fine4"`
		Pointers  **string                  `whm:"fine5"`
		Num       int64                     `whm:"fine6,num"`
		Null      string                    `whm:"fine7,null"`
		Omit      bool                      `whm:"fine8,omit"`
		List      [][]string                `whm:"fine9,list"`
		Option    string                    `whm:"fine10,what"`
		Recursive recursive                 `whm:"fine11"`
		Inner     struct{ A, B string }     `whm:"fine12"`
		Noted     noted                     `whm:"fine13"`
		Note      wire.Note                 `whm:"fine14"`
		Data      *string                   `whm:",data"`
		Deep      []struct{ M map[int]int } `whm:"fine15"`
		hidden    string                    `whm:"fine16"`
		Inside    []inside                  `whm:"fine17"`
		Spread    []string                  `whm:",spread"`
	}
	_ = bad{}.hidden
	_, err := wire.CompileOutput(reflect.TypeFor[bad]())
	if err == nil {
		t.Fatal("it compiles")
	}
	for _, want := range []string{
		"NoTag: the name", "NoName: the name", "Unfit: the name", `the name "same" is taken`, "Float: the type", "Bytes: the type", "Map: the type",
		"Any: the type", "Pointers: the type", "Num: the option", "Null: the option", "Omit: the option", "fine9: the option list", "Option: the option",
		"Next: the type wire_test.recursive contains itself", "A: the name", "B: the name", "Note: a Note is embedded", "Data: the option data",
		"M: the type", "hidden: it is not exported", "in_list: the option list", "Spread: the option spread",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not told: %s", want)
		}
	}
	type two struct {
		A []node `whm:"a,list"`
		B []node `whm:"b,list"`
	}
	type data struct {
		wire.Note
		D *node  `whm:",data"`
		A string `whm:"a"`
	}
	type dataTwice struct {
		D *node `whm:",data"`
		E *node `whm:",data"`
	}
	type dataNoted struct {
		D *noted `whm:",data"`
	}
	type dataBad struct {
		D *struct{ A float64 } `whm:",data"`
	}
	for _, typ := range []reflect.Type{
		nil, reflect.TypeFor[string](), reflect.TypeFor[two](), reflect.TypeFor[data](), reflect.TypeFor[dataTwice](),
		reflect.TypeFor[dataNoted](), reflect.TypeFor[struct {
			Deep noted `whm:"deep"`
		}](), reflect.TypeFor[struct{ Note wire.Note }](), reflect.TypeFor[dataBad](),
	} {
		if _, err := wire.CompileOutput(typ); err == nil {
			t.Errorf("%v compiles", typ)
		}
	}
}

type inside struct {
	In []node `whm:"in_list,list"`
}

// TestSpread: a keyed object that is the data itself. Its keys are data, so in XML
// they are texts.
func TestSpread(t *testing.T) {
	t.Parallel()
	type row struct {
		On bool `whm:"on"`
	}
	type out struct {
		Rows wire.Keyed[row] `whm:",spread"`
	}
	o, err := wire.CompileOutput(reflect.TypeFor[out]())
	if err != nil {
		t.Fatal(err)
	}
	answer := func(rows wire.Keyed[row]) (string, string) {
		v := out{rows}
		r := wire.Reply{Command: "f", Function: "f", OK: true, Out: o, Value: reflect.ValueOf(&v).Elem()}
		return string(r.AppendJSON(nil)), string(r.AppendXML(nil))
	}
	js, x := answer(wire.Keyed[row]{{Key: "bob", Value: row{true}}, {Key: "a<b", Value: row{}}})
	if want := `,"data":{"bob":{"on":1},"a<b":{"on":0}}}`; !strings.HasSuffix(js, want) {
		t.Errorf("%s, want %s", js, want)
	}
	if want := `<data><item><key>bob</key><value><on>1</on></value></item><item><key>a&lt;b</key><value><on>0</on></value></item></data></result>`; !strings.HasSuffix(x, want) {
		t.Errorf("%s, want %s", x, want)
	}
	if js, _ := answer(nil); !strings.HasSuffix(js, `"data":{}}`) {
		t.Error(js)
	}
	if fields := o.Fields(); len(fields) != 2 || fields[0].Path != "*" || fields[0].Type != "object" || fields[1].Path != "*.on" {
		t.Errorf("%+v", fields)
	}
	if _, err := wire.CompileOutput(reflect.TypeFor[struct {
		Rows []string `whm:",spread"`
	}]()); err == nil {
		t.Error("a list was spread")
	}
}

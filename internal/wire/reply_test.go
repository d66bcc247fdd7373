package wire_test

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// answer is the answer of a function f that returned out.
func answer[Out any](t testing.TB, out Out) string {
	t.Helper()
	o := mustCompileOutput(t, reflect.TypeFor[Out]())
	r := wire.Reply{Command: "f", OK: true, Out: o, Value: reflect.ValueOf(&out).Elem()}
	text := string(r.AppendJSON(nil))
	r.Value = reflect.ValueOf(out) // not addressable
	if again := string(r.AppendJSON(nil)); again != text {
		t.Errorf("without an address: %s", again)
	}
	return text
}

const okMeta = `{"metadata":{"version":1,"command":"f","result":1,"reason":"OK"}`

func data(s string) string { return okMeta + `,"data":` + s + `}` }

func TestData(t *testing.T) {
	t.Parallel()
	type empty struct{ wire.Note }
	type whole struct {
		wire.Note
		D *node `whm:",data"`
	}
	type optional struct {
		A *string `whm:"a,omit"`
	}
	at, text, limit := time.Unix(1609372800, 5).In(time.FixedZone("", 3600)), "x", hostkeep.Limit(7)
	tests := []struct{ about, got, want string }{
		{"nothing", answer(t, struct{}{}), okMeta + "}"},
		{"only a note", answer(t, empty{}), okMeta + "}"},
		{"no whole data", answer(t, whole{}), okMeta + "}"},
		{"whole data", answer(t, whole{D: &node{"a"}}), data(`{"alias":"a"}`)},
		{"all left out", answer(t, optional{}), data(`{}`)},
		{"zero values", answer(t, everyOut{Records: []record{{}}}), data(`{"token":"","record":[{"owner":"","user":"","size":0,"few":0,"yes":0,"at":null,` +
			`"limit":"0","number":0,"maybe":null,"maybe_at":null,"maybe_l":null,"texts":[],"null":null,"nodes":[],"inner":{"alias":""}}],` +
			`"keyed":{},"flags":[],"_NAMED.x-1":"","deep":null}`)},
		{"values", answer(t, everyOut{
			Token: hostkeep.NewSecret("s3cret"),
			Records: []record{{
				owner: owner{"root"}, User: "bob", Size: -5, Few: 3, Yes: true, At: at, Limit: 500, Number: 500, Maybe: &text, MaybeAt: &at, MaybeL: &limit,
				Texts: []string{"a", "b"}, Null: []string{}, Nodes: []node{{"x"}, {"y"}}, Inner: node{"z"}, Left: &node{"w"}, Gone: "g", GoneL: []string{"l"},
			}, {Limit: hostkeep.Unlimited, Number: hostkeep.Unlimited}},
			Keyed: wire.Keyed[node]{{"b", node{"1"}}, {"a\"", node{"2"}}},
			Flags: []wire.Keyed[bool]{{{"all", true}, {"ssl", false}}},
			Named: hostkeep.All,
			Deep:  wire.Keyed[[]*time.Time]{{"k", []*time.Time{&at, nil}}},
		}), data(`{"token":"s3cret","record":[{"owner":"root","user":"bob","size":-5,"few":3,"yes":1,"at":1609372800,"limit":"500","number":500,` +
			`"maybe":"x","maybe_at":1609372800,"maybe_l":7,"texts":["a","b"],"null":[],"nodes":[{"alias":"x"},{"alias":"y"}],"inner":{"alias":"z"},` +
			`"left":{"alias":"w"},"gone":"g","gone_l":["l"]},` +
			`{"owner":"","user":"","size":0,"few":0,"yes":0,"at":null,"limit":"unlimited","number":"unlimited","maybe":null,"maybe_at":null,"maybe_l":null,` +
			`"texts":[],"null":null,"nodes":[],"inner":{"alias":""}}],"keyed":{"b":{"alias":"1"},"a\"":{"alias":"2"}},` +
			`"flags":[{"all":1,"ssl":0}],"_NAMED.x-1":"all","deep":{"k":[1609372800,null]}}`)},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s:\n%s, want\n%s", tt.about, tt.got, tt.want)
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	type row struct {
		A string `whm:"a"`
		B int64  `whm:"b"`
		C string `whm:"c,omit"`
	}
	type rowsOut struct {
		wire.Note
		Other []row `whm:"other"`
		Rows  []row `whm:"rows,list"`
	}
	rows := []row{{"x", 1, "y"}, {"z", 2, ""}}
	tests := []struct {
		columns []string
		want    string
	}{
		{nil, `[{"a":"x","b":1,"c":"y"},{"a":"z","b":2}]`},
		{[]string{}, `[{},{}]`},
		{[]string{"c", "a", "what"}, `[{"a":"x","c":"y"},{"a":"z"}]`},
	}
	for _, tt := range tests {
		got := answer(t, rowsOut{wire.Note{Columns: tt.columns}, rows[1:], rows})
		want := data(`{"other":[{"a":"z","b":2}],"rows":` + tt.want + `}`)
		if slices.Contains(tt.columns, "what") {
			want = strings.Replace(want, `"OK"}`, `"OK","output":{"warnings":["There is no column \"what\"; it is left out."]}}`, 1)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", tt.columns, got, want)
		}
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	out := noted{wire.Note{Reason: "Done", Raw: "log\n", Messages: []string{"m"}, Warnings: []string{"w", "v"}}, "n"}
	o, v := mustCompileOutput(t, reflect.TypeFor[noted]()), reflect.ValueOf(&out).Elem()
	bare := noted{}
	tests := []struct {
		about string
		reply wire.Reply
		want  string
	}{
		{"all of the note", wire.Reply{Command: "f", OK: true, Out: o, Value: v}, `{"metadata":{"version":1,"command":"f","result":1,"reason":"Done",` +
			`"output":{"raw":"log\n","messages":["m"],"warnings":["w","v"]}},"data":{"name":"n"}}`},
		{"joined notes", wire.Reply{OK: true, Reason: "R", Note: wire.Note{Reason: "no", Warnings: []string{"u"}}, Out: o, Value: v}, `{"metadata":{"version":1,"command":"","result":1,"reason":"R",` +
			`"output":{"raw":"log\n","messages":["m"],"warnings":["u","w","v"]}},"data":{"name":"n"}}`},
		{"only warnings", wire.Reply{OK: true, Note: wire.Note{Warnings: []string{"u"}}, Out: o, Value: reflect.ValueOf(&bare).Elem()}, `{"metadata":{"version":1,"command":"","result":1,"reason":"OK",` +
			`"output":{"warnings":["u"]}},"data":{"name":""}}`},
		{"a failure tells nothing of the Out", wire.Reply{Command: "f", Reason: "No.", Out: o, Value: v}, `{"metadata":{"version":1,"command":"f","result":0,"reason":"No."}}`},
		{"a failure with a note of its own", wire.Reply{Command: "f", Note: wire.Note{Reason: "Why", Raw: "r"}}, `{"metadata":{"version":1,"command":"f","result":0,"reason":"Why","output":{"raw":"r"}}}`},
		{"a failure without words", wire.Reply{Out: o}, `{"metadata":{"version":1,"command":"","result":0,"reason":"The call failed."}}`},
		{
			"the command is a caller's text",
			wire.Reply{Command: "</script>\"\\\x00\xff\u2028ä", Reason: "Unknown"},
			`{"metadata":{"version":1,"command":"</script>\"\\\u0000` + "\uFFFD\u2028ä" + `","result":0,"reason":"Unknown"}}`,
		},
		{"no function", wire.Reply{Command: "f", OK: true}, okMeta + "}"},
		{"no value", wire.Reply{Command: "f", OK: true, Out: o}, okMeta + "}"},
		{"another value", wire.Reply{Command: "f", OK: true, Out: o, Value: reflect.ValueOf(7)}, okMeta + "}"},
	}
	for _, tt := range tests {
		if got := string(tt.reply.AppendJSON([]byte("before "))); got != "before "+tt.want {
			t.Errorf("%s:\n%s, want\n%s", tt.about, got, tt.want)
		}
	}
}

func TestTextIsJSON(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for r := range rune(0x3000) {
		all.WriteRune(r)
	}
	for _, s := range []string{all.String(), "\xff", "a\xc3", "\xed\xa0\x80", "\xf0\x9f\x98\x80\xf0", "\xc3\x28", "\uFFFD", "😀"} {
		checkAnswer(t, s, s, 0)
	}
}

// Each byte, alone at each place of a text that is longer than the words in which
// plain text is recognised.
func TestEachByteAtEachPlace(t *testing.T) {
	t.Parallel()
	type textOut struct {
		A string `whm:"a"`
	}
	for b := range 256 {
		for at := range 19 {
			text := []byte(strings.Repeat("~", 19))
			text[at] = byte(b)
			got := answer(t, textOut{string(text)})
			var back struct {
				Data struct{ A string }
			}
			if err := json.Unmarshal([]byte(got), &back); err != nil || back.Data.A != string([]rune(string(text))) || !utf8.ValidString(got) {
				t.Fatalf("byte %#x at %d: %q, %v", b, at, got, err)
			}
			escaped := b < 0x20 || b == '"' || b == '\\'
			if strings.Contains(got, `\`) != escaped {
				t.Errorf("byte %#x is written as %q", b, got)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	type numbersOut struct {
		N []int64          `whm:"n"`
		L []hostkeep.Limit `whm:"l"`
	}
	got := answer(t, numbersOut{
		[]int64{math.MinInt64, -10, -1, 0, 9, 10, 99, 100, math.MaxInt64},
		[]hostkeep.Limit{-1, 0, 9, 10, 1 << 50},
	})
	want := data(`{"n":[-9223372036854775808,-10,-1,0,9,10,99,100,9223372036854775807],"l":["unlimited","0","9","10","1125899906842624"]}`)
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// checkAnswer holds what AppendJSON promises for any text and number: valid,
// compact UTF-8 that encoding/json reads back as the value.
func checkAnswer(t testing.TB, command, text string, n int64) {
	t.Helper()
	type item struct {
		Text string   `whm:"text" json:"text"`
		N    int64    `whm:"n" json:"n"`
		List []string `whm:"list" json:"list"`
	}
	type itemsOut struct {
		Items []item           `whm:"items,list" json:"items"`
		Keyed wire.Keyed[item] `whm:"keyed" json:"-"`
	}
	items := []item{{text, n, []string{}}, {"", -n, []string{text, "x"}}}
	out := itemsOut{items, wire.Keyed[item]{{text, items[1]}}}
	r := wire.Reply{Command: command, OK: true, Out: mustCompileOutput(t, reflect.TypeFor[itemsOut]()), Value: reflect.ValueOf(&out).Elem()}
	got := r.AppendJSON(nil)
	var back struct {
		Metadata struct {
			Version, Result int
			Command, Reason string
		}
		Data struct {
			Items []item          `json:"items"`
			Keyed map[string]item `json:"keyed"`
		}
	}
	if err := json.Unmarshal(got, &back); err != nil || strings.ToValidUTF8(string(got), "") != string(got) {
		t.Fatalf("%q is no JSON: %v", got, err)
	}
	clean := func(s string) string { return string([]rune(s)) } // each invalid byte becomes U+FFFD
	want := []item{{clean(text), n, []string{}}, {"", -n, []string{clean(text), "x"}}}
	if back.Metadata.Command != clean(command) || !reflect.DeepEqual(back.Data.Items, want) ||
		!reflect.DeepEqual(back.Data.Keyed, map[string]item{clean(text): want[1]}) {
		t.Errorf("%q: got back %+v", got, back)
	}
}

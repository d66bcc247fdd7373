package wire_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// allIn has a list for each name that the tests of Parse use, so that every
// value that was read can be seen.
type allIn struct {
	A []string `whm:"a"`
	B []string `whm:"b"`
	X []string `whm:"x.y-z_"`
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ about, query, contentType, body, want string }{
		{"nothing", "", "", "", "[] [] []"},
		{"query", "a=1&b=2&a=3", "", "", "[1 3] [2] []"},
		{"query and body together", "a=1", formType, "a=2&b=3", "[1 2] [3] []"},
		{"a body without a type", "", "", "a=1", "[1] [] []"},
		{"a body of another type", "", "text/plain", "a=1", "[1] [] []"},
		{"a type that cannot be read", "", "application/json; charset", `{"a":1}`, "[1] [] []"},
		{"blanks and escapes", "a=x+y%20z%2B%26%3d&%61=%C3%A4", "", "", "[x y z+&= ä] [] []"},
		{"semicolons are ordinary", "a=1;b=2", "", "", "[1;b=2] [] []"},
		{"only the first = parts", "a=b=c", "", "", "[b=c] [] []"},
		{"empty parts", "&&a=1&=&", "", "", "[1] [] []"},
		{"JSON", "", jsonType, ` {"a":"x","b":7} `, "[x] [7] []"},
		{"JSON of a vendor", "", "application/vnd.x+json; charset=utf-8", `{"a":"x"}`, "[x] [] []"},
		{"JSON of no type", "", "", `{"a":"x"}`, "[x] [] []"},
		{"JSON that curl calls a form", "", formType, `{"a":["x","y"]}`, "[x y] [] []"},
		{"JSON values", "", jsonType, `{"a":[true,false,1.50,-1e3,"s",null],"b":null}`, "[1 0 1.50 -1e3 s] [] []"},
		{"JSON that nests", "", jsonType, `{"a":{"k": [1, "ä"]},"b":[{"x": 1},[2, 3]]}`, `[{"k":[1,"ä"]}] [{"x":1} [2,3]] []`},
		{"a pair of surrogates", "", jsonType, `{"a":"\ud83d\uDE00\\ud800"}`, "[😀\\ud800] [] []"},
		{"JSON keys twice", "", jsonType, `{"a":1,"b":2,"a":3}`, "[1 3] [2] []"},
		{"an empty JSON body", "a=1", jsonType, " \n", "[1] [] []"},
		{"multipart", "", "multipart/form-data; boundary=B", multipart("a", "", "1+%41\r\n2"), "[1+%41\r\n2] [] []"},
	}
	in := mustCompile[allIn](t)
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			p, err := wire.Parse(tt.query, tt.contentType, []byte(tt.body), wire.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			var got allIn
			if err := in.Decode(&got, p); tt.about != "multipart" && err != nil {
				t.Fatal(err)
			}
			if tt.about == "multipart" { // line ends are control characters to Decode
				if got := in.Record(p, nil); got != `{"a":"1+%41\r\n2"}` {
					t.Errorf("got %s", got)
				}
				return
			}
			if s := fmt.Sprint(got.A, got.B, got.X); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
}

func multipart(name, file, value string) string {
	if file != "" {
		file = `; filename="` + file + `"`
	}
	return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"" + file + "\r\n\r\n" + value + "\r\n--B--\r\n"
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "}" }
	const form = "multipart/form-data; boundary=B"
	tests := []struct{ about, query, contentType, body, want string }{
		{"escape in a value", "ok=1&name=%4&b=2", "", "", `"name" has a broken percent escape`},
		{"escape in a name", "na%zzme=1", "", "", `"na%zzme" has a broken percent escape in its name`},
		{"escape at the end", "name=%", "", "", `"name"`},
		{"invalid UTF-8", "name=%ff", "", "", `"name" is not valid UTF-8`},
		{"invalid UTF-8 in a name", "n%ff=1", "", "", `"n\xff"`},
		{"NUL", "name=a%00", "", "", `"name" contains a NUL`},
		{"NUL in a name", "n%00=a", "", "", `"n\x00"`},
		{"no name", "=1", "", "", "without the name"},
		{"no name in JSON", "", jsonType, `{"":1}`, "without the name"},
		{"a long value", "name=123456789", "", "", `"name" is longer than 8 bytes`},
		{"a long name", "123456789=1", "", "", `"123456789" has too long a name`},
		{"too many", "a=1&b=2", formType, "c=3&d=4", `"d" is one too many: at most 3`},
		{"too many in JSON", "", jsonType, `{"a":[1,2,3,4]}`, `"a" is one too many`},
		{"a long name is clipped", strings.Repeat("n", 200) + "=%", "", "", `nnnn…" has`},
		{"no object", "", jsonType, `[1]`, "not an object"},
		{"JSON text", "", jsonType, `"a"`, "not an object"},
		{"broken JSON", "", jsonType, `{"a":1`, "not valid JSON"},
		{"broken JSON inside", "", jsonType, `{"a":[1,}]}`, "not valid JSON"},
		{"no JSON at all", "", jsonType, `a=1`, "not valid JSON"},
		{"junk after JSON", "", jsonType, `{"a":1} {"b":2}`, "follows the object"},
		{"junk after JSON that is none", "", jsonType, `{"a":1}x`, "follows the object"},
		{"deep JSON", "", jsonType, deep(32), "deeper than 32"},
		{"half a surrogate pair", "", jsonType, `{"a":"x\ud83d"}`, "half a character"},
		{"the other half", "", jsonType, `{"a":"\ude00"}`, "half a character"},
		{"two halves that are no pair", "", jsonType, `{"\ud83d\ud83d":1}`, "half a character"},
		{"half a pair before a letter", "", jsonType, `{"a":"\ud83dA"}`, "half a character"},
		{"invalid UTF-8 in JSON", "", jsonType, "{\"a\":\"\xff\"}", "not valid UTF-8"},
		{"NUL in JSON", "", jsonType, `{"a":"\u0000"}`, `"a" contains a NUL`},
		{"broken JSON behind a form", "", formType, `{"a":[1],}`, "not valid JSON"},
		{"JSON of another dialect", "", "", `{'a':1}`, "not valid JSON"},
		{"an array behind a form", "", formType, `[1]`, "not an object"},
		{"broken JSON behind a byte order mark", "", "text/plain", "\uFEFF{\"a\":1", "not valid JSON"},
		{"XML", "", "application/xml", "<a>1</a>", "is XML"},
		{"XML behind a form", "", formType, "<a>1</a>", "is XML"},
		{"multipart with another boundary", "", "multipart/form-data; boundary=C", multipart("a", "", "1"), "not valid multipart"},
		{"multipart without a part", "", form, "xx", "not valid multipart"},
		{"a file", "", form, multipart("up", "x.txt", "1"), `"up" is a file`},
		{"a part without a name", "", form, multipart("", "", "1"), "without the name"},
		{"no boundary", "", "multipart/form-data", multipart("a", "", "1"), "not valid multipart"},
		{"multipart cut off", "", form, "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", "not valid multipart"},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			_, err := wire.Parse(tt.query, tt.contentType, []byte(tt.body), wire.Limits{Params: 3, Value: 8})
			wantInvalid(t, err, tt.want)
		})
	}
	if _, err := wire.Parse("", jsonType, []byte(deep(31)), wire.DefaultLimits()); err != nil {
		t.Errorf("32 levels are refused: %v", err)
	}
}

func TestZeroLimitsAreTheDefaults(t *testing.T) {
	t.Parallel()
	query := strings.Repeat("a=1&", 1000)
	if _, err := wire.Parse(query, "", nil, wire.Limits{}); err != nil {
		t.Error(err)
	}
	_, err := wire.Parse(query+"b=1", "", nil, wire.Limits{})
	wantInvalid(t, err, `"b" is one too many`)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query, body string
		want        int
		given       bool
		fails       string
	}{
		{"", "", 0, false, ""},
		{"api.version=1", "", 1, true, ""},
		{"api.version=0", "", 0, true, ""},
		{"api.version=007", "", 1, true, ""},
		{"api.version=99999999999999999999", "", 1, true, ""},
		{"api.version=1&api.version=1", "", 1, true, ""},
		{"api.version=1", "api.version=0", 0, true, ""},
		{"api.version=1&api.version=0", "", 0, true, "more than once"},
		{"api.version=one", "", 0, true, "whole number"},
		{"api.version=-1", "", 0, true, "whole number"},
		{"api.version=", "", 0, false, ""},
	}
	for _, tt := range tests {
		p, err := wire.Parse(tt.query, formType, []byte(tt.body), wire.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		v, given, err := p.Version()
		if tt.fails != "" {
			wantInvalid(t, err, tt.fails)
			continue
		}
		if err != nil || v != tt.want || given != tt.given {
			t.Errorf("%q, %q: version %d, given %t, %v", tt.query, tt.body, v, given, err)
		}
	}
}

func TestControlsSwitchedOn(t *testing.T) {
	t.Parallel()
	p := wire.Pairs("b", "1", "api.sort.enable", "1", "a", "2", "b", "3", "api.filter.enable", "y",
		"api.chunk.enable", "0", "api.columns.enable", "", "api.version", "1", "odd")
	if got, err := p.Controls(); err != nil || !slices.Equal(got, []string{"api.filter", "api.sort"}) {
		t.Errorf("controls are %q", got)
	}
	// null is nothing, in the controls as well.
	p, err := wire.Parse("api.version=1&api.chunk.enable=1&api.chunk.size=7", jsonType, []byte(`{"api.version":null,"api.chunk.size":null,"api.filter.enable":null}`), wire.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if v, given, err := p.Version(); v != 1 || !given || err != nil {
		t.Errorf("version %d, %t, %v", v, given, err)
	}
	if v, err := p.View(); err != nil || v.Chunk == nil || v.Chunk.Size != 7 || v.Filters != nil {
		t.Errorf("the view is %+v, %v", v, err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	p := wire.Pairs("b", "1", "api.sort.enable", "1", "a", "2", "b", "3", "api.version", "1", "odd")
	if got := p.Names(); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("names are %q", got)
	}
}

func TestAddCopies(t *testing.T) {
	t.Parallel()
	base := wire.Pairs("a", "1").Add("b", "2").Add("b", "3") // three: appending left room for a fourth
	one, two := base.Add("c", "3"), base.Add("d", "4")
	if got := one.Names(); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("one has %q", got)
	}
	if got := two.Names(); !slices.Equal(got, []string{"a", "b", "d"}) {
		t.Errorf("two has %q", got)
	}
	if got := base.Names(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("the base has %q", got)
	}
}

func wantInvalid(t *testing.T, err error, part string) {
	t.Helper()
	if hostkeep.KindOf(err) != hostkeep.Invalid || !strings.Contains(err.Error(), part) {
		t.Errorf("error is %v, want an invalid one with %q", err, part)
	}
}

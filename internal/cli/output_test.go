package cli

import (
	"reflect"
	"testing"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type rowsOut struct {
	Rows []struct {
		Name string `whm:"name"`
		Nick string `whm:"nick"`
	} `whm:"rows"`
	None []string `whm:"none,null"`
}

func reply(t *testing.T) *api.Reply {
	t.Helper()
	var v rowsOut
	v.Rows = append(v.Rows, struct {
		Name string `whm:"name"`
		Nick string `whm:"nick"`
	}{"bob", "yes"})
	out, err := wire.CompileOutput(reflect.TypeFor[rowsOut]())
	if err != nil {
		t.Fatal(err)
	}
	return &api.Reply{Reply: wire.Reply{Command: "list", OK: true, Out: out, Value: reflect.ValueOf(v)}}
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"xml": `<?xml version="1.0" ?><result><metadata><version>1</version><command>list</command><result>1</result><reason>OK</reason></metadata>` +
			`<data><rows><name>bob</name><nick>yes</nick></rows><none/></data></result>` + "\n",
		"json": `{"metadata":{"version":1,"command":"list","result":1,"reason":"OK"},"data":{"rows":[{"name":"bob","nick":"yes"}],"none":null}}` + "\n",
		"jsonpretty": "{\n   \"metadata\": {\n      \"version\": 1,\n      \"command\": \"list\",\n      \"result\": 1,\n      \"reason\": \"OK\"\n   },\n" +
			"   \"data\": {\n      \"rows\": [\n         {\n            \"name\": \"bob\",\n            \"nick\": \"yes\"\n         }\n      ],\n      \"none\": null\n   }\n}\n",
		"yaml": "---\nmetadata:\n  version: 1\n  command: list\n  result: 1\n  reason: OK\ndata:\n  rows:\n    -\n      name: bob\n      nick: \"yes\"\n  none: ~\n",
	}
	for name, text := range want {
		got, err := outputs()[name](reply(t))
		if err != nil || string(got) != text {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, text)
		}
	}
}

// What YAML would read as something else, or not at all, is quoted.
func TestYAMLQuotes(t *testing.T) {
	t.Parallel()
	for json, want := range map[string]string{
		`"plain word"`: "plain word", `"no"`: `"no"`, `"12"`: `"12"`, `"1e3"`: `"1e3"`, `""`: `""`, `"a: b"`: `"a: b"`, `"- a"`: `"- a"`,
		`"#a"`: `"#a"`, `"a #b"`: `"a #b"`, `"~"`: `"~"`, `"NULL"`: `"NULL"`, `"*unknown*"`: `"*unknown*"`, `"two\nlines"`: `"two\nlines"`,
		`"a\u007fb\u0085\u009f"`: `"a\u007fb\u0085\u009f"`, `"\ufeffa"`: `"\ufeffa"`, `"é"`: `"é"`, `12`: `12`, `null`: `~`,
	} {
		got, err := yamlOf([]byte(json))
		if err != nil || string(got) != "--- "+want+"\n" {
			t.Errorf("%s: %v, %q, want %q", json, err, got, want)
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ arg, name, value string }{
		{"reason=not%20paid%21", "reason", "not paid!"},
		{"reason=a=b", "reason", "a=b"},
		{"reason=a+b", "reason", "a+b"},
		{"reason=50%", "reason", "50%"},
		{"reason=", "reason", ""},
		{"reason=%C3%A9", "reason", "é"},
	} {
		p, err := arguments([]string{tt.arg})
		if err != nil || !reflect.DeepEqual(p, wire.Pairs(tt.name, tt.value)) {
			t.Errorf("%s: %v, %v", tt.arg, p, err)
		}
	}
	for _, bad := range []string{"word", "=value", ""} {
		if _, err := arguments([]string{bad}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

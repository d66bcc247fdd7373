package wiretest_test

import (
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/wiretest"
)

const schemaDocument = `{"paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {
	"type": "object", "required": ["status", "data"], "properties": {
		"status": {"$ref": "#/components/schemas/Flag"},
		"data": {"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "object", "properties": {"x": {"type": ["string", "integer"], "pattern": "^[0-9]*$"}}}}]},
		"more": {"type": "object", "additionalProperties": {"type": "string"}},
		"free": {"type": "object"}, "odd": {"minLength": 3}, "any": {}
	}}}}}}}}}, "components": {"schemas": {"Flag": {"type": "integer", "enum": [0, 1]}}}}`

// TestAnswer: what is as the document says passes, and of each mistake one word is told.
func TestAnswer(t *testing.T) {
	t.Parallel()
	d, err := wiretest.ReadDocument([]byte(schemaDocument))
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"status":1,"data":null}`: "",
		`{"status":0,"data":[{"x":"12"},{"x":3},{}],"more":{"a":"b"},"free":{"a":1},"any":[1]}`: "",
		`{"status":2,"data":null}`:                ".status: 2 is none of",
		`{"status":"1","data":null}`:              ".status: 1 is not of the type integer",
		`{"status":0.5,"data":null}`:              ".status: 0.5 is not of the type integer",
		`{"status":1}`:                            "data is missing",
		`{"status":1,"data":{}}`:                  "not of the type array",
		`{"status":1,"data":[{"x":"a"}]}`:         `.data[0].x: "a" does not match`,
		`{"status":1,"data":[{"x":null}]}`:        "not of the type string or integer",
		`{"status":1,"data":[{"y":1}]}`:           ".data[0]: the document knows no y",
		`{"status":1,"data":null,"extra":1}`:      "the document knows no extra",
		`{"status":1,"data":null,"more":{"a":1}}`: ".more.a: 1 is not of the type string",
		`{"status":1,"data":null,"free":null}`:    ".free: <nil> is not of the type object",
		`{"status":1,"data":null,"odd":"word"}`:   "the keyword minLength",
		`{"status":1,"data":null`:                 "unexpected end",
	} {
		wrong := strings.Join(d.Answer("/a", []byte(body)), "; ")
		if !strings.Contains(wrong, want) || want == "" && wrong != "" {
			t.Errorf("%s: %q, want %q", body, wrong, want)
		}
	}
	if wrong := d.Answer("/b", []byte("{}")); len(wrong) != 1 || !strings.Contains(wrong[0], "/b") {
		t.Errorf("of a path that is not there: %q", wrong)
	}
}

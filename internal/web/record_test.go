package web

import (
	"bytes"
	"encoding/csv"
	"reflect"
	"slices"
	"testing"
)

func TestArgumentsAreShownInTheirOrder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]argument{
		``:                              nil,
		`{}`:                            nil,
		`{"b":"x","a":"\"<y>"}`:         {{"b", "x"}, {"a", `"<y>`}},
		`{"acl":["one","two"],"n":{}}`:  {{"acl", "one\ntwo"}, {"n", "{}"}},
		`{"cut off`:                     {{"", `{"cut off`}},
		`no JSON`:                       {{"", `no JSON`}},
		`{"reason":"a\nb","reason":""}`: {{"reason", "a\nb"}, {"reason", ""}},
	} {
		if got := (recordRow{Arguments: text}).Given(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestNoCellOfAFileIsAFormula: names and reasons are other people's.
func TestNoCellOfAFileIsAFormula(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	rows := []recordRow{{Number: 7, User: `=HYPERLINK("x")`, Token: "+1", Address: "-1", RealUser: "@x", Node: "\tx", Request: "a=b", Function: "f", Arguments: `{"a":"b,c"}`}}
	if err := writeRecordCSV(&b, rows); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	want := []string{"7", "1970-01-01T00:00:00Z", `'=HYPERLINK("x")`, "", "0", "'+1", "'-1", "'@x", "'\tx", "a=b", "f", `{"a":"b,c"}`, ""}
	if err != nil || len(lines) != 2 || !slices.Equal(lines[1], want) {
		t.Errorf("%v %q", err, lines)
	}
}

// TestEveryKindHasAWord: that a row may name.
func TestEveryKindHasAWord(t *testing.T) {
	t.Parallel()
	texts, err := readTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"principal", "token", "account", "package", "domain", "guard", "logins", "hook", "acl list", "reseller", "setting", "feature list", "session", "twofactor"} {
		if key := (recordItem{Kind: kind}).KindKey(); texts[key] == "" {
			t.Errorf("no word for %s", kind)
		}
	}
	for _, via := range []string{"token", "password", "session", "command", "system"} {
		if texts[recordRow{Via: via}.ViaKey()] == "" {
			t.Errorf("no word for %s", via)
		}
	}
}

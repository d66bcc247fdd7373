package wire_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/wire"
)

type privs struct {
	Name string           `whm:"name"`
	ACLs wire.Keyed[bool] `whm:"acls"`
}

type oldOut struct {
	wire.Note
	Rows  []seen             `whm:"acct,list"`
	At    time.Time          `whm:"at"`
	Apps  []string           `whm:"app"`
	One   []wire.Keyed[bool] `whm:"one"`
	Lists []privs            `whm:"lists"`
	Count int64              `whm:"count"`
	Blank string             `whm:"blank"`
}

// old is the reply in the form of API 0.
func old(t failing, v wire.V0, out oldOut, ok bool) wire.Reply {
	t.Helper()
	o, err := wire.CompileOutput(reflect.TypeFor[oldOut]())
	if err != nil {
		t.Fatal(err)
	}
	if err := o.SetV0(v); err != nil {
		t.Fatal(err)
	}
	return wire.Reply{Command: "F", Function: "f", OK: ok, V0: true, Out: o, Value: reflect.ValueOf(&out).Elem()}
}

func TestV0(t *testing.T) {
	t.Parallel()
	members := []wire.Twin{
		{Name: "acct", As: "accts", Members: []wire.Twin{{Name: "uid", Text: true}, {Name: "user", As: "owner"}}},
		{Name: "at", Text: true},
		{Name: "app", As: "services", Wrap: "app"},
		{Name: "one", As: "privs", First: true},
		{Name: "lists", Key: "name", Value: "acls", Members: []wire.Twin{{Name: "acls", Text: true}}},
		{Name: "blank", Null: true},
	}
	out := oldOut{
		Note: wire.Note{Raw: "log"}, Rows: []seen{{User: "u", UID: 7}}, At: time.Unix(5, 0), Apps: []string{"system"}, One: []wire.Keyed[bool]{{{"all", true}}},
		Lists: []privs{{"x y", wire.Keyed[bool]{{"ssl", true}}}}, Count: 3,
	}
	const told = `"accts":[{"owner":"u","ip":"","disk":"","uid":"7","yes":0,"max":"0","maybe":null,"names":[],"inner":{"alias":""}}],"at":"5",` +
		`"services":[{"app":"system"}],"privs":{"all":1},"lists":{"x y":{"ssl":"1"}},"count":3,"blank":null`
	const nulls = `"accts":null,"at":null,"services":null,"privs":null,"lists":null,"count":null,"blank":null`
	said := out
	said.Note = wire.Note{Reason: "Done", Raw: "log", Warnings: []string{"w"}}
	tests := []struct {
		about      string
		v          wire.V0
		out        oldOut
		good, fail string
	}{
		{"plain", wire.V0{Form: wire.Plain, Members: members}, out, `{` + told + `}`, `{"status":0,"statusmsg":"No.","error":"No."}`},
		{"status", wire.V0{Form: wire.Status, Members: members}, out, `{"status":1,"statusmsg":"Ok",` + told + `}`, `{"status":0,"statusmsg":"No.",` + nulls + `}`},
		{"result", wire.V0{Form: wire.Result, Members: members}, out, `{"result":[{"status":1,"statusmsg":null,` + told + `}]}`, `{"result":[{"status":0,"statusmsg":"No.",` + nulls + `}]}`},
		{
			"result with words",
			wire.V0{Form: wire.Result, Name: "results", Message: "Not these.", Log: wire.RawOut, Under: "options", Members: members},
			said,
			`{"results":[{"status":1,"statusmsg":"Done","rawout":"log","warnings":["w"],"options":{` + told + `}}]}`, `{"results":[{"status":0,"statusmsg":"No.","rawout":null,"options":null}]}`,
		},
		{"the log is the status", wire.V0{Form: wire.Result, Log: wire.InStatus, Under: "o", Members: members}, out, `{"result":[{"status":1,"statusmsg":"log","o":{` + told + `}}]}`, `{"result":[{"status":0,"statusmsg":"No.","o":null}]}`},
		{"beside", wire.V0{Form: wire.Beside, Message: "Got.", Members: members}, out, `{` + told + `,"result":[{"status":1,"statusmsg":"Got."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
		{"empty lists", wire.V0{Form: wire.Result, Empty: true}, oldOut{}, "", `{"result":[{"status":0,"statusmsg":"No.","acct":[],"at":null,"app":[],"one":[],"lists":[],"count":null,"blank":null}]}`},
	}
	for _, tt := range tests {
		r := old(t, tt.v, tt.out, true)
		if got := string(r.AppendJSON(nil)); tt.good != "" && got != tt.good {
			t.Errorf("%s:\n%s, want\n%s", tt.about, got, tt.good)
		}
		r = old(t, tt.v, tt.out, false)
		r.Reason = "No."
		if got := string(r.AppendJSON(nil)); got != tt.fail {
			t.Errorf("%s failed:\n%s, want\n%s", tt.about, got, tt.fail)
		}
		if got := string(r.AppendXML(nil)); !strings.HasPrefix(got, xmlHead+"<f>") {
			t.Errorf("%s failed: %s", tt.about, got)
		}
	}
	unknown := wire.Reply{Command: "<x>", V0: true, Reason: "Unknown App Requested: <x>"}
	if got := string(unknown.AppendJSON(nil)); got != `{"error":"Unknown App Requested: <x>"}` {
		t.Error(got)
	}
	if got := string(unknown.AppendXML(nil)); got != xmlHead+`<result><error>Unknown App Requested: &lt;x&gt;</error></result>` {
		t.Error(got)
	}
	var first []wire.Keyed[bool]
	if r := old(t, wire.V0{Form: wire.Plain, Members: members}, oldOut{One: first}, true); !strings.Contains(string(r.AppendJSON(nil)), `"privs":null`) {
		t.Error("the first of none is not null")
	}
}

func TestV0Refuses(t *testing.T) {
	t.Parallel()
	o := mustCompileOutput(t, reflect.TypeFor[oldOut]())
	for about, v := range map[string]wire.V0{
		"no form":            {Message: "x"},
		"no member":          {Form: wire.Plain, Members: []wire.Twin{{Name: "nosuch"}}},
		"no inner member":    {Form: wire.Plain, Members: []wire.Twin{{Name: "acct", Members: []wire.Twin{{Name: "nosuch"}}}}},
		"members of a text":  {Form: wire.Plain, Members: []wire.Twin{{Name: "blank", Members: []wire.Twin{{Name: "x"}}}}},
		"the first of what":  {Form: wire.Plain, Members: []wire.Twin{{Name: "count", First: true}}},
		"wrapped what":       {Form: wire.Plain, Members: []wire.Twin{{Name: "count", Wrap: "x"}}},
		"keys of texts":      {Form: wire.Plain, Members: []wire.Twin{{Name: "app", Key: "a", Value: "b"}}},
		"keys that are not":  {Form: wire.Plain, Members: []wire.Twin{{Name: "lists", Key: "x", Value: "acls"}}},
		"values that aren't": {Form: wire.Plain, Members: []wire.Twin{{Name: "lists", Key: "name", Value: "x"}}},
		"a blank number":     {Form: wire.Plain, Members: []wire.Twin{{Name: "count", Null: true}}},
	} {
		if err := o.SetV0(v); err == nil {
			t.Errorf("%s is let through", about)
		}
	}
	type whole struct {
		D *node `whm:",data"`
	}
	if err := mustCompileOutput(t, reflect.TypeFor[whole]()).SetV0(wire.V0{Form: wire.Plain}); err == nil {
		t.Error("data that may be missing is let through")
	}
}

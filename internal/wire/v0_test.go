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
	Older string             `whm:"older,v0"`
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

// only leaves all members out but those.
func only(names ...string) (list []wire.Twin) {
	for _, name := range []string{"acct", "at", "app", "one", "lists", "count", "blank", "older"} {
		if !slices.Contains(names, name) {
			list = append(list, wire.Twin{Name: name, Gone: true})
		}
	}
	return list
}

// A failure of a Single tells one member, when the handler has told something.
func TestV0SingleTold(t *testing.T) {
	t.Parallel()
	r := old(t, wire.V0{Form: wire.Single, Told: "older"}, oldOut{Older: "o", Count: 3}, false)
	r.Reason, r.Partial = "No.", true
	if got := string(r.AppendJSON(nil)); got != `{"result":{"status":0,"statusmsg":"No.","older":"o"}}` {
		t.Error(got)
	}
}

// What only API 0 has is not in API 1, nor where the data is described.
func TestV0OnlyMembers(t *testing.T) {
	t.Parallel()
	r := old(t, wire.V0{Form: wire.Plain}, oldOut{Older: "o"}, true)
	r.V0 = false
	if got := string(r.AppendJSON(nil)); strings.Contains(got, "older") {
		t.Error(got)
	}
	if slices.ContainsFunc(r.Out.Fields(), func(m wire.Member) bool { return m.Path == "older" }) {
		t.Error("it is described")
	}
	type inner struct {
		X string `whm:"x,v0"`
	}
	type bad struct {
		Inner inner `whm:"inner"`
	}
	if _, err := wire.CompileOutput(reflect.TypeFor[bad]()); err == nil {
		t.Error("a member inside another is let through")
	}
}

// A limit that is blank says nothing where there is none.
func TestBlankLimit(t *testing.T) {
	t.Parallel()
	type out struct {
		A hostkeep.Limit `whm:"a,num,blank"`
		B hostkeep.Limit `whm:"b,num,blank"`
	}
	value := out{A: hostkeep.Unlimited, B: 7}
	r := wire.Reply{Command: "f", OK: true, Out: mustCompileOutput(t, reflect.TypeFor[out]()), Value: reflect.ValueOf(&value).Elem()}
	if got := string(r.AppendJSON(nil)); !strings.Contains(got, `{"a":"","b":7}`) {
		t.Error(got)
	}
	if m := r.Out.Fields()[0]; !m.Blank || m.Type != "limit" {
		t.Errorf("it is described as %+v", m)
	}
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
		{Name: "older", Gone: true},
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
		{"empty lists", wire.V0{Form: wire.Result, Empty: true}, oldOut{}, "", `{"result":[{"status":0,"statusmsg":"No.","acct":[],"at":null,"app":[],"one":[],"lists":[],"count":null,"blank":null,"older":null}]}`},
		{"only in API 0", wire.V0{Form: wire.Result, Bare: true, Members: only("older")}, oldOut{Older: "o"}, `{"result":[{"status":1,"statusmsg":null,"older":"o"}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
		{"the log beside the result", wire.V0{Form: wire.Result, Bare: true, Log: wire.AtTop, Message: "Did.", Members: only("")}, out, `{"result":[{"status":1,"statusmsg":"Did."}],"output":"log"}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
		{"single", wire.V0{Form: wire.Single, Message: "Did.", Told: "who", Members: append(only("older", "count"), wire.Twin{Name: "older", As: "who"})}, oldOut{Older: "o", Count: 3}, `{"result":{"status":1,"statusmsg":"Did.","count":3,"who":"o"}}`, `{"result":{"status":0,"statusmsg":"No."}}`},
		{
			"in a list of one record",
			wire.V0{Form: wire.Plain, Under: "bandwidth", Members: members},
			out,
			`{"bandwidth":[{` + told + `}]}`, `{"status":0,"statusmsg":"No.","error":"No."}`,
		},
		{
			"the log beside",
			wire.V0{Form: wire.Beside, Message: "Got.", Log: wire.InOutput, Members: members},
			out,
			`{` + told + `,"result":[{"status":1,"statusmsg":"Got."}],"output":"log"}`, `{"result":[{"status":0,"statusmsg":"No."}],"output":null}`,
		},
		{
			"notes always",
			wire.V0{Form: wire.Result, Under: "newcfg", Notes: true, Members: members},
			said,
			`{"result":[{"status":1,"statusmsg":"Done","messages":[],"warnings":["w"],"newcfg":{` + told + `}}]}`,
			`{"result":[{"status":0,"statusmsg":"No.","messages":null,"warnings":null,"newcfg":null}]}`,
		},
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

package daemon

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// unrecorded are functions whose form in API 0 nobody recorded; docs/wire.md says
// what they answer.
var unrecorded = []string{"addpkg", "killpkg"}

// old is how API 0 answers a function, success and failure, as PROTOCOL 4.3 has
// it; {} is a record, which has grown since. No failure was recorded where none
// stands here.
var old = map[string][2]string{
	"listaccts":       {`{"status":1,"statusmsg":"Ok","acct":[{}]}`, `{"status":0,"statusmsg":"No.","acct":null}`},
	"accountsummary":  {`{"status":1,"statusmsg":"Ok","acct":[{}]}`, `{"status":0,"statusmsg":"No.","acct":null}`},
	"listsuspended":   {`{"status":1,"statusmsg":"Ok","accts":[{}]}`, ``},
	"createacct":      {`{"result":[{"status":1,"statusmsg":"Done.","rawout":"log","options":{}}]}`, `{"result":[{"status":0,"statusmsg":"No.","rawout":null,"options":null}]}`},
	"changepackage":   {`{"result":[{"status":1,"statusmsg":"Done.","rawout":"log"}]}`, `{"result":[{"status":0,"statusmsg":"No.","rawout":null}]}`},
	"removeacct":      {`{"result":[{"status":1,"statusmsg":"Done.","rawout":"log"}]}`, `{"result":[{"status":0,"statusmsg":"No.","rawout":null}]}`},
	"suspendacct":     {`{"result":[{"status":1,"statusmsg":"log"}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"unsuspendacct":   {`{"result":[{"status":1,"statusmsg":"log"}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"passwd":          {`{"passwd":[{"status":1,"statusmsg":"Done.","rawout":"log","services":[{"app":"x"}]}]}`, `{"passwd":[{"status":0,"services":null,"statusmsg":"No.","rawout":null}]}`},
	"listpkgs":        {`{"package":[{}]}`, ``},
	"listresellers":   {`{"reseller":["x"]}`, ``},
	"acctcounts":      {`{"reseller":{"account":"x","active":"1","suspended":1,"limit":1},"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"listacls":        {`{"acls":{"x":{"x":"1"}}}`, ``},
	"setacls":         {`{"result":[{"status":1,"statusmsg":"Done.","acls":["x"]}]}`, `{"result":[{"status":0,"statusmsg":"No.","acls":[]}]}`},
	"setupreseller":   {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"unsetupreseller": {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"resellerstats": {
		`{"result":{"status":1,"statusmsg":"Done.","reseller":"x","diskused":1,"diskquota":1,"totaldiskalloc":"1","totalbwused":"x","totalbwalloc":"1","bandwidthlimit":1,"diskoverselling":1,"bwoverselling":1,"accts":[{}]}}`,
		`{"result":{"status":0,"statusmsg":"No."}}`, // with the name, when a handler has looked for it: v175
	},
	"saveacllist":             {`{"results":[{"status":1,"statusmsg":"Done."}]}`, `{"results":[{"status":0,"statusmsg":"No."}]}`},
	"setresellerips":          {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"setresellerlimits":       {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"setresellermainip":       {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"setresellernameservers":  {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"setresellerpackagelimit": {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"suspendreseller":         {`{"result":[{"status":1,"statusmsg":"Done."}],"output":"log"}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"unsuspendreseller":       {`{"result":[{"status":1,"statusmsg":"Done."}],"output":"log"}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"terminatereseller": {
		`{"result":[{"status":1,"privdelete":1,"statusmsg":"Done.","accts":{"x":{"status":1,"statusmsg":"x","rawout":"x"}}}]}`,
		`{"result":[{"status":0,"statusmsg":"No."}]}`,
	},
	"myprivs":     {`{"privs":{"x":1}}`, ``},
	"applist":     {`{"app":["x"]}`, ``},
	"version":     {`{"version":"x"}`, ``},
	"gethostname": {`{"hostname":"x"}`, ``},
	"loadavg":     {`{"one":"x","five":"x","fifteen":"x"}`, ``},
	"listips":     {`{"result":[{}]}`, ``},
	"nvget":       {`{"value":"x"}`, ``},
	"nvset":       {`{"result":["x"]}`, ``}, // recorded empty, and nothing fills it
	"modifyacct":  {`{"result":[{"status":1,"statusmsg":"Done.","newcfg":{},"warnings":[],"messages":[]}]}`, `{"result":[{"status":0,"statusmsg":"No.","newcfg":null,"warnings":null,"messages":null}]}`},
	"editquota":   {`{"result":[{"status":1,"statusmsg":"Done."}],"output":"log"}`, `{"result":[{"status":0,"statusmsg":"No."}],"output":null}`},
	"limitbw":     {`{"result":[{"status":1,"statusmsg":"Done.","bwlimit":{"bwlimit":"1","bwlimitenable":1,"domains":["x"],"human_bwlimit":"x","human_bwused":"x","unlimited":1}}]}`, ``},
	"showbw":      {`{"bandwidth":[{"month":"1","year":"1","reseller":"x","totalused":1,"acct":[{}]}]}`, ``},
	"setsiteip":   {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"cpanel": {
		`{"cpanelresult":{"apiversion":2,"module":"X","func":"x","preevent":{"result":1},"event":{"result":1},"postevent":{"result":1},"data":[{"x":"x"}]}}`,
		`{"data":{"reason":"No.","result":"0"},"type":"text","error":"No."}`,
	},
	// Zone functions: PROTOCOL 4.3 has the forms of listzones, dumpzone, getzonerecord,
	// killdns, lookupnsip, and of adddns, addzonerecord and their like.
	"listzones":        {`{"zone":[{"domain":"x","zonefile":"x"}]}`, ``},
	"dumpzone":         {`{"result":[{"status":1,"statusmsg":"Done.","record":[{}]}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"getzonerecord":    {`{"result":[{"status":1,"statusmsg":"Done.","record":{}}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"adddns":           {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"addzonerecord":    {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"editzonerecord":   {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"removezonerecord": {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"resetzone":        {`{"result":[{"status":1,"statusmsg":"Done."}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"killdns":          {`{"result":[{"status":1,"statusmsg":"Done.","rawout":"log"}]}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
	"lookupnsip":       {`{"ip":"x"}`, `{"ip":null}`},
	"domainuserdata":   {`{"result":[{"status":1,"statusmsg":"Done."}],"userdata":{}}`, `{"result":[{"status":0,"statusmsg":"No."}]}`},
}

// TestAPI0 holds every declared function to its form in API 0, with a result
// made by hand: each list has one element.
func TestAPI0(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range declaredFunctions(t) {
		if !f.InVersion(0) || slices.Contains(unrecorded, f.Name) {
			continue
		}
		forms, ok := old[f.Name]
		seen[f.Name] = true
		if !ok {
			t.Errorf("%s: PROTOCOL 4.3 is to be asked for its form", f.Name)
			continue
		}
		value := sampleOf(f)
		r := wire.Reply{Command: f.Name, Function: f.Name, OK: true, V0: true, Out: f.Out, Value: value}
		if f.V0.Form != wire.Status { // its words are Ok, whatever a handler says
			r.Note.Reason, r.Note.Raw = "Done.", "log"
		}
		sameForm(t, f.Name, forms[0], r)
		r.OK, r.Reason, r.Note = false, "No.", wire.Note{}
		if forms[1] != "" {
			sameForm(t, f.Name, forms[1], r)
		}
	}
	for name := range old {
		if !seen[name] {
			t.Errorf("%s is not declared", name)
		}
	}
}

// sampleOf is a result made by hand; an answer of cPanel's inside it is of its form.
func sampleOf(f *api.Function) reflect.Value {
	value := reflect.New(f.Out.Type()).Elem()
	sample(value)
	for i := range value.NumField() {
		if !f.HandsOn {
			break
		}
		inner, ok := value.Field(i).Addr().Interface().(*wire.Reply)
		if !ok {
			continue
		}
		inner.Out, _ = wire.CompileOutput(reflect.TypeFor[recordOut]())
		inner.Value, inner.Module, inner.Dialect = reflect.ValueOf(recordOut{"x"}), "X", wire.UAPI
		if f.Out.Relays() {
			inner.Dialect = wire.API2
		}
	}
	return value
}

// recordOut is the data of an answer of cPanel's.
type recordOut struct {
	X string `whm:"x"`
}

// sample fills a value: texts are x, numbers 1, and lists have one element.
func sample(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		sample(v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		sample(v.Elem())
	case reflect.Struct:
		if !v.CanInterface() { // embedded, and of a type of the family's own
			v = reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
		}
		switch v.Interface().(type) {
		case time.Time:
			v.Set(reflect.ValueOf(time.Unix(1, 0)))
			return
		case wire.Reply:
			v.Set(reflect.ValueOf(wire.Reply{Command: "x", OK: true}))
			return
		case hostkeep.Secret:
			v.Set(reflect.ValueOf(hostkeep.NewSecret("x")))
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); (f.IsExported() || f.Anonymous) && f.Type != reflect.TypeFor[wire.Note]() {
				sample(v.Field(i))
			}
		}
	}
}

func sameForm(t *testing.T, name, form string, r wire.Reply) {
	t.Helper()
	var want, got any
	text := r.AppendJSON(nil)
	if err := numbered([]byte(form), &want); err != nil {
		t.Fatal(err)
	}
	if err := numbered(text, &got); err != nil {
		t.Fatal(err)
	}
	if !matches(want, got) {
		t.Errorf("%s answers %s, want %s", name, text, form)
	}
}

// matches compares values; an empty object stands for any.
func matches(want, got any) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(w) > 0 && len(w) != len(g) {
			return false
		}
		for name, v := range w {
			if one, ok := g[name]; !ok || !matches(v, one) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		if !ok || len(w) != len(g) {
			return false
		}
		for i := range w {
			if !matches(w[i], g[i]) {
				return false
			}
		}
		return true
	}
	return want == got
}

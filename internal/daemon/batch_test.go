package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// envelope is an answer of API 1 as a client reads it.
type envelope struct {
	Metadata struct {
		Command, Reason string
		Result          int
	}
	Data struct {
		Result []envelope
		Acct   []struct{ User string }
		Token  string
	}
}

// batch sends commands as a client does: encoded inside the query.
func (w *world) batch(c hostkeep.Caller, more string, commands ...string) (e envelope) {
	w.t.Helper()
	query := "api.version=1" + more
	for _, command := range commands {
		query += "&command=" + url.QueryEscape(command)
	}
	answer := w.answer(context.Background(), c, httpd.Request{Function: "batch", RawQuery: query})
	if err := json.Unmarshal(w.whole(answer), &e); err != nil || answer.OK != (e.Metadata.Result == 1) {
		w.t.Fatalf("%s: %v", answer.Body, err)
	}
	return e
}

// whole is the body of an answer, which may be written while it is made.
func (w *world) whole(a httpd.Answer) []byte {
	w.t.Helper()
	if a.Write == nil {
		return a.Body
	}
	var b bytes.Buffer
	if err := a.Write(&b); err != nil {
		w.t.Fatalf("the answer breaks off: %v", err)
	}
	return b.Bytes()
}

// results are the inner results, such as "version=1".
func (e envelope) results() (list []string) {
	for _, r := range e.Data.Result {
		list = append(list, fmt.Sprintf("%s=%d", r.Metadata.Command, r.Metadata.Result))
	}
	return list
}

func TestBatch(t *testing.T) {
	t.Parallel()
	w := opened(t)
	root := w.root()
	create := "createacct?username=bob&domain=bob.example&password=p%26w%3Dd+%25x&api.version=1"
	e := w.batch(root, "", create, "version", "nosuch", "accountsummary?user=missing", "listaccts?api.version=0&api.columns.enable=1&api.columns.a=user", "applist")
	want := []string{"createacct=1", "version=1", "nosuch=0", "accountsummary=0", "listaccts=1", "applist=1"}
	if got := e.results(); e.Metadata.Result != 1 || e.Metadata.Command != "batch" || !slices.Equal(got, want) {
		t.Errorf("result %d: %q, want %q", e.Metadata.Result, got, want)
	}
	if a := e.Data.Result[4].Data.Acct; len(a) != 1 || a[0].User != "bob" {
		t.Errorf("the list is %v", a)
	}
	e = w.batch(root, "&abort_on_error=1", "version", "accountsummary?user=missing", "removeacct?username=bob")
	if got := e.results(); e.Metadata.Result != 0 || !slices.Equal(got, []string{"version=1", "accountsummary=0"}) || !strings.Contains(e.Metadata.Reason, "2 of 3") {
		t.Errorf("stopped with %d, %q: %q", e.Metadata.Result, got, e.Metadata.Reason)
	}
	w.must(root, "accountsummary", "user", "bob") // what came after was not done
	e = w.batch(root, "", "batch?command=version", "BATCH", "version?a=%zz", "?")
	if got, want := e.results(), []string{"batch=0", "BATCH=0", "version=0", "=0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	e = w.batch(root, "", slices.Repeat([]string{"version"}, 100)...)
	if len(e.Data.Result) != 100 {
		t.Errorf("%d results", len(e.Data.Result))
	}
	e = w.batch(root, "", append(slices.Repeat([]string{"version"}, 100), "removeacct?username=bob")...)
	if e.Metadata.Result != 0 || len(e.Data.Result) != 0 || !strings.Contains(e.Metadata.Reason, "at most 100") {
		t.Errorf("101 commands: %+v", e)
	}
	w.must(root, "accountsummary", "user", "bob")
	answer := w.answer(context.Background(), root, httpd.Request{Function: "batch", RawQuery: "api.version=1&command=version&command=%3Cx%3E", XML: true})
	if got := string(answer.Body); !strings.Contains(got, "<data><result><metadata><version>1</version><command>version</command>") ||
		!strings.Contains(got, "<command>&lt;x&gt;</command><result>0</result>") {
		t.Errorf("in XML: %s", got)
	}
}

// TestBatchGivesNothing: inside a batch a token may do what it may do alone, and
// each call is in the record by itself, without secrets.
func TestBatchGivesNothing(t *testing.T) {
	t.Parallel()
	w := opened(t)
	secret := w.newToken(w.root(), "token_name", "narrow", "acl-0", "basic-whm-functions", "acl-1", "manage-api-tokens", "acl-2", "passwd", "acl-3", "create-acct")
	c, err := w.with("root", secret, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	e := w.batch(c, "", "removeacct?username=root", "api_token_create?token_name=wide&acl=all", "passwd?user=root&password=stolen+password",
		"createacct?username=amy&domain=amy.example&password=HKSECRETWORD&reseller=1", "createacct?username=amy&domain=amy.example&password=HKSECRETWORD")
	if got, want := e.results(), []string{"removeacct=0", "api_token_create=0", "passwd=0", "createacct=0", "createacct=1"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q: %+v", got, want, e)
	}
	events, err := w.store.Events(context.Background(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	last := events[len(events)-1]
	if last.Function != "createacct" || !strings.Contains(last.Args, `"amy"`) || last.TokenID != c.TokenID {
		t.Errorf("the record ends with %s %s", last.Function, last.Args)
	}
	for _, e := range events {
		if e.Function == "batch" || strings.Contains(e.Args, "HKSECRETWORD") {
			t.Errorf("the record has %s %s", e.Function, e.Args)
		}
	}
	nobody := c
	nobody.Rights = hostkeep.Privileges{}.With("list-accts")
	if r := w.Call(context.Background(), nobody, "batch", wire.Pairs("command", "listaccts")); r.OK || r.Missing == "" {
		t.Errorf("without a privilege for batch: %+v", r.Reason)
	}
}

// TestVersions: without api.version it is API 0, and what one of them does not
// have is unknown there.
func TestVersions(t *testing.T) {
	t.Parallel()
	w := opened(t)
	const v1 = `{"metadata":{"version":1,"command":"`
	for _, tt := range []struct {
		function, query, body, want string
	}{
		{"gethostname", "", "", `{"hostname":"` + w.host + `"}`},
		{"gethostname", "api.version=0", "", `{"hostname":"` + w.host + `"}`},
		{"gethostname", "api.version=2", "", v1 + `gethostname","result":1,`},
		{"gethostname", "", `{"api.version":1}`, v1 + `gethostname","result":1,`},
		{"loadavg", "", "", `{"one":"`},
		{"loadavg", "api.version=1", "", v1 + `loadavg","result":0,"reason":"Unknown app (\"loadavg\") requested for this version (1) of the API."}}`},
		{"systemloadavg", "", "", `{"error":"Unknown App Requested: systemloadavg"}`},
		{"api_token_list", "", "", `{"error":"Unknown App Requested: api_token_list"}`},
		{"</x>", "", "", `{"error":"Unknown App Requested: </x>"}`},
		{"suspendacct", "a=%zz", "", `{"result":[{"status":0,"statusmsg":"The parameter \"a\" has a broken`},
		{"suspendacct", "a=%zz&api.version=1", "", v1 + `suspendacct","result":0,"reason":"The parameter \"a\" has a broken`},
		{"suspendacct", "api.version=one", "", v1 + `suspendacct","result":0,`},
		{"suspendacct", "", "", `{"result":[{"status":0,"statusmsg":"The parameter \"user\" is required."}]}`},
		{"listaccts", "api.filter.enable=1&api.filter.a.field=nosuch", "", `{"status":1,"statusmsg":"Ok","acct":[]}`},
		{"listaccts", "api.version=1&api.filter.enable=1&api.filter.a.field=nosuch", "", v1 + `listaccts","result":0,"reason":"The list has no field \"nosuch\"`},
	} {
		a := w.answer(context.Background(), w.root(), httpd.Request{Function: tt.function, RawQuery: tt.query, Body: []byte(tt.body)})
		if got := string(w.whole(a)); !strings.HasPrefix(got, tt.want) || a.Status != 200 || a.ContentType != jsonType {
			t.Errorf("%s?%s %s: %d %s, want %s", tt.function, tt.query, tt.body, a.Status, got, tt.want)
		}
	}
	var apps map[string][]string
	a := w.answer(context.Background(), w.root(), httpd.Request{Function: "applist"})
	if err := json.Unmarshal(w.whole(a), &apps); err != nil || !slices.Contains(apps["app"], "loadavg") || slices.Contains(apps["app"], "systemloadavg") {
		t.Errorf("applist of API 0 is %s", a.Body)
	}
	stranger := w.root()
	stranger.Rights = hostkeep.Privileges{}
	for _, xml := range []bool{false, true} {
		a = w.answer(context.Background(), stranger, httpd.Request{Function: "createacct", XML: xml})
		if a.Header.Get("X-Hostkeep-Missing-Privilege") != "create-acct" || !strings.Contains(string(a.Body), "Permission denied") {
			t.Errorf("a stranger is answered %s", a.Body)
		}
	}
}

// TestRefusedBeforeTheirFunction: what does not reach its function is answered
// in the form that was asked for, as far as that is known.
func TestRefusedBeforeTheirFunction(t *testing.T) {
	t.Parallel()
	w := opened(t)
	c := w.root()
	c.RequestID = "k3x9"
	no := hostkeep.Errorf(hostkeep.Invalid, "No <b>.")
	const v0 = `{"result":[{"status":0,"statusmsg":"No <b>."}]}`
	const v1 = `{"metadata":{"version":1,"command":"suspendacct","result":0,"reason":"No <b>."}}`
	for about, tt := range map[string]struct {
		r    httpd.Request
		err  error
		want string
	}{
		"a query of API 0":        {httpd.Request{Function: "suspendacct"}, no, v0},
		"a query of API 1":        {httpd.Request{Function: "suspendacct", RawQuery: "api.version=1"}, no, v1},
		"a body of API 0":         {httpd.Request{Function: "suspendacct", Body: []byte("user=x")}, no, v0},
		"a body of API 1":         {httpd.Request{Function: "suspendacct", Body: []byte(`{"api.version":1}`)}, no, v1},
		"a body that nobody read": {httpd.Request{Function: "suspendacct", Unread: true}, no, v1},
		"XML of API 0":            {httpd.Request{Function: "suspendacct", XML: true}, no, `<?xml version="1.0" ?><suspendacct><result><status>0</status><statusmsg>No &lt;b&gt;.</statusmsg></result></suspendacct>`},
		"an unknown function":     {httpd.Request{Function: "<x>", Unread: true, XML: true}, no, `<?xml version="1.0" ?><result><metadata><version>1</version><command>&lt;x&gt;</command><result>0</result><reason>No &lt;b&gt;.</reason></metadata></result>`},
		"internal":                {httpd.Request{Function: "suspendacct"}, errors.New("hush"), `{"result":[{"status":0,"statusmsg":"(XID k3x9) An internal error occurred."}]}`},
	} {
		if got := string(w.refuse(c, tt.r, tt.err).Body); got != tt.want {
			t.Errorf("%s: %s, want %s", about, got, tt.want)
		}
	}
}

// TestBatchEndsWithItsCredential: what a token may not do any more, a batch that
// it began may not do either, from the next call on; reads included.
func TestBatchEndsWithItsCredential(t *testing.T) {
	t.Parallel()
	w := opened(t)
	w.must(w.root(), "createacct", "username", "shop", "domain", "shop.example")
	w.must(w.root(), "setupreseller", "user", "shop")
	signIn := func() hostkeep.Caller {
		c, err := w.with("root", w.newToken(w.root(), "token_name", "me"), "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	e := w.batch(signIn(), "", "version", "api_token_revoke?token_name=me", "listaccts", "version")
	if want := []string{"version=1", "api_token_revoke=1", "listaccts=0", "version=0"}; !slices.Equal(e.results(), want) {
		t.Errorf("revoked: %q", e.results())
	}
	e = w.batch(signIn(), "", "listaccts", "api_token_update?token_name=me&acl=basic-system-info", "listaccts", "version")
	if want := []string{"listaccts=1", "api_token_update=1", "listaccts=0", "version=1"}; !slices.Equal(e.results(), want) {
		t.Errorf("narrowed: %q", e.results())
	}
	w.must(w.root(), "api_token_revoke", "token_name", "me")
	c := signIn()
	w.must(w.root(), "api_token_update", "token_name", "me", "expires_at", fmt.Sprint(w.now.Unix()+1))
	w.now = w.now.Add(time.Second)
	if e = w.batch(c, "", "version"); !slices.Equal(e.results(), []string{"version=0"}) {
		t.Errorf("ended: %q", e.results())
	}
	shop := w.as("shop")
	shop.User.Privileges = hostkeep.Everything() // as it was when the request began
	shop.Rights = hostkeep.Everything()
	if e = w.batch(shop, "", "listresellers", "version"); !slices.Equal(e.results(), []string{"listresellers=0", "version=1"}) {
		t.Errorf("a reseller keeps rights that it has lost: %q", e.results())
	}
	w.must(w.root(), "suspendacct", "user", "shop")
	if e = w.batch(shop, "", "version"); !slices.Equal(e.results(), []string{"version=0"}) {
		t.Errorf("a suspended reseller: %q", e.results())
	}
}

// TestPlain: what may hold a secret is not to be packed.
func TestPlain(t *testing.T) {
	t.Parallel()
	w := opened(t)
	for query, want := range map[string]bool{
		"listaccts?api.version=1": false, "listaccts": false, "nosuch": true, "batch?api.version=1&command=version": true,
		"api_token_create?api.version=1&token_name=x": true, "createacct?username=bob&domain=bob.example": true,
	} {
		function, query, _ := strings.Cut(query, "?")
		if a := w.answer(context.Background(), w.root(), httpd.Request{Function: function, RawQuery: query}); a.Plain != want {
			t.Errorf("%s: plain %t", function, a.Plain)
		}
	}
}

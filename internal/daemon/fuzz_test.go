package daemon

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/wiretest"
)

// FuzzAnswer asks a whole server, by a caller who may do everything but whose
// method may change nothing: whatever is asked, the answer can be read, in JSON
// and XML alike, has the envelope of its version and is no internal error.
func FuzzAnswer(f *testing.F) {
	for _, s := range [][4]string{
		{"listaccts", "api.version=1&api.filter.enable=1&api.filter.a.field=user&api.filter.a.arg0=b", "", ""},
		{"listaccts", "searchtype=user&search=(?=x)&want=user,nosuch", "", ""},
		{"batch", "api.version=1&command=listaccts&command=nosuch%3Fa%3Db&command=batch&command=", "", ""},
		{"api_token_list", "", "application/json", `{"api.version":2,"api.chunk.enable":true,"api.chunk.size":-1}`},
		{"suspendacct", "user=bob", "multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n"},
		{"<x>&\x00\xff", "api.version=1&a=%zz", "", "["},
		{"myprivs", "api.version=0", "", `{"api.version":null}`},
		{"applist", "api.version=1", "text/xml", "<a/>"},
	} {
		f.Add(s[0], s[1], s[2], []byte(s[3]))
	}
	w := open(f, f.TempDir())
	f.Cleanup(func() { _ = w.Close() })
	w.must(w.root(), "createacct", "username", "bob", "domain", "bob.example")
	w.must(w.root(), "suspendacct", "user", "bob", "reason", "<b>\"&'</reason>]]> é\u2028")
	w.newToken(w.root(), "token_name", "item")
	caller := w.root()
	caller.ReadOnly = true
	f.Fuzz(func(t *testing.T, function, query, contentType string, body []byte) {
		r := httpd.Request{Function: function, RawQuery: query, ContentType: contentType, Body: body}
		a := w.answer(context.Background(), caller, r)
		n, err := wiretest.JSON(whole(t, a))
		if err != nil || a.Status != http.StatusOK {
			t.Fatalf("%d, %v: %s", a.Status, err, a.Body)
		}
		r.XML = true
		b := w.answer(context.Background(), caller, r)
		root, x, err := wiretest.XML(whole(t, b))
		if err != nil || a.OK != b.OK {
			t.Fatalf("%v, OK %t and %t: %s", err, a.OK, b.OK, b.Body)
		}
		if n.AsXML().String() != x.String() && !strings.Contains(function+query+string(body), "loadavg") { // the load changes
			t.Errorf("JSON has %s, XML %s", n.AsXML(), x)
		}
		meta, v1 := n.Get("metadata")
		result, _ := meta.Get("result")
		switch {
		case v1 && (root != "result" || (result.Text == "1") != a.OK):
			t.Errorf("the root is %s, the result %s, OK %t", root, result.Text, a.OK)
		case !v1 && root != function && root != "result":
			t.Errorf("the root of API 0 is %s", root)
		}
		if strings.Contains(string(a.Body), "(XID ") && !strings.Contains(query+string(body)+function, "XID") {
			t.Errorf("an internal error: %s", a.Body)
		}
	})
}

// whole is an answer's body, streamed or not.
func whole(t *testing.T, a httpd.Answer) []byte {
	t.Helper()
	if a.Write == nil {
		return a.Body
	}
	var b strings.Builder
	if err := a.Write(&b); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

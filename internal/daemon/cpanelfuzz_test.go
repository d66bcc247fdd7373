package daemon

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wiretest"
)

// FuzzExecutePath sends port 2083 any path, query and body, with and without a token:
// nothing panics, nothing is called for whoever brings none, and every answer is in
// UAPI's form, or says that there is nothing.
func FuzzExecutePath(f *testing.F) {
	for _, s := range [][3]string{
		{"/execute/Tokens/list", "", ""},
		{"/execute/Tokens/list/", "api.paginate_size=1&api.sort_column=name", ""},
		{"//execute//Tokens//revoke", "name=", `{"name":["a"]}`},
		{"/execute/Batch/strict", `command=["Batch","strict",{"command":"[]"}]`, ""},
		{"/execute/Batch/strict", "", `{"command":[["Tokens","list"],["Email","add_pop",{}]]}`},
		{"/execute/", "a=%zz", ""},
		{"/execute/Tokens", "", ""},
		{"/execute/Email/add_pop", "", "["},
		{"/execute/../json-api/listaccts", "api.version=1", ""},
		{"/execute/<M>\"\x00/\xff", "x=1&x=2", ""},
		{"/cpsess0123456789/execute/Tokens/list", "", ""},
		{"/cpsess/execute/Tokens/list", "", ""},
		{"/EXECUTE/Tokens/list", "", ""},
		{"/execute/DNS/parse_zone", "zone=plain.example", ""},
	} {
		f.Add(s[0], s[1], []byte(s[2]))
	}
	w := open(f, f.TempDir())
	f.Cleanup(func() { _ = w.Close() })
	w.must(w.root(), "createacct", "username", "plain", "domain", "plain.example")
	w.must(w.root(), "add_override_features_for_user", "user", "plain", "features", `{"subdomains":0}`)
	secret, _ := w.uapi(w.root(), "plain", "Tokens/create_full_access", "name", "robot").data("token").(string)
	server, called := w.httpServer().CPanel(), 0
	w.cpanel.Observe = func(api.Observation) { called++ }
	send := func(path, query string, body []byte, authorization string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodHead, "/", nil) //nolint:noctx // ends with the call
		r.Method, r.URL = http.MethodGet, &url.URL{Path: path, RawQuery: query}
		if len(body) > 0 {
			r.Method, r.Body, r.ContentLength = http.MethodPost, io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Type", "application/json")
		}
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, r)
		return answer
	}
	f.Fuzz(func(t *testing.T, path, query string, body []byte) {
		path = "/execute/" + strings.TrimPrefix(path, "/execute/")
		before := called
		if a := send(path, query, body, ""); a.Code != http.StatusUnauthorized || called != before || !strings.Contains(a.Body.String(), `{"status":0,"errors":["Access denied"]`) {
			t.Fatalf("without a token: %d %s, called %d", a.Code, a.Body, called-before)
		}
		if strings.Contains(path+query+string(body), "revoke") { // the token would be gone
			return
		}
		a := send(path, query, body, "cpanel plain:"+secret)
		n, err := wiretest.JSON(a.Body.Bytes())
		status, there := n.Get("status")
		if err != nil || a.Code != http.StatusOK || !there || status.Text != "0" && status.Text != "1" {
			t.Fatalf("%d %v: %s", a.Code, err, a.Body)
		}
		if strings.Contains(a.Body.String(), "(XID ") && !strings.Contains(path+query+string(body), "XID") {
			t.Errorf("an internal error: %s", a.Body)
		}
	})
}

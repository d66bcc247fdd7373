package daemon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/doc"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/wiretest"
)

// documents are what /openapi.json answers, of cPanel's side and of WHM's.
var documents = sync.OnceValues(func() (both map[bool]wiretest.Document, err error) {
	both = map[bool]wiretest.Document{}
	for cpanel, side := range map[bool]struct {
		declared func() ([]*api.Function, error)
		write    func([]*api.Function, string) ([]byte, error)
	}{false: {Declared, doc.OpenAPI}, true: {DeclaredCPanel, doc.CPanelOpenAPI}} {
		functions, err := side.declared()
		if err != nil {
			return nil, err
		}
		text, err := side.write(functions, "1")
		if err != nil {
			return nil, err
		}
		if both[cpanel], err = wiretest.ReadDocument(text); err != nil {
			return nil, err
		}
	}
	return both, nil
})

// asDocumented holds an answer against the document, where that has its path.
func asDocumented(t tb, cpanel bool, path string, body []byte) {
	t.Helper()
	both, err := documents()
	if err != nil {
		t.Fatalf("the documents: %v", err)
	}
	if d := both[cpanel]; d.Has(path) {
		if wrong := d.Answer(path, body); len(wrong) > 0 {
			t.Fatalf("%s answers otherwise than /openapi.json says: %s: %s", path, strings.Join(wrong, "; "), body)
		}
	}
}

// TestAnyAnswerIsAsDocumented: of each declared function, whatever its types can hold.
func TestAnyAnswerIsAsDocumented(t *testing.T) {
	t.Parallel()
	functions := declaredFunctions(t)
	cpanel, err := DeclaredCPanel()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(functions, cpanel...) {
		if f.CPanel.Lacks != "" || !f.InVersion(1) {
			continue
		}
		values := []reflect.Value{sampleOf(f)}
		drawn := rapid.Custom(func(t *rapid.T) reflect.Value {
			rapid.Bool().Draw(t, "unused") // a generator must draw something, and a type may have nothing
			return wiretest.Value(t, f.Out.Type())
		})
		for seed := range 5 {
			values = append(values, drawn.Example(seed))
		}
		for _, value := range values {
			fitDialect(value, f)
			for _, ok := range []bool{true, false} {
				r := wire.Reply{Command: f.Name, Function: f.Name, Module: f.CPanel.Module, Dialect: f.CPanel.Dialect, OK: ok, Out: f.Out, Value: value}
				path := map[wire.Dialect]string{
					"": "/json-api/" + f.Name, wire.UAPI: fmt.Sprintf("/execute/%s/%s", f.CPanel.Module, f.Name), wire.API2: "/json-api/cpanel",
				}[f.CPanel.Dialect]
				asDocumented(t, f.CPanel.Module != "", path, r.AppendJSON(nil))
				if r.Dialect == wire.UAPI {
					r.Dialect = wire.UAPIWrapped
					asDocumented(t, true, "/json-api/cpanel", r.AppendJSON(nil))
				}
			}
		}
	}
}

// TestEachSideHasItsDocument: to whoever is authenticated there, and to nobody else.
func TestEachSideHasItsDocument(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	of := func(server http.Handler, authorization string) (int, wiretest.Document) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", nil)
		r.Header.Set("Authorization", authorization)
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, r)
		d, err := wiretest.ReadDocument(answer.Body.Bytes())
		if err != nil {
			t.Fatalf("%v: %s", err, answer.Body)
		}
		return answer.Code, d
	}
	whm, cpanel := w.httpServer().WHM(), w.httpServer().CPanel()
	token := "whm root:" + w.newToken(w.root(), "token_name", "reader", "acl", "list-accts").Reveal()
	_, made := w.execute(basic("plain", plainWord), home, "Tokens/create_full_access", "name", "reader")
	secret, _ := made.data("token").(string)
	for _, tt := range []struct {
		server        http.Handler
		authorization string
		code          int
		has, hasNot   string
	}{
		{whm, token, 200, "/json-api/listaccts", "/execute/DNS/parse_zone"},
		{cpanel, "cpanel plain:" + secret, 200, "/execute/DNS/parse_zone", "/json-api/listaccts"},
		{cpanel, basic("plain", plainWord), 200, "/json-api/cpanel", "/execute/Email/list_pops"},
		{cpanel, token, 403, "", "/execute/DNS/parse_zone"},
		{whm, "cpanel plain:" + secret, 403, "", "/json-api/listaccts"},
	} {
		code, d := of(tt.server, tt.authorization)
		if code != tt.code || tt.has != "" && !d.Has(tt.has) || d.Has(tt.hasNot) {
			t.Errorf("%s: %d, has %s %v, has %s %v", tt.has, code, tt.has, d.Has(tt.has), tt.hasNot, d.Has(tt.hasNot))
		}
	}
}

package httpd_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
)

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	g := start(t, func(o *httpd.Options) {
		o.OpenAPI = func(hostkeep.Caller) ([]byte, error) { return []byte(`{"openapi":"3"}`), nil }
	})
	res := g.ask("whm", req("GET /openapi.json", []string{authorized}, ""))
	res.want(t, 200, `{"openapi":"3"}`)
	res.wantHeader(t, "Content-Type", jsonContent)
	g.ask("whm", req("GET /openapi.json", []string{"X: y"}, "")).want(t, 403, denied)
	g.ask("whm", req("GET /openapi.json", []string{"Authorization: whm root:BAD"}, "")).want(t, 403, denied)
	g.ask("whm", req("GET /openapi.json/", []string{authorized}, "")).want(t, 404, "There is no such page.\n")
	g.ask("cpanel", req("GET /openapi.json", []string{authorized}, "")).want(t, 200, `{"openapi":"3"}`)
	g.ask("cpanel", req("GET /openapi.json", []string{"Authorization: whm root:BAD"}, "")).want(t, 403, denied)
	g.ask("cpanel", req("GET /cpsess0123456789/openapi.json", []string{"Cookie: cpsession=good"}, "")).want(t, 200, `{"openapi":"3"}`)
	if len(g.called()) != 0 {
		t.Error("the document was a call")
	}
	if len(g.auths) != 6 || g.auths[0].credential.CPanel || !g.auths[3].credential.CPanel {
		t.Errorf("it was authenticated %d times, or on the wrong side", len(g.auths))
	}
}

func TestOpenAPIThatCannotBeMade(t *testing.T) {
	t.Parallel()
	g := start(t, func(o *httpd.Options) {
		o.OpenAPI = func(hostkeep.Caller) ([]byte, error) { return nil, errors.New("broken within") }
	})
	res := g.ask("whm", req("GET /openapi.json", []string{authorized}, ""))
	if res.StatusCode != 500 || strings.Contains(res.body, "within") {
		t.Errorf("%d %q", res.StatusCode, res.body)
	}
}

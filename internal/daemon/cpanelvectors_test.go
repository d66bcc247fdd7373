package daemon

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/api"
)

// cpanelVector reports whether a vector calls a function of cPanel's APIs.
func cpanelVector(v vector) bool {
	return v.Request.Path == "/json-api/cpanel" || strings.HasPrefix(v.Request.Path, "/execute/")
}

// TestCPanelVectors replays every vector of cPanel's APIs: of a function that is
// declared the answer is of the recorded shape, of any other a failure in the form that
// its API has, which names the function.
func TestCPanelVectors(t *testing.T) {
	t.Parallel()
	declared := map[string]*api.Function{}
	list, err := DeclaredCPanel()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		declared[string(f.CPanel.Dialect)+" "+f.Called()] = f
	}
	answered, refused := 0, 0
	for _, v := range vectors(t) {
		if !cpanelVector(v) || v.Request.Query == nil && v.Request.Path == "/json-api/cpanel" {
			continue
		}
		p := cpanelReplay{replay{v: v, function: "cpanel"}}
		f := declared[p.calls()]
		if f != nil && f.CPanel.Lacks == "" {
			answered++
		} else {
			refused++
		}
		t.Run(v.ID+" "+p.calls(), func(t *testing.T) {
			t.Parallel()
			p.run(t, f)
		})
	}
	if answered < 10 || refused < 50 {
		t.Errorf("%d vectors are answered, %d refused", answered, refused)
	}
}

type cpanelReplay struct{ replay }

func (p cpanelReplay) value(name string) string {
	text, _ := p.v.Request.Query[name].(string)
	return text
}

// calls is the dialect and the name of the function.
func (p cpanelReplay) calls() string {
	if rest, ok := strings.CutPrefix(p.v.Request.Path, "/execute/"); ok {
		return "UAPI " + strings.Replace(rest, "/", "::", 1)
	}
	api := map[string]string{"1": "API 1", "3": "UAPI"}[p.value("cpanel_jsonapi_apiversion")]
	if api == "" {
		api = "API 2"
	}
	return api + " " + p.value("cpanel_jsonapi_module") + "::" + p.value("cpanel_jsonapi_func")
}

// cpanelLeftOut are declared functions whose recorded answers are not replayed, each with why. The test fails
// when one of them could be.
var cpanelLeftOut = map[string]string{
	"v008": "switches notices on, and this server sends none",
	"v248": "shows one record of a zone, whose lines differ", "v340": "shows one record of a zone, whose lines differ",
	"v337": "shows one record of a zone, whose records differ", "v249": "is a failure of an account that has no such zone",
}

func (p cpanelReplay) run(t *testing.T, f *api.Function) {
	w := opened(t)
	values := p.values()
	body := p.send(w, values)
	var got any
	if err := numbered(body, &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if f == nil || f.CPanel.Lacks != "" {
		p.refused(t, string(body), f)
		return
	}
	if p.v.Response == nil {
		if strings.Contains(string(body), `"error":`) {
			t.Errorf("%s", body)
		}
		return
	}
	untransformed(p.v.Response.JSON)
	s := sameness{v: p.v, recorded: p.v.Kind == "recorded"}
	s.shape("", p.v.Response.JSON, got)
	if cpanelLeftOut[p.v.ID] != "" {
		if s.list == nil {
			t.Error("it is left out, and could be replayed")
		}
		return
	}
	for _, wrong := range s.list {
		t.Errorf("%s: %s", wrong, body)
	}
}

// refused wants the form of a failure, with the function and what is lacking.
func (p cpanelReplay) refused(t *testing.T, body string, f *api.Function) {
	t.Helper()
	name := p.calls()[strings.Index(p.calls(), "::")+2:]
	want := []string{`"cpanelresult":{"apiversion":2,`, `"error":"`, `"data":[{"reason":"`, name}
	switch dialect, _, _ := strings.Cut(p.calls(), " "); {
	case strings.HasPrefix(p.v.Request.Path, "/execute/"):
		want = []string{`{"status":0,"errors":["`, `"data":null`, name}
	case strings.HasPrefix(p.calls(), "API 1"):
		want = []string{"cPanel API 1 has no functions here"}
	case dialect == "UAPI":
		want = []string{`"result":{"status":0,`, name}
	}
	if f != nil {
		want = append(want, "this server runs no "+f.CPanel.Lacks)
	}
	for _, part := range want {
		if !strings.Contains(body, part) {
			t.Errorf("%s is missing in %s", part, body)
		}
	}
}

// send makes the account that was recorded, and the call.
func (p cpanelReplay) send(w *world, values url.Values) []byte {
	w.t.Helper()
	user := values.Get("cpanel_jsonapi_user")
	if user == "" {
		user = "user"
	}
	domain := map[string]string{"lumberg": "lumberg-test.com", "user": "example.com"}[user]
	if domain == "" {
		domain = user + ".example.net"
	}
	w.must(w.root(), "createacct", "username", user, "domain", domain)
	p.prepareAccount(w, user, domain, values)
	target, server := p.v.Request.Path+"?"+values.Encode(), w.httpServer().WHM()
	authorization := "WHM root:" + w.newToken(w.root(), "token_name", "replay").Reveal()
	if strings.Contains(p.v.Request.Auth, "cpanel user:") {
		server = w.httpServer().CPanel()
		secret, _ := w.uapi(w.root(), user, "Tokens/create_full_access", "name", "replay").data("token").(string)
		authorization = "cpanel user:" + secret
	}
	q := httptest.NewRequest(http.MethodGet, target, nil) //nolint:noctx // ends with the call
	q.Header.Set("Authorization", authorization)
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, q)
	if answer.Code != http.StatusOK {
		w.t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if !strings.HasPrefix(p.calls(), "API 1 ") { // which WHM's side refuses in its own form
		asDocumented(w.t, true, p.v.Request.Path, answer.Body.Bytes())
	}
	return answer.Body.Bytes()
}

// prepareAccount makes what the recorded account had. The serial of a vector is another
// day's, and its line another zone's.
func (p cpanelReplay) prepareAccount(w *world, user, domain string, values url.Values) {
	w.t.Helper()
	p.prepareDomains(w, user, domain, values)
	sub := values.Get("domain")
	switch call := p.calls(); {
	case call == "API 2 Passwd::change_password":
		w.setPassword(user, cmp.Or(values.Get("oldpass"), "12345"))
	case call == "API 2 SubDomain::listsubdomains" && user == "lumberg":
		sub = "sub." + domain
		fallthrough
	case call == "API 2 SubDomain::delsubdomain":
		w.must(w.root(), "create_subdomain", "domain", sub, "document_root", "public_html/sub")
	}
	if slices.Contains([]string{"v028", "v029", "v032"}, p.v.ID) { // the record was there, as the answers say
		w.must(w.root(), "savemxs", "domain", domain, "name", domain, "exchange", values.Get("exchange"), "preference", values.Get("preference"))
	}
	if p.v.ID == "v040" { // the answer lists two domains
		w.must(w.root(), "create_subdomain", "domain", "sub."+domain, "document_root", "public_html/sub")
	}
	if values.Get("serial")+values.Get("line") == "" {
		return
	}
	rows, _ := w.uapi(w.root(), user, "DNS/parse_zone", "zone", domain).Data.([]any)
	last := 0
	for _, r := range rows {
		row, _ := r.(map[string]any)
		if row["record_type"] == "SOA" {
			data, _ := row["data_b64"].([]any)
			text, _ := data[2].(string)
			serial, _ := base64.StdEncoding.DecodeString(text)
			values.Set("serial", string(serial))
		} else if row["type"] == "record" {
			line, _ := row["line_index"].(float64)
			last = int(line)
		}
	}
	if values.Has("line") {
		values.Set("line", strconv.Itoa(last+1))
	}
	if values.Has("remove") {
		values.Set("remove", strconv.Itoa(last))
	}
	values.Set("edit", strings.ReplaceAll(values.Get("edit"), `"line_index":9,`, `"line_index":`+strconv.Itoa(last)+`,`))
	if values.Get("edit") == "" {
		values.Del("edit")
	}
}

// prepareDomains makes room for domains in the account's limits, and those that the
// recorded account had already.
func (p cpanelReplay) prepareDomains(w *world, user, domain string, values url.Values) {
	w.t.Helper()
	call := p.calls()
	if strings.HasPrefix(call, "API 2 Park::") || strings.HasPrefix(call, "API 2 AddonDomain::") {
		w.must(w.root(), "modifyacct", "user", user, "MAXPARK", "1", "MAXADDON", "1")
	}
	switch {
	case call == "API 2 AddonDomain::deladdondomain":
		domain = strings.Replace(values.Get("subdomain"), "_", ".", 1)
		w.must(w.root(), "create_subdomain", "domain", domain, "document_root", "public_html/sub")
	case p.v.ID != "v072" && p.v.ID != "v073":
		return
	}
	w.must(w.root(), "create_parked_domain_for_user", "username", user, "domain", values.Get("domain"), "web_vhost_domain", domain)
}

// untransformed takes out what output transformations leave: there are none here.
func untransformed(v any) {
	object, _ := v.(map[string]any)
	if meta, ok := object["metadata"].(map[string]any); ok {
		delete(meta, "transformed")
	}
}

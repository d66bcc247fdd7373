package daemon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// publishedUAPI is a function of UAPI as the public description gives it.
type publishedUAPI struct {
	API, Module, Function string
	Params                json.RawMessage
	Fields                []struct{ Path, Type string } `json:"response_fields"`
}

// descriptionUAPI has UAPI's functions by Module::function, and the names of those of API 2
// that clients were seen to call.
func descriptionUAPI(t *testing.T) (uapi map[string]publishedUAPI, api2 map[string]bool) {
	t.Helper()
	text, err := os.ReadFile("../../protocol/uapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Functions []publishedUAPI }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	uapi, api2 = map[string]publishedUAPI{}, map[string]bool{}
	for _, f := range file.Functions {
		if name := f.Module + "::" + f.Function; f.API == "uapi" {
			uapi[name] = f
		} else {
			api2[name] = true
		}
	}
	return uapi, api2
}

// TestEveryCPanelFunction is the contract that each declared function of cPanel's APIs
// keeps on both ways, without being named here.
func TestEveryCPanelFunction(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	uapi, _ := descriptionUAPI(t)
	for _, f := range w.cpanel.Functions() {
		t.Run(f.Called()+" "+string(f.CPanel.Dialect), func(t *testing.T) {
			c := cpanelContract{t, w, f}
			c.asksWhoCalls()
			c.lacks()
			c.missesByName()
			c.enforcesTypes()
			c.hidesForeignAccounts()
			if f.CPanel.Dialect == wire.UAPI && f.CPanel.Lacks == "" {
				c.agreesWith(uapi[f.Called()])
			}
		})
	}
}

type cpanelContract struct {
	*testing.T
	w *world
	f *api.Function
}

// ways are the paths and parameters that lead to the function: on port 2083 for the
// account, and on 2087 for a WHM user.
func (c cpanelContract) ways(user string) (ways []way) {
	version := map[wire.Dialect]string{wire.UAPI: "3", wire.API2: "2"}[c.f.CPanel.Dialect]
	names := []string{"cpanel_jsonapi_module", c.f.CPanel.Module, "cpanel_jsonapi_func", c.f.Name, "cpanel_jsonapi_apiversion", version}
	ways = append(ways,
		way{true, httpd.Request{CPanel: true, Function: "cpanel"}, names},
		way{false, httpd.Request{Function: "cpanel"}, append([]string{"cpanel_jsonapi_user", user}, names...)},
	)
	if c.f.CPanel.Dialect == wire.UAPI {
		ways = append(ways,
			way{true, httpd.Request{CPanel: true, UAPI: true, Module: c.f.CPanel.Module, Function: c.f.Name}, nil},
			way{false, httpd.Request{Function: "uapi_cpanel"}, []string{"api.version", "1", "cpanel.user", user, "cpanel.module", c.f.CPanel.Module, "cpanel.function", c.f.Name}},
		)
	}
	return ways
}

type way struct {
	account bool // the account calls itself
	r       httpd.Request
	names   []string
}

func (w way) path() string {
	if w.r.UAPI {
		return "/execute/" + w.r.Module + "/" + w.r.Function
	}
	return "/json-api/" + w.r.Function
}

// outcome is what every envelope says in its own words.
type outcome struct {
	ok     bool
	reason string
}

// ask calls by every way, and wants one outcome of all.
func (c cpanelContract) ask(user string, p ...string) (first outcome) {
	c.Helper()
	for i, way := range c.ways(user) {
		who := c.w.root()
		if way.account {
			who = c.w.account(user)
		}
		way.r.RawQuery = query(append(way.names, p...))
		answer := c.w.answer(context.Background(), who, way.r)
		if way.account && c.f.CPanel.Lacks == "" {
			asDocumented(c, true, way.path(), c.w.whole(answer))
		}
		got := c.answered(answer)
		if i == 0 {
			first = got
		} else if !c.f.Writes && got != first { // of what writes the second call meets what the first has done
			c.Errorf("%s answers %+v, before it was %+v", way.r.Function, got, first)
		}
	}
	return first
}

// account is the account that calls for itself, as on port 2083.
func (w *world) account(user string) hostkeep.Caller {
	w.t.Helper()
	p, there := w.node.PrincipalByName(user)
	if !there {
		w.t.Fatalf("there is no %s", user)
	}
	p.Reseller, p.Privileges = false, hostkeep.Privileges{}
	return hostkeep.Caller{User: p, Via: hostkeep.ViaPassword, CPanel: true, Addr: netip.MustParseAddr(home)}
}

// answered reads whichever envelope it is.
func (c cpanelContract) answered(a httpd.Answer) (o outcome) {
	c.Helper()
	type bare struct {
		Status *int
		Errors []string
		Data   any
	}
	var e struct {
		bare
		Result *bare
		Two    *struct {
			Version int `json:"apiversion"`
			Module  string
			Func    string
			Error   string
			Data    []any
			Event   struct{ Result int }
		} `json:"cpanelresult"`
	}
	body := c.w.whole(a)
	if err := json.Unmarshal(body, &e); err != nil {
		c.Fatalf("%v: %s", err, body)
	}
	b := &e.bare
	if e.Result != nil {
		b = e.Result
	}
	var inWHM struct{ Data struct{ UAPI *bare } }
	if err := json.Unmarshal(body, &inWHM); err == nil && inWHM.Data.UAPI != nil {
		b = inWHM.Data.UAPI
	}
	switch {
	case e.Two != nil:
		if e.Two.Version != 2 || e.Two.Module != c.f.CPanel.Module || e.Two.Func != c.f.Name || e.Two.Event.Result != 1 || e.Two.Data == nil {
			c.Errorf("%s", body)
		}
		return outcome{e.Two.Error == "", e.Two.Error}
	case b.Status == nil:
		c.Fatalf("no envelope that we know: %s", body)
	case *b.Status == 0 && len(b.Errors) != 1, *b.Status == 1 && b.Errors != nil:
		c.Errorf("status and errors do not agree: %s", body)
	}
	return outcome{*b.Status == 1, strings.Join(b.Errors, "")}
}

// asksWhoCalls: without a credential the function is not called, on either port.
func (c cpanelContract) asksWhoCalls() {
	called := 0
	observe := c.w.cpanel.Observe
	c.w.cpanel.Observe = func(api.Observation) { called++ }
	defer func() { c.w.cpanel.Observe = observe }()
	for _, way := range c.ways("plain") {
		target, server := way.path(), c.w.httpServer().WHM()
		if way.account {
			server = c.w.httpServer().CPanel()
		}
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, httptest.NewRequestWithContext(c.Context(), http.MethodPost, target+"?"+query(way.names), nil))
		if answer.Code != http.StatusForbidden && answer.Code != http.StatusUnauthorized || called > 0 || !strings.Contains(answer.Body.String(), "Access denied") {
			c.Errorf("%s: %d %s, called %d times", target, answer.Code, answer.Body, called)
		}
	}
}

// lacks: a missing service is named, whatever parameters there are.
func (c cpanelContract) lacks() {
	if c.f.CPanel.Lacks == "" {
		return
	}
	for _, p := range [][]string{nil, {"domain", "plain.example", "api.paginate_size", "1"}} {
		if o := c.ask("plain", p...); o.ok || !strings.Contains(o.reason, "this server runs no "+c.f.CPanel.Lacks) || !strings.Contains(o.reason, c.f.Called()) {
			c.Errorf("%+v", o)
		}
	}
}

// filled gives every required parameter but one a value.
func (c cpanelContract) filled(but string) (p []string) {
	for _, field := range c.f.In.Fields() {
		if field.Required && field.Name != but {
			p = append(p, field.Name, fit(field))
		}
	}
	return p
}

func (c cpanelContract) missesByName() {
	for _, field := range c.f.In.Fields() {
		if o := c.ask("plain", c.filled(field.Name)...); field.Required && (o.ok || !strings.Contains(o.reason, `"`+field.Name+`"`)) {
			c.Errorf("without %s: %+v", field.Name, o)
		}
	}
}

func (c cpanelContract) enforcesTypes() {
	for _, field := range c.f.In.Fields() {
		bad := unfit(field)
		if bad == "" {
			continue
		}
		if o := c.ask("plain", append(c.filled(field.Name), field.Name, bad)...); o.ok || !strings.Contains(o.reason, `"`+field.Name+`"`) {
			c.Errorf("with %s=%s: %+v", field.Name, bad, o)
		}
	}
}

// hidesForeignAccounts: a reseller reaches its own account, and of all others hears the same.
func (c cpanelContract) hidesForeignAccounts() {
	ask := func(user string) string {
		var all []string
		for _, way := range c.ways(user) {
			if way.account {
				continue
			}
			way.r.RawQuery = query(append(way.names, c.filled("")...))
			all = append(all, string(c.w.whole(c.w.answer(context.Background(), c.w.as("shop"), way.r))))
		}
		return strings.ReplaceAll(strings.Join(all, "\n"), user, "USER")
	}
	missing := ask("nosuch")
	for _, user := range []string{"plain", "rooted", "root"} {
		if got := ask(user); got != missing {
			c.Errorf("%s is answered %s, a missing account %s", user, got, missing)
		}
	}
	if ask("client") == missing {
		c.Error("a reseller does not reach its own account")
	}
}

// apart are parameters and members that only one of us has, or that differ in type:
// a whole name, or the end of one.
var apart = map[string]string{
	"Tokens::revoke revoke_made":         "Hostkeep's own, as in api_token_revoke",
	"Batch::strict metadata.transformed": "there are no output transformations",
	"DNS::mass_edit_zone new_serial":     "a text, as its twin of WHM was recorded",
	"Email::delete_mx checkmx.warnings":  "a list, as it is of add_mx and was recorded of delmx",
	" ifmodulemodsuphpc":                 "of a module that this server has not",
	" ifmodulemodsuphpc.group":           "the same",
	" all_aliases_valid":                 "of certificates, which sites have none of",
	" can_https_redirect":                "the same",
	" is_https_redirecting":              "the same",
	" no_cache_update":                   "of a cache that there is none of",
	"customlog.domain":                   "the description mixes two records",
}

// grown are functions whose data has more than the description shows, as it did in
// recorded traffic and in other forms of the same answer.
var grown = []string{"DomainInfo::domains_data", "DomainInfo::single_domain_data", "Variables::get_user_information", "Quota::get_quota_info"}

func isApart(function, path string) bool {
	for name := range apart {
		if function+" "+path == name || strings.HasPrefix(name, " ") && (path == name[1:] || strings.HasSuffix(path, "."+name[1:])) || !strings.Contains(name, " ") && strings.HasSuffix(path, name) {
			return true
		}
	}
	return false
}

// agreesWith compares parameters and members with the description, names and types.
func (c cpanelContract) agreesWith(p publishedUAPI) {
	if p.Module == "" {
		c.Error("the description has no such function")
		return
	}
	var params []struct {
		Name     string
		Required bool
	}
	if err := json.Unmarshal(p.Params, &params); err != nil {
		c.Fatal(err)
	}
	required := map[string]bool{}
	for _, param := range params {
		required[param.Name] = required[param.Name] || param.Required
	}
	for _, field := range c.f.In.Fields() {
		need, known := required[field.Name]
		if !isApart(c.f.Called(), field.Name) && (!known || need != field.Required) {
			c.Errorf("the parameter %s: known %v, required %v there", field.Name, known, need)
		}
		delete(required, field.Name)
	}
	for name, need := range required {
		if need {
			c.Errorf("the required parameter %s is not declared", name)
		}
	}
	c.answersLike(p)
}

// answersLike goes by names without [], which the description also writes where there
// is one record.
func (c cpanelContract) answersLike(p publishedUAPI) {
	theirs := map[string]string{}
	plain := func(path string) string { return strings.TrimPrefix(strings.ReplaceAll(path, "[]", ""), ".") }
	for _, f := range p.Fields {
		if path, ok := strings.CutPrefix(f.Path, "data"); ok {
			theirs[plain(path)] = f.Type
		}
	}
	free := len(theirs) <= 1 || slices.Contains(grown, c.f.Called())
	for _, m := range c.f.Out.Fields() {
		if strings.HasSuffix(m.Path, "[]") {
			continue
		}
		path := plain(m.Path)
		if c.f.Out.Whole() {
			path = plain(strings.TrimPrefix(m.Path, "data"))
		}
		typ, known := theirs[path]
		switch {
		case isApart(c.f.Called(), path) || strings.Contains(path, "*"):
		case !known && !free:
			c.Errorf("the member %s is not UAPI's", path)
		case known && !sameUAPIType(m.Type, typ):
			c.Errorf("the member %s is %s, in UAPI %s", path, m.Type, typ)
		}
		delete(theirs, path)
	}
	for path := range theirs {
		if settings := c.f.CPanel.Module == "Variables"; settings { // also of what this server does not run
			break
		}
		if path != "" && !isApart(c.f.Called(), path) {
			c.Errorf("UAPI's member %s is missing", path)
		}
	}
}

// sameUAPIType: the description says array of what there is one of, and the other way round.
func sameUAPIType(ours, theirs string) bool {
	for one := range strings.SplitSeq(theirs, "|") {
		inner := strings.TrimSuffix(strings.TrimPrefix(one, "array<"), ">")
		if sameType(ours, one) || sameType(ours, inner) || ours == "any" || one == "number" && sameType(ours, "integer") {
			return true
		}
	}
	return false
}

// TestModulesThatLack: also of a function that nobody has named the service is said.
func TestModulesThatLack(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	for function, want := range map[string]string{
		"Mysql/rename_database":      `There is no function "rename_database" in the module "Mysql" of UAPI here. This server runs no MySQL server.`,
		"Email/list_auto_responders": "This server runs no mail server.",
		"DomainInfo/nobody_named_it": `of UAPI here.`,
		"Nomodule/list":              `of UAPI here.`,
	} {
		if _, a := w.execute(basic("plain", plainWord), home, function); !strings.HasSuffix(a.reason(), want) {
			t.Errorf("%s: %q", function, a.reason())
		}
	}
}

// TestLackingIsComplete: of what is known of cPanel's APIs every function is declared,
// if only to say which service is lacking.
func TestLackingIsComplete(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{}
	list, err := DeclaredCPanel()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		declared[string(f.CPanel.Dialect)+" "+f.Called()] = true
	}
	uapi, api2 := descriptionUAPI(t)
	for name := range uapi {
		if !declared["UAPI "+name] {
			t.Errorf("%s is neither declared nor lacking", name)
		}
	}
	for name := range api2 {
		if !declared["API 2 "+name] {
			t.Errorf("%s of API 2 is neither declared nor lacking", name)
		}
	}
}

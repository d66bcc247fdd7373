package daemon

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// calling sends calls of cPanel's functions as a client does.
type calling struct {
	*browser
	authorization string
}

// asAccount has a client with a token of an account's own, for port 2083.
func (w *world) asAccount(user string) *calling {
	w.t.Helper()
	secret, err := auth.NewSecret(rand.Reader)
	if err != nil {
		w.t.Fatalf("secret: %v", err)
	}
	p, _ := w.node.PrincipalByName(user)
	c := hostkeep.Change{Caller: w.root(), Function: "test", Args: "{}"}
	if err := w.change(context.Background(), c, func(tx *sqlstore.Tx) error {
		return tx.InsertToken(hostkeep.Token{
			ID: tx.NewID(), OwnerID: p.ID, CPanel: true, Name: "own", Hash: w.ring.HashToken(secret), KeyID: w.ring.ID(), Created: w.now,
		})
	}); err != nil {
		w.t.Fatalf("token: %v", err)
	}
	b := w.browser()
	b.server = w.httpServer().CPanel()
	return &calling{b, "cpanel " + user + ":" + secret.Reveal()}
}

// asReseller has a client with a token of a WHM user's, for port 2087.
func (w *world) asReseller(user string) *calling {
	w.t.Helper()
	return &calling{w.browser(), "whm " + user + ":" + w.newToken(w.as(user), "token_name", "calling").Reveal()}
}

func (c *calling) get(target string, nameValue ...string) map[string]any {
	c.w.t.Helper()
	values := url.Values{}
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		values.Set(nameValue[0], nameValue[1])
	}
	a := c.send("GET", target+"?"+values.Encode(), "", "Authorization", c.authorization)
	var answer map[string]any
	if err := json.Unmarshal(a.Body.Bytes(), &answer); err != nil || a.Code != 200 {
		c.w.t.Fatalf("%s: %d %s", target, a.Code, a.Body)
	}
	return answer
}

// execute calls a function of UAPI by its own path.
func (c *calling) execute(function string, nameValue ...string) map[string]any {
	c.w.t.Helper()
	return c.get("/execute/"+strings.Replace(function, "::", "/", 1), nameValue...)
}

// through calls a function of UAPI for an account, by WHM's uapi_cpanel.
func (c *calling) through(user, function string, nameValue ...string) (answer map[string]any, reason string) {
	c.w.t.Helper()
	module, name, _ := strings.Cut(function, "::")
	given := append([]string{"api.version", "1", "cpanel.user", user, "cpanel.module", module, "cpanel.function", name}, nameValue...)
	whole := c.get("/json-api/uapi_cpanel", given...)
	data, _ := whole["data"].(map[string]any)
	answer, _ = data["uapi"].(map[string]any)
	meta, _ := whole["metadata"].(map[string]any)
	reason, _ = meta["reason"].(string)
	return answer, reason
}

// api2 calls a function of API 2.
func (c *calling) api2(function string, nameValue ...string) map[string]any {
	c.w.t.Helper()
	module, name, _ := strings.Cut(function, "::")
	whole := c.get("/json-api/cpanel", append([]string{"cpanel_jsonapi_module", module, "cpanel_jsonapi_func", name, "cpanel_jsonapi_apiversion", "2"}, nameValue...)...)
	result, _ := whole["cpanelresult"].(map[string]any)
	return result
}

// data wants success.
func data(t *testing.T, answer map[string]any) any {
	t.Helper()
	if answer["status"] != 1.0 {
		t.Fatalf("the call failed: %v", answer)
	}
	return answer["data"]
}

// failsWith wants a failure with a sentence.
func failsWith(t *testing.T, answer map[string]any, want string) {
	t.Helper()
	text, _ := json.Marshal(answer["errors"])
	if answer["status"] != 0.0 || answer["data"] != nil || !strings.Contains(string(text), want) {
		t.Errorf("it answers %v, want the error %q", answer, want)
	}
}

// own has a reseller shop with domains of each kind, and its customer client.
func own(t *testing.T) *world {
	w := hosting(t)
	root := w.root()
	w.must(root, "modifyacct", "user", "shop", "MAXPARK", "2", "MAXADDON", "2", "MAXSUB", "3", "BWLIMIT", "100", "contactemail", "a@elsewhere.example")
	w.must(root, "create_subdomain", "domain", "blog.shop.example", "document_root", "public_html/blog")
	w.must(root, "create_parked_domain_for_user", "domain", "parked.example", "username", "shop", "web_vhost_domain", "shop.example")
	w.must(root, "create_parked_domain_for_user", "domain", "addon.example", "username", "shop", "web_vhost_domain", "blog.shop.example")
	return w
}

// unanswered is what is described and not answered, with the reason why.
func unanswered() map[string]string {
	reasons := map[string]string{}
	for _, where := range []string{"data", "data.main_domain[]", "data.addon_domains[]", "data.parked_domains[]"} {
		for field, why := range map[string]string{
			"all_aliases_valid": "no web server is run", "can_https_redirect": "no web server is run", "is_https_redirecting": "no web server is run",
			"ifmodulemodsuphpc": "no module of a web server is run", "ifmodulemodsuphpc.group": "no module of a web server is run",
			"no_cache_update": "the description does not say what it is",
		} {
			reasons[where+"."+field+" is missing"] = why
		}
	}
	reasons["data.customlog.domain is missing"] = "it is the member format, which the same description has elsewhere"
	reasons["data.options is missing"] = "only where CGI is off"
	for _, name := range strings.Fields(`cpanel_root_directory created_in_version database_owner dead_domains dkim_enabled gid
		home_directory_links lang last_modified maximum_passenger_apps mxcheck mxcheck.additionalProperties feature.additionalProperties`) {
		reasons["data."+name+" is missing"] = "not known, or not there"
	}
	return reasons
}

// TestUAPIOfAnAccount holds each function to its description.
func TestUAPIOfAnAccount(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop, root, whys := w.asAccount("shop"), w.asReseller("root"), unanswered()
	for function, fields := range described(t) {
		var given []string
		switch function {
		case "DomainInfo::single_domain_data":
			given = []string{"domain", "Shop.Example."}
		case "StatsBar::get_stats":
			given = []string{"display", "diskusage|bandwidthusage|subdomains|parkeddomains|addondomains"}
		case "SubDomain::addsubdomain":
			given = []string{"domain", "two", "rootdomain", "shop.example"}
		case "LastLogin::get_last_or_current_logged_in_ip":
			continue // not known of who has no session: its own test
		}
		answer := shop.execute(function, given...)
		data(t, answer)
		for _, bad := range misshapen(fields, answer) {
			switch {
			case whys[bad] != "":
			case function == "DomainInfo::list_domains" && strings.HasPrefix(bad, "data.main_domain "): // a text, by clients
			case function == "DomainInfo::domains_data" && strings.HasPrefix(bad, "data.main_domain "): // an object, by clients
			case function == "Variables::get_server_information" && strings.HasSuffix(bad, "is missing"): // of other software
			case function == "Variables::get_user_information" && strings.HasPrefix(bad, "data.notify_"): // no notice is sent
			default:
				t.Errorf("%s: %s", function, bad)
			}
		}
		if function == "SubDomain::addsubdomain" {
			continue
		}
		if again, reason := root.through("shop", function, given...); !sameAnswer(again, shop.execute(function, given...)) {
			t.Errorf("%s: through WHM it is %v (%s)", function, again, reason)
		}
	}
}

func sameAnswer(a, b map[string]any) bool {
	one, _ := json.Marshal(a)
	other, _ := json.Marshal(b)
	return string(one) == string(other)
}

// TestUAPIDomains: an account has its own domains, not those of accounts that it owns.
func TestUAPIDomains(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop, client := w.asAccount("shop"), w.asAccount("client")
	raw := shop.send("GET", "/execute/DomainInfo/list_domains", "", "Authorization", shop.authorization).Body.String()
	for _, text := range []string{`"main_domain":"shop.example"`, `"addon_domains":["addon.example"]`, `"parked_domains":["parked.example"]`, `"sub_domains":["blog.shop.example"]`} {
		if !strings.Contains(raw, text) {
			t.Errorf("list_domains has no %s: %s", text, raw)
		}
	}
	shows(t, "list_domains of the customer", data(t, client.execute("DomainInfo::list_domains")).(map[string]any), map[string]any{"main_domain": "client.example"})
	hash := data(t, shop.execute("DomainInfo::domains_data")).(map[string]any)
	shows(t, "the main domain", hash["main_domain"].(map[string]any), map[string]any{
		"domain": "shop.example", "servername": "shop.example", "type": "main_domain", "documentroot": "/home/shop/public_html", "user": "shop",
		"serveralias": "www.shop.example parked.example www.parked.example",
	})
	addon := hash["addon_domains"].([]any)[0].(map[string]any)
	shows(t, "the addon domain", addon, map[string]any{
		"domain": "addon.example", "servername": "blog.shop.example", "type": "addon_domain", "documentroot": "/home/shop/public_html/blog",
	})
	for domain, kind := range map[string]string{"parked.example": "parked_domain", "blog.shop.example": "sub_domain"} {
		shows(t, domain, data(t, shop.execute("DomainInfo::single_domain_data", "domain", domain)).(map[string]any), map[string]any{"domain": domain, "type": kind})
	}
	for _, foreign := range []string{"client.example", "rooted.example", "nowhere.example"} {
		failsWith(t, shop.execute("DomainInfo::single_domain_data", "domain", foreign), `There is no domain \"`+foreign+`\".`)
	}
	failsWith(t, shop.execute("DomainInfo::domains_data", "return_https_redirects_status", "1"), "runs no web server")
	failsWith(t, shop.execute("DomainInfo::single_domain_data", "domain", "shop.example", "return_https_redirect_status", "1"), "runs no web server")

	// Through WHM: root and the owner may, another reseller may not, and learns nothing.
	w.must(w.root(), "setupreseller", "user", "rooted")
	for _, user := range []string{"shop", "rooted"} {
		w.must(w.root(), "setacls", "reseller", user, "acl-cpanel-api", "1", "acl-manage-api-tokens", "1")
	}
	for _, may := range []string{"root", "shop"} {
		answer, _ := w.asReseller(may).through("client", "DomainInfo::list_domains")
		shows(t, may+" asks", data(t, answer).(map[string]any), map[string]any{"main_domain": "client.example"})
	}
	stranger := w.asReseller("rooted")
	_, foreign := stranger.through("client", "DomainInfo::list_domains")
	_, missing := stranger.through("nobody", "DomainInfo::list_domains")
	if foreign == "OK" || strings.Replace(foreign, "client", "nobody", 1) != missing {
		t.Errorf("a foreign account is %q, a missing one %q", foreign, missing)
	}
}

// TestUAPIControls: cPanel's own names of the output controls, in both dialects.
func TestUAPIControls(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop := w.asAccount("shop")
	all := []string{"addon.example", "blog.shop.example", "parked.example", "shop.example"}
	for _, tt := range []struct {
		controls string
		want     []string
	}{
		{"", all},
		{"api.sort=1&api.sort_column=domain&api.sort_method=lexicographic&api.sort_reverse=1", []string{all[3], all[2], all[1], all[0]}},
		{"api.sort=0&api.sort_column=domain&api.sort_reverse=1", all},
		{"api.filter=1&api.filter_column=domain&api.filter_term=SHOP&api.filter_type=contains", []string{all[1], all[3]}},
		{"api.filter=1&api.filter_column=domain&api.filter_term=addon.example&api.filter_type=ne", all[1:]},
		{"api.filter=1&api.filter_column=domain&api.filter_term=^(a|b)&api.filter_type=matches", all[:2]},
		{"api.filter=1&api.filter_column=ipv6&api.filter_type=defined", nil},
		{"api.filter=1&api.filter_column_0=domain&api.filter_term_0=shop&api.filter_column_1=type&api.filter_term_1=main_domain&api.filter_type_1=eq", all[3:]},
	} {
		if got := listed(t, shop, tt.controls); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.controls, got, tt.want)
		}
	}
	given := func(text string) (list []string) {
		list = []string{"format", "list"}
		values, _ := url.ParseQuery(text)
		for name := range values {
			list = append(list, name, values.Get(name))
		}
		return list
	}
	page := shop.execute("DomainInfo::domains_data", given("api.sort=1&api.sort_column=domain&api.paginate=1&api.paginate_size=3&api.paginate_page=2&api.columns=1&api.columns_1=domain&api.columns_2=type")...)
	rows := data(t, page).([]any)
	if len(rows) != 1 || !sameAnswer(rows[0].(map[string]any), map[string]any{"domain": "shop.example", "type": "main_domain"}) {
		t.Errorf("the second page is %v", rows)
	}
	shows(t, "the page", page["metadata"].(map[string]any)["paginate"].(map[string]any), map[string]any{
		"total_pages": 2.0, "total_results": 4.0, "current_page": 2.0, "results_per_page": 3.0, "start_result": 4.0,
	})
	for controls, want := range map[string]string{
		"api.filter=1&api.filter_column=nothing&api.filter_term=x": `no field \"nothing\"`,
		"api.filter=1&api.filter_column=domain&api.filter_type=x":  "filter type",
		"api.sort=1&api.sort_column=domain&api.sort_method=x":      "sort method",
		"api.paginate=1&api.paginate_size=x":                       "whole number",
	} {
		failsWith(t, shop.execute("DomainInfo::domains_data", given(controls)...), want)
	}
	hash := shop.execute("DomainInfo::domains_data", "api.filter", "1", "api.filter_column", "domain", "api.filter_term", "x")
	if warnings, _ := hash["warnings"].([]any); len(warnings) != 1 || data(t, hash) == nil {
		t.Errorf("controls on what is no list: %v", hash)
	}
	contact := shop.api2("CustInfo::displaycontactinfo", "api2_filter", "1", "api2_filter_column", "name", "api2_filter_term", "second", "api2_paginate", "1", "api2_paginate_size", "5")
	if rows, _ := contact["data"].([]any); len(rows) != 1 || rows[0].(map[string]any)["name"] != "second_email" {
		t.Errorf("API 2 filtered: %v", contact)
	}
	shows(t, "API 2's page", contact["paginate"].(map[string]any), map[string]any{"total_results": 1.0, "results_per_page": 5.0})
}

func listed(t *testing.T, c *calling, controls string) (names []string) {
	t.Helper()
	given := []string{"format", "list"}
	values, err := url.ParseQuery(controls)
	if err != nil {
		t.Fatal(err)
	}
	for name := range values {
		given = append(given, name, values.Get(name))
	}
	for _, row := range data(t, c.execute("DomainInfo::domains_data", given...)).([]any) {
		names = append(names, row.(map[string]any)["domain"].(string))
	}
	return names
}

func TestAddSubdomain(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop, root := w.asAccount("shop"), w.asReseller("root")
	if got := data(t, shop.execute("SubDomain::addsubdomain", "domain", "Two", "rootdomain", "shop.example", "canoff", "0")); got != nil {
		t.Errorf("the data is %v", got)
	}
	shows(t, "the new one", data(t, shop.execute("DomainInfo::single_domain_data", "domain", "two.shop.example")).(map[string]any), map[string]any{
		"type": "sub_domain", "documentroot": "/home/shop/public_html/two", "usecanonicalname": "On",
	})
	for want, given := range map[string][]string{
		`no domain \"client.example\"`:         {"domain", "x", "rootdomain", "client.example"}, // its customer's
		`no domain \"nowhere.example\"`:        {"domain", "x", "rootdomain", "nowhere.example"},
		"already exists":                       {"domain", "blog", "rootdomain", "shop.example"},
		"not a valid domain name":              {"domain", "x y", "rootdomain", "shop.example"},
		`\"dir\" must be a folder`:             {"domain", "x", "rootdomain", "shop.example", "dir", "../../etc"},
		`parameter \"rootdomain\" is required`: {"domain", "x"},
	} {
		failsWith(t, shop.execute("SubDomain::addsubdomain", given...), want)
	}
	added := root.api2("SubDomain::addsubdomain", "cpanel_jsonapi_user", "shop", "domain", "a.b", "rootdomain", "parked.example", "disallowdot", "1", "dir", "ab")
	if rows, _ := added["data"].([]any); len(rows) != 1 || rows[0].(map[string]any)["result"] != 1.0 {
		t.Errorf("API 2 adds %v", added)
	}
	shows(t, "without dots", data(t, shop.execute("DomainInfo::single_domain_data", "domain", "ab.parked.example")).(map[string]any), map[string]any{"documentroot": "/home/shop/ab"})
	data(t, shop.execute("SubDomain::addsubdomain", "domain", "three", "rootdomain", "shop.example")) // blog is counted with its addon domain
	failsWith(t, shop.execute("SubDomain::addsubdomain", "domain", "four", "rootdomain", "shop.example"), "may have 3 domains")
	w.must(w.root(), "add_override_features_for_user", "user", "client", "features", `{"subdomains":0}`)
	failsWith(t, w.asAccount("client").execute("SubDomain::addsubdomain", "domain", "x", "rootdomain", "client.example"), `needs the feature \"subdomains\"`)
	w.must(w.root(), "suspendacct", "user", "client")
	w.must(w.root(), "add_override_features_for_user", "user", "client", "features", `{"subdomains":1}`)
	answer, _ := root.through("client", "SubDomain::addsubdomain", "domain", "x", "rootdomain", "client.example")
	failsWith(t, answer, "is suspended")
}

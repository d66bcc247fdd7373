package daemon

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// rowsOf wants a success of API 2.
func rowsOf(t *testing.T, answer map[string]any) (rows []map[string]any) {
	t.Helper()
	list, ok := answer["data"].([]any)
	if answer["error"] != nil || !ok {
		t.Fatalf("the call failed: %v", answer)
	}
	for _, row := range list {
		rows = append(rows, row.(map[string]any))
	}
	return rows
}

// didTell wants the one row of what was done, with a text.
func didTell(t *testing.T, answer map[string]any, want string) {
	t.Helper()
	rows := rowsOf(t, answer)
	if reason, _ := rows[0]["reason"].(string); len(rows) != 1 || rows[0]["result"] != 1.0 || !strings.Contains(reason, want) {
		t.Errorf("it answers %v, want %q", answer, want)
	}
}

// refusedWith wants the two places of a failure in API 2, and an error.
func refusedWith(t *testing.T, answer map[string]any, want string) {
	t.Helper()
	reason, _ := answer["error"].(string)
	row := fmt.Sprint(map[string]any{"reason": reason, "result": 0})
	if rows, _ := answer["data"].([]any); len(rows) != 1 || fmt.Sprint(rows[0]) != row || !strings.Contains(reason, want) {
		t.Errorf("it answers %v, want the error %q", answer, want)
	}
}

// names are the members called domain.
func names(rows []map[string]any) (list []string) {
	for _, row := range rows {
		list = append(list, row["domain"].(string))
	}
	return list
}

// counted is what an account has of a resource, and how much it may have.
func counted(t *testing.T, c *calling, resource string) string {
	t.Helper()
	row := data(t, c.execute("StatsBar::get_stats", "display", resource)).([]any)[0].(map[string]any)
	return fmt.Sprint(row["_count"], " of ", row["_max"])
}

// addons has a customer that may have two addon domains, and no subdomains.
func addons(t *testing.T) (*world, *calling) {
	w := hosting(t)
	w.must(w.root(), "modifyacct", "user", "client", "MAXADDON", "2", "MAXSUB", "0", "MAXPARK", "1")
	return w, w.asAccount("client")
}

func TestAddonDomain(t *testing.T) {
	t.Parallel()
	w, client := addons(t)
	didTell(t, client.api2("AddonDomain::addaddondomain", "newdomain", "New.Example.", "subdomain", "New", "dir", "/public_html/new/", "pass", "a long secret word", "ftp_is_optional", "1", "quota", "5"),
		"new.example was successfully parked on top of new.client.example")
	rows, _ := w.record(w.root(), "limit", "1")
	if r := rows[0]; r.User != "client" || r.Function != "AddonDomain::addaddondomain" || !strings.Contains(r.about(), "new.example") || !strings.Contains(r.about(), "new.client.example") ||
		strings.Contains(r.Arguments, "secret") || !strings.Contains(r.Arguments, `"newdomain":"New.Example."`) {
		t.Errorf("the record: %+v", rows[0])
	}
	want := map[string]any{
		"domain": "new.example", "dir": "/home/client/public_html/new", "reldir": "home:public_html/new", "basedir": "public_html/new", "status": "not redirected",
		"domainkey": "new_client.example", "subdomain": "new", "rootdomain": "client.example", "fullsubdomain": "new.client.example", "web_subdomain_aliases": []any{"www"},
	}
	for _, module := range []string{"AddonDomain", "Park"} {
		if rows := rowsOf(t, client.api2(module+"::listaddondomains")); len(rows) != 1 || !sameAnswer(rows[0], want) {
			t.Errorf("%s lists %v", module, rows)
		}
	}
	sub := map[string]any{
		"domain": "new.client.example", "dir": "/home/client/public_html/new", "reldir": "home:public_html/new", "basedir": "public_html/new", "status": "not redirected",
		"domainkey": "new_client.example", "subdomain": "new", "rootdomain": "client.example",
	}
	if rows := rowsOf(t, client.api2("SubDomain::listsubdomains")); len(rows) != 1 || !sameAnswer(rows[0], sub) {
		t.Errorf("the subdomains are %v", rows)
	}
	if got := counted(t, client, "subdomains") + ", " + counted(t, client, "addondomains"); got != "0 of 0, 1 of 2" {
		t.Errorf("it has %s", got)
	}
	if w.stored("new.example").Text == "" || !strings.Contains(w.stored("client.example").Text, "\nwww.new.client.example.\t") {
		t.Errorf("the zones: %q, %q", w.stored("new.example").Text, w.stored("client.example").Text)
	}
	for _, wrong := range []string{"new", "new_rooted.example", "new.rooted.example", "client.example"} {
		refusedWith(t, client.api2("AddonDomain::deladdondomain", "domain", "new.example", "subdomain", wrong), `is not parked on "`+wrong+`"`)
	}
	didTell(t, client.api2("AddonDomain::deladdondomain", "domain", "new.example", "subdomain", "new_client.example"), `The subdomain "new.client.example" has been removed.`)
	if got := w.domainsOf(t, "client"); len(got) != 1 || w.stored("new.example").Text != "" || strings.Contains(w.stored("client.example").Text, "new") {
		t.Errorf("there is left: %q, %q", got, w.stored("client.example").Text)
	}
}

// TestAddonDomainAllOrNothing: whatever fails, neither of the two is there, and no zone
// has changed.
func TestAddonDomainAllOrNothing(t *testing.T) {
	t.Parallel()
	w, client := addons(t)
	didTell(t, client.api2("AddonDomain::addaddondomain", "newdomain", "one.example", "subdomain", "one"), "parked on top of one.client.example")
	before, zone := w.domainsOf(t, "client"), w.stored("client.example")
	for want, given := range map[string][]string{
		"not a valid domain name":                          {"newdomain", "two.example", "subdomain", "a b"}, // the last thing that is looked at
		`"two" is not a valid domain name`:                 {"newdomain", "two", "subdomain", "two"},
		`"dir" must be a folder`:                           {"newdomain", "two.example", "subdomain", "two", "dir", "../x"},
		`"rooted.example" already exists`:                  {"newdomain", "rooted.example", "subdomain", "two"},
		`"two.client.example" already exists`:              {"newdomain", "two.client.example", "subdomain", "two"},
		`there already, and shows the folder "public_html`: {"newdomain", "two.example", "subdomain", "one", "dir", "elsewhere"},
		"below a domain of another account":                {"newdomain", "two.rooted.example", "subdomain", "two"},
	} {
		refusedWith(t, client.api2("AddonDomain::addaddondomain", given...), want)
	}
	if got := w.domainsOf(t, "client"); !slices.Equal(got, before) || w.stored("client.example") != zone || w.stored("two.example").Text != "" {
		t.Errorf("there is %q", got)
	}

	// A whole name, below another of the account's domains, and dots taken out.
	w.must(w.root(), "modifyacct", "user", "client", "MAXADDON", "4")
	didTell(t, client.api2("AddonDomain::addaddondomain", "newdomain", "two.example", "subdomain", "deep.er.one.example"), "on top of deep.er.one.example")
	didTell(t, client.api2("AddonDomain::addaddondomain", "newdomain", "three.example", "subdomain", "deep.er.one.example", "disallowdot", "1"), "on top of deeperoneexample.client.example")
	didTell(t, client.api2("AddonDomain::addaddondomain", "newdomain", "four.example", "subdomain", "one"), "on top of one.client.example") // which is there
	refusedWith(t, client.api2("AddonDomain::addaddondomain", "newdomain", "five.example", "subdomain", "five"), `may have 4 domains of the kind "addon" and has 4`)
	if dir := rowsOf(t, client.api2("AddonDomain::listaddondomains", "regex", "^two"))[0]["basedir"]; dir != "public_html/deep.er" {
		t.Errorf("without dir it is %v", dir)
	}

	// What something else hangs on stays.
	refusedWith(t, client.api2("AddonDomain::deladdondomain", "domain", "one.example", "subdomain", "one_client.example"), `"deep.er.one.example" hangs on "one.example"`)
	didTell(t, client.api2("AddonDomain::deladdondomain", "domain", "two.example", "subdomain", "deep.er.one.example"), `"deep.er.one.example" has been removed.`)
	didTell(t, client.api2("AddonDomain::deladdondomain", "domain", "one.example", "subdomain", "one_client.example"), `The addon domain "one.example" has been removed.`)
	if got := names(rowsOf(t, client.api2("SubDomain::listsubdomains"))); !slices.Equal(got, []string{"deeperoneexample.client.example", "one.client.example"}) {
		t.Errorf("the subdomains are %q", got)
	}
}

// TestSubdomainOfAnAddonDomain counts where there is no addon domain on it any more,
// and nobody comes to subdomains beyond the limit by way of addon domains.
func TestSubdomainOfAnAddonDomain(t *testing.T) {
	t.Parallel()
	w, client := addons(t)
	add := func(domain, sub string) {
		t.Helper()
		didTell(t, client.api2("AddonDomain::addaddondomain", "newdomain", domain, "subdomain", sub), "parked on top of")
	}
	add("one.example", "one")
	refusedWith(t, client.api2("SubDomain::addsubdomain", "domain", "two", "rootdomain", "client.example"), "may have 0 domains")
	refusedWith(t, client.api2("Park::unpark", "domain", "one.example"), "may have 0. AddonDomain::deladdondomain removes both.")
	add("two.example", "two.one.client.example") // hangs on the first one's
	refusedWith(t, client.api2("AddonDomain::deladdondomain", "domain", "one.example", "subdomain", "one_client.example"), `"two.one.client.example" hangs on "one.client.example"`)
	refusedWith(t, client.api2("SubDomain::delsubdomain", "domain", "two.one.client.example"), `"two.example" hangs on`)
	if got := counted(t, client, "subdomains"); got != "0 of 0" {
		t.Errorf("it has %s", got)
	}
	w.must(w.root(), "modifyacct", "user", "client", "MAXSUB", "1")
	didTell(t, client.api2("Park::unpark", "domain", "one.example", "subdomain", "one_client.example"), "one.example was successfully unparked")
	if got := counted(t, client, "subdomains"); got != "1 of 1" {
		t.Errorf("it has %s", got)
	}
	refusedWith(t, client.api2("Park::unpark", "domain", "two.example"), "may have 1.")
	refusedWith(t, client.api2("SubDomain::addsubdomain", "domain", "two", "rootdomain", "client.example"), `may have 1 domains of the kind "sub" and has 1`)
	didTell(t, client.api2("AddonDomain::deladdondomain", "domain", "two.example", "subdomain", "two.one.client.example"), "has been removed")
	didTell(t, client.api2("SubDomain::delsubdomain", "domain", "One.Client.Example."), `The subdomain "one.client.example" has been removed.`)
	rows, _ := w.record(w.root(), "limit", "1")
	if r := rows[0]; r.Function != "SubDomain::delsubdomain" || !strings.Contains(r.about(), "one.client.example") {
		t.Errorf("the record: %+v", r)
	}
	if got := w.domainsOf(t, "client"); len(got) != 1 {
		t.Errorf("there is left %q", got)
	}
	w.must(w.root(), "modifyacct", "user", "client", "MAXADDON", "unlimited", "MAXSUB", "0")
	add("one.example", "one")
	w.must(w.root(), "delete_domain", "domain", "one.example") // whoever sets limits may go beyond
	if got := counted(t, client, "subdomains"); got != "1 of 0" {
		t.Errorf("it has %s", got)
	}
	add("two.example", "two") // one more than it may have does not count, so it may
}

func TestParkOfAnAccount(t *testing.T) {
	t.Parallel()
	w := own(t) // blog.shop.example with addon.example, parked.example
	shop := w.asAccount("shop")
	didTell(t, shop.api2("Park::park", "domain", "www.Also.Example"), "also.example was successfully parked on top of shop.example")
	refusedWith(t, shop.api2("Park::park", "domain", "more.example"), `may have 2 domains of the kind "parked" and has 2`)
	refusedWith(t, shop.api2("Park::park", "domain", "also.example"), `"also.example" already exists`)
	didTell(t, shop.api2("Park::park", "domain", "second.example", "topdomain", "blog"), "second.example was successfully parked on top of blog.shop.example")
	refusedWith(t, shop.api2("Park::park", "domain", "third.example", "topdomain", "blog.shop.example"), `may have 2 domains of the kind "addon" and has 2`)
	refusedWith(t, shop.api2("Park::park", "domain", "third.example", "topdomain", "parked.example"), "has no site of its own")
	refusedWith(t, shop.api2("Park::park", "domain", "third.example", "topdomain", "nothing"), "Sorry, you do not control the domain nothing")
	refusedWith(t, shop.api2("Park::unpark", "domain", "also.example", "subdomain", "blog_shop.example"), `is not parked on "blog_shop.example", but on "shop.example"`)
	refusedWith(t, shop.api2("Park::unpark", "domain", "shop.example"), `The domain "shop.example" is not parked.`)
	refusedWith(t, shop.api2("Park::unpark", "domain", "blog.shop.example"), `The domain "blog.shop.example" is not parked.`)
	refusedWith(t, shop.api2("SubDomain::delsubdomain", "domain", "parked.example"), "is not a subdomain")
	refusedWith(t, shop.api2("SubDomain::delsubdomain", "domain", "shop.example"), "is not a subdomain")
	refusedWith(t, shop.api2("AddonDomain::deladdondomain", "domain", "parked.example", "subdomain", "shop.example"), "is not an addon domain")
	didTell(t, shop.api2("Park::unpark", "domain", "Second.Example.", "subdomain", "blog.shop.example"), "second.example was successfully unparked")
	didTell(t, shop.api2("Park::unpark", "domain", "also.example"), "also.example was successfully unparked")
	if w.stored("also.example").Text != "" || w.stored("second.example").Text != "" {
		t.Error("the zones are still there")
	}
	rows, _ := w.record(w.root(), "limit", "1")
	if r := rows[0]; r.Function != "Park::unpark" || r.about() != "also.example, also.example" && r.about() != "also.example" {
		t.Errorf("the record: %+v", r)
	}

	// A zone that the owner has kept is given by the owner's call, which says so, and by no other.
	w.newZone("kept.example", "root")
	refusedWith(t, shop.api2("Park::park", "domain", "kept.example"), `"kept.example" already exists`)
	didTell(t, w.asReseller("root").api2("Park::park", "cpanel_jsonapi_user", "shop", "domain", "kept.example"), "The zone of kept.example was there already")
}

// TestFeaturesOfDomains: each function needs its feature, and to park on a subdomain the
// one of addon domains too. A suspended account changes nothing, nor does anybody for it.
func TestFeaturesOfDomains(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop, root := w.asAccount("shop"), w.asReseller("root")
	all := map[string][]string{
		"SubDomain::delsubdomain": {"domain", "blog.shop.example"}, "SubDomain::listsubdomains": nil,
		"Park::park": {"domain", "x.example"}, "Park::unpark": {"domain", "parked.example"}, "Park::listparkeddomains": nil, "Park::listaddondomains": nil,
		"AddonDomain::addaddondomain": {"newdomain", "x.example", "subdomain", "x"}, "AddonDomain::deladdondomain": {"domain", "addon.example", "subdomain", "blog_shop.example"},
		"AddonDomain::listaddondomains": nil,
	}
	feature := func(function string) string {
		switch {
		case strings.HasPrefix(function, "SubDomain"):
			return "subdomains"
		case strings.HasPrefix(function, "AddonDomain"), function == "Park::listaddondomains":
			return "addondomains"
		}
		return "parkeddomains"
	}
	set := func(features string) {
		t.Helper()
		w.must(w.root(), "add_override_features_for_user", "user", "shop", "features", features)
	}
	before := w.domainsOf(t, "shop")
	set(`{"subdomains":0,"parkeddomains":0,"addondomains":0}`)
	for function, given := range all {
		refusedWith(t, shop.api2(function, given...), `needs the feature "`+feature(function)+`"`)
		refusedWith(t, root.api2(function, append(given, "cpanel_jsonapi_user", "shop")...), `needs the feature "`+feature(function)+`"`)
	}
	set(`{"subdomains":0,"parkeddomains":1,"addondomains":0}`)
	refusedWith(t, shop.api2("Park::park", "domain", "x.example", "topdomain", "blog"), `Park::park needs the feature "addondomains"`)
	refusedWith(t, shop.api2("Park::unpark", "domain", "addon.example"), `Park::unpark needs the feature "addondomains"`)
	set(`{"subdomains":1,"parkeddomains":1,"addondomains":1}`)
	w.must(w.root(), "suspendacct", "user", "shop")
	for function, given := range all {
		if given != nil && !strings.Contains(function, "del") && function != "Park::unpark" {
			refusedWith(t, root.api2(function, append(given, "cpanel_jsonapi_user", "shop")...), "The account shop is suspended")
		}
	}
	if got := w.domainsOf(t, "shop"); !slices.Equal(got, before) {
		t.Errorf("the domains are %q, were %q", got, before)
	}
}

func TestListsOfDomains(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop, client := w.asAccount("shop"), w.asAccount("client") // shop's customer
	want := map[string]any{
		"domain": "parked.example", "dir": "/home/shop/public_html", "reldir": "home:public_html", "basedir": "public_html", "status": "not redirected",
		"web_subdomain_aliases": []any{"www"},
	}
	if rows := rowsOf(t, shop.api2("Park::listparkeddomains")); len(rows) != 1 || !sameAnswer(rows[0], want) {
		t.Errorf("parked are %v", rows)
	}
	w.must(w.root(), "set_primary_domain_docroot", "username", "shop", "docroot", "www")
	shows(t, "parked, moved", rowsOf(t, shop.api2("Park::listparkeddomains"))[0], map[string]any{"dir": "/home/shop/www", "basedir": "www"})
	w.must(w.root(), "create_subdomain", "domain", "shop.shop.example", "document_root", "x")
	w.must(w.root(), "modifyacct", "user", "client", "MAXPARK", "1", "MAXADDON", "1", "MAXSUB", "1")
	didTell(t, client.api2("AddonDomain::addaddondomain", "newdomain", "theirs.example", "subdomain", "theirs"), "parked on top of")
	didTell(t, client.api2("Park::park", "domain", "their.example"), "parked on top of client.example")
	for _, tt := range []struct {
		function, regex string
		want            []string
	}{
		{"SubDomain::listsubdomains", "", []string{"blog.shop.example", "shop.shop.example"}},
		{"SubDomain::listsubdomains", "^SHOP", []string{"shop.shop.example"}},
		{"SubDomain::listsubdomains", "shop", []string{"blog.shop.example", "shop.shop.example"}},
		{"SubDomain::listsubdomains", "^blog|nothing", []string{"blog.shop.example"}},
		{"SubDomain::listsubdomains", "nothing", nil},
		{"Park::listparkeddomains", "", []string{"parked.example"}},
		{"Park::listparkeddomains", "addon", nil},
		{"Park::listaddondomains", "", []string{"addon.example"}},
		{"AddonDomain::listaddondomains", "ON[.]example$", []string{"addon.example"}},
		{"AddonDomain::listaddondomains", "blog", nil}, // the subdomain's name is not looked at
	} {
		if got := names(rowsOf(t, shop.api2(tt.function, "regex", tt.regex))); !slices.Equal(got, tt.want) {
			t.Errorf("%s %s lists %q, want %q", tt.function, tt.regex, got, tt.want)
		}
	}
	for _, function := range []string{"SubDomain::listsubdomains", "Park::listparkeddomains", "Park::listaddondomains", "AddonDomain::listaddondomains"} {
		for _, bad := range []string{"(", "a)|(b", "(?=x)", `\p{`, "(x{1000}){1000}"} {
			refusedWith(t, shop.api2(function, "regex", bad), `"regex" takes a regular expression (RE2).`)
		}
		refusedWith(t, shop.api2(function, "regex", strings.Repeat("x", 256)), `"regex"`)
		refusedWith(t, shop.api2(function, "return_https_redirect_status", "1"), "runs no web server")
	}
	rows := rowsOf(t, shop.api2("SubDomain::listsubdomains", "api2_sort", "1", "api2_sort_column", "domain", "api2_sort_reverse", "1"))
	if got := names(rows); !slices.Equal(got, []string{"shop.shop.example", "blog.shop.example"}) {
		t.Errorf("sorted: %q", got)
	}
}

// TestDomainsOfOthersAreMissing: of a customer's, of a stranger's and of a domain that
// nobody has an account hears the same, on its own port and through WHM.
func TestDomainsOfOthersAreMissing(t *testing.T) {
	t.Parallel()
	w := own(t)
	w.must(w.root(), "setacls", "reseller", "shop", "acl-cpanel-api", "1", "acl-manage-api-tokens", "1")
	for _, user := range []string{"client", "rooted"} { // shop owns client
		w.must(w.root(), "modifyacct", "user", user, "MAXPARK", "1", "MAXADDON", "1", "MAXSUB", "2")
		c := w.asAccount(user)
		didTell(t, c.api2("SubDomain::addsubdomain", "domain", "sub", "rootdomain", user+".example"), "has been added")
		didTell(t, c.api2("Park::park", "domain", "parked."+user), "parked on top of")
		didTell(t, c.api2("AddonDomain::addaddondomain", "newdomain", "addon."+user, "subdomain", "for"), "parked on top of")
	}
	before := append(w.domainsOf(t, "client"), w.domainsOf(t, "rooted")...)
	callers := map[string]*calling{"itself": w.asAccount("shop"), "shop by WHM": w.asReseller("shop"), "root": w.asReseller("root")}
	for name, c := range callers {
		for _, call := range [][]string{
			{"SubDomain::delsubdomain", "domain", "sub.X.example"},
			{"SubDomain::delsubdomain", "domain", "X.example"},
			{"SubDomain::addsubdomain", "domain", "x", "rootdomain", "X.example"},
			{"Park::unpark", "domain", "parked.X"},
			{"Park::unpark", "domain", "addon.X", "subdomain", "for_X.example"},
			{"Park::park", "domain", "free.example", "topdomain", "sub.X.example"},
			{"Park::park", "domain", "free.example", "topdomain", "X.example"},
			{"AddonDomain::deladdondomain", "domain", "addon.X", "subdomain", "for_X.example"},
			{"AddonDomain::deladdondomain", "domain", "addon.example", "subdomain", "for_X.example"},
		} {
			ask := func(user string) string {
				given := []string{"cpanel_jsonapi_user", "shop"}
				for _, text := range call[1:] {
					given = append(given, strings.ReplaceAll(text, "X", user))
				}
				answer := c.api2(call[0], given...)
				if answer["error"] == nil {
					t.Errorf("%s, %q of %s: %v", name, call, user, answer)
				}
				text, _ := json.Marshal(answer)
				return strings.ReplaceAll(string(text), user, "X")
			}
			missing := ask("nobody")
			for _, user := range []string{"client", "rooted"} {
				if got := ask(user); got != missing {
					t.Errorf("%s, %q of %s: %s, of nobody: %s", name, call, user, got, missing)
				}
			}
		}
	}
	if got := append(w.domainsOf(t, "client"), w.domainsOf(t, "rooted")...); !slices.Equal(got, before) {
		t.Errorf("the domains are %q, were %q", got, before)
	}
}

package daemon

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// mxs are the MX records of a kept zone, as "name preference server", in the order of
// the file.
func (w *world) mxs(zone string) (list []string) {
	w.t.Helper()
	_, file := w.zoneFile(zone)
	for _, l := range file.Lines {
		if fields := l.Fields(); l.Type == "MX" {
			list = append(list, fmt.Sprint(l.RR.Header().Name, " ", fields[0].Value, " ", fields[1].Value))
		}
	}
	return list
}

// exchangerLines are the rows of Email::list_mxs as "domain first: priority server, …".
func exchangerLines(t *testing.T, rows any) (list []string) {
	t.Helper()
	all, ok := rows.([]any)
	if !ok {
		t.Fatalf("no list: %v", rows)
	}
	for _, r := range all {
		row := r.(map[string]any)
		shows(t, "of every domain", row, map[string]any{
			"status": 1, "statusmsg": "Fetched MX List", "detected": "remote", "mxcheck": "auto", "alwaysaccept": 0, "local": 0, "secondary": 0, "remote": 1,
		})
		line := fmt.Sprint(row["domain"], " ", row["mx"], ":")
		for i, e := range row["entries"].([]any) {
			entry := e.(map[string]any)
			shows(t, "an entry", entry, map[string]any{"domain": row["domain"], "entrycount": i + 1, "row": []string{"odd", "even"}[i%2]})
			line += fmt.Sprint(" ", entry["priority"], " ", entry["mx"])
		}
		list = append(list, line)
	}
	return list
}

// TestListOfExchangers: an account is told who takes the mail of each of its domains,
// as a sender finds it, and of no other's.
func TestListOfExchangers(t *testing.T) {
	t.Parallel()
	w := own(t)
	root, shop := w.root(), w.asAccount("shop")
	w.must(root, "addzonerecord", "zone", "shop.example", "name", "shop.example.", "type", "MX", "preference", "30", "exchange", "third.example.net")
	w.must(root, "addzonerecord", "zone", "shop.example", "name", "shop.example.", "type", "MX", "preference", "20", "exchange", "second.example.net")
	w.must(root, "create_subdomain", "domain", "alias.shop.example", "document_root", "public_html/alias")
	for _, l := range w.dumped(t, "shop.example") {
		if l["name"] == "alias.shop.example." {
			w.must(root, "editzonerecord", "domain", "shop.example", "line", fmt.Sprint(l["Line"]), "type", "CNAME", "cname", "shop.example")
		}
	}
	w.must(root, "killdns", "domain", "parked.example")
	of := " shop.example: 0 shop.example 20 second.example.net 30 third.example.net"
	want := []string{
		"addon.example addon.example: 0 addon.example", "alias.shop.example" + of,
		"blog.shop.example blog.shop.example: 0 blog.shop.example", "parked.example :", "shop.example" + of,
	}
	equal(t, "all", exchangerLines(t, data(t, shop.execute("Email::list_mxs"))), want)
	equal(t, "all, by API 2", exchangerLines(t, shop.api2("Email::listmxs")["data"]), want)
	for _, spelled := range []string{"shop.example", "SHOP.Example."} {
		equal(t, spelled, exchangerLines(t, data(t, shop.execute("Email::list_mxs", "domain", spelled))), want[4:])
	}
	equal(t, "a subdomain", exchangerLines(t, data(t, shop.execute("Email::list_mxs", "domain", "blog.shop.example"))), want[2:3])
	for _, none := range []string{"client.example", "rooted.example", "nowhere.example", "parked.example", "www.shop.example", "example", "a b"} {
		failsWith(t, shop.execute("Email::list_mxs", "domain", none), "You do not control a DNS zone named "+none+".")
	}
	equal(t, "the customer's", exchangerLines(t, data(t, w.asAccount("client").execute("Email::list_mxs"))), []string{"client.example client.example: 0 client.example"})
}

// TestMXRecords: an account adds, changes and removes its MX records, and each call
// does what it says or nothing.
func TestMXRecords(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop := w.asAccount("shop")
	was := w.mxs("shop.example")
	equal(t, "of a new zone", was, []string{"shop.example. 0 shop.example"})
	// done calls, wants success, and whether the zone is another after it.
	call := func(changed bool, says, function string, nameValue ...string) map[string]any {
		t.Helper()
		before := w.stored("shop.example").Text
		d := data(t, shop.execute("Email::"+function, nameValue...)).(map[string]any)
		check := d["checkmx"].(map[string]any)
		if (w.stored("shop.example").Text != before) != changed || (check["changed"] == 1.0) != changed {
			t.Errorf("%s %q: changed %t, and it answers %v", function, nameValue, !changed, d)
		}
		if d["status"] != 1.0 || d["results"] != d["statusmsg"] || !strings.HasPrefix(d["statusmsg"].(string), says) {
			t.Errorf("%s %q answers %v, want %q", function, nameValue, d, says)
		}
		shows(t, "checkmx", check, map[string]any{"detected": "remote", "mxcheck": "auto", "local": 0, "remote": 1, "secondary": 0, "isprimary": 0, "issecondary": 0})
		return check
	}
	in := func(nameValue ...string) []string { return append([]string{"domain", "shop.example"}, nameValue...) }

	call(true, "Added entry: shop.example. IN MX 10 mx.example.net", "add_mx", in("exchanger", "mx.example.net", "priority", "10")...)
	call(false, "Reusing existing entry", "add_mx", in("exchanger", "MX.example.net.", "priority", "10")...)
	call(true, "Replacing existing entry", "add_mx", in("exchanger", "mx.example.net", "priority", "65535")...)
	equal(t, "added and added again", w.mxs("shop.example"), append(slices.Clone(was), "shop.example. 65535 mx.example.net"))

	change := in("exchanger", "new.example.net", "priority", "5", "oldexchanger", "mx.example.net", "oldpriority", "65535")
	call(true, "Replacing existing entry on line matched old entry", "change_mx", change...)
	call(false, "Reusing existing entry", "change_mx", change...) // sent once more
	equal(t, "changed", w.mxs("shop.example"), append(slices.Clone(was), "shop.example. 5 new.example.net"))
	w.must(w.root(), "addzonerecord", "zone", "shop.example", "name", "shop.example.", "type", "MX", "preference", "7", "exchange", "new.example.net")
	before := w.stored("shop.example").Text
	for want, given := range map[string][]string{
		"several MX records that name new.example.net":                   {"change_mx", "exchanger", "x.example.net", "priority", "1", "oldexchanger", "new.example.net"},
		"no MX record that names mx.example.net.":                        {"change_mx", "exchanger", "x.example.net", "priority", "1", "oldexchanger", "mx.example.net"},
		"no MX record that names new.example.net with the preference 6":  {"change_mx", "exchanger", "x.example.net", "priority", "1", "oldexchanger", "new.example.net", "oldpriority", "6"},
		"no MX record that names gone.example.net with the preference 5": {"delete_mx", "exchanger", "gone.example.net", "priority", "5"},
		"no MX record that names new.example.net with the preference 8":  {"delete_mx", "exchanger", "new.example.net", "priority", "8"},
		"0 to 65535":       {"add_mx", "exchanger", "x.example.net", "priority", "65536"},
		"is 0 to":          {"add_mx", "exchanger", "x.example.net", "priority", "-1"},
		"\\\"priority\\\"": {"add_mx", "exchanger", "x.example.net", "priority", "1.5"},
		"names a server, and 192.0.2.7 is an address":                                  {"add_mx", "exchanger", "192.0.2.7.", "priority", "1"},
		"names a server, and 2001:db8::1 is an address":                                {"add_mx", "exchanger", "[2001:DB8::1]", "priority", "1"},
		"names a server, and 192.0.2.8 is an address":                                  {"change_mx", "exchanger", "192.0.2.8", "priority", "1", "oldexchanger", "new.example.net", "oldpriority", "7"},
		"is not the data of a record of the type MX":                                   {"add_mx", "exchanger", "a..example", "priority", "1"},
		"alwaysaccept\\\" has this server take the domain's mail, and it runs no mail": {"add_mx", "exchanger", "x.example.net", "priority", "1", "alwaysaccept", "1"},
		"it runs no mail server":                                                       {"add_mx", "exchanger", "x.example.net", "priority", "1", "alwaysaccept", "local"},
		"this server runs no mail server":                                              {"set_always_accept", "mxcheck", "local"},
	} {
		failsWith(t, shop.execute("Email::"+given[0], in(given[1:]...)...), want)
	}
	if w.stored("shop.example").Text != before {
		t.Error("something that was refused changed the zone")
	}
	// What is to be there already: the other one goes, and there are no two of the same.
	call(true, "Reusing existing entry", "change_mx", in("exchanger", "new.example.net", "priority", "5", "oldexchanger", "new.example.net", "oldpriority", "7")...)
	call(true, "Removed entry: shop.example. 14400\tIN MX 5 new.example.net", "delete_mx", in("exchanger", "new.example.net", "priority", "5")...)
	failsWith(t, shop.execute("Email::delete_mx", in("exchanger", "new.example.net", "priority", "5")...), "There is no MX record")
	equal(t, "at the end", w.mxs("shop.example"), was)
	for _, auto := range []string{"0", "auto", "remote"} {
		call(false, "Reusing", "add_mx", in("exchanger", "shop.example", "priority", "0", "alwaysaccept", auto)...)
	}
	if check := call(true, "Added", "add_mx", in("exchanger", "mail.shop.example", "preference", "9")...); !strings.Contains(fmt.Sprint(check["warnings"]), "mail.shop.example is an alias of shop.example.") {
		t.Errorf("of an alias it warns: %v", check["warnings"])
	}
}

// TestMXRecordsOfDomains: each domain's records stand in its own zone, a subdomain's
// in the one above; another account's domain is like one that is not there.
func TestMXRecordsOfDomains(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop := w.asAccount("shop")
	add := func(domain string) map[string]any {
		return shop.execute("Email::add_mx", "domain", domain, "exchanger", "mx.example.net", "priority", "10")
	}
	data(t, add("Blog.Shop.Example."))
	data(t, add("parked.example"))
	equal(t, "the zone above", w.mxs("shop.example"), []string{"shop.example. 0 shop.example", "blog.shop.example. 10 mx.example.net"})
	equal(t, "the parked domain's", w.mxs("parked.example"), []string{"parked.example. 0 parked.example", "parked.example. 10 mx.example.net"})
	equal(t, "another domain's", w.mxs("addon.example"), []string{"addon.example. 0 addon.example"})
	if got, row := w.namedRecords(w.root(), "Email::add_mx"); !slices.Equal(got, []string{"added MX parked.example"}) || row.User != "shop" {
		t.Errorf("the record says %q of %s", got, row.User)
	}
	// The implied exchanger of a subdomain is no record.
	w.must(w.root(), "create_subdomain", "domain", "two.shop.example", "document_root", "public_html/two")
	failsWith(t, shop.execute("Email::delete_mx", "domain", "two.shop.example", "exchanger", "two.shop.example", "priority", "0"), "There is no MX record")
	for _, foreign := range []string{"client.example", "rooted.example"} {
		was := w.stored(foreign)
		for _, call := range [][]string{
			{"add_mx", "exchanger", "mx.example.net", "priority", "10"},
			{"add_mx", "exchanger", "192.0.2.1", "priority", "99999", "alwaysaccept", "1"},
			{"change_mx", "exchanger", "mx.example.net", "priority", "10", "oldexchanger", foreign},
			{"delete_mx", "exchanger", foreign, "priority", "0"},
		} {
			got := fmt.Sprint(shop.execute("Email::"+call[0], append(call[1:], "domain", foreign)...))
			missing := fmt.Sprint(shop.execute("Email::"+call[0], append(call[1:], "domain", "nowhere.example")...))
			if got != strings.ReplaceAll(missing, "nowhere.example", foreign) || !strings.Contains(got, "You do not control") {
				t.Errorf("%q of %s: %s, of a missing one %s", call, foreign, got, missing)
			}
		}
		if w.stored(foreign) != was {
			t.Errorf("%s was changed", foreign)
		}
	}
	w.must(w.root(), "add_override_features_for_user", "user", "shop", "features", `{"changemx":0}`)
	failsWith(t, add("shop.example"), `needs the feature \"changemx\"`)
	failsWith(t, shop.execute("Email::list_mxs"), `needs the feature \"changemx\"`)
}

// TestMXRecordsOfAPI2: one function adds and changes there, and a failure is told in
// the row as well.
func TestMXRecordsOfAPI2(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop := w.asAccount("shop")
	row := func(function string, nameValue ...string) (map[string]any, string) {
		t.Helper()
		result := shop.api2("Email::"+function, append(nameValue, "domain", "shop.example")...)
		list, _ := result["data"].([]any)
		if len(list) != 1 {
			t.Fatalf("%s %q: %v", function, nameValue, result)
		}
		told, _ := result["error"].(string)
		return list[0].(map[string]any), told
	}
	for _, good := range [][]string{
		{"addmx", "exchange", "mx.example.net", "preference", "10"},
		{"addmx", "exchange", "mx.example.net", "oldpreference", "10", "preference", "20"},
		{"changemx", "exchange", "new.example.net", "preference", "30", "oldexchange", "mx.example.net", "oldpreference", "20", "alwaysaccept", "auto"},
		{"delmx", "exchange", "shop.example", "preference", "0"},
	} {
		if r, told := row(good[0], good[1:]...); r["status"] != 1.0 || told != "" || r["checkmx"].(map[string]any)["changed"] != 1.0 {
			t.Errorf("%q: %v %s", good, r, told)
		}
	}
	equal(t, "what is there", w.mxs("shop.example"), []string{"shop.example. 30 new.example.net"})
	for _, bad := range [][]string{
		{"changemx", "exchange", "x.example.net", "preference", "30", "oldexchange", "mx.example.net"},
		{"delmx", "exchange", "shop.example", "preference", "0"},
		{"addmx", "exchange", "x.example.net", "preference", "30", "alwaysaccept", "secondary"},
	} {
		if r, told := row(bad[0], bad[1:]...); r["status"] != 0.0 || told == "" || r["statusmsg"] != told || r["results"] != told {
			t.Errorf("%q: %v %s", bad, r, told)
		}
	}
	text, _ := json.Marshal(shop.api2("Email::setmxcheck", "domain", "shop.example", "mxcheck", "local"))
	if !strings.Contains(string(text), "this server runs no mail server") {
		t.Errorf("setmxcheck: %s", text)
	}
}

// TestShapesOfEmail holds what is answered of the module to its public description,
// types and values.
func TestShapesOfEmail(t *testing.T) {
	t.Parallel()
	var file struct {
		Functions []struct {
			API, Module, Function string
			Fields                []uapiField `json:"response_fields"`
		}
	}
	text, err := os.ReadFile("../../protocol/uapi.json")
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	shop := own(t).asAccount("shop")
	calls := map[string][]string{
		"list_mxs":  nil,
		"add_mx":    {"domain", "shop.example", "exchanger", "mail.shop.example", "priority", "5"},
		"change_mx": {"domain", "shop.example", "exchanger", "mail.shop.example", "priority", "10", "oldexchanger", "mail.shop.example"},
		"delete_mx": {"domain", "shop.example", "exchanger", "mail.shop.example", "priority", "10"},
	}
	for _, f := range file.Functions { // in this order, which is the file's
		given, ours := calls[f.Function]
		if f.Module != "Email" || !ours {
			continue
		}
		delete(calls, f.Function)
		answer := shop.execute("Email::"+f.Function, given...)
		data(t, answer)
		for _, bad := range misshapen(f.Fields, answer) {
			if f.Function != "delete_mx" || !strings.HasPrefix(bad, "data.checkmx.warnings ") { // a list, as of the others
				t.Errorf("%s: %s", f.Function, bad)
			}
		}
	}
	if len(calls) > 0 {
		t.Errorf("not described: %v", calls)
	}
}

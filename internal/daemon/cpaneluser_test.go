package daemon

import (
	"slices"
	"strings"
	"testing"
)

func TestVariables(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop := w.asAccount("shop")
	w.must(w.root(), "add_override_features_for_user", "user", "shop", "features", `{"backup":0}`)
	shows(t, "the account", data(t, shop.execute("Variables::get_user_information")).(map[string]any), map[string]any{
		"user": "shop", "domain": "shop.example", "owner": "root", "plan": "gold", "home": "/home/shop", "contact_email": "a@elsewhere.example",
		"bandwidth_limit": 104857600.0, "disk_block_limit": 512000.0, "maximum_subdomains": 3.0, "maximum_mail_accounts": 5.0, "demo_mode": 0.0,
		"domains": []any{"addon.example", "blog.shop.example", "parked.example"}, "feature": map[string]any{"backup": 0.0}, "created": float64(w.now.Unix()),
	})
	for _, tt := range []struct {
		function, name string
		want           any
	}{
		{"Variables::get_user_information", "home", "/home/shop"},
		{"Variables::get_user_information", "domains", []any{"addon.example", "blog.shop.example", "parked.example"}},
		{"Variables::get_server_information", "ftp_server", "disabled"},
		{"Variables::get_session_information", "host", w.domainRules().Hostname},
	} {
		got := data(t, shop.execute(tt.function, "name", tt.name)).(map[string]any)
		if !sameAnswer(got, map[string]any{tt.name: tt.want}) {
			t.Errorf("%s of %s is %v", tt.function, tt.name, got)
		}
	}
	failsWith(t, shop.execute("Variables::get_user_information", "name", "gid"), `get_user_information does not know \"gid\"`)
	failsWith(t, shop.execute("Variables::get_server_information", "name", "mysql_version"), `does not know \"mysql_version\" on this server. It knows: allow_reset_password, `)
}

func TestUsesOfAnAccount(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop, rooted := w.asAccount("shop"), w.asAccount("rooted")
	w.must(w.root(), "create_subdomain", "domain", "two.shop.example", "document_root", "two") // blog is counted with its addon domain
	shows(t, "the quota", data(t, shop.execute("Quota::get_quota_info")).(map[string]any), map[string]any{
		"megabyte_limit": 500.0, "megabytes_used": 0.0, "megabytes_remain": 500.0, "under_megabyte_limit": 1.0, "inode_limit": 0.0,
	})
	shows(t, "the local quota", data(t, shop.execute("Quota::get_local_quota_info")).(map[string]any), map[string]any{"byte_limit": 524288000.0, "bytes_used": 0.0})
	shows(t, "no quota", data(t, rooted.execute("Quota::get_local_quota_info")).(map[string]any), map[string]any{"byte_limit": 0.0})
	rows := data(t, shop.execute("StatsBar::get_stats", "display", "subdomains|diskusage|parkeddomains")).([]any)
	want := []map[string]any{
		{"name": "subdomains", "_count": "1", "_max": "3", "percent": 33.0, "percent5": 30.0, "percent20": 20.0, "_maxed": 0.0, "rowtype": "even", "zeroisunlimited": 0.0},
		{"name": "diskusage", "_count": "0", "_max": "500", "units": "MB", "rowtype": "odd", "zeroisunlimited": 1.0},
		{"name": "parkeddomains", "_count": "1", "_max": "2", "percent": 50.0, "rowtype": "even"},
	}
	if len(rows) != len(want) {
		t.Fatalf("the stats are %v", rows)
	}
	for i, row := range rows {
		shows(t, "a stat", row.(map[string]any), want[i])
	}
	shows(t, "none allowed", data(t, rooted.execute("StatsBar::get_stats", "display", "addondomains")).([]any)[0].(map[string]any), map[string]any{
		"_count": "0", "_max": "0", "_maxed": 1.0, "percent": 100.0,
	})
	for _, display := range []string{"subdomains|emailaccounts", "ftpaccounts", "x", "subdomains|", "|"} {
		failsWith(t, shop.execute("StatsBar::get_stats", "display", display), "It knows: diskusage, bandwidthusage, addondomains, subdomains, parkeddomains.")
	}
	var ids []string
	for _, row := range data(t, shop.execute("ResourceUsage::get_usages")).([]any) {
		r := row.(map[string]any)
		ids = append(ids, r["id"].(string))
		if r["id"] == "bandwidth" {
			shows(t, "bandwidth", r, map[string]any{"usage": 0.0, "maximum": 104857600.0, "formatter": "format_bytes", "error": nil})
		}
	}
	if !slices.Equal(ids, []string{"disk_usage", "bandwidth", "addon_domains", "subdomains", "aliases"}) {
		t.Errorf("the resources are %q", ids)
	}
	shows(t, "the locale", data(t, shop.execute("Locale::get_attributes")).(map[string]any), map[string]any{"locale": "en", "direction": "ltr"})
	if got := shop.row("Locale::get_encoding"); !sameAnswer(got, map[string]any{"encoding": "utf-8"}) {
		t.Errorf("the encoding is %v", got)
	}
}

// TestLastLogin: of whoever has no session nothing is known, and nothing made up.
func TestLastLogin(t *testing.T) {
	t.Parallel()
	w := own(t)
	const function = "LastLogin::get_last_or_current_logged_in_ip"
	shop := w.asAccount("shop")
	failsWith(t, shop.execute(function), "is not known")
	w.setPassword("shop", "the password of shop")
	w.setPassword("client", "the password of client")
	for _, user := range []string{"client", "shop"} {
		b := w.browser()
		b.server = w.httpServer().CPanel()
		if message := b.login(user, "the password of "+user, ""); message != "" {
			t.Fatalf("%s signs in: %s", user, message)
		}
		from, _, _ := strings.Cut(b.addr, ":")
		if got := b.send("GET", b.token+"/execute/LastLogin/get_last_or_current_logged_in_ip", "").Body.String(); !strings.Contains(got, `"data":["`+from+`"]`) {
			t.Errorf("%s in its session from %s: %s", user, from, got)
		}
		if user == "client" {
			failsWith(t, shop.execute(function), "is not known")
			continue
		}
		if got := data(t, shop.execute(function)).([]any); !slices.Equal(got, []any{from}) {
			t.Errorf("with its token: %v, want %s", got, from)
		}
	}
}

func TestContactInfo(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop, root := w.asAccount("shop"), w.asReseller("root")
	values := func(c *calling, function string, given ...string) (list []string) {
		result := c.api2(function, append(given, "cpanel_jsonapi_user", "shop")...)
		rows, _ := result["data"].([]any)
		for _, row := range rows {
			r := row.(map[string]any)
			value, _ := r["value"].(string)
			name, _ := r["name"].(string)
			list = append(list, name+"="+value)
		}
		if result["error"] != nil {
			return []string{result["error"].(string)}
		}
		return list
	}
	is := func(about string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", about, got, want)
		}
	}
	is("at first", values(shop, "CustInfo::displaycontactinfo"), "email=a@elsewhere.example", "second_email=")
	is("saved", values(shop, "CustInfo::savecontactinfo", "second_email", "b@elsewhere.example", "notify_disk_limit", ""), "email=a@elsewhere.example", "second_email=b@elsewhere.example")
	is("through WHM", values(root, "CustInfo::displaycontactinfo"), "email=a@elsewhere.example", "second_email=b@elsewhere.example")
	is("by WHM", values(root, "CustInfo::savecontactinfo", "email", "c@elsewhere.example"), "email=c@elsewhere.example", "second_email=b@elsewhere.example")
	if got := w.summary(t, "shop")["email"]; got != "c@elsewhere.example" {
		t.Errorf("accountsummary says %v", got)
	}
	shows(t, "the variables", data(t, shop.execute("Variables::get_user_information")).(map[string]any), map[string]any{"contact_email": "c@elsewhere.example", "contact_email_2": "b@elsewhere.example"})
	cpuser := dataOf(t, w.must(w.root(), "modifyacct", "user", "shop"))["cpuser"].(map[string]any)
	shows(t, "cpuser", cpuser, map[string]any{"CONTACTEMAIL2": "b@elsewhere.example"})
	refused := func(c *calling, want string, given ...string) {
		t.Helper()
		if got := values(c, "CustInfo::savecontactinfo", given...); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
	const other = "z@elsewhere.example"
	refused(shop, "sends no notices", "email", other, "notify_disk_limit", "1")
	refused(shop, "not a mail address", "email", "nobody", "second_email", other)
	refused(shop, "not a mail address", "email", other, "second_email", "<x>@y")
	narrow := &calling{w.browser(), "whm root:" + w.newToken(w.root(), "token_name", "narrow", "acl", "cpanel-api").Reveal()}
	refused(narrow, "fewer rights than its owner", "email", other)
	w.must(w.root(), "add_override_features_for_user", "user", "shop", "features", `{"updatecontact":0}`)
	refused(shop, "needs the feature", "email", other)
	is("at last", values(shop, "CustInfo::displaycontactinfo"), "email=c@elsewhere.example", "second_email=b@elsewhere.example")
}

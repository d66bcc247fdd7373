package daemon

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// grant gives the reseller of hosting a few privileges more.
func (w *world) grant(privileges ...string) hostkeep.Caller {
	w.t.Helper()
	acls := []string{"reseller", "shop"}
	for _, p := range privileges {
		acls = append(acls, "acl-"+p, "1")
	}
	w.must(w.root(), "setacls", acls...)
	return w.as("shop")
}

// position is how many changes there have been.
func (w *world) position() int64 { return w.node.Seq() }

func TestTweakSettings(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.refused(root, `Nobody has set the tweak setting "skipwebalizer"`, "get_tweaksetting", "key", "skipwebalizer")
	w.must(root, "set_tweaksetting", "key", "skipwebalizer", "value", "0")
	tweak := func(nameValue ...string) map[string]any {
		return dataOf(t, w.must(root, "get_tweaksetting", nameValue...))["tweaksetting"].(map[string]any)
	}
	if got := tweak("key", "skipwebalizer"); got["key"] != "skipwebalizer" || got["value"] != "0" {
		t.Errorf("what was set is shown as %v", got)
	}
	w.refused(root, "of the module Mail", "get_tweaksetting", "key", "skipwebalizer", "module", "Mail")
	w.must(root, "set_tweaksetting", "key", "skipwebalizer", "module", "Mail", "value", "1")
	if got := tweak("key", "skipwebalizer"); got["value"] != "0" {
		t.Errorf("another module's setting changed Main's to %v", got)
	}
	if got := tweak("key", "limits.batch"); got["value"] != "100" {
		t.Errorf("the file's own setting is shown as %v", got)
	}
	w.refused(root, "a restart", "set_tweaksetting", "key", "limits.batch", "value", "1000")
	w.refused(root, "is not one", "set_tweaksetting", "key", "../etc", "value", "1")
	for _, secret := range []string{"database", "key-file", "root-password-file"} {
		w.refused(root, "Nobody has set", "get_tweaksetting", "key", secret)
	}
	before := w.position()
	w.must(root, "set_tweaksetting", "key", "skipwebalizer", "value", "0")
	if w.position() != before {
		t.Error("setting what is set already is a change")
	}
}

func TestTweakSettingsAreSoMany(t *testing.T) {
	t.Parallel()
	w := opened(t)
	for i := range 500 {
		w.must(w.root(), "set_tweaksetting", "key", fmt.Sprint("k", i), "value", "1")
	}
	w.refused(w.root(), "500 of these", "set_tweaksetting", "key", "k500", "value", "1")
	w.must(w.root(), "set_tweaksetting", "key", "k499", "value", "2") // what is there may change
}

func TestPersonalization(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root, shop := w.root(), w.grant("basic-whm-functions")
	entry := func(data map[string]any, name string) map[string]any {
		return data["personalization"].(map[string]any)[name].(map[string]any)
	}
	data := dataOf(t, w.must(shop, "personalization_set", "personalization", `{"menu":"open","rows":20,"bad name":"x","long":"`+strings.Repeat("x", 4097)+`"}`))
	for name, want := range map[string]string{"menu": "1 OK open", "rows": "1 OK 20", "bad name": "0 is not one", "long": "0 more than 4096 bytes"} {
		got := entry(data, name)
		for _, part := range strings.Fields(want)[:1] {
			if fmt.Sprint(got["success"]) != part {
				t.Errorf("%s: success %v, want %s", name, got["success"], part)
			}
		}
		if reason := got["reason"].(string); !strings.Contains(reason+" "+got["value"].(string), want[2:]) {
			t.Errorf("%s is answered %.200v, want %s", name, got, want)
		}
	}
	data = dataOf(t, w.must(shop, "personalization_get", "names", "menu", "names", "none"))
	if got := entry(data, "menu"); got["value"] != "open" || got["success"] != 1.0 || got["reason"] != "OK" {
		t.Errorf("menu is %v", got)
	}
	if got := entry(data, "none"); got["value"] != nil || got["success"] != 0.0 || got["reason"] == "OK" {
		t.Errorf("what was never kept is %v", got)
	}
	if all := dataOf(t, w.must(shop, "personalization_get"))["personalization"].(map[string]any); len(all) != 2 {
		t.Errorf("everything is %v", all)
	}
	if roots := dataOf(t, w.must(root, "personalization_get"))["personalization"].(map[string]any); len(roots) != 0 {
		t.Errorf("root sees the reseller's %v", roots)
	}
	w.refused(shop, "not a JSON object", "personalization_set", "personalization", `["menu"]`)
	w.refused(shop, "not a JSON object", "personalization_set", "personalization", `null`)
	var many []string
	for i := range 201 {
		many = append(many, fmt.Sprintf(`"n%d":""`, i))
	}
	w.refused(shop, "201 names", "personalization_set", "personalization", "{"+strings.Join(many, ",")+"}")
	data = dataOf(t, w.must(shop, "personalization_set", "personalization", "{"+strings.Join(many[:200], ",")+"}"))
	if got := entry(data, "n99"); got["success"] != 0.0 || !strings.Contains(got["reason"].(string), "200 of these") { // the last two, by name
		t.Errorf("the 201st text is answered %v", got)
	}
	w.must(shop, "personalization_set", "personalization", `{"n1":null,"menu":null}`)
	data = dataOf(t, w.must(shop, "personalization_get", "names", "n1", "names", "menu", "names", "n2"))
	if entry(data, "n1")["success"] != 0.0 || entry(data, "menu")["success"] != 0.0 || entry(data, "n2")["success"] != 1.0 {
		t.Errorf("after two were taken away there is %v", data)
	}
	w.must(shop, "personalization_set", "personalization", `{"n99":"there is room now"}`)
	data = dataOf(t, w.must(shop, "personalization_get", "names", "n99"))
	if got := entry(data, "n99"); got["value"] != "there is room now" {
		t.Errorf("after two were taken away a new one is %v", got)
	}
}

// TestSettingsGoWithTheUser: who gets a removed user's name finds nothing.
func TestSettingsGoWithTheUser(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.grant("basic-whm-functions", "public-contact")
	w.must(shop, "personalization_set", "personalization", `{"menu":"open"}`)
	w.must(shop, "set_public_contact", "name", "Shop", "url", "https://shop.example/help")
	w.must(w.root(), "removeacct", "user", "shop")
	w.must(w.root(), "createacct", "username", "shop", "domain", "shop.example")
	w.must(w.root(), "setupreseller", "user", "shop")
	shop = w.as("shop")
	if got := dataOf(t, w.must(shop, "personalization_get"))["personalization"].(map[string]any); len(got) != 0 {
		t.Errorf("left over: %v", got)
	}
	if got := dataOf(t, w.must(shop, "get_public_contact")); got["name"] != "" || got["url"] != "" {
		t.Errorf("left over: %v", got)
	}
}

func TestPublicContact(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.grant("public-contact")
	is := func(c hostkeep.Caller, name, url string) {
		t.Helper()
		if got := dataOf(t, w.must(c, "get_public_contact")); got["name"] != name || got["url"] != url {
			t.Errorf("the contact is %v", got)
		}
	}
	is(shop, "", "")
	w.must(shop, "set_public_contact", "name", "Shop", "url", "https://shop.example/help")
	w.must(shop, "set_public_contact", "name", "The Shop")
	is(shop, "The Shop", "https://shop.example/help")
	is(w.root(), "", "")
	for _, bad := range []string{"javascript:alert(1)", "shop.example", "https://", "https://a:b@shop.example/", "http://%zz"} {
		w.refused(shop, "address of a page", "set_public_contact", "url", bad, "name", "Other")
	}
	w.must(shop, "set_public_contact", "url", "")
	is(shop, "The Shop", "")
}

func TestNameservers(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.grant("ns-config")
	is := func(want string) {
		t.Helper()
		if got := fmt.Sprint(dataOf(t, w.must(shop, "get_nameserver_config"))["nameservers"]); got != want {
			t.Errorf("the name servers are %s, want %s", got, want)
		}
	}
	is("[ns1." + w.host + " ns2." + w.host + "]") // as createacct says
	w.must(w.root(), "update_nameservers_config", "nameserver", "NS1.Example.net.", "nameserver2", "ns2.example.net", "nameserver4", "ns4.example.net")
	is("[ns1.example.net ns2.example.net ns4.example.net]")
	w.must(w.root(), "update_nameservers_config", "nameserver2", "", "nameserver3", "ns3.example.net")
	is("[ns1.example.net ns3.example.net ns4.example.net]")
	w.refused(w.root(), "not the name of a name server", "update_nameservers_config", "nameserver", "ns9.example.net", "nameserver2", "-x.example")
	is("[ns1.example.net ns3.example.net ns4.example.net]")
	w.refused(shop, "Permission denied", "update_nameservers_config", "nameserver", "ns9.example.net")
	w.must(w.root(), "setresellernameservers", "user", "shop", "nameservers", "ns1.shop.example,ns2.shop.example")
	is("[ns1.shop.example ns2.shop.example]")
	if got := fmt.Sprint(dataOf(t, w.must(w.root(), "get_nameserver_config"))["nameservers"]); !strings.HasPrefix(got, "[ns1.example.net ") {
		t.Errorf("a reseller's name servers are root's: %s", got)
	}
}

func TestOwnKeys(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	call := func(c hostkeep.Caller, function string, nameValue ...string) string {
		t.Helper()
		return text(w.api.CallVersion(context.Background(), c, 0, function, wire.Pairs(nameValue...)))
	}
	root := w.root()
	other := w.grant("all")
	if got := call(root, "nvset", "key", "a", "value", "1", "key1", "b", "value1", ""); got != `{"result":[]}` {
		t.Errorf("nvset answers %s", got)
	}
	for want, key := range map[string]string{`{"value":"1"}`: "a", `{"value":""}`: "b", `{"value":null}`: "c"} {
		if got := call(root, "nvget", "key", key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	if got := call(other, "nvget", "key", "a"); got != `{"value":null}` {
		t.Errorf("somebody else's key is %s", got)
	}
	if got := call(root, "nvset", "key", "a", "key", "b", "value", "2"); !strings.Contains(got, "2 keys and 1 values") {
		t.Errorf("a key without a value is answered %s", got)
	}
	if got := call(root, "nvget", "key", "a"); got != `{"value":"1"}` {
		t.Errorf("a refused nvset left %s", got)
	}
	if r := w.Call(context.Background(), root, "nvget", wire.Pairs("key", "a")); r.OK || r.Kind != hostkeep.Unsupported {
		t.Errorf("API 1 has nvget: %+v", r)
	}
}

// TestNameserversOfNewAccounts: a new account is told the name servers that
// get_nameserver_config tells.
func TestNameserversOfNewAccounts(t *testing.T) {
	t.Parallel()
	w := opened(t)
	root := w.root()
	told := func(user string) string {
		d := dataOf(t, w.must(root, "createacct", "username", user, "domain", user+".example"))
		return fmt.Sprint(d["nameserver"], " ", d["nameserver2"], " ", d["nameserver3"])
	}
	if got := told("one"); got != "ns1."+w.host+" ns2."+w.host+" " {
		t.Errorf("nothing is set: %q", got)
	}
	w.must(root, "update_nameservers_config", "nameserver", "a.dns.example", "nameserver2", "b.dns.example", "nameserver3", "c.dns.example")
	if got := told("two"); got != "a.dns.example b.dns.example c.dns.example" {
		t.Errorf("three are set: %q", got)
	}
}

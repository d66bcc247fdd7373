package daemon

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestLocalAuthority: a domain is this server's if the world is told of the name
// servers that its zone here names, and of no others.
func TestLocalAuthority(t *testing.T) {
	t.Parallel()
	w := own(t)
	shop := w.asAccount("shop")
	ours := []string{"NS1." + strings.ToUpper(w.host) + ".", "ns2." + w.host}
	for about, c := range map[string]struct {
		domain string
		told   map[string][]string // by the domain that is asked for
		local  bool
		zone   string
	}{
		"all ours":           {"shop.example", map[string][]string{"shop.example": ours}, true, "shop.example"},
		"one of ours":        {"shop.example", map[string][]string{"shop.example": ours[:1]}, true, "shop.example"},
		"one foreign":        {"shop.example", map[string][]string{"shop.example": append(slices.Clone(ours), "ns.example.net.")}, false, "shop.example"},
		"none of ours":       {"shop.example", map[string][]string{"shop.example": {"ns.example.net."}}, false, "shop.example"},
		"none":               {"shop.example", map[string][]string{"shop.example": {}}, false, "shop.example"},
		"not to be found":    {"shop.example", nil, false, "shop.example"},
		"case and a dot":     {"SHOP.example.", map[string][]string{"shop.example": ours}, true, "shop.example"},
		"the zone above":     {"blog.shop.example", map[string][]string{"shop.example": ours}, true, "shop.example"},
		"only the name told": {"blog.shop.example", map[string][]string{"blog.shop.example": ours}, false, "shop.example"},
		"a parked domain":    {"parked.example", map[string][]string{"parked.example": ours, "shop.example": nil}, true, "parked.example"},
	} {
		w.delegated = c.told
		list := data(t, shop.execute("DNS::has_local_authority", "domain", c.domain)).([]any)
		if len(list) != 1 {
			t.Fatalf("%s: %v", about, list)
		}
		row, local := list[0].(map[string]any), map[bool]int{true: 1}[c.local]
		name := strings.ToLower(strings.TrimSuffix(c.domain, "."))
		shows(t, about, row, map[string]any{"domain": name, "local_authority": local, "zone": c.zone})
		told, known := c.told[c.zone]
		if text, failed := row["error"].(string); failed == known || failed && !strings.Contains(text, "name servers of "+c.zone) {
			t.Errorf("%s: the error is %v", about, row["error"])
		}
		want := []any{}
		for _, n := range told {
			want = append(want, strings.ToLower(strings.TrimSuffix(n, ".")))
		}
		if fmt.Sprint(row["nameservers"]) != fmt.Sprint(want) {
			t.Errorf("%s: the name servers are %v, want %v", about, row["nameservers"], want)
		}
		if ensured := shop.execute("DNS::ensure_domains_reside_only_locally", "domain", c.domain); !c.local {
			failsWith(t, ensured, "not this server's alone, or not known: "+name)
		} else {
			data(t, ensured)
		}
	}
}

// TestLocalAuthorityOfMany: of several domains each is judged by itself, 50 at most;
// another's is like one that is not there, and nobody is asked about it.
func TestLocalAuthorityOfMany(t *testing.T) {
	t.Parallel()
	w := own(t)
	ours := []string{"ns1." + w.host + ".", "ns2." + w.host + "."}
	w.delegated = map[string][]string{"shop.example": ours, "addon.example": {"ns.example.net."}, "client.example": ours}
	authorization := w.asAccount("shop").authorization
	_, a := w.execute(authorization, home, "DNS/has_local_authority", "domain", "shop.example", "domain", "addon.example", "domain", "blog.shop.example")
	var got []string
	for _, r := range a.Data.([]any) {
		row := r.(map[string]any)
		got = append(got, fmt.Sprint(row["domain"], " ", row["local_authority"]))
	}
	equal(t, "three", got, []string{"shop.example 1", "addon.example 0", "blog.shop.example 1"})
	_, a = w.execute(authorization, home, "DNS/ensure_domains_reside_only_locally", "domain", "shop.example", "domain", "addon.example")
	if a.Status != 0 || !strings.Contains(a.reason(), "not known: addon.example.") {
		t.Errorf("%+v", a)
	}
	var many []string
	for range 51 {
		many = append(many, "domain", "shop.example")
	}
	for _, function := range []string{"DNS/has_local_authority", "DNS/ensure_domains_reside_only_locally"} {
		if _, a := w.execute(authorization, home, function, many...); a.Status != 0 || !strings.Contains(a.reason(), "At most 50 domains") {
			t.Errorf("of 51, %s: %+v", function, a)
		}
		if _, a := w.execute(authorization, home, function, many[2:]...); a.Status != 1 {
			t.Errorf("of 50, %s: %+v", function, a)
		}
		for _, foreign := range []string{"client.example", "nowhere.example"} {
			if _, a := w.execute(authorization, home, function, "domain", "shop.example", "domain", foreign); a.reason() != "You do not control a DNS zone named "+foreign+"." {
				t.Errorf("%s of %s: %+v", function, foreign, a)
			}
		}
	}
}

package daemon

import (
	"slices"
	"testing"
)

// nameservers are those that a kept zone names for itself.
func (w *world) nameservers(zone string) (list []string) {
	w.t.Helper()
	_, file := w.zoneFile(zone)
	for _, l := range file.Lines {
		if l.Type == "NS" {
			list = append(list, l.Fields()[0].Value)
		}
	}
	return list
}

// TestNameserversOfZones: the zone of an account's domain has the name servers of the
// account's owner, however it comes to be, and a zone that a reseller has besides the
// reseller's own.
func TestNameserversOfZones(t *testing.T) {
	t.Parallel()
	w := dnsHosting(t)
	root, shop := w.root(), w.as("shop")
	servers, shops := []string{"ns1." + w.host, "ns2." + w.host}, []string{"a.dns.example", "b.dns.example"}
	w.must(root, "setresellernameservers", "user", "shop", "nameservers", "a.dns.example,b.dns.example")
	w.must(shop, "createacct", "username", "late", "domain", "late.example")
	w.must(root, "modifyacct", "user", "shop", "MAXPARK", "1")
	w.must(root, "create_parked_domain_for_user", "domain", "parked.example", "username", "shop", "web_vhost_domain", "shop.example")
	w.must(shop, "adddns", "domain", "own.example", "ip", "192.0.2.3")
	w.must(shop, "adddns", "domain", "more.example", "ip", "192.0.2.3", "trueowner", "late")
	want := map[string][]string{
		"shop.example": servers, "parked.example": servers, // root's account
		"late.example": shops, "more.example": shops, "own.example": shops,
	}
	check := func(about string) {
		t.Helper()
		for zone, names := range want {
			if got := w.nameservers(zone); !slices.Equal(got, names) {
				t.Errorf("%s: %s has %q, want %q", about, zone, got, names)
			}
		}
	}
	check("made")
	for zone := range want {
		w.must(root, "resetzone", "domain", zone)
	}
	check("made anew")
	for _, zone := range []string{"shop.example", "parked.example", "late.example"} {
		w.must(shop, "killdns", "domain", zone)
		w.must(shop, "adddns", "domain", zone, "ip", "192.0.2.3")
	}
	check("removed and added")
}

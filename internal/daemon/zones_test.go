package daemon

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// zones are all that there are, by name and without their texts.
func (w *world) zones() (list []hostkeep.Zone) {
	w.t.Helper()
	if err := w.store.Read(context.Background(), func(r *sqlstore.Reader) (err error) {
		list, err = r.Zones(0)
		return err
	}); err != nil {
		w.t.Fatalf("zones: %v", err)
	}
	return list
}

// owned writes them as "name user".
func (w *world) owned() (list []string) {
	w.t.Helper()
	for _, z := range w.zones() {
		list = append(list, z.Name+" "+z.User)
	}
	return list
}

// zoneFile reads one as a name server would.
func (w *world) zoneFile(name string) (z hostkeep.Zone, file *zonefile.Zone) {
	w.t.Helper()
	err := w.store.Read(context.Background(), func(r *sqlstore.Reader) (err error) {
		z, err = r.Zone(name)
		return err
	})
	if err == nil {
		file, err = zonefile.Parse(z.Name, z.Text)
	}
	if err != nil {
		w.t.Fatalf("the zone %s: %v", name, err)
	}
	return z, file
}

// addressNames are the names in a zone with an address, and which it is.
func (w *world) addressNames(zone string) (list []string) {
	w.t.Helper()
	_, file := w.zoneFile(zone)
	for _, l := range file.Lines {
		if l.Type == "A" || l.Type == "AAAA" {
			list = append(list, l.RR.Header().Name+" "+l.Data[0])
		}
	}
	return list
}

func equal(t *testing.T, about string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", about, got, want)
	}
}

// TestZonesOfDomains: every domain that is no subdomain has a zone, from when it is
// made until it goes.
func TestZonesOfDomains(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	equal(t, "of new accounts", w.owned(), []string{"client.example client", "rooted.example rooted", "shop.example shop"})
	w.must(root, "createacct", "username", "nameless")
	w.must(root, "modifyacct", "user", "client", "MAXPARK", "1", "MAXADDON", "1", "MAXSUB", "2")
	w.must(root, "create_parked_domain_for_user", "domain", "also.example", "username", "client", "web_vhost_domain", "client.example")
	w.must(root, "create_subdomain", "domain", "blog.client.example", "document_root", "blog")
	w.must(root, "create_parked_domain_for_user", "domain", "addon.example", "username", "client", "web_vhost_domain", "blog.client.example")
	equal(t, "with more domains", w.owned(), []string{"addon.example client", "also.example client", "client.example client", "rooted.example rooted", "shop.example shop"})
	ip := mainAddress()
	equal(t, "addresses", w.addressNames("client.example"), []string{"client.example. " + ip, "blog.client.example. " + ip, "www.blog.client.example. " + ip})

	w.must(root, "setsiteip", "user", "client", "ip", "198.51.100.9")
	equal(t, "elsewhere", w.addressNames("client.example"), []string{"client.example. 198.51.100.9", "blog.client.example. 198.51.100.9", "www.blog.client.example. 198.51.100.9"})
	equal(t, "the parked one's", w.addressNames("also.example"), []string{"also.example. 198.51.100.9"})

	before, _ := w.zoneFile("client.example")
	w.must(root, "modifyacct", "user", "client", "domain", "renamed.example")
	after, _ := w.zoneFile("renamed.example")
	if after.ID != before.ID || after.Serial == before.Serial {
		t.Errorf("renamed, the zone is %d with serial %d; it was %d with %d", after.ID, after.Serial, before.ID, before.Serial)
	}
	equal(t, "under another name", w.addressNames("renamed.example"), []string{"renamed.example. 198.51.100.9", "blog.renamed.example. 198.51.100.9", "www.blog.renamed.example. 198.51.100.9"})

	w.must(root, "mass_edit_dns_zone", "zone", "renamed.example", "serial", w.serial("renamed.example"), "add", `{"dname":"mine","record_type":"A","data":["192.0.2.77"]}`)
	w.must(root, "resetzone", "domain", "renamed.example")
	equal(t, "made anew", w.addressNames("renamed.example"), []string{"renamed.example. 198.51.100.9", "blog.renamed.example. 198.51.100.9", "www.blog.renamed.example. 198.51.100.9"})

	w.must(root, "delete_domain", "domain", "addon.example")
	w.must(root, "delete_domain", "domain", "blog.renamed.example")
	equal(t, "without the subdomain", w.addressNames("renamed.example"), []string{"renamed.example. 198.51.100.9"})
	w.must(root, "modifyacct", "user", "nameless", "domain", "named.example")
	w.must(root, "modifyacct", "user", "rooted", "newuser", "other")
	equal(t, "at the end", w.owned(), []string{"also.example client", "named.example nameless", "renamed.example client", "rooted.example other", "shop.example shop"})
	w.must(root, "removeacct", "username", "client")
	w.must(root, "terminatereseller", "user", "shop", "terminatereseller", "1")
	equal(t, "without the accounts", w.owned(), []string{"named.example nameless", "rooted.example other"})
}

// TestKeptZones: what keepdns keeps is the owner's to give, and nobody else's to
// take.
func TestKeptZones(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.as("shop")
	was, _ := w.zoneFile("client.example")
	w.must(shop, "removeacct", "username", "client", "keepdns", "1")
	equal(t, "kept", w.owned(), []string{"client.example shop", "rooted.example rooted", "shop.example shop"})
	w.refused(w.root(), "already exists on this server", "createacct", "username", "thief", "domain", "client.example")
	w.refused(w.root(), "below a domain of another account", "createacct", "username", "thief", "domain", "a.client.example")
	r := w.must(shop, "createacct", "username", "next", "domain", "client.example")
	if !strings.Contains(text(r), "The zone of client.example was there already; it belongs to next now") {
		t.Errorf("what is said: %s", text(r))
	}
	if z, _ := w.zoneFile("client.example"); z.User != "next" || z.Text != was.Text {
		t.Errorf("the zone is %s's now:\n%s", z.User, z.Text)
	}
	w.must(w.root(), "removeacct", "username", "rooted", "keepdns", "1")
	equal(t, "of root's account", w.owned(), []string{"client.example next", "rooted.example root", "shop.example shop"})
	w.refused(shop, "already exists on this server", "createacct", "username", "thief", "domain", "rooted.example")
}

// TestZonesAreMade: the domains of a state from before there were zones get theirs
// with the first start, once.
func TestZonesAreMade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir)
	root := w.root()
	for i := range upgradeBatch/100 + 1 {
		w.must(root, "createacct", "username", fmt.Sprintf("user%c", 'a'+i), "domain", fmt.Sprintf("d%d.example", i))
	}
	w.must(root, "createacct", "username", "nameless")
	w.must(root, "modifyacct", "user", "usera", "MAXSUB", "1")
	w.must(root, "create_subdomain", "domain", "blog.d0.example", "document_root", "blog")
	want, addresses := w.owned(), w.addressNames("d0.example")
	kept, _ := w.zoneFile("d1.example")
	err := w.change(t.Context(), hostkeep.Change{Caller: root, Function: "test"}, func(tx *sqlstore.Tx) error {
		for _, z := range w.zones() {
			if z.ID == kept.ID {
				continue
			}
			if err := tx.DeleteZone(z); err != nil {
				return err
			}
		}
		return tx.PutSetting(hostkeep.Setting{Kind: upgradeKind, Name: upgradeZones, Value: "due"})
	})
	if err != nil {
		t.Fatal(err)
	}
	reopen := func() {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		w = open(t, dir)
	}
	reopen()
	equal(t, "made", w.owned(), want)
	equal(t, "with the subdomain's records", w.addressNames("d0.example"), addresses)
	if z, _ := w.zoneFile("d1.example"); z != kept {
		t.Errorf("the zone that was there is %+v, was %+v", z, kept)
	}
	z, _ := w.zoneFile("d0.example")
	err = w.change(t.Context(), hostkeep.Change{Caller: w.root(), Function: "test"}, func(tx *sqlstore.Tx) error { return tx.DeleteZone(z) })
	if err != nil {
		t.Fatal(err)
	}
	reopen()
	if slices.Contains(w.owned(), "d0.example usera") {
		t.Error("a zone that was removed later is made again")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestZoneTemplates: root's template is what new zones begin with, until it is
// reset; a broken one is refused.
func TestZoneTemplates(t *testing.T) {
	t.Parallel()
	w := opened(t)
	root := w.root()
	edited := func() (names []string) {
		for _, item := range rows(t, dataOf(t, w.must(root, "hostkeep_zone_template_list")), "template") {
			names = append(names, fmt.Sprint(item["name"], " ", item["edited"]))
		}
		return names
	}
	equal(t, "at first", edited(), []string{"simple 0", "standard 0", "standardvirtualftp 0"})
	first := dataOf(t, w.must(root, "hostkeep_zone_template_get", "template", "standard"))
	own := first["text"].(string) + strings.Repeat("; a template has room for what every zone is to have\n", 100) + "own 60 IN TXT \"%user% of %domain%\"\n"
	w.refused(root, "makes no valid zone", "hostkeep_zone_template_set", "template", "standard", "text", own+"other.example. IN A 192.0.2.1\n")
	w.refused(root, `There is no placeholder "%nobody%"`, "hostkeep_zone_template_set", "template", "standard", "text", own+"a IN TXT %nobody%\n")
	w.refused(root, `There is no placeholder "%DOMAIN%"`, "hostkeep_zone_template_set", "template", "standard", "text", own+"a IN TXT %DOMAIN%\n")
	w.refused(root, "There is no zone template", "hostkeep_zone_template_set", "template", "mine", "text", own)
	w.must(root, "hostkeep_zone_template_set", "template", "standard", "text", own)
	equal(t, "edited", edited(), []string{"simple 0", "standard 1", "standardvirtualftp 0"})
	w.must(root, "createacct", "username", "anna", "domain", "anna.example")
	z, _ := w.zoneFile("anna.example")
	if !strings.Contains(z.Text, "\nown 60 IN TXT \"anna of anna.example\"\n") {
		t.Errorf("made of the template:\n%s", z.Text)
	}
	w.must(root, "hostkeep_zone_template_reset", "template", "standard")
	if got := dataOf(t, w.must(root, "hostkeep_zone_template_get", "template", "standard")); got["text"] != first["text"] || got["edited"] != first["edited"] {
		t.Errorf("reset it is %v", got)
	}
}

package zones_test

import (
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
	"github.com/hostkeep/hostkeep/internal/zones"
)

func (k *kept) names() string {
	var names []string
	for n := range k.zones {
		names = append(names, n)
	}
	return strings.Join(names, " ")
}

// TestAdded: each kind of domain brings what it should, and takes it away again.
func TestAdded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		d    hostkeep.Domain
		want string // the zone that is there then
	}{
		{domain("ann.example", hostkeep.MainDomain), "ann.example"},
		{domain("parked.example", hostkeep.ParkedDomain), "parked.example"},
		{domain("addon.example", hostkeep.AddonDomain), "addon.example"},
		{domain("sub.nowhere.example", hostkeep.SubDomain), ""},
	} {
		k := empty()
		ok(t, rules().Added(k, ann(), tt.d, servers()))
		same(t, tt.d.Name, k.names(), tt.want)
		ok(t, rules().Added(k, ann(), tt.d, servers())) // it is there
		ok(t, rules().Removed(k, ann(), tt.d))
		same(t, tt.d.Name+" gone", k.names(), "")
		ok(t, rules().Removed(k, ann(), tt.d))
	}
	k, temporary := empty(), ann()
	temporary.TemporaryDomain = true
	ok(t, rules().Added(k, temporary, domain("ann.temp.host.provider.example", hostkeep.MainDomain), servers()))
	same(t, "temporary", k.names(), "")
}

// TestSubdomain: a subdomain has records in the nearest zone above that is the
// account's, and leaves what others wrote there.
func TestSubdomain(t *testing.T) {
	t.Parallel()
	k, sub := empty(), domain("shop.ann.example", hostkeep.SubDomain)
	ok(t, rules().Added(k, ann(), domain("ann.example", hostkeep.MainDomain), servers()))
	ok(t, rules().Added(k, ann(), sub, nil))
	const both = "shop.ann.example. A 192.0.2.7\nwww.shop.ann.example. A 192.0.2.7\n"
	same(t, "added", k.records(t, "ann.example"), standard+both)
	ok(t, rules().Added(k, ann(), sub, nil))
	same(t, "once", k.records(t, "ann.example"), standard+both)
	z, err := k.Zone("ann.example")
	ok(t, err)
	_, err = edit(k, z, nil, zonefile.Edit{Add: []zonefile.Entry{
		{Name: "shop", Type: "TXT", Data: []string{"mine"}}, {Name: "shop", Type: "A", Data: []string{"198.51.100.1"}},
	}})
	ok(t, err)
	ok(t, rules().Removed(k, ann(), sub))
	same(t, "removed", k.records(t, "ann.example"), standard+"shop.ann.example. TXT mine\nshop.ann.example. A 198.51.100.1\n")

	deep := domain("x.www.ann.example", hostkeep.SubDomain) // www is an alias there
	ok(t, rules().Added(k, ann(), domain("www.ann.example", hostkeep.SubDomain), nil))
	ok(t, rules().Added(k, ann(), deep, nil))
	if got := k.records(t, "ann.example"); strings.Contains(got, "www.ann.example. A 192.0.2.7") == false || strings.Count(got, "www.ann.example. CNAME") != 1 {
		t.Errorf("beside an alias:\n%s", got)
	}

	foreign := k.zones["ann.example"]
	foreign.ID, foreign.Name, foreign.PrincipalID, foreign.Text = 99, "shop.ann.example", 30, strings.ReplaceAll(foreign.Text, "ann.example", "shop.ann.example")
	ok(t, k.InsertZone(foreign))
	before := k.records(t, "ann.example")
	ok(t, rules().Added(k, ann(), domain("a.shop.ann.example", hostkeep.SubDomain), nil))
	same(t, "below another's zone", k.records(t, "ann.example"), before)
	if k.zones["shop.ann.example"] != foreign {
		t.Error("another's zone was written")
	}
}

// TestKept: zones that stay with an account that goes are its owner's, who may give
// them to another; a stranger's never fall to anybody.
// TestSubdomains: those of a list that stand in the zone get their records, each name
// once, also where one subdomain is called as another's pair.
func TestSubdomains(t *testing.T) {
	t.Parallel()
	k, r := empty(), rules()
	ok(t, r.Added(k, ann(), domain("ann.example", hostkeep.MainDomain), servers()))
	ok(t, r.Added(k, ann(), domain("own.ann.example", hostkeep.ParkedDomain), servers()))
	z, err := r.Subdomains(k, ann(), k.zones["ann.example"], []hostkeep.Domain{
		domain("blog.ann.example", hostkeep.SubDomain), domain("www.blog.ann.example", hostkeep.SubDomain),
		domain("x.own.ann.example", hostkeep.SubDomain), domain("elsewhere.example", hostkeep.SubDomain), domain("parked.ann.example", hostkeep.ParkedDomain),
	})
	ok(t, err)
	want := standard + "blog.ann.example. A 192.0.2.7\nwww.blog.ann.example. A 192.0.2.7\nwww.www.blog.ann.example. A 192.0.2.7\n"
	same(t, "the zone", k.records(t, "ann.example"), want)
	again, err := r.Subdomains(k, ann(), z, []hostkeep.Domain{domain("blog.ann.example", hostkeep.SubDomain)})
	ok(t, err)
	if again != z {
		t.Error("what is there was written again")
	}
}

func TestKept(t *testing.T) {
	t.Parallel()
	k, main := empty(), domain("ann.example", hostkeep.MainDomain)
	ok(t, rules().Added(k, ann(), main, servers()))
	ok(t, zones.Keep(k, ann()))
	if z := k.zones["ann.example"]; z.PrincipalID != 20 || z.Text == "" {
		t.Errorf("kept: %+v", z)
	}
	ok(t, rules().Removed(k, ann(), main)) // it is the owner's by now
	same(t, "left", k.names(), "ann.example")
	next := ann()
	next.ID, next.User = 11, "bob"
	note, err := zones.Waiting(k, next, "ann.example")
	if err != nil || !strings.Contains(note, "belongs to bob now") {
		t.Errorf("said of a zone that waits: %q, %v", note, err)
	}
	stranger := next
	stranger.OwnerID = 21
	if err := rules().Added(k, stranger, main, servers()); hostkeep.KindOf(err) != hostkeep.Conflict {
		t.Errorf("for another owner's account: %v", err)
	}
	ok(t, rules().Added(k, next, main, servers()))
	if z := k.zones["ann.example"]; z.PrincipalID != 11 {
		t.Errorf("given: %+v", z)
	}
	if note, err := zones.Waiting(k, next, "ann.example"); note != "" || err != nil {
		t.Errorf("said of one's own zone: %q, %v", note, err)
	}
	self := next
	self.OwnerID = self.ID
	ok(t, zones.Keep(k, self))
	if z := k.zones["ann.example"]; z.PrincipalID != hostkeep.RootID {
		t.Errorf("kept of an account that owned itself: %+v", z)
	}
}

// TestReaddress: records that name the old address follow, and no others; the
// public address is meant where there is one.
func TestReaddress(t *testing.T) {
	t.Parallel()
	k := empty()
	k.settings = []hostkeep.Setting{{Kind: hostkeep.NATSetting, Name: "10.0.0.7", Value: "192.0.2.7"}}
	a := ann()
	a.IP = "10.0.0.7"
	ok(t, rules().Added(k, a, domain("ann.example", hostkeep.MainDomain), servers()))
	same(t, "public", k.records(t, "ann.example"), standard)
	z := k.zones["ann.example"]
	_, err := edit(k, z, nil, zonefile.Edit{Add: []zonefile.Entry{
		{Name: "a", Type: "A", Data: []string{"192.0.2.7"}}, {Name: "b", Type: "A", Data: []string{"192.0.2.8"}}, {Name: "c", Type: "TXT", Data: []string{"192.0.2.7"}},
	}})
	ok(t, err)
	a.IP = "198.51.100.9"
	ok(t, rules().Readdress(k, a, "10.0.0.7"))
	moved := strings.ReplaceAll(standard, "A 192.0.2.7", "A 198.51.100.9")
	same(t, "moved", k.records(t, "ann.example"), moved+"a.ann.example. A 198.51.100.9\nb.ann.example. A 192.0.2.8\nc.ann.example. TXT 192.0.2.7\n")
	serial := k.zones["ann.example"].Serial
	ok(t, rules().Readdress(k, a, a.IP))
	if k.zones["ann.example"].Serial != serial {
		t.Error("nothing to do is an edit")
	}
	a.IP = "2001:db8::9"
	ok(t, rules().Readdress(k, a, "198.51.100.9"))
	same(t, "to another family", k.records(t, "ann.example"), strings.ReplaceAll(moved, "A 198.51.100.9", "AAAA 2001:db8::9")+
		"a.ann.example. AAAA 2001:db8::9\nb.ann.example. A 192.0.2.8\nc.ann.example. TXT 192.0.2.7\n")
}

// TestRenamed: a zone's records go on under the new name, whatever way they name it.
func TestRenamed(t *testing.T) {
	t.Parallel()
	k := empty()
	main := domain("ann.example", hostkeep.MainDomain)
	ok(t, rules().Added(k, ann(), main, servers()))
	_, err := edit(k, k.zones["ann.example"], nil, zonefile.Edit{Add: []zonefile.Entry{
		{Name: "a.ANN.example.", Type: "CNAME", Data: []string{"b.Ann.Example."}},
		{Name: "@", Type: "TXT", Data: []string{"proof of ann.example. here"}},
		{Name: "c", Type: "CNAME", Data: []string{"ann.example.net."}},
		{Name: "d", Type: "CNAME", Data: []string{"joann.example."}},
	}})
	ok(t, err)
	was := k.zones["ann.example"]
	a := ann()
	a.Domain = "new.test"
	main.Name = "new.test"
	ok(t, rules().Renamed(k, a, main, "ann.example", servers()))
	same(t, "zones", k.names(), "new.test")
	same(t, "records", k.records(t, "new.test"), strings.ReplaceAll(standard, "ann.example.", "new.test.")+
		"a.new.test. CNAME b.new.test.\nnew.test. TXT proof of ann.example. here\nc.new.test. CNAME ann.example.net.\nd.new.test. CNAME joann.example.\n")
	z := k.zones["new.test"]
	if z.ID != was.ID || z.Serial != was.Serial+1 || !strings.Contains(z.Text, "\n; Zone file for new.test\n") {
		t.Errorf("the zone is %d, %d:\n%s", z.ID, z.Serial, z.Text)
	}
	// Where the new name has a zone already, that one counts.
	ok(t, rules().Added(k, a, domain("third.test", hostkeep.ParkedDomain), servers()))
	third := k.zones["third.test"]
	main.Name = "third.test"
	ok(t, rules().Renamed(k, a, main, "new.test", servers()))
	same(t, "zones", k.names(), "third.test")
	if k.zones["third.test"] != third {
		t.Error("the zone that was there is another")
	}
	ok(t, rules().Renamed(k, a, domain("first.test", hostkeep.MainDomain), "temporary.test", servers()))
	if _, err := k.Zone("first.test"); err != nil {
		t.Errorf("from a domain without a zone: %v", err)
	}
}

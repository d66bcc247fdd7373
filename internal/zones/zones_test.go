package zones_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// kept is a store of zones, as far as the rules ask.
type kept struct {
	zones    map[string]hostkeep.Zone
	settings []hostkeep.Setting
	ids      int64
	gone     map[string]uint32 // serials
}

func (k *kept) Zone(name string) (hostkeep.Zone, error) {
	z, ok := k.zones[name]
	if !ok {
		return z, hostkeep.ErrNotFound
	}
	return z, nil
}

func (k *kept) ZonesOf(id int64) (list []hostkeep.Zone, err error) {
	for _, z := range k.zones {
		if z.PrincipalID == id {
			z.Text = ""
			list = append(list, z)
		}
	}
	return list, nil
}

func (k *kept) Settings(_ int64, kind string) (list []hostkeep.Setting, err error) {
	for _, s := range k.settings {
		if s.Kind == kind {
			list = append(list, s)
		}
	}
	return list, nil
}

func (k *kept) NewID() int64 { k.ids++; return k.ids }

func (k *kept) InsertZone(z hostkeep.Zone) error {
	if _, there := k.zones[z.Name]; there {
		return hostkeep.ErrExists
	}
	k.zones[z.Name] = z
	return nil
}

func (k *kept) UpdateZone(z hostkeep.Zone) error {
	for name, other := range k.zones {
		if other.ID == z.ID {
			delete(k.zones, name)
		}
	}
	return k.InsertZone(z)
}

func (k *kept) DeleteZone(z hostkeep.Zone) error {
	if k.gone == nil {
		k.gone = map[string]uint32{}
	}
	k.gone[z.Name] = k.zones[z.Name].Serial
	delete(k.zones, z.Name)
	return nil
}

func (k *kept) LastSerial(name string) (uint32, error) { return k.gone[name], nil }

func rules() zones.Rules {
	return zones.Rules{Hostname: "host.provider.example", Version: "11.0.0.1", Now: func() time.Time { return time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC) }}
}

func empty() *kept { return &kept{zones: map[string]hostkeep.Zone{}} }

// ann is an account of a reseller's, number 20.
func ann() hostkeep.Account {
	return hostkeep.Account{ID: 10, User: "ann", OwnerID: 20, Domain: "ann.example", IP: "192.0.2.7"}
}

func domain(name string, kind hostkeep.DomainKind) hostkeep.Domain {
	return hostkeep.Domain{Name: name, AccountID: 10, Kind: kind}
}

func servers() []string { return []string{"ns1.provider.example", "ns2.provider.example"} }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// records are a zone's, one a line: name, type and data.
func (k *kept) records(t *testing.T, name string) string {
	t.Helper()
	z, err := k.Zone(name)
	ok(t, err)
	file, err := zonefile.Parse(z.Name, z.Text)
	ok(t, err)
	if file.Serial() != z.Serial {
		t.Errorf("the serial of %s is %d in its file and %d beside it", name, file.Serial(), z.Serial)
	}
	var out strings.Builder
	for _, l := range file.Lines {
		if l.Kind == zonefile.Record && l.Type != "SOA" && l.Type != "NS" {
			out.WriteString(l.RR.Header().Name + " " + l.Type + " " + strings.Join(l.Data, " ") + "\n")
		}
	}
	return out.String()
}

const standard = `ann.example. A 192.0.2.7
ann.example. MX 0 ann.example.
mail.ann.example. CNAME ann.example.
www.ann.example. CNAME ann.example.
ftp.ann.example. CNAME ann.example.
`

func same(t *testing.T, about, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant\n%s", about, got, want)
	}
}

// TestCreate: a zone of the standard template begins as clients look for, names
// its name servers and has the records of the account's address.
func TestCreate(t *testing.T) {
	t.Parallel()
	k := empty()
	z, err := rules().Create(k, zones.Begin{Name: "ann.example", PrincipalID: 10, User: "ann", IP: "192.0.2.7", Nameservers: servers()})
	ok(t, err)
	same(t, "records", k.records(t, "ann.example"), standard)
	first, rest, _ := strings.Cut(z.Text, "\n")
	if !strings.HasPrefix(first, "; cPanel first:11.0.0.1 latest:11.0.0.1 ") || !strings.HasSuffix(first, " hostname:host.provider.example") {
		t.Errorf("the first line is %q", first)
	}
	if second, _, _ := strings.Cut(rest, "\n"); second != "; Zone file for ann.example" {
		t.Errorf("the second line is %q", second)
	}
	if z.Serial != 2026030100 || z.PrincipalID != 10 || z.ID == 0 {
		t.Errorf("the zone is %+v", z)
	}
	for _, want := range []string{"NS\tns1.provider.example.\n", "NS\tns2.provider.example.\n", "SOA\tns1.provider.example. root.host.provider.example. (\n"} {
		if strings.Count(z.Text, want) != 1 {
			t.Errorf("%q is there %d times in\n%s", want, strings.Count(z.Text, want), z.Text)
		}
	}
	if strings.Count(z.Text, "\tNS\t") != 2 || strings.Contains(z.Text, "%") {
		t.Errorf("lines without a value are left:\n%s", z.Text)
	}
	if _, err := rules().Create(k, zones.Begin{Name: "ann.example", Nameservers: servers()}); !errors.Is(err, hostkeep.ErrExists) {
		t.Errorf("made twice: %v", err)
	}
}

// TestTemplates: each makes what it says, and what root has edited counts.
// TestServerOfItsOwn: a name server may have a name in the zone that the template has an
// alias for.
func TestServerOfItsOwn(t *testing.T) {
	t.Parallel()
	k := empty()
	_, err := rules().Create(k, zones.Begin{Name: "ann.example", PrincipalID: 10, User: "ann", IP: "192.0.2.7", Nameservers: []string{"MAIL.ann.example", "ns2.provider.example"}})
	ok(t, err)
	want := "MAIL.ann.example. A 192.0.2.7\n" + strings.Replace(standard, "mail.ann.example. CNAME ann.example.\n", "", 1)
	same(t, "the zone", k.records(t, "ann.example"), want)
}

// TestSerialGoesOn: whoever knows the zone that had a name before takes the next one of
// that name for what it is, a later one.
func TestSerialGoesOn(t *testing.T) {
	t.Parallel()
	k, r, b := empty(), rules(), zones.Begin{Name: "ann.example", PrincipalID: 10, User: "ann", IP: "192.0.2.7", Nameservers: servers()}
	for _, last := range []uint32{2026030100, 2026030155, 1<<32 - 1} {
		z, err := r.Create(k, b)
		ok(t, err)
		if got := k.records(t, z.Name); got != standard {
			t.Errorf("the zone is\n%s", got)
		}
		z.Serial = last
		k.zones[z.Name] = z
		ok(t, k.DeleteZone(z))
		next, err := r.Create(k, b)
		ok(t, err)
		if int32(next.Serial-last) <= 0 {
			t.Errorf("after %d comes %d", last, next.Serial)
		}
		ok(t, k.DeleteZone(next))
		k.gone = nil
	}

	// A zone that takes the name goes on from there as well.
	d := domain("ann.example", hostkeep.MainDomain)
	ok(t, r.Added(k, ann(), d, servers()))
	k.gone = map[string]uint32{"new.example": 2026030177}
	renamed := d
	renamed.Name = "new.example"
	ok(t, r.Renamed(k, ann(), renamed, "ann.example", servers()))
	if z := k.zones["new.example"]; z.Serial != 2026030178 {
		t.Errorf("the serial under a name that had 2026030177 is %d", z.Serial)
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	k := empty()
	k.settings = []hostkeep.Setting{{Kind: zones.TemplateSetting, Name: "simple", Value: "$TTL 1\n@ IN SOA %nameserver%. %rpemail%. 7 1 1 1 1\n@ IN NS %nameserver%.\n@ IN TXT \"%user% on %hostname%\"\n"}}
	for name, want := range map[string]string{
		"standardvirtualftp": "b.example. A 192.0.2.7\nb.example. AAAA 2001:db8::1\nb.example. MX 0 b.example.\nmail.b.example. CNAME b.example.\n" +
			"www.b.example. CNAME b.example.\nftp.b.example. A 192.0.2.7\nftp.b.example. AAAA 2001:db8::1\n",
		"simple": "b.example. TXT ann on host.provider.example\n",
	} {
		clear(k.zones)
		_, err := rules().Create(k, zones.Begin{Name: "b.example", User: "ann", IP: "192.0.2.7", IPv6: "2001:db8::1", Template: name, Nameservers: servers()})
		ok(t, err)
		same(t, name, k.records(t, "b.example"), want)
	}
	k.settings = nil
	for _, c := range []struct{ v4, v6, want string }{
		{"192.0.2.7", "", "ns1.b.example. A 192.0.2.7\nb.example. A 192.0.2.7\n"},
		{"", "2001:db8::1", "ns1.b.example. AAAA 2001:db8::1\nb.example. AAAA 2001:db8::1\n"},
		{"192.0.2.7", "2001:db8::1", "ns1.b.example. A 192.0.2.7\nns1.b.example. AAAA 2001:db8::1\nb.example. A 192.0.2.7\nb.example. AAAA 2001:db8::1\n"},
	} {
		clear(k.zones)
		_, err := rules().Create(k, zones.Begin{Name: "b.example", IP: c.v4, IPv6: c.v6, Template: "simple", Nameservers: []string{"ns1.b.example", "ns2.else.example"}})
		ok(t, err)
		same(t, "a name server in the zone itself", k.records(t, "b.example"), c.want)
	}
	clear(k.zones)
	_, err := rules().Create(k, zones.Begin{Name: "b.example", IPv6: "2001:db8::1", Template: "standard", Nameservers: []string{"mail.b.example"}})
	ok(t, err)
	if got := k.records(t, "b.example"); !strings.HasPrefix(got, "mail.b.example. AAAA 2001:db8::1\n") || strings.Contains(got, "mail.b.example. CNAME") {
		t.Errorf("a name server called mail: %s", got)
	}
	if _, err := rules().Create(k, zones.Begin{Name: "c.example", Template: "../zones"}); hostkeep.KindOf(err) != hostkeep.NotFound {
		t.Errorf("no template: %v", err)
	}
	for _, name := range zones.Templates() {
		tpl, err := zones.ReadTemplate(k, name)
		ok(t, err)
		ok(t, rules().CheckTemplate(tpl.Text))
		// lego compares the owner of the SOA record, as it is written, with the zone's full name.
		clear(k.zones)
		z, err := rules().Create(k, zones.Begin{Name: "b.example", IP: "192.0.2.7", Template: name, Nameservers: servers()})
		ok(t, err)
		if !strings.Contains(z.Text, "\nb.example.\t86400\tIN\tSOA\t") {
			t.Errorf("%s: the SOA record is another's:\n%s", name, z.Text)
		}
	}
	for about, bad := range map[string]string{
		"nothing":                "",
		"no name server":         "$TTL 1\n@ IN SOA a. b. 7 1 1 1 1\n",
		"another placeholder":    "$TTL 1\n@ IN SOA %nameserver%. %rpemail%. 7 1 1 1 1\n@ IN NS %nameserver%.\n@ IN TXT %nothing%\n",
		"only with a second one": "$TTL 1\n@ IN SOA %nameserver2%. %rpemail%. 7 1 1 1 1\n@ IN NS %nameserver%.\n",
		"out of the zone":        "$TTL 1\n@ IN SOA %nameserver%. %rpemail%. 7 1 1 1 1\n@ IN NS %nameserver%.\nelse.example. IN A %ip%\n",
	} {
		if err := rules().CheckTemplate(bad); hostkeep.KindOf(err) != hostkeep.Invalid {
			t.Errorf("%s: %v", about, err)
		}
	}
}

// edit is an edit from its begin to its end.
func edit(k *kept, z hostkeep.Zone, seen *uint32, e zonefile.Edit) (hostkeep.Zone, error) {
	file, err := rules().Open(z, seen)
	if err != nil {
		return z, err
	}
	edited, err := rules().Edited(z, file, e)
	if err != nil {
		return z, err
	}
	return edited, k.UpdateZone(edited)
}

// TestEdit: the serial locks, and what is stale changes nothing and hears what the
// serial is.
func TestEdit(t *testing.T) {
	t.Parallel()
	k := empty()
	z, err := rules().Create(k, zones.Begin{Name: "ann.example", IP: "192.0.2.7", Nameservers: servers()})
	ok(t, err)
	add := zonefile.Edit{Add: []zonefile.Entry{{Name: "new", Type: "TXT", Data: []string{"x"}}}}
	stale := z.Serial + 1
	_, err = edit(k, z, &stale, add)
	if hostkeep.KindOf(err) != hostkeep.Conflict || !strings.Contains(err.Error(), "2026030100") {
		t.Errorf("a stale serial: %v", err)
	}
	same(t, "after a stale one", k.records(t, "ann.example"), standard)
	seen := z.Serial
	got, err := edit(k, z, &seen, add)
	ok(t, err)
	if got.Serial != 2026030101 {
		t.Errorf("the next serial is %d", got.Serial)
	}
	same(t, "edited", k.records(t, "ann.example"), standard+"new.ann.example. TXT x\n")
	if _, err := edit(k, z, &seen, add); err != nil {
		t.Errorf("the caller reads the zone; the rules take it as it is given: %v", err)
	}
}

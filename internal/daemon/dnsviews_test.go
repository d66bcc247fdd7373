package daemon

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// viewer is somebody who looks at zones, and what the oracle knows of it.
type viewer struct {
	name   string
	caller hostkeep.Caller
	sees   []string        // whose zones; nil: everybody's
	may    map[string]bool // privileges; nil: all
}

func (v viewer) has(privileges ...string) bool {
	return v.may == nil || slices.ContainsFunc(privileges, func(p string) bool { return v.may[p] })
}

func (v viewer) owns(user string) bool { return v.sees == nil || slices.Contains(v.sees, user) }

// look is one way to ask about a zone: by function, API version and parameters.
type look struct {
	function  string
	version   int
	privilege string
	params    func(zone, serial string) []string
	// broken: what is asked cannot be done, with a zone that is seen; of one that is
	// not seen, nothing of that is said.
	broken bool
	kills  bool
}

const anEntry = `{"dname":"probe","ttl":60,"record_type":"TXT","data":["x"]}`

// looks are all ways to ask about a zone on port 2087.
func looks() (list []look) {
	add := func(function, privilege string, broken bool, nameValue ...string) {
		params := func(zone, serial string) []string {
			out := slices.Clone(nameValue)
			for i := range out {
				out[i] = strings.NewReplacer("ZONE", zone, "SERIAL", serial).Replace(out[i])
			}
			return out
		}
		list = append(list, look{function, 1, privilege, params, broken, function == "killdns"})
		if slices.Contains([]string{"dumpzone", "getzonerecord", "addzonerecord", "editzonerecord", "removezonerecord", "killdns", "resetzone"}, function) {
			list = append(list, look{function, 0, privilege, params, broken, function == "killdns"})
		}
	}
	add("parse_dns_zone", "manage-dns-records", false, "zone", "ZONE")
	add("export_zone_files", "manage-dns-records", false, "zone", "ZONE")
	add("dumpzone", "manage-dns-records", false, "domain", "ZONE")
	add("dumpzone", "manage-dns-records", false, "zone", "ZONE")
	add("getzonerecord", "manage-dns-records", false, "domain", "ZONE", "line", "1")
	add("getzonerecord", "manage-dns-records", true, "domain", "ZONE", "line", "999")
	add("listmxs", "edit-mx", false, "domain", "ZONE")
	add("mass_edit_dns_zone", "edit-dns", false, "zone", "ZONE", "serial", "SERIAL", "add", anEntry)
	add("mass_edit_dns_zone", "edit-dns", true, "zone", "ZONE", "serial", "1", "add", anEntry)
	add("mass_edit_dns_zone", "edit-dns", true, "zone", "ZONE", "serial", "SERIAL", "remove", "999")
	add("hostkeep_zone_import", "edit-dns", false, "zone", "ZONE", "text", zoneFile)
	add("hostkeep_zone_import", "edit-dns", true, "zone", "ZONE", "text", "<html>")
	add("hostkeep_zone_import", "edit-dns", true, "zone", "ZONE", "text", zoneFile, "serial", "1")
	add("addzonerecord", "manage-dns-records", false, "zone", "ZONE", "name", "probe", "type", "TXT", "txtdata", "x")
	add("addzonerecord", "manage-dns-records", true, "zone", "ZONE", "name", "probe", "type", "TXT", "txtdata", "x", "serialnum", "1")
	add("addzonerecord", "manage-dns-records", true, "zone", "ZONE", "name", "probe", "type", "A", "address", "nowhere")
	add("editzonerecord", "manage-dns-records", false, "domain", "ZONE", "line", "9", "ttl", "60")
	add("editzonerecord", "manage-dns-records", true, "domain", "ZONE", "line", "1", "ttl", "60")
	add("removezonerecord", "manage-dns-records", false, "zone", "ZONE", "line", "10")
	add("removezonerecord", "manage-dns-records", true, "zone", "ZONE", "line", "1")
	add("removezonerecord", "manage-dns-records", true, "zone", "ZONE", "line", "10", "serialnum", "1")
	add("savemxs", "edit-mx", false, "domain", "ZONE", "name", "probe", "exchange", "mx.example.org", "preference", "1")
	add("resetzone", "manage-dns-records", false, "domain", "ZONE")
	add("killdns", "kill-dns", false, "domain", "ZONE")
	return list
}

// views is a server with a zone of everybody's.
type views struct {
	*world
	t     *testing.T
	zones map[string]string // names to owners
	cases int
}

func newViews(t *testing.T) *views {
	w := dnsHosting(t)
	root := w.root()
	for _, user := range []string{"rival", "deputy"} {
		w.must(root, "createacct", "username", user, "domain", user+".example")
		w.must(root, "setupreseller", "user", user)
	}
	w.must(root, "setacls", "reseller", "rival", "acl-manage-dns-records", "1", "acl-edit-dns", "1", "acl-create-acct", "1")
	w.must(root, "setacls", "reseller", "deputy", "acl-all", "1")
	w.must(w.as("rival"), "createacct", "username", "victim", "domain", "victim.example")
	v := &views{world: w, t: t, zones: map[string]string{}}
	for _, owner := range []string{"root", "shop", "client", "rooted", "rival", "victim"} {
		v.zones["of-"+owner+".example"] = owner
		w.newZone("of-"+owner+".example", owner)
	}
	return v
}

// viewers are all kinds of callers, and what the promises' words say of them.
func (v *views) viewers() []viewer {
	all := []string{"create-dns", "kill-dns", "edit-dns", "manage-dns-records", "edit-mx", "ns-config", "create-acct"}
	set := func(names ...string) map[string]bool {
		m := map[string]bool{}
		for _, n := range names {
			m[n] = true
		}
		return m
	}
	made := 0
	token := func(user string, privileges ...string) hostkeep.Caller {
		made++
		nameValue := []string{"token_name", fmt.Sprintf("t%d", made)}
		for _, p := range privileges {
			nameValue = append(nameValue, "acl", p)
		}
		who := v.as(user)
		who.Rights, who.User.Privileges = hostkeep.Everything(), hostkeep.Everything() // to make it is not what is tested
		c, err := v.with(user, v.newToken(who, nameValue...), "192.0.2.1")
		if err != nil {
			v.t.Fatal(err)
		}
		return c
	}
	shops := []string{"shop", "client"}
	return []viewer{
		{"root", v.root(), nil, nil},
		{"root by a token for one job", token("root", "edit-dns", "manage-dns-records"), nil, set("edit-dns", "manage-dns-records")},
		{"root by a token for another job", token("root", "edit-mx"), nil, set("edit-mx")},
		{"a reseller with all", v.as("deputy"), nil, nil},
		{"a reseller with all by a token", token("deputy", "manage-dns-records"), nil, set("manage-dns-records")},
		{"a reseller", v.as("shop"), shops, set(all...)},
		{"a reseller by a whole token", token("shop", all...), shops, set(all...)},
		{"a reseller by a token that edits", token("shop", "edit-dns"), shops, set("edit-dns")},
		{"a reseller by a token that asks for more", token("shop", "kill-dns", "all"), shops, set(all...)},
		{"another reseller", v.as("rival"), []string{"rival", "victim"}, set("manage-dns-records", "edit-dns", "create-acct")},
	}
}

// spellings are ways to write a name that mean the same.
func spellings(name string) []string {
	if raced { // the step with the rounds in full writes them all
		return []string{strings.ToUpper(name) + "."}
	}
	return []string{name, strings.ToUpper(name), name + ".", strings.ToUpper(name[:1]) + name[1:] + "."}
}

// TestZoneViews: whoever asks, by whatever function and however the name is written,
// what comes is what an oracle makes of who owns the zone and who may do what; and of
// a foreign zone nothing comes that does not come of a missing one, whatever else is
// wrong with the call. The cPanel side of the same question is asked by the same
// looks with other callers.
func TestZoneViews(t *testing.T) {
	t.Parallel()
	v := newViews(t)
	viewers := v.viewers()
	for i, who := range viewers {
		if raced && i%4 != 1 { // the step with the rounds in full asks as all of them
			continue
		}
		v.lists(who)
		for _, l := range looks() {
			v.asks(who, l)
		}
	}
	if v.cases < 5000 && !raced {
		t.Errorf("only %d cases", v.cases)
	}
}

// lists: listzones is exactly what is seen.
func (v *views) lists(who viewer) {
	v.t.Helper()
	r := v.Call(context.Background(), who.caller, "listzones", wire.Params{})
	if v.cases++; !who.has("manage-dns-records") {
		if r.OK || r.Kind != hostkeep.Denied {
			v.t.Errorf("%s lists zones: %v %q", who.name, r.Kind, r.Reason)
		}
		return
	}
	shown := map[string]bool{}
	for _, z := range rows(v.t, dataOf(v.t, r), "zone") {
		shown[z["domain"].(string)] = true
	}
	for name, owner := range v.zones {
		if shown[name] != who.owns(owner) {
			v.t.Errorf("%s lists %s: %t", who.name, name, shown[name])
		}
	}
	var owned []hostkeep.Zone
	err := v.store.Read(context.Background(), func(r *sqlstore.Reader) (err error) {
		owned, err = r.Zones(0)
		return err
	})
	if err != nil {
		v.t.Fatal(err)
	}
	for _, z := range owned {
		if shown[z.Name] != who.owns(z.User) {
			v.t.Errorf("%s lists %s of %s: %t", who.name, z.Name, z.User, shown[z.Name])
		}
	}
}

// asks one look of every zone, and of one that is not there.
func (v *views) asks(who viewer, l look) {
	v.t.Helper()
	missing := ""
	for i, name := range spellings("of-nobody.example") {
		r := v.ask(who, l, name, "2026112401")
		if got := toldOf(r, name); i == 0 {
			missing = got
		} else if got != missing {
			v.t.Errorf("%s calls %s on %s: %s, as it is first written %s", who.name, l.function, name, got, missing)
		}
		if want := v.expected(who, l, false); r.Kind != want || r.OK {
			v.t.Errorf("%s calls %s on a missing zone: %v %q, want %v", who.name, l.function, r.Kind, r.Reason, want)
		}
	}
	for zone, owner := range v.zones {
		for _, name := range spellings(zone) {
			v.compare(who, l, zone, owner, name, missing)
		}
	}
}

func (v *views) compare(who viewer, l look, zone, owner, name, missing string) {
	v.t.Helper()
	was := v.stored(zone)
	r := v.ask(who, l, name, v.serial(zone))
	switch want := v.expected(who, l, who.owns(owner)); {
	case l.broken && who.owns(owner) && want == 0:
		if r.OK || r.Kind == 0 || r.Kind == hostkeep.Denied {
			v.t.Errorf("%s calls %s on %s of %s: ok %t, %v %q", who.name, l.function, name, owner, r.OK, r.Kind, r.Reason)
		}
	case r.Kind != want || r.OK != (want == 0):
		v.t.Errorf("%s calls %s on %s of %s: ok %t, %v %q, want %v", who.name, l.function, name, owner, r.OK, r.Kind, r.Reason, want)
	case want != 0 && toldOf(r, name) != missing:
		v.t.Errorf("%s calls %s on %s of %s: %s, on a missing one %s", who.name, l.function, name, owner, toldOf(r, name), missing)
	}
	if !r.OK && v.stored(zone) != was {
		v.t.Fatalf("%s calls %s on %s of %s: it was refused and changed the zone", who.name, l.function, name, owner)
	}
	switch {
	case r.OK && l.kills:
		v.must(v.root(), "adddns", "domain", zone, "ip", "192.0.2.1", "trueowner", owner)
		fallthrough
	case r.OK && v.stored(zone).Serial != was.Serial:
		v.must(v.root(), "hostkeep_zone_import", "zone", zone, "text", zoneFile)
	}
}

// expected is the oracle: privilege first, then whether there is such a zone.
func (v *views) expected(who viewer, l look, seen bool) hostkeep.Kind {
	switch {
	case !who.has(l.privilege):
		return hostkeep.Denied
	case !seen:
		return hostkeep.NotFound
	}
	return 0
}

func (v *views) ask(who viewer, l look, name, serial string) api.Reply {
	v.cases++
	return v.api.CallVersion(context.Background(), who.caller, l.version, l.function, wire.Pairs(l.params(name, serial)...))
}

// toldOf is all that a caller gets, without the name that it gave.
func toldOf(r api.Reply, name string) string {
	return strings.ReplaceAll(string(r.AppendJSON(nil))+string(r.Missing), name, "NAME")
}

// Names in foreign zones are looked up like those in no zone.
func TestLookupViews(t *testing.T) {
	t.Parallel()
	v := newViews(t)
	for _, who := range v.viewers() {
		if !who.has("ns-config") {
			continue
		}
		for zone, owner := range v.zones {
			for _, host := range []string{zone, "mail." + zone, "www." + zone} {
				for _, function := range [][2]string{{"lookupnsip", "host"}, {"lookupnsips", "host"}, {"resolvedomainname", "domain"}} {
					r := v.Call(context.Background(), who.caller, function[0], wire.Pairs(function[1], host))
					if r.OK != who.owns(owner) || !r.OK && r.Reason != "Unable to resolve domain name." {
						t.Errorf("%s looks up %s of %s: ok %t, %q", who.name, host, owner, r.OK, r.Reason)
					}
				}
			}
		}
	}
}

package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// dumped is what dumpzone shows of a zone.
func (w *world) dumped(t *testing.T, zone string) []map[string]any {
	t.Helper()
	return rows(t, rows(t, dataOf(t, w.must(w.root(), "dumpzone", "domain", zone)), "zone")[0], "record")
}

// only are the records of a name without their line.
func only(list []map[string]any, name string) (of []string) {
	for _, r := range list {
		if r["name"] == name {
			delete(r, "Line")
			text, _ := json.Marshal(r)
			of = append(of, string(text))
		}
	}
	return of
}

func warnings(t *testing.T, r api.Reply) string {
	t.Helper()
	var answer struct {
		Metadata struct {
			Output struct{ Warnings []string }
		}
	}
	if err := json.Unmarshal(r.AppendJSON(nil), &answer); err != nil {
		t.Fatal(err)
	}
	return strings.Join(answer.Metadata.Output.Warnings, "\n")
}

// The older functions count lines from 1 and leave out the dot of what a record
// points at.
func TestDumpzone(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	var got []string
	for _, r := range w.dumped(t, "example.com") {
		text, _ := json.Marshal(r)
		got = append(got, string(text))
	}
	want := []string{
		`{"Line":1,"name":"","raw":"; somebody's remark","ttl":"86400","type":":RAW"}`,
		`{"Line":2,"name":"","ttl":"14400","type":"$TTL"}`,
		`{"Line":3,"Lines":6,"class":"IN","expire":"1209600","minimum":"86400","mname":"ns1.host.example","name":"example.com.","refresh":"3600","retry":"1800","rname":"hostmaster.host.example","serial":"2026112401","ttl":"86400","type":"SOA"}`,
		`{"Line":9,"class":"IN","name":"example.com.","nsdname":"ns1.host.example","ttl":"14400","type":"NS"}`,
		`{"Line":10,"address":"192.0.2.1","class":"IN","name":"example.com.","ttl":"14400","type":"A"}`,
		`{"Line":11,"class":"IN","cname":"example.com","name":"www.example.com.","ttl":"14400","type":"CNAME"}`,
		`{"Line":12,"class":"IN","exchange":"mail.example.com","name":"example.com.","preference":"10","ttl":"14400","type":"MX"}`,
		`{"Line":13,"address":"192.0.2.2","class":"IN","name":"mail.example.com.","ttl":"14400","type":"A"}`,
		`{"Line":14,"class":"IN","name":"old.example.com.","ttl":"300","txtdata":"ab","type":"TXT"}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("the zone is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	one := rows(t, dataOf(t, w.must(w.root(), "getzonerecord", "domain", "example.com", "Line", "12")), "record")
	if text, _ := json.Marshal(one[0]); len(one) != 1 || string(text) != want[6] {
		t.Errorf("getzonerecord answers %s", text)
	}
	w.refused(w.root(), "No record available on selected line.", "getzonerecord", "domain", "example.com", "line", "5")
	w.refused(w.root(), "Zone does not exist.", "getzonerecord", "domain", "other.example", "line", "1")
	w.refused(w.root(), "Zone does not exist.", "dumpzone", "zone", "other.example")
}

// addzonerecord makes what mass_edit_dns_zone would, of every type that it knows,
// and says what it had to guess.
func TestAddzonerecord(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	done := "Bind reloading on " + w.host + " using rndc zone: [example.com]"
	for _, add := range []struct {
		name, want, warned string
		params             []string
	}{
		{"a.example.com.", `"address":"192.0.2.3","class":"IN","name":"a.example.com.","ttl":"60","type":"A"`, "", []string{"name", "a.example.com.", "type", "a", "address", "192.0.2.3", "ttl", "60"}},
		{"six.example.com.", `"address":"2001:db8::1","class":"IN","name":"six.example.com.","ttl":"14400","type":"AAAA"`, "", []string{"name", "six", "type", "AAAA", "address", "2001:db8::1", "class", "IN"}},
		{"c.example.com.", `"class":"IN","cname":"www.example.org","name":"c.example.com.","ttl":"14400","type":"CNAME"`, "", []string{"name", "c.example.com", "type", "CNAME", "cname", "www.example.org"}},
		{"d.example.com.", `"class":"IN","cname":"www.example.com","name":"d.example.com.","ttl":"14400","type":"CNAME"`, `"www" was taken for "www.example.com."`, []string{"name", "d", "type", "CNAME", "cname", "www"}},
		{"sub.example.com.", `"class":"IN","name":"sub.example.com.","nsdname":"ns.example.org","ttl":"14400","type":"NS"`, "", []string{"name", "sub", "type", "NS", "nsdname", "ns.example.org"}},
		{"m.example.com.", `"class":"IN","exchange":"mx.example.org","name":"m.example.com.","preference":"0","ttl":"14400","type":"MX"`, `"preference" was not given`, []string{"name", "m", "type", "MX", "exchange", "mx.example.org."}},
		{"p.example.com.", `"class":"IN","name":"p.example.com.","ptrdname":"example.org","ttl":"14400","type":"PTR"`, "", []string{"name", "p", "type", "PTR", "ptrdname", "example.org"}},
		{"_sip._tcp.example.com.", `"class":"IN","name":"_sip._tcp.example.com.","port":"5060","priority":"1","target":"sip.example.org","ttl":"14400","type":"SRV","weight":"2"`, "", []string{"name", "_sip._tcp", "type", "SRV", "priority", "1", "weight", "2", "port", "5060", "target", "sip.example.org"}},
		{"caa.example.com.", `"class":"IN","flag":"128","name":"caa.example.com.","tag":"issue","ttl":"14400","type":"CAA","value":"ca.example; x=y"`, "", []string{"name", "caa", "type", "CAA", "flag", "128", "tag", "issue", "value", "ca.example; x=y"}},
		{"t.example.com.", `"class":"IN","name":"t.example.com.","ttl":"14400","txtdata":"v=spf1 \"x\"; é","type":"TXT"`, "", []string{"name", "t", "type", "TXT", "txtdata", `v=spf1 "x"; é`}},
		{"two.example.com.", `"address":"192.0.2.4","class":"IN","name":"two.example.com.","ttl":"14400","type":"A"`, `has no "txtdata"`, []string{"name", "two", "type", "A", "address", "192.0.2.4", "txtdata", "x"}},
	} {
		r := w.must(root, "addzonerecord", append([]string{"zone", "example.com"}, add.params...)...)
		if !strings.Contains(text(r), `"reason":"`+done+`"`) {
			t.Errorf("%v is answered %q", add.params, text(r))
		}
		if got := only(w.dumped(t, "example.com"), add.name); len(got) != 1 || got[0] != "{"+add.want+"}" {
			t.Errorf("%v makes %q, want %s", add.params, got, add.want)
		}
		if got := warnings(t, r); (got == "") != (add.warned == "") || !strings.Contains(got, add.warned) {
			t.Errorf("%v warns %q, want %q", add.params, got, add.warned)
		}
	}
	long := strings.Repeat(`k=v; "`, 700)
	w.must(root, "addzonerecord", "zone", "example.com", "name", "long", "type", "TXT", "txtdata", long)
	if got := found(w.lines(t, root, "example.com"), "long"); len(got) != 1 || strings.Join(got[0].data, "") != long || len(got[0].data) != 17 {
		t.Errorf("a long text is kept as %d character-strings", len(got[0].data))
	}
	was := w.stored("example.com")
	for _, bad := range []struct {
		want   string
		params []string
	}{
		{`needs the parameter "address"`, []string{"name", "x", "type", "A"}},
		{`needs the parameter "ptrdname"`, []string{"name", "x", "type", "PTR", "ptdrname", "example.org"}},
		{`needs the parameter "txtdata"`, []string{"name", "x", "type", "TXT"}},
		{`needs the parameter "port"`, []string{"name", "x", "type", "SRV", "target", "y.example"}},
		{"A", []string{"name", "x", "type", "A", "address", "www"}},
		{"not in the zone", []string{"name", "x.example.org.", "type", "A", "address", "192.0.2.1"}},
		{"CNAME", []string{"name", "www", "type", "A", "address", "192.0.2.1"}},
		{"TTL", []string{"name", "x", "type", "A", "address", "192.0.2.1", "ttl", "2147483648"}},
		{"TTL", []string{"name", "x", "type", "A", "address", "192.0.2.1", "ttl", "-1"}},
		{`"class" must be one of`, []string{"name", "x", "type", "A", "address", "192.0.2.1", "class", "CH"}},
		{"mass_edit_dns_zone", []string{"name", "@", "type", "SOA"}},
		{"mass_edit_dns_zone", []string{"name", "x", "type", "TLSA"}},
		{"MX", []string{"name", "x", "type", "MX", "exchange", "mx.example.org", "preference", "65536"}},
		{w.serial("example.com"), []string{"name", "x", "type", "A", "address", "192.0.2.1", "serialnum", "7"}},
		{`"serialnum"`, []string{"name", "x", "type", "A", "address", "192.0.2.1", "serialnum", "-7"}},
	} {
		r := w.Call(context.Background(), root, "addzonerecord", wire.Pairs(append([]string{"zone", "example.com"}, bad.params...)...))
		if r.OK || r.Kind == 0 || !strings.Contains(r.Reason, bad.want) {
			t.Errorf("%v: %v %q, want %q in it", bad.params, r.Kind, r.Reason, bad.want)
		}
	}
	if w.stored("example.com") != was {
		t.Error("what was refused changed the zone")
	}
}

func TestEditzonerecord(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	for _, edit := range []struct {
		line, name, want string
		params           []string
	}{
		{"13", "mail.example.com.", `"address":"192.0.2.2","class":"IN","name":"mail.example.com.","ttl":"60","type":"A"`, []string{"ttl", "60"}},
		{"13", "mail.example.com.", `"address":"192.0.2.9","class":"IN","name":"mail.example.com.","ttl":"60","type":"A"`, []string{"address", "192.0.2.9"}},
		{"13", "mx.example.com.", `"address":"192.0.2.9","class":"IN","name":"mx.example.com.","ttl":"60","type":"A"`, []string{"name", "mx"}},
		{"13", "mx.example.com.", `"class":"IN","name":"mx.example.com.","ttl":"60","txtdata":"x","type":"TXT"`, []string{"type", "txt", "txtdata", "x"}},
		{"14", "old.example.com.", `"class":"IN","name":"old.example.com.","ttl":"60","txtdata":"ab","type":"TXT"`, []string{"ttl", "60"}},
		{"11", "www.example.com.", `"class":"IN","cname":"example.org","name":"www.example.com.","ttl":"14400","type":"CNAME"`, []string{"cname", "example.org"}},
	} {
		w.must(root, "editzonerecord", append([]string{"domain", "example.com", "Line", edit.line, "serialnum", w.serial("example.com")}, edit.params...)...)
		if got := only(w.dumped(t, "example.com"), edit.name); len(got) != 1 || got[0] != "{"+edit.want+"}" {
			t.Errorf("%v makes %q, want %s", edit.params, got, edit.want)
		}
	}
	w.must(root, "editzonerecord", "zone", "example.com", "line", "12", "preference", "20")
	if got := found(w.lines(t, root, "example.com"), "@"); !slices.ContainsFunc(got, func(l zoneLine) bool { return slices.Equal(l.data, []string{"20", "mail"}) }) {
		t.Errorf("of an MX record the exchange does not stay: %+v", got)
	}
	w.refused(root, "needs the parameter", "editzonerecord", "zone", "example.com", "line", "10", "type", "MX")
	w.refused(root, "Unable to find a record on specified line: 1", "editzonerecord", "zone", "example.com", "line", "1", "ttl", "60")
	w.refused(root, "Unable to find a record on specified line: 5", "editzonerecord", "zone", "example.com", "line", "5", "ttl", "60")
	w.refused(root, "serial", "editzonerecord", "zone", "example.com", "line", "10", "ttl", "60", "serialnum", "1")
	w.refused(root, "Zone does not exist.", "editzonerecord", "zone", "other.example", "line", "10", "ttl", "60")
	w.must(root, "editzonerecord", "zone", "example.com", "line", "3", "ttl", "3600")
	if got := w.dumped(t, "example.com")[2]; got["ttl"] != "3600" || got["type"] != "SOA" || got["mname"] != "ns1.host.example" {
		t.Errorf("the SOA record is %v", got)
	}
}

func TestRemovezonerecord(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	for _, line := range []string{"0", "-1", "1", "2", "5", "200", "9223372036854775807"} {
		w.refused(root, "Unable to find a record on specified line: "+line, "removezonerecord", "zone", "example.com", "line", line)
	}
	w.refused(root, "SOA", "removezonerecord", "zone", "example.com", "line", "3")
	w.refused(root, "serial", "removezonerecord", "zone", "example.com", "line", "14", "serialnum", "1")
	w.must(root, "removezonerecord", "zone", "example.com", "line", "14", "serialnum", w.serial("example.com"))
	w.must(root, "removezonerecord", "zone", "Example.COM.", "Line", "13")
	if want := strings.Join(strings.SplitAfter(zoneFile, "\n")[:12], ""); w.stored("example.com").Text != strings.Replace(want, "2021031902", w.serial("example.com"), 1) {
		t.Errorf("what is left is\n%s", w.stored("example.com").Text)
	}
}

func TestMXs(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	list := func() (got []string) {
		for _, r := range rows(t, dataOf(t, w.must(root, "listmxs", "domain", "example.com")), "record") {
			got = append(got, fmt.Sprint(r["Line"], r["name"], r["ttl"], r["class"], r["type"], r["preference"], r["exchange"]))
		}
		return got
	}
	w.must(root, "savemxs", "domain", "example.com", "name", "mail.example.com", "exchange", "example.com", "preference", "10")
	w.must(root, "savemxs", "domain", "example.com", "name", "example.com", "exchange", "mail.example.com", "preference", "5", "ttl", "60") // there it is
	want := []string{
		fmt.Sprint("12", "example.com.", "60", "IN", "MX", "5", "mail.example.com"),
		fmt.Sprint("15", "mail.example.com.", "14400", "IN", "MX", "10", "example.com"),
	}
	if got := list(); !slices.Equal(got, want) {
		t.Errorf("the records are %q, want %q", got, want)
	}
	if got := dataOf(t, w.must(root, "listmxs", "domain", "example.com", "api.filter.enable", "1", "api.filter.a.field", "preference", "api.filter.a.arg0", "5")); len(rows(t, got, "record")) != 1 {
		t.Errorf("filtered, they are %v", got)
	}
	w.refused(root, "Zone does not exist.", "listmxs", "domain", "other.example")
	w.refused(root, "Zone does not exist.", "savemxs", "domain", "other.example", "name", "x", "exchange", "y.example", "preference", "1")
	w.refused(root, "TTL", "savemxs", "domain", "example.com", "name", "x", "exchange", "y.example", "preference", "1", "ttl", "-1")
	w.refused(root, "MX", "savemxs", "domain", "example.com", "name", "x", "exchange", "y.example", "preference", "-1")
}

// Who asks for a zone gets it unless somebody else has a claim on the name.
func TestAdddns(t *testing.T) {
	t.Parallel()
	w := dnsHosting(t)
	root, shop := w.root(), w.as("shop")
	for about, good := range map[string]struct {
		who    hostkeep.Caller
		owner  string
		params []string
	}{
		"root's own":               {root, "root", []string{"domain", "a.example"}},
		"for an account":           {root, "client", []string{"domain", "B.Example.", "trueowner", "client"}},
		"a reseller's own":         {shop, "shop", []string{"domain", "c.example"}},
		"a reseller's for its own": {shop, "client", []string{"domain", "d.example", "trueowner", "client"}},
		"another template":         {root, "root", []string{"domain", "e.example", "template", "simple", "ipv6", "2001:db8::1"}},
	} {
		name := strings.ToLower(strings.TrimSuffix(good.params[1], "."))
		r := w.must(good.who, "adddns", append(good.params, "ip", "192.0.2.3")...)
		if want := fmt.Sprintf("Added %s ok belonging to user %s", name, good.owner); !strings.Contains(text(r), want) {
			t.Errorf("%s: %s, want %q", about, text(r), want)
		}
		if z := w.stored(name); z.User != good.owner || !strings.HasPrefix(z.Text, "; cPanel first:") || !strings.Contains(z.Text, "192.0.2.3") {
			t.Errorf("%s: the zone is %+v", about, z)
		}
	}
	for _, bad := range []struct {
		who    hostkeep.Caller
		want   string
		params []string
	}{
		{root, "already", []string{"domain", "a.example"}},
		{shop, "already", []string{"domain", "a.example"}},
		{shop, "below a domain of another", []string{"domain", "x.b.example"}},
		{shop, "below a domain of another", []string{"domain", "x.rooted.example"}},
		{shop, "already exists", []string{"domain", "rooted.example"}},
		{shop, "does not exist", []string{"domain", "f.example", "trueowner", "rooted"}},
		{shop, "does not exist", []string{"domain", "f.example", "trueowner", "root"}},
		{shop, "does not exist", []string{"domain", "f.example", "trueowner", "nobody"}},
		{shop, `"all"`, []string{"domain", "co.uk"}},
		{shop, "server's own", []string{"domain", w.host}},
		{root, "not a valid domain", []string{"domain", "x y.example"}},
		{root, "not a valid domain", []string{"domain", "single"}},
		{root, "template", []string{"domain", "f.example", "template", "nosuch"}},
		{root, `"ipv6" is not`, []string{"domain", "f.example", "ipv6", "192.0.2.1"}},
	} {
		w.refused(bad.who, bad.want, "adddns", append(bad.params, "ip", "192.0.2.3")...)
	}
	w.refused(root, `"ip" is not`, "adddns", "domain", "f.example", "ip", "2001:db8::1")
	w.refused(root, `"ip" is not`, "adddns", "domain", "f.example", "ip", "host")
}

func TestKilldns(t *testing.T) {
	t.Parallel()
	w := dnsHosting(t)
	root, shop := w.root(), w.as("shop")
	w.must(shop, "adddns", "domain", "own.example", "ip", "192.0.2.3")
	if r := w.must(shop, "killdns", "domain", "own.example"); warnings(t, r) != "" || !strings.Contains(text(r), "own.example => deleted from "+w.host+". ") {
		t.Errorf("the answer is %s", text(r))
	}
	if z := w.stored("own.example"); z.ID != 0 {
		t.Errorf("there is still %+v", z)
	}
	w.refused(shop, "Unable to remove zone that does not exist.", "killdns", "domain", "own.example")
	if w.stored("client.example").ID == 0 {
		w.must(root, "adddns", "domain", "client.example", "ip", "192.0.2.3")
	}
	if z := w.stored("client.example"); z.User != "client" {
		t.Errorf("the zone of an account's domain is %s's", z.User)
	}
	if got := warnings(t, w.must(shop, "killdns", "domain", "client.example")); !strings.Contains(got, "client.example of the account client") {
		t.Errorf("the warning is %q", got)
	}
	w.refused(root, "and so is its zone", "adddns", "domain", "client.example", "ip", "192.0.2.3", "trueowner", "shop")
	w.must(shop, "adddns", "domain", "client.example", "ip", "192.0.2.3", "trueowner", "client")
}

// resetzone keeps TXT records and puts everything else back, with the account's
// address.
func TestResetzone(t *testing.T) {
	t.Parallel()
	w := dnsHosting(t)
	root, shop := w.root(), w.as("shop")
	w.newZone("extra.example", "client")
	before := w.stored("extra.example")
	w.must(root, "mass_edit_dns_zone", "zone", "extra.example", "serial", w.serial("extra.example"),
		"add", `{"dname":"ftp","ttl":77,"record_type":"TXT","data":["beside","an alias"]}`, "add", `{"dname":"@","record_type":"TXT","data":["v=spf1 -all"]}`)
	w.must(shop, "resetzone", "domain", "extra.example", "user", "client")
	list := w.lines(t, root, "extra.example")
	if got := found(list, "ftp"); len(got) != 1 || got[0].rtype != "TXT" || got[0].ttl != 77 || !slices.Equal(got[0].data, []string{"beside", "an alias"}) {
		t.Errorf("beside an alias, there is %+v", got)
	}
	if got := found(list, "old"); len(got) != 1 || !slices.Equal(got[0].data, []string{"a", "b"}) || got[0].ttl != 300 {
		t.Errorf("of the TXT records is left %+v", got)
	}
	var a []string
	for _, l := range w.dumped(t, "extra.example") {
		if l["type"] == "A" && l["name"] == "extra.example." {
			a = append(a, l["address"].(string))
		}
	}
	if !slices.Equal(a, []string{mainAddress()}) {
		t.Errorf("the address is %v", a)
	}
	after := w.stored("extra.example")
	if after.ID != before.ID || int32(after.Serial-before.Serial) <= 0 || !strings.HasPrefix(after.Text, "; cPanel first:") { //nolint:gosec // the arithmetic of serials
		t.Errorf("from %d to\n%s", before.Serial, after.Text)
	}
	w.refused(shop, "Unable to determine the IP address for nosuch.example", "resetzone", "domain", "nosuch.example")
	w.refused(shop, "does not exist", "resetzone", "domain", "extra.example", "user", "rooted")
	w.refused(shop, "Unable to determine the IP address for extra.example", "resetzone", "domain", "extra.example", "user", "shop")
	w.must(root, "adddns", "domain", "roots.example", "ip", "192.0.2.77")
	w.must(root, "resetzone", "zone", "roots.example")
	if !strings.Contains(w.stored("roots.example").Text, "192.0.2.77") {
		t.Errorf("a zone of no account loses its address:\n%s", w.stored("roots.example").Text)
	}
}

// dnsHosting is hosting with a reseller that may do everything with its zones.
func dnsHosting(t *testing.T) *world {
	w := hosting(t)
	w.must(w.root(), "setacls", "reseller", "shop", "acl-create-acct", "1", "acl-create-dns", "1", "acl-kill-dns", "1", "acl-edit-dns", "1",
		"acl-manage-dns-records", "1", "acl-edit-mx", "1", "acl-ns-config", "1")
	return w
}

package daemon

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// zoneFile is a zone whose lines the tests know: the SOA record begins on line 2,
// counted from 0, and the others follow from line 8 on.
const zoneFile = `; somebody's remark
$TTL 14400
@	86400	IN	SOA	ns1.host.example. hostmaster.host.example. (
		2021031902	; serial
		3600
		1800
		1209600
		86400 )
@	IN	NS	ns1.host.example.
@	IN	A	192.0.2.1
www	IN	CNAME	@
@	IN	MX	10 mail
mail	IN	A	192.0.2.2
old	300	IN	TXT	"a" "b"
`

// stored is a zone as the store has it.
func (w *world) stored(name string) (z hostkeep.Zone) {
	w.t.Helper()
	err := w.store.Read(context.Background(), func(r *sqlstore.Reader) (err error) {
		z, err = r.Zone(name)
		return err
	})
	if err != nil && !errors.Is(err, hostkeep.ErrNotFound) {
		w.t.Fatalf("zone %s: %v", name, err)
	}
	return z
}

func (w *world) serial(zone string) string {
	return strconv.FormatUint(uint64(w.stored(zone).Serial), 10)
}

// newZone makes a zone with zoneFile in it.
func (w *world) newZone(name, owner string) {
	w.t.Helper()
	w.must(w.root(), "adddns", "domain", name, "ip", "192.0.2.1", "trueowner", owner)
	w.must(w.root(), "hostkeep_zone_import", "zone", name, "text", zoneFile)
}

// zoned is a world with one zone, of root.
func zoned(t *testing.T) *world {
	w := opened(t)
	w.newZone("example.com", "root")
	return w
}

// zoneLine is a line as parse_dns_zone tells of it, out of base64.
type zoneLine struct {
	index            int
	kind, name, text string
	rtype            string
	ttl              int
	data             []string
}

// lines asks as a client would.
func (w *world) lines(t tb, c hostkeep.Caller, zone string) (list []zoneLine) {
	t.Helper()
	plain := func(v any) string {
		text, _ := v.(string)
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatalf("%q is no base64", text)
		}
		return string(b)
	}
	for _, r := range rows(t, dataOf(t, w.must(c, "parse_dns_zone", "zone", zone)), "payload") {
		l := zoneLine{index: int(r["line_index"].(float64)), kind: r["type"].(string)}
		if l.kind == "record" {
			l.name, l.rtype, l.ttl = plain(r["dname_b64"]), r["record_type"].(string), int(r["ttl"].(float64))
			for _, d := range r["data_b64"].([]any) {
				l.data = append(l.data, plain(d))
			}
		} else {
			l.text = plain(r["text_b64"])
		}
		list = append(list, l)
	}
	return list
}

// found is the records of a name as it is written.
func found(list []zoneLine, name string) (of []zoneLine) {
	for _, l := range list {
		if l.kind == "record" && l.name == name {
			of = append(of, l)
		}
	}
	return of
}

func TestParseDNSZone(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	want := []string{
		"0 comment  ; somebody's remark", "1 control  $TTL 14400",
		"2 record @ SOA 86400 [ns1.host.example. hostmaster.host.example. 2026112401 3600 1800 1209600 86400]",
		"8 record @ NS 14400 [ns1.host.example.]", "9 record @ A 14400 [192.0.2.1]", "10 record www CNAME 14400 [@]",
		"11 record @ MX 14400 [10 mail]", "12 record mail A 14400 [192.0.2.2]", "13 record old TXT 300 [a b]",
	}
	for spelling, list := range map[string][]zoneLine{"as it is": w.lines(t, w.root(), "example.com"), "otherwise": w.lines(t, w.root(), "Example.COM.")} {
		var got []string
		for _, l := range list {
			if l.kind == "record" {
				got = append(got, fmt.Sprintf("%d record %s %s %d %v", l.index, l.name, l.rtype, l.ttl, l.data))
			} else {
				got = append(got, fmt.Sprintf("%d %s  %s", l.index, l.kind, l.text))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the lines are\n%s\nwant\n%s", spelling, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	w.refused(w.root(), `There is no zone "other.example"`, "parse_dns_zone", "zone", "other.example")
}

// What lego does: the serial is the third field of the SOA record; it adds to the
// record of its name if there is one, and edits that away afterwards.
func TestMassEditAsLegoDoes(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	serial := func() string {
		for _, l := range w.lines(t, root, "example.com") {
			if l.rtype == "SOA" {
				return l.data[2]
			}
		}
		t.Fatal("there is no SOA record")
		return ""
	}
	before := w.stored("example.com").Text
	edit := func(what, value string) {
		t.Helper()
		now := serial()
		answer := dataOf(t, w.must(root, "mass_edit_dns_zone", "serial", now, "zone", "example.com", what, value))
		if next, ok := answer["new_serial"].(string); !ok || next != serial() || next == now {
			t.Errorf("new_serial is %v after %s, the zone has %s", answer["new_serial"], now, serial())
		}
	}
	edit("add", `{"dname":"_acme-challenge","ttl":300,"record_type":"TXT","data":["first"]}`)
	made := found(w.lines(t, root, "example.com"), "_acme-challenge")
	if len(made) != 1 || made[0].rtype != "TXT" || made[0].ttl != 300 || !slices.Equal(made[0].data, []string{"first"}) {
		t.Fatalf("the record is %+v", made)
	}
	edit("edit", fmt.Sprintf(`{"line_index":%d,"dname":"_acme-challenge.example.com.","ttl":300,"record_type":"TXT","data":["first","second"]}`, made[0].index))
	made = found(w.lines(t, root, "example.com"), "_acme-challenge.example.com.")
	if len(made) != 1 || !slices.Equal(made[0].data, []string{"first", "second"}) {
		t.Fatalf("the record is %+v", made)
	}
	edit("remove", strconv.Itoa(made[0].index))
	if after := w.stored("example.com").Text; after != strings.Replace(before, "2026112401", serial(), 1) {
		t.Errorf("what was added and removed left behind\n%s", after)
	}
}

// Several edits in one call, as they can be written, and all of them or none.
func TestMassEdit(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	w.must(root, "mass_edit_dns_zone", "zone", "example.com", "serial", w.serial("example.com"),
		"add-0", `{"dname":"a","record_type":"a","data":["192.0.2.7"]}`,
		"add[]", `{ "dname": "b", "ttl": 60, "record_type": "AAAA", "data": ["2001:db8::1"] }`,
		"edit", `{"line_index":9,"dname":"@","ttl":60,"record_type":"A","data":["192.0.2.9"]}`,
		"remove-1", "10", "remove-2", "13")
	var got []string
	for _, l := range w.lines(t, root, "example.com") {
		if l.kind == "record" && l.rtype != "SOA" {
			got = append(got, fmt.Sprintf("%s %d %s %v", l.name, l.ttl, l.rtype, l.data))
		}
	}
	slices.Sort(got)
	want := []string{
		"@ 14400 MX [10 mail]", "@ 14400 NS [ns1.host.example.]", "@ 60 A [192.0.2.9]",
		"a 14400 A [192.0.2.7]", "b 60 AAAA [2001:db8::1]", "mail 14400 A [192.0.2.2]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the zone has %q, want %q", got, want)
	}
	was := w.stored("example.com")
	w.refused(root, `the record A of "d"`, "mass_edit_dns_zone", "zone", "example.com", "serial", w.serial("example.com"),
		"add", `{"dname":"c","record_type":"A","data":["192.0.2.7"]}`, "edit", `{"line_index":9,"dname":"d","record_type":"A","data":["no address"]}`)
	if w.stored("example.com") != was {
		t.Error("a call that was refused changed the zone")
	}
}

// badEdits is what a robot may send by mistake; each changes nothing and is told
// what is wrong.
var badEdits = map[string]struct {
	what, value, want string
}{
	"no JSON":                 {"add", `dname=x`, `add #1: it is no JSON object`},
	"a list":                  {"add", `[]`, `add #1: it is no JSON object`},
	"a half":                  {"add", `{"dname":"x"`, `add #1: it is no JSON object`},
	"something behind":        {"add", `{"dname":"x","record_type":"A","data":["192.0.2.1"]}{}`, `add #1: it is no JSON object`},
	"an unknown member":       {"add", `{"dname":"x","type":"A","data":["192.0.2.1"]}`, `add #1: there is no member "type"`},
	"a line in an add":        {"add", `{"line_index":9,"dname":"x","record_type":"A","data":["192.0.2.1"]}`, `there is no member "line_index"`},
	"another case":            {"add", `{"Dname":"x","record_type":"A","data":["192.0.2.1"]}`, `there is no member "Dname"`},
	"a member twice":          {"add", `{"dname":"x","dname":"y","record_type":"A","data":["192.0.2.1"]}`, `"dname" stands there twice`},
	"a type with a line end":  {"add", `{"dname":"x","record_type":"A\nB","data":["192.0.2.1"]}`, `add #1: the member "record_type" is no type of record`},
	"no name":                 {"add", `{"record_type":"A","data":["192.0.2.1"]}`, `add #1: the member "dname" is missing`},
	"no line":                 {"edit", `{"dname":"x","record_type":"A","data":["192.0.2.1"]}`, `edit #1: the member "line_index" is missing`},
	"a name of null":          {"add", `{"dname":null,"record_type":"A","data":["192.0.2.1"]}`, `the member "dname" must be a text`},
	"a number for a name":     {"add", `{"dname":5,"record_type":"A","data":["192.0.2.1"]}`, `the member "dname" must be a text`},
	"a text for a TTL":        {"add", `{"dname":"x","ttl":"60","record_type":"A","data":["192.0.2.1"]}`, `the member "ttl" must be a whole number`},
	"a fraction":              {"add", `{"dname":"x","ttl":60.5,"record_type":"A","data":["192.0.2.1"]}`, `the member "ttl" must be a whole number`},
	"a TTL below 0":           {"add", `{"dname":"x","ttl":-1,"record_type":"A","data":["192.0.2.1"]}`, `a TTL is 0 to 2147483647`},
	"a TTL too long":          {"add", `{"dname":"x","ttl":2147483648,"record_type":"A","data":["192.0.2.1"]}`, `a TTL is 0 to 2147483647`},
	"a text for data":         {"add", `{"dname":"x","record_type":"A","data":"192.0.2.1"}`, `the member "data" must be a list of texts`},
	"a number in data":        {"add", `{"dname":"x","record_type":"MX","data":[10,"mail"]}`, `the member "data" must be a list of texts`},
	"a null in data":          {"add", `{"dname":"x","record_type":"TXT","data":["a",null]}`, `the member "data" must be a list of texts`},
	"no data":                 {"add", `{"dname":"x","record_type":"TXT","data":[]}`, `the member "data" is empty`},
	"half a character":        {"add", `{"dname":"x","record_type":"TXT","data":["\ud800"]}`, `half a character`},
	"too few fields":          {"add", `{"dname":"x","record_type":"MX","data":["mail"]}`, `MX`},
	"too many fields":         {"add", `{"dname":"x","record_type":"A","data":["192.0.2.1","192.0.2.2"]}`, `A`},
	"no address":              {"add", `{"dname":"x","record_type":"A","data":["2001:db8::1"]}`, `A`},
	"a CNAME beside data":     {"add", `{"dname":"mail","record_type":"CNAME","data":["www"]}`, `CNAME`},
	"data beside a CNAME":     {"add", `{"dname":"www","record_type":"TXT","data":["x"]}`, `CNAME`},
	"a CNAME at the top":      {"add", `{"dname":"@","record_type":"CNAME","data":["www"]}`, `CNAME`},
	"outside the zone":        {"add", `{"dname":"x.example.org.","record_type":"A","data":["192.0.2.1"]}`, `not in the zone`},
	"nearly in the zone":      {"add", `{"dname":"xexample.com.","record_type":"A","data":["192.0.2.1"]}`, `not in the zone`},
	"a second SOA":            {"add", `{"dname":"@","record_type":"SOA","data":["a.","b.","1","2","3","4","5"]}`, `SOA`},
	"an SOA elsewhere":        {"edit", `{"line_index":9,"dname":"@","record_type":"SOA","data":["a.","b.","1","2","3","4","5"]}`, `SOA`},
	"the SOA gone":            {"remove", `2`, `SOA`},
	"the last NS gone":        {"remove", `8`, `NS`},
	"a line without a record": {"remove", `0`, `line 1 is no record`},
	"a line inside a record":  {"remove", `4`, `line 5`},
	"a line behind the end":   {"remove", `99`, `no line 100`},
	"a line below 0":          {"remove", `-1`, `remove #1`},
	"a line that is none":     {"remove", `ten`, `remove #1`},
	"a line break in a name":  {"add", `{"dname":"x\nevil","record_type":"A","data":["192.0.2.1"]}`, `x`},
	"a blank in a name":       {"add", `{"dname":"x 60 IN A 192.0.2.66 ;","record_type":"A","data":["192.0.2.1"]}`, `x`},
	"a line break in data":    {"add", `{"dname":"x","record_type":"A","data":["192.0.2.1\nevil IN A 192.0.2.66"]}`, `A`},
	"a comment in data":       {"add", `{"dname":"x","record_type":"CNAME","data":["y ; "]}`, `CNAME`},
	"a label too long":        {"add", `{"dname":"` + strings.Repeat("x", 64) + `","record_type":"A","data":["192.0.2.1"]}`, `63`},
	"a name too long":         {"add", `{"dname":"` + strings.Repeat("xxxxxxx.", 40) + `","record_type":"A","data":["192.0.2.1"]}`, `255`},
	"an unknown type":         {"add", `{"dname":"x","record_type":"NOSUCH","data":["x"]}`, `NOSUCH`},
	"a question's type":       {"add", `{"dname":"x","record_type":"ANY","data":["x"]}`, `ANY`},
	"nothing at all":          {"ignored", ``, `Nothing is to be changed`},
}

func TestBadEdits(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	was := w.stored("example.com")
	for _, about := range slices.Sorted(maps.Keys(badEdits)) {
		bad := badEdits[about]
		r := w.Call(context.Background(), w.root(), "mass_edit_dns_zone", wire.Pairs("zone", "example.com", "serial", w.serial("example.com"), bad.what, bad.value))
		if r.OK || r.Kind == 0 || !strings.Contains(r.Reason, bad.want) {
			t.Errorf("%s: ok %t, kind %v, %q, want %q in it", about, r.OK, r.Kind, r.Reason, bad.want)
		}
		if w.stored("example.com") != was {
			t.Fatalf("%s: the zone was changed to\n%s", about, w.stored("example.com").Text)
		}
	}
	w.refused(w.root(), `"serial"`, "mass_edit_dns_zone", "zone", "example.com", "serial", "4294967296", "remove", "9")
	w.refused(w.root(), `"serial"`, "mass_edit_dns_zone", "zone", "example.com", "serial", "-1", "remove", "9")
}

// What a TXT record may hold comes back as it was sent, however long and whatever
// it means to a zone file.
func TestTXTComesBack(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	for i, text := range []string{
		`"quoted"`, `semi;colon`, `back\slash`, `v=spf1 include:_x ~all`, "tab\tand\nline\r\nbreak", "Grüße, 世界", "\x00\x01\x7f", " blank ", "(", `\065`, "$ORIGIN evil.",
		strings.Repeat("a", 255), strings.Repeat("b", 256), strings.Repeat(`c";é`, 1024), strings.Repeat("é", 2048),
	} {
		name := fmt.Sprintf("t%d", i)
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		entry := fmt.Sprintf(`{"dname":%q,"record_type":"TXT","data":[%s]}`, name, strings.ReplaceAll(string(quoted), "\x7f", `\u007f`))
		w.must(root, "mass_edit_dns_zone", "zone", "example.com", "serial", w.serial("example.com"), "add", entry)
		made := found(w.lines(t, root, "example.com"), name)
		if len(made) != 1 || strings.Join(made[0].data, "") != text {
			t.Fatalf("%q came back as %+v", text, made)
		}
		for _, part := range made[0].data {
			if len(part) > 255 {
				t.Errorf("a character-string has %d bytes", len(part))
			}
		}
	}
}

// Of many edits that saw the same serial, exactly one is done; the others learn
// what the serial is, and nothing of theirs is in the zone.
func TestEditsAtOnce(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	for round := range 3 {
		seen := w.serial("example.com")
		var wait sync.WaitGroup
		won := make([]bool, 12)
		reasons := make([]string, len(won))
		for i := range won {
			wait.Go(func() {
				r := w.Call(context.Background(), root, "mass_edit_dns_zone", wire.Pairs("zone", "example.com", "serial", seen,
					"add", fmt.Sprintf(`{"dname":"r%d-%dx","record_type":"TXT","data":["x"]}`, round, i)))
				won[i], reasons[i] = r.OK, r.Reason
			})
		}
		wait.Wait()
		winners := 0
		for i := range won {
			if won[i] {
				winners++
			} else if !strings.Contains(reasons[i], w.serial("example.com")) {
				t.Errorf("a loser is told %q; the serial is %s", reasons[i], w.serial("example.com"))
			}
			if has := strings.Contains(w.stored("example.com").Text, fmt.Sprintf("r%d-%dx", round, i)); has != won[i] {
				t.Errorf("edit %d: won %t, in the zone %t", i, won[i], has)
			}
		}
		if winners != 1 {
			t.Errorf("%d edits won", winners)
		}
	}
}

// A serial goes round at 2^32, by RFC 1982, and is a lock all the same.
func TestSerialWraps(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	for _, far := range []string{"4000000000", "4294967293"} { // each less than 2^31 ahead of the one before
		w.must(root, "hostkeep_zone_import", "zone", "example.com", "text", strings.Replace(zoneFile, "2021031902", far, 1))
	}
	for range 4 {
		seen := w.stored("example.com").Serial
		w.must(root, "mass_edit_dns_zone", "zone", "example.com", "serial", w.serial("example.com"), "add", `{"dname":"x","record_type":"TXT","data":["x"]}`)
		now := w.stored("example.com").Serial
		if now == 0 || int32(now-seen) <= 0 { //nolint:gosec // the arithmetic of serials
			t.Errorf("after %d comes %d", seen, now)
		}
		w.refused(root, w.serial("example.com"), "mass_edit_dns_zone", "zone", "example.com", "serial", strconv.FormatUint(uint64(seen), 10), "remove", "9")
	}
}

// TestSerialOutlivesItsZone: an editor that read a zone which is gone does not change
// the next one of that name, and a secondary takes that one for a later one.
func TestSerialOutlivesItsZone(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	w.must(root, "createacct", "username", "ann", "domain", "ann.example")
	for again, name := range map[string]string{"killdns": "example.com", "removeacct": "ann.example", "modifyacct": "other.example"} {
		if again == "modifyacct" {
			w.must(root, "createacct", "username", "mover", "domain", name)
		}
		was := w.serial(name)
		switch again {
		case "killdns":
			w.must(root, "killdns", "domain", name)
			w.must(root, "adddns", "domain", name, "ip", "192.0.2.1")
		case "removeacct":
			w.must(root, "removeacct", "username", "ann")
			w.must(root, "createacct", "username", "ann", "domain", name)
		default:
			w.must(root, "modifyacct", "user", "mover", "domain", "away.example")
			w.must(root, "adddns", "domain", name, "ip", "192.0.2.1")
		}
		seen, err := strconv.ParseUint(was, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		if now := w.stored(name).Serial; int32(now-uint32(seen)) <= 0 { //nolint:gosec // the arithmetic of serials
			t.Errorf("%s: after %s comes %d", again, was, now)
		}
		w.refused(root, w.serial(name), "mass_edit_dns_zone", "zone", name, "serial", was, "add", `{"dname":"x","record_type":"TXT","data":["x"]}`)
	}
}

// TestEditOfVeryMuch: the record counts what does not fit into it.
func TestEditOfVeryMuch(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	args := []string{"zone", "example.com", "serial", w.serial("example.com")}
	for i := range 900 {
		args = append(args, "add", fmt.Sprintf(`{"dname":"host%d","ttl":300,"record_type":"TXT","data":[%q]}`, i, strings.Repeat("x", 200)))
	}
	w.must(w.root(), "mass_edit_dns_zone", args...)
	if text := w.stored("example.com").Text; !strings.Contains(text, "host0") || !strings.Contains(text, "host899") {
		t.Error("the records are not there")
	}
	list, _ := w.record(w.root(), "function", "mass_edit_dns_zone")
	if len(list) != 1 || !strings.Contains(list[0].Arguments, "host0") || !strings.Contains(list[0].Arguments, " more") {
		t.Errorf("the record has %d rows: %.300v", len(list), list)
	}
}

func TestExportZoneFiles(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	w.newZone("example.net", "root")
	list := rows(t, dataOf(t, w.must(w.root(), "export_zone_files", "zone", "example.net", "zone", "Example.com", "zone", "example.net.")), "payload")
	if len(list) != 2 { // each once
		t.Errorf("%d zones are exported", len(list))
	}
	for i, name := range []string{"example.net", "example.com"} {
		text, err := base64.StdEncoding.DecodeString(list[i]["text_b64"].(string))
		if err != nil || list[i]["zone"] != name || string(text) != strings.Replace(zoneFile, "2021031902", w.serial(name), 1) {
			t.Errorf("%v is exported as\n%s", list[i]["zone"], text)
		}
	}
	w.refused(w.root(), `There is no zone "other.example"`, "export_zone_files", "zone", "example.net", "zone", "other.example")
}

func TestImportZone(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	was := w.stored("example.com")
	for about, bad := range map[string]struct{ text, want string }{
		"broken":         {strings.Replace(zoneFile, "86400 )", "86400", 1), "line 3"},
		"no address":     {strings.Replace(zoneFile, "192.0.2.2", "192.0.2.256", 1), "line 13"},
		"outside":        {zoneFile + "www.example.org. IN A 192.0.2.1\n", "line 15"},
		"beside a CNAME": {zoneFile + "www IN A 192.0.2.1\n", "line 15"},
		"no SOA":         {"@ 60 IN NS ns1.host.example.\n", "SOA"},
		"a second SOA":   {zoneFile + "@ IN SOA a. b. 1 2 3 4 5\n", "line 15"},
		"an include":     {zoneFile + "$INCLUDE /etc/passwd\n", "line 15"},
		"a generator":    {zoneFile + "$GENERATE 1-1000000 x$ A 192.0.2.1\n", "line 15"},
		"no DNS at all":  {"<html>", "line 1"},
		"another class":  {zoneFile + "x CH TXT x\n", "line 15"},
	} {
		r := w.Call(context.Background(), root, "hostkeep_zone_import", wire.Pairs("zone", "example.com", "text", bad.text))
		if r.OK || r.Kind != hostkeep.Invalid || !strings.Contains(r.Reason, bad.want) {
			t.Errorf("%s: %v %q, want %q in it", about, r.Kind, r.Reason, bad.want)
		}
	}
	w.refused(root, w.serial("example.com"), "hostkeep_zone_import", "zone", "example.com", "text", zoneFile, "serial", "1")
	w.refused(root, `There is no zone "other.example"`, "hostkeep_zone_import", "zone", "other.example", "text", "<html>")
	if w.stored("example.com") != was {
		t.Error("something that was refused changed the zone")
	}
	answer := dataOf(t, w.must(root, "hostkeep_zone_import", "zone", "example.com", "text", zoneFile+"more IN A 192.0.2.3\n", "serial", w.serial("example.com")))
	if answer["new_serial"] != w.serial("example.com") || answer["records"] != 8.0 || w.stored("example.com").Serial == was.Serial {
		t.Errorf("the answer is %v", answer)
	}
	w.must(root, "hostkeep_zone_import", "zone", "example.com", "text", "\uFEFF"+zoneFile) // a mark that some editors write
	if text := w.stored("example.com").Text; !strings.HasPrefix(text, "; somebody's remark\n") {
		t.Errorf("the zone begins with %.20q", text)
	}
	w.must(root, "hostkeep_zone_import", "zone", "example.com", "text", strings.ReplaceAll(strings.Replace(zoneFile, "2021031902", "2030010100", 1), "\n", "\r\n"))
	if got := w.stored("example.com"); got.Serial != 2030010101 || strings.Count(got.Text, "\r\n") != strings.Count(zoneFile, "\n") {
		t.Errorf("a later serial, with other line ends, comes to %d\n%q", got.Serial, got.Text)
	}
}

// Names are looked up in the zones that the caller may see, and then outside.
func TestLookups(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	w.must(root, "hostkeep_zone_import", "zone", "example.com", "text", zoneFile+"six IN AAAA 2001:db8::1\nloop IN CNAME pool\npool IN CNAME loop\nfar IN CNAME www.example.net.\n")
	for host, want := range map[string]string{"example.com": "192.0.2.1", "WWW.example.com.": "192.0.2.1", "mail.example.com": "192.0.2.2"} {
		for _, ask := range [][2]string{{"lookupnsip", "host"}, {"resolvedomainname", "domain"}} {
			if got := dataOf(t, w.must(root, ask[0], ask[1], host))["ip"]; got != want {
				t.Errorf("%s of %s is %v, want %s", ask[0], host, got, want)
			}
		}
	}
	shows(t, "lookupnsips", dataOf(t, w.must(root, "lookupnsips", "host", "six.example.com")), map[string]any{"ipv4": "", "ipv6": "2001:db8::1"})
	for _, host := range []string{"six.example.com", "loop.example.com", "nosuch.example.com", "far.example.com", "nosuch.example", "localhost", "127.0.0.1", "a b.example", ""} {
		r := w.Call(context.Background(), root, "resolvedomainname", wire.Pairs("domain", host))
		if r.OK || r.Kind == 0 || host != "" && r.Reason != "Unable to resolve domain name." {
			t.Errorf("%q is answered %v %q", host, r.OK, r.Reason)
		}
	}
}

// What the zones do not have, the machine's resolver is asked for.
func TestLookupOutside(t *testing.T) {
	t.Parallel()
	w := opened(t)
	w.outside = map[string][]netip.Addr{"away.example": {netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("::ffff:192.0.2.5")}}
	if got := dataOf(t, w.must(w.root(), "resolvedomainname", "domain", "Away.example."))["ip"]; got != "192.0.2.5" {
		t.Errorf("it is %v", got)
	}
	shows(t, "lookupnsips", dataOf(t, w.must(w.root(), "lookupnsips", "host", "away.example")), map[string]any{"ipv4": "192.0.2.5", "ipv6": "2001:db8::2"})
	w.refused(w.root(), "Unable to resolve", "resolvedomainname", "domain", "other.example")
}

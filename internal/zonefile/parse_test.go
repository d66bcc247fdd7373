package zonefile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

const head = "$TTL 14400\n@ IN SOA ns1.example.net. root.example.com. 2026010100 1h 7200 3600000 86400\n@ NS ns1.example.net.\n"

// headLines is how many lines of a test zone stand before its own.
const headLines = 3

func parse(t *testing.T, text string) *zonefile.Zone {
	t.Helper()
	z, err := zonefile.Parse("example.com", text)
	if err != nil {
		t.Fatal(err)
	}
	if z.String() != text {
		t.Fatalf("the zone is %q, want it as it was: %q", z, text)
	}
	return z
}

// short is what an editor sees of a line.
func short(l zonefile.Line) string {
	kind := map[zonefile.Kind]string{zonefile.Record: "record", zonefile.Control: "control", zonefile.Comment: "comment"}[l.Kind]
	if l.Kind != zonefile.Record {
		return fmt.Sprintf("%d %s %q", l.Number, kind, l.Text)
	}
	return fmt.Sprintf("%d %q %d %s %q", l.Number, l.Name, l.TTL, l.Type, l.Data)
}

func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		about, text string
		want        []string
	}{
		{"comments and blank lines", "; one\n\n  \t\n ; two", []string{
			`3 comment "; one"`, `4 comment ""`, `5 comment "  \t"`, `6 comment " ; two"`,
		}},
		{"one record on several lines", "a TXT ( one ; not )\n\n two )\nb A 192.0.2.1\n", []string{
			`3 "a" 14400 TXT ["one" "two"]`, `6 "b" 14400 A ["192.0.2.1"]`,
		}},
		{"TTL and class in both orders and letters", "a 60 IN A 192.0.2.1\na in 1h30m a 192.0.2.2\na CLASS1 A 192.0.2.3\n", []string{
			`3 "a" 60 A ["192.0.2.1"]`, `4 "a" 5400 A ["192.0.2.2"]`, `5 "a" 14400 A ["192.0.2.3"]`,
		}},
		{"owners left out", "a A 192.0.2.1\n; between\n\tAAAA 2001:db8::1\n", []string{
			`3 "a" 14400 A ["192.0.2.1"]`, `4 comment "; between"`, `5 "a" 14400 AAAA ["2001:db8::1"]`,
		}},
		{"an owner that is called like a class or a type", "IN A 192.0.2.1\nA A 192.0.2.1\n", []string{
			`3 "IN" 14400 A ["192.0.2.1"]`, `4 "A" 14400 A ["192.0.2.1"]`,
		}},
		{"$TTL in the middle", "$ttl 2d ; days\na A 192.0.2.1\n", []string{
			`3 control "$ttl 2d ; days"`, `4 "a" 172800 A ["192.0.2.1"]`,
		}},
		{"names under another origin are absolute", "a A 192.0.2.1\n$ORIGIN sub\n MX 10 mx\nb CNAME c\n", []string{
			`3 "a" 14400 A ["192.0.2.1"]`, `4 control "$ORIGIN sub"`,
			`5 "a.example.com." 14400 MX ["10" "mx.sub.example.com."]`,
			`6 "b.sub.example.com." 14400 CNAME ["c.sub.example.com."]`,
		}},
		{"back under the zone's origin", "$ORIGIN .\nx.example.com A 192.0.2.1\n$ORIGIN example.com.\n A 192.0.2.2\ny A 192.0.2.3\n", []string{
			`3 control "$ORIGIN ."`, `4 "x.example.com." 14400 A ["192.0.2.1"]`, `5 control "$ORIGIN example.com."`,
			`6 "x.example.com." 14400 A ["192.0.2.2"]`, `7 "y" 14400 A ["192.0.2.3"]`,
		}},
		{"strings are bytes", `a TXT "se;mi \"q\" \\" un\ quoted \195\164 ` + "\"\xc3\xa4\t\" \"\"\n", []string{
			`3 "a" 14400 TXT ["se;mi \"q\" \\" "un quoted" "ä" "ä\t" ""]`,
		}},
		{"strings side by side", `a TXT a"b"c"d""e"` + "\n", []string{`3 "a" 14400 TXT ["a" "b" "c" "d" "e"]`}},
		{"names with escapes stay as written", `a\.b CNAME \099\;.example.com.` + "\n", []string{
			`3 "a\\.b" 14400 CNAME ["\\099\\;.example.com."]`,
		}},
		{"a byte that is no ASCII", "\xc3\xb6 A 192.0.2.1\n", []string{`3 "ö" 14400 A ["192.0.2.1"]`}},
		{"strings of other types", "a CAA 0 issue letsencrypt.org\na NAPTR 1 2 U \"E2U\" \"!^.*$!x!\" .\na HINFO x \"y z\"\n", []string{
			`3 "a" 14400 CAA ["0" "issue" "letsencrypt.org"]`,
			`4 "a" 14400 NAPTR ["1" "2" "U" "E2U" "!^.*$!x!" "."]`, `5 "a" 14400 HINFO ["x" "y z"]`,
		}},
		{"pairs of a service", `a HTTPS 1 . alpn="h2,h3" port=8443` + "\n", []string{
			`3 "a" 14400 HTTPS ["1" "." "alpn=\"h2,h3\"" "port=8443"]`,
		}},
		{"unknown types", `a TYPE999 \# 2 AB CD` + "\n" + `a TYPE1 192.0.2.1` + "\n", []string{
			`3 "a" 14400 TYPE999 ["\\#" "2" "AB" "CD"]`, `4 "a" 14400 A ["192.0.2.1"]`,
		}},
		{"the generic form of a known type is read", `a TXT \# 4 03616263` + "\n" + `a TYPE1 \# 4 c0000201` + "\n", []string{
			`3 "a" 14400 TXT ["abc"]`, `4 "a" 14400 A ["192.0.2.1"]`,
		}},
		{"a string that looks like the generic form", `a TXT "\\#" 4 03616263` + "\n", []string{
			`3 "a" 14400 TXT ["\\#" "4" "03616263"]`,
		}},
		{"CRLF", "a A 192.0.2.1\r\n\r\nb TXT ( x\r\n y )\r\n", []string{
			`3 "a" 14400 A ["192.0.2.1"]`, `4 comment ""`, `5 "b" 14400 TXT ["x" "y"]`,
		}},
		{"the same record twice", "a A 192.0.2.1\nA A 192.0.2.1\n", []string{
			`3 "a" 14400 A ["192.0.2.1"]`, `4 "A" 14400 A ["192.0.2.1"]`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, l := range parse(t, head+tt.text).Lines[headLines:] {
				got = append(got, short(l))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTTLWithoutDefault holds what BIND makes of zones without $TTL.
func TestTTLWithoutDefault(t *testing.T) {
	t.Parallel()
	const soa = " SOA ns root 1 3600 3600 3600 77\n"
	for text, want := range map[string][]uint32{
		"@" + soa + " NS ns\na 5 A 192.0.2.1\nb A 192.0.2.1\n":                    {77, 77, 5, 77},
		"@ 9" + soa + " NS ns\na 5 A 192.0.2.1\nb A 192.0.2.1\n":                  {9, 9, 5, 5},
		"@ 9" + soa + " NS ns\n$TTL 8\na 5 A 192.0.2.1\nb A 192.0.2.1\n":          {9, 9, 5, 8},
		"$TTL 0\n@" + soa + " NS ns\na 2147483647 A 192.0.2.1\nb A 192.0.2.1\n":   {0, 0, 1<<31 - 1, 0},
		"$TTL 8\n@ 3" + soa + " NS ns\n$TTL 1w\na 5 A 192.0.2.1\nb A 192.0.2.1\n": {3, 8, 5, 604800},
	} {
		var got []uint32
		for _, l := range parse(t, text).Lines {
			if l.Kind != zonefile.Record {
				continue
			}
			got = append(got, l.TTL)
			if l.RR.Header().Ttl != l.TTL {
				t.Errorf("%q: the record says %d and the line %d", text, l.RR.Header().Ttl, l.TTL)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestRefusedZones(t *testing.T) {
	t.Parallel()
	label := strings.Repeat("a", 63)
	long := strings.Repeat(label+".", 4) // 4*64 bytes without the root
	tests := []struct{ about, text, want string }{
		{"include", "$INCLUDE /etc/passwd\n", "line 4 of the zone: $INCLUDE is not allowed"},
		{"generate", "$generate 1-10 a$ A 192.0.2.$\n", "line 4 of the zone: $GENERATE is not allowed"},
		{"another control", "$DATE 1\n", `line 4 of the zone: "$DATE" is not known`},
		{"a control in parentheses", "($TTL 1)\n", "begin of its line"},
		{"a control with too much", "$TTL 1 2\n", "$TTL takes one word"},
		{"$TTL out of range", "$TTL 2147483648\n", "from 0 to 2147483647"},
		{"$TTL that goes round in 64 bits", "$TTL 18446744073709551617\n", "from 0 to 2147483647"},
		{"$TTL by units out of range", "$TTL 3551w\n", "from 0 to 2147483647"},
		{"bad origin", "$ORIGIN a..b\n", "line 4 of the zone: $ORIGIN: a label of the name is empty"},
		{"class", "a CH A 192.0.2.1\n", "line 4 of the zone: the class CH is not served"},
		{"class by number", "a CLASS3 TXT x\n", "the class CLASS3 is not served"},
		{"TTL out of range", "a 2147483648 A 192.0.2.1\n", `line 4 of the zone: the TTL "2147483648" is not`},
		{"TTL with half a unit", "a 1h30 A 192.0.2.1\n", `the TTL "1H30" is not`},
		{"unknown type", "a SPAM x\n", `line 4 of the zone: there is no record type "SPAM"`},
		{"type by too high a number", `a TYPE65536 \# 0` + "\n", `there is no record type "TYPE65536"`},
		{"question type", "a ANY x\n", "not served"}, // it is read as a class first, as BIND does
		{"transfer", "a AXFR x\n", "AXFR stand in no zone"},
		{"OPT", `a OPT \# 0` + "\n", "OPT stand in no zone"},
		{"TSIG by number", `a TYPE250 \# 0` + "\n", "TSIG stand in no zone"},
		{"NULL", `a NULL \# 0` + "\n", "NULL stand in no zone"},
		{"signatures", "a NSEC b A\n", "zones are not signed here"},
		{"no type", "a IN\n", "line 4 of the zone: the record has no type"},
		{"no data", "a A\n", "line 4 of the zone: the A record has no data"},
		{"no data in parentheses", "a TXT (\n)\n", "the TXT record has no data"},
		{"wrong data", "a MX mail\n", `line 4 of the zone: "mail" is not the data of a record of the type MX, which takes preference, exchange`},
		{"too much data", "a A 192.0.2.1 192.0.2.2\n", "is not the data of a record of the type A"},
		{"quotation marks around an address", "a A \"192.0.2.1\"\n", "quotation marks in the data"},
		{"quotation marks around an owner", "\"a\" A 192.0.2.1\n", "quotation marks in the owner's name"},
		{"quotation marks around a type", "a \"A\" 192.0.2.1\n", "quotation marks before the record's data"},
		{"generic data of another length", `a A \# 5 c000020101` + "\n", "is not the data"},
		{"generic data that say another length", `a TYPE999 \# 3 ABCD` + "\n", "is not the data"},
		{"long string", "a TXT " + strings.Repeat("x", 256) + "\n", "longer than 255 bytes"},
		{"one string where there are two", "a HINFO \"x y\"\n", "is not the data of a record of the type HINFO"},
		{"CAA tag", "a CAA 0 is-sue x\n", "letters and digits"},
		{"time of the SOA record that goes round", "a SOA ns root 1 99999999999999999999999 1 1 1\n", "SOA record from 0"},
		{"SOA record without some of its numbers", "@ SOA ns root 1\n", "which takes mname, rname, serial"},
		{"quote not closed", "a TXT \"x\nb A 192.0.2.1\n", "line 4 of the zone: a quotation mark is opened"},
		{"quote not closed at the end", "a TXT \"x", "a quotation mark is opened"},
		{"parenthesis not closed", "a A (\n192.0.2.1\n", "line 4 of the zone: a parenthesis is opened"},
		{"parenthesis not opened", "a A 192.0.2.1 )\n", "line 4 of the zone: a parenthesis is closed"},
		{"parentheses around nothing", "(\n)\n", "nothing in the parentheses"},
		{"NUL", "a TXT \"\x00\"\n", `line 4 of the zone: the byte 0x00 must not stand in a zone as it is: write it as \000`},
		{"control byte in a name", "a\x01 A 192.0.2.1\n", "the byte 0x01"},
		{"control byte in a comment", "; \x1b[2J\n", "the byte 0x1b"},
		{"CR alone", "a A 192.0.2.1\r", "the byte 0x0d"},
		{"escaped line end", "a TXT a\\\nb\n", "a backslash must be followed"},
		{"escape above 255", `a\256 A 192.0.2.1` + "\n", "three digits up to 255"},
		{"escape of two digits", `a\25 A 192.0.2.1` + "\n", "three digits up to 255"},
		{"long label", label + "a A 192.0.2.1\n", "line 4 of the zone: a label of the name is longer than 63 bytes"},
		{"long name", long + " A 192.0.2.1\n", "the name is longer than 255 bytes"},
		{"long name in data", "a CNAME " + long + "\n", "is not the data of a record of the type CNAME"},
		{"empty label", "a..b A 192.0.2.1\n", "a label of the name is empty"},
		{"outside", "example.net. A 192.0.2.1\n", "line 4 of the zone: the name example.net. is not in the zone example.com"},
		{"ends with the zone's letters", "xexample.com. A 192.0.2.1\n", "is not in the zone"},
		{"ends with an escaped dot", `x\.example.com. A 192.0.2.1` + "\n", "is not in the zone"},
		{"outside by $ORIGIN", "$ORIGIN com.\na A 192.0.2.1\n", "line 5 of the zone: the name a.com. is not in the zone"},
		{"second SOA", "@ SOA ns root 1 1 1 1 1\n", "line 4 of the zone: there is a second SOA record"},
		{"the same SOA again", "@ IN SOA ns1.example.net. root.example.com. 2026010100 1h 7200 3600000 86400\n", "line 4 of the zone: there is a second SOA record"},
		{"SOA below", "a SOA ns root 1 1 1 1 1\n", "line 4 of the zone: the SOA record must be the zone's"},
		{"generic SOA", `@ SOA \# 0` + "\n", "must be written out"},
		{"CNAME at the top", "@ CNAME a\n", "line 4 of the zone: example.com has other records"},
		{"CNAME first", "a CNAME b\nA TXT x\n", "line 5 of the zone: a.example.com has a CNAME record, so it must have no TXT record"},
		{"CNAME last", "a TXT x\n\na CNAME b\n", "line 6 of the zone: a.example.com has other records, so it must have no CNAME record"},
		{"two CNAMEs", "a CNAME b\na CNAME c\n", "line 5 of the zone: there is a second CNAME record"},
		{"two DNAMEs", "a DNAME b\na DNAME c\n", "line 5 of the zone: there is a second DNAME record"},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			_, err := zonefile.Parse("example.com", head+tt.text)
			if hostkeep.KindOf(err) != hostkeep.Invalid || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want an invalid one with %q", err, tt.want)
			}
		})
	}
}

func TestRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	const soa = "@ 1 SOA ns root 1 1 1 1 1\n"
	tests := []struct{ about, name, text, want string }{
		{"nothing", "example.com", "", "has no SOA record"},
		{"comments", "example.com", "; x\n", "has no SOA record"},
		{"no SOA first", "example.com", "@ 1 NS ns\n" + soa, "line 1 of the zone: the first record must be the SOA record"},
		{"no NS", "example.com", soa + "a NS ns\n", "has no NS record"},
		{"no owner", "example.com", " 1 SOA ns root 1 1 1 1 1\n", "line 1 of the zone: the record has no owner"},
		{"no TTL", "example.com", "@ NS ns\n", "line 1 of the zone: the record has no TTL"},
		{"minimum that is no TTL", "example.com", "@ SOA ns root 1 1 1 1 4294967295\n", "line 1 of the zone: the TTL is to be the minimum"},
		{"no name", "", soa, "is not the name of a zone"},
		{"root", ".", soa, "is not the name of a zone"},
		{"bad name", "a..b", soa, "is not the name of a zone"},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			_, err := zonefile.Parse(tt.name, tt.text)
			if hostkeep.KindOf(err) != hostkeep.Invalid || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want an invalid one with %q", err, tt.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	const line = "; x\n"
	full := head + strings.Repeat(line, zonefile.MaxLines-headLines)
	parse(t, full)
	for about, text := range map[string]string{
		"one line more":                full + line,
		"one line more without an end": full + ";",
		"too many bytes":               head + ";" + strings.Repeat("x", zonefile.MaxText),
		"too many words of a record":   head + "a TXT " + strings.Repeat("x ", 1<<17),
	} {
		if _, err := zonefile.Parse("example.com", text); hostkeep.KindOf(err) != hostkeep.Invalid {
			t.Errorf("%s: the error is %v, want an invalid one", about, err)
		}
	}
	name := strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("a", 49) // 255 bytes in the zone
	parse(t, head+name+" CNAME "+name+"\n")
	if _, err := zonefile.Parse("example.com", head+name+"a A 192.0.2.1\n"); err == nil {
		t.Error("a name of 256 bytes is taken")
	}
}

// TestLimitsOfNames: what one name and one zone hold has a bound, because a name
// server keeps it and sends it whole.
func TestLimitsOfNames(t *testing.T) {
	t.Parallel()
	lines := func(n int, line func(i int) string) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range n {
			b.WriteString(line(i))
		}
		return b.String()
	}
	// A record of a.example.com has 15 bytes of name, 10 before the data, and 35 of data.
	text := func(i int) string { return fmt.Sprintf("a TXT %034d\n", i) }
	types := func(i int) string { return fmt.Sprintf("a TYPE%d \\# 1 00\n", 65300+i) }
	// Each has 100 names: the owner and 99 between it and the top, which is one more.
	deep := func(i int) string { return strings.Repeat("a.", 99) + fmt.Sprintf("h%d A 192.0.2.1\n", i) }
	for _, tt := range []struct {
		about, fits, more, want string
	}{
		{"one set", lines(1000, text), text(1000), "the TXT records of a.example.com are longer than 60000 bytes together"},
		{"one record", head, "a TXT " + strings.Repeat(`"`+strings.Repeat("x", 255)+`" `, 240) + "\n", "the TXT records of a.example.com are longer than 60000 bytes together"},
		{"types", lines(100, types), types(100), "a.example.com has records of more than 100 types"},
		{"names", lines(3999, deep), deep(3999), "the zone has more than 400000 names"},
	} {
		parse(t, tt.fits)
		if _, err := zonefile.Parse("example.com", tt.fits+tt.more); hostkeep.KindOf(err) != hostkeep.Invalid || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: the error is %v, want an invalid one with %q", tt.about, err, tt.want)
		}
	}
}

func TestNamesOfQuestions(t *testing.T) {
	t.Parallel()
	z := parse(t, head+`\097'b\032c.\100 CNAME x@y.\122`+"\n")
	want := dns.CNAME{Target: `x\@y.z.example.com.`}
	want.Hdr = dns.RR_Header{Name: `a\'b\ c.d.example.com.`, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 14400}
	rrs := z.Records()
	got, _ := rrs[len(rrs)-1].(*dns.CNAME)
	if got == nil || got.Hdr.Name != want.Hdr.Name || got.Target != want.Target {
		t.Errorf("the record is %v, want it as the library spells it: %v", got, &want)
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	z := parse(t, head+`a 300 A 192.0.2.1
a 100 A 192.0.2.2
A 200 A 192.0.2.1
b MX 10 Mail
b MX 10 mail
b TXT Case
b TXT case
c MX 65 x
c MX 97 x
`)
	want := []string{
		"a.example.com. 100 IN A 192.0.2.1",
		"a.example.com. 100 IN A 192.0.2.2",
		"b.example.com. 14400 IN MX 10 Mail.example.com.",
		`b.example.com. 14400 IN TXT "Case"`,
		`b.example.com. 14400 IN TXT "case"`,
		"c.example.com. 14400 IN MX 65 x.example.com.",
		"c.example.com. 14400 IN MX 97 x.example.com.",
	}
	var got []string
	for _, rr := range z.Records()[2:] {
		got = append(got, strings.ReplaceAll(rr.String(), "\t", " "))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if l, _ := z.At(headLines); l.RR.Header().Ttl != 300 {
		t.Errorf("the line's record has the TTL %d now, want its own", l.RR.Header().Ttl)
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	z := parse(t, head+"a TXT ( x\n y\n)\nb A 192.0.2.1")
	if z.Serial() != 2026010100 {
		t.Errorf("the serial is %d", z.Serial())
	}
	for number, want := range map[int]string{-1: "", 1: "SOA", 3: "TXT", 4: "", 5: "", 6: "A", 7: ""} {
		l, ok := z.At(number)
		if l.Type != want || ok != (want != "") {
			t.Errorf("at %d stands %q, %v; want %q", number, l.Type, ok, want)
		}
	}
	if l, _ := z.At(3); l.Lines() != 3 {
		t.Errorf("the record takes %d lines, want 3", l.Lines())
	}
}

package zonefile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

const next = 2026010101

func entry(name, recordType string, data ...string) zonefile.Entry {
	return zonefile.Entry{Name: name, Type: recordType, Data: data}
}

func change(number int, e zonefile.Entry) zonefile.Change {
	return zonefile.Change{Number: number, Entry: e}
}

func withTTL(ttl uint32, e zonefile.Entry) zonefile.Entry {
	e.TTL = &ttl
	return e
}

// edited is the head of an edited zone.
var edited = strings.Replace(head, "2026010100", "2026010101", 1)

func TestApply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		about, text string // behind head
		edit        zonefile.Edit
		want        string // behind edited
	}{
		{"nothing but the serial", "a\tA\t192.0.2.1 ; kept\n", zonefile.Edit{}, "a\tA\t192.0.2.1 ; kept\n"},
		{"adding", "; end\n", zonefile.Edit{Add: []zonefile.Entry{
			entry("a", "a", "192.0.2.1"), withTTL(60, entry("b.example.com.", "MX", "10", "mail")), entry("", "TXT", "x"),
			entry("@", "TXT", "y"), entry("Example.com", "TXT", "z"), entry("*", "CNAME", "@"),
		}}, "; end\na\t14400\tIN\tA\t192.0.2.1\nb.example.com.\t60\tIN\tMX\t10\tmail\n@\t14400\tIN\tTXT\t\"x\"\n" +
			"@\t14400\tIN\tTXT\t\"y\"\n@\t14400\tIN\tTXT\t\"z\"\n*\t14400\tIN\tCNAME\t@\n"},
		{"adding behind a last line without an end", "a A 192.0.2.1", zonefile.Edit{
			Add: []zonefile.Entry{entry("b", "A", "192.0.2.2")},
		}, "a A 192.0.2.1\nb\t14400\tIN\tA\t192.0.2.2\n"},
		{"adding behind CRLF", "a A 192.0.2.1\r\n", zonefile.Edit{
			Add: []zonefile.Entry{entry("b", "A", "192.0.2.2")},
		}, "a A 192.0.2.1\r\nb\t14400\tIN\tA\t192.0.2.2\r\n"},
		{"adding behind an $ORIGIN", "$TTL 5\n$ORIGIN sub\n", zonefile.Edit{
			Add: []zonefile.Entry{entry("a", "MX", "1", "mail"), entry("@", "TXT", "x")},
		}, "$TTL 5\n$ORIGIN sub\na.example.com.\t5\tIN\tMX\t1\tmail.example.com.\nexample.com.\t5\tIN\tTXT\t\"x\"\n"},
		{"changing", "a A 192.0.2.1 ; why\nb TXT ( x\n y ) \nc TXT z\n", zonefile.Edit{
			Change: []zonefile.Change{change(4, withTTL(7, entry("b", "TXT", "one", "two")))},
		}, "a A 192.0.2.1 ; why\nb\t7\tIN\tTXT\t\"one\"\t\"two\"\nc TXT z\n"},
		{"removing", "a TXT ( x\n y )\nb TXT z\n", zonefile.Edit{Remove: []int{3}}, "b TXT z\n"},
		{"removing the last line", "a TXT x\nb TXT y", zonefile.Edit{Remove: []int{4}}, "a TXT x\n"},
		{"all at once, by the numbers of before", "a TXT 1\nb TXT 2\nc TXT 3\nd TXT 4\n", zonefile.Edit{
			Add: []zonefile.Entry{entry("e", "TXT", "5")}, Remove: []int{5, 3}, Change: []zonefile.Change{change(4, entry("B", "TXT", "2"))},
		}, "B\t14400\tIN\tTXT\t\"2\"\nd TXT 4\ne\t14400\tIN\tTXT\t\"5\"\n"},
		{"what follows a removed owner keeps it", "a A 192.0.2.1\n; c\n\tTXT x\n  TXT y\nb TXT z\n", zonefile.Edit{
			Remove: []int{3},
		}, "; c\na.example.com.\tTXT x\n  TXT y\nb TXT z\n"},
		{"what follows a changed owner keeps it", "a A 192.0.2.1\n TXT x\n", zonefile.Edit{
			Change: []zonefile.Change{change(3, entry("b", "A", "192.0.2.1"))},
		}, "b\t14400\tIN\tA\t192.0.2.1\na.example.com. TXT x\n"},
		{"what follows the same owner stays as it is", "a A 192.0.2.1\n TXT x\n", zonefile.Edit{
			Change: []zonefile.Change{change(3, entry("a.example.com.", "A", "192.0.2.2"))},
		}, "a.example.com.\t14400\tIN\tA\t192.0.2.2\n TXT x\n"},
		{"an owner that needs escapes", `\$a A 192.0.2.1` + "\n TXT x\n", zonefile.Edit{Remove: []int{3}}, `\$a.example.com. TXT x` + "\n"},
		{"names are escaped where they must be", "", zonefile.Edit{
			Add: []zonefile.Entry{entry("$TTL", "A", "192.0.2.1"), entry(`\@`, "A", "192.0.2.1"), entry("\xc3\xa4", "A", "192.0.2.1"), entry(`a\.b\;`, "A", "192.0.2.1")},
		}, "\\$TTL\t14400\tIN\tA\t192.0.2.1\n\\@\t14400\tIN\tA\t192.0.2.1\n\\195\\164\t14400\tIN\tA\t192.0.2.1\na\\.b\\;\t14400\tIN\tA\t192.0.2.1\n"},
		{"strings are escaped", "", zonefile.Edit{
			Add: []zonefile.Entry{entry("a", "TXT", "\"; \\ (\n\x00ä", ""), entry("a", "CAA", "0", "issue", `x;"y"`)},
		}, "a\t14400\tIN\tTXT\t\"\\\"; \\\\ (\\010\\000\\195\\164\"\t\"\"\na\t14400\tIN\tCAA\t0\tissue\t\"x;\\\"y\\\"\"\n"},
		{
			"long strings are cut", "",
			zonefile.Edit{Add: []zonefile.Entry{entry("a", "TXT", strings.Repeat("x", 256), strings.Repeat("y", 255))}},
			"a\t14400\tIN\tTXT\t\"" + strings.Repeat("x", 255) + "\"\t\"x\"\t\"" + strings.Repeat("y", 255) + "\"\n",
		},
		{
			"generic form", "",
			zonefile.Edit{Add: []zonefile.Entry{entry("a", "TYPE999", `\#`, "2", "ABCD"), entry("a", "TXT", `\#`, "0")}},
			"a\t14400\tIN\tTYPE999\t\\#\t2\tABCD\na\t14400\tIN\tTXT\t\"\\\\#\"\t\"0\"\n",
		},
		{
			"pairs of a service", "",
			zonefile.Edit{Add: []zonefile.Entry{entry("a", "HTTPS", "1", ".", `alpn="h2,h3"`, "port=1")}},
			"a\t14400\tIN\tHTTPS\t1\t.\talpn=\"h2,h3\"\tport=1\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			z := parse(t, head+tt.text)
			got, err := z.Apply(tt.edit, next)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(edited+tt.want, got.String()); diff != "" {
				t.Error(diff)
			}
			if z.String() != head+tt.text || z.Serial() != 2026010100 || got.Serial() != next {
				t.Errorf("the zone of before is %q now, and the serials are %d, %d", z, z.Serial(), got.Serial())
			}
		})
	}
}

// TestApplyWithoutDefault holds the TTL of records that take it from the one before.
func TestApplyWithoutDefault(t *testing.T) {
	t.Parallel()
	const text = "@ 9 SOA ns root 1 2 3 4 5\n NS ns\na 60 A 192.0.2.1\n IN TXT x\nb TXT y\n"
	z := parse(t, text)
	got, err := z.Apply(zonefile.Edit{Remove: []int{2}, Add: []zonefile.Entry{entry("c", "TXT", "z")}}, 2)
	want := "@ 9 SOA ns root 2 2 3 4 5\n NS ns\na.example.com. 60 IN TXT x\nb TXT y\nc\t60\tIN\tTXT\t\"z\"\n"
	if err != nil || got.String() != want {
		t.Errorf("the zone is %q, %v; want %q", got, err, want)
	}
	z = parse(t, "@ SOA ns root 1 2 3 4 5\n NS ns\na 60 A 192.0.2.1\nb TXT y\n")
	got, err = z.Apply(zonefile.Edit{Change: []zonefile.Change{change(0, entry("@", "SOA", "ns2", "root", "7", "1h", "3", "4", "6"))}}, 2)
	want = "@\t5\tIN\tSOA\tns2\troot\t2\t1h\t3\t4\t6\n NS ns\na 60 A 192.0.2.1\nb 5 TXT y\n"
	if err != nil || got.String() != want {
		t.Errorf("the zone is %q, %v; want %q", got, err, want)
	}
}

func TestSOAStays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"example.com. 9 IN SOA 1 1 1 1 1 1 1 ; 1\n@ NS ns\n":           "example.com. 9 IN SOA 1 1 7 1 1 1 1 ; 1\n@ NS ns\n",
		"@ ( 1 TYPE6 1 1 ; 1\n\t1 ; serial 1\n1 1 1 1) ; 1\n@ NS ns\n": "@ ( 1 TYPE6 1 1 ; 1\n\t7 ; serial 1\n1 1 1 1) ; 1\n@ NS ns\n",
		"SOA.example.com. 1 SOA a b 1 1 1 1 1\n":                       "",
		"$ORIGIN com.\nexample 9 soa soa soa 001 1 1 1 1\n NS ns\n":    "$ORIGIN com.\nexample 9 soa soa soa 7 1 1 1 1\n NS ns\n",
	} {
		z, err := zonefile.Parse("example.com", text)
		if want == "" {
			if err == nil {
				t.Errorf("%q is taken", text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got, err := z.Apply(zonefile.Edit{}, 7)
		if err != nil || got.String() != want {
			t.Errorf("the zone is %q, %v; want %q", got, err, want)
		}
	}
}

func TestRefusedEdits(t *testing.T) {
	t.Parallel()
	add := func(e ...zonefile.Entry) zonefile.Edit { return zonefile.Edit{Add: e} }
	soa := entry("@", "soa", "ns", "root", "1", "1", "1", "1", "1")
	tests := []struct {
		about string
		edit  zonefile.Edit
		want  string
	}{
		{"a comment is removed", zonefile.Edit{Remove: []int{3}}, "line 4 is no record"},
		{"a control is changed", zonefile.Edit{Change: []zonefile.Change{change(0, entry("a", "A", "192.0.2.1"))}}, "line 1 is no record"},
		{"the middle of a record", zonefile.Edit{Remove: []int{5}}, "line 6 is in the middle of the record that begins on line 5"},
		{"behind the end", zonefile.Edit{Remove: []int{99}}, "the zone has no line 100"},
		{"before the begin", zonefile.Edit{Remove: []int{-1}}, "the zone has no line 0"},
		{"removed twice", zonefile.Edit{Remove: []int{4, 4}}, "line 5 is edited or removed twice"},
		{"changed and removed", zonefile.Edit{Remove: []int{4}, Change: []zonefile.Change{change(4, entry("a", "TXT", "x"))}}, "line 5 is edited or removed twice"},
		{"the SOA is removed", zonefile.Edit{Remove: []int{1}}, "line 2 is the SOA record, which cannot be removed"},
		{"the SOA becomes another", zonefile.Edit{Change: []zonefile.Change{change(1, entry("@", "TXT", "x"))}}, "line 2 is the SOA record, and must stay one"},
		{"another becomes an SOA", zonefile.Edit{Change: []zonefile.Change{change(4, soa)}}, "line 5 cannot become an SOA record"},
		{"an SOA is added", add(soa), "an SOA record cannot be added"},
		{"an SOA is added by number", add(entry("@", "TYPE6", soa.Data...)), "second SOA"},
		{"the SOA moves", zonefile.Edit{Change: []zonefile.Change{change(1, entry("a", "SOA", soa.Data...))}}, "must be the zone's"},
		{"the SOA has too little", zonefile.Edit{Change: []zonefile.Change{change(1, entry("@", "SOA", "ns"))}}, "which takes mname, rname, serial"},
		{"the last NS goes", zonefile.Edit{Remove: []int{2}}, "has no NS record"},
		{"outside", add(entry("example.net.", "A", "192.0.2.1")), `the record A of "example.net.": the name is not in the zone example.com`},
		{"a line in an address", add(entry("a", "A", "1.2.3.4\nevil IN A 192.0.2.1")), "is not one word"},
		{"another line end", add(entry("a", "A", "1.2.3.4\n")), "is not one word"},
		{"a word in an address", add(entry("a", "A", "192.0.2.1 192.0.2.2")), "is not one word"},
		{"a comment in an address", add(entry("a", "A", "192.0.2.1;x")), "is not one word"},
		{"a blank behind an address", add(entry("a", "A", "192.0.2.1 ")), "is not one word"},
		{"a parenthesis", add(entry("a", "A", "(192.0.2.1")), "is not one word"},
		{"parentheses", add(entry("a", "A", "(192.0.2.1)")), "is not one word"},
		{"quotation marks", add(entry("a", "A", `"192.0.2.1"`)), "is not one word"},
		{"a quotation mark in a pair", add(entry("a", "HTTPS", "1", ".", `alpn="h2" port="1`)), "is not one word"},
		{"two pairs in one", add(entry("a", "HTTPS", "1", ".", `alpn="h2"port="1"`)), "is not one word"},
		{"nothing", add(entry("a", "A", "")), "is not one word"},
		{"a backslash at the end", add(entry("a", "CNAME", `b\`)), "is not one word"},
		{"a line in a name", add(entry("a\nb", "A", "192.0.2.1")), "is not one word"},
		{"a blank in a name", add(entry("a b", "A", "192.0.2.1")), "is not one word"},
		{"a comment as a name", add(entry(";", "A", "192.0.2.1")), "is not one word"},
		{"a line in a type", add(entry("a", "A\n", "192.0.2.1")), "there is no record type"},
		{"a question type", add(entry("a", "ANY", "x")), "stand in no zone"},
		{"a signature", add(entry("a", "RRSIG", "x")), "zones are not signed here"},
		{"no data", add(entry("a", "A")), "the A record has no data"},
		{"wrong data", add(entry("a", "AAAA", "192.0.2.1")), "is not the data of a record of the type AAAA, which takes address"},
		{"TTL", add(withTTL(1<<31, entry("a", "A", "192.0.2.1"))), "the TTL 2147483648 is more than 2147483647 seconds"},
		{"a long string that cannot be cut", add(entry("a", "CAA", "0", "issue", strings.Repeat("x", 256))), "is not the data"},
		{"data beyond a record", add(entry("a", "TXT", strings.Repeat("x", 70000))), "is not the data of a record of the type TXT"},
		{"a CNAME beside other data", add(entry("t", "CNAME", "b")), "line 8 of the zone: t.example.com has other records"},
		{"other data beside a CNAME", add(entry("c", "A", "192.0.2.1")), "line 8 of the zone: c.example.com has a CNAME record"},
		{"a second CNAME", add(entry("c", "CNAME", "d")), "there is a second CNAME record of c.example.com"},
	}
	text := head + "; 4\nt TXT ( x\n y )\nc CNAME b\n"
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			z := parse(t, text)
			_, err := z.Apply(tt.edit, next)
			if hostkeep.KindOf(err) != hostkeep.Invalid || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want an invalid one with %q", err, tt.want)
			}
			if len(err.Error()) > 400 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
			if z.String() != text {
				t.Errorf("the zone is %q now", z)
			}
		})
	}
}

// TestLongTXT takes 4 KiB of every byte there and back.
func TestLongTXT(t *testing.T) {
	t.Parallel()
	var all []byte
	for i := range 4096 {
		all = append(all, byte(i))
	}
	z, err := parse(t, head).Apply(zonefile.Edit{Add: []zonefile.Entry{entry("a", "TXT", string(all))}}, next)
	if err != nil {
		t.Fatal(err)
	}
	l := z.Lines[len(z.Lines)-1]
	if len(l.Data) != 17 || strings.Join(l.Data, "") != string(all) {
		t.Errorf("there are %d strings, want 17 with the bytes that were sent", len(l.Data))
	}
	if f := l.Fields(); !slices.Equal(f, []zonefile.Field{{Name: "txtdata", Value: string(all)}}) {
		t.Errorf("the fields are %q", f)
	}
}

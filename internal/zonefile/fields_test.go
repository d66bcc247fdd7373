package zonefile_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep/internal/zonefile"
)

func TestFields(t *testing.T) {
	t.Parallel()
	type fields = []zonefile.Field
	for text, want := range map[string]fields{
		"a A 192.0.2.1":                  {{"address", "192.0.2.1"}},
		"a AAAA 2001:db8::1":             {{"address", "2001:db8::1"}},
		"a CNAME b":                      {{"cname", "b.example.com"}},
		"a NS ns.example.net.":           {{"nsdname", "ns.example.net"}},
		"a PTR @":                        {{"ptrdname", "example.com"}},
		"a DNAME b":                      {{"dname", "b.example.com"}},
		"a MX 10 mail":                   {{"preference", "10"}, {"exchange", "mail.example.com"}},
		"a MX 0 .":                       {{"preference", "0"}, {"exchange", "."}},
		`a TXT "a b" c`:                  {{"txtdata", "a bc"}},
		"a SRV 1 2 3 b":                  {{"priority", "1"}, {"weight", "2"}, {"port", "3"}, {"target", "b.example.com"}},
		`a CAA 0 issue "x; y"`:           {{"flag", "0"}, {"tag", "issue"}, {"value", "x; y"}},
		`a NAPTR 1 2 "U" "" "!a!b!" r`:   {{"order", "1"}, {"preference", "2"}, {"flags", "U"}, {"service", ""}, {"regexp", "!a!b!"}, {"replacement", "r.example.com"}},
		`a HINFO x "y z"`:                {{"cpu", "x"}, {"os", "y z"}},
		"a RP b .":                       {{"mbox", "b.example.com"}, {"txtdname", "."}},
		"a AFSDB 1 b":                    {{"subtype", "1"}, {"hostname", "b.example.com"}},
		"a TLSA 3 1 1 00":                nil,
		"; a comment":                    nil,
		"$TTL 5":                         nil,
		"$ORIGIN sub":                    nil,
		"a MX ( 10 ; preference\n b.c )": {{"preference", "10"}, {"exchange", "b.c.example.com"}},
	} {
		if diff := cmp.Diff(want, parse(t, head+text).Lines[headLines].Fields()); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	soa := fields{
		{"mname", "ns1.example.net"},
		{"rname", "root.example.com"},
		{"serial", "2026010100"},
		{"refresh", "3600"},
		{"retry", "7200"},
		{"expire", "3600000"},
		{"minimum", "86400"},
	}
	if diff := cmp.Diff(soa, parse(t, head).Lines[1].Fields()); diff != "" {
		t.Error(diff)
	}
}

// TestFieldsComeBack sends what the old functions tell of a record back by them.
func TestFieldsComeBack(t *testing.T) {
	t.Parallel()
	z := parse(t, head+"a CNAME b\nc MX 10 a.b\nd SRV 1 2 3 e\nf TXT x y\ng CAA 0 issue \"x\"\nh MX 0 .\n"+
		"i NAPTR 1 2 \"\" \"\" \"\" j\nk RP a b\nl DNAME m.example.net.\nn AFSDB 1 o\np HINFO q \"r s\"\n")
	edit := zonefile.Edit{}
	for i, l := range z.Lines {
		if l.Kind != zonefile.Record {
			continue
		}
		var names, values []string
		for _, f := range l.Fields() {
			names, values = append(names, f.Name), append(values, f.Value)
		}
		if !slices.Equal(names, zonefile.FieldNames(l.Type)) {
			t.Errorf("the fields of %s are %q and their names %q", l.Type, names, zonefile.FieldNames(l.Type))
		}
		edit.Change = append(edit.Change, zonefile.Change{Number: l.Number, Entry: zonefile.Entry{
			Name: l.Name, TTL: &z.Lines[i].TTL, Type: l.Type, Data: zonefile.Absolute(l.Type, values),
		}})
	}
	again, err := z.Apply(edit, z.Serial())
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range z.Lines {
		if diff := cmp.Diff(l.Fields(), again.Lines[i].Fields()); diff != "" || again.Lines[i].TTL != l.TTL {
			t.Errorf("line %d: %s", l.Number, diff)
		}
	}
}

func TestAbsolute(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		recordType   string
		values, want []string
	}{
		{"cname", []string{"example.net"}, []string{"example.net."}},
		{"CNAME", []string{"example.net."}, []string{"example.net."}},
		{"CNAME", []string{"www"}, []string{"www"}},
		{"CNAME", []string{"@"}, []string{"@"}},
		{"CNAME", []string{""}, []string{""}},
		{"MX", []string{"10", "mail.example.com"}, []string{"10", "mail.example.com."}},
		{"MX", []string{"10"}, []string{"10"}},
		{"MX", []string{"0", "."}, []string{"0", "."}},
		{"A", []string{"192.0.2.1"}, []string{"192.0.2.1"}},
		{"TXT", []string{"a.b"}, []string{"a.b"}},
		{"TLSA", []string{"a.b"}, []string{"a.b"}},
	} {
		given := slices.Clone(tt.values)
		got := zonefile.Absolute(tt.recordType, tt.values)
		if !slices.Equal(got, tt.want) || !slices.Equal(given, tt.values) {
			t.Errorf("of %s %q is made %q, want %q", tt.recordType, given, got, tt.want)
		}
	}
}

func TestNextSerial(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 23, 30, 0, 0, time.FixedZone("east", 7200)) // 21:30 UTC
	for current, want := range map[uint32]uint32{
		0:          2026013100,
		2025123199: 2026013100,
		2026013099: 2026013100,
		2026013100: 2026013101,
		2026013199: 2026013200, // more than 100 a day: it goes on
		2026020100: 2026020101, // a day ahead
		4294967295: 2026013100, // ahead, once around
		4173496749: 2026013100, // just less than half around behind
		4173496748: 4173496749, // half around: neither is ahead
		4000000000: 4000000001, // the day is behind
	} {
		if got := zonefile.NextSerial(current, now); got != want {
			t.Errorf("after %d comes %d, want %d", current, got, want)
		}
	}
	if got := zonefile.NextSerial(1<<32-1, time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)); got != 1 {
		t.Errorf("after the highest comes %d where the day is no help, want 1", got)
	}
}

// TestNextSerialIsAhead holds it to RFC 1982 wherever it starts.
func TestNextSerialIsAhead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		current := rapid.Uint32().Draw(rt, "current")
		now := time.Unix(rapid.Int64Range(0, 1<<36).Draw(rt, "now"), 0)
		got := zonefile.NextSerial(current, now)
		if distance := got - current; got == 0 || distance == 0 || distance >= 1<<31 {
			rt.Errorf("after %d comes %d at %v", current, got, now)
		}
	})
}

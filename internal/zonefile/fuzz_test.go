package zonefile_test

import (
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// FuzzParse holds that a zone that is taken is kept byte by byte, has what each zone
// has, and can be edited by the numbers that it tells.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		head, head + "a ( TXT \"x;\\\"\" y ; z\n ) \n TXT \\065\\b", "@ SOA a b 1 2 3 4 5\r\n NS ns\r\n",
		"$ORIGIN com.\nexample 1h IN SOA a b 1 2h 3 4 5\n\tNS\tns\n$TTL 5\n$ORIGIN sub\na TYPE999 \\# 1 00\n CAA 0 issue x\n",
		head + "a LOC 1 2 3 N 4 5 6 E 7m 8m\n SSHFP 1 1 00 ff\n DS 1 8 2 00ff\n TLSA 3 1 1 ab\n APL 1:192.0.2.0/24\n CERT PGP 1 8 AQID\n",
		head + "a IPSECKEY 1 3 2 b AQID\n HIP 2 00ff AQID b c\n CSYNC 1 3 A NS\n NID 10 0014:4fff:ff20:ee64\n EUI48 00-00-5e-00-53-2a\n",
		head + "$ORIGIN x\na RP b c\n X25 311\n ISDN 1 2\n KX 1 b\n URI 1 2 \"a\\\"b\"\n AMTRELAY 1 0 3 b\n DNSKEY 256 3 8 AQ ID\n OPENPGPKEY AQID\n",
		head + "a HTTPS 1 . alpn=\"h2\" ; x\n'b@c.\\046 NAPTR 1 2 U \"\" a b\nc TXT \\# 4 03616263\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		z, err := zonefile.Parse("example.com", text)
		if err != nil {
			if hostkeep.KindOf(err) != hostkeep.Invalid || z != nil {
				t.Errorf("the error is %v, and the zone %v", err, z)
			}
			return
		}
		if z.String() != text {
			t.Fatalf("%q is kept as %q", text, z)
		}
		checkZone(t, z)
		var change, remove zonefile.Edit
		for i, l := range z.Lines {
			if l.Kind != zonefile.Record {
				continue
			}
			change.Change = append(change.Change, zonefile.Change{Number: l.Number, Entry: zonefile.Entry{
				Name: l.Name, TTL: &z.Lines[i].TTL, Type: l.Type, Data: l.Data,
			}})
			if l.Type != "SOA" && l.Type != "NS" {
				remove.Remove = append(remove.Remove, l.Number)
			}
		}
		for about, e := range map[string]zonefile.Edit{"changed to themselves": change, "removed": remove, "kept": {}} {
			got, err := z.Apply(e, z.Serial()+1)
			if err != nil {
				t.Fatalf("%q with its records %s: %v", text, about, err)
			}
			checkZone(t, got)
			if want := len(z.Lines) - len(e.Remove); len(got.Lines) != want || got.Serial() != z.Serial()+1 {
				t.Errorf("%q with its records %s is %q", text, about, got)
			}
			if e.Remove == nil {
				sameRecords(t, z, got)
			}
		}
	})
}

// checkZone checks what every zone holds.
func checkZone(t *testing.T, z *zonefile.Zone) {
	t.Helper()
	number := 0
	buf := make([]byte, dns.MaxMsgSize)
	for _, l := range z.Lines {
		if l.Number != number {
			t.Errorf("%q: line %q has the number %d, want %d", z, l.Text, l.Number, number)
		}
		number += l.Lines()
		if l.Kind != zonefile.Record {
			continue
		}
		if !dns.IsSubDomain("example.com.", l.RR.Header().Name) || l.RR.Header().Ttl != l.TTL || l.TTL >= 1<<31 || len(l.Data) == 0 {
			t.Errorf("%q: line %q is the record %v", z, l.Text, l.RR)
		}
		n, err := dns.PackRR(l.RR, buf, 0, nil, false)
		if err != nil {
			t.Fatalf("%q: %v cannot be packed: %v", z, l.RR, err)
		}
		if rr, _, err := dns.UnpackRR(buf[:n], 0); err != nil || rr.Header().Name != l.RR.Header().Name {
			t.Errorf("%q: %v is %v (%v) when it comes out of a message", z, l.RR, rr, err)
		}
		l.Fields()
	}
	soas := 0
	for _, rr := range z.Records() {
		if rr.Header().Rrtype == dns.TypeSOA {
			soas++
		}
	}
	if soas != 1 {
		t.Errorf("%q has %d SOA records", z, soas)
	}
}

// sameRecords holds that two zones differ by their serials alone.
func sameRecords(t *testing.T, before, after *zonefile.Zone) {
	t.Helper()
	for i, l := range before.Lines {
		got := after.Lines[i]
		if (l.Kind == zonefile.Record) != (got.Kind == zonefile.Record) {
			t.Errorf("%q is %q now", l.Text, got.Text)
			continue
		}
		if l.Kind != zonefile.Record || l.Type == "SOA" {
			continue
		}
		if l.TTL != got.TTL || packed(t, l.RR) != packed(t, got.RR) {
			t.Errorf("%q is %q now: %v became %v", l.Text, got.Text, l.RR, got.RR)
		}
	}
}

func packed(t *testing.T, rr dns.RR) string {
	t.Helper()
	buf := make([]byte, dns.MaxMsgSize)
	n, err := dns.PackRR(rr, buf, 0, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

// FuzzApply holds that an entry, whatever is in it, becomes one line and one record
// of its own type, and touches no other line.
func FuzzApply(f *testing.F) {
	f.Add("a", "A", "192.0.2.1\nb A 192.0.2.2", "", true, false)
	f.Add("a.example.com.", "TXT", "a\"b;(", "\x00\\", false, true)
	f.Add(`$TTL`, "CNAME", "@", "", true, true)
	f.Add(`a\.b`, "MX", "10", "b ; c", false, false)
	f.Add("", "TYPE999", `\#`, "0", false, true)
	f.Add("@", "SOA", "a", "b", true, false)
	f.Add("a", "HTTPS", "1", `.`, false, true)
	f.Fuzz(func(t *testing.T, name, recordType, first, second string, replace, origin bool) {
		text := head + "old ( TXT x ; (\n y )\n TXT z\nlast A 192.0.2.1"
		if origin {
			text = head + "$ORIGIN sub\n" + text[len(head):]
		}
		z := parse(t, text)
		e := zonefile.Entry{Name: name, Type: recordType, Data: []string{first}}
		if second != "" {
			e.Data = append(e.Data, second)
		}
		edit, at := zonefile.Edit{Add: []zonefile.Entry{e}}, len(z.Lines)
		if replace {
			at = len(z.Lines) - 3
			edit = zonefile.Edit{Change: []zonefile.Change{{Number: z.Lines[at].Number, Entry: e}}}
		}
		got, err := z.Apply(edit, z.Serial()+1)
		if err != nil {
			if hostkeep.KindOf(err) != hostkeep.Invalid || got != nil {
				t.Errorf("the error is %v, and the zone %v", err, got)
			}
			return
		}
		checkZone(t, got)
		want := len(z.Lines) + len(edit.Add)
		if len(got.Lines) != want || strings.Contains(got.Lines[at].Text, "\n") {
			t.Fatalf("%q has %d lines, want %d", got, len(got.Lines), want)
		}
		for i, l := range z.Lines {
			follows := replace && i == at+1 // it may need its owner in front
			if g := got.Lines[i]; i != at && l.Type != "SOA" && (!follows && g.Text != l.Text || l.Kind == zonefile.Record && packed(t, g.RR) != packed(t, l.RR)) {
				t.Errorf("%q is %q now", l.Text, g.Text)
			}
		}
		if strings.EqualFold(recordType, "TXT") && strings.Join(got.Lines[at].Data, "") != first+second {
			t.Errorf("%q has the data %q, want %q", got.Lines[at].Text, got.Lines[at].Data, e.Data)
		}
	})
}

package dns

import (
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

const fuzzZone = `$TTL 14400
@ IN SOA ns1.example.net. root.example.net. ( 2026010100
	3600 1800 1209600 86400 )
@ IN NS ns1.example.net.
www IN CNAME @ ; a remark
text IN TXT "a" "b"
`

// FuzzItems: whatever is given as add, edit and remove is refused with a text for
// the caller, or makes a zone that holds what was asked for, and whose other lines
// are as they were.
func FuzzItems(f *testing.F) {
	for _, s := range [][3]string{
		{`{"dname":"_acme-challenge","ttl":300,"record_type":"TXT","data":["x"]}`, `{"line_index":5,"dname":"@","record_type":"TXT","data":["a;\"\\"]}`, "4"},
		{`{"dname":"x","record_type":"MX","data":["10","@"]}`, `{"line_index":1,"dname":"@","record_type":"SOA","data":["a.","b.","1","2","3","4","5"]}`, ""},
		{`{"dname":"a\nb","record_type":"A","data":["192.0.2.1 ; x"]}`, `{"dname":null}`, "-1"},
		{`{"dname":"\ud800","record_type":"TYPE65280","data":["\\#","1","00"]}`, `[]`, "1e3"},
		{`{"dname":"*.x","ttl":2147483648,"record_type":"caa","data":["0","issue","\u0000"]}`, ``, "2"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	zone, err := zonefile.Parse("example.com", fuzzZone)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, add, edit, remove string) {
		given := func(s string) []string {
			return slices.DeleteFunc([]string{s}, func(s string) bool { return s == "" })
		}
		e, err := newEdit(given(add), given(edit), given(remove))
		if err != nil {
			toCaller(t, err)
			return
		}
		after, err := zone.Apply(e, 2026010101)
		if err != nil {
			toCaller(t, err)
			return
		}
		if after.Serial() != 2026010101 {
			t.Errorf("the serial is %d", after.Serial())
		}
		for _, entry := range slices.Concat(e.Add, entriesOf(e.Change)) {
			if entry.Type == "TXT" && !slices.ContainsFunc(after.Lines, func(l zonefile.Line) bool {
				return l.Type == "TXT" && strings.Join(l.Data, "") == strings.Join(entry.Data, "")
			}) {
				t.Errorf("%q is not in\n%s", entry.Data, after)
			}
		}
		touched := append([]int{}, e.Remove...)
		for _, c := range e.Change {
			touched = append(touched, c.Number)
		}
		for _, l := range zone.Lines {
			if l.Type != "SOA" && !slices.Contains(touched, l.Number) && !strings.Contains(after.String(), l.Text+"\n") {
				t.Errorf("the line %q is no longer in\n%s", l.Text, after)
			}
		}
	})
}

func entriesOf(changes []zonefile.Change) (list []zonefile.Entry) {
	for _, c := range changes {
		list = append(list, c.Entry)
	}
	return list
}

// toCaller: the error is meant for the caller, and a text that can be shown.
func toCaller(t *testing.T, err error) {
	t.Helper()
	if hostkeep.KindOf(err) != hostkeep.Invalid || err.Error() == "" || len(err.Error()) > 1000 {
		t.Errorf("the error is %v, %q", hostkeep.KindOf(err), err)
	}
}

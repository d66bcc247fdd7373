package daemon

import (
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// names lists what the newest row of a function says of DNS records.
func (w *world) namedRecords(c hostkeep.Caller, function string) (names []string, row recordRow) {
	w.t.Helper()
	rows, _ := w.record(c, "function", function, "limit", "1")
	if len(rows) != 1 {
		w.t.Fatalf("%d rows of %s", len(rows), function)
	}
	for _, o := range rows[0].Objects {
		if o.Kind == hostkeep.KindRecord {
			names = append(names, o.Name)
		}
	}
	return names, rows[0]
}

// TestTheRecordNamesDNSRecords: who reads the record learns which record an edit was
// about, also of one that is gone, and by which token.
func TestTheRecordNamesDNSRecords(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	secret := w.newToken(w.root(), "token_name", "robot", "acl", "edit-dns", "acl", "manage-dns-records")
	robot, err := w.with("root", secret, "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	w.must(robot, "mass_edit_dns_zone", "zone", "example.com", "serial", w.serial("example.com"),
		"add", `{"dname":"_acme-challenge","record_type":"TXT","data":["proof"]}`,
		"edit", `{"line_index":9,"dname":"@","record_type":"A","data":["192.0.2.9"]}`, "remove", "13")
	got, row := w.namedRecords(w.root(), "mass_edit_dns_zone")
	want := []string{"removed TXT old.example.com a b", "changed A example.com 192.0.2.1", "added TXT _acme-challenge.example.com"}
	if !slices.Equal(got, want) || row.Token != "robot" {
		t.Errorf("the record says %q by %q, want %q", got, row.Token, want)
	}
	w.must(robot, "removezonerecord", "zone", "example.com", "line", "11")
	if got, _ := w.namedRecords(w.root(), "removezonerecord"); !slices.Equal(got, []string{"removed CNAME www.example.com @"}) {
		t.Errorf("the record says %q of a removal", got)
	}
	w.must(robot, "addzonerecord", "zone", "example.com", "name", "many", "type", "TXT", "txtdata", strings.Repeat("x", 3000))
	w.must(robot, "removezonerecord", "zone", "example.com", "line", "14")
	if got, _ := w.namedRecords(w.root(), "removezonerecord"); len(got) != 1 || len(got[0]) > 300 || !strings.HasPrefix(got[0], "removed TXT many.example.com xxx") {
		t.Errorf("the record says %q of a long one", got)
	}
}

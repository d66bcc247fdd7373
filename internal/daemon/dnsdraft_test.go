package daemon

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/fn/dns"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// working makes zone functions that run meanwhile whenever an edit is being worked
// out: the next serial is of a day, so the rules ask their clock.
func (w *world) working(t *testing.T, meanwhile func()) *api.Catalogue {
	t.Helper()
	deps := w.dnsDeps()
	clock := deps.Zones.Now
	deps.Zones.Now = func() time.Time {
		meanwhile()
		return clock()
	}
	c, err := api.New(api.Options{Directory: w.node, Digest: w.ring.Digest, Now: clock, Observe: w.observe}, dns.Functions(deps))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestOthersWriteMeanwhile: while an edit is worked out, which takes long of a large
// zone, others change what they like. An edit that was worked out within its change
// would wait for the other one here, and that one for it.
func TestOthersWriteMeanwhile(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	times := 0
	c := w.working(t, func() {
		times++
		w.must(root, "api_token_create", "token_name", fmt.Sprintf("t%d", times))
	})
	for i, call := range [][]string{
		{"mass_edit_dns_zone", "zone", "example.com", "serial", "SERIAL", "add", `{"dname":"a","record_type":"TXT","data":["x"]}`},
		{"addzonerecord", "zone", "example.com", "name", "b", "type", "TXT", "txtdata", "x"},
		{"editzonerecord", "domain", "example.com", "line", "14", "txtdata", "y"},
		{"removezonerecord", "zone", "example.com", "line", "14"},
		{"savemxs", "domain", "example.com", "name", "@", "exchange", "mx.example.net", "preference", "5"},
		{"hostkeep_zone_import", "zone", "example.com", "text", zoneFile},
	} {
		for j, arg := range call {
			call[j] = strings.Replace(arg, "SERIAL", w.serial("example.com"), 1)
		}
		before := w.stored("example.com").Text
		if r := c.Call(context.Background(), root, call[0], wire.Pairs(call[1:]...)); !r.OK {
			t.Errorf("%s: %s", call[0], r.Reason)
		}
		if times != i+1 || w.stored("example.com").Text == before {
			t.Errorf("%s: worked out %d times by now, changed %t", call[0], times, w.stored("example.com").Text != before)
		}
	}
}

// TestZoneChangedMeanwhile: what was worked out on a zone is written to that very zone
// and no other. Who saw no serial has it worked out again, in the end where nobody can
// come between; who saw one hears that it is stale.
func TestZoneChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w := zoned(t)
	root := w.root()
	other := func(n int) {
		w.must(root, "addzonerecord", "zone", "example.com", "name", fmt.Sprintf("other%d", n), "type", "TXT", "txtdata", "x")
	}
	for _, test := range []struct {
		about          string
		changes, times int // how often the zone changes meanwhile, and how often the work is done for it
		serial         bool
	}{
		{"not at all", 0, 1, false},
		{"once", 1, 2, false},
		{"each time", 9, 4, false}, // three times outside of the change, and once within
		{"once, and a serial was seen", 1, 1, true},
	} {
		w.must(root, "hostkeep_zone_import", "zone", "example.com", "text", zoneFile)
		times, within := 0, false
		c := w.working(t, func() {
			if times++; times <= min(test.changes, 3) {
				other(times)
			}
			within = times == 4
		})
		args := []string{"zone", "example.com", "name", "mine", "type", "TXT", "txtdata", "x"}
		if test.serial {
			args = append(args, "serialnum", w.serial("example.com"))
		}
		r := c.Call(context.Background(), root, "addzonerecord", wire.Pairs(args...))
		text := w.stored("example.com").Text
		if test.serial == r.OK || strings.Contains(text, "mine") != r.OK {
			t.Errorf("%s: the call went well: %t (%s); the zone is\n%s", test.about, r.OK, r.Reason, text)
		}
		if test.serial && (r.Kind != hostkeep.Conflict || !strings.Contains(r.Reason, w.serial("example.com"))) {
			t.Errorf("%s: %v %q", test.about, r.Kind, r.Reason)
		}
		if got := strings.Count(text, "other"); got != min(test.changes, 3) || times != test.times {
			t.Errorf("%s: %d records of others, worked out %d times, want %d", test.about, got, times, test.times)
		}
		if within != (test.times == 4) {
			t.Errorf("%s: within the change: %t", test.about, within)
		}
	}
}

// TestCallerChangedMeanwhile: whether a caller may is looked at when the edit is
// written, not only when it is worked out.
func TestCallerChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w := opened(t)
	root := w.root()
	w.must(root, "createacct", "username", "shop", "domain", "shop.example", "password", "not weak at all 1")
	w.must(root, "setupreseller", "user", "shop")
	w.must(root, "setacls", "reseller", "shop", "acl-edit-dns", "1", "acl-manage-dns-records", "1", "acl-manage-api-tokens", "1")
	secret := w.newToken(w.as("shop"), "token_name", "robot")
	add := func(c *api.Catalogue, who hostkeep.Caller, zone string) api.Reply {
		return c.Call(context.Background(), who, "addzonerecord", wire.Pairs("zone", zone, "name", "mine", "type", "TXT", "txtdata", "x"))
	}
	w.must(root, "adddns", "domain", "one.example", "ip", "192.0.2.1", "trueowner", "shop")
	w.must(root, "adddns", "domain", "two.example", "ip", "192.0.2.1", "trueowner", "shop")

	robot, err := w.with("shop", secret, "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	first := true
	c := w.working(t, func() {
		if first {
			w.must(root, "killdns", "domain", "one.example")
			w.must(root, "adddns", "domain", "one.example", "ip", "192.0.2.1", "trueowner", "root")
			first = false
		}
	})
	gone, missing := add(c, robot, "one.example"), add(c, robot, "none.example")
	if gone.OK || gone.Reason != missing.Reason || strings.Contains(w.stored("one.example").Text, "mine") {
		t.Errorf("a zone that became another's: %t %q, want %q", gone.OK, gone.Reason, missing.Reason)
	}
	c = w.working(t, func() { w.must(w.as("shop"), "api_token_revoke", "token_name", "robot") })
	if r := add(c, robot, "two.example"); r.OK || r.Kind != hostkeep.Denied || strings.Contains(w.stored("two.example").Text, "mine") {
		t.Errorf("a token that was revoked: %t %v %q", r.OK, r.Kind, r.Reason)
	}
}

// TestTemporaryZones: the zone of a temporary domain is nobody's to edit, in whichever
// way.
func TestTemporaryZones(t *testing.T) {
	t.Parallel()
	w := opened(t)
	root, zone := w.root(), "shop.temp."+w.host
	change := hostkeep.Change{Function: "test", Args: "{}", Caller: root}
	err := w.change(context.Background(), change, func(tx *sqlstore.Tx) error { // no function makes one
		return tx.InsertZone(hostkeep.Zone{ID: tx.NewID(), Name: zone, PrincipalID: hostkeep.RootID, Serial: 2021031902, Text: zoneFile})
	})
	if err != nil {
		t.Fatal(err)
	}
	before := w.stored(zone)
	for _, call := range [][]string{
		{"addzonerecord", "zone", zone, "name", "mine", "type", "TXT", "txtdata", "x"},
		{"mass_edit_dns_zone", "zone", zone, "serial", w.serial(zone), "remove", "9"},
		{"hostkeep_zone_import", "zone", zone, "text", zoneFile},
		{"resetzone", "domain", zone},
	} {
		w.refused(root, "is a temporary domain", call[0], call[1:]...)
	}
	if w.stored(zone) != before {
		t.Error("the zone is another now")
	}
}

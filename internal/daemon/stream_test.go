package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/wiretest"
)

// many is enough to stream; bench/scale asks a whole server with ten thousand.
const many = 1000

// crowded is a world with many accounts, written past the API, which would hash
// a password for each.
func crowded(t *testing.T) *world {
	t.Helper()
	w := opened(t)
	err := w.change(context.Background(), hostkeep.Change{Function: "test", Args: "{}", Caller: w.root()}, func(tx *sqlstore.Tx) error {
		pkg, err := tx.Package(hostkeep.DefaultPackage)
		if err != nil {
			return err
		}
		for i := range many {
			p := hostkeep.Principal{ID: tx.NewID(), Name: fmt.Sprintf("user%d", i), OwnerID: hostkeep.RootID}
			a := hostkeep.Account{
				ID: p.ID, User: p.Name, OwnerID: p.OwnerID, Domain: p.Name + ".example", PackageID: pkg.ID, Plan: pkg.Plan, IP: "192.0.2.1",
				Email: "owner@" + p.Name + ".example", MailboxFormat: "maildir", Home: "/home/" + p.Name, UID: int64(2000 + i), Created: w.now,
			}
			if err := errors.Join(tx.InsertPrincipal(p, ""), tx.InsertAccount(a)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// first keeps how much was written at once at first, and that more came.
type first struct {
	bytes.Buffer
	page, pages int
}

func (f *first) Write(p []byte) (int, error) {
	if f.pages++; f.pages == 1 {
		f.page = len(p)
	}
	return f.Buffer.Write(p)
}

// TestListacctsStreams: of many accounts the first bytes go out before the last
// record is encoded, in every form; and the whole call, reading the store
// included, allocates less than three times what it answers.
func TestListacctsStreams(t *testing.T) {
	w := crowded(t)
	for about, r := range map[string]httpd.Request{
		"JSON":          {Function: "listaccts", RawQuery: "api.version=1"},
		"JSON of API 0": {Function: "listaccts"},
		"XML":           {Function: "listaccts", RawQuery: "api.version=1", XML: true},
		"in a batch":    {Function: "batch", RawQuery: "api.version=1&command=version&command=listaccts"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a := w.answer(context.Background(), w.root(), r)
		if a.Write == nil {
			t.Fatalf("%s: it is gathered", about)
		}
		if err := a.Write(io.Discard); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		var got first
		if err := a.Write(&got); err != nil {
			t.Fatal(err)
		}
		size := got.Len()
		if got.page > 100<<10 || got.pages < size/(100<<10) {
			t.Errorf("%s: the first of %d parts has %d of %d bytes", about, got.pages, got.page, size)
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 3*uint64(size) {
			t.Errorf("%s: %d bytes were allocated for an answer of %d", about, allocated, size)
		} else {
			t.Logf("%s: %.2f of the answer's %d bytes were allocated", about, float64(allocated)/float64(size), size)
		}
		if about == "JSON" {
			n, err := wiretest.JSON(got.Bytes())
			data, _ := n.Get("data")
			if err != nil || len(data.All("acct")) != many {
				t.Errorf("%d records, %v", len(data.All("acct")), err)
			}
		}
	}
}

// TestListsFollowChanges: the accounts that a node keeps to list are those of the
// store after each change, of whatever touches what is shown.
func TestListsFollowChanges(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	for _, change := range [][]string{
		{"createacct", "username", "fresh", "domain", "fresh.example", "plan", "gold"},
		{"suspendacct", "user", "fresh", "reason", "late"},
		{"suspendacct", "user", "fresh", "reason", "later"},
		{"unsuspendacct", "user", "fresh"},
		{"setupreseller", "user", "fresh", "makeowner", "1"},
		{"changepackage", "user", "fresh", "pkg", "default"},
		{"modifyacct", "user", "fresh", "owner", "shop", "QUOTA", "77", "contactemail", "a@fresh.example", "BACKUP", "1", "STARTDATE", "1000000000"},
		{"modifyacct", "user", "fresh", "newuser", "fresher", "domain", "fresher.example", "RS", "x3", "MAXPOP", "0"},
		{"massmodifyacct", "user", "fresher", "user", "client", "MAXSQL", "9", "OUTGOING_EMAIL_SUSPENDED", "1"},
		{"modifyacct", "user", "shop", "newuser", "store"}, // owns others
		{"modifyacct", "user", "fresher", "newuser", "fresh", "reseller", "0"},
		{"modifyacct", "user", "store", "newuser", "shop"},
		{"hold_outgoing_email", "user", "fresh"},
		{"release_outgoing_email", "user", "fresh"},
		{"suspend_outgoing_email", "user", "client"},
		{"unsuspend_outgoing_email", "user", "client"},
		{"editquota", "user", "client", "quota", "12"},
		{"limitbw", "user", "client", "bwlimit", "12"},
		{"setsiteip", "user", "client", "ip", "192.0.2.99"},
		{"set_digest_auth", "user", "client", "enabledigest", "1", "password", "long enough"},
		{"suspendacct", "user", "client", "disallowun", "1"},
		{"unsuspendacct", "user", "client"},
		{"unsetupreseller", "user", "fresh"},
		{"removeacct", "username", "client"},
		{"removeacct", "username", "shop"}, // owns others
	} {
		w.must(root, change[0], change[1:]...)
		listed := rows(t, dataOf(t, w.must(root, "listaccts")), "acct")
		if again := rows(t, dataOf(t, w.must(root, "listaccts")), "acct"); !reflect.DeepEqual(listed, again) {
			t.Errorf("after %q it is another list at the second look", change)
		}
		for _, a := range listed {
			stored := rows(t, dataOf(t, w.must(root, "accountsummary", "user", fmt.Sprint(a["user"]))), "acct")[0]
			for field, want := range stored {
				if !reflect.DeepEqual(a[field], want) {
					t.Errorf("after %q %s of %v is listed as %v, stored is %v", change, field, a["user"], a[field], want)
				}
			}
		}
		if _, err := w.node.PrincipalByName("fresh"); err != slices.ContainsFunc(listed, func(a map[string]any) bool { return a["user"] == "fresh" }) {
			t.Errorf("after %q fresh is not where it should be", change)
		}
	}
}

// TestKeptRows: after a change only what changed is read again, and a reseller's
// list does not wait for everybody's.
func TestKeptRows(t *testing.T) {
	w := crowded(t)
	w.must(w.root(), "setupreseller", "user", "user7")
	w.must(w.root(), "setacls", "reseller", "user7", "acl-list-accts", "1", "acl-create-acct", "1")
	count := func(who hostkeep.Caller, about string, want int) (allocated uint64) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := w.must(who, "listaccts", "api.columns.enable", "1", "api.columns.a", "user")
		runtime.ReadMemStats(&after)
		if r.Records() != want {
			t.Errorf("%s: %d accounts, want %d", about, r.Records(), want)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	own := count(w.as("user7"), "a reseller's own, with nothing kept", 1)
	all := count(w.root(), "root's, with nothing kept", many)
	kept := count(w.root(), "root's, kept", many)
	if own > all/20 || kept > all/20 {
		t.Errorf("%d bytes were allocated for a reseller, %d for all, %d for all again", own, all, kept)
	}
	w.must(w.as("user7"), "createacct", "username", "first", "domain", "first.example")
	if one := count(w.root(), "root's, after one change", many+1); one > all/2 {
		t.Errorf("%d bytes were allocated after one change, %d for all", one, all)
	}
	count(w.as("user7"), "a reseller's, kept", 2)
	list := users(t, dataOf(t, w.must(w.root(), "listaccts")), "acct")
	if !slices.IsSorted(list) || !slices.Contains(list, "first") {
		t.Error("the list is not sorted by user")
	}
}

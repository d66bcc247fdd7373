package sqlstore

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// old is what a first start and one account left behind in the first schema.
func old() string {
	return fmt.Sprintf(`
	PRAGMA application_id = %d;
	INSERT INTO migration VALUES (1, '0001_start.sql', 1);
	INSERT INTO principal VALUES (1, 'root', 0, 0, 'all', 0, '', 1), (10, 'carol', 1, 0, '', 0, '', 7), (11, 'dora', 1, 0, '', 0, '', 8);
	INSERT INTO account VALUES
		(10, 'carol.test', 0, 1, '', '', 'maildir', '/home/carol', 1001, 1, '', 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, '', '', '', 0, 1, 0, 0, 7),
		(11, '', 0, 1, '', '', 'maildir', '/home/dora', 1002, 1, '', 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, '', '', '', 0, 1, 0, 0, 8);
`, applicationID)
}

// TestMigratedDomains: the accounts of a database from before the table of
// domains have their main domains in it.
func TestMigratedDomains(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hostkeep.db")
	first, err := migrations.ReadFile("migrations/0001_start.sql")
	must(t, err)
	run(t, path, (&sqliteEngine{}).ddl(string(first)))
	run(t, path, old())
	s := openAt(t, options(path))
	must(t, s.Read(t.Context(), func(r *Reader) error {
		list, err := r.Domains(0)
		if err != nil {
			return err
		}
		want := hostkeep.Domain{ID: 10, Name: "carol.test", AccountID: 10, User: "carol", OwnerID: 1, Kind: hostkeep.MainDomain, Docroot: hostkeep.MainDocroot, Change: 7}
		if len(list) != 1 || list[0] != want {
			t.Errorf("the domains are %+v, want %+v", list, want)
		}
		a, err := r.Account("carol")
		if err == nil && (a.Domain != "carol.test" || a.Backup || a.MailHold || a.MailSuspended || a.PasswordForced) {
			t.Errorf("the account is %+v", a)
		}
		return err
	}))
}

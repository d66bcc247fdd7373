// Package storetest is what a store must do, run on each engine: every method,
// what a refused or failed change leaves (nothing), the record, the feed, and
// writers at the same time. It refuses to know how the store does it.
package storetest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/audit"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// Run runs the suite. database makes the address of a new, empty database.
func Run(t *testing.T, database func(t *testing.T) string) {
	for name, do := range cases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t, database(t))
			do(s)
			s.whole()
		})
	}
}

func cases() map[string]func(*suite) {
	return map[string]func(*suite){
		"bootstrap":              testBootstrap,
		"principals":             testPrincipals,
		"passwords":              testPasswords,
		"tokens":                 testTokens,
		"token edges":            testTokenEdges,
		"packages":               testPackages,
		"guard":                  testGuard,
		"forgotten sign-ins":     testForgetLogins,
		"feature lists":          testFeatureLists,
		"feature list uses":      testFeatureListUses,
		"feature overrides":      testFeatureOverrides,
		"plans of a package":     testSetPlans,
		"accounts":               testAccounts,
		"account agrees":         testAccountAgrees,
		"forced passwords":       testForcedPasswords,
		"account counts":         testAccountCounts,
		"delete account":         testDeleteAccount,
		"delete reseller":        testDeleteReseller,
		"acl lists":              testACLLists,
		"reseller settings":      testResellerSettings,
		"package limits":         testPackageLimits,
		"allotment":              testAllotment,
		"drop reseller":          testDropReseller,
		"settings":               testSettings,
		"settings of who goes":   testSettingsGo,
		"address use":            testAddressUse,
		"unique conflicts":       testConflicts,
		"rollback":               testRollback,
		"swallowed failure":      testSwallowedFailure,
		"nothing written":        testNothingWritten,
		"credential check":       testRecheck,
		"text":                   testText,
		"record row":             testRecordRow,
		"record, newest first":   testRecordDown,
		"tampered record":        testTampered,
		"caller goes away":       testCallerGoesAway,
		"ids":                    testIDs,
		"feed":                   testFeed,
		"feed diverged":          testDiverged,
		"feed agrees with load":  testFeedAgrees,
		"moved":                  testMoved,
		"nodes":                  testNodes,
		"writers at once":        testWriters,
		"processes at once":      testProcesses,
		"revoked while running":  testRevokedWhileRunning,
		"silent node":            testSilentNode,
		"one state for a reader": testOneState,
		"many accounts":          testManyAccounts,
		"sessions":               testSessions,
		"sessions swept":         testSessionsAreSwept,
		"sessions end":           testSessionsEnd,
		"session links":          testLinks,
		"link of a token's end":  testLinkOfATokenThatEnds,
		"uses of tokens":         testUses,
		"uses are bounded":       testUseValues,
		"uses go":                testUsesGo,
		"two-factor":             testTwoFactor,
		"two-factor settings":    testTwoFactorSettings,
		"codes at once":          testCodesAtOnce,
		"domains":                testDomains,
		"main domains":           testMainDomains,
		"names that begin alike": testNamesAlike,
		"zones":                  testZones,
		"zones of who goes":      testZonesGo,
		"serials of zones":       testSerials,
		"a long zone":            testLongZone,
		"feed of zones":          testZoneFeed,
	}
}

// suite is one case's store and what it was opened with.
type suite struct {
	*testing.T
	url   string
	now   *atomic.Int64 // microseconds
	store *sqlstore.Store

	damaged bool // by the case itself, so that nothing is whole after it
}

// start is when every case begins.
func start() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 123_456_000, time.UTC) }

func newSuite(t *testing.T, url string) *suite {
	s := &suite{T: t, url: url, now: new(atomic.Int64)}
	s.now.Store(start().UnixMicro())
	s.store = s.open("n1")
	err := s.store.Bootstrap(t.Context(), s.change("bootstrap"), sqlstore.Bootstrap{KeyCheck: "check", RootPassword: "$argon2id$root"})
	s.ok(err)
	return s
}

// open opens the case's database as another process would.
func (s *suite) open(node string) *sqlstore.Store {
	s.Helper()
	return s.openAt(s.url, node)
}

func (s *suite) openAt(url, node string) *sqlstore.Store {
	s.Helper()
	store, err := sqlstore.Open(s.Context(), sqlstore.Options{
		Database: url, Node: node, Create: true, Seal: chain().Seal,
		Now: func() time.Time { return time.UnixMicro(s.now.Load()) },
	})
	s.ok(err)
	s.Cleanup(func() {
		if err := store.Close(); err != nil {
			s.Error(err)
		}
	})
	return store
}

func (s *suite) pass(d time.Duration) { s.now.Add(d.Microseconds()) }

func chain() *audit.Chain {
	return audit.New(func(hash []byte) []byte {
		m := hmac.New(sha256.New, []byte("a key that is not in the database"))
		_, _ = m.Write(hash)
		return m.Sum(nil)
	})
}

// whole checks what holds after every case: the record verifies up to the head,
// and the engine finds no damage.
func (s *suite) whole() {
	s.Helper()
	if s.Failed() || s.damaged {
		return
	}
	s.ok(s.verify())
	s.ok(s.store.Check(s.Context()))
}

func (s *suite) verify() error {
	next := func(ctx context.Context, after int64) ([]hostkeep.Event, error) { return s.store.Events(ctx, after, 7) }
	return chain().Verify(s.Context(), next, s.head())
}

func (s *suite) head() hostkeep.Cursor {
	s.Helper()
	at, err := s.store.Head(s.Context())
	s.ok(err)
	return at
}

// change is one that the server itself makes, as root.
func (s *suite) change(function string) hostkeep.Change {
	return hostkeep.Change{
		Caller:   hostkeep.Caller{User: hostkeep.Principal{ID: hostkeep.RootID, Name: hostkeep.RootName}, Via: hostkeep.ViaSystem},
		Function: function, Args: "{}",
	}
}

func (s *suite) do(do func(*sqlstore.Tx) error) hostkeep.Cursor {
	s.Helper()
	at, err := s.store.Change(s.Context(), s.change("test"), do)
	s.ok(err)
	return at
}

func (s *suite) read(do func(*sqlstore.Reader) error) {
	s.Helper()
	s.ok(s.store.Read(s.Context(), do))
}

func (s *suite) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) is(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Fatalf("error %v, want %v", err, want)
	}
}

func (s *suite) kind(err error, want hostkeep.Kind) {
	s.Helper()
	if hostkeep.KindOf(err) != want {
		s.Fatalf("error %v is %v, want %v", err, hostkeep.KindOf(err), want)
	}
}

func (s *suite) equal(what string, got, want any) {
	s.Helper()
	if !reflect.DeepEqual(got, want) {
		s.Fatalf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

// unchanged says that do left no trace: no row, no number.
func (s *suite) unchanged(do func()) {
	s.Helper()
	before, err := s.store.Load(s.Context(), true)
	s.ok(err)
	do()
	after, err := s.store.Load(s.Context(), true)
	s.ok(err)
	s.equal("the store after a change that failed", after, before)
}

// The things that cases are made of.

func principal(id int64, name string) hostkeep.Principal {
	return hostkeep.Principal{ID: id, Name: name, OwnerID: hostkeep.RootID}
}

func reseller(id int64, name string) hostkeep.Principal {
	return hostkeep.Principal{ID: id, Name: name, OwnerID: id, Reseller: true, Privileges: hostkeep.InitialPrivileges()}
}

func token(id, owner int64, name string) hostkeep.Token {
	t := hostkeep.Token{ID: id, OwnerID: owner, Name: name, KeyID: "k1", Created: start()}
	t.Hash = sha256.Sum256(fmt.Append(nil, id))
	return t
}

// account is p's, with every field set to something of its own.
func account(p hostkeep.Principal, domain string) hostkeep.Account {
	return hostkeep.Account{
		ID: p.ID, User: p.Name, OwnerID: p.OwnerID, Reseller: p.Reseller, Suspended: p.Suspended, Domain: domain, TemporaryDomain: true,
		PackageID: 1, Plan: plan(), IP: "192.0.2.7", Email: "a@b.test", MailboxFormat: "mdbox", Home: "/home/" + p.Name, UID: 1000 + p.ID,
		Created: start(), SuspendReason: "why", SuspendedAt: start().Add(time.Hour), Locked: true,
		Backup: true, MailHold: true, MailSuspended: true, PasswordForced: true,
	}
}

func plan() hostkeep.Plan {
	return hostkeep.Plan{
		Quota: 1, Bandwidth: 2, MaxFTP: 3, MaxSQL: 4, MaxPop: 5, MaxLists: 6, MaxSub: 7, MaxParked: 8, MaxAddon: 9, MaxEmailPerHour: 10,
		MaxDeferFailPercentage: 11, MaxEmailAcctQuota: 12, MaxTeamUsers: hostkeep.Unlimited, FeatureList: "f", Theme: "t", Language: "l",
		Shell: true, DedicatedIP: true,
	}
}

// add writes a principal with an account.
func (s *suite) add(p hostkeep.Principal, domain string) hostkeep.Account {
	s.Helper()
	a := account(p, domain)
	s.do(func(tx *sqlstore.Tx) error {
		if err := tx.InsertPrincipal(p, ""); err != nil {
			return err
		}
		return tx.InsertAccount(a)
	})
	return a
}

package daemon

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// recordRow is what a client reads of a row.
type recordRow struct {
	Number, Time                                                  int64
	User, Via, Token, Address, Node, Function, Arguments, Request string
	TokenID                                                       int64 `json:"token_id"`
	Objects                                                       []struct{ Kind, Name string }
}

// about is the names of the things, each once: an account's user has its name.
func (r recordRow) about() string {
	var names []string
	for _, o := range r.Objects {
		names = append(names, o.Name)
	}
	return strings.Join(slices.Compact(names), ", ")
}

func (w *world) record(c hostkeep.Caller, nameValue ...string) (rows []recordRow, next int64) {
	w.t.Helper()
	var answer struct {
		Data struct {
			Record []recordRow
			Next   int64
		}
	}
	r := w.must(c, "hostkeep_record_list", nameValue...)
	if err := json.Unmarshal(r.AppendJSON(nil), &answer); err != nil {
		w.t.Fatalf("the record: %v", err)
	}
	return answer.Data.Record, answer.Data.Next
}

// done lists rows as "user function".
func done(rows []recordRow) (list []string) {
	for _, r := range rows {
		list = append(list, r.User+" "+r.Function)
	}
	return list
}

func TestRootReadsTheWholeRecord(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	secret := w.newToken(w.root(), "token_name", "ci", "acl", "all")
	ci, err := w.with("root", secret, "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	w.must(ci, "createacct", "username", "alice", "domain", "alice.example", "password", "a long word of hers")
	w.now = w.now.AddDate(0, 0, 1)
	w.must(w.root(), "suspendacct", "user", "alice", "reason", "unpaid")
	w.must(w.root(), "api_token_revoke", "token_name", "ci")
	rows, next := w.record(w.root(), "limit", "3")
	if got := done(rows); !slices.Equal(got, []string{"root api_token_revoke", "root suspendacct", "root createacct"}) || next != rows[2].Number {
		t.Errorf("%q, next %d", got, next)
	}
	made := rows[2]
	if made.Token != "ci" || made.TokenID == 0 || made.Via != "token" || made.Address != "192.0.2.7" || made.Request == "" && made.Node == "" {
		t.Errorf("the token's row: %+v", made)
	}
	if strings.Contains(made.Arguments, "a long word") || !strings.Contains(made.Arguments, `"password":"***"`) {
		t.Errorf("the arguments: %s", made.Arguments)
	}
	yesterday, today := fmt.Sprint(made.Time), fmt.Sprint(rows[0].Time)
	for _, tt := range []struct {
		about string
		ask   []string
		want  []string
	}{
		{"user and function", []string{"user", "root", "function", "suspendacct"}, []string{"root suspendacct"}},
		{"another user", []string{"user", "alice"}, nil},
		{"token that is gone", []string{"token", "ci"}, []string{"root createacct"}},
		{"token by number", []string{"token_id", fmt.Sprint(made.TokenID)}, []string{"root createacct"}},
		{"an account", []string{"kind", "account", "name", "alice"}, []string{"root suspendacct", "root createacct"}},
		{"a token as the thing", []string{"kind", "token", "name", "ci"}, []string{"root api_token_revoke", "root api_token_create"}},
		{"since", []string{"since", today}, []string{"root api_token_revoke", "root suspendacct"}},
		{"a span", []string{"since", yesterday, "until", today, "function", "createacct", "name", "alice"}, []string{"root createacct"}},
		{"below", []string{"before", fmt.Sprint(made.Number), "limit", "1"}, []string{"root api_token_create"}},
	} {
		if rows, _ := w.record(w.root(), tt.ask...); !slices.Equal(done(rows), tt.want) {
			t.Errorf("%s: %q, want %q", tt.about, done(rows), tt.want)
		}
	}
	for _, bad := range [][]string{{"limit", "0"}, {"limit", "1001"}, {"before", "-1"}, {"since", "999999999999999"}} {
		if r := w.Call(t.Context(), w.root(), "hostkeep_record_list", wire.Pairs(bad...)); r.Kind != hostkeep.Invalid {
			t.Errorf("%q: %+v", bad, r.Reason)
		}
	}
}

// TestTheRecordIsWalkedOnce: by the answer's own next, each row once and to the end.
func TestTheRecordIsWalkedOnce(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	var got []int64
	for before, calls := "0", 0; ; calls++ {
		rows, next := w.record(w.root(), "before", before, "limit", "2")
		for _, r := range rows {
			got = append(got, r.Number)
		}
		if next == 0 {
			break
		}
		if before = fmt.Sprint(next); calls > 1000 {
			t.Fatal("there is no end")
		}
	}
	end := w.node.Seq()
	if int64(len(got)) != end || got[0] != end || got[len(got)-1] != 1 || !slices.IsSortedFunc(got, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("%d numbers, the end is %d: %v", len(got), end, got)
	}
}

// TestAResellerReadsItsPartOfTheRecord: what it did, what its tokens did, and what
// was done to what it owns now; nothing else, and of others no more than that.
func TestAResellerReadsItsPartOfTheRecord(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	for _, who := range []string{"rival", "mine", "theirs"} {
		w.must(root, "createacct", "username", who, "domain", who+".example", "password", "a long word of theirs")
	}
	w.must(root, "setupreseller", "user", "rival")
	w.must(root, "modifyacct", "user", "mine", "owner", "shop")
	w.must(root, "modifyacct", "user", "theirs", "owner", "rival")
	shop, from := w.as("shop"), w.node.Seq()

	secret := w.newToken(shop, "token_name", "ci")
	ci, err := w.with("shop", secret, "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	w.must(ci, "createacct", "username", "third", "domain", "third.example")
	w.must(root, "passwd", "user", "mine", "password", "another long word")
	w.must(root, "passwd", "user", "theirs", "password", "another long word")
	w.must(root, "forcepasswordchange", "users_json", `["mine","theirs"]`)
	w.must(root, "set_tweaksetting", "key", "x", "value", "y")
	w.must(w.as("rival"), "api_token_create", "token_name", "theirs")
	w.must(root, "suspendacct", "user", "shop", "reason", "unpaid")
	w.must(root, "unsuspendacct", "user", "shop")

	rows, _ := w.record(w.as("shop"))
	rows = slices.DeleteFunc(rows, func(r recordRow) bool { return r.Number <= from })
	want := []string{
		"root unsuspendacct: shop", "root suspendacct: shop", "root forcepasswordchange: mine", "root passwd: mine",
		"shop createacct: third, third.example", "shop api_token_create: ci",
	}
	var got []string
	for _, r := range rows {
		got = append(got, r.User+" "+r.Function+": "+r.about())
	}
	if !slices.Equal(got, want) {
		t.Fatalf("shop sees\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i, args := range []string{`{"user":"shop"}`, `{"user":"shop","reason":"unpaid"}`, "", `{"user":"mine","password":"***"}`} {
		if r := rows[i]; r.Arguments != args || r.Address+r.Token+r.Node+r.Request != "" || r.TokenID != 0 {
			t.Errorf("of what root did it sees %+v, want the arguments %s", r, args)
		}
	}
	if r := rows[4]; r.Token != "ci" || r.Address != "192.0.2.7" || r.Arguments == "" {
		t.Errorf("of what its own token did it sees %+v", r)
	}
	for about, ask := range map[string][]string{
		"a foreign account": {"name", "theirs"}, "root's setting": {"function", "set_tweaksetting"}, "a rival": {"user", "rival"}, "a kind": {"kind", "guard"},
	} {
		if rows, _ := w.record(w.as("shop"), ask...); len(rows) > 0 {
			t.Errorf("%s: shop sees %+v", about, rows)
		}
	}
	w.must(root, "modifyacct", "user", "mine", "owner", "rival")
	if rows, _ := w.record(w.as("shop"), "name", "mine"); len(rows) > 0 {
		t.Errorf("of an account that it does not own any more it sees %q", done(rows))
	}
}

// TestANarrowTokenDoesNotReadTheRecord, even one that holds the privilege.
func TestANarrowTokenDoesNotReadTheRecord(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	for _, tt := range []struct {
		user, acl string
		may       bool
	}{
		{"root", "all", true},
		{"root", "manage-api-tokens", false},
		{"root", "list-accts", false},
		{"shop", "list-accts", false},
		{"shop", "manage-api-tokens", false},
		{"shop", "", true},
	} {
		ask := []string{"token_name", tt.acl + "-"}
		if tt.acl != "" {
			ask = append(ask, "acl", tt.acl)
		}
		c, err := w.with(tt.user, w.newToken(w.as(tt.user), ask...), "192.0.2.7")
		if err != nil {
			t.Fatal(err)
		}
		if r := w.Call(t.Context(), c, "hostkeep_record_list", wire.Params{}); r.OK != tt.may || !tt.may && r.Kind != hostkeep.Denied {
			t.Errorf("%s's token with %q: %v %q", tt.user, tt.acl, r.OK, r.Reason)
		}
	}
}

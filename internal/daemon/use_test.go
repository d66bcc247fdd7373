package daemon

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/usage"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const home, abroad = "192.0.2.1", "198.51.100.7"

// flush writes what was counted.
func (w *world) flush() {
	w.t.Helper()
	if err := w.uses.Flush(context.Background()); err != nil {
		w.t.Fatalf("flush: %v", err)
	}
}

// request calls with a token as a request does, past the listener; the answer is "" when
// the credential is refused.
func (w *world) request(user string, secret hostkeep.Secret, from, function, query string) string {
	w.t.Helper()
	c, err := w.authenticate(context.Background(), httpd.Credential{
		Authorization: []string{"whm " + user + ":" + secret.Reveal()}, Addr: netip.MustParseAddr(from), Agent: "script/1\x1b[2J", ID: "0123456789abcdef",
	})
	if err != nil {
		return ""
	}
	return string(w.answer(context.Background(), c, httpd.Request{Function: function, RawQuery: "api.version=1&" + query}).Body)
}

// use is what hostkeep_token_use says of a token, as lines.
func (w *world) use(c hostkeep.Caller, name string) (lines []string) {
	w.t.Helper()
	w.flush()
	data := dataOf(w.t, w.must(c, "hostkeep_token_use", "token_name", name))
	for _, list := range []string{"days", "functions", "addresses", "refusals"} {
		for _, item := range data[list].([]any) {
			m := item.(map[string]any)
			switch {
			case list == "days" && m["calls"].(float64)+m["refusals"].(float64) > 0:
				lines = append(lines, fmt.Sprint(m["day"], " calls ", m["calls"], " refusals ", m["refusals"]))
			case list == "functions":
				lines = append(lines, fmt.Sprint("function ", m["name"], " ", m["calls"]))
			case list == "addresses":
				lines = append(lines, fmt.Sprint("address ", m["address"], " ", m["calls"], " ", m["refusals"]))
			case list == "refusals":
				lines = append(lines, fmt.Sprint("refused ", m["reason"], " ", m["number"]))
			}
		}
	}
	lines = append(lines, fmt.Sprint("used ", data["privileges_used"], " unused ", data["privileges_unused"]))
	if last, ok := data["last_used"].(map[string]any); ok {
		at := time.Unix(int64(last["time"].(float64)), 0).UTC()
		lines = append(lines, fmt.Sprint("last ", at.Format(time.DateTime), " ", last["address"], " ", last["function"], " ", last["user_agent"]))
	}
	return lines
}

func (w *world) usedAs(c hostkeep.Caller, name string, want ...string) {
	w.t.Helper()
	if got := w.use(c, name); !slices.Equal(got, want) {
		w.t.Fatalf("%s did\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestTokenUses: what a token's calls and refusals are counted as, by day, function,
// address and reason; and whose they are not.
func TestTokenUses(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.as("shop")
	secret := w.newToken(shop, "token_name", "job", "acl", "list-accts", "acl", "passwd", "acl", "manage-api-tokens",
		"whitelist_ip", home, "expires_at", fmt.Sprint(w.now.Add(48*time.Hour).Unix()))
	w.newToken(shop, "token_name", "idle", "acl", "list-accts", "acl", "add-pkg")
	w.usedAs(shop, "idle", "used [] unused [add-pkg list-accts]")

	w.request("shop", secret, home, "listaccts", "")
	w.request("shop", secret, home, "passwd", "user=client")                                    // which lacks a parameter
	w.request("shop", secret, home, "passwd", "user=client&user=client")                        // which cannot be read
	w.request("shop", secret, home, "nosuch", "")                                               // which does not exist
	w.request("shop", secret, home, "suspendacct", "user=client")                               // refused by privilege
	w.request("shop", secret, home, "api_token_create", "token_name=x&acl=add-pkg")             // refused by the family, privilege named
	w.request("shop", secret, home, "api_token_create", "token_name=x&acl=passwd&expires_at=0") // refused by promise 2: without an end
	if got := w.request("shop", secret, abroad, "listaccts", ""); got != "" {
		t.Errorf("from abroad: %s", got)
	}
	w.request("root", secret, home, "listaccts", "")                                            // another user's name
	w.request("shop", hostkeep.SealSecret("HK"+strings.Repeat("A", 25)), home, "listaccts", "") // nobody's
	w.now = w.now.Add(24 * time.Hour)
	w.request("shop", secret, home, "batch", "command=listaccts&command=nosuch") // refused: it needs its own
	w.request("shop", secret, home, "listaccts", "")
	w.must(w.root(), "suspendreseller", "user", "shop")
	w.request("shop", secret, home, "listaccts", "")
	w.must(w.root(), "unsuspendreseller", "user", "shop")
	w.now = w.now.Add(24 * time.Hour)
	w.request("shop", secret, home, "listaccts", "")
	shop = w.as("shop")
	w.must(shop, "listaccts") // by a password
	command, err := w.CommandCaller("shop")
	if err != nil {
		t.Fatal(err)
	}
	w.must(command, "listaccts")
	w.usedAs(
		shop, "job",
		"2026-11-24 calls 4 refusals 5", "2026-11-25 calls 1 refusals 2", "2026-11-26 calls 0 refusals 1",
		"function listaccts 2", "function passwd 2", "function other 1",
		"address 192.0.2.1 5 7", "address 198.51.100.7 0 1",
		"refused address 1", "refused another user's 1", "refused expired 1", "refused missing privilege add-pkg 1",
		"refused missing privilege basic-whm-functions 1", "refused missing privilege suspend-acct 1", "refused not allowed 1", "refused suspended 1",
		"used [list-accts passwd] unused [manage-api-tokens]",
		"last 2026-11-25 12:00:00 192.0.2.1 listaccts script/1[2J",
	)
	w.usedAs(shop, "idle", "used [] unused [add-pkg list-accts]")
}

// TestTokenUsesLast: the counts of a token go on under a new name, end with it, and are
// kept for a month.
func TestTokenUsesLast(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	secret := w.newToken(root, "token_name", "job", "acl", "all")
	w.request("root", secret, home, "batch", "command=version&command=nosuch")
	w.must(root, "api_token_update", "token_name", "job", "new_name", "renamed")
	use := []string{
		"2026-11-24 calls 3 refusals 0", "function batch 1", "function other 1", "function version 1", "address 192.0.2.1 3 0",
		"used [basic-system-info basic-whm-functions] unused [all]", "last 2026-11-24 12:00:00 192.0.2.1 batch script/1[2J",
	}
	w.usedAs(root, "renamed", use...)
	w.now = w.now.Add(29 * 24 * time.Hour)
	if got := w.use(w.root(), "renamed"); got[0] != use[0] {
		t.Errorf("on the thirtieth day: %q", got)
	}
	w.now = w.now.Add(48 * time.Hour)
	w.flush() // forgets
	w.now = w.now.Add(-48 * time.Hour)
	if got := w.use(w.root(), "renamed"); len(got) != 2 || got[1] != use[6] {
		t.Errorf("after a month: %q", got)
	}
	w.must(w.root(), "api_token_revoke", "token_name", "renamed")
	w.newToken(w.root(), "token_name", "renamed", "acl", "all")
	w.usedAs(w.root(), "renamed", "used [] unused [all]")
	for about, p := range map[string][]string{
		"no such token": {"token_name", "gone"}, "another's": {"token_name", "job"}, "no day": {"token_name", "renamed", "days", "0"}, "too many": {"token_name", "renamed", "days", "31"},
	} {
		if r := w.Call(t.Context(), w.root(), "hostkeep_token_use", wire.Pairs(p...)); r.OK || r.Kind == 0 {
			t.Errorf("%s: %t %q", about, r.OK, r.Reason)
		}
	}
}

// overview answers the names in a page of the table, and the rest of the answer.
func (w *world) overview(c hostkeep.Caller, nameValue ...string) (names []string, data map[string]any) {
	w.t.Helper()
	data = dataOf(w.t, w.must(c, "hostkeep_token_overview", nameValue...))
	for _, row := range data["tokens"].([]any) {
		names = append(names, row.(map[string]any)["name"].(string))
	}
	return names, data
}

// TestOverview: each way to narrow, sort and page the table.
func TestOverview(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	in := func(days int) string { return fmt.Sprint(w.now.Add(time.Duration(days) * 24 * time.Hour).Unix()) }
	all := w.newToken(w.root(), "token_name", "Old")
	w.newToken(w.root(), "token_name", "ended", "acl", "list-accts", "expires_at", in(1))
	w.now = w.now.Add(100 * 24 * time.Hour)
	w.request("root", all, abroad, "version", "")
	w.now = w.now.Add(-time.Second)
	root := w.root()
	six := w.newToken(root, "token_name", "six", "acl", "list-pkgs", "whitelist_ip", "2001:db8::/32", "expires_at", in(30))
	w.newToken(root, "token_name", "a-soon", "acl", "list-accts", "acl", "ssl", "whitelist_ip", home, "expires_at", in(14))
	caller, err := w.with("root", all, home)
	if err != nil {
		t.Fatal(err)
	}
	w.newToken(caller, "token_name", "made", "acl", "all", "expires_at", in(15))
	w.newToken(w.as("shop"), "token_name", "foreign")
	w.flush()
	root = w.root()
	every := []string{"Old", "a-soon", "ended", "made", "six"}
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"", every},
		{"reverse=1", []string{"six", "made", "ended", "a-soon", "Old"}},
		{"sort=expires", []string{"ended", "a-soon", "made", "six", "Old"}},
		{"sort=created", []string{"Old", "ended", "a-soon", "made", "six"}},
		{"sort=last_used", []string{"a-soon", "ended", "made", "six", "Old"}},
		{"sort=last_used reverse=1 size=1", []string{"Old"}},
		{"start=2 size=2", every[1:3]},
		{"start=5", every[4:]},
		{"start=6", nil},
		{"search=OLD", every[:1]},
		{"search=LIST-", []string{"a-soon", "ended", "six"}},
		{"search=ssl", []string{"a-soon"}},
		{"search=192.0.2", []string{"a-soon"}},
		{"search=2001:DB8::", []string{"six"}},
		{"search=2001:0db8:0000", []string{"six"}},
		{"search=VERSION", every[:1]},
		{"search=nothing", nil},
		{"show=never_expires", every[:1]},
		{"show=unused_90_days", []string{"ended"}},
		{"show=no_address_limit", []string{"Old", "ended", "made"}},
		{"show=everything_allowed", []string{"Old", "made"}},
		{"show=expiring", []string{"a-soon"}},
		{"show=expired", []string{"ended"}},
		{"show=no_address_limit search=list-accts", []string{"ended"}},
		{"secret=" + six.Reveal(), []string{"six"}},
		{"secret=" + six.Reveal() + " show=expired", nil},
		{"secret=" + hostkeep.SealSecret("HK"+strings.Repeat("A", 25)).Reveal(), nil},
		{"secret=six", nil},
	} {
		got, data := w.overview(root, pairs(tt.query)...)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.query, got, tt.want)
		}
		if paged := strings.Contains(tt.query, "s") && strings.Contains(tt.query, "size"); !paged && !strings.Contains(tt.query, "start") && data["found"] != float64(len(got)) {
			t.Errorf("%s: found %v", tt.query, data["found"])
		}
		if data["total"] != 5.0 {
			t.Errorf("%s: total %v", tt.query, data["total"])
		}
	}
	_, data := w.overview(root, "size", "2", "ends_from", in(14), "ends_before", in(15))
	if data["found"] != 5.0 || data["ending"] != 1.0 {
		t.Errorf("found %v, ending %v", data["found"], data["ending"])
	}
	want := map[string]any{"never_expires": 1.0, "unused_90_days": 1.0, "no_address_limit": 3.0, "everything_allowed": 2.0, "expiring": 1.0, "expired": 1.0}
	if got := data["cards"]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("cards %v, want %v", got, want)
	}
	for _, bad := range []string{"start=0", "size=0", "size=501", "start=-1"} {
		if r := w.Call(t.Context(), root, "hostkeep_token_overview", wire.Pairs(pairs(bad)...)); r.Kind != hostkeep.Invalid {
			t.Errorf("%s: %q", bad, r.Reason)
		}
	}
}

// pairs reads a=1 b=2.
func pairs(text string) (list []string) {
	for _, f := range strings.Fields(text) {
		name, value, _ := strings.Cut(f, "=")
		list = append(list, name, value)
	}
	return list
}

// TestOverviewRow: all that a row tells.
func TestOverviewRow(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.as("shop")
	secret := w.newToken(shop, "token_name", "maker")
	caller, err := w.with("shop", secret, home)
	if err != nil {
		t.Fatal(err)
	}
	begin := w.now
	w.newToken(caller, "token_name", "made", "acl", "list-accts", "whitelist_ip", home, "expires_at", fmt.Sprint(begin.Unix()+100))
	w.request("shop", secret, home, "listaccts", "")
	w.request("shop", secret, home, "setacls", "reseller=shop")
	w.now = w.now.Add(29 * 24 * time.Hour)
	w.request("shop", secret, home, "listaccts", "")
	w.request("shop", secret, home, "listaccts", "")
	w.flush()
	_, data := w.overview(w.as("shop"))
	rows := data["tokens"].([]any)
	made, maker := rows[0].(map[string]any), rows[1].(map[string]any)
	check := func(about string, got, want any) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", about, got, want)
		}
	}
	calls := make([]float64, 30)
	calls[0], calls[29] = 2, 2 // it made a token on the first day
	check("calls", maker["calls"], calls)
	check("refusals", maker["refusals"], 1)
	check("made", maker["made"], 1)
	check("everything", maker["everything"], 1)
	check("state and use", []any{maker["state"], maker["use"]}, []string{"active", "used"})
	check("last", maker["last_used"], map[string]any{
		"time": float64(w.now.Unix()), "address": home, "function": "listaccts", "user_agent": "script/1[2J",
	})
	delete(made, "id")
	check("made", made, map[string]any{
		"name": "made", "privileges": []any{"list-accts"}, "everything": 0.0, "create_time": float64(begin.Unix()), "expires_at": float64(begin.Unix() + 100),
		"state": "expired", "use": "never_used", "addresses": []any{home}, "made_by": "maker", "made": 0.0, "last_used": nil,
		"calls": make([]float64, 30), "refusals": 0.0,
	})
	w.now = w.now.Add(90 * 24 * time.Hour)
	_, data = w.overview(w.as("shop"), "show", "unused_90_days")
	check("unused", data["found"], 2)
	check("words", data["tokens"].([]any)[1].(map[string]any)["use"], "unused")
}

// BenchmarkTokenOverview10000 is a page of the table of a user with 10,000 tokens,
// all used.
func BenchmarkTokenOverview10000(b *testing.B) {
	w := open(b, b.TempDir())
	defer func() { _ = w.Close() }()
	root := w.root()
	ids := make([]int64, 10_000)
	err := w.change(b.Context(), hostkeep.Change{Caller: root, Function: "x", Args: "{}"}, func(tx *sqlstore.Tx) error {
		for i := range ids {
			ids[i] = tx.NewID()
			t := hostkeep.Token{
				ID: ids[i], OwnerID: hostkeep.RootID, Name: fmt.Sprintf("token-%d", i), Hash: hostkeep.TokenHash{byte(i), byte(i >> 8)}, Created: w.now,
				Privileges: hostkeep.KnownPrivileges([]string{"list-accts", hostkeep.PrivilegeTable()[i%40].Label}),
				Addresses:  hostkeep.AddressList{netip.MustParsePrefix(fmt.Sprintf("10.0.%d.0/24", i%256))},
			}
			if err := tx.InsertToken(t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for day := range 2 { // a page reads thirty rows of each token that it shows, whatever is there
		for _, id := range ids {
			w.uses.Called(id, usage.Use{At: w.now.Add(-time.Duration(day) * 24 * time.Hour), Addr: netip.MustParseAddr(home), Function: "version"})
		}
		w.flush()
	}
	for name, query := range map[string]string{"first": "", "search": "search=token-77", "lastused": "sort=last_used reverse=1", "500": "size=500"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w.must(root, "hostkeep_token_overview", pairs(query)...)
			}
		})
	}
}

// TestTheDocumentIsAUse: whoever fetches what the functions are with a token.
func TestTheDocumentIsAUse(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	secret := w.newToken(w.root(), "token_name", "reader", "acl", "list-accts")
	b := w.browser()
	for range 2 {
		if a := b.send("GET", "/openapi.json", "", "Authorization", "whm root:"+secret.Reveal()); a.Code != 200 {
			t.Fatalf("%d %s", a.Code, a.Body)
		}
	}
	b.send("GET", "/openapi.json", "", "Authorization", "whm shop:"+secret.Reveal()) // refused
	want := []string{"2026-11-24 calls 2 refusals 1", "function openapi.json 2", "address 10.0.1.1 2 1", "refused another user's 1", "used [] unused [list-accts]", "last 2026-11-24 12:00:00 10.0.1.1 openapi.json "}
	if got := w.use(w.root(), "reader"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

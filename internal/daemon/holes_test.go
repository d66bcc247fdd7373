package daemon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// tree is domainsOf without the folders.
func (w *world) tree(t *testing.T, user string) (list []string) {
	t.Helper()
	for _, d := range w.domainsOf(t, user) {
		list = append(list, d[:strings.LastIndex(d, " ")])
	}
	return list
}

// Another package is what changepackage gives, and asks for the same privilege.
func TestModifyacctPlanNeedsUpgrade(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-edit-account", "1", "acl-viewglobalpackages", "1", "acl-acct-summary", "1")
	shop := w.as("shop")
	w.refused(shop, `"upgrade-account"`, "modifyacct", "user", "client", "plan", "gold")
	w.must(shop, "modifyacct", "user", "client", "plan", w.summary(t, "client")["plan"].(string)) // the one that it has
	w.must(root, "setacls", "reseller", "shop", "acl-edit-account", "1", "acl-viewglobalpackages", "1", "acl-upgrade-account", "1")
	w.must(w.as("shop"), "modifyacct", "user", "client", "plan", "gold")
}

// Below a temporary domain nothing stays when its account has another name: the
// next user of that name gets it.
func TestNothingStaysBelowTemporaryDomains(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	temp := ".temp." + w.host
	w.must(root, "createacct", "username", "victim", "maxpark", "5", "maxsub", "5", "maxaddon", "5")
	w.refused(root, "kept for the server", "modifyacct", "user", "victim", "domain", "www.victim"+temp)
	w.must(root, "create_parked_domain_for_user", "username", "victim", "domain", "b.victim"+temp, "web_vhost_domain", "victim"+temp)
	w.must(root, "create_subdomain", "domain", "s.b.victim"+temp, "document_root", "s")
	w.must(root, "create_subdomain", "domain", "c.victim"+temp, "document_root", "c")
	w.must(root, "create_parked_domain_for_user", "username", "victim", "domain", "addon.example", "web_vhost_domain", "c.victim"+temp)
	w.must(root, "modifyacct", "user", "victim", "newuser", "other")
	want := []string{
		"addon.example addon c.other" + temp, "b.other" + temp + " parked other" + temp, "c.other" + temp + " sub other" + temp,
		"other" + temp + " main other" + temp, "s.b.other" + temp + " sub b.other" + temp,
	}
	if got := w.tree(t, "other"); !slices.Equal(got, want) {
		t.Errorf("after the rename: %q, want %q", got, want)
	}
	w.must(root, "createacct", "username", "victim")
}

// What hangs on a parked domain stays with it when the main domain moves.
func TestSubdomainsFollowTheirParent(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "mover", "domain", "old.example", "maxpark", "5", "maxsub", "5", "maxaddon", "5")
	w.must(root, "create_parked_domain_for_user", "username", "mover", "domain", "b.old.example", "web_vhost_domain", "old.example")
	w.must(root, "create_subdomain", "domain", "s.b.old.example", "document_root", "s")
	w.must(root, "create_subdomain", "domain", "t.old.example", "document_root", "t")
	w.must(root, "create_subdomain", "domain", "u.t.old.example", "document_root", "u")
	w.must(root, "modifyacct", "user", "mover", "domain", "new.example")
	want := []string{
		"b.old.example parked new.example", "new.example main new.example", "s.b.old.example sub b.old.example",
		"t.new.example sub new.example", "u.t.new.example sub t.new.example",
	}
	if got := w.tree(t, "mover"); !slices.Equal(got, want) {
		t.Errorf("after the move: %q, want %q", got, want)
	}
	w.refused(root, "hangs on", "delete_domain", "domain", "b.old.example")
	w.refused(root, "hangs on", "delete_domain", "domain", "t.new.example")
}

// A token of root's is no root: what needs all needs it of the token.
func TestNarrowTokensTakeNoPublicSuffix(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	narrow, err := w.with("root", w.newToken(w.root(), "token_name", "create", "acl", "create-acct"), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	w.refused(narrow, `"all"`, "createacct", "username", "taker", "domain", "co.uk")
	w.must(narrow, "createacct", "username", "taker", "domain", "taker.co.uk")
}

// A feature list is one for all that have it, so a reseller changes it only while
// all of them are its own.
func TestFeatureListsOfForeignAccounts(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-add-pkg", "1", "acl-allow-unlimited-pkgs", "1")
	shop := w.as("shop")
	w.must(shop, "create_featurelist", "featurelist", "shop_few", "backup", "0")
	w.must(root, "createacct", "username", "ours", "domain", "ours.example", "owner", "shop", "featurelist", "shop_few")
	w.must(shop, "update_featurelist", "featurelist", "shop_few", "backup", "1")
	w.must(root, "modifyacct", "user", "ours", "owner", "root")
	w.refused(shop, "not yours", "update_featurelist", "featurelist", "shop_few", "backup", "0")
	w.refused(shop, "not yours", "create_featurelist", "featurelist", "shop_few", "overwrite", "1")
	w.must(root, "update_featurelist", "featurelist", "shop_few", "backup", "0")
}

// What drivers will take for names is none that leads elsewhere.
func TestNamesThatArePaths(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	for _, bad := range [][]string{
		{"modifyacct", "user", "client", "RS", "../../../etc"},
		{"modifyacct", "user", "client", "LOCALE", "../../x"},
		{"modifyacct", "user", "client", "STYLE", "../../x"},
		{"modifyacct", "user", "client", "DBOWNER", "../x"},
		{"modifyacct", "user", "client", "DBOWNER", "root"},
		{"modifyacct", "user", "client", "DBOWNER", "shop"},
		{"modifyacct", "user", "client", "DISK_BLOCK_LIMIT", "-1"},
		{"addpkg", "name", "bad", "cpmod", "../../etc"},
		{"addpkg", "name", "bad", "language", "/etc/passwd"},
		{"createacct", "username", "bad", "domain", "bad.example", "cpmod", "a/b"},
		{"createacct", "username", "bad", "domain", "bad.example", "homedir", "/"},
		{"createacct", "username", "bad", "domain", "bad.example", "homedir", "/etc"},
		{"createacct", "username", "bad", "domain", "bad.example", "homedir", "/home//x"},
		{"createacct", "username", "bad", "domain", "bad.example", "homedir", "/home/client"},
		{"createacct", "username", "bad", "domain", "bad.example", "homedir", "/home/client/sub"},
		{"createacct", "username", "bad", "domain", "bad.example", "uid", "33"},
		{"createacct", "username", "bad", "domain", "bad.example", "uid", "1001"}, // the first account's
		{"createacct", "username", "sudo", "domain", "bad.example"},
	} {
		w.refused(root, "", bad[0], bad[1:]...)
	}
	w.must(root, "modifyacct", "user", "client", "RS", "paper_lantern", "LOCALE", "pt_br", "STYLE", "basic", "DBOWNER", "client")
	w.must(root, "createacct", "username", "good", "domain", "good.example", "homedir", "/home2/good", "uid", "4711")
	w.must(root, "createacct", "username", "next", "domain", "next.example")
}

// A reseller that may use some addresses only gets none other for its accounts.
func TestDelegatedAddresses(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-create-acct", "1")
	w.must(root, "setsiteip", "user", "client", "ip", "198.51.100.7")
	w.must(root, "setresellerips", "user", "shop", "ips", "198.51.100.7", "delegate", "1")
	w.must(w.as("shop"), "createacct", "username", "ipdel", "domain", "ipdel.example")
	if got := w.summary(t, "ipdel")["ip"]; got != "198.51.100.7" {
		t.Errorf("the new account has %v", got)
	}
}

// A lock is root's to take away: an account made again would be free of it.
func TestLockedAccountsStay(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-kill-acct", "1")
	w.must(root, "suspendacct", "user", "client", "disallowun", "1")
	w.refused(w.as("shop"), "only root", "removeacct", "username", "client")
	w.must(root, "removeacct", "username", "client")
}

// Two that own each other would stand above each other.
func TestNoCircleOfOwners(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "modifyacct", "user", "client", "owner", "shop", "reseller", "1")
	w.refused(root, "owns its new owner", "modifyacct", "user", "shop", "owner", "client")
	w.must(root, "modifyacct", "user", "shop", "owner", "shop")
}

// Signing in leads nobody to a call, and no other site has a browser make one,
// although both have the cookie and the security token.
func TestNoCallWithoutAClick(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	for _, to := range []string{
		"/json-api/suspendacct?api.version=1&user=client", "/%6ason-api/suspendacct?user=client", "/x/../xml-api/suspendacct?user=client",
		"/cpsess0123456789/json-api/suspendacct?user=client", "//json-api/suspendacct?user=client", "/logout/",
	} {
		b := w.browser()
		a := b.send("POST", "/login/?goto_uri="+url.QueryEscape(to), "user=root&pass="+url.QueryEscape(rootsPassword))
		if at := a.Header().Get("Location"); a.Code != 303 || !regexp.MustCompile(`^/cpsess[0-9]{10}/$`).MatchString(at) {
			t.Errorf("goto_uri=%s: %d %q", to, a.Code, at)
		}
	}
	b := w.browser()
	b.signIn("root", rootsPassword)
	at := w.position()
	for _, site := range []string{"cross-site", "same-site"} {
		if a := b.send("GET", b.token+"/json-api/suspendacct?api.version=1&user=client", "", "Sec-Fetch-Site", site); a.Code != 403 || w.position() != at {
			t.Errorf("%s: %d, and the record moved from %d to %d", site, a.Code, at, w.position())
		}
	}
	if a := b.send("GET", b.token+"/json-api/suspendacct?api.version=1&user=client", "", "Sec-Fetch-Site", "same-origin"); a.Code != 200 {
		t.Errorf("same origin: %d", a.Code)
	}
}

// leadsTo is where a page leads, without the mark of what it says was done.
func leadsTo(a *httptest.ResponseRecorder) string {
	u, err := url.Parse(a.Header().Get("Location"))
	if err != nil {
		return err.Error()
	}
	q := u.Query()
	q.Del("said")
	u.RawQuery = q.Encode()
	return u.String()
}

// No link puts words into a page's mouth.
func TestPagesSayWhatWasDoneOnlyWhenItWas(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	b := w.browser()
	b.signIn("root", rootsPassword)
	for _, path := range []string{
		"/accounts?done=suspended&user=someone", "/tokens?done=revoked&name=some-one", "/tokens?done=revoked&count=999",
		"/sessions?done=others", "/twofactor?done=on", "/tokens?done=made&name=x&said=0123456789abcdef",
	} {
		if page := b.at(path); len(page.all("p", "class", "note good")) > 0 {
			t.Errorf("%s: %q", path, page.all("p", "class", "note good")[0].text())
		}
	}
	page := b.at("/accounts/suspend?user=client&reason=EVIL&lock=1")
	if strings.Contains(page.text(), "EVIL") || page.one("input", "id", "lock").has("checked") {
		t.Errorf("a link fills in the confirmation: %q", page.text())
	}
}

// A home is one account's, whichever way it comes to have it.
func TestHomesAreApart(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "createacct", "username", "first", "domain", "first.example", "homedir", "/home/second")
	w.refused(root, "has its home", "createacct", "username", "second", "domain", "second.example")
	w.refused(root, "has its home", "modifyacct", "user", "client", "newuser", "second")
	w.must(root, "createacct", "username", "third", "domain", "third.example", "homedir", "/home/fourth/sub")
	w.refused(root, "has its home", "createacct", "username", "fourth", "domain", "fourth.example")
	w.refused(root, "", "createacct", "username", "fifth", "domain", "fifth.example", "uid", "2147483648")
}

// What was opened with a token ends when its owner may open it no longer.
func TestLinkSessionsEndWithTheirMakersStanding(t *testing.T) {
	t.Parallel()
	for about, end := range map[string][]string{
		"suspended": {"suspendacct", "user", "shop"},
		"narrowed":  {"setacls", "reseller", "shop", "acl-list-accts", "1"},
		"moved":     {"modifyacct", "user", "nest", "owner", "root"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			w := hosting(t)
			root := w.root()
			shop := w.grant("create-user-session", "list-accts", "manage-api-tokens", "create-acct", "acct-summary")
			w.must(root, "createacct", "username", "nest", "domain", "nest.example", "owner", "shop")
			w.must(root, "setupreseller", "user", "nest")
			w.must(root, "setacls", "reseller", "nest", "acl-list-accts", "1")
			maker, err := w.with("shop", w.newToken(shop, "token_name", "maker"), "192.0.2.1")
			if err != nil {
				t.Fatal(err)
			}
			b := w.browser()
			if status := b.follow(w.link(maker, "user", "nest", "service", "whostmgrd")["url"].(string)); status != 303 {
				t.Fatalf("the link: %d", status)
			}
			b.is(200, "the link's session")
			w.must(root, end[0], end[1:]...)
			b.is(403, "after its maker was "+about)
		})
	}
}

// The owner of the databases stays or follows through several renames.
func TestDatabaseOwnerThroughRenames(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	for _, tt := range []struct{ from, to, rename, want string }{
		{"client", "gamma", "0", "client"}, {"gamma", "delta", "0", "client"}, {"delta", "eps", "1", "eps"}, {"eps", "client", "1", "client"},
	} {
		r := dataOf(t, w.must(root, "modifyacct", "user", tt.from, "newuser", tt.to, "rename_database_objects", tt.rename))
		if got := r["cpuser"].(map[string]any)["DBOWNER"]; got != tt.want {
			t.Errorf("%s to %s, rename_database_objects=%s: DBOWNER is %v, want %s", tt.from, tt.to, tt.rename, got, tt.want)
		}
	}
}

// What an account makes in a session that a token's link opened ends with the token:
// one that may open sessions and nothing else would leave a way in for ever.
func TestATokenMadeInALinksSessionEndsWithTheLinksToken(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	end := w.now.Add(time.Hour).Unix()
	c, err := w.with("root", w.newToken(w.root(), "token_name", "opener", "acl", "create-user-session", "expires_at", jsonNumber(end)), home)
	if err != nil {
		t.Fatal(err)
	}
	link, _ := w.link(c, "user", "plain", "service", "cpaneld")["url"].(string)
	b := w.cpanelBrowser()
	if got := b.follow(link); got != http.StatusSeeOther {
		t.Fatal(got)
	}
	call := func(function string, nameValue ...string) string {
		t.Helper()
		values := url.Values{}
		for ; len(nameValue) > 1; nameValue = nameValue[2:] {
			values.Set(nameValue[0], nameValue[1])
		}
		return b.send("GET", b.token+"/execute/Tokens/"+function+"?"+values.Encode(), "").Body.String()
	}
	for _, expires := range []string{"0", jsonNumber(end + 1)} {
		if a := call("create_full_access", "name", "wide", "expires_at", expires); !strings.Contains(a, "cannot live longer") {
			t.Errorf("expires_at=%s: %s", expires, a)
		}
	}
	if a := call("create_full_access", "name", "made"); !strings.Contains(a, `"status":1`) || !strings.Contains(a, "opened this session has an end: the new token ends with it") {
		t.Errorf("without an end: %s", a)
	}
	if a := call("create_full_access", "name", "short", "expires_at", jsonNumber(end-1)); !strings.Contains(a, `"status":1`) {
		t.Errorf("a shorter one: %s", a)
	}
	if a, want := call("list"), fmt.Sprintf(`"expires_at":%d`, end); strings.Count(a, want+",") != 1 || strings.Contains(a, `"expires_at":null`) {
		t.Errorf("want one with %s: %s", want, a)
	}
	own := w.cpanelBrowser() // nobody's token answers for it
	if message := own.login("plain", plainWord, ""); message != "" {
		t.Fatal(message)
	}
	if a := own.send("GET", own.token+"/execute/Tokens/create_full_access?name=own", ""); !strings.Contains(a.Body.String(), `"warnings":null`) {
		t.Errorf("in a session of the account's own: %s", a.Body)
	}
}

// The page's form is of port 2087. On 2083 it would set the page's cookie, which a
// browser sends to both, and end what is open there.
func TestThePagesFormIsNotOnCPanelsSide(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	b := w.cpanelBrowser()
	form := url.Values{"user": {"plain"}, "pass": {plainWord}, "hostkeep_page": {"1"}, "hostkeep_form": {"a=1"}}
	a := b.send("POST", "/login/?login_only=1", form.Encode())
	if cookie := a.Header().Get("Set-Cookie"); !strings.HasPrefix(cookie, "cpsession=") || strings.Contains(a.Body.String(), "<html") {
		t.Errorf("%d %q %s", a.Code, cookie, a.Body)
	}
}

// A hook of a function of cPanel's is told whom it is called for: the caller may be a
// WHM user, and the parameters do not say.
func TestAHookIsToldTheAccount(t *testing.T) {
	t.Parallel()
	w, dir := hooked(t,
		line("Tokens::*", "pre", `read -r call; case "$call" in *'"account":"precious"'*) echo Leave it alone.; exit 1;; esac`),
		line("Tokens::*", "post", `cat > "$1/after"`),
	)
	root := w.root()
	for _, user := range []string{"precious", "plain"} {
		w.must(root, "createacct", "username", user, "domain", user+".example")
	}
	if a := w.uapi(root, "precious", "Tokens/create_full_access", "name", "x"); a.Status != 0 || !strings.Contains(a.reason(), "Leave it alone.") {
		t.Errorf("the hook could not tell the account: %+v", a)
	}
	if a := w.uapi(root, "plain", "Tokens/create_full_access", "name", "x"); a.Status != 1 {
		t.Errorf("%+v", a)
	}
	if _, all := read(t, filepath.Join(dir, "after")); !strings.Contains(all, `"account":"plain"`) || strings.Contains(all, "precious") {
		t.Errorf("after: %s", all)
	}
}

// Tokens work on when their account loses the feature: they can still be seen and
// revoked, by the account and by whom it belongs to, and no more are made.
func TestTokensCanBeRevokedWithoutTheFeature(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	root := w.root()
	for _, name := range []string{"one", "two"} {
		w.uapi(root, "plain", "Tokens/create_full_access", "name", name)
	}
	w.must(root, "add_override_features_for_user", "user", "plain", "features", `{"apitokens":0}`)
	own := func(function string, nameValue ...string) uapiAnswer {
		_, a := w.execute(basic("plain", plainWord), home, function, nameValue...)
		return a
	}
	if a := own("Tokens/list"); a.Status != 1 || len(a.names()) != 2 {
		t.Errorf("listing: %+v", a)
	}
	if a := own("Tokens/revoke", "name", "one"); a.Status != 1 {
		t.Errorf("the account revokes: %+v", a)
	}
	if a := w.uapi(root, "plain", "Tokens/revoke", "name", "two"); a.Status != 1 {
		t.Errorf("root revokes: %+v", a)
	}
	for _, call := range [][]string{{"Tokens/create_full_access", "name", "three"}, {"Tokens/rename", "name", "one", "new_name", "four"}} {
		if a := own(call[0], call[1:]...); a.Status != 0 || !strings.Contains(a.reason(), `"apitokens"`) {
			t.Errorf("%q: %+v", call, a)
		}
	}
}

package daemon

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// readForced reads the mark that no function shows.
func readForced(user string, on *bool) func(*sqlstore.Reader) error {
	return func(r *sqlstore.Reader) error {
		a, err := r.Account(user)
		*on = a.PasswordForced
		return err
	}
}

// domainsOf lists domain, kind and parent of what a caller sees of a user.
func (w *world) domainsOf(t *testing.T, user string) (list []string) {
	t.Helper()
	for _, d := range rows(t, dataOf(t, w.must(w.root(), "get_domain_info")), "domains") {
		if d["user"] == user {
			list = append(list, fmt.Sprintf("%v %v %v %v", d["domain"], d["domain_type"], d["parent_domain"], d["docroot"]))
		}
	}
	return list
}

func TestDomains(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "modifyacct", "user", "client", "MAXPARK", "1", "MAXADDON", "1", "MAXSUB", "2")
	park := func(domain, site string) []string {
		return []string{"domain", domain, "username", "client", "web_vhost_domain", site}
	}
	w.must(root, "create_parked_domain_for_user", park("Also.Example.", "client.example")...)
	w.refused(root, "may have 1 domains", "create_parked_domain_for_user", park("more.example", "client.example")...)
	if got := dataOf(t, w.must(root, "create_subdomain", "domain", "blog.client.example", "document_root", "public_html/blog"))["username"]; got != "client" {
		t.Errorf("create_subdomain answers %v", got)
	}
	w.must(root, "create_subdomain", "domain", "x.also.example", "document_root", "/home/client/x")
	w.refused(root, "may have 2 domains", "create_subdomain", "domain", "third.client.example", "document_root", "x")
	w.must(root, "create_parked_domain_for_user", park("addon.example", "blog.client.example")...)
	want := []string{
		"addon.example addon blog.client.example /home/client/public_html/blog",
		"also.example parked client.example /home/client/public_html",
		"blog.client.example sub client.example /home/client/public_html/blog",
		"client.example main client.example /home/client/public_html",
		"x.also.example sub also.example /home/client/x",
	}
	if got := w.domainsOf(t, "client"); !slices.Equal(got, want) {
		t.Errorf("the domains are %q, want %q", got, want)
	}
	for _, refused := range [][]string{
		{"no site of its own", "create_parked_domain_for_user", "domain", "y.example", "username", "client", "web_vhost_domain", "also.example"},
		{"There is no domain", "create_parked_domain_for_user", "domain", "y.example", "username", "rooted", "web_vhost_domain", "client.example"},
		{"already exists", "create_parked_domain_for_user", "domain", "addon.example", "username", "rooted", "web_vhost_domain", "rooted.example"},
		{"document_root", "create_subdomain", "domain", "y.rooted.example", "document_root", "../other"},
		{"document_root", "create_subdomain", "domain", "y.rooted.example", "document_root", "/home/client/x"},
		{"document_root", "create_subdomain", "domain", "y.rooted.example", "document_root", "/"},
		{"no domain above", "create_subdomain", "domain", "y.nobodys.example", "document_root", "x"},
		{"hangs on", "delete_domain", "domain", "blog.client.example"},
		{"main domain of client", "delete_domain", "domain", "client.example"},
		{"no domain", "delete_domain", "domain", "gone.example"},
		{"already exists", "createacct", "username", "other", "domain", "also.example"},
		{"already exists", "modifyacct", "user", "rooted", "domain", "blog.client.example"},
		{"may have 0 domains", "create_parked_domain_for_user", "domain", "y.example", "username", "rooted", "web_vhost_domain", "rooted.example"},
	} {
		w.refused(root, refused[0], refused[1], refused[2:]...)
	}
	for _, gone := range []struct{ domain, kind string }{{"addon.example", "addon"}, {"blog.client.example", "sub"}, {"x.also.example", "sub"}, {"also.example", "parked"}} {
		shows(t, "delete_domain", dataOf(t, w.must(root, "delete_domain", "domain", gone.domain)), map[string]any{"type": gone.kind, "username": "client"})
	}
	w.must(root, "create_subdomain", "domain", "again.client.example", "document_root", "again")
	w.must(root, "suspendacct", "user", "client")
	w.refused(root, "suspended", "create_subdomain", "domain", "more.client.example", "document_root", "again")
	w.must(root, "removeacct", "user", "client")
	if got := dataOf(t, w.must(root, "getdomainowner", "domain", "again.client.example"))["user"]; got != nil {
		t.Errorf("a removed account's domain is %v's", got)
	}
	w.must(root, "createacct", "username", "heir", "domain", "again.client.example") // it is free
}

// Nobody draws the visitors and mail of somebody else's domain to a name below it.
func TestDomainsBelowOthers(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "setacls", "reseller", "shop", "acl-create-acct", "1", "acl-park-dns", "1", "acl-edit-account", "1", "acl-list-accts", "1", "acl-acct-summary", "1")
	shop := w.as("shop")
	w.must(root, "modifyacct", "user", "client", "MAXPARK", "unlimited")
	below := "below a domain of another account"
	w.refused(root, below, "createacct", "username", "thief", "domain", "login.rooted.example")
	w.refused(shop, below, "createacct", "username", "thief", "domain", "a.b.rooted.example")
	w.refused(shop, below, "createacct", "username", "thief", "domain", "login.client.example") // another customer's
	w.refused(shop, below, "modifyacct", "user", "client", "domain", "login.rooted.example")
	w.refused(shop, below, "create_parked_domain_for_user", "domain", "login.rooted.example", "username", "client", "web_vhost_domain", "client.example")
	w.must(shop, "createacct", "username", "tenant", "domain", "tenant.shop.example") // below its own
	w.refused(root, below, "createacct", "username", "thief", "domain", "thief.shop.example")
	w.must(shop, "modifyacct", "user", "client", "domain", "www.client.example")
	w.must(shop, "modifyacct", "user", "client", "domain", "client.example")
}

// What hangs on a main domain follows it, and what is parked stays.
func TestMainDomainMoves(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "modifyacct", "user", "client", "MAXPARK", "unlimited", "MAXSUB", "unlimited")
	w.must(root, "create_subdomain", "domain", "blog.client.example", "document_root", "blog")
	w.must(root, "create_parked_domain_for_user", "domain", "also.example", "username", "client", "web_vhost_domain", "client.example")
	w.must(root, "createacct", "username", "holder", "domain", "blog.new.example")
	w.refused(root, "already exists", "modifyacct", "user", "client", "domain", "new.example") // blog.new.example would come along
	r := dataOf(t, w.must(root, "modifyacct", "user", "client", "DNS", "newer.example"))
	want := []string{
		"also.example parked newer.example /home/client/public_html",
		"blog.newer.example sub newer.example /home/client/blog",
		"newer.example main newer.example /home/client/public_html",
	}
	if got := w.domainsOf(t, "client"); !slices.Equal(got, want) {
		t.Errorf("the domains are %q, want %q", got, want)
	}
	if r["domain"] != "newer.example" || fmt.Sprint(r["cpuser"].(map[string]any)["DOMAINS"]) != "[also.example blog.newer.example]" {
		t.Errorf("modifyacct answers %v", r)
	}
	w.must(root, "createacct", "username", "heir", "domain", "client.example")
	data := dataOf(t, w.must(root, "domainuserdata", "domain", "also.example"))["userdata"].(map[string]any)
	shows(t, "domainuserdata", data, map[string]any{
		"servername": "newer.example", "serveralias": "www.newer.example also.example www.also.example", "user": "client", "group": "client", "owner": "shop",
		"documentroot": "/home/client/public_html", "homedir": "/home/client", "port": 80, "usecanonicalname": "Off", "serveradmin": "webmaster@newer.example",
	})
	w.refused(root, "Unable to determine account owner for domain.", "domainuserdata", "domain", "nobodys.example")
	if got := text(w.must(root, "getdomainowner", "domain", "nobodys.example")); !strings.Contains(got, `"user":null`) {
		t.Errorf("nobody's domain: %s", got)
	}
}

func TestPrimaryDocroot(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	w.must(root, "modifyacct", "user", "client", "MAXPARK", "unlimited", "MAXSUB", "unlimited")
	w.must(root, "create_parked_domain_for_user", "domain", "also.example", "username", "client", "web_vhost_domain", "client.example")
	w.must(root, "create_subdomain", "domain", "blog.client.example", "document_root", "blog")
	w.refused(root, "docroot", "set_primary_domain_docroot", "username", "client", "docroot", "../x")
	if got := dataOf(t, w.must(root, "set_primary_domain_docroot", "username", "client", "docroot", "www"))["documentroot"]; got != "/home/client/www" {
		t.Errorf("the document root is %v", got)
	}
	w.must(root, "modifyacct", "user", "client", "newuser", "patron", "domain", "patron.example")
	want := []string{
		"also.example parked patron.example /home/patron/www",
		"blog.patron.example sub patron.example /home/patron/blog",
		"patron.example main patron.example /home/patron/www",
	}
	if got := w.domainsOf(t, "patron"); !slices.Equal(got, want) {
		t.Errorf("the domains are %q, want %q", got, want)
	}
}

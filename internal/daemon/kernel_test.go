package daemon

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/fn/server"
	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/tlscert"
)

func TestListips(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	list := rows(t, dataOf(t, w.must(root, "listips")), "ip")
	main := mainAddress()
	i := slices.IndexFunc(list, func(r map[string]any) bool { return r["ip"] == main })
	if i < 0 {
		t.Fatalf("%s is not in %v", main, list)
	}
	mine := list[i]
	for name, want := range map[string]any{"mainaddr": 1.0, "active": 1.0, "used": 1.0, "dedicated": 0.0, "removable": 0.0, "public_ip": main} {
		if mine[name] != want {
			t.Errorf("%s is %v, want %v", name, mine[name], want)
		}
	}
	mask := net.IPMask(net.ParseIP(mine["netmask"].(string)).To4())
	if network := net.ParseIP(main).Mask(mask).String(); network != mine["network"] {
		t.Errorf("%s with the mask %v is in %s, not %v", main, mine["netmask"], network, mine["network"])
	}
	for _, r := range list {
		if (r["mainaddr"] == 1.0) != (r["ip"] == main) {
			t.Errorf("main address: %v", r)
		}
	}
	w.must(root, "removeacct", "user", "client")
	w.must(root, "removeacct", "user", "rooted")
	w.must(root, "removeacct", "user", "shop")
	if mine := rows(t, dataOf(t, w.must(root, "listips")), "ip")[i]; mine["used"] != 0.0 {
		t.Errorf("an address without an account is %v", mine)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root, shop := w.root(), w.grant("basic-system-info")
	main := mainAddress()
	public := func(ip string) any { return dataOf(t, w.must(shop, "get_public_ip", "ip", ip))["public_ip"] }
	if got := public(main); got != main {
		t.Errorf("an address without a mapping is seen as %v", got)
	}
	w.refused(root, "not an address of this machine", "nat_set_public_ip", "local_ip", "192.0.2.77", "public_ip", "198.51.100.1")
	w.refused(root, `"public_ip" is not an IPv4`, "nat_set_public_ip", "local_ip", main, "public_ip", "2001:db8::1")
	w.refused(shop, "Permission denied", "nat_set_public_ip", "local_ip", main, "public_ip", "198.51.100.1")
	w.must(root, "nat_set_public_ip", "local_ip", main, "public_ip", "198.51.100.1")
	if got := public(main); got != "198.51.100.1" {
		t.Errorf("the mapped address is seen as %v", got)
	}
	list := rows(t, dataOf(t, w.must(root, "listips")), "ip")
	if !slices.ContainsFunc(list, func(r map[string]any) bool { return r["ip"] == main && r["public_ip"] == "198.51.100.1" }) {
		t.Errorf("listips shows %v", list)
	}
	w.must(root, "nat_set_public_ip", "local_ip", main, "public_ip", main)
	if got := public(main); got != main {
		t.Errorf("the address whose mapping was taken back is seen as %v", got)
	}
	w.refused(shop, "not an IPv4", "get_public_ip", "ip", "here")
	for _, user := range []string{"", "shop", "client"} {
		if got := dataOf(t, w.must(shop, "get_shared_ip", "user", user))["ip"]; got != main {
			t.Errorf("%q shares %v", user, got)
		}
	}
	w.must(root, "createacct", "username", "placed", "domain", "placed.example", "customip", "192.0.2.99")
	w.must(root, "setresellermainip", "user", "shop", "ip", "192.0.2.99")
	for user, want := range map[string]string{"": "192.0.2.99", "shop": "192.0.2.99", "client": main} {
		if got := dataOf(t, w.must(shop, "get_shared_ip", "user", user))["ip"]; got != want {
			t.Errorf("with an address of the reseller %q shares %v, want %s", user, got, want)
		}
	}
	w.refused(shop, `There is no user "rooted"`, "get_shared_ip", "user", "rooted")
	w.refused(shop, `There is no user "nosuch"`, "get_shared_ip", "user", "nosuch")
}

func TestListeningSocketIsSeen(t *testing.T) {
	t.Parallel()
	w := opened(t)
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	at := netip.MustParseAddrPort(l.Addr().String())
	seen := slices.ContainsFunc(rows(t, dataOf(t, w.must(w.root(), "get_tcp4_sockets")), "payload"), func(r map[string]any) bool {
		return r["src"] == "127.0.0.1" && r["sport"] == float64(at.Port()) && r["dst"] == "0.0.0.0" && r["dport"] == 0.0 &&
			r["state"] == 10.0 && r["uid"] == float64(os.Getuid()) && r["inode"] != 0.0
	})
	if !seen {
		t.Errorf("%s is not listed", at)
	}
	for _, function := range []string{"get_tcp6_sockets", "get_udp4_sockets", "get_udp6_sockets"} {
		w.must(w.root(), function)
	}
}

func TestDiskUsage(t *testing.T) {
	t.Parallel()
	w := opened(t)
	list := rows(t, dataOf(t, w.must(w.root(), "getdiskusage")), "partition")
	if list[0]["mount"] != "/" {
		t.Errorf("the first is %v", list[0])
	}
	for _, r := range list {
		n := func(name string) float64 { return r[name].(float64) }
		whole := n("used") + n("available")
		if n("total") <= 0 || n("used") <= 0 || whole > n("total")+1 || n("percentage") < 100*n("used")/whole || n("percentage") >= 100*n("used")/whole+1 {
			t.Errorf("the numbers do not agree: %v", r)
		}
		if n("inodes_used")+n("inodes_available") != n("inodes_total") || r["filesystem"] == "" {
			t.Errorf("the numbers do not agree: %v", r)
		}
	}
	if r := w.must(w.root(), "getdiskusage"); r.Note.Reason != "Successfully retrieved disk usage" && !strings.Contains(text(r), "Successfully retrieved disk usage") {
		t.Error(text(r))
	}
}

func TestMounted(t *testing.T) {
	t.Parallel()
	const mounts = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 8:2 / /var rw - ext4 /dev/sdb1 rw
24 22 8:3 / /var/lib/my\040state rw shared:2 master:1 - xfs /dev/mapper/a\134b rw
25 22 8:4 / /var rw - ext4 /dev/sdc1 rw
`
	for path, want := range map[string]server.Disk{
		"/":                       {Mount: "/", Device: "/dev/sda1"},
		"/variety":                {Mount: "/", Device: "/dev/sda1"},
		"/var":                    {Mount: "/var", Device: "/dev/sdc1"}, // mounted over the other
		"/var/lib/my":             {Mount: "/var", Device: "/dev/sdc1"},
		"/var/lib/my state/inner": {Mount: "/var/lib/my state", Device: `/dev/mapper/a\b`},
	} {
		if got := mounted(mounts, path); got != want {
			t.Errorf("%s is on %+v, want %+v", path, got, want)
		}
	}
}

func TestServiceStatus(t *testing.T) {
	t.Parallel()
	w := opened(t) // a state, and no listener
	var got []string
	for _, r := range rows(t, dataOf(t, w.must(w.root(), "servicestatus")), "service") {
		line := r["name"].(string)
		for _, flag := range []string{"enabled", "installed", "monitored", "running"} {
			line += map[any]string{0.0: "0", 1.0: "1"}[r[flag]]
		}
		got = append(got, line)
	}
	if want := "whm1100 cpanel1100 https0100 dns0100 admin1100 store1101"; strings.Join(got, " ") != want {
		t.Errorf("the services are %q, want %s", got, want)
	}
	if one := rows(t, dataOf(t, w.must(w.root(), "servicestatus", "service", "store")), "service"); len(one) != 1 || one[0]["name"] != "store" {
		t.Errorf("one service is %v", one)
	}
	w.refused(w.root(), `runs no service "httpd"`, "servicestatus", "service", "httpd")
}

// TestServicesThatListen: a server knows its own listeners, and a command the
// server that holds the folder.
func TestServicesThatListen(t *testing.T) {
	t.Parallel()
	w := opened(t)
	running := func(a *App) (names []string) {
		for _, s := range a.services() {
			if s.Running {
				names = append(names, s.Name)
			}
		}
		return names
	}
	listening, err := httpd.Start(t.Context(), []httpd.Listener{{Name: "cpanel", Addr: "127.0.0.1:0", Handler: http.NotFoundHandler()}}, httpd.Serving{Log: w.log})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listening.Shutdown(context.Background()) }()
	w.running.Store(listening)
	if got := running(w.App); !slices.Equal(got, []string{"cpanel", "store"}) {
		t.Errorf("with one listener these run: %v", got)
	}
	command := &App{cfg: w.cfg, node: w.node}
	if got := running(command); !slices.Equal(got, []string{"store"}) {
		t.Errorf("without a server these run: %v", got)
	}
	held, err := lock(filepath.Join(w.cfg.Data, lockName))
	if err != nil {
		t.Fatal(err)
	}
	if got := running(command); !slices.Equal(got, []string{"whm", "cpanel", "admin", "store"}) {
		t.Errorf("beside a server these run: %v", got)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestInstalledVersions(t *testing.T) {
	t.Parallel()
	w := opened(t)
	got := dataOf(t, w.must(w.root(), "installed_versions"))
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		t.Fatal(err)
	}
	if got["cpanel_and_whm"] != server.Level || got["linux_kernel"] != strings.TrimSpace(string(kernel)) {
		t.Errorf("the versions are %v", got)
	}
	if mysql, there := got["mysql"]; !there || mysql != nil {
		t.Errorf("mysql is %v, %v", mysql, there)
	}
}

func TestReleaseValue(t *testing.T) {
	t.Parallel()
	const text = "NAME=\"Alma Linux\"\nID='almalinux'\nVERSION_ID=9.4\n"
	for name, want := range map[string]string{"NAME": "Alma Linux", "ID": "almalinux", "VERSION_ID": "9.4", "VERSION": ""} {
		if got := releaseValue([]byte(text), name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestWhatThereIsNoneOf: an empty list is a list, so that clients can walk it.
func TestWhatThereIsNoneOf(t *testing.T) {
	t.Parallel()
	w := opened(t)
	w.must(w.root(), "createacct", "username", "client", "domain", "client.example")
	for call, want := range map[string]string{
		"list_linked_server_nodes":               `"data":{"payload":[]}`,
		"list_user_child_nodes":                  `"data":{"payload":[]}`,
		"ipv6_range_list":                        `"data":{"range":[]}`,
		"get_available_authentication_providers": `"data":{"providers":[]}`,
		"get_users_authn_linked_accounts":        `"data":{"username_linked_accounts":[]}`,
		"get_available_applications":             `"data":{"groups":[],"raw":[]}`,
		"get_appconfig_application_list":         `"data":{"cpanel":[],"webmail":[],"whostmgr":[]}`,
		"fetch_service_ssl_components":           `"data":{"services":[]}`, // nobody has served yet
		"list_connected_applications":            `"data":{"list":[]}`,
		"list_integration_groups user":           `"data":{"links":[]}`,
		"list_integration_links user":            `"data":{"links":[]}`,
		"get_service_proxy_backends username":    `"data":{"payload":[]}`,
		"get_market_providers_list":              `"data":{"payload":[]}`,
		"get_homedir_roots":                      `"data":{"payload":[{"path":"/home"}]}`,
	} {
		function, parameter, _ := strings.Cut(call, " ")
		var params []string
		if parameter != "" {
			params = []string{parameter, "client"}
			w.refused(w.root(), `There is no user "nosuch"`, function, parameter, "nosuch")
		}
		if got := text(w.must(w.root(), function, params...)); !strings.Contains(got, want) {
			t.Errorf("%s answers %s", call, got)
		}
	}
	if got := text(w.must(w.root(), "is_role_enabled", "role", "DNS")); !strings.Contains(got, `"data":{"enabled":0}`) {
		t.Errorf("is_role_enabled answers %s", got)
	}
	if got := text(w.must(w.root(), "is_ready", "plugin", "some-plugin")); !strings.Contains(got, `"data":{"ready":0}`) {
		t.Errorf("is_ready answers %s", got)
	}
	w.must(w.root(), "participate_in_analytics", "enabled", "0")
	w.refused(w.root(), "sends nothing", "participate_in_analytics", "enabled", "1")
}

func TestCertificateIsShownAndItsKeyIsNot(t *testing.T) {
	t.Parallel()
	w := opened(t)
	certFile, keyFile, err := tlscert.Self(w.cfg.Data, "host.example.net", func() time.Time { return w.now })
	if err != nil {
		t.Fatal(err)
	}
	cert, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	got := rows(t, dataOf(t, w.must(w.root(), "fetch_service_ssl_components")), "services")[0]
	info := got["certificate_info"].(map[string]any)
	if got["service"] != "cpanel" || got["certificate"] != string(cert) || got["cabundle"] != "" || got["key"] != "" {
		t.Errorf("the certificate is %v", got)
	}
	if !slices.Contains(info["domains"].([]any), any("host.example.net")) || info["is_self_signed"] != 1.0 || info["key_algorithm"] != "id-ecPublicKey" ||
		info["ecdsa_curve_name"] != "prime256v1" || info["modulus"] != nil || info["not_after"].(float64) <= float64(w.now.Unix()) {
		t.Errorf("it is described as %v", info)
	}
	if point, _ := info["ecdsa_public"].(string); len(point) != 130 || point[:2] != "04" {
		t.Errorf("the public point is %q", point)
	}
	// A file with the chain and the key behind the certificate.
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(certFile, slices.Concat(cert, key, cert), 0o600); err != nil {
		t.Fatal(err)
	}
	answer := w.must(w.root(), "fetch_service_ssl_components")
	if got := rows(t, dataOf(t, answer), "services")[0]; got["cabundle"] != string(cert) || strings.Contains(text(answer), "PRIVATE KEY") {
		t.Errorf("the chain is %v", got)
	}
}

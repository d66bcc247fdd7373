package e2e

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// otherClient is somebody else's client in a script of ours.
type otherClient struct {
	program string   // that runs it
	probe   []string // arguments that show that the program has what the script needs
	notices []string // fields without which the script must fail
}

func otherClients() map[string]otherClient {
	return map[string]otherClient{
		"tokens.pl":            {"perl", []string{"-MHTTP::Tiny", "-MIO::Socket::SSL", "-MJSON", "-e", "1"}, []string{"create_time", "acls", "token"}},
		"accounts.php":         {"php", []string{"-r", `exit(function_exists("curl_init") ? 0 : 1);`}, []string{"plan", "suspended", "pkg"}},
		"version.sh":           {"bash", []string{"-c", "curl --version"}, []string{"version", "app"}},
		"streams.php":          {"php", []string{"-r", `exit(extension_loaded("openssl") ? 0 : 1);`}, []string{"acls", "token", "reason"}},
		"json.php":             {"php", []string{"-r", `exit(function_exists("curl_init") ? 0 : 1);`}, []string{"expires_at", "whitelist_ips", "command"}},
		"lwp.pl":               {"perl", []string{"-MLWP::UserAgent", "-MLWP::Protocol::https", "-MJSON", "-e", "1"}, []string{"rawout", "statusmsg", "suspendreason", "QUOTA"}},
		"urllib.py":            {"python3", []string{"-c", "import ssl"}, []string{"suspendreason", "command", "domain"}},
		"net_http.rb":          {"ruby", []string{"-ropenssl", "-e", "1"}, []string{"suspended", "app", "result"}},
		"habits.sh":            {"bash", []string{"-c", "curl --version"}, []string{"whitelist_ips", "version"}},
		"cpanel-lib/client.js": {"node", []string{"--version"}, []string{"version", "email", "suspendreason"}},
	}
}

// interpreter is the program that runs a script. It ends the test where that or
// something that the script needs is missing: by failing where tests count.
func (c otherClient) interpreter(t *testing.T, dir string) {
	t.Helper()
	_, errs, err := runIn(dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, "", c.program, c.probe...)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s with what the script needs of it is missing: %v %s", c.program, err, errs)
	default:
		t.Skipf("%s with what the script needs of it is missing: %v %s", c.program, err, errs)
	}
}

// runClient runs a script against an address.
func (s *site) runClient(t *testing.T, name, addr, ca, user, secret string) (out, errs string, err error) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "clients", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return runIn(s.dir, s.environ("HOSTKEEP_ADDR="+addr, "HOSTKEEP_USER="+user, "HOSTKEEP_TOKEN="+secret, "HOSTKEEP_CA="+ca, "NODE_EXTRA_CA_CERTS="+ca),
		"", otherClients()[name].program, path)
}

// fetch installs an npm client from the lock file beside its script, unless that
// is done.
func fetch(t *testing.T, client string) {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "clients", client))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", client, "package.json")); err == nil {
		return
	}
	out, errs, err := runIn(dir, os.Environ(), "", "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("npm ci: %v\n%s%s", err, out, errs)
	default:
		t.Skipf("npm ci: %v\n%s%s", err, out, errs)
	}
}

// TestOtherClients runs clients that others wrote, unmodified, for root and for a
// reseller, in the habits of twenty years. Then it shows that each of them looks:
// with any one of the fields that it reads gone, it fails.
func TestOtherClients(t *testing.T) {
	t.Parallel()
	fetch(t, "cpanel-lib")
	s := newSite(t)
	secret := s.rootAndReseller(t)
	for name, client := range otherClients() {
		for user, token := range secret {
			t.Run(user+"/"+name, func(t *testing.T) {
				client.interpreter(t, s.dir)
				out, errs, err := s.runClient(t, name, s.proc.Addr["whm"], s.ca(), user, token)
				if err != nil || !strings.HasPrefix(out, "ok - ") {
					t.Fatalf("%v\n%s%s", err, out, errs)
				}
			})
		}
		for _, field := range client.notices {
			t.Run("without "+field+"/"+name, func(t *testing.T) {
				client.interpreter(t, s.dir)
				addr, ca := s.without(t, field)
				out, errs, err := s.runClient(t, name, addr, ca, "root", secret["root"])
				if err == nil || !strings.Contains(errs, "not ok - ") || !strings.Contains(errs, field) {
					t.Errorf("it does not notice: %v\n%s%s", err, out, errs)
				}
			})
		}
	}
	s.stop()
}

// rootAndReseller makes a reseller, and tokens of root and of it.
func (s *site) rootAndReseller(t *testing.T) map[string]string {
	t.Helper()
	root := s.token("root", "setup", "all")
	s.must("root", root, "createacct", "username", "north", "domain", "north.example", "owner", "north")
	s.must("root", root, "setupreseller", "user", "north")
	acls := []string{"reseller", "north"}
	for acl := range strings.FieldsSeq(resellerACLs) {
		acls = append(acls, "acl-"+acl, "1")
	}
	s.must("root", root, "setacls", acls...)
	return map[string]string{"root": root, "north": s.token("north", "client", strings.ReplaceAll(resellerACLs, " ", ","))}
}

// without serves what the server answers with one field gone by another name, in
// JSON and XML, under the server's own certificate.
func (s *site) without(t *testing.T, field string) (addr, ca string) {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(s.ca(), filepath.Join(s.data(), "tls", "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	target := &url.URL{Scheme: "https", Host: s.proc.Addr["whm"]}
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{DisableCompression: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // a test's own server
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header.Del("Accept-Encoding") // what is packed has no names to change
		},
		ModifyResponse: func(r *http.Response) error { return takeAway(r, field) },
	}
	server := httptest.NewUnstartedServer(proxy)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1", "http/1.0"}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(server.Listener.Addr().(*net.TCPAddr).Port)), s.ca()
}

func takeAway(r *http.Response, field string) error {
	body, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		return err
	}
	for _, form := range []string{`"%":`, "<%>", "</%>", "<%/>"} {
		body = bytes.ReplaceAll(body, []byte(strings.ReplaceAll(form, "%", field)), []byte(strings.ReplaceAll(form, "%", "gone")))
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// TestFormLoginClient runs cpanel-api, unmodified, which knows no other port than
// 2087. So it does not run beside TestDemo and TestDocumentedScripts.
func TestFormLoginClient(t *testing.T) {
	otherClient{program: "node", probe: []string{"--version"}}.interpreter(t, t.TempDir())
	fetch(t, "cpanel-api")
	path, err := filepath.Abs(filepath.Join("..", "clients", "cpanel-api", "client.js"))
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, "--whm", "127.0.0.1:2087")
	token := s.token("root", "setup", "all")
	s.must("root", token, "createacct", "username", "north", "domain", "north.example", "owner", "north", "password", "north's own word")
	s.must("root", token, "setupreseller", "user", "north")
	s.must("root", token, "setacls", "reseller", "north", "acl-create-acct", "1", "acl-allow-unlimited-pkgs", "1", "acl-viewglobalpackages", "1")
	rootPassword, err := os.ReadFile(filepath.Join(s.data(), "root-password"))
	if err != nil {
		t.Fatal(err)
	}
	for user, password := range map[string]string{"root": strings.TrimSpace(string(rootPassword)), "north": "north's own word"} {
		out, errs, err := runIn(s.dir, s.environ("HOSTKEEP_HOST=127.0.0.1", "HOSTKEEP_USER="+user, "HOSTKEEP_PASSWORD="+password,
			"HOSTKEEP_ACCOUNT=by"+user, "NODE_EXTRA_CA_CERTS="+s.ca()), "", "node", path)
		if err != nil || strings.Count(out, "ok - ") != 3 {
			t.Fatalf("%s: %v\n%s%s", user, err, out, errs)
		}
		v := s.must("root", token, "accountsummary", "user", "by"+user)
		if owner, _ := at(v, "data.acct.0.owner"); owner != user {
			t.Errorf("by%s belongs to %v", user, owner)
		}
	}
	s.stop()
}

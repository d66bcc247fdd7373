package e2e

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/test/program"
)

// documentedAddr is the address that the documented scripts hold.
const documentedAddr = "127.0.0.1:2087"

// resellerACLs are what test/clients/accounts.php gives to the token that it makes,
// and what the other clients need.
const resellerACLs = "add-pkg list-pkgs viewglobalpackages allow-unlimited-pkgs allow-unlimited-disk-pkgs allow-unlimited-bw-pkgs " +
	"allow-emaillimits-pkgs create-acct acct-summary suspend-acct upgrade-account kill-acct " +
	"list-accts manage-api-tokens basic-system-info basic-whm-functions"

// TestDocumentedScripts runs the scripts of the API token documentation, after
// only the edits that their README names: user, token, address. It takes the
// documented port when that is free, so it does not run beside TestDemo.
func TestDocumentedScripts(t *testing.T) {
	addr := documentedAddr
	s := &site{t: t, dir: t.TempDir()}
	p, err := program.Serve(s.dir, s.environ(), "hostkeep", "--whm", addr)
	if err != nil {
		t.Logf("port 2087 is taken, so the address is one more edit: %v", err)
		p, err = program.Serve(s.dir, s.environ(), "hostkeep")
	}
	if err != nil {
		t.Fatal(err)
	}
	s.proc, addr = p, p.Addr["whm"]
	t.Cleanup(func() { _ = p.Kill() })

	secret := map[string]string{"root": s.token("root", "setup", "all"), "nobody": "WRONGWRONGWRONGWRONGWRONGWRONG12"}
	for _, acct := range [][2]string{{"north", "north"}, {"acme", "root"}, {"dairy", "north"}} {
		s.must("root", secret["root"], "createacct", "username", acct[0], "domain", acct[0]+".example", "owner", acct[1])
		if acct[0] == "north" {
			s.must("root", secret["root"], "setupreseller", "user", "north")
			s.must("root", secret["root"], "setacls", "reseller", "north", "acl-list-accts", "1", "acl-basic-whm-functions", "1", "acl-manage-api-tokens", "1")
		}
	}
	secret["root"] = s.token("root", "look", "list-accts,basic-whm-functions")
	secret["north"] = s.token("north", "look", "list-accts,basic-whm-functions")
	accounts := map[string][]string{"root": {"acme", "dairy", "north"}, "north": {"dairy", "north"}}

	for _, user := range []string{"root", "north", "nobody"} {
		for _, script := range []string{"listaccts.pl", "listaccts.php", "applist.sh"} {
			t.Run(user+"/"+script, func(t *testing.T) {
				out := s.documented(t, script, user, secret[user], addr)
				switch {
				case user == "nobody":
					wantRefusal(t, script, out)
				case script == "applist.sh":
					wantFunctions(t, out)
				default:
					wantAccounts(t, out, accounts[user])
				}
			})
		}
		t.Run(user+"/applist.sh by name", func(t *testing.T) {
			i := slices.IndexFunc(s.names(), func(n string) bool { return strings.HasPrefix(n, "whm.") })
			if i < 0 {
				t.Fatalf("the certificate has no name for whm.: %q", s.names())
			}
			_, port, _ := net.SplitHostPort(s.proc.Addr["https"])
			name := s.names()[i] + ":" + port
			if err := os.WriteFile(filepath.Join(s.dir, ".curlrc"), []byte("resolve = "+name+":127.0.0.1\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			out := s.documented(t, "applist.sh", user, secret[user], name)
			if user == "nobody" {
				wantRefusal(t, "applist.sh", out)
			} else {
				wantFunctions(t, out)
			}
		})
	}
	s.stop()
}

// documented edits one of the scripts, runs it, and returns what it printed.
func (s *site) documented(t *testing.T, script, user, secret, addr string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "clients", "documented", script))
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.NewReplacer("MYAPITOKEN", secret, "whm username:", "whm "+user+":",
		`$user = 'root'`, "$user = '"+user+"'", `$user = "root"`, `$user = "`+user+`"`, documentedAddr, addr).Replace(string(text))
	if !strings.Contains(edited, secret) || !strings.Contains(edited, addr) {
		t.Fatalf("the script has no place for the edits:\n%s", text)
	}
	file := filepath.Join(t.TempDir(), script)
	if err := os.WriteFile(file, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	interpreter := map[string][]string{".pl": {"perl"}, ".php": {"php", "-d", "short_open_tag=1"}, ".sh": {"sh"}}[filepath.Ext(script)]
	needProgram(t, interpreter[0])
	if script == "applist.sh" {
		needProgram(t, "curl")
	}
	out, errs, err := runIn(s.dir, s.environ("CURL_CA_BUNDLE="+s.ca()), "", interpreter[0], append(interpreter[1:], file)...)
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, errs)
	}
	return out
}

// needProgram ends the test where a program is missing: by failing where tests
// count, else by saying so.
func needProgram(t *testing.T, name string) {
	t.Helper()
	_, _, err := runIn(t.TempDir(), []string{"PATH=" + os.Getenv("PATH")}, "", name, probe(name)...)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s with what the scripts need of it is missing: %v", name, err)
	default:
		t.Skipf("%s with what the scripts need of it is missing: %v", name, err)
	}
}

func probe(name string) []string {
	switch name {
	case "perl":
		return []string{"-MJSON", "-MHTTP::Tiny", "-MIO::Socket::SSL", "-e", "1"}
	case "php":
		return []string{"-r", `exit(function_exists("curl_init") ? 0 : 1);`}
	case "sh", "bash":
		return []string{"-c", "true"}
	}
	return []string{"--version"}
}

func wantAccounts(t *testing.T, out string, users []string) {
	t.Helper()
	want := "[+] Current cPanel users on the system:\n\t" + strings.Join(users, "\n\t") + "\n"
	if out != want {
		t.Errorf("it printed %q, not %q", out, want)
	}
}

func wantFunctions(t *testing.T, out string) {
	t.Helper()
	var answer struct{ Data struct{ App []string } }
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"applist", "listaccts"} {
		if !slices.Contains(answer.Data.App, name) {
			t.Errorf("%s is not among %q", name, answer.Data.App)
		}
	}
	if slices.Contains(answer.Data.App, "createacct") {
		t.Error("createacct is listed for a token that may not call it")
	}
}

func wantRefusal(t *testing.T, script, out string) {
	t.Helper()
	want := map[string]string{
		"listaccts.pl":  `^\[!\] Error: 403 .* returned\n$`,
		"listaccts.php": `^\[!\] Error: 403 returned\n$`,
		"applist.sh":    `^\{"cpanelresult":.*"Access denied"`,
	}[script]
	if !regexp.MustCompile(want).MatchString(out) {
		t.Errorf("it printed %q, which does not match %s", out, want)
	}
}

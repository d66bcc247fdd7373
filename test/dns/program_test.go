package dns_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hostkeep/hostkeep/internal/cli"
)

// asServer says that this process is the program: it is this test binary, started
// again, so the race detector watches it too.
const asServer = "HOSTKEEP_DNS_TEST_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		p := cli.Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
		os.Exit(p.Run(append([]string{"hostkeep"}, os.Args[1:]...)))
	}
	os.Exit(m.Run())
}

// program is a running hostkeep with an empty state and a name server.
type program struct {
	t        *testing.T
	data     string
	whm      string // host:port
	dns      int    // port
	password string // root's
	client   *http.Client
}

// self is a command of the program.
func self(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), path, args...)
	cmd.Env = []string{asServer + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GORACE=" + os.Getenv("GORACE")}
	return cmd
}

// startProgram starts one that lists a secondary at 127.0.0.1 and a port.
func startProgram(t *testing.T, told int) *program {
	t.Helper()
	dir := t.TempDir()
	p := &program{t: t, data: filepath.Join(dir, "data"), client: &http.Client{
		Timeout: deadline, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}}
	config := filepath.Join(dir, "hostkeep.toml")
	text := fmt.Sprintf("[[dns_keys]]\nname = %q\nalgorithm = %q\nsecret = %q\n[[dns_secondaries]]\naddress = \"127.0.0.1:%d\"\nkey = %q\n",
		goodKey.name, goodKey.algorithm, goodKey.secret, told, goodKey.name)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := self(t, "serve", "--data", p.data, "--config", config, "--dns", "127.0.0.1:0",
		"--whm", "127.0.0.1:0", "--cpanel", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	errs, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	log := &journal{}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(log, errs)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the program ended with %v:\n%s", err, log)
		}
	})
	p.addresses(bufio.NewReader(io.TeeReader(errs, log)))
	go func() { _, _ = io.Copy(log, errs) }() // a full pipe would stop it; ends with the process
	password, err := os.ReadFile(filepath.Join(p.data, "root-password"))
	if err != nil {
		t.Fatal(err)
	}
	p.password = strings.TrimSpace(string(password))
	return p
}

// addresses reads on until the program says where it listens.
func (p *program) addresses(log *bufio.Reader) {
	p.t.Helper()
	for {
		line, err := log.ReadString('\n')
		if strings.HasPrefix(line, "listening ") {
			for _, word := range strings.Fields(line) {
				switch name, addr, _ := strings.Cut(word, "="); name {
				case "whm":
					p.whm = addr
				case "dns":
					p.dns = int(netip.MustParseAddrPort(addr).Port())
				}
			}
			return
		}
		if err != nil {
			p.t.Fatalf("the program does not start: %v, %s", err, line)
		}
	}
}

// api calls a function and answers its data. Who calls is USER:TOKEN, or "" for
// root with the password.
func (p *program) api(who, function string, nameValue ...string) map[string]any {
	p.t.Helper()
	form := url.Values{"api.version": {"1"}}
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		form.Add(nameValue[0], nameValue[1])
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://"+p.whm+"/json-api/"+function, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	if r.Header.Set("Authorization", "whm "+who); who == "" {
		r.SetBasicAuth("root", p.password)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Metadata struct {
			Result int
			Reason string
		}
		Data map[string]any
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.Metadata.Result != 1 {
		p.t.Fatalf("%s: %v, %q", function, err, answer.Metadata.Reason)
	}
	return answer.Data
}

// serial reads a zone's out of its SOA record, as an editor does.
func (p *program) serial(who, zone string) string {
	p.t.Helper()
	lines, _ := p.api(who, "parse_dns_zone", "zone", zone)["payload"].([]any)
	for _, l := range lines {
		line, _ := l.(map[string]any)
		if fields, _ := line["data_b64"].([]any); line["record_type"] == "SOA" && len(fields) > 2 {
			text, err := base64.StdEncoding.DecodeString(fmt.Sprint(fields[2]))
			if err != nil {
				p.t.Fatal(err)
			}
			return string(text)
		}
	}
	p.t.Fatalf("the zone %s has no SOA record", zone)
	return ""
}

// status is how the program answers a question about a zone's top.
func (p *program) status(zone string) string {
	p.t.Helper()
	return dig(p.t, p.dns, question{name: zone, qtype: "SOA"})[0].Status
}

package browser

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// patience is how long anything that must come is waited for. Nothing waits so
// long unless it is broken.
const patience = 60 * time.Second

// server is a started Hostkeep with an empty state.
type server struct {
	t        *testing.T
	addr     string // host:port
	password string // root's
	clock    string // file with how far its clock is moved
	moved    time.Duration
	client   *http.Client
}

var listening = regexp.MustCompile(`^listening .*\bwhm=([^ ]+)`)

// serve starts a server that ends with the test.
func serve(t *testing.T) *server {
	t.Helper()
	dir := t.TempDir()
	s := &server{t: t, clock: filepath.Join(dir, "clock"), client: &http.Client{
		Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), self, "serve", "--data", filepath.Join(dir, "data"),
		"--whm", "127.0.0.1:0", "--cpanel", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--https", "127.0.0.1:0")
	cmd.Env = []string{asServer + "=1", clockFile + "=" + s.clock, "HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	errs, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, errs)
		_ = cmd.Wait()
	})
	s.addr = firstLine(t, errs)
	go func() { _, _ = io.Copy(io.Discard, errs) }() // a full pipe would stop it; ends with the process
	text, err := os.ReadFile(filepath.Join(dir, "data", "root-password"))
	if err != nil {
		t.Fatal(err)
	}
	s.password = strings.TrimSpace(string(text))
	return s
}

// firstLine reads on until the server says where it listens.
func firstLine(t *testing.T, log io.Reader) string {
	t.Helper()
	var said strings.Builder
	r := bufio.NewReader(log)
	for {
		line, err := r.ReadString('\n')
		said.WriteString(line)
		if m := listening.FindStringSubmatch(line); m != nil {
			return m[1]
		}
		if err != nil {
			t.Fatalf("the server does not start: %s", &said)
		}
	}
}

// later moves the server's clock on.
func (s *server) later(by time.Duration) {
	s.t.Helper()
	s.moved += by
	if err := os.WriteFile(s.clock, []byte(s.moved.String()), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// api calls a function as root and answers its data: how a test sets up what a
// page is to show, and looks at what it did.
func (s *server) api(function string, nameValue ...string) map[string]any {
	s.t.Helper()
	form := url.Values{"api.version": {"1"}}
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		form.Add(nameValue[0], nameValue[1])
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://"+s.addr+"/json-api/"+function, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.SetBasicAuth("root", s.password)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
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
		s.t.Fatalf("%s: %d %v %s", function, res.StatusCode, err, answer.Metadata.Reason)
	}
	return answer.Data
}

// enrol gives root a second factor, and answers its seed.
func (s *server) enrol() string {
	s.t.Helper()
	seed, _ := s.api("twofactorauth_generate_tfa_config")["secret"].(string)
	s.api("twofactorauth_set_tfa_config", "secret", seed, "tfa_token", s.code(seed))
	return seed
}

// code is what an authenticator shows by the server's clock.
func (s *server) code(seed string) string {
	s.t.Helper()
	code, err := totp.GenerateCode(seed, time.Now().Add(s.moved))
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

package e2e

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/test/program"
)

// site is a folder of state, with the server that serves it, for tests that are
// no scripts.
type site struct {
	t    *testing.T
	dir  string // holds data, and whatever a test puts beside it
	proc *program.Process
}

// newSite makes a folder and serves it.
func newSite(t *testing.T, args ...string) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir()}
	t.Cleanup(func() {
		if s.proc != nil {
			_ = s.proc.Kill()
		}
	})
	s.serve(args...)
	return s
}

func (s *site) data() string { return filepath.Join(s.dir, "data") }
func (s *site) ca() string   { return filepath.Join(s.data(), "tls", "cert.pem") }

func (s *site) environ(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "TMPDIR=" + s.dir, "HOSTKEEP_DATA=" + s.data(),
		"GORACE=" + os.Getenv("GORACE"),
	}, more...)
}

func (s *site) serve(args ...string) {
	s.t.Helper()
	var err error
	if s.proc, err = program.Serve(s.dir, s.environ(), "hostkeep", args...); err != nil {
		s.t.Fatal(err)
	}
}

// stop wants the server to end well.
func (s *site) stop() {
	s.t.Helper()
	p := s.proc
	s.proc = nil
	if err := p.Stop(); err != nil {
		s.t.Fatal(err)
	}
}

// run runs a command of hostkeep, or any program, and wants exit status 0.
func (s *site) run(stdin, name string, args ...string) (stdout, stderr string) {
	s.t.Helper()
	out, errs, err := runIn(s.dir, s.environ(), stdin, name, args...)
	if err != nil {
		s.t.Fatalf("%s %q: %v\n%s%s", name, args, err, out, errs)
	}
	return out, errs
}

// token makes a token by command.
func (s *site) token(user, name, acl string, more ...string) string {
	s.t.Helper()
	out, _ := s.run("", "hostkeep", append([]string{"token", "create", name, "--user", user, "--acl", acl}, more...)...)
	return strings.TrimSpace(out)
}

// call is a call of a function with a token.
func (s *site) call(user, secret, function string, nameValue ...string) call {
	form := url.Values{"api.version": {"1"}}
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		form.Add(nameValue[0], nameValue[1])
	}
	return call{
		addr: s.proc.Addr["whm"], caFile: s.ca(), method: http.MethodPost, in: "form", path: "/json-api/" + function,
		form: form, header: http.Header{"Authorization": {"whm " + user + ":" + secret}},
	}
}

// must calls and wants result 1.
func (s *site) must(user, secret, function string, nameValue ...string) any {
	s.t.Helper()
	a, err := s.call(user, secret, function, nameValue...).do()
	if err != nil {
		s.t.Fatalf("%s: %v", function, err)
	}
	v, err := decode(a.body)
	if err != nil {
		s.t.Fatalf("%s: %v", function, err)
	}
	if result, _ := at(v, "metadata.result"); a.status != http.StatusOK || typeOf(result) != "integer" || result.(interface{ String() string }).String() != "1" {
		s.t.Fatalf("%s %q: %d %s", function, nameValue, a.status, a.body)
	}
	return v
}

// names lists the names that the server's certificate is for.
func (s *site) names() []string {
	s.t.Helper()
	text, err := os.ReadFile(s.ca())
	if err != nil {
		s.t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		s.t.Fatal(err)
	}
	return cert.DNSNames
}

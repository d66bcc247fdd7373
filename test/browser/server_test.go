package browser

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/hostkeep/hostkeep/test/program"
)

// server is a started Hostkeep with an empty state.
type server struct {
	*program.Caller

	t     *testing.T
	clock string // file with how far its clock is moved
	moved time.Duration
}

// serve starts a server that ends with the test.
func serve(t *testing.T) *server {
	t.Helper()
	dir := t.TempDir()
	s := &server{t: t, clock: filepath.Join(dir, "clock")}
	self, environ, err := program.Self(dir, program.ClockFile+"="+s.clock)
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	p, err := program.Serve(dir, environ, self, "--data", data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	password, err := program.RootPassword(data)
	if err != nil {
		t.Fatal(err)
	}
	s.Caller = program.NewCaller(p.Addr["whm"], password)
	return s
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
	return s.Data(s.t, "", function, nameValue...)
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

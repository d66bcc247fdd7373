package dns_test

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/hostkeep/hostkeep/test/program"
)

// TestMain: the program is this test binary, started again.
func TestMain(m *testing.M) {
	program.Again()
	os.Exit(m.Run())
}

// started is a running hostkeep with an empty state and a name server.
type started struct {
	*program.Caller

	t    *testing.T
	data string
	dns  int // port
}

// start starts one that lists a secondary at 127.0.0.1 and a port.
func start(t *testing.T, told int) *started {
	t.Helper()
	dir := t.TempDir()
	s := &started{t: t, data: filepath.Join(dir, "data")}
	config := filepath.Join(dir, "hostkeep.toml")
	text := fmt.Sprintf("[[dns_keys]]\nname = %q\nalgorithm = %q\nsecret = %q\n[[dns_secondaries]]\naddress = \"127.0.0.1:%d\"\nkey = %q\n",
		goodKey.name, goodKey.algorithm, goodKey.secret, told, goodKey.name)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	self, environ, err := program.Self(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := program.Serve(dir, environ, self, "--data", s.data, "--config", config, "--dns", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	s.dns = int(netip.MustParseAddrPort(p.Addr["dns"]).Port())
	password, err := program.RootPassword(s.data)
	if err != nil {
		t.Fatal(err)
	}
	s.Caller = program.NewCaller(p.Addr["whm"], password)
	return s
}

// api calls a function and answers its data. Who calls is USER:TOKEN, or "" for
// root with the password.
func (s *started) api(who, function string, nameValue ...string) map[string]any {
	s.t.Helper()
	return s.Data(s.t, who, function, nameValue...)
}

// serial reads a zone's out of its SOA record, as an editor does.
func (s *started) serial(who, zone string) string {
	s.t.Helper()
	lines, _ := s.api(who, "parse_dns_zone", "zone", zone)["payload"].([]any)
	for _, l := range lines {
		line, _ := l.(map[string]any)
		if fields, _ := line["data_b64"].([]any); line["record_type"] == "SOA" && len(fields) > 2 {
			text, err := base64.StdEncoding.DecodeString(fmt.Sprint(fields[2]))
			if err != nil {
				s.t.Fatal(err)
			}
			return string(text)
		}
	}
	s.t.Fatalf("the zone %s has no SOA record", zone)
	return ""
}

// status is how the program answers a question about a zone's top.
func (s *started) status(zone string) string {
	s.t.Helper()
	return dig(s.t, s.dns, question{name: zone, qtype: "SOA"})[0].Status
}

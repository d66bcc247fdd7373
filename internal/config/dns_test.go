package config_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/config"
)

const (
	dnsSecret  = "c2VjcmV0IG9mIHRoZSB0ZXN0"
	dnsSettled = `
[[dns_keys]]
name = "Transfer.example."
secret = "` + dnsSecret + `"

[[dns_secondaries]]
address = "192.0.2.1"
key = "transfer.example"

[[dns_secondaries]]
address = "[2001:db8::1]:5353"
`
)

func TestDNSOfTheFile(t *testing.T) {
	t.Parallel()
	kept := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(kept, []byte(dnsSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := writeFile(t, dnsSettled+fmt.Sprintf("\n[[dns_keys]]\nname = \"other\"\nalgorithm = \"HMAC-SHA512\"\nsecret_file = %q\n", kept))
	got, err := load(t, map[string]string{"config": file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := base()
	want.File = file
	want.DNSKeys = []config.DNSKey{
		{Name: "transfer.example", Algorithm: "hmac-sha256", Secret: hostkeep.NewSecret(dnsSecret)},
		{Name: "other", Algorithm: "hmac-sha512", Secret: hostkeep.NewSecret(dnsSecret)},
	}
	want.DNSSecondaries = []config.DNSSecondary{
		{Addr: netip.MustParseAddrPort("192.0.2.1:53"), Key: "transfer.example"},
		{Addr: netip.MustParseAddrPort("[2001:db8::1]:5353")},
	}
	equal(t, got, want)
	shown := fmt.Sprintf("%v%+v%#v%s", got, got, got, got.LogValue())
	for _, line := range []string{
		"dns_keys = transfer.example hmac-sha256 ***, other hmac-sha512 ***",
		"dns_secondaries = 192.0.2.1:53 transfer.example, [2001:db8::1]:5353",
	} {
		if !strings.Contains(shown, line) {
			t.Errorf("%q is not in %s", line, shown)
		}
	}
	if strings.Contains(shown, dnsSecret) {
		t.Error("the secret is shown")
	}
}

func TestDNSThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ old, text, want string }{
		{`"Transfer.example."`, `""`, "no domain name"},
		{`"Transfer.example."`, `"a b"`, "no domain name"},
		{`"Transfer.example."`, `"another"`, "there is none in [[dns_keys]]"},
		{`secret = "` + dnsSecret + `"`, "", "either secret or secret_file"},
		{`secret = "` + dnsSecret + `"`, `secret = "` + dnsSecret + `x"`, "not base64"},
		{`secret = "` + dnsSecret + `"`, `secret = 5`, `"secret"`},
		{`secret = "` + dnsSecret + `"`, `secret_file = "here"`, "absolute path"},
		{`secret = "` + dnsSecret + `"`, `secret_file = "/not/there"`, "/not/there"},
		{`secret = "` + dnsSecret + `"`, `secret = "` + dnsSecret + "\"\nalgorithm = \"hmac-md5\"", "none of hmac-sha256"},
		{`secret = "` + dnsSecret + `"`, `secret = "` + dnsSecret + "\"\n[[dns_keys]]\nname = \"transfer.example\"\nsecret = \"" + dnsSecret + `"`, "two keys"},
		{`"192.0.2.1"`, `"ns.example"`, "no address"},
		{`"192.0.2.1"`, `"192.0.2.1:0"`, "no address"},
		{`"192.0.2.1"`, `"0.0.0.0"`, "no address"},
		{`"192.0.2.1"`, "\"192.0.2.1\"\nport = \"5\"", `"port"`},
		{"[[dns_keys]]", "[dns_keys]", "dns_keys"},
	} {
		text := strings.Replace(dnsSettled, tt.old, tt.text, 1)
		_, err := load(t, map[string]string{"config": writeFile(t, text)}, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", tt.text, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), dnsSecret) {
			t.Errorf("the secret is in %v", err)
		}
	}
}

package config_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/config"
)

func env(vars map[string]string) func(string) string {
	return func(name string) string {
		if name == "HOME" && vars["HOME"] == "" {
			return "/home/nobody"
		}
		return vars[name]
	}
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hostkeep.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// base is what every test starts from, so that the machine's name and user do
// not matter.
func base() config.Config {
	return config.Config{
		Data: "/d", Database: "sqlite:/d/hostkeep.db", WHM: ":2087", CPanel: ":2083", Admin: "127.0.0.1:2080",
		KeyFile: "/d/master.key", Node: "n1", Lease: 30 * time.Second, LogFormat: "text", LogLevel: "info",
		Limits: config.Limits{Header: 16384, Body: 1048576, Params: 1000, Value: 65536, Batch: 100, ReadTimeout: 30 * time.Second},
		Brute: config.Brute{
			Enabled: true, AddressFailures: 5, NetworkFailures: 50, AddressWindow: 15 * time.Minute,
			UserFailures: 30, UserWindow: 5 * time.Minute, Excessive: 30, Lookback: 6 * time.Hour,
		},
	}
}

func load(t *testing.T, flags, vars map[string]string) (config.Config, error) {
	t.Helper()
	all := map[string]string{"HOSTKEEP_DATA": "/d", "HOSTKEEP_NODE": "n1"}
	for k, v := range vars {
		all[k] = v
	}
	return config.Load(flags, env(all))
}

func equal(t *testing.T, got, want config.Config) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{}, netip.AddrPort{}),
		cmp.Comparer(func(a, b hostkeep.Secret) bool { return a.Reveal() == b.Reveal() })); d != "" {
		t.Error(d)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	got, err := load(t, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, got, base())
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
}

type given struct {
	flag, value string // the variable and the key follow from the flag
	toml        string // the value in the file
	want        func(*config.Config)
}

func everyFlag() []given {
	return []given{
		{flag: "data", value: "/x", toml: `"/x"`, want: func(c *config.Config) {
			c.Data, c.KeyFile, c.Database = "/x", "/x/master.key", "sqlite:/x/hostkeep.db"
		}},
		{flag: "database", value: "postgres://u:p@h/db", toml: `"postgres://u:p@h/db"`, want: func(c *config.Config) { c.Database = "postgres://u:p@h/db" }},
		{flag: "database", value: "sqlite:/else.db", toml: `"sqlite:/else.db"`, want: func(c *config.Config) { c.Database = "sqlite:/else.db" }},
		{flag: "whm", value: "[::1]:0", toml: `"[::1]:0"`, want: func(c *config.Config) { c.WHM = "[::1]:0" }},
		{flag: "cpanel", value: "off", toml: `"off"`, want: func(c *config.Config) { c.CPanel = "" }},
		{flag: "https", value: "a.example:443", toml: `"a.example:443"`, want: func(c *config.Config) { c.HTTPS = "a.example:443" }},
		{flag: "dns", value: "127.0.0.1:5353", toml: `"127.0.0.1:5353"`, want: func(c *config.Config) { c.DNS = "127.0.0.1:5353" }},
		{flag: "dns", value: "off", toml: `"off"`, want: func(*config.Config) {}},
		{flag: "admin", value: "localhost:65535", toml: `"localhost:65535"`, want: func(c *config.Config) { c.Admin = "localhost:65535" }},
		{flag: "admin-public", value: "true", toml: `true`, want: func(c *config.Config) { c.AdminPublic = true }},
		{flag: "root-password-file", value: "/p", toml: `"/p"`, want: func(c *config.Config) { c.RootPasswordFile = "/p" }},
		{flag: "proxies", value: "192.0.2.1, 2001:db8::/32", toml: `["192.0.2.1", "2001:db8::/32"]`, want: func(c *config.Config) {
			c.Proxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/32")}
		}},
		{flag: "key-file", value: "/k", toml: `"/k"`, want: func(c *config.Config) { c.KeyFile = "/k" }},
		{flag: "node", value: "böx 2", toml: `"böx 2"`, want: func(c *config.Config) { c.Node = "böx 2" }},
		{flag: "lease", value: "2s", toml: `"2s"`, want: func(c *config.Config) { c.Lease = 2 * time.Second }},
		{flag: "lease", value: "1h", toml: `"1h"`, want: func(c *config.Config) { c.Lease = time.Hour }},
		{flag: "log-format", value: "json", toml: `"json"`, want: func(c *config.Config) { c.LogFormat = "json" }},
		{flag: "log-level", value: "debug", toml: `"debug"`, want: func(c *config.Config) { c.LogLevel = "debug" }},
	}
}

func variable(flag string) string {
	return "HOSTKEEP_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func TestEveryFlagAlsoAsVariableAndKey(t *testing.T) {
	t.Parallel()
	for _, g := range everyFlag() {
		want := base()
		g.want(&want)
		file := writeFile(t, strings.ReplaceAll(g.flag, "-", "_")+" = "+g.toml+"\n")
		t.Run(g.flag+"="+g.value, func(t *testing.T) {
			t.Parallel()
			got, err := load(t, map[string]string{g.flag: g.value}, nil)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, got, want)
			if got, err = load(t, nil, map[string]string{variable(g.flag): g.value}); err != nil {
				t.Fatal(err)
			}
			equal(t, got, want)
			if g.flag == "data" || g.flag == "node" { // base sets these by variable, which comes before the file
				return
			}
			if got, err = load(t, map[string]string{"config": file}, nil); err != nil {
				t.Fatal(err)
			}
			want.File = file
			equal(t, got, want)
		})
	}
}

func TestTLSPair(t *testing.T) {
	t.Parallel()
	want := base()
	want.TLSCert, want.TLSKey = "/c", "/k"
	got, err := load(t, map[string]string{"tls-cert": "/c"}, map[string]string{"HOSTKEEP_TLS_KEY": "/k"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, got, want)
}

func TestEveryFlagIsInTheTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{"config": true, "tls-cert": true, "tls-key": true}
	for _, g := range everyFlag() {
		seen[g.flag] = true
	}
	for _, s := range config.Settings() {
		if s.Flag != "" && (!seen[s.Flag] || s.Usage == "" || s.Env != variable(s.Flag)) {
			t.Errorf("--%s: tested %v, usage %q, variable %s", s.Flag, seen[s.Flag], s.Usage, s.Env)
		}
	}
}

func TestFileOnlySettings(t *testing.T) {
	t.Parallel()
	file := writeFile(t, `
data = "/from-file"
node = "from-file"
compat.update_resets = true
[limits]
header = 8192
body = 2048
params = 20
value = 1024
batch = 7
read_timeout = "5s"
[tokens]
require_acl = true
[http]
http2 = true
[brute]
enabled = false
address_failures = 3
network_failures = 9
address_window = "1m"
user_failures = 8
user_window = "2m"
excessive = 7
lookback = "1h"
`)
	got, err := config.Load(nil, env(map[string]string{"HOSTKEEP_CONFIG": file}))
	if err != nil {
		t.Fatal(err)
	}
	want := base()
	want.File, want.Data, want.Node = file, "/from-file", "from-file"
	want.Database, want.KeyFile = "sqlite:/from-file/hostkeep.db", "/from-file/master.key"
	want.Limits = config.Limits{Header: 8192, Body: 2048, Params: 20, Value: 1024, Batch: 7, ReadTimeout: 5 * time.Second}
	want.Brute = config.Brute{
		AddressFailures: 3, NetworkFailures: 9, AddressWindow: time.Minute, UserFailures: 8, UserWindow: 2 * time.Minute, Excessive: 7, Lookback: time.Hour,
	}
	want.Compat.UpdateResets, want.Tokens.RequireACL, want.HTTP.HTTP2 = true, true, true
	equal(t, got, want)
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "whm = \":1\"\ncpanel = \":1\"\nhttps = \":1\"\nproxies = [\"192.0.2.1\"]\n")
	got, err := load(t, map[string]string{"config": file, "whm": ":3", "proxies": ""},
		map[string]string{"HOSTKEEP_CONFIG": "/not/there", "HOSTKEEP_WHM": ":2", "HOSTKEEP_CPANEL": ":2"})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got.WHM, got.CPanel, got.HTTPS, len(got.Proxies)); s != ":3:2:10" {
		t.Errorf("flag, variable, file gave %s", s)
	}
}

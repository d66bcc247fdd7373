package config_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/config"
)

func TestErrorsSayWhereTheValueCameFrom(t *testing.T) {
	t.Parallel()
	tests := []struct {
		flag, value string
		want        string // what is wrong
	}{
		{"data", "", "no folder is named"},
		{"database", "mysql://u:secretword@h/db", "begins with sqlite: or postgres://"},
		{"whm", "", "is not an address"},
		{"whm", "2087", "is not an address"},
		{"whm", "off", "is not an address"},
		{"whm", ":65536", "not a number from 0 to 65535"},
		{"whm", ":-1", "not a number"},
		{"whm", ":http", "not a number"},
		{"whm", ":", "not a number"},
		{"cpanel", ":02083", "not a number"},
		{"https", "a b:443", "neither an address nor a name"},
		{"dns", "53", "is not an address"},
		{"admin", "nowhere", "is not an address"},
		{"admin", ":2080", "--admin-public"},
		{"admin", "192.0.2.1:2080", "--admin-public"},
		{"admin-public", "maybe", "neither true nor false"},
		{"tls-cert", "/c", "set --tls-key too"},
		{"tls-key", "/k", "set --tls-cert too"},
		{"proxies", "10.0.0.0/8,nonsense", `"nonsense" is not an IPv4`},
		{"node", "a\x07b", "cannot be printed"},
		{"node", "a\nb", "cannot be printed"},
		{"node", strings.Repeat("n", 254), "more than 253"},
		{"lease", "1999ms", "is not between 2s and 1h"},
		{"lease", "61m", "is not between 2s and 1h"},
		{"lease", "30", "is not a duration"},
		{"log-format", "xml", "none of text, json"},
		{"log-level", "INFO", "none of debug, info, warn, error"},
	}
	for _, tt := range tests {
		_, err := load(t, map[string]string{tt.flag: tt.value}, nil)
		says(t, err, "flag --"+tt.flag+": ", tt.want)
		if tt.value != "" {
			_, err = load(t, nil, map[string]string{variable(tt.flag): tt.value})
			says(t, err, "variable "+variable(tt.flag)+": ", tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "secretword") {
			t.Error("the error repeats the database's password")
		}
	}
}

func says(t *testing.T, err error, where, what string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), where) || !strings.Contains(err.Error(), what) {
		t.Errorf("got %v; want %q and %q", err, where, what)
	}
}

func TestFileErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, where, what string }{
		{"unknown", "whm = \":1\"\n\nwmh = \":2\"\n", "line 3, key wmh: ", "no such setting"},
		{"unknown in section", "[limits]\nbody = 4096\nbodies = 3\n", "line 3, key limits.bodies: ", "no such setting"},
		{"unknown section", "\n[limit]\nbody = 4096\n", "line 3, key limit.body: ", "no such setting"},
		{"unknown empty section", "\n[limit]\n", "line 2, key limit: ", "no such setting"},
		{"unknown dotted", "\nlimit.body = 4096\n", "line 2, key limit.body: ", "no such setting"},
		{"list of sections", "[[limits]]\nbody = 4096\n", "line 1, key limits: ", "no such setting"},
		{"section as value", "limits = 3\n", "line 1, key limits: ", "no such setting"},
		{"value as section", "[whm]\naddr = \":1\"\n", "line 2, key whm.addr: ", "no such setting"},
		{"config", "config = \"/x\"\n", "line 1, key config: ", "no such setting"},
		{"kind", "whm = 1.5\n", "line 1, key whm: ", "a setting is a string"},
		{"list of numbers", "proxies = [1]\n", "line 1, key proxies: ", "strings only"},
		{"bad in file", "lease = \"soon\"\n", "line 1, key lease: ", "not a duration"},
		{"number", "[limits]\nbody = \"many\"\n", "line 2, key limits.body: ", "not a whole number"},
		{"out of range", "lease = \"1s\"\n", "key lease: ", "not between 2s and 1h"},
		{"header", "[limits]\nheader = 100\n", "key limits.header: ", "not between 8192 and 1048576"},
		{"body", "[limits]\nbody = 0\n", "key limits.body: ", "not between"},
		{"params", "[limits]\nparams = 0\n", "key limits.params: ", "not between"},
		{"value", "[limits]\nvalue = -1\n", "key limits.value: ", "not between"},
		{"read timeout", "[limits]\nread_timeout = \"0s\"\n", "key limits.read_timeout: ", "not between"},
		{"resets", "compat.update_resets = \"yes\"\n", "key compat.update_resets: ", "neither true nor false"},
		{"acl", "tokens.require_acl = 2\n", "key tokens.require_acl: ", "neither true nor false"},
		{"http2", "http.http2 = \"on\"\n", "key http.http2: ", "neither true nor false"},
		{"syntax", "whm = \n", "line 1", "expected value"},
		{"twice", "whm = \":1\"\nwhm = \":2\"\n", "line 2", "already"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := writeFile(t, tt.text)
			_, err := load(t, map[string]string{"config": file}, nil)
			if err == nil || !strings.Contains(err.Error(), file) {
				t.Fatalf("error %v does not name the file", err)
			}
			for _, part := range []string{tt.where, tt.what} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %v does not say %q", err, part)
				}
			}
		})
	}
}

func TestMissingFileAndUnknownFlag(t *testing.T) {
	t.Parallel()
	_, err := load(t, nil, map[string]string{"HOSTKEEP_CONFIG": "/not/there.toml"})
	says(t, err, "variable HOSTKEEP_CONFIG: ", "/not/there.toml")
	_, err = load(t, map[string]string{"config": "/not/there.toml"}, nil)
	says(t, err, "flag --config: ", "/not/there.toml")
	_, err = load(t, map[string]string{"wmh": ":1"}, nil)
	says(t, err, "flag --wmh", "no setting")
}

func TestAdminPublicAllowsAnyAddress(t *testing.T) {
	t.Parallel()
	if _, err := load(t, map[string]string{"admin": ":2080", "admin-public": "true"}, nil); err != nil {
		t.Error(err)
	}
	for _, addr := range []string{"127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"} {
		if _, err := load(t, map[string]string{"admin": addr}, nil); err != nil {
			t.Error(err)
		}
	}
}

func TestValidateNamesTheSetting(t *testing.T) {
	t.Parallel()
	c := base()
	c.Lease = 0
	says(t, c.Validate(), "--lease: ", "not between")
	c = base()
	c.Limits.Body = 0
	says(t, c.Validate(), "limits.body: ", "not between")
}

func TestPrintingNeverShowsThePassword(t *testing.T) {
	t.Parallel()
	for _, db := range []string{
		"postgres://u:secretword@h:5432/db?sslmode=require&password=secretword",
		"postgres://u:secret%zzword secretword@h/db", "mysql://secretword",
	} {
		c := base()
		c.Database = db
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", c, "pointer", &c)
		for _, s := range []string{c.String(), fmt.Sprintf("%v %+v %#v %s %d", c, c, c, c, c), fmt.Sprintf("%+v", &c), log.String()} {
			if strings.Contains(s, "secretword") || strings.Contains(s, "secret%zz") {
				t.Errorf("%s", s)
			}
		}
	}
	c := base()
	c.Database = "postgres://u:secretword@h:5432/db?x=y"
	if s := c.String(); !strings.Contains(s, "--database = postgres://h:5432/db\n") || !strings.Contains(s, "limits.body = 1048576\n") {
		t.Error(s)
	}
}

func TestSettingsCanBeBoundToFlags(t *testing.T) {
	t.Parallel()
	for _, s := range config.Settings() {
		if s.Set == nil || s.Flag == "" && s.Key == "" || s.Bool && s.Default != "false" {
			t.Errorf("%+v", s.Key)
		}
	}
}

// Package config reads the settings: flag before environment before file before
// default, each declared once. It refuses to know commands, and what a setting
// does; it says only whether the value makes sense and where it came from.
package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// Config is every setting. Load fills it wholly: paths that depend on the data
// folder are resolved.
type Config struct {
	File     string // the TOML file it was read from, "" for none
	Data     string // folder of the state
	Database string // sqlite:PATH or postgres://…; may hold a password, so never print it

	WHM, CPanel, HTTPS, DNS, Admin string // host:port to listen on; "" is off

	AdminPublic      bool   // Admin may be other than loopback
	TLSCert, TLSKey  string // "" for the self-signed pair
	RootPasswordFile string // "": the first start makes a password
	Proxies          []netip.Prefix
	KeyFile          string
	Node             string        // a label for people
	Lease            time.Duration // 2s to 1h
	LogFormat        string        // text, json
	LogLevel         string        // debug, info, warn, error

	Limits Limits
	Compat Compat
	Tokens Tokens
	HTTP   HTTP
	Brute  Brute
	Hooks  []Hook

	DNSKeys        []DNSKey
	DNSSecondaries []DNSSecondary
}

// Limits bound one request. Only the file sets them.
type Limits struct {
	Header      int           // bytes of request line and header
	Body        int           // bytes
	Params      int           // how many parameters
	Value       int           // bytes of one parameter
	Batch       int           // commands of one batch
	ReadTimeout time.Duration // for a whole request
}

// Compat brings back habits of WHM that are unsafe.
type Compat struct {
	UpdateResets bool // api_token_update resets what is absent
}

// Tokens are the rules for making tokens.
type Tokens struct {
	RequireACL bool // refuse api_token_create without acl
}

// HTTP is how the API ports speak.
type HTTP struct {
	HTTP2 bool
}

// Brute is the guard against guessed passwords, as far as nothing else was saved
// by save_cphulk_config. docs/brute-force.md says how they work together.
type Brute struct {
	Enabled         bool
	AddressFailures int // wrong passwords that an address has in AddressWindow
	NetworkFailures int // those of the addresses around it, after which each has one
	AddressWindow   time.Duration
	UserFailures    int // those for one name in UserWindow, after which each address has one
	UserWindow      time.Duration
	Excessive       int           // tries within Lookback after which an address is blocked for a day
	Lookback        time.Duration // how long failures are shown
}

// Hook is an operator's own program that runs before or after functions that
// change something. docs/hooks.md says what it is told.
type Hook struct {
	Function string   // a glob of function names: createacct, *acct
	Stage    string   // StagePre or StagePost
	Command  []string // an absolute path, and arguments
	Timeout  time.Duration
	Secrets  bool // it is told passwords and tokens
}

// The stages of a Hook.
const (
	StagePre  = "pre"
	StagePost = "post"
)

// Validate says what is wrong with a Config, naming the setting. Load has done
// it, naming also where the value came from.
func (c Config) Validate() error {
	for _, s := range Settings() {
		if err := s.verify(c); err != nil {
			return fmt.Errorf("%s: %w", s.name(), err)
		}
	}
	return nil
}

// OfFile answers a setting that only the file sets, by its key there, such as
// "limits.batch"; false for what is none.
func (c Config) OfFile(key string) (value string, ok bool) {
	for _, s := range Settings() {
		if s.Flag == "" && s.Key == key && key != "" {
			return s.show(c), true
		}
	}
	return "", false
}

// String lists the settings as lines of key = value, the database without user
// and password.
func (c Config) String() string {
	var b strings.Builder
	for _, s := range Settings() {
		fmt.Fprintf(&b, "%s = %s\n", s.name(), s.show(c))
	}
	return b.String()
}

// Format keeps every verb to the listing, and so the password out of it.
func (c Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, c.String()) }

// LogValue does the same for a log.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// showDatabase leaves out what may hold a password: pgx takes one before the
// host and among the parameters.
func showDatabase(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "postgres" {
		if strings.HasPrefix(s, "sqlite:") {
			return s
		}
		return "***"
	}
	return "postgres://" + u.Host + u.Path
}

// resolve fills what depends on the data folder.
// Relative paths are from where the program was started.
func (c *Config) resolve() {
	absolute(&c.Data)
	if c.Database == "sqlite:" {
		c.Database += filepath.Join(c.Data, "hostkeep.db")
	}
	if path, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		absolute(&path)
		c.Database = "sqlite:" + path
	}
	if c.KeyFile == "" {
		c.KeyFile = filepath.Join(c.Data, "master.key")
	}
	absolute(&c.KeyFile)
}

// absolute leaves what is empty, or has no absolute form, to the check.
func absolute(path *string) {
	if abs, err := filepath.Abs(*path); err == nil && *path != "" {
		*path = abs
	}
}

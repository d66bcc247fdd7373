package config

import "time"

// Setting declares one setting. Flag, Env and Key are how it is given: without
// dashes, as a variable's name, and as a dotted TOML key; "" where it cannot be
// given so.
type Setting struct {
	Flag, Env, Key string
	Usage          string
	Default        string                      // as text; "" for none, or when it is worked out
	Bool           bool                        // the flag may stand without a value
	Set            func(*Config, string) error // reads a text
	take           func(*Config, any) error    // reads what is no text, but a table of the file; nil: nothing is
	check          func(Config) error          // whether the value makes sense; nil: always
	show           func(Config) string
}

func (s Setting) name() string {
	if s.Flag != "" {
		return "--" + s.Flag
	}
	return s.Key
}

func (s Setting) verify(c Config) error {
	if s.check == nil {
		return nil
	}
	return s.check(c)
}

// Settings lists every setting, those with a flag first.
func Settings() []Setting {
	list := append(places(), listeners()...)
	list = append(list, running()...)
	return append(list, fileOnly()...)
}

func places() []Setting {
	file := flag("config", "TOML file with settings", text(fileOf, "", nil))
	file.Key = "" // a file cannot name itself
	return []Setting{
		file,
		flag("data", "folder of the state (default /var/lib/hostkeep as root, else the user's data folder)", text(dataOf, "", checkData)),
		flag("database", "sqlite: inside the data folder, or postgres://… for several nodes", database()),
		flag("key-file", "master key (default master.key in the data folder)", text(keyFileOf, "", nil)),
		flag("root-password-file", "file with root's password, for the first start", text(passwordOf, "", nil)),
	}
}

func listeners() []Setting {
	return []Setting{
		flag("whm", "address of the WHM API", text(whmOf, ":2087", checkWHM)),
		flag("cpanel", "address of the cPanel API, or off", address(cpanelOf, ":2083", checkAddress(cpanelOf))),
		flag("https", "address of the service subdomains whm.* and cpanel.*, or off", address(httpsOf, "off", checkAddress(httpsOf))),
		flag("dns", "address of the DNS server, or off", address(dnsOf, "off", checkAddress(dnsOf))),
		flag("admin", "address of /healthz, /readyz and /metrics in plain HTTP, or off", address(adminOf, "127.0.0.1:2080", checkAdmin)),
		flag("admin-public", "let --admin be an address that is not loopback", truth(adminPublicOf)),
		flag("tls-cert", "certificate, PEM (default self-signed, in the data folder)", text(certOf, "", checkCert)),
		flag("tls-key", "the certificate's key, PEM", text(certKeyOf, "", checkCertKey)),
		flag("proxies", "addresses and blocks of proxies whose X-Forwarded-For counts", proxies()),
	}
}

func running() []Setting {
	return []Setting{
		flag("node", "name of this node (default the host name)", text(nodeOf, "", checkNode)),
		flag("lease", "how long this node serves without reaching the store", duration(leaseOf, "30s", 2*time.Second, time.Hour)),
		flag("log-format", "text or json", text(logFormatOf, "text", oneOf(logFormatOf, "text", "json"))),
		flag("log-level", "debug, info, warn or error", text(logLevelOf, "info", oneOf(logLevelOf, "debug", "info", "warn", "error"))),
	}
}

func fileOnly() []Setting {
	return []Setting{
		key("limits.header", number(func(c *Config) *int { return &c.Limits.Header }, "16384", 8<<10, 1<<20)),
		key("limits.body", number(func(c *Config) *int { return &c.Limits.Body }, "1048576", 1<<10, 1<<30)),
		key("limits.params", number(func(c *Config) *int { return &c.Limits.Params }, "1000", 10, 1_000_000)),
		key("limits.value", number(func(c *Config) *int { return &c.Limits.Value }, "65536", 256, 1<<30)),
		key("limits.batch", number(func(c *Config) *int { return &c.Limits.Batch }, "100", 1, 10_000)),
		key("limits.read_timeout", duration(readTimeoutOf, "30s", time.Second, time.Hour)),
		key("compat.update_resets", truth(func(c *Config) *bool { return &c.Compat.UpdateResets })),
		key("tokens.require_acl", truth(func(c *Config) *bool { return &c.Tokens.RequireACL })),
		key("brute.enabled", on(func(c *Config) *bool { return &c.Brute.Enabled })),
		key("brute.address_failures", number(func(c *Config) *int { return &c.Brute.AddressFailures }, "5", 1, 100_000)),
		key("brute.network_failures", number(func(c *Config) *int { return &c.Brute.NetworkFailures }, "50", 1, 1_000_000)),
		key("brute.address_window", duration(addressWindowOf, "15m", time.Minute, 24*time.Hour)),
		key("brute.user_failures", number(func(c *Config) *int { return &c.Brute.UserFailures }, "30", 1, 1_000_000)),
		key("brute.user_window", duration(userWindowOf, "5m", time.Minute, 24*time.Hour)),
		key("brute.excessive", number(func(c *Config) *int { return &c.Brute.Excessive }, "30", 1, 1_000_000)),
		key("brute.lookback", duration(lookbackOf, "6h", time.Minute, 30*24*time.Hour)),
		key("hooks", hooks()),
		key("dns_keys", dnsKeys()),
		key("dns_secondaries", dnsSecondaries()),
		key("http.http2", truth(func(c *Config) *bool { return &c.HTTP.HTTP2 })),
	}
}

func fileOf(c *Config) *string                 { return &c.File }
func dataOf(c *Config) *string                 { return &c.Data }
func keyFileOf(c *Config) *string              { return &c.KeyFile }
func passwordOf(c *Config) *string             { return &c.RootPasswordFile }
func whmOf(c *Config) *string                  { return &c.WHM }
func cpanelOf(c *Config) *string               { return &c.CPanel }
func httpsOf(c *Config) *string                { return &c.HTTPS }
func dnsOf(c *Config) *string                  { return &c.DNS }
func adminOf(c *Config) *string                { return &c.Admin }
func adminPublicOf(c *Config) *bool            { return &c.AdminPublic }
func certOf(c *Config) *string                 { return &c.TLSCert }
func certKeyOf(c *Config) *string              { return &c.TLSKey }
func nodeOf(c *Config) *string                 { return &c.Node }
func leaseOf(c *Config) *time.Duration         { return &c.Lease }
func logFormatOf(c *Config) *string            { return &c.LogFormat }
func logLevelOf(c *Config) *string             { return &c.LogLevel }
func readTimeoutOf(c *Config) *time.Duration   { return &c.Limits.ReadTimeout }
func addressWindowOf(c *Config) *time.Duration { return &c.Brute.AddressWindow }
func userWindowOf(c *Config) *time.Duration    { return &c.Brute.UserWindow }
func lookbackOf(c *Config) *time.Duration      { return &c.Brute.Lookback }

package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// DNSKey is a TSIG key that the DNS server and secondaries share.
type DNSKey struct {
	Name      string          // a domain name
	Algorithm string          // such as hmac-sha256
	Secret    hostkeep.Secret // base64
}

// DNSSecondary is a server that may transfer the zones and is told of changes.
type DNSSecondary struct {
	Addr netip.AddrPort
	Key  string // name of a DNSKey that it must sign with; "" is none
}

const (
	dnsPort      = 53
	keyAlgorithm = "hmac-sha256" // when nothing else is said
)

func keyAlgorithms() []string {
	return []string{"hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha224", "hmac-sha1"}
}

// dnsKeys is the [[dns_keys]] of the file.
func dnsKeys() Setting {
	return tables("dns_keys", func(c *Config) *[]DNSKey { return &c.DNSKeys }, keyOf,
		func(k DNSKey) string { return k.Name + " " + k.Algorithm + " " + k.Secret.String() }, checkKeys)
}

// dnsSecondaries is the [[dns_secondaries]] of the file.
func dnsSecondaries() Setting {
	return tables("dns_secondaries", func(c *Config) *[]DNSSecondary { return &c.DNSSecondaries }, secondaryOf,
		func(s DNSSecondary) string { return strings.TrimSpace(s.Addr.String() + " " + s.Key) }, checkSecondaries)
}

// tables is a setting that is a list of tables, of which each becomes a T.
func tables[T any](name string, field func(*Config) *[]T, read func(map[string]any) (T, error), show func(T) string, check func(Config) error) Setting {
	return Setting{
		check: check,
		take: func(c *Config, value any) error {
			list, ok := value.([]map[string]any)
			if !ok {
				return fmt.Errorf("these are tables, each headed [[%s]]", name)
			}
			*field(c) = nil
			for i, t := range list {
				made, err := read(t)
				if err != nil {
					return fmt.Errorf("table %d: %w", i+1, err)
				}
				*field(c) = append(*field(c), made)
			}
			return nil
		},
		Set: func(*Config, string) error { return errors.New("these are tables of the file") },
		show: func(c Config) string {
			var list []string
			for _, t := range *field(&c) {
				list = append(list, show(t))
			}
			return strings.Join(list, ", ")
		},
	}
}

// texts reads a table that has only strings, under these names.
func texts(t map[string]any, names ...string) (map[string]string, error) {
	read := map[string]string{}
	for name, value := range t {
		text, ok := value.(string)
		if !ok || !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s: there are %s, which are strings", quote(name), strings.Join(names, ", "))
		}
		read[name] = text
	}
	return read, nil
}

func keyOf(t map[string]any) (k DNSKey, err error) {
	read, err := texts(t, "name", "algorithm", "secret", "secret_file")
	if err != nil {
		return k, err
	}
	k.Name = strings.ToLower(strings.TrimSuffix(read["name"], "."))
	if k.Algorithm = strings.ToLower(read["algorithm"]); k.Algorithm == "" {
		k.Algorithm = keyAlgorithm
	}
	secret, file := read["secret"], read["secret_file"]
	switch {
	case (secret == "") == (file == ""):
		return k, errors.New("a key has either secret or secret_file")
	case file != "" && !filepath.IsAbs(file):
		return k, errors.New("secret_file: the file is named by its absolute path")
	case file != "":
		content, err := os.ReadFile(file)
		if err != nil {
			return k, fmt.Errorf("secret_file: %w", err)
		}
		secret = strings.TrimSpace(string(content))
	}
	k.Secret = hostkeep.NewSecret(secret)
	return k, k.verify()
}

// verify never repeats the secret.
func (k DNSKey) verify() error {
	if k.Name == "" || len(k.Name) > 253 || strings.ContainsFunc(k.Name, notInName) {
		return fmt.Errorf("name: %s is no domain name", quote(k.Name))
	}
	if !slices.Contains(keyAlgorithms(), k.Algorithm) {
		return fmt.Errorf("algorithm: %s is none of %s", quote(k.Algorithm), strings.Join(keyAlgorithms(), ", "))
	}
	if b, err := base64.StdEncoding.DecodeString(k.Secret.Reveal()); err != nil || len(b) == 0 {
		return errors.New("the secret is not base64")
	}
	return nil
}

func secondaryOf(t map[string]any) (s DNSSecondary, err error) {
	read, err := texts(t, "address", "key")
	if err != nil {
		return s, err
	}
	text := read["address"]
	if addr, err := netip.ParseAddr(text); err == nil {
		text = net.JoinHostPort(addr.String(), strconv.Itoa(dnsPort))
	}
	if s.Addr, err = netip.ParseAddrPort(text); err != nil || s.Addr.Port() == 0 || s.Addr.Addr().IsUnspecified() {
		return s, fmt.Errorf("address: %s is no address, alone or with a port, such as 192.0.2.1 or [2001:db8::1]:5353", quote(read["address"]))
	}
	s.Key = strings.ToLower(strings.TrimSuffix(read["key"], "."))
	return s, nil
}

func checkKeys(c Config) error {
	seen := map[string]bool{}
	for _, k := range c.DNSKeys {
		if seen[k.Name] {
			return fmt.Errorf("there are two keys %s", quote(k.Name))
		}
		seen[k.Name] = true
	}
	return nil
}

// checkSecondaries misses keys that are named. One without a key proves itself by
// its address alone, which is its owner's choice.
func checkSecondaries(c Config) error {
	for _, s := range c.DNSSecondaries {
		if s.Key != "" && !slices.ContainsFunc(c.DNSKeys, func(k DNSKey) bool { return k.Name == s.Key }) {
			return fmt.Errorf("the secondary %s names the key %s, and there is none in [[dns_keys]]", s.Addr, quote(s.Key))
		}
	}
	return nil
}

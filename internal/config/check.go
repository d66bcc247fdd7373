package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func checkData(c Config) error {
	if c.Data == "" {
		return errors.New("no folder is named, and there is no home folder to put the state in")
	}
	return nil
}

// checkDatabase never repeats the value: it may hold a password.
func checkDatabase(c Config) error {
	if !strings.HasPrefix(c.Database, "sqlite:") && !strings.HasPrefix(c.Database, "postgres://") {
		return errors.New("a database begins with sqlite: or postgres://")
	}
	return nil
}

func checkWHM(c Config) error { return hostPort(c.WHM) }

func checkAddress(field func(*Config) *string) func(Config) error {
	return func(c Config) error {
		if addr := *field(&c); addr != "" {
			return hostPort(addr)
		}
		return nil
	}
}

func checkAdmin(c Config) error {
	if c.Admin == "" {
		return nil
	}
	if err := hostPort(c.Admin); err != nil || c.AdminPublic || loopback(c.Admin) {
		return err
	}
	return fmt.Errorf("%s is not a loopback address, and this port asks nobody who they are: --admin-public (HOSTKEEP_ADMIN_PUBLIC, admin_public) allows it", quote(c.Admin))
}

func loopback(hostport string) bool {
	host, _, _ := net.SplitHostPort(hostport)
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// hostPort wants host:port. The host is empty (every address), an address or a
// name; the port is a number, 0 for a free one.
func hostPort(s string) error {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return fmt.Errorf("%s is not an address as host:port, such as 127.0.0.1:2087 or :2087", quote(s))
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%s: the port is not a number from 0 to 65535", quote(s))
	}
	if _, err := netip.ParseAddr(host); err != nil && strings.ContainsFunc(host, notInName) {
		return fmt.Errorf("%s: the host is neither an address nor a name", quote(s))
	}
	return nil
}

func notInName(r rune) bool {
	return r != '-' && r != '.' && r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
}

func checkCert(c Config) error {
	if c.TLSCert != "" && c.TLSKey == "" {
		return errors.New("the certificate needs its key: set --tls-key too")
	}
	return nil
}

func checkCertKey(c Config) error {
	if c.TLSKey != "" && c.TLSCert == "" {
		return errors.New("the key needs its certificate: set --tls-cert too")
	}
	return nil
}

func checkNode(c Config) error {
	switch {
	case c.Node == "":
		return errors.New("the machine has no host name: name this node")
	case len(c.Node) > 253:
		return errors.New("the name has more than 253 bytes")
	case !utf8.ValidString(c.Node) || strings.ContainsFunc(c.Node, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("%s holds characters that cannot be printed", quote(c.Node))
	}
	return nil
}

func oneOf(field func(*Config) *string, words ...string) func(Config) error {
	return func(c Config) error {
		if s := *field(&c); !slices.Contains(words, s) {
			return fmt.Errorf("%s is none of %s", quote(s), strings.Join(words, ", "))
		}
		return nil
	}
}

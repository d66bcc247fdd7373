package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/user"
	"strings"
	"syscall"

	"golang.org/x/net/publicsuffix"

	"github.com/hostkeep/hostkeep"
)

// qualifiedHostname is the machine's name with a domain: clients expect one.
func qualifiedHostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		name = "localhost"
	}
	name = strings.ToLower(strings.Trim(name, "."))
	if !strings.Contains(name, ".") {
		name += ".localdomain"
	}
	return name
}

// mainAddress is the address that new accounts share: the machine's first
// global IPv4 address, else loopback.
func mainAddress() string {
	addrs, _ := net.InterfaceAddrs() // none is as good as an error
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	return "127.0.0.1"
}

// lookup asks the machine's resolver for the addresses of a qualified name.
func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host+".")
}

// lookupNS asks the machine's resolver for the name servers of a domain.
func lookupNS(ctx context.Context, domain string) ([]string, error) {
	list, err := net.DefaultResolver.LookupNS(ctx, domain+".")
	names := make([]string, len(list))
	for i, ns := range list {
		names[i] = ns.Host
	}
	return names, err
}

// ownAddresses are the machine's addresses, as texts.
func ownAddresses() []string {
	list := []string{mainAddress()}
	addrs, _ := net.InterfaceAddrs() // none is as good as an error
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok {
			list = append(list, n.IP.String())
		}
	}
	return list
}

// realUser names the person behind a command, for the record: who called sudo,
// else the operating system's user.
func realUser() string {
	if name := os.Getenv("SUDO_USER"); name != "" && os.Geteuid() == 0 && len(name) <= 64 {
		return strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), "?")
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprintf("uid %d", os.Getuid())
}

const lockName = "hostkeep.lock"

// lock takes the data folder for this server; a second one is refused.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder cannot be locked: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another hostkeep serves the state beside %s", path)
		}
		return nil, fmt.Errorf("the data folder cannot be locked: %w", err)
	}
	return f, nil
}

// locked reports whether a server holds the data folder.
func locked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	return errors.Is(err, syscall.EWOULDBLOCK)
}

// Harden turns core dumps off, by limit and by mark: they would hold secrets.
// Every command calls it first.
func Harden() error {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("turning core dumps off: %w", err)
	}
	const prSetDumpable = 4
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, prSetDumpable, 0, 0); errno != 0 {
		return fmt.Errorf("turning core dumps off: %w", errno)
	}
	return nil
}

// ownFolder refuses to serve as root from somebody else's folder: the files that
// a server leaves there could not be opened by its owner, nor by commands, which
// act as the owner.
func ownFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil || os.Geteuid() != 0 {
		return nil // what follows says what is wrong
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 {
		return fmt.Errorf("the data folder %s belongs to uid %d: serve as that user, or from a folder of root's", dir, owner.Uid)
	}
	return nil
}

// becomeOwner makes a command that root runs act as the owner of the data
// folder, so that it leaves no file there that the server cannot open.
func becomeOwner(dir string) error {
	info, err := os.Stat(dir)
	if os.Geteuid() != 0 || err != nil {
		return nil // nothing to give up, or nothing there: what follows says so
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	if err := syscall.Setgroups(nil); err != nil {
		return fmt.Errorf("acting as the owner of %s: %w", dir, err)
	}
	if err := syscall.Setgid(int(owner.Gid)); err != nil {
		return fmt.Errorf("acting as the owner of %s: %w", dir, err)
	}
	if err := syscall.Setuid(int(owner.Uid)); err != nil {
		return fmt.Errorf("acting as the owner of %s: %w", dir, err)
	}
	return nil
}

// domainRules are this server's. The list of public suffixes is the one that the
// program was built with.
func (a *App) domainRules() hostkeep.DomainRules {
	return hostkeep.DomainRules{Hostname: a.host, PublicSuffix: func(domain string) bool {
		suffix, _ := publicsuffix.PublicSuffix(domain)
		return suffix == domain
	}}
}

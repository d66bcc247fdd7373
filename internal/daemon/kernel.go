package daemon

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/hostkeep/hostkeep/internal/fn/network"
	"github.com/hostkeep/hostkeep/internal/fn/server"
)

func loadAverage() (string, error) {
	text, err := os.ReadFile("/proc/loadavg")
	return string(text), err
}

// sockets reads one of the kernel's tables. A kernel without IPv6 has no table
// of its sockets, and no such socket.
func sockets(table string) (string, error) {
	text, err := os.ReadFile("/proc/net/" + table)
	if os.IsNotExist(err) {
		return "", nil
	}
	return string(text), err
}

func interfaces() (list []network.Interface, err error) {
	devices, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("listing the machine's interfaces: %w", err)
	}
	for _, d := range devices {
		addrs, err := d.Addrs()
		if err != nil {
			return nil, fmt.Errorf("listing the addresses of %s: %w", d.Name, err)
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				list = append(list, network.Interface{Name: d.Name, Prefix: netip.PrefixFrom(p.Addr().Unmap(), p.Bits())})
			}
		}
	}
	return list, nil
}

// certificate reads the file that the listeners read.
func (a *App) certificate() ([]byte, error) {
	file := a.cfg.TLSCert
	if file == "" {
		file = filepath.Join(a.cfg.Data, "tls", "cert.pem")
	}
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) && a.cfg.TLSCert == "" {
		return nil, nil
	}
	return text, err
}

// services are the parts of this program. A command that runs beside a server
// knows of it by the lock that it holds.
func (a *App) services() (list []server.Service) {
	beside := !a.serving && locked(filepath.Join(a.cfg.Data, lockName))
	for _, s := range []struct{ name, title, addr string }{
		{"whm", "WHM API", a.cfg.WHM},
		{"cpanel", "cPanel API", a.cfg.CPanel},
		{"https", "Service subdomains", a.cfg.HTTPS},
		{"dns", "Name server", a.cfg.DNS},
		{"admin", "Health and metrics", a.cfg.Admin},
	} {
		on := s.addr != "" && s.addr != "off"
		up := on && (beside || a.addr(s.name) != "")
		list = append(list, server.Service{Name: s.name, Title: s.title, Enabled: on, Running: up})
	}
	return append(list, server.Service{Name: "store", Title: "Store", Enabled: true, Running: a.node.Ready() == nil})
}

// system is what this runs on. Which distribution it is may not be known.
func system() (server.System, error) {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return server.System{}, fmt.Errorf("asking for the kernel's version: %w", err)
	}
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		release, _ = os.ReadFile("/usr/lib/os-release") // none: its name stays empty
	}
	return server.System{
		Kernel: unix.ByteSliceToString(name.Release[:]), OS: releaseValue(release, "ID"), Version: releaseValue(release, "VERSION_ID"),
	}, nil
}

// releaseValue reads one line of os-release, which is written as for a shell.
func releaseValue(text []byte, name string) string {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+"="); ok {
			return strings.Trim(value, `"'`)
		}
	}
	return ""
}

// disks are the file systems of the root folder, which clients look for, and of
// the state, which may fill up.
func (a *App) disks() (list []server.Disk, err error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("asking for the mounted file systems: %w", err)
	}
	data, err := filepath.EvalSymlinks(a.cfg.Data)
	if err != nil {
		return nil, fmt.Errorf("asking where the state is: %w", err)
	}
	for _, path := range []string{"/", data} {
		d := mounted(string(mounts), path)
		if len(list) > 0 && list[0].Mount == d.Mount {
			continue
		}
		if err := measure(path, &d); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// mounted finds where the file system of a path is mounted, and from which
// device. A line is: id, parent, device numbers, root, mount, options, more
// options, "-", type, device, its options. The last mount on a place counts.
func mounted(mounts, path string) (d server.Disk) {
	d.Mount = "/"
	for line := range strings.Lines(mounts) {
		left, right, ok := strings.Cut(line, " - ")
		places, devices := strings.Fields(left), strings.Fields(right)
		if !ok || len(places) < 5 || len(devices) < 2 {
			continue
		}
		mount := unescaped(places[4])
		if len(mount) >= len(d.Mount) && (path == mount || strings.HasPrefix(path, strings.TrimSuffix(mount, "/")+"/")) {
			d.Mount, d.Device = mount, unescaped(devices[1])
		}
	}
	return d
}

// unescaped reads a name in which the kernel writes blanks and backslashes as
// three octal digits.
func unescaped(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '\\' && i+3 < len(name) {
			if n, err := strconv.ParseUint(name[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(name[i])
	}
	return b.String()
}

func measure(path string, d *server.Disk) error {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return fmt.Errorf("measuring the file system of %s: %w", path, err)
	}
	block := float64(s.Frsize)
	if block == 0 {
		block = float64(s.Bsize)
	}
	kb := func(blocks uint64) int64 { return int64(float64(blocks) * block / 1024) }
	d.Total, d.Used, d.Available = kb(s.Blocks), kb(s.Blocks-s.Bfree), kb(s.Bavail)
	d.Inodes, d.InodesAvailable = int64(float64(s.Files)), int64(float64(s.Ffree))
	d.InodesUsed = d.Inodes - d.InodesAvailable
	d.Percentage = share(d.Used, d.Used+d.Available)
	d.IPercentage = share(d.InodesUsed, d.Inodes)
	return nil
}

// share is part in hundredths of whole, rounded up, as df shows it.
func share(part, whole int64) int64 {
	if whole <= 0 {
		return 0
	}
	return (part*100 + whole - 1) / whole
}

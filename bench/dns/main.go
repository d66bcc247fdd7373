// Command dns measures the name server beside NSD on the same zone: how many
// questions each answers per second of its own CPU time (user and system, of the
// whole process tree). It makes the zone, starts both on loopback, asks both the
// same questions in turns over UDP, and prints a table for docs/performance.md.
// NSD stands in it twice, as the control: a run whose pair differs by more than
// 5 % is void.
//
//	go run ./bench/dns -queries 200000
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

const zoneName = "bench.test"

func main() {
	queries := flag.Int("queries", 200_000, "how many questions each server answers, over all rounds")
	rounds := flag.Int("rounds", 5, "in how many turns")
	flight := flag.Int("flight", 32, "how many questions of one client are under way at a time")
	clients := flag.Int("clients", 2, "how many clients ask")
	serve := flag.String("serve", "", "zone file that this process serves, until its standard input ends; the program starts itself so")
	flag.Parse()
	var err error
	if *serve != "" {
		err = child(*serve)
	} else {
		err = run(load{queries: *queries / *rounds, flight: *flight, clients: *clients}, *rounds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "dns:", err)
		os.Exit(1)
	}
}

// child is the server that is measured, in a process of its own.
func child(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	zone := nameserver.Zone{Name: zoneName}
	p := dns.NewZoneParser(f, dns.Fqdn(zoneName), file)
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		zone.Records = append(zone.Records, rr)
	}
	if err := p.Err(); err != nil {
		return err
	}
	s, err := nameserver.New(nameserver.Options{Log: slog.Default(), Now: time.Now, Limits: nameserver.Limits{Rate: -1}})
	if err != nil {
		return err
	}
	s.Set(zone)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		return err
	}
	fmt.Println(s.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return s.Close(context.Background())
}

// server is one that is measured.
type server struct {
	name    string
	addr    string
	pid     int
	answers int
	cpu     time.Duration
}

func run(l load, rounds int) (err error) {
	dir, err := os.MkdirTemp("", "hostkeep-dns-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "bench.zone")
	if err := os.WriteFile(file, []byte(zoneText()), 0o644); err != nil {
		return err
	}
	ours, stopOurs, err := startOurs(file)
	if err != nil {
		return err
	}
	defer stopOurs()
	nsd, stopNSD, err := startNSD(dir, file)
	if err != nil {
		return err
	}
	defer stopNSD()
	again := nsd
	again.name = "NSD again"
	list := []*server{&nsd, &ours, &again}
	for _, s := range list { // a round that does not count
		if err := l.warm().measure(&server{addr: s.addr, pid: s.pid}); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	for range rounds {
		for _, s := range list {
			if err := l.measure(s); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	report(list)
	return nil
}

func report(list []*server) {
	base := float64(list[0].answers) / list[0].cpu.Seconds()
	fmt.Print("| | answers | CPU | answers per CPU second | of NSD's |\n|---|---|---|---|---|\n")
	for _, s := range list {
		per := float64(s.answers) / s.cpu.Seconds()
		fmt.Printf("| %s | %d | %.2f s | %.0f | %.2f |\n", s.name, s.answers, s.cpu.Seconds(), per, per/base)
	}
}

func command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Stderr = os.Stderr
	return cmd
}

func startOurs(file string) (server, func(), error) {
	program, err := os.Executable()
	if err != nil {
		return server{}, nil, err
	}
	cmd := command(program, "-serve", file)
	stdin, err0 := cmd.StdinPipe()
	stdout, err1 := cmd.StdoutPipe()
	if err := errors.Join(err0, err1, cmd.Start()); err != nil {
		return server{}, nil, err
	}
	stop := func() { _ = stdin.Close(); _ = cmd.Wait() }
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		stop()
		return server{}, nil, err
	}
	return server{name: "Hostkeep", addr: strings.TrimSpace(line), pid: cmd.Process.Pid}, stop, nil
}

// startNSD starts one process that answers, as Debian packs it, without limits of
// its own and with answers as small as ours.
func startNSD(dir, file string) (server, func(), error) {
	program, err := exec.LookPath("nsd")
	if err != nil {
		if program = "/usr/sbin/nsd"; !executable(program) {
			return server{}, nil, errors.New("NSD is not installed (on Debian: apt-get install nsd)")
		}
	}
	port, err := freePort()
	if err != nil {
		return server{}, nil, err
	}
	config := filepath.Join(dir, "nsd.conf")
	text := fmt.Sprintf(`server:
  ip-address: 127.0.0.1@%[1]d
  server-count: 1
  username: ""
  zonesdir: %[2]q
  database: ""
  zonelistfile: "%[2]s/zone.list"
  pidfile: ""
  xfrdfile: "%[2]s/xfrd.state"
  xfrdir: %[2]q
  rrl-ratelimit: 0
  minimal-responses: yes
  refuse-any: yes
remote-control:
  control-enable: no
zone:
  name: %[3]s
  zonefile: %[4]q
`, port, dir, zoneName, file)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return server{}, nil, err
	}
	cmd := command(program, "-d", "-c", config)
	if err := cmd.Start(); err != nil {
		return server{}, nil, err
	}
	stop := func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() }
	s := server{name: "NSD", addr: fmt.Sprintf("127.0.0.1:%d", port), pid: cmd.Process.Pid}
	if err := s.wait(); err != nil {
		stop()
		return server{}, nil, err
	}
	return s, stop, nil
}

func executable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode()&0o111 != 0
}

func freePort() (int, error) {
	var lc net.ListenConfig
	c, err := lc.ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close() }()
	return c.LocalAddr().(*net.UDPAddr).Port, nil
}

// wait asks until there is an answer.
func (s server) wait() error {
	m := new(dns.Msg).SetQuestion(dns.Fqdn(zoneName), dns.TypeSOA)
	c := dns.Client{Timeout: 200 * time.Millisecond}
	var err error
	for range 50 {
		if _, _, err = c.Exchange(m, s.addr); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

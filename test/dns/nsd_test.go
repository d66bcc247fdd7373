package dns_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/test/program"
)

// deadline is how long something that takes a second may take on a busy machine.
const deadline = 60 * time.Second

// nsd is an NSD that is a secondary, a child of the test.
type nsd struct {
	port int
	log  *program.Log
}

// key is the secret of a transfer.
type key struct{ name, algorithm, secret string }

// startNSD starts a secondary of one zone, which transfers from 127.0.0.1 and
// primary, from an address that is its own.
func startNSD(t *testing.T, zone string, port, primary int, from string, k key) *nsd {
	t.Helper()
	path, err := exec.LookPath("nsd")
	if err != nil {
		path = "/usr/sbin/nsd" // not in the path of everybody
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "nsd.conf")
	text := fmt.Sprintf(`server:
  ip-address: 127.0.0.1@%[2]d
  server-count: 1
  username: ""
  zonesdir: %[1]q
  database: ""
  zonelistfile: "%[1]s/zone.list"
  pidfile: ""
  xfrdfile: "%[1]s/xfrd.state"
  xfrdir: %[1]q
  xfrd-reload-timeout: 0
  verbosity: 2
  rrl-ratelimit: 0
  minimal-responses: no
remote-control:
  control-enable: no
key:
  name: %[6]q
  algorithm: %[7]s
  secret: %[8]q
zone:
  name: %[3]s
  zonefile: secondary.zone
  allow-notify: 127.0.0.1 %[6]s
  request-xfr: AXFR 127.0.0.1@%[4]d %[6]s
  outgoing-interface: %[5]s
`, dir, port, zone, primary, from, k.name, k.algorithm, k.secret)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := program.Start(exec.CommandContext(context.Background(), path, "-d", "-c", config))
	if err != nil {
		t.Fatalf("NSD is not here (on Debian: apt-get install nsd): %v", err)
	}
	t.Cleanup(func() {
		_ = p.Cmd.Process.Signal(syscall.SIGTERM) // it ends its children
		_ = p.Wait()
		if t.Failed() {
			t.Logf("NSD said:\n%s", p.Log)
		}
	})
	return &nsd{port: port, log: p.Log}
}

// freePort is one that nobody has just now, of UDP and TCP.
func freePort(t *testing.T) int {
	t.Helper()
	var lc net.ListenConfig
	for range 20 {
		l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		p, err := lc.ListenPacket(t.Context(), "udp", l.Addr().String())
		_ = l.Close()
		if err == nil {
			_ = p.Close()
			return port
		}
	}
	t.Fatal("no port is free for UDP and TCP")
	return 0
}

// until polls, and says how long it took.
func until(t *testing.T, what string, is func() bool) time.Duration {
	t.Helper()
	begun := time.Now()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	for !is() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not in %v", what, deadline)
		case <-tick.C:
		}
	}
	return time.Since(begun)
}

// has says whether the secondary's answer to a question holds a text.
func (n *nsd) has(ctx context.Context, name, qtype, text string) bool {
	out := run(ctx, "dig", "@127.0.0.1", "-p", fmt.Sprint(n.port), "+norecurse", "+tries=1", "+time=1", "+noall", "+answer", "-q", name, "-t", qtype)
	return strings.Contains(out, text)
}

package nameserver_test

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

// zoneOf reads a zone's text with the library.
func zoneOf(t testing.TB, name, text string) nameserver.Zone {
	t.Helper()
	z := nameserver.Zone{Name: name}
	p := dns.NewZoneParser(strings.NewReader(text), dns.Fqdn(name), "")
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		z.Records = append(z.Records, rr)
	}
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	return z
}

// serve starts a server that is closed when the test ends.
func serve(t testing.TB, o nameserver.Options, zones ...nameserver.Zone) *nameserver.Server {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s, err := nameserver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Replace(zones)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask sends one question, over "udp" or "tcp".
func ask(t testing.TB, s *nameserver.Server, network string, m *dns.Msg) *dns.Msg {
	t.Helper()
	c := dns.Client{Net: network, Timeout: 10 * time.Second, UDPSize: 4096}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, _, err := c.ExchangeContext(ctx, m, s.Addr())
	if err != nil {
		t.Fatalf("%v: %v", m.Question, err)
	}
	return r
}

func question(name string, qtype uint16) *dns.Msg {
	m := new(dns.Msg)
	m.SetQuestion(name, qtype)
	m.RecursionDesired = false
	return m
}

// exchange sends bytes over UDP and returns the answer's; it is for packets that get one.
func exchange(t testing.TB, s *nameserver.Server, packet []byte) []byte {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "udp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write(packet); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	buf := make([]byte, 65535)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return buf[:n]
}

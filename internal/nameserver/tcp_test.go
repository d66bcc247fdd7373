package nameserver_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

func dial(t testing.TB, s *nameserver.Server) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	return conn
}

func framed(b []byte) []byte {
	return slices.Concat(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b)
}

func readFrame(conn net.Conn) ([]byte, error) {
	var n [2]byte
	if _, err := io.ReadFull(conn, n[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint16(n[:]))
	_, err := io.ReadFull(conn, b)
	return b, err
}

// TestPipelining: many questions at once, answered in their order, also when they
// come in pieces.
func TestPipelining(t *testing.T) {
	t.Parallel()
	s := serve(t, nameserver.Options{}, zoneOf(t, "example.test", example))
	conn := dial(t, s)
	var all []byte
	const count = 200
	for i := range count {
		m := question(fmt.Sprintf("x%d.wild.example.test.", i), dns.TypeA)
		m.Id = uint16(i)
		all = append(all, framed(packed(t, m))...)
	}
	for _, part := range [][]byte{all[:1], all[1:101], all[101:]} {
		if _, err := conn.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	for i := range count {
		b, err := readFrame(conn)
		if err != nil {
			t.Fatal(err)
		}
		if r := unpacked(t, b); int(r.Id) != i || len(r.Answer) != 1 {
			t.Fatalf("answer %d is %v", i, r)
		}
	}
}

// TestConnectionsAreBounded: one more than a client may have is closed at once, and
// there is room again when one has ended. A silent one is closed.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, nameserver.Options{Limits: nameserver.Limits{PerClient: 2}}, zoneOf(t, "example.test", example))
	served := func(conn net.Conn) bool {
		if _, err := conn.Write(framed(packed(t, question("web.example.test.", dns.TypeA)))); err != nil {
			return false
		}
		_, err := readFrame(conn)
		return err == nil
	}
	first, second := dial(t, s), dial(t, s)
	if !served(first) || !served(second) || served(dial(t, s)) {
		t.Error("two are served, and no third")
	}
	_ = first.Close()
	for range 1000 { // until the server has noticed
		if served(dial(t, s)) {
			return
		}
	}
	t.Error("there is no room when one has ended")
}

func TestSilentConnectionsEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, nameserver.Options{Limits: nameserver.Limits{Idle: 50 * time.Millisecond}}, zoneOf(t, "example.test", example))
	for name, begun := range map[string][]byte{"silent": nil, "half a length": {0}, "half a question": {0, 40, 1, 2, 3}, "no question": framed([]byte("nothing that is a question"))} {
		conn := dial(t, s)
		if _, err := conn.Write(begun); err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := readFrame(conn); err != nil {
				if errors.Is(err, net.ErrClosed) || isTimeout(err) {
					t.Errorf("%s: %v", name, err)
				}
				break
			}
		}
	}
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// TestWhereAnswersComeFrom: a server on every address answers from the one that
// was asked, with or without a port of its choice.
func TestWhereAnswersComeFrom(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"0.0.0.0:0", "[::]:0", ":0"} {
		s := silent(t, nameserver.Limits{}, zoneOf(t, "example.test", example))
		if err := s.Listen(listen); err != nil {
			t.Fatal(err)
		}
		port := netip.MustParseAddrPort(s.Addr()).Port()
		for _, addr := range []string{"127.0.0.1", "127.0.0.2"} {
			c := dns.Client{Timeout: 10 * time.Second} // its socket is connected: it takes answers from nobody else
			if _, _, err := c.ExchangeContext(t.Context(), question("web.example.test.", dns.TypeA), fmt.Sprintf("%s:%d", addr, port)); err != nil {
				t.Errorf("%s on %s: %v", addr, listen, err)
			}
		}
		if err := s.Listen(listen); err == nil {
			t.Error("it listens twice")
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.Listen(listen); err == nil {
			t.Error("it listens after Close")
		}
	}
}

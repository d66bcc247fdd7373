package nameserver_test

import (
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

// told is a secondary that only listens.
type told struct {
	t    *testing.T
	conn net.PacketConn
}

func newTold(t *testing.T) told {
	t.Helper()
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return told{t, conn}
}

func (s told) port() uint16 { return netip.MustParseAddrPort(s.conn.LocalAddr().String()).Port() }

// next is the next NOTIFY, which must be signed well.
func (s told) next() (m *dns.Msg, from net.Addr) {
	s.t.Helper()
	_ = s.conn.SetReadDeadline(time.Now().Add(time.Minute))
	buf := make([]byte, 4096)
	n, from, err := s.conn.ReadFrom(buf)
	if err != nil {
		s.t.Fatal(err)
	}
	m = unpacked(s.t, buf[:n])
	if err := dns.TsigVerify(buf[:n], transferSecret, "", false); err != nil {
		s.t.Errorf("the signature: %v", err)
	}
	if m.Opcode != dns.OpcodeNotify || m.Response || !m.Authoritative || len(m.Question) != 1 || m.Question[0].Qtype != dns.TypeSOA || len(m.Answer) != 1 {
		s.t.Fatalf("no NOTIFY: %v", m)
	}
	return m, from
}

func (s told) acknowledge(m *dns.Msg, to net.Addr) {
	s.t.Helper()
	r := new(dns.Msg).SetReply(m)
	if _, err := s.conn.WriteTo(packed(s.t, r), to); err != nil {
		s.t.Fatal(err)
	}
}

// until waits for a NOTIFY of a serial, and acknowledges it and what comes before.
func (s told) until(serial uint32) {
	s.t.Helper()
	for {
		m, from := s.next()
		s.acknowledge(m, from)
		if m.Answer[0].(*dns.SOA).Serial == serial {
			return
		}
	}
}

// TestNotify: at the start, at changes, again until it is acknowledged.
func TestNotify(t *testing.T) {
	t.Parallel()
	second := newTold(t)
	o := listed(second.port())
	o.Secondaries = o.Secondaries[:1]
	o.Limits = nameserver.Limits{NotifyDelay: time.Millisecond, NotifyRetry: time.Millisecond}
	s := serve(t, o, smallZone(t, "one.test", 1, ""))
	first, _ := second.next()
	again, from := second.next()
	if first.Question[0].Name != "one.test." || again.Question[0] != first.Question[0] || again.Id == first.Id {
		t.Errorf("first %v, again %v", first, again)
	}
	if host := netip.MustParseAddrPort(from.String()).Addr().String(); host != "127.0.0.1" {
		t.Errorf("from %s, where no secondary transfers from", host)
	}
	s.Set(smallZone(t, "one.test", 2, ""))
	second.until(2)
	s.Set(smallZone(t, "one.test", 2, "same IN TXT serial\n")) // nothing that a secondary would see
	s.Set(smallZone(t, "two.test", 5, ""))
	second.until(5)
	s.Set(smallZone(t, "gone.test", 9, ""))
	s.Remove("gone.test")
	s.Set(smallZone(t, "one.test", 3, ""))
	second.until(3)
}

// TestManyAreTold: the whole list of a start, once each when each is acknowledged.
func TestManyAreTold(t *testing.T) {
	t.Parallel()
	second := newTold(t)
	o := listed(second.port())
	o.Secondaries = o.Secondaries[:1]
	o.Limits = nameserver.Limits{NotifyRetry: time.Minute}
	var zones []nameserver.Zone
	for i := range 100 {
		zones = append(zones, smallZone(t, string(rune('a'+i/10))+string(rune('a'+i%10))+".test", 1, ""))
	}
	serve(t, o, zones...)
	seen := map[string]bool{}
	for range zones {
		m, from := second.next()
		second.acknowledge(m, from)
		if name := m.Question[0].Name; seen[name] {
			t.Errorf("%s twice", name)
		} else {
			seen[name] = true
		}
	}
}

// TestNotifyIsOverWhenItIsAcknowledged, and a change without another serial, which
// no secondary would see, is not told.
func TestNotifyIsOverWhenItIsAcknowledged(t *testing.T) {
	t.Parallel()
	second := newTold(t)
	o := listed(second.port())
	o.Secondaries = o.Secondaries[:1]
	o.Limits = nameserver.Limits{NotifyDelay: time.Millisecond, NotifyRetry: time.Hour}
	s := serve(t, o, smallZone(t, "one.test", 1, ""))
	for _, name := range []string{"one.test.", "two.test.", "three.test."} {
		m, from := second.next()
		if m.Question[0].Name != name {
			t.Errorf("told of %s, want %s", m.Question[0].Name, name)
		}
		second.acknowledge(m, from)
		for ended := time.Now().Add(time.Minute); s.Waiting() > 0; {
			if time.Now().After(ended) {
				t.Fatal("it waits for ever")
			}
			runtime.Gosched()
		}
		s.Set(smallZone(t, "one.test", 1, "same IN TXT serial\n"))
		if s.Waiting() > 0 {
			t.Error("a change without another serial is told")
		}
		s.Set(smallZone(t, map[string]string{"one.test.": "two.test", "two.test.": "three.test", "three.test.": "four.test"}[name], 1, ""))
	}
}

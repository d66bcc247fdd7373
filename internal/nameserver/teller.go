package nameserver

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

const (
	tellTick  = 50 * time.Millisecond
	tellBurst = 20 // notifications that one secondary gets in a tick
	tellTries = 5  // RFC 1996, 3.6
)

// teller tells one secondary which zones have changed (NOTIFY, RFC 1996), until it
// says that it knows. A slow one holds up no other.
type teller struct {
	s    *Server
	to   Secondary
	conn *net.UDPConn

	mu      sync.Mutex
	waiting map[string]*notice // by the zone's name on the wire
	wake    chan struct{}
	full    bool // was said
}

type notice struct {
	due   time.Time
	tries int
	id    uint16 // of the last message
}

func newTeller(s *Server, to Secondary) *teller {
	return &teller{s: s, to: to, waiting: map[string]*notice{}, wake: make(chan struct{}, 1)}
}

// tell has the secondary told soon. A zone that waits already is told once. Where
// too many wait, the secondary finds out by itself, when its refresh time is over.
func (t *teller) tell(zone string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.waiting[zone]
	switch {
	case n != nil && n.tries == 0:
		return
	case n == nil && len(t.waiting) >= t.s.limits.Notifications:
		if !t.full {
			t.full = true
			t.s.options.Log.Warn("more zones changed than a secondary can be told of", "secondary", t.to.Addr.String())
		}
		return
	}
	t.waiting[zone] = &notice{due: t.s.options.Now().Add(t.s.limits.NotifyDelay)}
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// start opens the socket, at the address where the server listens: secondaries
// believe only the address that they transfer from.
func (t *teller) start() error {
	local := t.s.tcp.Addr().(*net.TCPAddr).AddrPort().Addr().Unmap()
	d := net.Dialer{}
	if !local.IsUnspecified() && local.Is4() == t.to.Addr.Addr().Unmap().Is4() {
		d.LocalAddr = net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, 0))
	}
	conn, err := d.DialContext(t.s.done, "udp", t.to.Addr.String())
	if err != nil {
		return err
	}
	t.conn = conn.(*net.UDPConn)
	t.s.running.Go(t.run)
	t.s.running.Go(t.read)
	return nil
}

// run sends what is due, and closes the socket at the end.
func (t *teller) run() {
	defer func() { _ = t.conn.Close() }()
	tick := time.NewTicker(tellTick)
	defer tick.Stop()
	for {
		select {
		case <-t.s.done.Done():
			return
		case <-tick.C:
		}
		if t.round(t.s.options.Now()) == 0 {
			select {
			case <-t.s.done.Done():
				return
			case <-t.wake:
			}
		}
	}
}

// round sends what is due, and answers how many wait.
func (t *teller) round(now time.Time) (left int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sent := 0
	for zone, n := range t.waiting {
		if sent == tellBurst {
			break
		}
		if now.Before(n.due) {
			continue
		}
		if n.tries == tellTries {
			delete(t.waiting, zone)
			t.s.options.Log.Warn("a secondary does not answer that it was told of a change", "secondary", t.to.Addr.String(), "zone", printed(zone))
			continue
		}
		n.id = uint16(rand.Uint32())
		n.due = now.Add(t.s.limits.NotifyRetry << n.tries)
		n.tries++
		sent++
		t.send(zone, n.id)
	}
	if len(t.waiting) == 0 {
		t.full = false
	}
	return len(t.waiting)
}

// send sends one. What goes wrong is tried again as what is lost.
func (t *teller) send(zone string, id uint16) {
	z, _ := t.s.zones.get([]byte(zone))
	if z == nil {
		delete(t.waiting, zone) // it has gone
		return
	}
	m := &dns.Msg{Answer: []dns.RR{z.soa}}
	m.Id, m.Opcode, m.Authoritative = id, dns.OpcodeNotify, true
	m.Question = []dns.Question{{Name: printed(zone), Qtype: dns.TypeSOA, Qclass: dns.ClassINET}}
	packed, err := m.Pack()
	if key := t.s.keys.find(t.to.Key); t.to.Key != "" && key != nil {
		m.SetTsig(key.name, key.algorithm, tsigFudge, t.s.options.Now().Unix())
		packed, _, err = dns.TsigGenerateWithProvider(m, t.s.keys, "", false)
	}
	if err == nil {
		_, _ = t.conn.Write(packed)
	}
}

// read takes the acknowledgements.
func (t *teller) read() {
	buf := make([]byte, packetSize)
	for {
		n, err := t.conn.Read(buf)
		if t.s.done.Err() != nil {
			return
		}
		if err != nil {
			t.s.rest() // nobody listens there, say
			continue
		}
		var m dns.Msg
		if m.Unpack(buf[:n]) == nil && m.Response && m.Opcode == dns.OpcodeNotify && len(m.Question) == 1 {
			t.known(&m)
		}
	}
}

// known ends the telling: also a refusal is an answer, and asking again changes
// nothing.
func (t *teller) known(m *dns.Msg) {
	wire, err := wireName(m.Question[0].Name)
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.waiting[folded(wire)]
	if n == nil || n.id != m.Id || n.tries == 0 {
		return
	}
	delete(t.waiting, folded(wire))
	if m.Rcode != dns.RcodeSuccess {
		t.s.options.Log.Warn("a secondary does not want to be told of a change", "secondary", t.to.Addr.String(), "zone", m.Question[0].Name, "rcode", dns.RcodeToString[m.Rcode])
	}
}

// printed is a name on the wire as people write it.
func printed(name string) string {
	text, _, _ := dns.UnpackDomainName([]byte(name), 0)
	return text
}

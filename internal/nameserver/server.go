package nameserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"

	"github.com/hostkeep/hostkeep"
)

// Options is what a Server is made of.
type Options struct {
	Secondaries []Secondary
	Keys        []Key
	Limits      Limits
	Log         *slog.Logger
	Now         hostkeep.Clock
}

// Secondary is a server that may transfer the zones, from whichever port of its
// address, and is told of changes at this one.
type Secondary struct {
	Addr netip.AddrPort
	Key  string // name of the TSIG key that it must sign with; "" is none
}

// Key is a secret that a secondary shares.
type Key struct {
	Name      string          // a domain name
	Algorithm string          // such as hmac-sha256
	Secret    hostkeep.Secret // base64
}

// Server answers. Its methods may be called by any number of goroutines; zones may
// come before Listen and after.
type Server struct {
	options Options
	limits  Limits
	keys    keys
	zones   *table
	rate    *rate
	tellers []*teller

	starting sync.Mutex
	udp      *net.UDPConn
	tcp      *net.TCPListener
	conns    *conns
	done     context.Context
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// New makes a server without zones, which does not listen yet.
func New(o Options) (*Server, error) {
	keys, err := newKeys(o.Keys)
	if err != nil {
		return nil, err
	}
	for _, sec := range o.Secondaries {
		if !sec.Addr.IsValid() || sec.Addr.Port() == 0 {
			return nil, fmt.Errorf("the secondary %s has no address or no port", sec.Addr)
		}
		if sec.Key != "" && keys.find(sec.Key) == nil {
			return nil, fmt.Errorf("the secondary %s names the key %q, and there is none", sec.Addr, sec.Key)
		}
	}
	o.Limits.fill()
	s := &Server{options: o, limits: o.Limits, keys: keys, zones: newTable(), rate: newRate(o.Limits.Rate)}
	s.conns = newConns(o.Limits)
	s.done, s.stop = context.WithCancel(context.Background())
	for _, sec := range o.Secondaries {
		s.tellers = append(s.tellers, newTeller(s, sec))
	}
	return s, nil
}

// Replace serves these zones, and no others.
func (s *Server) Replace(zones []Zone) {
	made := make(map[string]*zone, len(zones))
	for _, z := range zones {
		if name, built := s.build(z); name != "" {
			made[name] = built
		}
	}
	before := s.zones.replace(made)
	for name, z := range made {
		s.changed(name, before[name], z)
	}
}

// Set serves a zone that came or changed. Questions that come after it has
// returned are answered from it.
func (s *Server) Set(z Zone) {
	if name, built := s.build(z); name != "" {
		s.changed(name, s.zones.put(name, built), built)
	}
}

// Remove ends the service of a zone.
func (s *Server) Remove(name string) {
	if wire, err := wireName(name); err == nil {
		s.zones.remove(folded(wire))
	}
}

// build makes a zone to serve, nil for one that cannot be: questions for it get
// SERVFAIL, which is the truth, and others are not touched.
func (s *Server) build(z Zone) (name string, made *zone) {
	wire, err := wireName(z.Name)
	if err == nil {
		name = folded(wire)
		made, err = build(z)
	}
	if err != nil {
		s.options.Log.Warn("a zone is not served as it stands", "zone", z.Name, "err", err)
	}
	return name, made
}

// changed tells the secondaries of a serial that they do not know.
func (s *Server) changed(name string, before, now *zone) {
	if now == nil || before != nil && before.soa.Serial == now.soa.Serial {
		return
	}
	for _, t := range s.tellers {
		t.tell(name)
	}
}

// Listen binds UDP and TCP, both to the same port, and answers from then on. Port
// 0 takes one that is free for both.
func (s *Server) Listen(addr string) error {
	s.starting.Lock()
	defer s.starting.Unlock()
	if s.udp != nil || s.done.Err() != nil {
		return errors.New("the name server listens already, or has been closed")
	}
	udp, tcp, err := bind(s.done, addr)
	if err != nil {
		return fmt.Errorf("listening for DNS: %w", err)
	}
	s.udp, s.tcp = udp, tcp
	s.serveUDP()
	s.running.Go(s.serveTCP)
	for _, t := range s.tellers {
		if err := t.start(); err != nil { // the server answers all the same
			s.options.Log.Error("a secondary cannot be told of changes", "secondary", t.to.Addr.String(), "err", err)
		}
	}
	return nil
}

// Addr is where the server listens; "" before that.
func (s *Server) Addr() string {
	s.starting.Lock()
	defer s.starting.Unlock()
	if s.tcp == nil {
		return ""
	}
	return s.tcp.Addr().String()
}

// Close stops listening, ends what has begun, and waits for it until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.starting.Lock()
	s.stop()
	udp, tcp := s.udp, s.tcp
	s.starting.Unlock()
	if udp != nil {
		_ = udp.Close() // nothing waits to be written
		_ = tcp.Close()
	}
	s.conns.close()
	ended := make(chan struct{})
	go func() { s.running.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the name server still has work: %w", ctx.Err())
	}
}

package nameserver

import (
	"net/netip"
	"time"
)

// Packet answers one packet as if it had come over UDP, without a socket.
func (s *Server) Packet(packet []byte, from netip.AddrPort, now time.Time) []byte {
	return s.packet(&worker{}, packet, nil, from, now)
}

// Message answers one as if it had come over TCP, but for transfers.
func (s *Server) Message(packet []byte, from netip.Addr) []byte {
	return s.answer(&worker{}, packet, nil, from, true)
}

// Answerer is Packet with what a reader keeps from one packet to the next.
func (s *Server) Answerer(from netip.AddrPort) func(packet []byte, now time.Time) []byte {
	w, buf := &worker{}, make([]byte, 0, packetSize)
	return func(packet []byte, now time.Time) []byte { return s.packet(w, packet, buf, from, now) }
}

// Waiting is how many notifications have no acknowledgement yet.
func (s *Server) Waiting() (n int) {
	for _, t := range s.tellers {
		t.mu.Lock()
		n += len(t.waiting)
		t.mu.Unlock()
	}
	return n
}

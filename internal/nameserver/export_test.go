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

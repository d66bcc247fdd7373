package nameserver

import (
	"net/netip"
	"time"
)

const (
	packetSize = 4096 // of a question, which is far smaller but for signatures
	oobSize    = 128
)

// readUDP answers packets until the socket is closed.
func (s *Server) readUDP() {
	w, b := &worker{}, newBatch(s.udp)
	for {
		n, err := b.receive()
		if s.done.Err() != nil {
			return
		}
		if err != nil {
			s.rest()
			continue
		}
		now := s.options.Now()
		for i := range n {
			packet, from := b.packet(i)
			if answer := s.packet(w, packet, b.answers[i], from, now); answer != nil {
				b.reply(i, answer)
			}
		}
		b.send()
	}
}

// packet answers one over UDP, or not: nil. The answer has at most 1,232 bytes, 512
// without EDNS, and goes to where the packet says that it is from, if at all.
func (s *Server) packet(w *worker, packet, buf []byte, from netip.AddrPort, now time.Time) []byte {
	if from.Port() == 0 {
		return nil
	}
	answer := s.answer(w, packet, buf, from.Addr(), false)
	if answer == nil || w.key != "" { // who has signed is no victim
		return answer
	}
	switch s.rate.judge(from.Addr(), &w.found, w.q.qtype, now) {
	case drop:
		return nil
	case cut:
		w.truncate()
		return w.msg.end(&w.q, w.found.bits, w.found.rcode)
	}
	return answer
}

package nameserver

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"

	"github.com/miekg/dns"
)

// pause is how long a reader rests when the machine has no memory or descriptors left.
const pause = 50 * time.Millisecond

func (s *Server) rest() {
	select {
	case <-s.done.Done():
	case <-time.After(pause):
	}
}

// serveTCP accepts until the listener is closed.
func (s *Server) serveTCP() {
	for {
		conn, err := s.tcp.Accept()
		switch {
		case s.done.Err() != nil || errors.Is(err, net.ErrClosed):
			if err == nil {
				_ = conn.Close()
			}
			return
		case err != nil:
			s.rest()
		case !s.conns.add(conn):
			_ = conn.Close() // too many
		default:
			s.running.Go(func() { s.converse(conn) })
		}
	}
}

// converse answers the questions of a connection in their order, also when they
// come without waiting for answers, until the client is silent for too long.
func (s *Server) converse(conn net.Conn) {
	defer func() { _ = conn.Close(); s.conns.remove(conn) }()
	w, from, in := &worker{}, peer(conn), bufio.NewReaderSize(conn, 4096)
	var packet, buf []byte
	put := func(answer []byte) error {
		_ = conn.SetWriteDeadline(time.Now().Add(s.limits.Idle)) // the operating system's clock
		_, err := conn.Write(answer)
		return err
	}
	for {
		_ = conn.SetReadDeadline(time.Now().Add(s.limits.Idle))
		var length [2]byte
		if _, err := io.ReadFull(in, length[:]); err != nil {
			return
		}
		n := int(binary.BigEndian.Uint16(length[:]))
		if cap(packet) < n {
			packet = make([]byte, n)
		}
		packet = packet[:n]
		if _, err := io.ReadFull(in, packet); err != nil {
			return
		}
		if w.q.parse(packet) == dns.RcodeSuccess && w.q.class == dns.ClassINET && (w.q.qtype == dns.TypeAXFR || w.q.qtype == dns.TypeIXFR) {
			if s.transfer(w, packet, from, put) != nil {
				return
			}
			continue
		}
		answer := s.answer(w, packet, buf, from, true)
		if answer == nil {
			return // what gets no answer is no client
		}
		buf = answer
		if put(prefixed(answer)) != nil {
			return
		}
	}
}

// prefixed is a message as it goes over TCP.
func prefixed(m []byte) []byte {
	return append(binary.BigEndian.AppendUint16(make([]byte, 0, len(m)+2), uint16(len(m))), m...)
}

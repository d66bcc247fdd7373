package nameserver

import (
	"context"
	"errors"
	"net"
	"runtime"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// bindTries is how many free ports of TCP are tried with UDP.
const bindTries = 20

// bind takes the same port for TCP and UDP.
func bind(ctx context.Context, addr string) (*net.UDPConn, *net.TCPListener, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, nil, err
	}
	for try := 1; ; try++ {
		udp, tcp, err := bindOnce(ctx, addr)
		if err == nil || port != "0" || try == bindTries {
			return udp, tcp, err
		}
	}
}

func bindOnce(ctx context.Context, addr string) (*net.UDPConn, *net.TCPListener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	p, err := lc.ListenPacket(ctx, "udp", l.Addr().String())
	if err != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	udp, tcp := p.(*net.UDPConn), l.(*net.TCPListener)
	if tcp.Addr().(*net.TCPAddr).IP.IsUnspecified() {
		err = tellDestination(udp)
	}
	return udp, tcp, err
}

// tellDestination has the kernel say to which of the machine's addresses a packet
// came, so that the answer comes from there.
func tellDestination(c *net.UDPConn) error {
	if c.LocalAddr().(*net.UDPAddr).IP.To4() != nil {
		return ipv4.NewPacketConn(c).SetControlMessage(ipv4.FlagDst, true)
	}
	return ipv6.NewPacketConn(c).SetControlMessage(ipv6.FlagDst, true)
}

// serveUDP starts as many readers as there are processors.
func (s *Server) serveUDP() {
	for range runtime.GOMAXPROCS(0) {
		s.running.Go(s.readUDP)
	}
}

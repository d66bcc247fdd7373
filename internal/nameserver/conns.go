package nameserver

import (
	"net"
	"net/netip"
	"sync"
)

// conns is the TCP connections that are open, and a bound on them.
type conns struct {
	limits Limits
	mu     sync.Mutex
	open   map[net.Conn]netip.Prefix
	each   map[netip.Prefix]int
	closed bool
}

func newConns(l Limits) *conns {
	return &conns{limits: l, open: map[net.Conn]netip.Prefix{}, each: map[netip.Prefix]int{}}
}

// add says whether there is room for one more.
func (c *conns) add(conn net.Conn) bool {
	from := client(conn)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.open) >= c.limits.Connections || c.each[from] >= c.limits.PerClient {
		return false
	}
	c.open[conn] = from
	c.each[from]++
	return true
}

func (c *conns) remove(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	from := c.open[conn]
	delete(c.open, conn)
	if c.each[from]--; c.each[from] <= 0 {
		delete(c.each, from)
	}
}

// close ends them all.
func (c *conns) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for conn := range c.open {
		_ = conn.Close() // it is read by somebody who notices
	}
}

// client is whom a connection counts for.
func client(conn net.Conn) netip.Prefix {
	addr := peer(conn)
	bits := 64
	if addr.Is4() {
		bits = 32
	}
	p, _ := addr.Prefix(bits)
	return p
}

func peer(conn net.Conn) netip.Addr {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}

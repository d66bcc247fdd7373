package nameserver

import (
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// batchSize is how many packets one call into the kernel brings or takes at most.
// Those calls are most of what an answer costs.
const batchSize = 32

// batchConn is what ipv4 and ipv6 have in common.
type batchConn interface {
	ReadBatch(list []ipv4.Message, flags int) (int, error)
	WriteBatch(list []ipv4.Message, flags int) (int, error)
}

// batch has the packets of one reader.
type batch struct {
	conn    batchConn
	in, out []ipv4.Message
	answers [batchSize][]byte // memory for them
}

func newBatch(c *net.UDPConn) *batch {
	b := &batch{conn: ipv6.NewPacketConn(c), in: make([]ipv4.Message, batchSize), out: make([]ipv4.Message, 0, batchSize)}
	if c.LocalAddr().(*net.UDPAddr).IP.To4() != nil {
		b.conn = ipv4.NewPacketConn(c)
	}
	for i := range b.in {
		b.in[i].Buffers, b.in[i].OOB = [][]byte{make([]byte, packetSize)}, make([]byte, oobSize)
		b.answers[i] = make([]byte, 0, packetSize)
	}
	return b
}

// receive waits for packets, and takes those that are there.
func (b *batch) receive() (n int, err error) {
	b.out = b.out[:0]
	return b.conn.ReadBatch(b.in, 0)
}

// packet is one that came: what is in it, and from where.
func (b *batch) packet(i int) (packet []byte, from netip.AddrPort) {
	m := &b.in[i]
	if addr, ok := m.Addr.(*net.UDPAddr); ok {
		from = addr.AddrPort()
	}
	return m.Buffers[0][:m.N], from
}

// reply puts the answer to a packet among those to send.
func (b *batch) reply(i int, answer []byte) {
	m := ipv4.Message{OOB: source(b.in[i].OOB[:b.in[i].NN]), Addr: b.in[i].Addr}
	b.out = b.out[:len(b.out)+1]
	last := &b.out[len(b.out)-1]
	m.Buffers = append(last.Buffers[:0], answer)
	*last = m
}

// send sends the answers. One that cannot be sent is left out: its asker asks
// again.
func (b *batch) send() {
	for list := b.out; len(list) > 0; {
		n, err := b.conn.WriteBatch(list, 0)
		if err != nil || n == 0 {
			n = 1
		}
		list = list[n:]
	}
}

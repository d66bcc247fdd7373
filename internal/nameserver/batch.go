package nameserver

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batchSize is how many packets one call to the kernel brings or takes at most.
const batchSize = 32

// mmsghdr is the kernel's: a message, and how many bytes came or went.
type mmsghdr struct {
	unix.Msghdr
	n uint32
}

// batch has the packets of one reader. The calls into the kernel are most of what
// an answer costs, so several packets share them, and addresses stay as the kernel
// writes them (x/net's batches allocate each).
type batch struct {
	conn     syscall.RawConn
	received int
	sent     int // how many of out are filled
	in, out  [batchSize]mmsghdr
	inAt     [batchSize]unix.Iovec
	outAt    [batchSize]unix.Iovec
	names    [batchSize][unix.SizeofSockaddrInet6]byte
	oobs     [batchSize][oobSize]byte
	packets  [batchSize][packetSize]byte
	answers  [batchSize][packetSize]byte
}

func newBatch(conn syscall.RawConn) *batch {
	b := &batch{conn: conn}
	for i := range b.in {
		b.inAt[i].Base = &b.packets[i][0]
		b.inAt[i].SetLen(packetSize)
		m := &b.in[i]
		m.Name, m.Iov, m.Control = &b.names[i][0], &b.inAt[i], &b.oobs[i][0]
		m.SetIovlen(1)
		b.out[i].Iov = &b.outAt[i]
		b.out[i].SetIovlen(1)
	}
	return b
}

// receive waits for packets, and takes those that are there.
func (b *batch) receive() error {
	for i := range b.in {
		b.in[i].Namelen = unix.SizeofSockaddrInet6
		b.in[i].SetControllen(oobSize)
	}
	b.received, b.sent = 0, 0
	var failed syscall.Errno
	err := b.conn.Read(func(fd uintptr) bool {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&b.in[0])), batchSize, unix.MSG_DONTWAIT, 0, 0)
		if errno == unix.EAGAIN || errno == unix.EINTR {
			return false
		}
		b.received, failed = int(n), errno
		return true
	})
	if failed != 0 {
		b.received = 0
		return failed
	}
	return err
}

// packet is one that came: what is in it, and from where.
func (b *batch) packet(i int) (packet []byte, from netip.AddrPort) {
	name := &b.names[i]
	port := binary.BigEndian.Uint16(name[2:])
	switch binary.NativeEndian.Uint16(name[:]) {
	case unix.AF_INET:
		from = netip.AddrPortFrom(netip.AddrFrom4([4]byte(name[4:8])), port)
	case unix.AF_INET6:
		from = netip.AddrPortFrom(netip.AddrFrom16([16]byte(name[8:24])).Unmap(), port)
	}
	return b.packets[i][:min(int(b.in[i].n), packetSize)], from
}

// reply puts the answer to a packet among those to send.
func (b *batch) reply(i int, answer []byte) {
	m, at := &b.out[b.sent], &b.outAt[b.sent]
	at.Base = &answer[0]
	at.SetLen(len(answer))
	m.Name, m.Namelen = &b.names[i][0], b.in[i].Namelen
	m.Control = nil
	oob := source(b.oobs[i][:b.in[i].Controllen])
	m.SetControllen(len(oob))
	if len(oob) > 0 {
		m.Control = &oob[0]
	}
	b.sent++
}

// send sends the answers. One that cannot be sent is left out: its asker asks
// again.
func (b *batch) send() error {
	for next := 0; next < b.sent; {
		var n uintptr
		var failed syscall.Errno
		err := b.conn.Write(func(fd uintptr) bool {
			n, _, failed = unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&b.out[next])), uintptr(b.sent-next), unix.MSG_DONTWAIT, 0, 0)
			return !errors.Is(failed, unix.EAGAIN) && !errors.Is(failed, unix.EINTR)
		})
		if err != nil {
			return err
		}
		if failed != 0 {
			n = 1
		}
		next += int(n)
	}
	return nil
}

package network

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

func (f family) socketFunctions() (list []*api.Function) {
	for _, t := range []struct{ function, table, what string }{
		{"get_tcp4_sockets", "tcp", "TCP sockets of IPv4"},
		{"get_tcp6_sockets", "tcp6", "TCP sockets of IPv6"},
		{"get_udp4_sockets", "udp", "UDP sockets of IPv4"},
		{"get_udp6_sockets", "udp6", "UDP sockets of IPv6"},
	} {
		list = append(list, api.Define(api.Decl{
			Name: t.function, Summary: "The machine's " + t.what + ", as the kernel lists them.", Since: "80",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, f.sockets(t.table)))
	}
	return list
}

type socket struct {
	Source          string `whm:"src"`
	SourcePort      int64  `whm:"sport"`
	Destination     string `whm:"dst"`
	DestinationPort int64  `whm:"dport"`
	State           int64  `whm:"state" doc:"the kernel's number: 1 established, 10 listening"`
	Waiting         int64  `whm:"wqueue" doc:"bytes to be sent"`
	Received        int64  `whm:"rqueue" doc:"bytes to be read"`
	UID             int64  `whm:"uid"`
	Inode           int64  `whm:"inode"`
}

type socketsOut struct {
	Payload []socket `whm:"payload,list"`
}

func (f family) sockets(table string) func(context.Context, api.Call, struct{}) (socketsOut, error) {
	return func(context.Context, api.Call, struct{}) (out socketsOut, err error) {
		text, err := f.Sockets(table)
		if err != nil {
			return out, err
		}
		lines := strings.Split(strings.TrimSpace(text), "\n")
		for _, line := range lines[1:] { // the first names the columns
			s, err := readSocket(line)
			if err != nil {
				return out, fmt.Errorf("the kernel's table %s: %w", table, err)
			}
			out.Payload = append(out.Payload, s)
		}
		return out, nil
	}
}

// readSocket reads a line of /proc/net/tcp and its like: the number of the slot,
// two addresses, the state, the queues, timers, uid, timeout, inode and more.
func readSocket(line string) (s socket, err error) {
	parts := strings.Fields(line)
	if len(parts) < 10 {
		return s, fmt.Errorf("%d columns in %q", len(parts), line)
	}
	number := func(text string, base int) (n int64) {
		if err == nil {
			n, err = strconv.ParseInt(text, base, 64)
		}
		return n
	}
	place := func(text string) (string, int64) {
		host, port, _ := strings.Cut(text, ":")
		a, wrong := kernelAddress(host)
		if err == nil {
			err = wrong
		}
		return a, number(port, 16)
	}
	s.Source, s.SourcePort = place(parts[1])
	s.Destination, s.DestinationPort = place(parts[2])
	s.State = number(parts[3], 16)
	sending, receiving, _ := strings.Cut(parts[4], ":")
	s.Waiting, s.Received = number(sending, 16), number(receiving, 16)
	s.UID, s.Inode = number(parts[7], 10), number(parts[9], 10)
	return s, err
}

// kernelAddress reads an address as the kernel prints it: words of four bytes,
// each as a number in the machine's own order.
func kernelAddress(text string) (string, error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != 4 && len(b) != 16 {
		return "", fmt.Errorf("%q is no address", text)
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	a, _ := netip.AddrFromSlice(b)
	return a.String(), nil
}

package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
)

// kernel writes an address as /proc/net has it: numbers of four bytes each, in
// the machine's own order.
func kernel(address string) (text string) {
	b := netip.MustParseAddr(address).AsSlice()
	for i := 0; i < len(b); i += 4 {
		text += fmt.Sprintf("%08X", binary.NativeEndian.Uint32(b[i:]))
	}
	return text
}

func TestReadSocket(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line string
		want socket
	}{
		{
			"   3: " + kernel("192.0.2.1") + ":0827 " + kernel("198.51.100.7") + ":C001 01 0000001F:00000A00 02:000AD3C5 00000000  1000        0 410192 2 0000000012 20",
			socket{Source: "192.0.2.1", SourcePort: 2087, Destination: "198.51.100.7", DestinationPort: 49153, State: 1, Waiting: 31, Received: 2560, UID: 1000, Inode: 410192},
		},
		{
			"  12: " + kernel("2001:db8::1") + ":0035 " + kernel("::") + ":0000 0A 00000000:00000000 00:00000000 00000000     0        0 77",
			socket{Source: "2001:db8::1", SourcePort: 53, Destination: "::", State: 10, Inode: 77},
		},
	} {
		if got, err := readSocket(tt.line); err != nil || got != tt.want {
			t.Errorf("%q is read as %+v, %v", tt.line, got, err)
		}
	}
	good := "1: " + kernel("192.0.2.1") + ":0827 " + kernel("192.0.2.1") + ":0827 01 00000000:00000000 0 0 0 0 1"
	if _, err := readSocket(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "1: 2 3", good[:40],
		"1: 0100:0827 " + kernel("192.0.2.1") + ":0827 01 00000000:00000000 0 0 0 0 1",
		"1: " + kernel("192.0.2.1") + ":port " + kernel("192.0.2.1") + ":0827 01 00000000:00000000 0 0 0 0 1",
		"1: " + kernel("192.0.2.1") + ":0827 " + kernel("192.0.2.1") + ":0827 01 00000000 0 0 0 0 1",
		"1: " + kernel("192.0.2.1") + ":0827 " + kernel("192.0.2.1") + ":0827 01 00000000:00000000 0 0 root 0 1",
	} {
		if s, err := readSocket(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, s)
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[string]string{
		"192.0.2.1/24": "255.255.255.0", "192.0.2.1/32": "255.255.255.255", "10.0.0.1/9": "255.128.0.0", "10.0.0.1/0": "0.0.0.0",
	} {
		if got := mask(netip.MustParsePrefix(prefix)); got != want {
			t.Errorf("the mask of %s is %s, want %s", prefix, got, want)
		}
	}
}

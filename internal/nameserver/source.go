package nameserver

import "golang.org/x/sys/unix"

// source makes of what the kernel said about a packet's destination what tells it
// where the answer comes from: the same address, through whichever interface
// leads back, which only a link-local one is bound to.
func source(oob []byte) []byte {
	if len(oob) == 0 {
		return nil
	}
	head, data, _, err := unix.ParseOneSocketControlMessage(oob)
	switch {
	case err != nil:
		return nil
	case head.Level == unix.IPPROTO_IP && head.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
		clear(data[:4])
		return oob[:unix.CmsgSpace(unix.SizeofInet4Pktinfo)]
	case head.Level == unix.IPPROTO_IPV6 && head.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
		if data[0] != 0xfe || data[1]&0xc0 != 0x80 {
			clear(data[16:20])
		}
		return oob[:unix.CmsgSpace(unix.SizeofInet6Pktinfo)]
	}
	return nil
}

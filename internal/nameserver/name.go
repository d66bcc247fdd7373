package nameserver

import (
	"github.com/miekg/dns"
)

const maxName = 255 // bytes of a name on the wire (RFC 1035, 2.3.4)

// nameLen is how many bytes the name at the beginning of b has, with the root's
// at its end; -1 where there is none, or a compressed one.
func nameLen(b []byte) int {
	for i := 0; i < len(b) && i < maxName; {
		switch l := int(b[i]); {
		case l == 0:
			return i + 1
		case l > 63:
			return -1
		default:
			i += l + 1
		}
	}
	return -1
}

// key is a name in small letters and where its labels begin, that of the root last.
type key struct {
	buf    [maxName]byte
	n      int
	at     [128]uint8
	labels int // how many begin in at
}

// of reads a name that nameLen has measured.
func (k *key) of(name []byte) {
	k.n, k.labels = len(name), 0
	for i := 0; ; {
		k.at[k.labels] = uint8(i)
		k.labels++
		l := int(name[i])
		k.buf[i] = name[i]
		if l == 0 {
			return
		}
		for j := i + 1; j <= i+l; j++ {
			k.buf[j] = lower(name[j])
		}
		i += l + 1
	}
}

// from is the name without its first labels.
func (k *key) from(label int) []byte { return k.buf[k.at[label]:k.n] }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// folded is a name on the wire in small letters.
func folded(name []byte) string {
	var k key
	k.of(name)
	return string(k.from(0))
}

// wireName reads a name as people write it, with or without the dot at the end.
func wireName(text string) ([]byte, error) {
	buf := make([]byte, maxName+1)
	n, err := dns.PackDomainName(dns.Fqdn(text), buf, 0, nil, false)
	if err != nil {
		return nil, err
	}
	return buf[:n], nil
}

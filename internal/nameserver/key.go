package nameserver

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"github.com/miekg/dns"
)

// keys are the TSIG keys by name, in small letters with the dot at the end. They
// are the library's TsigProvider.
type keys map[string]*secret

type secret struct {
	name      string
	algorithm string // with the dot at the end
	hash      func() hash.Hash
	bytes     []byte
}

// Algorithms are those that a Key may have.
func Algorithms() []string {
	return []string{"hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha224", "hmac-sha1"}
}

func hashOf(algorithm string) func() hash.Hash {
	switch dns.CanonicalName(algorithm) {
	case dns.HmacSHA1: // weak as a hash, sound in an HMAC, and what old secondaries have
		return sha1.New
	case dns.HmacSHA224:
		return sha256.New224
	case dns.HmacSHA256:
		return sha256.New
	case dns.HmacSHA384:
		return sha512.New384
	case dns.HmacSHA512:
		return sha512.New
	}
	return nil
}

func newKeys(list []Key) (keys, error) {
	made := keys{}
	for _, k := range list {
		name := dns.CanonicalName(k.Name)
		if _, ok := dns.IsDomainName(k.Name); !ok || name == "." {
			return nil, fmt.Errorf("the name of a key is no domain name: %q", k.Name)
		}
		s := &secret{name: name, algorithm: dns.CanonicalName(k.Algorithm), hash: hashOf(k.Algorithm)}
		var err error
		switch s.bytes, err = base64.StdEncoding.DecodeString(k.Secret.Reveal()); {
		case s.hash == nil:
			return nil, fmt.Errorf("the algorithm of the key %q is none of %s", k.Name, strings.Join(Algorithms(), ", "))
		case err != nil || len(s.bytes) == 0:
			return nil, fmt.Errorf("the secret of the key %q is not base64", k.Name)
		case made[name] != nil:
			return nil, fmt.Errorf("there are two keys %q", k.Name)
		}
		made[name] = s
	}
	return made, nil
}

func (k keys) find(name string) *secret { return k[dns.CanonicalName(name)] }

// Generate signs.
func (k keys) Generate(msg []byte, t *dns.TSIG) ([]byte, error) {
	s := k.find(t.Hdr.Name)
	if s == nil || s.algorithm != dns.CanonicalName(t.Algorithm) {
		return nil, dns.ErrSecret
	}
	h := hmac.New(s.hash, s.bytes)
	h.Write(msg)
	return h.Sum(nil), nil
}

// Verify checks. A MAC that was cut short is refused, as RFC 8945, 5.2.2.1 allows.
func (k keys) Verify(msg []byte, t *dns.TSIG) error {
	want, err := k.Generate(msg, t)
	if err != nil {
		return err
	}
	if mac, err := hex.DecodeString(t.MAC); err != nil || !hmac.Equal(want, mac) {
		return dns.ErrSig
	}
	return nil
}

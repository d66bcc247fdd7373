package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
)

// HashSession is the form in which the secrets of sessions are kept:
// HMAC-SHA-256 under the session key.
func (r *Ring) HashSession(s hostkeep.Secret) hostkeep.SessionHash {
	return hostkeep.SessionHash(mac(r.login, append([]byte("hash\x00"), s.Reveal()...)))
}

// MarkSession proves that a session's secret is one of this server's, 32
// hexadecimal digits: what lacks it is refused without a look-up.
func (r *Ring) MarkSession(text string) string {
	return hex.EncodeToString(mac(r.login, append([]byte("mark\x00"), text...))[:16])
}

// MarkTicket proves that what stands for a password between two steps of signing
// in is of this server's making, 64 hexadecimal digits.
func (r *Ring) MarkTicket(text string) string {
	return hex.EncodeToString(mac(r.login, append([]byte("ticket\x00"), text...)))
}

// Place is where a sealed secret is kept. A secret that is moved elsewhere does
// not open there.
type Place struct {
	Table, Column string
	Row           int64
}

func (p Place) bound(kid string) []byte {
	return fmt.Appendf(nil, "%q %q %d %q", p.Table, p.Column, p.Row, kid)
}

// errSealed says nothing of what was sealed.
var errSealed = errors.New("a sealed secret cannot be opened: it was sealed with another key or for another place, or was changed")

func (r *Ring) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(r.seal)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	return cipher.NewGCM(block)
}

// Seal closes a secret for one place: AES-256-GCM under the sealing key, with
// table, column, row and key id as additional data. The nonce stands before it.
func (r *Ring) Seal(at Place, s hostkeep.Secret) ([]byte, error) {
	aead, err := r.aead()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	return aead.Seal(nonce, nonce, []byte(s.Reveal()), at.bound(r.id)), nil
}

// Unseal opens what Seal closed with the key named kid for the same place.
func (r *Ring) Unseal(at Place, kid string, sealed []byte) (hostkeep.Secret, error) {
	aead, err := r.aead()
	if err != nil {
		return hostkeep.Secret{}, err
	}
	if n := aead.NonceSize(); kid == r.id && len(sealed) > n {
		if plain, err := aead.Open(nil, sealed[:n], sealed[n:], at.bound(kid)); err == nil {
			return hostkeep.NewSecret(string(plain)), nil
		}
	}
	return hostkeep.Secret{}, errSealed
}

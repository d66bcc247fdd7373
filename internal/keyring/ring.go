// Package keyring holds the master key of a server and what is derived from it:
// the keys for token hashes, for sessions, for sealing, for digests in the record
// and for the record's authentication, the key's id and its check value. It knows one file; it
// refuses to know the store, tokens' lives and whoever keeps the hashes.
package keyring

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"

	"github.com/hostkeep/hostkeep"
)

// keySize is the length of the master key and of each derived key, in bytes.
const keySize = 32

// The purposes of the derived keys. Each is HKDF-SHA-256's info string: they are
// part of what the store holds and can never change.
const (
	forID     = "hostkeep v1 key id"
	forCheck  = "hostkeep v1 key check"
	forToken  = "hostkeep v1 token hash"
	forDigest = "hostkeep v1 record digest"
	forRecord = "hostkeep v1 record mac"
	forLogin  = "hostkeep v1 session"
	forSeal   = "hostkeep v1 seal"
)

// Ring is a master key's derived keys. The master key itself is not kept. A Ring
// prints as *** and may be used by any number of goroutines.
type Ring struct {
	id, check             string
	token, digest, record []byte
	login, seal           []byte
}

func newRing(master []byte) (*Ring, error) {
	derived := make(map[string][]byte)
	for _, info := range []string{forID, forCheck, forToken, forDigest, forRecord, forLogin, forSeal} {
		key, err := hkdf.Key(sha256.New, master, nil, info, keySize)
		if err != nil {
			return nil, fmt.Errorf("deriving the %s: %w", info, err)
		}
		derived[info] = key
	}
	return &Ring{
		id:     hex.EncodeToString(derived[forID][:4]),
		check:  hex.EncodeToString(derived[forCheck]),
		token:  derived[forToken],
		digest: derived[forDigest],
		record: derived[forRecord],
		login:  derived[forLogin],
		seal:   derived[forSeal],
	}, nil
}

// ID is the key's short name, 8 hexadecimal digits: it tells keys apart and
// proves nothing.
func (r *Ring) ID() string { return r.id }

// Check is the value that a store keeps to recognise this key, 64 hexadecimal
// digits. It does not reveal the key.
func (r *Ring) Check() string { return r.check }

// HashToken is the form in which a token's secret is kept: HMAC-SHA-256 under
// the token key, so that a stolen store cannot even check a guess.
func (r *Ring) HashToken(s hostkeep.Secret) hostkeep.TokenHash {
	return hostkeep.TokenHash(mac(r.token, []byte(s.Reveal())))
}

// Digest stands for a secret in the record: "hmac:" and 16 hexadecimal digits.
// Equal texts have equal digests.
func (r *Ring) Digest(text string) string {
	return "hmac:" + hex.EncodeToString(mac(r.digest, []byte(text))[:8])
}

// RecordMAC authenticates the hash of a record's row, 32 bytes: who has the
// database alone cannot chain the record anew.
func (r *Ring) RecordMAC(hash []byte) []byte { return mac(r.record, hash) }

func mac(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}

// String hides the keys.
func (r Ring) String() string { return "***" }

// GoString hides the keys.
func (r Ring) GoString() string { return "***" }

// Format hides the keys in every verb.
func (r Ring) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// LogValue keeps the keys out of every log.
func (r Ring) LogValue() slog.Value { return slog.StringValue("***") }

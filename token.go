package hostkeep

import (
	"hash/crc32"
	"strconv"
	"strings"
	"time"
)

// MaxTokenName is the longest name of a token, in characters (WHM's limit).
const MaxTokenName = 50

// Token is one API token as it is kept: everything but its secret, of which
// only the keyed hash exists.
type Token struct {
	ID         int64
	OwnerID    int64 // the principal it belongs to; its name may change, its id never does
	CPanel     bool  // it opens cPanel's side for the account, and never WHM; else the other way round
	Name       string
	Hash       TokenHash
	KeyID      string // which master key made the hash
	Privileges Privileges
	Addresses  AddressList // empty: anywhere
	MadeBy     int64       // id of the token that made it, or 0
	Created    time.Time
	Expires    time.Time // zero: never
	Change     int64     // number of the change that wrote this row last
}

// TokenHash is HMAC-SHA-256 of a secret under the token key.
type TokenHash [32]byte

// Expired reports whether the token has ended at now: expires_at ≤ now.
func (t Token) Expired(now time.Time) bool { return ended(t.Expires, now) }

func ended(expires, now time.Time) bool { return !expires.IsZero() && !now.Before(expires) }

// CheckTokenName refuses a name that WHM would: 1 to 50 of A–Z a–z 0–9 - _.
func CheckTokenName(name string) error {
	switch {
	case name == "":
		return Errorf(Invalid, "The token's name is missing.")
	case len(name) > MaxTokenName:
		return Errorf(Invalid, "A token's name has at most %d characters.", MaxTokenName)
	case strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}):
		return Errorf(Invalid, "A token's name may hold only letters, digits, hyphens and underscores.")
	}
	return nil
}

// The form of a token's secret: 32 characters of A–Z and 0–9, as WHM's. The mark
// and the checksum let secret scanners recognise it and let garbage be refused
// without a look-up.
const (
	SecretMark   = "HK"
	SecretLength = 32
	secretBody   = 27 // mark and random part, what the checksum covers
)

// SealSecret appends the checksum to the mark and 25 random characters: CRC-32
// (IEEE) modulo 36⁵, in base 36 with digits 0–9A–Z, five characters.
func SealSecret(body string) Secret { return NewSecret(body + secretChecksum(body)) }

func secretChecksum(body string) string {
	sum := strings.ToUpper(strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body)))%(36*36*36*36*36), 36))
	return strings.Repeat("0", 5-len(sum)) + sum
}

// WellFormedSecret reports whether s has the form of a Hostkeep token.
func WellFormedSecret(s string) bool {
	return len(s) == SecretLength && strings.HasPrefix(s, SecretMark) && s[secretBody:] == secretChecksum(s[:secretBody]) &&
		!strings.ContainsFunc(s, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
}

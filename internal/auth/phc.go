package auth

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/hostkeep/hostkeep"
)

const (
	saltSize = 16 // bytes
	keySize  = 32 // bytes
)

// cost is what one argon2id computation takes: memory in KiB, passes, lanes.
type cost struct{ memory, time, lanes uint32 }

// phc is a stored password: argon2id, version 19, in the PHC string format.
type phc struct {
	cost
	salt, key []byte
}

func (p phc) derive(s hostkeep.Secret) []byte {
	return argon2.IDKey([]byte(s.Reveal()), p.salt, p.time, p.memory, uint8(p.lanes), uint32(len(p.key)))
}

func (p phc) matches(s hostkeep.Secret) bool {
	return subtle.ConstantTimeCompare(p.derive(s), p.key) == 1
}

func (p phc) text() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.memory, p.time, p.lanes, b64(p.salt), b64(p.key))
}

// errPHC quotes nothing of what it was given.
var errPHC = errors.New("the stored password hash is not argon2id in the PHC format, or its cost is out of bounds")

// parsePHC reads what text writes, within bounds that keep a check from taking
// more memory or time than a server can spare.
func parsePHC(text string) (phc, error) {
	f := strings.Split(text, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != "v=19" {
		return phc{}, errPHC
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(f[4])
	key, errKey := base64.RawStdEncoding.DecodeString(f[5])
	c, ok := parseCost(f[3])
	if errSalt != nil || errKey != nil || !ok || !within(len(salt), 8, 64) || !within(len(key), 16, 64) {
		return phc{}, errPHC
	}
	p := phc{c, salt, key}
	if p.text() != text { // leading zeros; bits that are left over, and line ends, which the decoder skips
		return phc{}, errPHC
	}
	return p, nil
}

func parseCost(text string) (cost, bool) {
	f := strings.Split(text, ",")
	if len(f) != 3 {
		return cost{}, false
	}
	m, okM := number(f[0], "m=")
	t, okT := number(f[1], "t=")
	p, okP := number(f[2], "p=")
	ok := okM && okT && okP && within(p, 1, 4) && within(m, 8*p, 65536) && within(t, 1, 10)
	return cost{uint32(m), uint32(t), uint32(p)}, ok
}

func number(text, name string) (int, bool) {
	digits, ok := strings.CutPrefix(text, name)
	n, err := strconv.ParseUint(digits, 10, 31)
	return int(n), ok && err == nil
}

func within(n, low, high int) bool { return low <= n && n <= high }

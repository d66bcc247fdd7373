package auth

import (
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/hostkeep/hostkeep"
)

// The codes are those of RFC 6238 as every app makes them: SHA-1, six digits,
// one for every 30 seconds.
const (
	codePeriod = 30
	codeDigits = otp.DigitsSix
	seedSize   = 20 // bytes that we make
	seedLeast  = 10 // bytes that we take
)

// NewSeed makes the seed of a user's codes, in base32, and the address that apps
// read from a picture.
func NewSeed(random io.Reader, issuer, user string) (seed, address hostkeep.Secret, err error) {
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: issuer, AccountName: user, Period: codePeriod, SecretSize: seedSize, Digits: codeDigits, Algorithm: otp.AlgorithmSHA1, Rand: random,
	})
	if err != nil {
		return seed, address, fmt.Errorf("making a seed: %w", err)
	}
	return hostkeep.NewSecret(key.Secret()), hostkeep.NewSecret(key.URL()), nil
}

// CheckSeed refuses what makes no codes, or codes that are easily found out.
func CheckSeed(seed hostkeep.Secret) error {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(bare(seed.Reveal()))
	if err != nil || len(raw) < seedLeast || len(raw) > 64 {
		return hostkeep.Errorf(hostkeep.Invalid, "The secret is not one that twofactorauth_generate_tfa_config made: it needs at least 16 letters and digits of base32.")
	}
	return nil
}

func bare(seed string) string {
	return strings.TrimRight(strings.ToUpper(strings.TrimSpace(seed)), "=")
}

// MatchCode finds the step whose code it is: the one of now, or one beside it
// for clocks that differ. Each step is computed, whichever it is.
func MatchCode(seed hostkeep.Secret, code string, now time.Time) (step int64, right bool) {
	at := now.Unix() / codePeriod
	for s := at - 1; s <= at+1; s++ {
		want, err := totp.GenerateCodeCustom(bare(seed.Reveal()), time.Unix(s*codePeriod, 0), totp.ValidateOpts{
			Period: codePeriod, Digits: codeDigits, Algorithm: otp.AlgorithmSHA1,
		})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, right = s, true
		}
	}
	return step, right
}

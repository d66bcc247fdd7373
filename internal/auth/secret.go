package auth

import (
	"errors"
	"fmt"
	"io"

	"github.com/hostkeep/hostkeep"
)

// The characters of tokens and of generated passwords; the latter leave out
// those that look alike (I l 1, O o 0).
const (
	tokenChars    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	passwordChars = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
)

const (
	tokenRandom    = 25 // characters, 129 bits
	passwordLength = 24 // characters, 139 bits
)

// NewSecret makes a token's secret from random. When random fails or ends there
// is an error and no secret.
func NewSecret(random io.Reader) (hostkeep.Secret, error) {
	text, err := pick(random, tokenChars, tokenRandom)
	if err != nil {
		return hostkeep.Secret{}, fmt.Errorf("making a token: %w", err)
	}
	return hostkeep.SealSecret(hostkeep.SecretMark + text), nil
}

// NewPassword makes a password of 24 characters that are easily told apart.
func NewPassword(random io.Reader) (hostkeep.Secret, error) {
	text, err := pick(random, passwordChars, passwordLength)
	if err != nil {
		return hostkeep.Secret{}, fmt.Errorf("making a password: %w", err)
	}
	return hostkeep.NewSecret(text), nil
}

// maxRounds bounds the reads of pick. Sound randomness needs more with a chance
// below 2⁻⁸⁰; a source that repeats one useless byte would go on for ever.
const maxRounds = 32

// pick draws n of chars, each alike: bytes past the last whole multiple of the
// alphabet are dropped, for they would favour its first characters.
func pick(random io.Reader, chars string, n int) (string, error) {
	fair := 256 - 256%len(chars)
	out := make([]byte, 0, n)
	for range maxRounds {
		chunk := make([]byte, n-len(out))
		if _, err := io.ReadFull(random, chunk); err != nil {
			return "", fmt.Errorf("reading randomness: %w", err)
		}
		for _, b := range chunk {
			if int(b) < fair {
				out = append(out, chars[int(b)%len(chars)])
			}
		}
		if len(out) == n {
			return string(out), nil
		}
	}
	return "", errors.New("the randomness is not random")
}

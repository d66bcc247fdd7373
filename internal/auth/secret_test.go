package auth_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

// counter yields 0 … 255 over and over.
type counter struct{ next byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.next
		c.next++
	}
	return len(p), nil
}

// count draws n secrets without their first skip characters and the rest past
// keep, and counts each character.
func count(t *testing.T, draw func(io.Reader) (hostkeep.Secret, error), n, skip, keep int) map[rune]int {
	t.Helper()
	random, seen := &counter{}, map[rune]int{}
	for range n {
		s, err := draw(random)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Reveal()[skip : skip+keep] {
			seen[c]++
		}
	}
	return seen
}

// From a source that yields every byte alike, every character comes out exactly
// alike: 252 tokens take 25 rounds of the 252 bytes that are fair to 36
// characters, 224 passwords 24 rounds of the 224 that are fair to 56.
func TestNoCharacterIsFavoured(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]struct {
		seen      map[rune]int
		kinds, of int
	}{
		"token":    {count(t, auth.NewSecret, 252, 2, 25), 36, 25 * 252 / 36},
		"password": {count(t, auth.NewPassword, 224, 0, 24), 56, 24 * 224 / 56},
	} {
		if len(v.seen) != v.kinds {
			t.Errorf("%s: %d different characters, want %d", name, len(v.seen), v.kinds)
		}
		for c, got := range v.seen {
			if got != v.of {
				t.Errorf("%s: %c came %d times, want %d", name, c, got, v.of)
			}
		}
	}
}

// The checksums were computed outside Go, bit by bit: CRC-32 of the first 27
// characters modulo 36⁵.
func TestNewSecretSealsWhatItDraws(t *testing.T) {
	t.Parallel()
	// B … Y stand at 1 … 24 of the alphabet; 252 and more are dropped.
	rising := []byte{252, 0, 1, 2, 253, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 254, 255, 21, 22, 23, 24}
	for want, drawn := range map[string][]byte{
		"HKAAAAAAAAAAAAAAAAAAAAAAAAAX7CVE": make([]byte, 25),
		"HKABCDEFGHIJKLMNOPQRSTUVWXY8S7MF": rising,
		"HK000000000000000000000040200GW2": append(bytes.Repeat([]byte{26}, 22), 30, 26, 28), // a checksum that starts with 0
	} {
		s, err := auth.NewSecret(bytes.NewReader(drawn))
		if err != nil || s.Reveal() != want {
			t.Errorf("secret = %s, %v; want %s", s.Reveal(), err, want)
		}
	}
}

func TestNoSecretWithoutRandomness(t *testing.T) {
	t.Parallel()
	broken := errors.New("no entropy")
	for name, v := range map[string]struct {
		random func() io.Reader
		want   error
	}{
		"fails":     {func() io.Reader { return iotest.ErrReader(broken) }, broken},
		"empty":     {func() io.Reader { return strings.NewReader("") }, io.EOF},
		"short":     {func() io.Reader { return bytes.NewReader(make([]byte, 20)) }, io.ErrUnexpectedEOF},
		"too short": {func() io.Reader { return bytes.NewReader(append(make([]byte, 23), 255, 255)) }, io.EOF},
		"fails late": {func() io.Reader {
			return io.MultiReader(bytes.NewReader(make([]byte, 10)), iotest.ErrReader(broken))
		}, broken},
		"useless": {func() io.Reader { return iotest.OneByteReader(always(255)) }, nil},
	} {
		for kind, draw := range map[string]func(io.Reader) (hostkeep.Secret, error){"token": auth.NewSecret, "password": auth.NewPassword} {
			if kind == "password" && name == "too short" {
				continue // 24 are enough there, and 255 is dropped all the same
			}
			s, err := draw(v.random())
			if err == nil || v.want != nil && !errors.Is(err, v.want) || !s.Empty() {
				t.Errorf("%s, %s: secret empty %v, error %v; want %v", kind, name, s.Empty(), err, v.want)
			}
		}
	}
}

// always yields one byte for ever.
type always byte

func (z always) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(z)
	}
	return len(p), nil
}

func TestSecretsAreWellFormed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		s, err := auth.NewSecret(rand.Reader)
		if err != nil || !hostkeep.WellFormedSecret(s.Reveal()) || seen[s.Reveal()] {
			t.Fatalf("not well-formed, or repeated: %v", err)
		}
		seen[s.Reveal()] = true
		p, err := auth.NewPassword(rand.Reader)
		if err != nil || len(p.Reveal()) != 24 || strings.ContainsAny(p.Reveal(), "Il1Oo0") {
			t.Fatalf("password of %d characters: %v", len(p.Reveal()), err)
		}
	}
}

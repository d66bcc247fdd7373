package accounts

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type strengthIn struct {
	Password hostkeep.Secret `whm:"password,required"`
}

type strengthOut struct {
	Strength int64 `whm:"strength" doc:"0 to 100"`
}

func (f family) getPasswordStrength(_ context.Context, _ api.Call, in strengthIn) (out strengthOut, err error) {
	out.Strength = strength(in.Password)
	return out, nil
}

type strengthRow struct {
	Strength string `whm:"strength" doc:"0 to 100, as text"`
}

// passwordStrength is getPasswordStrength as cPanel writes it.
func (f family) passwordStrength(_ context.Context, _ api.Call, in strengthIn) (strengthRow, error) {
	return strengthRow{strconv.FormatInt(strength(in.Password), 10)}, nil
}

// requiredScore is what a password must score here: nothing. hostkeep.CheckPassword
// says what else it must be.
const requiredScore = 0

type appIn struct {
	App string `whm:"app" doc:"what the password is for; the answer is the same for all"`
}

type requiredOut struct {
	Strength int64 `whm:"strength" doc:"always 0: passwords need no score"`
}

func (f family) requiredStrength(context.Context, api.Call, appIn) (requiredOut, error) {
	return requiredOut{requiredScore}, nil
}

type appStrength struct {
	App      string `whm:"app"`
	Strength int64  `whm:"strength" doc:"always 0: passwords need no score"`
}

type appStrengthsOut struct {
	Rows []appStrength `whm:",whole"`
}

// appStrengths names what here takes a password, by cPanel's names.
func (f family) appStrengths(context.Context, api.Call, struct{}) (appStrengthsOut, error) {
	return appStrengthsOut{[]appStrength{{"createacct", requiredScore}, {"passwd", requiredScore}, {"webdisk", requiredScore}}}, nil
}

// common are beginnings that every list of guesses has.
var common = []string{"password", "passwort", "qwert", "letmein", "welcome", "iloveyou", "admin", "abc123", "monkey", "dragon", "football", "secret", "changeme"}

// full is the guesswork, in bits, that counts as 100.
const full = 80

// strength scores a password by the guesswork that it asks for: each character
// counts by the kinds of characters that there are, and for little when it
// repeats the one before or follows it in order. How WHM scores is not known.
func strength(s hostkeep.Secret) int64 {
	text := []rune(s.Reveal())
	lower := strings.ToLower(s.Reveal())
	each, bits := math.Log2(float64(pool(text))), 0.0
	for i, r := range text {
		step := rune(2)
		if i > 0 {
			step = r - text[i-1]
		}
		if step >= -1 && step <= 1 {
			bits++
		} else {
			bits += each
		}
	}
	if slices.ContainsFunc(common, func(c string) bool { return strings.Contains(lower, c) }) {
		bits /= 4
	}
	return int64(min(100, math.Round(bits*100/full)))
}

// pool is how many characters there are of the kinds that the text has.
func pool(text []rune) (n int) {
	for _, kind := range []struct {
		has  func(rune) bool
		size int
	}{
		{func(r rune) bool { return r < 128 && unicode.IsLower(r) }, 26},
		{func(r rune) bool { return r < 128 && unicode.IsUpper(r) }, 26},
		{func(r rune) bool { return r < 128 && unicode.IsDigit(r) }, 10},
		{func(r rune) bool { return r < 128 && !unicode.IsLetter(r) && !unicode.IsDigit(r) }, 32},
		{func(r rune) bool { return r >= 128 }, 100},
	} {
		if slices.ContainsFunc(text, kind.has) {
			n += kind.size
		}
	}
	return max(n, 1)
}

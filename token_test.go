package hostkeep_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
)

const base36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// checksum is the checksum of a secret's first 27 characters, worked out bit by
// bit: CRC-32 (IEEE, reflected, polynomial EDB88320), modulo 36⁵, in base 36.
func checksum(body string) string {
	crc := ^uint32(0)
	for _, c := range []byte(body) {
		crc ^= uint32(c)
		for range 8 {
			low := crc & 1
			crc >>= 1
			if low == 1 {
				crc ^= 0xEDB88320
			}
		}
	}
	n := ^crc % 60_466_176
	var digits [5]byte
	for i := 4; i >= 0; i-- {
		digits[i] = base36[n%36]
		n /= 36
	}
	return string(digits[:])
}

// TestSecretVectors: secrets worked out by another program.
func TestSecretVectors(t *testing.T) {
	t.Parallel()
	for _, whole := range []string{
		"HKAAAAAAAAAAAAAAAAAAAAAAAAAX7CVE",
		"HK0000000000000000000000000EXJSI",
		"HK0123456789ABCDEFGHIJKLMNONQ78M",
		"HKZYXWVUTSRQPONMLKJIHGFEDCBU7KVR",
		"HK000000000000000000000040200GW2", // the checksum is padded
	} {
		body := whole[:27]
		if got := hostkeep.SealSecret(body).Reveal(); got != whole || checksum(body) != whole[27:] || !hostkeep.WellFormedSecret(whole) {
			t.Errorf("%s is sealed as %s, checksum by hand %s, well formed %v", body, got, checksum(body), hostkeep.WellFormedSecret(got))
		}
	}
}

// TestSecretLaws: every body can be sealed, and one wrong character is noticed.
func TestSecretLaws(t *testing.T) {
	t.Parallel()
	chars := rapid.SampledFrom([]rune(base36))
	rapid.Check(t, func(rt *rapid.T) {
		body := "HK" + rapid.StringOfN(chars, 25, 25, 25).Draw(rt, "body")
		whole := hostkeep.SealSecret(body).Reveal()
		if whole != body+checksum(body) || !hostkeep.WellFormedSecret(whole) {
			rt.Fatalf("%s is sealed as %s", body, whole)
		}
		at, c := rapid.IntRange(0, 31).Draw(rt, "at"), byte(chars.Draw(rt, "char"))
		if c == whole[at] {
			return
		}
		if wrong := whole[:at] + string(c) + whole[at+1:]; hostkeep.WellFormedSecret(wrong) {
			rt.Fatalf("%s is taken for %s", wrong, whole)
		}
	})
}

func TestMalformedSecrets(t *testing.T) {
	t.Parallel()
	good := "HK0123456789ABCDEFGHIJKLMNONQ78M"
	lower := "HKabcdefghijklmnopqrstuvwxy"
	blank := "HK 123456789ABCDEFGHIJKLMNO"
	wide := "HKÄ23456789ABCDEFGHIJKLMNO" // 27 bytes
	unmarked := "XX0123456789ABCDEFGHIJKLMNO"
	for about, s := range map[string]string{
		"empty": "", "short": good[:31], "long": good + "M", "blank around": " " + good[:31], "lower case": strings.ToLower(good),
		"lower case, sealed": lower + checksum(lower), "blank, sealed": blank + checksum(blank), "not ASCII, sealed": wide + checksum(wide),
		"unmarked, sealed": unmarked + checksum(unmarked), "WHM's own": "UWU28DCA23NKY76CN17MDPKM3O7EFQY8",
	} {
		if hostkeep.WellFormedSecret(s) {
			t.Errorf("%s: %q is taken for a token", about, s)
		}
	}
	if !hostkeep.WellFormedSecret(good) {
		t.Error("the good one is refused")
	}
}

func FuzzWellFormedSecret(f *testing.F) {
	f.Add("HK0123456789ABCDEFGHIJKLMNONQ78M")
	f.Add("HK0123456789ABCDEFGHIJKLMNO00000")
	f.Add("UWU28DCA23NKY76CN17MDPKM3O7EFQY8")
	f.Add("HK\xff123456789ABCDEFGHIJKLMNONQ78M")
	f.Add("")
	form := regexp.MustCompile(`\AHK[0-9A-Z]{30}\z`)
	f.Fuzz(func(t *testing.T, s string) {
		want := form.MatchString(s) && s[27:] == checksum(s[:27])
		if got := hostkeep.WellFormedSecret(s); got != want {
			t.Fatalf("%q is well formed: %v, want %v", s, got, want)
		}
	})
}

func TestCheckTokenName(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "0", "-", "_", "CI_deploy-2026", strings.Repeat("x", 50)} {
		if err := hostkeep.CheckTokenName(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for bad, word := range map[string]string{
		"": "missing", strings.Repeat("x", 51): "at most 50", "a b": "only letters", "a.b": "only letters", "a/b": "only letters",
		"tökn": "only letters", "a\x00": "only letters", "a\n": "only letters", "١": "only letters", "\xff": "only letters",
		"a@": "only letters", "a[": "only letters", "a`": "only letters", "a{": "only letters", "a:": "only letters",
	} {
		err := hostkeep.CheckTokenName(bad)
		if hostkeep.KindOf(err) != hostkeep.Invalid || !strings.Contains(err.Error(), word) {
			t.Errorf("%q: %v, want %q", bad, err, word)
		}
	}
}

// TestExpired: a token has ended when its end has come, to the second and below.
func TestExpired(t *testing.T) {
	t.Parallel()
	end := time.Unix(1_800_000_000, 0)
	tok := hostkeep.Token{Expires: end}
	got := []bool{tok.Expired(end.Add(-time.Nanosecond)), tok.Expired(end), tok.Expired(end.Add(time.Hour)), hostkeep.Token{}.Expired(end)}
	if want := []bool{false, true, true, false}; !slices.Equal(got, want) {
		t.Errorf("just before, at, after, without an end: %v, want %v", got, want)
	}
}

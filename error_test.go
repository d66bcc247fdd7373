package hostkeep_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	told := hostkeep.Errorf(hostkeep.Conflict, "The name %q is taken.", "x")
	if told.Error() != `The name "x" is taken.` || told.Missing != "" {
		t.Errorf("the error is %+v", told)
	}
	for err, want := range map[error]hostkeep.Kind{
		told:                                   hostkeep.Conflict,
		fmt.Errorf("saving: %w", told):         hostkeep.Conflict,
		errors.Join(errors.New("other"), told): hostkeep.Conflict,
		errors.New("of ours"):                  0,
		hostkeep.ErrNotFound:                   0, // the store's word, not a sentence for a caller
		hostkeep.ErrExists:                     0,
		hostkeep.ErrOutcomeUnknown:             0,
		nil:                                    0,
	} {
		if got := hostkeep.KindOf(err); got != want {
			t.Errorf("%v is %v, want %v", err, got, want)
		}
	}
}

func TestKindNames(t *testing.T) {
	t.Parallel()
	for k, want := range map[hostkeep.Kind]string{
		0: "unknown", hostkeep.Invalid: "invalid", hostkeep.Denied: "denied", hostkeep.NotFound: "not found",
		hostkeep.Conflict: "conflict", hostkeep.Unsupported: "unsupported", hostkeep.Unavailable: "unavailable",
	} {
		if got := k.String(); got != want {
			t.Errorf("kind %d is %q, want %q", uint8(k), got, want)
		}
	}
	_ = hostkeep.Kind(200).String() // must not panic
}

func TestClip(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		s    string
		n    int
		want string
	}{
		{"", 0, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc…"},
		{"abc", 0, "…"},
		{"äö", 3, "ä…"},
		{"äö", 4, "äö"},
		{"äö", 1, "…"},
		{"€€", 5, "€…"},
		{"a\U0001F600b", 4, "a…"},
		{"\x80\x80\x80", 2, "…"},
	} {
		if got := hostkeep.Clip(tt.s, tt.n); got != tt.want {
			t.Errorf("%q clipped to %d is %q, want %q", tt.s, tt.n, got, tt.want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		s, n := rapid.String().Draw(rt, "s"), rapid.IntRange(0, 40).Draw(rt, "n")
		got := hostkeep.Clip(s, n)
		kept, clipped := strings.CutSuffix(got, "…")
		switch {
		case len(s) <= n && got != s:
			rt.Fatalf("%q fits and became %q", s, got)
		case len(s) > n && (!clipped || len(kept) > n || len(kept) < n-3 || !strings.HasPrefix(s, kept) || !utf8.ValidString(got)):
			rt.Fatalf("%q clipped to %d is %q", s, n, got)
		}
	})
}

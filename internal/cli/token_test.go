package cli

import (
	"errors"
	"testing"
	"time"
)

func TestParseEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]int64{
		"never":      0,
		"90d":        now.Unix() + 90*86400,
		"12h":        now.Unix() + 12*3600,
		"90m":        now.Unix() + 90*60,
		"2026-11-24": time.Date(2026, 11, 24, 23, 59, 59, 0, time.UTC).Unix(), // that day's end
		"2027-02-28": time.Date(2027, 2, 28, 23, 59, 59, 0, time.UTC).Unix(),
	} {
		if got, err := parseEnd(text, now); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0d", "-1d", "0h", "-5m", "tomorrow", "2027-02-30", "90", "1e3d", "99999999999d"} {
		var usage usageError
		if _, err := parseEnd(text, now); !errors.As(err, &usage) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

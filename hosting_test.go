package hostkeep_test

import (
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

func TestParseLimit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]hostkeep.Limit{
		"0": 0, "1": 1, "250": 250, "007": 7, "1125899906842624": 1 << 50,
		"unlimited": hostkeep.Unlimited, "Unlimited": hostkeep.Unlimited, "UNLIMITED": hostkeep.Unlimited, "null": hostkeep.Unlimited,
	} {
		if got, err := hostkeep.ParseLimit(text); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "-1", "1.5", "1e3", "0x10", "1_000", " 5", "5 ", "5M", "n/a", "unlimite", "∞", "١", "1125899906842625",
		"9223372036854775808", "99999999999999999999999", strings.Repeat("9", 5000),
	} {
		got, err := hostkeep.ParseLimit(text)
		if hostkeep.KindOf(err) != hostkeep.Invalid || got != 0 || len(err.Error()) > 150 {
			t.Errorf("%.30q is %d, %v", text, got, err)
		}
	}
}

func TestLimitText(t *testing.T) {
	t.Parallel()
	for l, want := range map[hostkeep.Limit]string{0: "0", 250: "250", hostkeep.Unlimited: "unlimited"} {
		if got := l.String(); got != want {
			t.Errorf("%d is written %q, want %q", int64(l), got, want)
		}
		if again, err := hostkeep.ParseLimit(want); err != nil || again != l {
			t.Errorf("%q is read as %d, %v", want, int64(again), err)
		}
	}
}

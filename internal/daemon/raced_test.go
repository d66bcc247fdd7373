//go:build race

package daemon

import (
	"flag"
	"os"
	"testing"
)

// raced: the race detector is on.
const raced = true

// TestMain takes fewer rounds of the properties: under the race detector each costs
// several times the work, and what it looks for is in every round. The rounds in full
// are a step of their own in scripts/check.
func TestMain(m *testing.M) {
	flag.Parse()
	rounds := flag.Lookup("rapid.checks")
	if rounds.Value.String() == rounds.DefValue {
		_ = rounds.Value.Set("15")
	}
	os.Exit(m.Run())
}

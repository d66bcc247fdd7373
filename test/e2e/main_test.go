// Package e2e tests the program as its users run it: processes, real HTTPS,
// commands, signals and crashes. The program is this test binary itself, started
// again, so the race detector watches it too. It refuses to know anything of the
// program's inside but how its record is verified.
package e2e

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hostkeep/hostkeep/test/program"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hostkeep": program.Main})
}

// Package e2e tests the program as its users run it: processes, real HTTPS,
// commands, signals and crashes. The program is this test binary itself, started
// again, so the race detector watches it too. It refuses to know anything of the
// program's inside but how its record is verified.
package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hostkeep/hostkeep/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hostkeep": program})
}

// program is cmd/hostkeep with a clock that tests can move.
func program() {
	p := cli.Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: movedClock}
	os.Exit(p.Run(os.Args))
}

// clockFile names the variable that names the file with how far the clock is moved.
const clockFile = "HOSTKEEP_TEST_CLOCK"

// movedClock is the machine's clock plus what the clock file says, such as 24h.
// Without a file it is the machine's clock.
func movedClock() time.Time {
	text, err := os.ReadFile(os.Getenv(clockFile))
	if err != nil {
		return time.Now()
	}
	by, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		panic("the clock file holds " + string(text))
	}
	return time.Now().Add(by)
}

// Package program runs hostkeep as its users do, for tests: as a process of its own,
// which is the test binary itself, started again, so the race detector watches it
// too. It refuses to know anything of the program's inside but where that begins.
package program

import (
	"os"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep/internal/cli"
)

// ClockFile names the variable that names the file with how far the program's clock
// is moved, such as 24h. Without one the clock is the machine's.
const ClockFile = "HOSTKEEP_TEST_CLOCK"

// again says that this process is the program.
const again = "HOSTKEEP_TEST_PROGRAM"

// Main is cmd/hostkeep with a clock that tests can move. It ends the process.
func Main() {
	p := cli.Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: movedClock}
	os.Exit(p.Run(append([]string{"hostkeep"}, os.Args[1:]...)))
}

// Again makes this process the program if Self started it. A TestMain calls it first.
func Again() {
	if os.Getenv(again) != "" {
		Main()
	}
}

// Self is what starts this test binary as the program: its path, and the
// environment, in which home is the only folder.
func Self(home string, more ...string) (path string, environ []string, err error) {
	path, err = os.Executable()
	return path, append([]string{again + "=1", "HOME=" + home, "PATH=" + os.Getenv("PATH"), "GORACE=" + os.Getenv("GORACE")}, more...), err
}

func movedClock() time.Time {
	text, err := os.ReadFile(os.Getenv(ClockFile))
	if err != nil {
		return time.Now()
	}
	by, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		panic("the clock file holds " + string(text))
	}
	return time.Now().Add(by)
}

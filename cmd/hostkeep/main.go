// Command hostkeep is the server and its tools; see package cli.
package main

import (
	"os"
	"time"

	"github.com/hostkeep/hostkeep/internal/cli"
)

func main() {
	p := cli.Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now}
	os.Exit(p.Run(os.Args))
}

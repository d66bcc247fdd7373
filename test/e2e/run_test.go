package e2e

import (
	"bytes"
	"context"
	"os/exec"
	"strings"

	"github.com/hostkeep/hostkeep/test/program"
)

// runIn runs a program to its end.
func runIn(dir string, environ []string, stdin, name string, args ...string) (stdout, stderr string, err error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", "", err
	}
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(context.Background(), program.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Args[0] = name
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, environ, strings.NewReader(stdin), &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

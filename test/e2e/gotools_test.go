package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// built builds somebody else's Go program from test/clients/NAME, a module of its
// own that pins it with exactly what its authors built it with. Building takes
// minutes once, so scripts/check does it before the tests; here it is then a look.
func built(t *testing.T, name string) (path string) {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "clients", name))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "build", "-o", "bin/", "tool")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("building %s: %v\n%s", name, err, out)
	default:
		t.Skipf("building %s: %v\n%s", name, err, out)
	}
	return filepath.Join(dir, "bin", name)
}

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/test/program"
)

// TestDemo does what a newcomer does: starts the demo, and pastes its last line
// into a shell. It wants port 2087, so it does not run beside TestDocumentedScripts.
func TestDemo(t *testing.T) {
	needProgram(t, "curl")
	dir := t.TempDir()
	environ := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir}
	p, err := program.Launch(dir, environ, "hostkeep", "serve", "--demo")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	if _, err := p.Out.Await(regexp.MustCompile(`(?m)^curl .*\n`), p.Ended); err != nil {
		t.Fatalf("%v\n%s", err, p.Log)
	}
	lines := strings.Split(strings.TrimSuffix(p.Out.String(), "\n"), "\n")
	last := lines[len(lines)-1]
	if !strings.HasPrefix(last, "curl ") {
		t.Fatalf("the last line is %q", last)
	}
	out, errs, err := runIn("/", environ, "", "sh", "-c", last)
	if err != nil {
		t.Fatalf("%s: %v\n%s", last, err, errs)
	}
	answer, err := decode([]byte(out))
	if err != nil {
		t.Fatal(err)
	}
	if user, ok := at(answer, "data.acct.0.user"); !ok || user == "" {
		t.Errorf("the answer has no account: %s", out)
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("the demo left %q behind (%v)", left, err)
	}
}

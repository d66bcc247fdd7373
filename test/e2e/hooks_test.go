package e2e

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestHooksExample: the files of test/script/hooks.txtar, which that script runs, are
// the ones that docs/hooks.md shows.
func TestHooksExample(t *testing.T) {
	t.Parallel()
	script, err := txtar.ParseFile("../script/hooks.txtar")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/hooks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range script.Files {
		if !strings.Contains(string(page), "\n"+string(f.Data)+"```\n") {
			t.Errorf("docs/hooks.md does not show %s as the script runs it", f.Name)
		}
	}
}

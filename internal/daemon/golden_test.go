package daemon

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGoldens shows each declared function's answer in every form, success and
// failure, of a result made by hand (texts are x, numbers 1, lists have one
// element): what a client author would see, and a reviewer of a change.
func TestGoldens(t *testing.T) {
	t.Parallel()
	const dir = "testdata/forms"
	seen := map[string]bool{}
	for _, f := range declaredFunctions(t) {
		value := sampleOf(f)
		var b strings.Builder
		for _, version := range []int{1, 0} {
			if !f.InVersion(version) {
				continue
			}
			r := wire.Reply{Command: f.Name, Function: f.Name, OK: true, V0: version == 0, Out: f.Out, Value: value}
			fmt.Fprintf(&b, "API %d\n%s\n%s\n", version, r.AppendJSON(nil), r.AppendXML(nil))
			r.OK, r.Reason = false, "No."
			fmt.Fprintf(&b, "API %d, failed\n%s\n%s\n", version, r.AppendJSON(nil), r.AppendXML(nil))
		}
		file := filepath.Join(dir, f.Name+".golden")
		seen[file] = true
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != b.String() {
			t.Errorf("%s is not what %s answers (go test ./internal/daemon -run Goldens -update): %v\n%s", file, f.Name, err, b.String())
		}
	}
	files, err := filepath.Glob(dir + "/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if seen[file] {
			continue
		}
		if t.Errorf("%s belongs to no declared function", file); *update {
			_ = os.Remove(file)
		}
	}
}

package protocol

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write functions.txt anew")

// TestAgreesWithTheDescription: the embedded list is made from the whole
// description, and is read back as it was written.
func TestAgreesWithTheDescription(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../protocol/functions.json")
	if err != nil {
		t.Fatal(err)
	}
	var described []struct {
		Name, Since, Group string
		Privileges         []string
		Source             string `json:"privileges_source"`
	}
	if err := json.Unmarshal(raw, &described); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, d := range described {
		f := Function{Name: d.Name, Since: d.Since, Group: d.Group, Privileges: d.Privileges, Guessed: !strings.HasPrefix(d.Source, "docs page")}
		if len(f.Privileges) == 0 { // what no chart names needs all
			f.Privileges = []string{"all"}
		}
		want = append(want, f.line())
	}
	slices.Sort(want)
	whole := strings.Join(want, "\n") + "\n"
	if *update {
		if err := os.WriteFile("functions.txt", []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if whole != text {
		t.Error("functions.txt is stale; run: go test ./internal/protocol -update")
	}
	got := Functions()
	if len(got) != len(want) || len(got) != 625 {
		t.Fatalf("%d functions are listed, %d described", len(got), len(want))
	}
	for i, f := range got {
		if f.line() != want[i] {
			t.Errorf("%q is read back as %q", want[i], f.line())
		}
	}
}

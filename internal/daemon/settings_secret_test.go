package daemon

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/wire"
)

// keeping is a call that keeps values, and what the record and hooks are told of it.
type keeping struct {
	function  string
	version   int
	nameValue []string
	recorded  func(digest func(string) string) string // the record's arguments
	hidden    string                                  // the arguments for a hook without secrets
	shown     string                                  // and for one that is told them
}

const keyOfMail, keyOfStore = "SG.mailword\n\tin two lines", "AKIAstoreword"

// keepings are all functions that keep what callers like under names of theirs.
func keepings() []keeping {
	object := `{"mail":"SG.mailword","bad name":"SG.mailword too","store":{"key":"AKIAstoreword"}}`
	return []keeping{
		{
			"nvset", 0,
			[]string{"key", "mail", "key1", "store", "value", keyOfMail, "value1", keyOfStore},
			func(d func(string) string) string {
				return `{"key":["mail","store"],"value":["` + d(keyOfMail) + `","` + d(keyOfStore) + `"]}`
			},
			`{"key":["mail","store"],"value":["***","***"]}`, `{"key":["mail","store"],"value":["SG.mailword\n\tin two lines","AKIAstoreword"]}`,
		},
		{
			"set_tweaksetting", 1,
			[]string{"key", "relay_key", "module", "Mail", "value", keyOfMail},
			func(d func(string) string) string {
				return `{"key":"relay_key","module":"Mail","value":"` + d(keyOfMail) + `"}`
			},
			`{"key":"relay_key","module":"Mail","value":"***"}`, `{"key":"relay_key","module":"Mail","value":"SG.mailword\n\tin two lines"}`,
		},
		{
			"personalization_set", 1,
			[]string{"personalization", object},
			func(d func(string) string) string { return `{"personalization":"` + d(object) + `"}` },
			`{"personalization":"***"}`, `{"personalization":` + fmt.Sprintf("%q", object) + `}`,
		},
	}
}

// TestKeptValuesAreSecrets: people keep keys of other services where any text can
// be kept. The record has a digest of them, and a hook only what it asks for; who
// kept them reads them back.
func TestKeptValuesAreSecrets(t *testing.T) {
	t.Parallel()
	knows := line("*", "post", `cat > "$1/knows"`)
	knows.Secrets = true
	w, dir := hooked(t, knows, line("*", "pre", `cat > "$1/before"`), line("*", "post", `cat > "$1/after"`))
	for _, k := range keepings() {
		if r := w.api.CallVersion(t.Context(), w.root(), k.version, k.function, wire.Pairs(k.nameValue...)); !r.OK {
			t.Fatalf("%s: %s", k.function, text(r))
		}
		events, err := w.store.Events(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		last := events[len(events)-1]
		if want := k.recorded(w.ring.Digest); last.Function != k.function || last.Args != want {
			t.Errorf("the record has %s %s, want %s %s", last.Function, last.Args, k.function, want)
		}
		if whole := fmt.Sprintf("%+v", events); strings.Contains(whole, "mailword") || strings.Contains(whole, "storeword") {
			t.Errorf("%s: the record has a value: %s", k.function, whole)
		}
		for name, want := range map[string]string{"before": k.hidden, "after": k.hidden, "knows": k.shown} {
			got, all := read(t, filepath.Join(dir, name))
			if !same(t, got.Arguments, want) {
				t.Errorf("%s: the hook %s is told %v, want %s", k.function, name, got.Arguments, want)
			}
			if told := strings.Contains(all, "mailword"); got.Function != k.function || told != (name == "knows") {
				t.Errorf("%s: the hook %s is told a value: %t: %s", k.function, name, told, all)
			}
		}
	}
	readsBack(t, w)
}

// same compares decoded JSON with a text.
func same(t *testing.T, got map[string]any, want string) bool {
	t.Helper()
	var decoded map[string]any
	if err := json.Unmarshal([]byte(want), &decoded); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(got) == fmt.Sprint(decoded)
}

// readsBack wants what keepings keep, by all functions that show it.
func readsBack(t *testing.T, w *world) {
	t.Helper()
	root := w.root()
	for key, want := range map[string]string{"mail": `{"value":"SG.mailword\n\tin two lines"}`, "store": `{"value":"AKIAstoreword"}`} {
		if got := text(w.api.CallVersion(t.Context(), root, 0, "nvget", wire.Pairs("key", key))); got != want {
			t.Errorf("nvget: %s is %s, want %s", key, got, want)
		}
	}
	tweak := dataOf(t, w.must(root, "get_tweaksetting", "key", "relay_key", "module", "Mail"))
	if got := tweak["tweaksetting"].(map[string]any)["value"]; got != keyOfMail {
		t.Errorf("get_tweaksetting: %q", got)
	}
	all := dataOf(t, w.must(root, "personalization_get"))["personalization"].(map[string]any)
	for name, want := range map[string]string{"mail": "SG.mailword", "store": `{"key":"AKIAstoreword"}`} {
		if one, _ := all[name].(map[string]any); one["value"] != want || len(all) != 2 {
			t.Errorf("personalization_get: %s of %v is not %s", name, all, want)
		}
	}
}

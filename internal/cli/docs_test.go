package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/cli"
	"github.com/hostkeep/hostkeep/internal/doc"
)

// run runs a command line that needs no state; any attempt to open one fails,
// because its folder cannot be there.
func run(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs strings.Builder
	p := cli.Program{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now,
		Getenv: func(name string) string {
			return map[string]string{"HOSTKEEP_DATA": filepath.Join(os.DevNull, "no", "state")}[name]
		},
	}
	status = p.Run(args)
	return out.String(), errs.String(), status
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range list {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		texts[f.Name()] = string(text)
	}
	return texts
}

// The committed pages are what the declarations say now.
func TestReferenceIsFresh(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, errs, status := run(t, "hostkeep", "docs", "reference", dir); status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	made, kept := files(t, dir), files(t, filepath.Join("..", "..", "docs", "reference"))
	if len(made) < 20 {
		t.Errorf("only %d pages were made", len(made))
	}
	const remedy = "run: go run ./cmd/hostkeep docs reference docs/reference"
	for name, text := range made {
		if kept[name] != text {
			t.Errorf("docs/reference/%s is stale; %s", name, remedy)
		}
	}
	for name := range kept {
		if _, ok := made[name]; !ok {
			t.Errorf("docs/reference/%s is of no function; %s", name, remedy)
		}
	}
}

// The committed table is what the declarations and the description say now.
func TestCompatibilityIsFresh(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "compatibility.md")
	if _, errs, status := run(t, "hostkeep", "docs", "compatibility", file); status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	made, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join("..", "..", "docs", "compatibility.md"))
	if err != nil || string(kept) != string(made) {
		t.Errorf("docs/compatibility.md is stale (%v); run: go run ./cmd/hostkeep docs compatibility docs/compatibility.md", err)
	}
	for _, line := range []string{
		"Of the 625 functions that ",
		"\n| [listaccts](reference/listaccts.md) | yes | `list-accts` | 11 | accounts |\n",
		"\n| [version](reference/version.md) | yes | `basic-system-info` or `clustering` | 11.38 | updates |\n",
		"\n| `accept_eula` |  | `all` ? | 76 | updates |\n",
		" that are not there: [hostkeep_explain](reference/hostkeep_explain.md), ",
		", [loadavg](reference/loadavg.md), ",
		"\n| [Tokens::rename](reference/cpanel-Tokens.md#tokensrename-uapi) | UAPI | yes | `apitokens` |\n",
		"\n| Email::addpop | API 2 | refused: this server runs no mail server |  |\n",
		"\n| Mysql::adddb | API 1 |  |  |\n",
	} {
		if !strings.Contains(string(made), line) {
			t.Errorf("the table has no %q", line)
		}
	}
	whm, _, _ := strings.Cut(string(made), "\n## cPanel's APIs\n")
	if n := strings.Count(whm, "| yes |"); !strings.Contains(string(made), fmt.Sprintf("answers **%d**", n)) {
		t.Errorf("%d functions are marked, and the sum is another", n)
	}
}

func TestReferenceRemovesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"gone.md": doc.Mark + "\n# gone\n", "mine.md": "# mine\n", "version.md": "old"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, errs, status := run(t, "hostkeep", "docs", "reference", dir); status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	got := files(t, dir)
	if _, ok := got["gone.md"]; ok || got["mine.md"] != "# mine\n" || !strings.HasPrefix(got["version.md"], doc.Mark) {
		t.Errorf("gone.md there: %v, mine.md %q, version.md %.20q", ok, got["mine.md"], got["version.md"])
	}
}

func TestHelpOfFunctionsAndCommands(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line   string
		status int
		out    string // begins standard output
		err    string // is in standard error
	}{
		{"hostkeep help createacct", 0, "createacct: ", ""},
		{"hostkeep help passwd", 0, "Set a WHM user's", ""}, // the command
		{"hostkeep help whmapi1 passwd", 0, "passwd: Change", ""},
		{"hostkeep help token create", 0, "Make a token", ""},
		{"hostkeep help whmapi1", 0, "Calls a function", ""},
		{"hostkeep help", 0, "Hostkeep answers", ""},
		{"hostkeep whmapi1 killpkg --help", 0, "killpkg: ", ""},
		{"hostkeep whmapi1 killpkg pkgname=a --help", 0, "killpkg: ", ""},
		{"whmapi1 killpkg --help", 0, "killpkg: ", ""},
		{"hostkeep whmapi1 --help", 0, "Calls a function", ""},
		{"hostkeep help nosuch", 2, "", `"nosuch" is neither`},
		{"hostkeep help token nosuch", 2, "", `no command "token nosuch"`},
		{"hostkeep help createacct killpkg", 2, "", `no command "createacct killpkg"`},
		{"hostkeep docs", 2, "", "reference"},
		{"hostkeep docs reference", 2, "", "one folder"},
		{"hostkeep docs compatibility", 2, "", "one file"},
		{"hostkeep whmapi1 --output=html version", 2, "", `yaml, json, jsonpretty or xml, not "html"`},
		{"hostkeep whmapi1", 2, "", "name the function"},
		{"hostkeep whmapi1 version word", 2, "", "key=value"},
	} {
		out, errs, status := run(t, strings.Fields(tt.line)...)
		if status != tt.status || !strings.HasPrefix(out, tt.out) || tt.out == "" && out != "" || !strings.Contains(errs, tt.err) || tt.err == "" && errs != "" {
			t.Errorf("%s: status %d\n%s\n%s", tt.line, status, out, errs)
		}
	}
	if out, _, _ := run(t, "whmapi1", "--help"); !strings.Contains(out, "\n  accountsummary ") {
		t.Errorf("the help of whmapi1 does not list the functions:\n%s", out)
	}
	if out, _, _ := run(t, "hostkeep", "help"); strings.Contains(out, "docs") {
		t.Error("a hidden command is in the help")
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		about string
		words []string
		want  []string // completions, without descriptions
		mode  string   // directive: 4 no files, 2 no blank after it
	}{
		{"functions", []string{"whmapi1", "killp"}, []string{"killpkg"}, ":4"},
		{"as whmapi1", []string{"whmapi1", "--user", "bob", "suspenda"}, []string{"suspendacct"}, ":4"},
		{"parameters", []string{"whmapi1", "listaccts", "search"}, []string{"search=", "searchtype=", "searchmethod="}, ":6"},
		{"given once", []string{"whmapi1", "listaccts", "search=a", "search"}, []string{"searchtype=", "searchmethod="}, ":6"},
		{"lists again", []string{"whmapi1", "api_token_create", "acl=a", "acl"}, []string{"acl="}, ":6"},
		{"prefixes", []string{"whmapi1", "setacls", "acl-"}, []string{"acl-"}, ":6"},
		{"no values", []string{"whmapi1", "listaccts", "searchtype="}, nil, ":4"},
		{"no such function", []string{"whmapi1", "nosuch", ""}, nil, ":4"},
		{"output", []string{"whmapi1", "--output", ""}, []string{"json", "jsonpretty", "xml", "yaml"}, ":4"},
		{"no function of API 0", []string{"whmapi1", "loada"}, nil, ":4"},
		{"help of API 0", []string{"help", "loada"}, []string{"loadavg"}, ":4"},
		{"help", []string{"help", "pass"}, []string{"passwd", "passwd"}, ":4"},
		{"help of a function", []string{"help", "createacct", ""}, nil, ":4"},
		{"help of a command's command", []string{"help", "token", "re"}, []string{"revoke"}, ":4"},
	} {
		out, _, status := run(t, append([]string{"hostkeep", "__complete"}, tt.words...)...)
		var got []string
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		for _, l := range lines[:len(lines)-1] {
			word, _, _ := strings.Cut(l, "\t")
			got = append(got, word)
		}
		if status != 0 || !slices.Equal(got, tt.want) || lines[len(lines)-1] != tt.mode {
			t.Errorf("%s: status %d, %q %s, want %q %s", tt.about, status, got, lines[len(lines)-1], tt.want, tt.mode)
		}
	}
}

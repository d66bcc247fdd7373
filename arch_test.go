package hostkeep_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/hostkeep/hostkeep"

// The longest that a file and a function may be outside tests, in lines. The
// aim is far below (CONTRIBUTING.md); here is where it stops being a matter of taste.
const (
	maxFileLines = 500
	maxFuncLines = 80
)

// line is one folder's import policy.
type line struct {
	folder  string // from the root; a last element * stands for each folder there
	imports string // own folders and third-party import path prefixes; * is everything
	why     string
}

// arch is the whole import policy: a folder may import what its line names, and
// nothing else that is not the standard library. A folder without a line fails:
// adding one is a decision, so it is written down here.
func arch() []line {
	return []line{
		{".", "", "everything imports the vocabulary, so it can import nothing"},
		{"internal/wire", ".", "bytes and values; it knows no privilege and no function"},
		{"internal/api", ". internal/wire", "declarations, authorisation and dispatch know no family and no store"},
		{"internal/doc", ". internal/api internal/protocol internal/wire", "what declarations say, in words, beside what WHM has; it knows no function by name"},
		{"internal/protocol", "", "what WHM has, as data"},
		{"internal/zonefile", ". github.com/miekg/dns", "the text of a zone; what a record is, the library knows"},
		{"internal/zones", ". internal/zonefile golang.org/x/sync/semaphore", "the rules that several families follow; the store is whoever calls it"},
		{"internal/nameserver", ". github.com/miekg/dns golang.org/x/net golang.org/x/sys/unix", "answers questions from zones that it is handed; it knows no store, no token and no text"},
		{"internal/fn/*", ". internal/api internal/wire internal/zonefile internal/zones", "a family declares the store methods that it calls; it never sees another family, the store or HTTP"},
		{"internal/auth", ". golang.org/x/crypto/argon2 github.com/pquerna/otp", "who is calling; std lacks the hash of passwords and the codes of second factors"},
		{"internal/keyring", ".", "the master key and what is derived from it need no more than std"},
		{"internal/sqlstore", ". modernc.org/sqlite github.com/jackc/pgx/v5", "the only SQL, so the only drivers"},
		{"internal/audit", ".", "verifying the record must not depend on who wrote it"},
		{"internal/storetest", ". internal/sqlstore internal/audit pgregory.net/rapid github.com/google/go-cmp", "the suite that each engine passes; only tests import it"},
		{"internal/wiretest", ". internal/wire pgregory.net/rapid", "reads answers back and knows a naive way to filter them; only tests import it"},
		{"internal/live", ". golang.org/x/sys/unix", "a node's memory; unix has the clock that runs on while the machine sleeps"},
		{"internal/usage", ".", "counts what tokens do; whoever judges the calls tells it"},
		{"internal/hooks", ". internal/api", "runs programs around calls; it knows no function and no store"},
		{"internal/httpd", ". internal/api internal/auth internal/wire github.com/klauspost/compress/gzhttp github.com/klauspost/compress/gzip", "a request's way, without any family; gzip is somebody else's work"},
		{"internal/web", ". internal/api internal/wire", "a page is a client of the API: it can do only what the catalogue lets its visitor do"},
		{"internal/tlscert", "", "certificates know nothing of hosting"},
		{"internal/metrics", "github.com/prometheus/client_golang", "numbers only: without our types no user, token or address can slip in"},
		{"internal/config", ". github.com/BurntSushi/toml", "flags, environment and file; it starts nothing"},
		{"internal/daemon", "*", "the composition root fits everything together"},
		{"internal/cli", ". internal/api internal/config internal/daemon internal/doc internal/httpd internal/protocol internal/wire github.com/spf13/cobra golang.org/x/term", "commands call the same catalogue as HTTP does"},
		{"bench/peak", "", "what the kernel says of a process"},
		{"bench/scale", ". bench/peak internal/audit internal/auth internal/keyring internal/sqlstore", "fills a state past the API; the server it measures is the built program"},
		{"bench/zones", "bench/peak", "asks the built program, as anybody does"},
		{"bench/dns", ". internal/nameserver github.com/miekg/dns", "measures the name server beside another, in a process of its own"},
		{"cmd/hostkeep", "internal/cli", "main hands over arguments, environment and streams"},
		{"test/program", "internal/cli", "the program as its users run it: tests of the whole know no more of it"},
	}
}

// source is one Go file of the tree.
type source struct {
	name  string // from the root, with slashes
	dir   string
	test  bool
	lines int
	set   *token.FileSet
	file  *ast.File
	text  []byte
}

// at is where pos is, as file:line.
func (s source) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", s.name, s.set.Position(pos).Line)
}

func (s source) funcs() (list []*ast.FuncDecl) {
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			list = append(list, f)
		}
	}
	return list
}

// TestLaws holds the tree to its laws. It reads the files itself: a test that
// asked `go list` would be answered from the test cache after a change.
func TestLaws(t *testing.T) {
	t.Parallel()
	tree, err := readTree(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree) == 0 {
		t.Fatal("no Go file was found")
	}
	for name, law := range laws(arch()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, breach := range law(tree) {
				t.Error(breach)
			}
		})
	}
}

func laws(policy []line) map[string]func([]source) []string {
	return map[string]func([]source) []string{
		"imports":         func(tree []source) []string { return checkImports(tree, policy) },
		"package comment": checkComments,
		"init":            checkInit,
		"file name":       checkNames,
		"length":          checkLength,
	}
}

// readTree parses every Go file but those of other modules (tools), of testdata
// and of folders that Go itself passes over.
func readTree(root fs.FS) (tree []source, err error) {
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && passOver(root, name):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		s := source{name: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), set: token.NewFileSet()}
		if s.text, err = fs.ReadFile(root, name); err != nil {
			return err
		}
		if s.file, err = parser.ParseFile(s.set, name, s.text, parser.ParseComments); err != nil {
			return err
		}
		s.lines = s.set.File(s.file.Pos()).LineCount()
		tree = append(tree, s)
		return nil
	})
	return tree, err
}

func passOver(root fs.FS, dir string) bool {
	base := path.Base(dir)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := fs.Stat(root, path.Join(dir, "go.mod"))
	return err == nil
}

// checkImports is the import law. Tests are exempt: they may use what they test with.
func checkImports(tree []source, policy []line) (breaches []string) {
	known, used := map[string]line{}, map[string]bool{}
	for _, l := range policy {
		if _, twice := known[l.folder]; twice || l.why == "" {
			breaches = append(breaches, fmt.Sprintf("arch: the line of %q stands twice or has no reason", l.folder))
		}
		known[l.folder] = l
	}
	for _, s := range tree {
		if s.test {
			continue
		}
		l, ok := lineOf(known, s.dir)
		if !ok {
			breaches = append(breaches, fmt.Sprintf("%s: the folder has no line in arch", s.name))
			continue
		}
		used[l.folder] = true
		for _, spec := range s.file.Imports {
			if imp, _ := strconv.Unquote(spec.Path.Value); !allowed(l, imp) {
				breaches = append(breaches, fmt.Sprintf("%s imports %s, which arch does not allow: %s", s.at(spec.Pos()), imp, l.why))
			}
		}
	}
	for _, l := range policy {
		if !used[l.folder] {
			breaches = append(breaches, fmt.Sprintf("arch names %q, which does not exist", l.folder))
		}
	}
	return breaches
}

// lineOf finds a folder's line: its own, or that of its parent's star.
func lineOf(known map[string]line, dir string) (line, bool) {
	if l, ok := known[dir]; ok {
		return l, true
	}
	l, ok := known[path.Join(path.Dir(dir), "*")]
	return l, ok
}

func allowed(l line, imp string) bool {
	names := strings.Fields(l.imports)
	if own, ours := strings.CutPrefix(imp+"/", module+"/"); ours {
		return slices.Contains(names, "*") || slices.Contains(names, path.Clean(own))
	}
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		return imp != "C" && imp != "unsafe" && imp != "plugin" // std, less what would cost us the static binary or the types
	}
	return slices.ContainsFunc(names, func(n string) bool {
		return n == "*" || imp == n || strings.HasPrefix(imp, n+"/")
	})
}

// checkComments wants each package to say what it is. A folder of tests alone
// says it in one of them.
func checkComments(tree []source) (breaches []string) {
	code := map[string]bool{}
	for _, s := range tree {
		code[s.dir] = code[s.dir] || !s.test
	}
	said := map[string]bool{}
	for _, s := range tree {
		said[s.dir] = said[s.dir] || s.test != code[s.dir] && strings.TrimSpace(s.file.Doc.Text()) != ""
	}
	for _, dir := range slices.Sorted(maps.Keys(said)) {
		if !said[dir] {
			breaches = append(breaches, dir+": no file has a package comment")
		}
	}
	return breaches
}

// checkInit refuses init: what runs must be readable in internal/daemon.
func checkInit(tree []source) (breaches []string) {
	for _, s := range tree {
		for _, f := range s.funcs() {
			if f.Recv == nil && f.Name.Name == "init" {
				breaches = append(breaches, s.at(f.Pos())+": an init function")
			}
		}
	}
	return breaches
}

// checkNames refuses a file that Go leaves out of some builds for its name
// alone (page_windows.go, size_js.go, _draft.go). Whoever means it says so with
// a go:build line as well.
func checkNames(tree []source) (breaches []string) {
	for _, s := range tree {
		nowhere := build.Context{GOOS: "nowhere", GOARCH: "nothing", Compiler: "gc", OpenFile: func(string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("package p\n")), nil
		}}
		match, err := nowhere.MatchFile(s.dir, path.Base(s.name))
		if (err != nil || !match) && !saysBuild(s.file) {
			breaches = append(breaches, s.name+": Go reads this name as a build constraint, and no go:build line says that it is meant")
		}
	}
	return breaches
}

func saysBuild(f *ast.File) bool {
	return slices.ContainsFunc(f.Comments, func(c *ast.CommentGroup) bool {
		return c.Pos() < f.Package && strings.HasPrefix(c.List[0].Text, "//go:build ")
	})
}

// checkLength bounds files and functions outside tests.
func checkLength(tree []source) (breaches []string) {
	for _, s := range tree {
		if s.test {
			continue
		}
		if s.lines > maxFileLines {
			breaches = append(breaches, fmt.Sprintf("%s:%d: the file has more than %d lines", s.name, s.lines, maxFileLines))
		}
		for _, f := range s.funcs() {
			n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1
			if n > maxFuncLines {
				breaches = append(breaches, fmt.Sprintf("%s: %s has %d lines, more than %d", s.at(f.Pos()), f.Name.Name, n, maxFuncLines))
			}
		}
	}
	return breaches
}

// TestLawsCatch shows each law a tree that keeps it, and then each way to break it.
func TestLawsCatch(t *testing.T) {
	t.Parallel()
	policy := []line{
		{".", "", "words"},
		{"fn/*", ". example.org/allowed", "families"},
		{"root", "*", "wires"},
	}
	good := map[string]string{
		"doc.go":             "// Package words is.\npackage words\n\nimport \"strings\"\n",
		"words_test.go":      "package words\n\nimport \"example.org/anything\"\n" + long(maxFuncLines+1),
		"fn/a/a.go":          "// Package a is.\npackage a\n\nimport (\n\"" + module + "\"\n\"example.org/allowed/sub\"\n)\n",
		"fn/a/a_linux.go":    "//go:build linux\n\npackage a\n",
		"fn/a/testdata/x.go": "not Go",
		"root/r.go":          "// Package r is.\npackage r\n\nimport (\n\"" + module + "/fn/a\"\n\"example.org/other\"\n)\n" + long(maxFuncLines),
		"tools/go.mod":       "module tools\n",
		"tools/t.go":         "package t\n\nfunc init() {}\n",
		".hidden/h.go":       "package h\n\nfunc init() {}\n",
		"suite/only_test.go": "// Package suite tests.\npackage suite\n",
	}
	tests := []struct{ about, law, name, text, want string }{
		{"a family sees another", "imports", "fn/b/b.go", "package b\n\nimport \"" + module + "/fn/a\"\n", "fn/b/b.go:3 imports " + module + "/fn/a"},
		{"words import ours", "imports", "w.go", "package words\n\nimport \"" + module + "/root\"\n", "w.go:3 imports"},
		{"third party", "imports", "fn/b/b.go", "package b\n\nimport \"example.org/allowedtoo\"\n", "imports example.org/allowedtoo"},
		{"cgo", "imports", "fn/b/b.go", "package b\n\nimport \"C\"\n", "imports C"},
		{"unknown folder", "imports", "new/n.go", "package n\n", "new/n.go: the folder has no line in arch"},
		{"the star is one level", "imports", "fn/a/deep/d.go", "package d\n", "fn/a/deep/d.go: the folder has no line in arch"},
		{"line without folder", "imports", "root/r.go", "", `arch names "root", which does not exist`},
		{"no comment", "package comment", "fn/b/b.go", "package b\n", "fn/b: no file has"},
		{"comment only in a test", "package comment", "doc.go", "package words\n", ".: no file has"},
		{"tests without comment", "package comment", "suite/only_test.go", "package suite\n", "suite: no file has"},
		{"init", "init", "fn/b/b.go", "package b\n\nfunc init() {}\n", "fn/b/b.go:3: an init function"},
		{"system", "file name", "fn/a/page_windows.go", "package a\n", "fn/a/page_windows.go: Go reads this name"},
		{"architecture of a test", "file name", "fn/a/x_arm_test.go", "package a\n", "fn/a/x_arm_test.go: Go reads this name"},
		{"left out", "file name", "fn/a/_draft.go", "package a\n", "fn/a/_draft.go: Go reads this name"},
		{"long function", "length", "fn/b/b.go", "package b\n" + long(maxFuncLines+1), "fn/b/b.go:3: long has 81 lines"},
		{"long file", "length", "fn/b/b.go", "package b\n" + strings.Repeat("\n", maxFileLines), "fn/b/b.go:501: the file has more than 500 lines"},
	}
	for name, law := range laws(policy) {
		if got := law(tree(t, good)); len(got) > 0 {
			t.Errorf("%s: a good tree breaks the law: %q", name, got)
		}
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			files := maps.Clone(good)
			files[tt.name] = tt.text
			if tt.text == "" {
				delete(files, tt.name)
			}
			if tt.about == "comment only in a test" {
				files["words_test.go"] = "// Package words is.\n" + good["words_test.go"]
			}
			got := laws(policy)[tt.law](tree(t, files))
			if len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("breaches are %q, want one with %q", got, tt.want)
			}
		})
	}
}

// long is a function of n lines.
func long(n int) string { return "\nfunc long() {" + strings.Repeat("\n", n-1) + "}\n" }

func tree(t *testing.T, files map[string]string) []source {
	t.Helper()
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	sources, err := readTree(root)
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

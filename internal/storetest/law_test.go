package storetest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// law is the SQL that both engines speak alike, as what is not in it: each
// pattern is refused in every statement, with the reason.
var law = []struct {
	pattern *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`(?i)AUTOINCREMENT|\w +(BIG|SMALL)?SERIAL\b|IDENTITY|SEQUENCE|nextval`), "ids and numbers are made by us"},
	{regexp.MustCompile(`(?i)\bFOR (UPDATE|SHARE)\b|advisory`), "a plain UPDATE … RETURNING locks everywhere"},
	{regexp.MustCompile(`(?i)\bWITH\b.*\b(INSERT|UPDATE|DELETE)\b`), "no writes inside WITH"},
	{regexp.MustCompile(`(?i)\bTRIGGER\b|PARTITION BY (RANGE|LIST|HASH)`), "no triggers, no native partitions"},
	{regexp.MustCompile(`->|(?i)json_|jsonb|\bARRAY\b|\bANY ?\(`), "JSON is text, and there are no arrays"},
	{regexp.MustCompile(`(?i)\bnow ?\(|CURRENT_|strftime|datetime|julianday|unixepoch`), "time comes from the clock"},
	{regexp.MustCompile(`"`), "no double-quoted names"},
	{regexp.MustCompile(`(?i)\b(max|min) ?\([^()]*,|greatest|least ?\(`), "max of two is another function in each engine"},
	{regexp.MustCompile(`/|[\w)] % `), "no integer division"},
	{regexp.MustCompile(`(?i)SELECT +(\w+\.)?\*|\*\s+FROM|RETURNING \*`), "columns are listed"},
	{regexp.MustCompile(`(?i)^SELECT (DISTINCT )?[\w. ]+(=|<|>)[^,]* FROM`), "no comparison is selected"},
	{regexp.MustCompile(`(?i)ORDER BY [^)]*\b(name|user|domain|incarnation|email)\b`), "names are sorted in Go: collations differ"},
	{regexp.MustCompile(`(?i)\bI?LIKE\b`), "LIKE folds case in one engine only"},
	{regexp.MustCompile(`(?i)(^|[^(]) *\bsum ?\(`), "a sum is cast: CAST(sum(x) AS BIGINT)"},
	{regexp.MustCompile(`(?i)\b(TRUE|FALSE|BOOLEAN|TIMESTAMP|VARCHAR|DATETIME|REAL|NUMERIC)\b`), "types are BIGINT, TEXT and BYTES"},
	{regexp.MustCompile(`(?i)INSERT OR|REPLACE INTO|\bPRAGMA\b|\bSHOW\b|information_schema|sqlite_|pg_`), "belongs into the dialect"},
	{regexp.MustCompile(`(?i)^INSERT INTO \w+ (VALUES|SELECT)`), "columns are listed"},
}

// dialect may speak each engine's own language, and file.go marks a file.
func dialect(name string) bool { return name == "dialect.go" || name == "file.go" }

func TestStatements(t *testing.T) {
	t.Parallel()
	statements := statements(t)
	for _, s := range statements {
		for _, why := range broken(s) {
			t.Errorf("%s\n\t%s", s, why)
		}
	}
	if len(statements) < 45 {
		t.Fatalf("only %d statements were found: this test looks in the wrong place", len(statements))
	}
}

func broken(statement string) (reasons []string) {
	for _, l := range law {
		if l.pattern.MatchString(statement) {
			reasons = append(reasons, l.why)
		}
	}
	return reasons
}

// TestLawCanRefuse: a law that finds nothing proves nothing.
func TestLawCanRefuse(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"CREATE TABLE t (id BIGINT PRIMARY KEY AUTOINCREMENT)", "CREATE TABLE t (id BIGSERIAL)", "SELECT a FROM t FOR UPDATE", "SELECT pg_advisory_lock(1)",
		"WITH x AS (DELETE FROM t RETURNING a) SELECT a FROM x", "CREATE TRIGGER x", "SELECT a->'b' FROM t", "SELECT a FROM t WHERE b = ANY(?)",
		"SELECT a FROM t WHERE at < now()", `SELECT "a" FROM t`, "SELECT max(a, b) FROM t", "SELECT greatest(a, b) FROM t", "SELECT a / 2 FROM t",
		"SELECT * FROM t", "SELECT t.* FROM t", "SELECT a = 1 FROM t", "SELECT a FROM t ORDER BY owner_id, name", "SELECT a FROM t WHERE n LIKE ?",
		"SELECT sum(a) FROM t", "CREATE TABLE t (b BOOLEAN)", "INSERT OR IGNORE INTO t (a) VALUES (1)", "PRAGMA foreign_keys", "INSERT INTO t VALUES (1)",
	} {
		if len(broken(s)) == 0 {
			t.Errorf("not refused: %s", s)
		}
	}
	if why := broken("SELECT CAST(sum(a) AS BIGINT), count(*), COALESCE(max(b), 0) FROM t WHERE c = ? ORDER BY seq LIMIT ?"); len(why) > 0 {
		t.Error(why)
	}
}

// statements are the texts in the store's code and migrations, whole: constants
// that are put together are put together here too.
func statements(t *testing.T) (list []string) {
	t.Helper()
	consts := map[string]ast.Expr{}
	var exprs []ast.Expr
	for _, path := range glob(t, "../sqlstore/*.go") {
		if strings.HasSuffix(path, "_test.go") || dialect(filepath.Base(path)) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool { return collect(n, consts, &exprs) })
	}
	verb := regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|REPLACE|PRAGMA|SHOW|LOCK) `)
	for _, e := range exprs {
		if s := value(e, consts); verb.MatchString(s) {
			list = append(list, s)
		}
	}
	for _, path := range glob(t, "../sqlstore/migrations/*.sql") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for s := range strings.SplitSeq(regexp.MustCompile(`(?m)^--.*$`).ReplaceAllString(string(text), ""), ";") {
			list = append(list, strings.TrimSpace(s))
		}
	}
	return list
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: nothing found (%v)", pattern, err)
	}
	return paths
}

// collect notes constants by name and every outermost text expression.
func collect(n ast.Node, consts map[string]ast.Expr, exprs *[]ast.Expr) bool {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if i < len(n.Values) {
				consts[name.Name] = n.Values[i]
			}
		}
	case *ast.BinaryExpr, *ast.BasicLit:
		*exprs = append(*exprs, n.(ast.Expr))
		return false
	}
	return true
}

// value is the text of an expression; what is no constant text reads as "".
func value(e ast.Expr, consts map[string]ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		if err != nil || e.Kind != token.STRING {
			return ""
		}
		return s
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return value(e.X, consts) + value(e.Y, consts)
		}
	case *ast.Ident:
		if c := consts[e.Name]; c != nil {
			return value(c, consts)
		}
	case *ast.ParenExpr:
		return value(e.X, consts)
	}
	return ""
}

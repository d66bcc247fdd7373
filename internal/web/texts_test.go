package web

import (
	"html/template"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/hostkeep/hostkeep"
)

// use is what a template or a Go file says of texts.
type use struct {
	keys  map[string]bool
	plain []string // texts that stand in a template itself
}

var (
	markup   = regexp.MustCompile(`<[^>]*>`)
	entities = regexp.MustCompile(`&[a-z]+;`)
	letters  = regexp.MustCompile(`\p{L}{2,}`)
	said     = regexp.MustCompile(`(?:aria-label|title|placeholder|alt|data-label)="([^"{]*\p{L}[^"{]*)"`)
	literal  = regexp.MustCompile(`"((?:[a-z]+\.)+[a-z_]+)"`)
)

// walk collects the texts of a template's tree. What stands between two actions
// may begin or end within a tag, so the texts are put together first.
func (u *use) walk(node parse.Node, text *strings.Builder) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				u.walk(c, text)
			}
		}
	case *parse.TextNode:
		text.Write(n.Text)
	case *parse.ActionNode:
		u.pipe(n.Pipe)
	case *parse.IfNode:
		u.branch(&n.BranchNode, text)
	case *parse.RangeNode:
		u.branch(&n.BranchNode, text)
	case *parse.WithNode:
		u.branch(&n.BranchNode, text)
	}
}

func (u *use) branch(b *parse.BranchNode, text *strings.Builder) {
	u.pipe(b.Pipe)
	u.walk(b.List, text)
	u.walk(b.ElseList, text)
}

func (u *use) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for _, c := range p.Cmds {
		for i, a := range c.Args {
			if inner, ok := a.(*parse.PipeNode); ok {
				u.pipe(inner)
			}
			key, isText := a.(*parse.StringNode)
			if name, called := c.Args[0].(*parse.IdentifierNode); isText && called && i == 1 {
				switch name.Ident {
				case "t":
					u.keys[key.Text] = true
				case "n":
					u.keys[key.Text+".one"], u.keys[key.Text+".other"] = true, true
				}
			}
		}
	}
}

// templatesUse reads the compiled templates.
func templatesUse(list map[string]*template.Template) use {
	u := use{keys: map[string]bool{}}
	for name, t := range list {
		for _, part := range t.Templates() {
			if part.Tree == nil {
				continue
			}
			var text strings.Builder
			u.walk(part.Tree.Root, &text)
			for _, m := range said.FindAllStringSubmatch(text.String(), -1) {
				u.plain = append(u.plain, name+": "+m[1])
			}
			if left := entities.ReplaceAllString(markup.ReplaceAllString(text.String(), " "), " "); letters.MatchString(left) {
				u.plain = append(u.plain, name+": "+strings.Join(strings.Fields(left), " "))
			}
		}
	}
	return u
}

// goUses lists the texts in Go files that look like keys.
func goUses(t *testing.T) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			keys[m[1]] = true
		}
	}
	for _, p := range hostkeep.PrivilegeTable() { // privilegeItem.About
		keys["privilege."+string(p.Name)] = true
	}
	return keys
}

// TestTexts: no text stands outside the one file, none is missing there, and none
// is left over.
func TestTexts(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	u := templatesUse(p.templates)
	for _, text := range u.plain {
		t.Errorf("a template says %q by itself", text)
	}
	inGo := goUses(t)
	for key := range u.keys {
		if _, ok := p.texts[key]; !ok {
			t.Errorf("no text for %s", key)
		}
	}
	for key := range p.texts {
		stem := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		if !u.keys[key] && !inGo[key] && !inGo[stem] && !ofPrivilege(key) {
			t.Errorf("the text %s is used nowhere", key)
		}
	}
	for key := range inGo {
		_, counted := p.texts[key+".other"]
		if _, ok := p.texts[key]; !ok && !counted && !strings.Contains(key, "api.") {
			t.Errorf("no text for %s, which a Go file names", key)
		}
	}
	for _, g := range p.list {
		for _, key := range []string{g.title, g.about, g.group} {
			if _, ok := p.texts[key]; key != "" && !ok {
				t.Errorf("the page %s: no text for %s", g.path, key)
			}
		}
	}
}

// TestTextsAreFound shows the search what it is for.
func TestTextsAreFound(t *testing.T) {
	t.Parallel()
	src := `{{define "x"}}<p title="Said"{{if .A}} class="b"{{end}}>{{t "a.b"}} Loose &nbsp; {{n "c.d" .N}}{{/* not this */}}</p>{{end}}`
	x := template.Must(template.New("x").Funcs(template.FuncMap{"t": strconv.Itoa, "n": strconv.Itoa}).Parse(src))
	u := templatesUse(map[string]*template.Template{"x": x})
	if len(u.plain) != 2 || u.plain[0] != "x: Said" || u.plain[1] != "x: Loose" {
		t.Errorf("found %q", u.plain)
	}
	if len(u.keys) != 3 || !u.keys["a.b"] || !u.keys["c.d.one"] {
		t.Errorf("keys %v", u.keys)
	}
}

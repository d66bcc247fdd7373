package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

// frame is what every template gets; the page's own data is in Data.
type frame struct {
	Title    string // key
	User     string // who is signed in; "" is nobody, and then there is no navigation
	Host     string
	Token    string
	Path     string
	Groups   []group
	Warnings []string
	Assets   string // where the static files are
	Data     any
}

// Link is an address within the session: a path, and names with values for its
// query in turn. Empty values are left out.
func (f frame) Link(path string, nameValue ...string) string {
	return link(f.Token, path, nameValue...)
}

func (q *request) frame(a answer) frame {
	f := q.bare(a)
	f.User, f.Token, f.Path, f.Groups, f.Warnings = q.Caller.User.Name, q.Token, q.Path, q.groups(), q.warnings
	if a.title == "" && q.page != nil {
		f.Title = q.page.title
	}
	return f
}

// bare is the frame for those who are not signed in.
func (p *Pages) bare(a answer) frame {
	return frame{Title: a.title, Host: p.Host, Assets: p.files.base, Data: a.data}
}

// compile reads the layout with each page's template. A file whose name begins
// with an underscore is a part that all of them may use.
func (p *Pages) compile() (map[string]*template.Template, error) {
	list, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	layout := template.New("layout").Funcs(p.functions())
	if layout, err = layout.ParseFS(templateFiles, "templates/_*.html"); err != nil {
		return nil, fmt.Errorf("the layout: %w", err)
	}
	byName := map[string]*template.Template{}
	for _, f := range list {
		if strings.HasPrefix(f.Name(), "_") {
			continue
		}
		t, err := layout.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, path.Join("templates", f.Name()))
		}
		if err != nil {
			return nil, fmt.Errorf("the template %s: %w", f.Name(), err)
		}
		byName[strings.TrimSuffix(f.Name(), ".html")] = t
	}
	return byName, nil
}

// functions are what templates call.
func (p *Pages) functions() template.FuncMap {
	return template.FuncMap{
		"t":     p.texts.text,  // a text by its key
		"n":     p.texts.count, // a text by its key, for a number
		"exact": exact,
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"ago":   p.ago,
	}
}

// exact is a time to the minute, with its zone.
func exact(t time.Time) string { return t.Format("2006-01-02 15:04 MST") }

// ago is how far a time lies back or ahead, in words: one unit, the largest that
// is not zero.
func (p *Pages) ago(t time.Time) string {
	d, key := p.Now().Sub(t), "time.ago"
	if d < 0 {
		d, key = -d, "time.in"
	}
	for _, u := range []struct {
		unit time.Duration
		key  string
	}{{365 * 24 * time.Hour, "time.years"}, {30 * 24 * time.Hour, "time.months"}, {24 * time.Hour, "time.days"}, {time.Hour, "time.hours"}, {time.Minute, "time.minutes"}} {
		whole := d
		if key == "time.in" { // what is just set to end in 30 days does not end in 29
			whole += u.unit / 24
		}
		if whole >= u.unit {
			return p.texts.text(key, p.texts.count(u.key, int(whole/u.unit)))
		}
	}
	return p.texts.text("time.now")
}

// render writes a page. It is made whole first: an error must not follow half a page.
func (p *Pages) render(w http.ResponseWriter, a answer, f frame) {
	h := w.Header()
	headers(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	var b bytes.Buffer
	if err := p.templates[a.template].ExecuteTemplate(&b, "layout", f); err != nil {
		p.Log.Error("a page cannot be made", "page", a.template, "err", err)
		status = http.StatusInternalServerError
		b.Reset()
		b.WriteString(p.texts.text("error.internal"))
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // an error is a client that left
}

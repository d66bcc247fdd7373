package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// files are the static files under the hash of all of them: an address never
// means another content, so that browsers keep it for good.
type files struct {
	base   string // /static/HASH
	byPath map[string][]byte
}

func readFiles() (f files, err error) {
	all, sum := map[string][]byte{}, sha256.New()
	err = fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := staticFiles.ReadFile(name)
		all[path.Base(name)] = text
		sum.Write(fmt.Appendf(nil, "%s %d\n%s", name, len(text), text))
		return err
	})
	f = files{"/static/" + hex.EncodeToString(sum.Sum(nil)[:8]), map[string][]byte{}}
	for name, text := range all {
		f.byPath[f.base+"/"+name] = text
	}
	return f, err
}

// Static answers a file that everybody may have.
func (p *Pages) Static(w http.ResponseWriter, r *http.Request) {
	text, ok := p.files.byPath[r.URL.Path]
	h := w.Header()
	headers(h)
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		return
	}
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	}[strings.ToLower(path.Ext(r.URL.Path))])
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(text) // an error is a client that left
}

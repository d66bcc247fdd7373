package browser

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// largest is how large a picture of the documentation may be, in bytes.
const largest = 100_000

// TestImagesOfTheDocs makes the pictures that the documentation shows; to renew them:
//
//	HOSTKEEP_IMAGES=$PWD/docs/images go test ./test/browser -run ImagesOfTheDocs
//
// Without the variable they are made and thrown away, so that the way to them works.
func TestImagesOfTheDocs(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.company()
	b := s.open()
	b.signIn()
	b.picture("home", 1280, 840, "light")
	for _, p := range []struct {
		file, path, says string
		width, height    int64
		scheme           string
	}{
		{"tokens", "/tokens", "4 tokens", 1280, 860, "light"},
		{"tokens-narrow-dark", "/tokens", "4 tokens", 360, 740, "dark"},
		{"token", "/tokens/show?name=billing&function=removeacct&account=shop#ask", "The missing privilege is kill-acct", 1280, 900, "light"},
		{"record-dark", "/record", "changes shown", 1280, 720, "dark"},
		{"accounts", "/accounts", "Accounts 1 to 5 of 5", 1280, 720, "light"},
	} {
		b.within(p.path)
		b.sees(p.says)
		b.picture(p.file, p.width, p.height, p.scheme)
	}
	b.within("/tokens/new?preset=monitoring")
	b.click("button", "Add my address 127.0.0.1")
	b.sees("only from 127.0.0.1.")
	b.picture("generate", 1280, 900, "light")
	b.click("button", "Generate token")
	b.replace(b.secret(), "HKDEMO0DEMO0DEMO0DEMO0DEMO0DEMO0")
	b.picture("secret-narrow", 360, 740, "light")
}

// company is what a small hosting company may have.
func (s *server) company() {
	s.t.Helper()
	for _, user := range []string{"shop", "bakery", "florist", "notes", "garden"} {
		s.api("createacct", "username", user, "domain", user+".example")
	}
	s.api("suspendacct", "user", "notes", "reason", "Invoice 1042 is unpaid")
	s.api("suspendacct", "user", "garden", "reason", "Sends unwanted mail", "disallowun", "1")
	s.make("old-script", "acl-1", "list-accts", "expires_at", s.inDays(12))
	s.make("backup", "acl-1", "list-accts", "acl-2", "file-restore", "whitelist_ip", "203.0.113.20")
	s.make("everything", "acl-1", "all")
	billing := s.make("billing", "acl-1", "create-acct", "acl-2", "suspend-acct", "acl-3", "list-accts", "expires_at", s.inDays(90), "whitelist_ip-1", "127.0.0.1", "whitelist_ip-2", "203.0.113.20")
	s.use(billing, "listaccts", "listaccts", "listaccts", "listsuspended", "removeacct")
	s.written("billing", 4)
}

// picture keeps what the window shows: with a name and an address in it that are
// nobody's, not this machine's.
func (b *tab) picture(name string, width, height int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
	b.scheme(scheme)
	b.replace(get(b, chromedp.Evaluate[string](`document.querySelector(".host").textContent`)), "host.example")
	b.replace("https://"+b.s.Addr, "https://host.example:2087")
	b.replace("127.0.0.1", "203.0.113.7")
	b.replace(hostileAgent[:strings.Index(hostileAgent, "\u202e")], "billing/2.1")
	b.do(chromedp.Evaluate[chromedp.Void](`document.activeElement?.blur(); scrollTo(0, 0)`))
	dir := os.Getenv("HOSTKEEP_IMAGES")
	if dir == "" {
		dir = b.t.TempDir()
	}
	shot := b.small(get(b, chromedp.CaptureScreenshot()))
	if len(shot) == 0 || len(shot) > largest {
		b.t.Errorf("%s has %d bytes", name, len(shot))
	}
	b.keep(filepath.Join(dir, name+".png"), shot)
}

// small is the same picture with its 256 most frequent colours: a page has few, and
// the rest are the edges of letters.
func (b *tab) small(shot []byte) []byte {
	b.t.Helper()
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		b.t.Fatal(err)
	}
	size, times := picture.Bounds(), map[color.Color]int{}
	for y := range size.Dy() {
		for x := range size.Dx() {
			times[picture.At(x, y)]++
		}
	}
	colors := slices.SortedFunc(maps.Keys(times), func(p, q color.Color) int { return times[q] - times[p] })
	few := image.NewPaletted(size, color.Palette(colors[:min(len(colors), 256)]))
	nearest := map[color.Color]uint8{}
	for _, c := range colors {
		nearest[c] = uint8(few.Palette.Index(c)) //nolint:gosec // a palette has at most 256
	}
	for y := range size.Dy() {
		for x := range size.Dx() {
			few.SetColorIndex(x, y, nearest[picture.At(x, y)])
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few); err != nil {
		b.t.Fatal(err)
	}
	return out.Bytes()
}

// replace writes another text wherever the page shows one.
func (b *tab) replace(old, with string) {
	b.t.Helper()
	words, err := json.Marshal([]string{old, with})
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Evaluate[chromedp.Void](`(() => {
		const [old, now] = ` + string(words) + `;
		const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(old, now);
	})()`))
}

package domains

import "testing"

func TestBelow(t *testing.T) {
	t.Parallel()
	for root, want := range map[string]string{
		"public_html/blog": "public_html/blog", "/home/bob/blog": "blog", "/blog": "blog", "a/../b": "b", "a//b/": "a/b",
		"": "", "/": "", ".": "", "..": "", "../x": "", "a/../../x": "", "/home/bob": "", "/home/bob/": "", "/home/alice/x": "", "/home/bob/../alice": "", "/home/bobby/x": "",
	} {
		got, err := below("/home/bob", "document_root", root)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", root, got, err, want)
		}
	}
}

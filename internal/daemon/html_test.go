package daemon

import (
	"net/http/httptest"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// node is an element of a page.
type node struct{ *html.Node }

// parsed is the page that was answered.
func (b *browser) parsed(a *httptest.ResponseRecorder) node {
	b.w.t.Helper()
	n, err := html.Parse(a.Body)
	if err != nil {
		b.w.t.Fatalf("%v", err)
	}
	return node{n}
}

// all are the elements within n with a tag (* is any) and, in turn, attributes with values.
func (n node) all(tag string, nameValue ...string) (list []node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (tag == "*" || d.Data == tag) && (node{d}).fits(nameValue) {
			list = append(list, node{d})
		}
	}
	return list
}

func (n node) fits(nameValue []string) bool {
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		if n.attr(nameValue[0]) != nameValue[1] {
			return false
		}
	}
	return true
}

// one is the only such element; an empty one when there is none or there are more.
func (n node) one(tag string, nameValue ...string) node {
	if list := n.all(tag, nameValue...); len(list) == 1 {
		return list[0]
	}
	return node{&html.Node{}}
}

// attr is an attribute's value, "" when there is none.
func (n node) attr(name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is what the element says, its spaces as one.
func (n node) text() string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func wordsOf(list []node) (all []string) {
	for _, n := range list {
		all = append(all, n.text())
	}
	return all
}

// has reports whether an attribute is there at all.
func (n node) has(name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

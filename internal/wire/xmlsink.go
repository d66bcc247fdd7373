package wire

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlHead begins every XML answer.
const xmlHead = `<?xml version="1.0" ?>`

// xmlSink appends XML without attributes. The elements of a list repeat its
// name, an empty list is nothing, null is an empty element. A key that is data
// is a tag only where it is a word of ours; otherwise its member is written as
// <item><key>KEY</key><value>…</value></item>, with one <value> for each
// element of a list.
type xmlSink struct {
	page
	around []element // what is open, outermost first
}

// element is something open.
type element struct {
	tag  string // its own, or of a list what its elements are called
	list bool
	bare bool // a list that is its elements and nothing around them
	item bool // <item> is around it
}

// begin settles the tag of a value; item: it stands in an <item>, now open.
func (x *xmlSink) begin(l label) (tag string, item bool) {
	if n := len(x.around); n > 0 && x.around[n-1].list {
		return x.around[n-1].tag, false
	}
	if !l.data || l.word && tagName(l.name) {
		return l.name, false
	}
	x.buf = append(x.buf, "<item><key>"...)
	x.buf = append(appendXMLText(x.buf, l.name), "</key>"...)
	return "value", true
}

// tagName reports whether a word can be a tag: by its letters, and because it
// means nothing else here or in XML.
func tagName(s string) bool {
	return wireName(s) && s != "item" && (len(s) < 3 || !strings.EqualFold(s[:3], "xml"))
}

func (x *xmlSink) start(tag string) { x.buf = append(append(append(x.buf, '<'), tag...), '>') }

func (x *xmlSink) end(tag string, item bool) {
	x.buf = append(append(append(x.buf, "</"...), tag...), '>')
	if item {
		x.buf = append(x.buf, "</item>"...)
	}
}

func (x *xmlSink) open(l label, list bool) {
	inList := len(x.around) > 0 && x.around[len(x.around)-1].list
	tag, item := x.begin(l)
	e := element{tag: tag, list: list, bare: list && !inList, item: item}
	if !e.bare {
		x.start(tag)
	}
	x.around = append(x.around, e)
}

func (x *xmlSink) close(label, bool) {
	last := len(x.around) - 1
	switch e := x.around[last]; {
	case !e.bare:
		x.end(e.tag, e.item)
	case e.item:
		x.buf = append(x.buf, "</item>"...)
	}
	x.around = x.around[:last]
}

func (x *xmlSink) text(l label, s string) {
	tag, item := x.begin(l)
	x.start(tag)
	x.buf = appendXMLText(x.buf, s)
	x.end(tag, item)
}

func (x *xmlSink) number(l label, n int64, _ bool) {
	tag, item := x.begin(l)
	x.start(tag)
	x.buf = strconv.AppendInt(x.buf, n, 10)
	x.end(tag, item)
}

func (x *xmlSink) null(l label) {
	tag, item := x.begin(l)
	x.buf = append(append(append(x.buf, '<'), tag...), "/>"...)
	if item {
		x.buf = append(x.buf, "</item>"...)
	}
}

// appendXMLText appends s as character data. What XML 1.0 cannot hold, escaped
// or not, becomes U+FFFD; a carriage return is escaped, because a reader would
// take it for a line's end.
func appendXMLText(dst []byte, s string) []byte {
	if xmlPlain(s) { // nearly always
		return append(dst, s...)
	}
	done := 0
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		if as := xmlEscape(r, n); as != "" {
			dst = append(append(dst, s[done:i]...), as...)
			done = i + n
		}
		i += n
	}
	return append(dst, s[done:]...)
}

// xmlPlain reports whether text can stand as it is.
func xmlPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '<' || c == '>' || c == '&' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// xmlEscape is what stands for a character of n bytes, "" for itself.
func xmlEscape(r rune, n int) string {
	switch {
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '&':
		return "&amp;"
	case r == '\r':
		return "&#13;"
	case r < ' ' && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError && n == 1:
		return "\uFFFD"
	}
	return ""
}

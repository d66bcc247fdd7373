package wire

import (
	"strconv"
	"unicode/utf8"
)

// sink is one wire. Every wire walks the same value by the same shape; names are
// ours or checked, so a sink may write them as they are.
type sink interface {
	openObject(name string)
	closeObject(name string)
	openList(name string)
	closeList(name string)
	text(name, s string)
	number(name string, n int64)
	null(name string)
}

// jsonSink writes compact JSON: names inside an object, none inside a list.
type jsonSink struct {
	b    []byte
	list uint64 // a bit a level: is it a list? 64 levels are more than any Out has
	more bool
}

func (j *jsonSink) key(name string) {
	if j.more {
		j.b = append(j.b, ',')
	}
	j.more = true
	if j.list&1 == 0 && name != "" {
		j.b = appendText(j.b, name)
		j.b = append(j.b, ':')
	}
}

func (j *jsonSink) open(name string, bracket byte, list uint64) {
	j.key(name)
	j.b = append(j.b, bracket)
	j.list, j.more = j.list<<1|list, false
}

func (j *jsonSink) close(bracket byte) {
	j.b = append(j.b, bracket)
	j.list, j.more = j.list>>1, true
}

func (j *jsonSink) openObject(name string) { j.open(name, '{', 0) }
func (j *jsonSink) closeObject(string)     { j.close('}') }
func (j *jsonSink) openList(name string)   { j.open(name, '[', 1) }
func (j *jsonSink) closeList(string)       { j.close(']') }

func (j *jsonSink) text(name, s string) {
	j.key(name)
	j.b = appendText(j.b, s)
}

func (j *jsonSink) number(name string, n int64) {
	j.key(name)
	j.b = strconv.AppendInt(j.b, n, 10)
}

func (j *jsonSink) null(name string) {
	j.key(name)
	j.b = append(j.b, "null"...)
}

// appendText appends s as JSON text. What is no UTF-8 becomes U+FFFD, so the
// output always is.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = append(b, s[done:i]...)
		b = appendEscaped(b, c)
		i += size
		done = i
	}
	b = append(b, s[done:]...)
	return append(b, '"')
}

// appendEscaped appends what stands for a byte that cannot stand for itself.
func appendEscaped(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch {
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c == '\n':
		return append(b, '\\', 'n')
	case c == '\r':
		return append(b, '\\', 'r')
	case c == '\t':
		return append(b, '\\', 't')
	case c < 0x20:
		return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
	return append(b, "\uFFFD"...)
}

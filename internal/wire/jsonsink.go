package wire

import (
	"strconv"
	"unicode/utf8"
)

// jsonSink appends compact JSON.
type jsonSink struct {
	buf   []byte
	more  bool   // a value stands before, at this level
	lists uint64 // bit 0: in a list (or outermost), bit 1: the level around, and so on
}

// key begins a value: a comma when one stands before, and the name in an object.
func (j *jsonSink) key(l label) {
	more := j.more
	j.more = true
	switch {
	case j.lists&1 != 0:
		if more {
			j.buf = append(j.buf, ',')
		}
	case l.json != "" && more:
		j.buf = append(j.buf, l.json...)
	case l.json != "":
		j.buf = append(j.buf, l.json[1:]...)
	default:
		if more {
			j.buf = append(j.buf, ',')
		}
		j.buf = append(appendText(j.buf, l.name), ':')
	}
}

func (j *jsonSink) open(l label, list bool) {
	j.key(l)
	j.more = false
	j.lists <<= 1
	if list {
		j.lists |= 1
		j.buf = append(j.buf, '[')
		return
	}
	j.buf = append(j.buf, '{')
}

func (j *jsonSink) close(_ label, list bool) {
	j.more = true
	j.lists >>= 1
	if list {
		j.buf = append(j.buf, ']')
		return
	}
	j.buf = append(j.buf, '}')
}

func (j *jsonSink) text(l label, s string) {
	j.key(l)
	j.buf = appendText(j.buf, s)
}

func (j *jsonSink) number(l label, n int64, bare bool) {
	j.key(l)
	if bare {
		j.buf = strconv.AppendInt(j.buf, n, 10)
		return
	}
	j.buf = append(strconv.AppendInt(append(j.buf, '"'), n, 10), '"')
}

func (j *jsonSink) null(l label) {
	j.key(l)
	j.buf = append(j.buf, "null"...)
}

// appendText appends s as a JSON string. Only quotes, backslashes and control
// characters are escaped; each invalid byte becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[done:i]...), "\uFFFD"...)
				done = i + 1
			}
			i += n
		case c < 0x20 || c == '"' || c == '\\':
			dst = appendEscape(append(dst, s[done:i]...), c)
			i++
			done = i
		default:
			i++
		}
	}
	return append(append(dst, s[done:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\t':
		return append(dst, '\\', 't')
	case '\r':
		return append(dst, '\\', 'r')
	}
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}

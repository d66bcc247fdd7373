package wire

import (
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// jsonSink appends compact JSON.
type jsonSink struct {
	page
	more  bool   // a value stands before, at this level
	lists uint64 // bit 0: in a list (or outermost), bit 1: the level around, and so on
}

// key begins a value: a comma when one stands before, and the name in an object.
// It returns the buffer, for the caller to append to and keep.
func (j *jsonSink) key(l label) []byte {
	more := j.more
	j.more = true
	switch {
	case j.lists&1 == 0 && l.json != "" && more:
		return append(j.buf, l.json...)
	case j.lists&1 == 0 && l.json != "":
		return append(j.buf, l.json[1:]...)
	}
	b := j.buf
	if more {
		b = append(b, ',')
	}
	if j.lists&1 == 0 {
		b = append(appendText(b, l.name), ':')
	}
	return b
}

func (j *jsonSink) open(l label, list bool) {
	b := j.key(l)
	j.more = false
	j.lists <<= 1
	if list {
		j.lists |= 1
		j.buf = append(b, '[')
		return
	}
	j.buf = append(b, '{')
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

func (j *jsonSink) text(l label, s string) { j.buf = appendText(j.key(l), s) }

func (j *jsonSink) number(l label, n int64, bare bool) {
	b := j.key(l)
	switch {
	case bare && 0 <= n && n <= 9: // booleans, mostly
		j.buf = append(b, byte('0'+n))
	case bare:
		j.buf = strconv.AppendInt(b, n, 10)
	default:
		j.buf = append(strconv.AppendInt(append(b, '"'), n, 10), '"')
	}
}

func (j *jsonSink) null(l label) { j.buf = append(j.key(l), "null"...) }

// appendText appends s as a JSON string. Only quotes, backslashes and control
// characters are escaped; each invalid byte becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if plain([]byte(s)) { // nearly always; the conversion copies nothing
		dst = append(dst, s...)
	} else {
		dst = appendEscaped(dst, s)
	}
	return append(dst, '"')
}

// plain reports whether text can stand as it is: ASCII with nothing to escape.
// Eight bytes at a time: in a word of ASCII, subtracting 0x20 from each byte sets
// the high bit of one that is below, and subtracting 1 that of one that is zero.
// A borrow may make it answer false too often, never true.
func plain(text []byte) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	for ; len(text) >= 8; text = text[8:] {
		w := binary.LittleEndian.Uint64(text)
		if (w|(w-each*0x20)|((w^each*'"')-each)|((w^each*'\\')-each))&high != 0 {
			return false
		}
	}
	for _, c := range text {
		if c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func appendEscaped(dst []byte, s string) []byte {
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
	return append(dst, s[done:]...)
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

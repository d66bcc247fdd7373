package zonefile

import (
	"fmt"
	"strings"
)

// maxString is the longest character-string, in bytes.
const maxString = 255

// appendData writes the data of a record behind its type: strings between
// quotation marks, the rest as it is.
func appendData(b []byte, rtype uint16, data []string, generic bool) []byte {
	for i, s := range data {
		b = append(b, '\t')
		if generic || !isString(rtype, i) {
			b = append(b, s...)
			continue
		}
		b = append(b, '"')
		for _, c := range []byte(s) {
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c < ' ' || c >= 0x7f:
				b = fmt.Appendf(b, `\%03d`, c)
			default:
				b = append(b, c)
			}
		}
		b = append(b, '"')
	}
	return b
}

// split cuts the strings of a type that takes any number of them where they are too long.
func split(rtype uint16, data []string) []string {
	if !hasStrings(rtype) {
		return data
	}
	var out []string
	for _, s := range data {
		for len(s) > maxString {
			out = append(out, s[:maxString])
			s = s[maxString:]
		}
		out = append(out, s)
	}
	return out
}

// checkWords sees to it that each field that is no string is one word, and so
// cannot bring another word, a comment or a line along.
func checkWords(rtype uint16, data []string) error {
	for i, s := range data {
		if isString(rtype, i) {
			continue
		}
		x := lexer{text: s}
		if s != "" {
			if l, err := x.next(); err == nil && !x.more() && isWord(rtype, s, l) {
				continue
			}
		}
		return fmt.Errorf("%q is not one word", s)
	}
	return nil
}

func isWord(rtype uint16, s string, l logical) bool {
	t := l.tokens
	switch {
	case len(t) == 1:
		return t[0].text == s && !t[0].quoted
	case len(t) == 2 && hasPairs(rtype):
		return t[0].text+`"`+t[1].text+`"` == s && t[1].quoted && strings.HasSuffix(t[0].text, "=")
	}
	return false
}

// isGeneric says that an entry's data are in the form of RFC 3597. Where strings are
// expected, the same bytes are a string.
func isGeneric(rtype uint16, data []string) bool {
	return len(data) > 0 && data[0] == asGeneric && !isString(rtype, 0)
}

package zonefile

import (
	"strings"

	"github.com/hostkeep/hostkeep"
)

// token is a word of a logical line.
type token struct {
	text   string // escapes as written, without the quotes around it
	quoted bool
	glued  bool // nothing stands between it and the token before
	at     int  // where it begins in the line's text, its quote too
}

// logical is a logical line as the lexer cuts it.
type logical struct {
	text, end string // end is what ends its last line: "\n", "\r\n" or nothing
	number    int    // of its first line, from 0
	tokens    []token
}

// indented says that a record leaves its owner out.
func (l logical) indented() bool {
	return l.text != "" && (l.text[0] == ' ' || l.text[0] == '\t')
}

// lexer cuts a text into logical lines. It knows quotes, escapes, parentheses and
// comments, and nothing of records.
type lexer struct {
	text   string
	pos    int
	number int     // of the line at pos, from 0
	tokens []token // of the line being cut; used again for the next one
	glued  bool
}

// maxTokens is more than a record can have: its data are at most 64 KiB, and a
// character-string is at least one byte of them.
const maxTokens = 1<<16 + 10

// refuse is the error of a line; number is from 0, and people count from 1.
func refuse(number int, format string, args ...any) *hostkeep.Error {
	e := hostkeep.Errorf(hostkeep.Invalid, format, args...)
	return hostkeep.Errorf(hostkeep.Invalid, "line %d of the zone: %s", number+1, e.Message)
}

func (x *lexer) more() bool { return x.pos < len(x.text) }

// next cuts the next logical line. Its tokens are valid until the next call.
func (x *lexer) next() (logical, error) {
	start, first, depth := x.pos, x.number, 0
	x.tokens, x.glued = x.tokens[:0], false
	for x.more() {
		c := x.text[x.pos]
		if n := x.lineEnd(); n > 0 {
			end := x.pos
			x.pos += n
			x.number++
			x.glued = false
			if depth == 0 {
				return logical{x.text[start:end], x.text[end:x.pos], first, x.tokens}, x.empty(start, end, first)
			}
			continue
		}
		var err error
		switch c {
		case ' ', '\t':
			x.pos++
			x.glued = false
		case '(':
			depth++
			x.pos++
			x.glued = false
		case ')':
			depth--
			x.pos++
			x.glued = false
			if depth < 0 {
				err = refuse(x.number, "a parenthesis is closed that was not opened")
			}
		case ';':
			err = x.comment()
		case '"':
			err = x.quotation(start)
		default:
			err = x.word(start)
		}
		if err == nil && len(x.tokens) > maxTokens {
			err = refuse(first, "it has more than %d words", maxTokens)
		}
		if err != nil {
			return logical{}, err
		}
	}
	if depth > 0 {
		return logical{}, refuse(first, "a parenthesis is opened and not closed")
	}
	return logical{x.text[start:], "", first, x.tokens}, x.empty(start, x.pos, first)
}

// empty refuses parentheses with nothing in them: they are neither a record nor a comment.
func (x *lexer) empty(start, end, number int) error {
	if len(x.tokens) > 0 {
		return nil
	}
	if before, _, _ := strings.Cut(x.text[start:end], ";"); strings.ContainsAny(before, "()") {
		return refuse(number, "there is nothing in the parentheses")
	}
	return nil
}

// lineEnd is the length of the line end at pos, or 0.
func (x *lexer) lineEnd() int {
	switch rest := x.text[x.pos:]; {
	case rest[0] == '\n':
		return 1
	case strings.HasPrefix(rest, "\r\n"):
		return 2
	}
	return 0
}

func (x *lexer) comment() error {
	for ; x.more() && x.lineEnd() == 0; x.pos++ {
		if control(x.text[x.pos]) {
			return x.controlByte()
		}
	}
	return nil
}

func (x *lexer) quotation(start int) error {
	at := x.pos
	for x.pos++; x.more(); x.pos++ {
		switch c := x.text[x.pos]; {
		case c == '"':
			x.tokens = append(x.tokens, token{x.text[at+1 : x.pos], true, x.glued, at - start})
			x.pos++
			x.glued = true
			return nil
		case x.lineEnd() > 0:
			return refuse(x.number, "a quotation mark is opened and not closed on its line")
		case control(c):
			return x.controlByte()
		case c == '\\':
			if err := x.escape(); err != nil {
				return err
			}
		}
	}
	return refuse(x.number, "a quotation mark is opened and not closed on its line")
}

func (x *lexer) word(start int) error {
	at := x.pos
	for ; x.more(); x.pos++ {
		c := x.text[x.pos]
		if strings.IndexByte(" \t\n;()\"", c) >= 0 || x.lineEnd() > 0 {
			break
		}
		if control(c) {
			return x.controlByte()
		}
		if c == '\\' {
			if err := x.escape(); err != nil {
				return err
			}
		}
	}
	x.tokens = append(x.tokens, token{x.text[at:x.pos], false, x.glued, at - start})
	x.glued = true
	return nil
}

// escape leaves pos at the last byte of the escape that begins there.
func (x *lexer) escape() error {
	_, n := unescape(x.text[x.pos:])
	if n == 0 {
		return refuse(x.number, `a backslash must be followed by a character or by three digits up to 255`)
	}
	x.pos += n - 1
	return nil
}

func (x *lexer) controlByte() error {
	return refuse(x.number, `the byte 0x%02x must not stand in a zone as it is: write it as \%03d`, x.text[x.pos], x.text[x.pos])
}

// control reports bytes that stand in no text; the blanks of a zone are space and tab.
func control(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }

// unescape reads the byte at the begin of s, which may be escaped, and tells how
// long it stands there: 0 if the escape is none.
func unescape(s string) (byte, int) {
	if s[0] != '\\' {
		return s[0], 1
	}
	if len(s) < 2 || control(s[1]) {
		return 0, 0
	}
	if s[1] < '0' || s[1] > '9' {
		return s[1], 2
	}
	if len(s) < 4 {
		return 0, 0
	}
	n := 0
	for _, c := range []byte(s[1:4]) {
		if c < '0' || c > '9' {
			return 0, 0
		}
		n = 10*n + int(c-'0')
	}
	if n > 255 {
		return 0, 0
	}
	return byte(n), 4
}

// decode takes the escapes out of a token's text.
func decode(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	out := make([]byte, 0, len(s))
	for s != "" {
		c, n := unescape(s)
		out = append(out, c)
		s = s[max(n, 1):] // 0 cannot be: the lexer has looked
	}
	return string(out)
}

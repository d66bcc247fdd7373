package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hostkeep/hostkeep"
)

// maxDepth is how deep a JSON body may nest.
const maxDepth = 32

// json reads a JSON object as parameters. It goes by tokens, so that order is
// kept and a key that stands twice counts as given twice.
func (c *collector) json(text []byte) error {
	switch {
	case !utf8.Valid(text):
		return hostkeep.Errorf(hostkeep.Invalid, "The JSON body is not valid UTF-8.")
	case loneSurrogate(text):
		return hostkeep.Errorf(hostkeep.Invalid, "The JSON body has an escape \\uD800 to \\uDFFF that is half a character.")
	case depth(text) > maxDepth:
		return hostkeep.Errorf(hostkeep.Invalid, "The JSON body nests deeper than %d levels.", maxDepth)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if first, err := d.Token(); err != nil {
		return brokenJSON(d)
	} else if first != json.Delim('{') {
		return hostkeep.Errorf(hostkeep.Invalid, "The JSON body is not an object.")
	}
	for d.More() {
		if err := c.jsonMember(d); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return brokenJSON(d)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return hostkeep.Errorf(hostkeep.Invalid, "Something follows the object in the JSON body.")
	}
	return nil
}

func (c *collector) jsonMember(d *json.Decoder) error {
	key, err := d.Token()
	name, ok := key.(string)
	var raw json.RawMessage
	if err != nil || !ok || d.Decode(&raw) != nil {
		return brokenJSON(d)
	}
	if raw[0] != '[' {
		return c.addJSON(name, raw)
	}
	var elems []json.RawMessage
	if err := json.Unmarshal(raw, &elems); err != nil {
		return brokenJSON(d)
	}
	before := len(c.pairs)
	for _, e := range elems {
		if err := c.addJSON(name, e); err != nil {
			return err
		}
	}
	if len(c.pairs) == before { // given, though empty: an empty list must not read as none
		return c.add(name, "")
	}
	return nil
}

// addJSON takes one value: null is none, though a list that is null was given and
// is empty; what nests is its compact text.
func (c *collector) addJSON(name string, raw json.RawMessage) error {
	switch raw[0] {
	case 'n':
		before := len(c.pairs)
		if err := c.add(name, ""); err != nil {
			return err
		}
		if len(c.pairs) > before { // a member without a name is none
			c.pairs[before].null = true
		}
		return nil
	case 't':
		return c.add(name, "1")
	case 'f':
		return c.add(name, "0")
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return refused(name, "is not a valid JSON string")
		}
		return c.add(name, s)
	case '{', '[':
		var b bytes.Buffer
		if err := json.Compact(&b, raw); err != nil {
			return refused(name, "is not valid JSON")
		}
		raw = b.Bytes()
	}
	return c.add(name, string(raw))
}

func brokenJSON(d *json.Decoder) error {
	return hostkeep.Errorf(hostkeep.Invalid, "The body is not valid JSON (near byte %d).", d.InputOffset())
}

// loneSurrogate reports half of a surrogate pair among the escapes. A reader
// would put another character in its place, and so set another password.
func loneSurrogate(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if r := escaped(text[i:]); !utf16.IsSurrogate(r) {
			i++ // whatever is escaped
		} else if utf16.DecodeRune(r, escaped(text[min(i+6, len(text)):])) == utf8.RuneError {
			return true
		} else {
			i += 11
		}
	}
	return false
}

// escaped is the character that text begins with as \uXXXX, or 0.
func escaped(text []byte) (r rune) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0
	}
	for _, c := range text[2:6] {
		if hex(c) < 0 {
			return 0
		}
		r = r<<4 | rune(hex(c))
	}
	return r
}

// depth is how deep brackets nest outside strings, in valid JSON and otherwise.
func depth(text []byte) (deepest int) {
	level, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case !quoted && (b == '{' || b == '['):
			level++
			deepest = max(deepest, level)
		case !quoted && (b == '}' || b == ']'):
			level--
		}
	}
	return deepest
}

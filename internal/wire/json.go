package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/hostkeep/hostkeep"
)

func badJSON() error {
	return hostkeep.Errorf(hostkeep.Invalid, "The body is no JSON object that can be read.")
}

// json reads a body that is one JSON object: true is 1, false is 0, null is
// missing, numbers are as written, arrays repeat their key, objects are their
// own text. Tokens are read one by one, so that order and repeated keys stay.
func (r *reader) json(body []byte) error {
	if !utf8.Valid(body) {
		return hostkeep.Errorf(hostkeep.Invalid, "The body is no clean UTF-8 text.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return badJSON()
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return badJSON()
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return badJSON()
		}
		if depth(raw) > maxDepth {
			return hostkeep.Errorf(hostkeep.Invalid, "The body's JSON is nested too deeply.")
		}
		name, _ := key.(string) // a key is always text
		if err := r.jsonValue(name, raw, true); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return badJSON()
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return hostkeep.Errorf(hostkeep.Invalid, "Something follows the JSON object in the body.")
	}
	return nil
}

func (r *reader) jsonValue(name string, raw json.RawMessage, outer bool) error {
	switch raw = bytes.TrimSpace(raw); raw[0] {
	case 'n':
		return nil
	case 't':
		return r.add(name, "1")
	case 'f':
		return r.add(name, "0")
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return badJSON()
		}
		return r.add(name, s)
	case '[':
		if !outer {
			return r.compact(name, raw)
		}
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return badJSON()
		}
		if len(items) == 0 {
			return r.add(name, "") // given, and empty: not the same as missing
		}
		for _, item := range items {
			if err := r.jsonValue(name, item, false); err != nil {
				return err
			}
		}
		return nil
	case '{':
		return r.compact(name, raw)
	}
	return r.add(name, string(raw))
}

func (r *reader) compact(name string, raw json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return badJSON()
	}
	return r.add(name, b.String())
}

// depth is how deep brackets nest outside of text.
func depth(raw []byte) (deepest int) {
	level, text := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '[' || c == '{':
			level++
			deepest = max(deepest, level)
		case c == ']' || c == '}':
			level--
		}
	}
	return deepest
}

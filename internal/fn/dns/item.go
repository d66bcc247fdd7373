package dns

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf16"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// typeLetters are what the names of record types consist of.
const typeLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

// maxTTL is the longest time to live that RFC 2181 knows.
const maxTTL = math.MaxInt32

// readItem reads a JSON object that says what a record is to be. Nothing in it is
// guessed: another type than the documented one is refused, and so is a member that
// is not known, which could be a misspelt one.
func readItem(text string, edit bool) (it zonefile.Change, err error) {
	members, err := object(text)
	if err != nil {
		return it, err
	}
	var line *int64
	var ttl *int64
	known := map[string]any{"dname": &it.Name, "ttl": &ttl, "record_type": &it.Type, "data": &it.Data}
	wanted := []string{"dname", "record_type", "data"}
	if edit {
		known["line_index"] = &line
		wanted = append(wanted, "line_index")
	}
	for _, m := range members {
		to := known[m.name]
		if to == nil {
			return it, invalid("there is no member %q; known are dname, ttl, record_type, data%s.", hostkeep.Clip(m.name, 64), map[bool]string{true: ", line_index"}[edit])
		}
		if err := m.into(to); err != nil {
			return it, err
		}
	}
	for _, name := range wanted {
		if !has(members, name) {
			return it, invalid("the member %q is missing.", name)
		}
	}
	if line != nil {
		if *line < 0 || *line > math.MaxInt32 {
			return it, invalid("a line_index is a whole number from 0 on.")
		}
		it.Number = int(*line)
	}
	if it.Type = strings.ToUpper(it.Type); strings.Trim(it.Type, typeLetters) != "" {
		return it, invalid("the member \"record_type\" is no type of record.")
	}
	it.TTL, err = ttlOf(ttl)
	return it, err
}

func ttlOf(n *int64) (*uint32, error) {
	if n == nil {
		return nil, nil
	}
	if *n < 0 || *n > maxTTL {
		return nil, invalid("a TTL is 0 to %d seconds.", maxTTL)
	}
	ttl := uint32(*n)
	return &ttl, nil
}

func invalid(format string, args ...any) *hostkeep.Error {
	return hostkeep.Errorf(hostkeep.Invalid, format, args...)
}

// jsonMember is one member of a JSON object.
type jsonMember struct {
	name  string
	value json.RawMessage
}

func has(members []jsonMember, name string) bool {
	for _, m := range members {
		if m.name == name {
			return true
		}
	}
	return false
}

// object reads a JSON object and nothing behind it.
func object(text string) (members []jsonMember, err error) {
	broken := invalid("it is no JSON object.")
	if halfCharacter(text) {
		return nil, invalid("it has an escape \\uD800 to \\uDFFF that is half a character.")
	}
	d := json.NewDecoder(strings.NewReader(text))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return nil, broken
	}
	for d.More() {
		key, err := d.Token()
		name, ok := key.(string)
		m := jsonMember{name: name}
		if err != nil || !ok || d.Decode(&m.value) != nil {
			return nil, broken
		}
		if has(members, name) {
			return nil, invalid("the member %q stands there twice.", hostkeep.Clip(name, 64))
		}
		members = append(members, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, broken
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, broken
	}
	return members, nil
}

// into decodes the value; a null is no value of any type.
func (m jsonMember) into(to any) error {
	kind := map[string]string{"data": "a list of texts", "ttl": "a whole number", "line_index": "a whole number"}[m.name]
	if kind == "" {
		kind = "a text"
	}
	wrong := invalid("the member %q must be %s.", m.name, kind)
	if bytes.Equal(m.value, []byte("null")) || json.Unmarshal(m.value, to) != nil {
		return wrong
	}
	if m.name != "data" {
		return nil
	}
	var elems []*string // a null among them would be read as an empty text
	if err := json.Unmarshal(m.value, &elems); err != nil {
		return fmt.Errorf("reading the data again: %w", err)
	}
	for _, e := range elems {
		if e == nil {
			return wrong
		}
	}
	if len(elems) == 0 {
		return invalid("the member %q is empty.", m.name)
	}
	return nil
}

// halfCharacter reports half of a surrogate pair among the escapes. Go puts another
// character in its place: the record would not be what it says.
func halfCharacter(text string) bool {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		r, ok := escaped(text[i:])
		switch {
		case !ok:
			i++ // whatever is escaped
		case !utf16.IsSurrogate(r):
			i += 5
		default:
			low, _ := escaped(text[min(i+6, len(text)):])
			if utf16.DecodeRune(r, low) == '\uFFFD' {
				return true
			}
			i += 11
		}
	}
	return false
}

// escaped is the character that text begins with as \uXXXX.
func escaped(text string) (r rune, ok bool) {
	if len(text) < 6 || text[:2] != `\u` {
		return 0, false
	}
	var n uint16
	if _, err := fmt.Sscanf(text[2:6], "%04x", &n); err != nil {
		return 0, false
	}
	return rune(n), true
}

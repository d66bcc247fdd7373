package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// yamlOf writes a JSON answer as YAML, members in the answer's order. JSON's
// own quoting is legal YAML, so only what is plainly a word goes without.
func yamlOf(answer []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	var b bytes.Buffer
	b.WriteString("---")
	if err := yamlValue(d, &b, 0); err != nil {
		return nil, fmt.Errorf("writing the answer as YAML: %w", err)
	}
	return b.Bytes(), nil
}

func yamlValue(d *json.Decoder, b *bytes.Buffer, depth int) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	open, nested := t.(json.Delim)
	if !nested {
		b.WriteString(" " + yamlScalar(t) + "\n")
		return nil
	}
	if !d.More() {
		b.WriteString(map[json.Delim]string{'{': " {}\n", '[': " []\n"}[open])
		_, err = d.Token()
		return err
	}
	b.WriteString("\n")
	for d.More() {
		b.WriteString(strings.Repeat("  ", depth))
		if open == '[' {
			b.WriteString("-")
		} else {
			key, err := d.Token()
			if err != nil {
				return err
			}
			b.WriteString(yamlScalar(key) + ":")
		}
		if err := yamlValue(d, b, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

var (
	yamlWord = regexp.MustCompile(`^[A-Za-z_/*][A-Za-z0-9_./@ -]*[A-Za-z0-9_.]$|^[A-Za-z]$`)
	yamlOdd  = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|null|y|n|\*.*|.*: .*)$`)
)

func yamlScalar(t json.Token) string {
	switch v := t.(type) {
	case nil:
		return "~"
	case string:
		if yamlWord.MatchString(v) && !yamlOdd.MatchString(v) {
			return v
		}
		quoted, err := json.Marshal(v)
		if err != nil {
			return `""`
		}
		return printable(string(quoted))
	}
	return fmt.Sprint(t)
}

// printable escapes what JSON may hold and YAML may not: the control characters
// after ASCII, the byte order mark and what is no character.
func printable(quoted string) string {
	var b strings.Builder
	for _, r := range quoted {
		if r >= 0x7f && r < 0xa0 || r == 0xfeff || r == 0xfffe || r == 0xffff {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

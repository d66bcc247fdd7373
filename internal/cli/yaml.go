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
func yamlOf(answer []byte) (string, error) {
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	var b strings.Builder
	b.WriteString("---")
	if err := yamlValue(d, &b, 0); err != nil {
		return "", fmt.Errorf("writing the answer as YAML: %w", err)
	}
	return b.String(), nil
}

func yamlValue(d *json.Decoder, b *strings.Builder, depth int) error {
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
		return string(quoted)
	}
	return fmt.Sprint(t)
}

package wire

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// form reads application/x-www-form-urlencoded. Unlike net/url it keeps the
// order, takes a semicolon as the ordinary character that it is to WHM's
// clients, and names the parameter that it cannot read.
func (c *collector) form(text string) error {
	for part := range strings.SplitSeq(text, "&") {
		rawName, rawValue, _ := strings.Cut(part, "=")
		name, ok := unescape(rawName)
		if !ok {
			return refused(rawName, "has a broken percent escape in its name")
		}
		value, ok := unescape(rawValue)
		if !ok {
			return refused(name, "has a broken percent escape in its value")
		}
		if err := c.add(name, value); err != nil {
			return err
		}
	}
	return nil
}

// unescape undoes %XX and + for a blank; false: a broken escape.
func unescape(s string) (string, bool) {
	if !strings.ContainsAny(s, "%+") {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			out = append(out, ' ')
		case s[i] != '%':
			out = append(out, s[i])
		case i+2 >= len(s) || hex(s[i+1]) < 0 || hex(s[i+2]) < 0:
			return "", false
		default:
			out = append(out, byte(hex(s[i+1])<<4|hex(s[i+2])))
			i += 2
		}
	}
	return string(out), true
}

// hex is the value of a hexadecimal digit, or -1.
func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// multipart reads multipart/form-data: values only, files are refused.
func (c *collector) multipart(body []byte, boundary string) error {
	broken := hostkeep.Errorf(hostkeep.Invalid, "The body is not valid multipart/form-data.")
	if boundary == "" {
		return broken
	}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for parts := 0; ; parts++ {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) && parts > 0 {
			return nil
		}
		if err != nil {
			return broken
		}
		if part.FileName() != "" {
			return refused(part.FormName(), "is a file; only values are taken")
		}
		value, err := io.ReadAll(part) // no longer than the body, which is in memory already
		if err != nil {
			return broken
		}
		if err := c.add(part.FormName(), string(value)); err != nil {
			return err
		}
	}
}

package zonefile

import (
	"fmt"
	"strings"
)

// The limits of RFC 1035, in bytes.
const (
	maxLabel = 63
	maxName  = 255 // with the length bytes and the root
)

// absolute makes a name absolute below an origin, in one spelling: bytes that mean
// something to a zone file are escaped, the letters' case stays. What it says of a
// bad name goes into a sentence.
func absolute(name, origin string) (string, error) {
	switch name {
	case "":
		return "", fmt.Errorf("a name is empty")
	case "@":
		return origin, nil
	case ".":
		return ".", nil
	}
	var out strings.Builder
	out.Grow(len(name) + 1 + len(origin))
	label, total := 0, 0
	for rest := name; rest != ""; {
		if rest[0] == '.' {
			if label == 0 {
				return "", fmt.Errorf("a label of the name is empty")
			}
			total, label = total+label+1, 0
			out.WriteByte('.')
			rest = rest[1:]
			continue
		}
		c, n := unescape(rest)
		if n == 0 {
			return "", fmt.Errorf("a backslash in the name is followed by no character")
		}
		writeNameByte(&out, c)
		if label++; label > maxLabel {
			return "", fmt.Errorf("a label of the name is longer than %d bytes", maxLabel)
		}
		rest = rest[n:]
	}
	if label > 0 {
		total += label + 1
		out.WriteByte('.')
		if origin != "." {
			out.WriteString(origin)
			total += wireLength(origin) - 1
		}
	}
	if total+1 > maxName {
		return "", fmt.Errorf("the name is longer than %d bytes", maxName)
	}
	return out.String(), nil
}

func writeNameByte(out *strings.Builder, c byte) {
	switch {
	case c <= ' ' || c >= 0x7f:
		fmt.Fprintf(out, `\%03d`, c)
	case strings.IndexByte(`."();@$\`, c) >= 0:
		out.WriteByte('\\')
		fallthrough
	default:
		out.WriteByte(c)
	}
}

// wireLength is how long an absolute name is in a message.
func wireLength(name string) int {
	length := 1
	if name == "." {
		return length
	}
	for ; name != ""; length++ {
		_, n := unescape(name)
		name = name[n:]
	}
	return length
}

// within says whether an absolute name is a zone's top or below it; both are
// spelled by absolute and folded.
func within(name, zone string) bool {
	above, ok := strings.CutSuffix(name, zone)
	if !ok || above == "" || zone == "." {
		return ok
	}
	labels, dot := strings.CutSuffix(above, ".")
	escapes := len(labels) - len(strings.TrimRight(labels, `\`))
	return dot && escapes%2 == 0
}

// fold makes names comparable: those that absolute spells are plain ASCII.
func fold(name string) string { return strings.ToLower(name) }

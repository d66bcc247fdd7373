package web

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// Every text of the pages. A translation is one such file.
//
//go:embed texts/en.json
var english []byte

// texts are the texts of a language by key. A text with arguments has them as
// fmt does, numbered (%[1]s) where a translation may turn them around; one that
// counts stands twice, as KEY.one and KEY.other.
type texts map[string]string

func readTexts() (t texts, err error) {
	if err = json.Unmarshal(english, &t); err != nil {
		err = fmt.Errorf("the texts of the pages: %w", err)
	}
	return t, err
}

// text is the text of a key, with its arguments. A key without a text, which a
// test finds, is shown as it is.
func (t texts) text(key string, args ...any) string {
	text, ok := t[key]
	if !ok {
		return key
	}
	if len(args) == 0 || !strings.Contains(text, "%") { // one of a number need not say which
		return text
	}
	return fmt.Sprintf(text, args...)
}

// count is the text of a number of things: KEY.one, or KEY.other with the number.
func (t texts) count(key string, n int, args ...any) string {
	if n == 1 {
		return t.text(key+".one", append([]any{n}, args...)...)
	}
	return t.text(key+".other", append([]any{n}, args...)...)
}

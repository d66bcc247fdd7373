package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// request is a page's request on its way through its handler.
type request struct {
	*Pages
	Visit
	r        *http.Request
	page     *page    // nil when there is none
	warnings []string // of the calls that were made, for the page to show
}

// answer is what a handler comes to: a template with its data, an address to go
// on to, or a file.
type answer struct {
	template string // file name without its end
	title    string // key of the title; "" is the page's own
	status   int    // 0 is 200
	data     any
	redirect string

	contentType, file string
	write             func(io.Writer) error
}

// show answers with a template.
func show(template string, data any) (answer, error) {
	return answer{template: template, data: data}, nil
}

// goTo answers a form that was done: a reload of what comes then does it no
// second time.
func (q *request) goTo(path string, nameValue ...string) (answer, error) {
	return answer{redirect: link(q.Token, path, nameValue...)}, nil
}

// tell is goTo with a word of what was done, for the page there to say.
func (q *request) tell(path string, nameValue ...string) (answer, error) {
	return q.goTo(path, append(nameValue, "said", q.mark(nameValue))...)
}

// mark proves that this server said what stands in an address: a link of somebody
// else's must not put words into a page's mouth.
func (q *request) mark(nameValue []string) string {
	h := hmac.New(sha256.New, q.key)
	_, _ = fmt.Fprintf(h, "%q", q.Token)
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		if slices.Contains(telling, nameValue[0]) {
			_, _ = fmt.Fprintf(h, "%q", nameValue[:2])
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// telling are the fields that tell gives, in its order.
var telling = []string{"done", "name", "user", "count"}

// told is what was done before this page, "" for nothing.
func (q *request) told() string {
	var given []string
	for _, name := range telling {
		if v := q.form(name); v != "" {
			given = append(given, name, v)
		}
	}
	if !hmac.Equal([]byte(q.mark(given)), []byte(q.form("said"))) {
		return ""
	}
	return q.form("done")
}

// form is a field of the form that was posted, or of the query that was asked.
func (q *request) form(name string) string { return q.r.Form.Get(name) }

// call calls a function as the visitor and reads the data of its answer, as a
// client of the API does, into data, which has the json names of the API's
// members; nil reads none. Parameters are names with values in turn: a string, a
// hostkeep.Secret, an int, int64, bool, time.Time (zero: never), or a []string
// (the parameter is given once for each). An empty text is given; leave the pair
// out to leave the parameter out. A refusal is a *Refusal with the API's sentence.
func (q *request) call(function string, data any, nameValue ...any) error {
	_, err := q.ask(function, data, nameValue)
	return err
}

// metadata is what of an answer's metadata the pages read.
type metadata struct {
	Output struct{ Warnings []string }
	Chunk  struct{ Records int } // in all pages of the answer, where api.chunk is verbose
}

func (q *request) ask(function string, data any, nameValue []any) (m metadata, err error) {
	p, err := params(nameValue)
	if err != nil {
		return m, fmt.Errorf("calling %s: %w", function, err)
	}
	r := q.Call(q.r.Context(), q.Caller, function, p)
	if !r.OK {
		return m, &Refusal{Function: function, Kind: r.Kind, Reason: r.Reason, Missing: r.Missing}
	}
	var answer struct {
		Metadata metadata
		Data     json.RawMessage
	}
	if err = json.Unmarshal(r.AppendJSON(nil), &answer); err == nil && data != nil && answer.Data != nil {
		err = json.Unmarshal(answer.Data, data)
	}
	if err != nil {
		return m, fmt.Errorf("reading the answer of %s: %w", function, err)
	}
	q.warnings = append(q.warnings, answer.Metadata.Output.Warnings...)
	return answer.Metadata, nil
}

// mayCall reports whether the visitor may call a function at all.
func (q *request) mayCall(function string) bool {
	return slices.Contains(q.Callable(q.Caller), function)
}

func params(nameValue []any) (p wire.Params, err error) {
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		name, ok := nameValue[0].(string)
		if !ok {
			return p, fmt.Errorf("the name of a parameter is a %T", nameValue[0])
		}
		values, err := values(nameValue[1])
		if err != nil {
			return p, fmt.Errorf("the parameter %s: %w", name, err)
		}
		for _, v := range values {
			p = p.Add(name, v)
		}
	}
	return p, nil
}

// values writes a Go value as clients of the API write it.
func values(v any) ([]string, error) {
	switch v := v.(type) {
	case string:
		return []string{v}, nil
	case []string:
		return v, nil
	case hostkeep.Secret:
		return []string{v.Reveal()}, nil
	case int:
		return []string{strconv.Itoa(v)}, nil
	case int64:
		return []string{strconv.FormatInt(v, 10)}, nil
	case bool:
		if v {
			return []string{"1"}, nil
		}
		return []string{"0"}, nil
	case time.Time:
		if v.IsZero() {
			return []string{"0"}, nil
		}
		return []string{strconv.FormatInt(v.Unix(), 10)}, nil
	}
	return nil, fmt.Errorf("a %T cannot be given", v)
}

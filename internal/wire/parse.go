package wire

import (
	"bytes"
	"cmp"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/hostkeep/hostkeep"
)

// Limits bound what one call may give.
type Limits struct {
	Params int // parameters, query and body together
	Value  int // bytes of a name or a value
}

// DefaultLimits are 1,000 parameters of 64 KiB; a zero limit means its default.
func DefaultLimits() Limits { return Limits{Params: 1000, Value: 64 << 10} }

// Parse reads the query and the body of a request, whatever its method. What
// the body says wins where a parameter has one value. Every error is for the
// caller.
func Parse(rawQuery, contentType string, body []byte, lim Limits) (Params, error) {
	def := DefaultLimits()
	c := collector{lim: Limits{cmp.Or(lim.Params, def.Params), cmp.Or(lim.Value, def.Value)}}
	if err := c.form(rawQuery); err != nil {
		return Params{}, err
	}
	c.inBody = true
	if err := c.body(contentType, body); err != nil {
		return Params{}, err
	}
	return Params{c.pairs}, nil
}

// collector gathers parameters and refuses what no function should have to.
type collector struct {
	lim    Limits
	inBody bool
	pairs  []pair
}

// body reads a body by its type. What begins like JSON is JSON behind any type,
// or an error: no form begins so, and curl -d calls everything a form. A body
// that cannot be read is never dropped: what it meant to limit would be given.
func (c *collector) body(contentType string, body []byte) error {
	text := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
	if len(text) == 0 {
		return nil
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil && media == "" {
		media, _, _ = strings.Cut(contentType, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	switch {
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		return c.json(text)
	case media == "multipart/form-data":
		return c.multipart(body, params["boundary"])
	case text[0] == '{' || text[0] == '[':
		return c.json(text)
	case text[0] == '<' || media == "application/xml" || media == "text/xml":
		return hostkeep.Errorf(hostkeep.Invalid, "The body is XML; parameters are read from forms and JSON objects.")
	}
	return c.form(string(body))
}

// add takes one parameter, decoded.
func (c *collector) add(name, value string) error {
	switch {
	case name == "" && value == "":
		return nil
	case name == "":
		return hostkeep.Errorf(hostkeep.Invalid, "A value was given without the name of its parameter.")
	case !utf8.ValidString(name) || strings.Contains(name, "\x00"):
		return refused(name, "has a name that is not plain UTF-8 text")
	case !utf8.ValidString(value):
		return refused(name, "is not valid UTF-8")
	case strings.Contains(value, "\x00"):
		return refused(name, "contains a NUL character")
	case len(name) > c.lim.Value:
		return refused(name, "has too long a name")
	case len(value) > c.lim.Value:
		return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is longer than %d bytes.", shown(name), c.lim.Value)
	case len(c.pairs) >= c.lim.Params:
		return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is one too many: at most %d can be given.", shown(name), c.lim.Params)
	}
	c.pairs = append(c.pairs, pair{name: name, value: value, body: c.inBody})
	return nil
}

// refused names a parameter as the caller wrote it; its value is never told.
func refused(name, why string) error {
	return hostkeep.Errorf(hostkeep.Invalid, "The parameter %q %s.", shown(name), why)
}

func shown(name string) string { return hostkeep.Clip(name, 64) }

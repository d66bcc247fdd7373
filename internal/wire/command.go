package wire

import "strings"

// ParseCommand reads a command of batch: FUNCTION, or FUNCTION?QUERY with the
// query percent-encoded like any other. The name is told even when the query
// cannot be read. Every error is for the caller.
func ParseCommand(text string, lim Limits) (name string, p Params, err error) {
	name, query, _ := strings.Cut(strings.TrimSpace(text), "?")
	p, err = Parse(query, "", nil, lim)
	return name, p, err
}

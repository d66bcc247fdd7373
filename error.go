package hostkeep

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Kind sorts the errors that are meant for a caller, so that wires, commands
// and the log can treat each sort alike.
type Kind uint8

// The kinds of error that a caller may be told.
const (
	Invalid     Kind = iota + 1 // a parameter is missing, malformed or contradictory
	Denied                      // the caller may not do this
	NotFound                    // there is no such thing, or it is not the caller's
	Conflict                    // the thing exists, is in use, or changed meanwhile
	Unsupported                 // WHM has it, Hostkeep does not (yet)
	Unavailable                 // cannot be done now: the store or the node is not ready
)

func (k Kind) String() string {
	names := [...]string{"unknown", "invalid", "denied", "not found", "conflict", "unsupported", "unavailable"}
	return names[min(int(k), len(names)-1)]
}

// Error is a failure whose text is meant for the caller. Any other error is
// ours: it is logged with the request id and answered as an internal error.
type Error struct {
	Kind    Kind
	Message string    // one sentence for the caller, free of secrets
	Missing Privilege // the privilege that would have opened the call, if that is why
}

func (e *Error) Error() string { return e.Message }

// Errorf makes an error that the caller will read.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// KindOf tells the kind of a caller's error, or 0 for one of ours.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// ErrNotFound is what a store answers for a row that is not there. Families
// turn it into the sentence that fits.
var ErrNotFound = errors.New("not found")

// ErrExists is what a store answers when a name, a domain or a hash is taken.
var ErrExists = errors.New("exists already")

// ErrOutcomeUnknown means that the connection was lost while a change was being
// committed: it may or may not be in force, and must be read again.
var ErrOutcomeUnknown = errors.New("the outcome of the commit is unknown")

// Control reports an ASCII control character.
func Control(r rune) bool { return r < ' ' || r == 0x7f }

// Clip shortens a caller's text for a message, to n bytes at a rune's edge.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

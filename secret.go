package hostkeep

import (
	"fmt"
	"log/slog"
)

// Secret is text that must not be shown: a token's secret, a password. It prints
// as *** in every verb, in JSON and in logs; Reveal is the one way out, so that
// each place where a secret leaves can be found.
type Secret struct{ text string }

// NewSecret wraps s.
func NewSecret(s string) Secret { return Secret{s} }

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return s.text }

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.text == "" }

func (s Secret) String() string               { return "***" }
func (s Secret) GoString() string             { return "***" }
func (s Secret) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte("***")) }
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }
func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }
func (s Secret) LogValue() slog.Value         { return slog.StringValue("***") }

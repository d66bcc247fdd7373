package hostkeep_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

const plain = "hunter2"

// shows reports whether text gives the secret away, in hex as well.
func shows(text string) bool {
	low := strings.ToLower(text)
	return strings.Contains(low, plain) || strings.Contains(strings.ReplaceAll(low, " ", ""), hex.EncodeToString([]byte(plain)))
}

// holder has a secret where fmt cannot ask its methods.
type holder struct {
	Name   string
	hidden hostkeep.Secret
}

// TestSecretVerbs: a secret prints as *** in every verb, and what holds one
// never gives it away.
func TestSecretVerbs(t *testing.T) {
	t.Parallel()
	s := hostkeep.NewSecret(plain)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%10s", "%.2s", "%-9v", "%U", "%t", "%c", "%e"} {
		if got := fmt.Sprintf(verb, s); got != "***" {
			t.Errorf("%s prints %q", verb, got)
		}
		if got := fmt.Sprintf(verb, &s); got != "***" {
			t.Errorf("%s of a pointer prints %q", verb, got)
		}
	}
	in := holder{"n", s}
	for _, v := range []any{
		s, &s, in, &in,
		[]any{in},
		[]hostkeep.Secret{s},
		map[string]hostkeep.Secret{"k": s},
		map[string]holder{"k": in},
		struct{ S hostkeep.Secret }{s},
		struct{ S *hostkeep.Secret }{&s},
		fmt.Errorf("failed: %v", in),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%p", "%z"} {
			if got := fmt.Sprintf(verb, v); shows(got) {
				t.Errorf("%s of %T prints %q", verb, v, got)
			}
		}
	}
	if fmt.Sprint(s)+s.String()+s.GoString() != "*********" {
		t.Error("Sprint, String or GoString shows something")
	}
}

func TestSecretEncodings(t *testing.T) {
	t.Parallel()
	s := hostkeep.NewSecret(plain)
	v := struct {
		S hostkeep.Secret
		P *hostkeep.Secret
		M map[string]hostkeep.Secret
	}{s, &s, map[string]hostkeep.Secret{"k": s}}
	if got, err := json.Marshal(v); err != nil || string(got) != `{"S":"***","P":"***","M":{"k":"***"}}` {
		t.Errorf("JSON is %s, %v", got, err)
	}
	if got, err := xml.Marshal(s); err != nil || string(got) != "<Secret>***</Secret>" {
		t.Errorf("XML is %s, %v", got, err)
	}
	if got, err := s.MarshalText(); err != nil || string(got) != "***" {
		t.Errorf("text is %s, %v", got, err)
	}
}

func TestSecretLogs(t *testing.T) {
	t.Parallel()
	s := hostkeep.NewSecret(plain)
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).With("with", s).WithGroup("g").Info("m", "s", s, "p", &s, "in", holder{"n", s}, "list", []hostkeep.Secret{s})
	}
	if got := out.String(); shows(got) || strings.Count(got, "***") < 6 {
		t.Errorf("the log says %s", got)
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	if s := hostkeep.NewSecret(plain); s.Reveal() != plain || s.Empty() {
		t.Error("the secret does not come out")
	}
	for _, s := range []hostkeep.Secret{{}, hostkeep.NewSecret("")} {
		if s.Reveal() != "" || !s.Empty() || s.String() != "***" {
			t.Errorf("the empty secret reveals %q, prints %v", s.Reveal(), s)
		}
	}
}

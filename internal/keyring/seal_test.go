package keyring_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/keyring"
)

// A sealed secret opens with the same key at the same place, whole, and nowhere else.
func TestSeal(t *testing.T) {
	t.Parallel()
	r, err := keyring.Load(write(t, keyHex, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	at := keyring.Place{Table: "two_factor", Column: "sealed", Row: 7}
	sealed, err := r.Seal(at, hostkeep.NewSecret("the seed"))
	if err != nil || bytes.Contains(sealed, []byte("seed")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	again, _ := r.Seal(at, hostkeep.NewSecret("the seed"))
	if bytes.Equal(sealed, again) {
		t.Error("two sealings are the same")
	}
	if s, err := r.Unseal(at, r.ID(), sealed); err != nil || s.Reveal() != "the seed" {
		t.Errorf("%q, %v", s.Reveal(), err)
	}
	other, err := keyring.Blank()
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for about, try := range map[string]func() (hostkeep.Secret, error){
		"another row": func() (hostkeep.Secret, error) {
			return r.Unseal(keyring.Place{Table: "two_factor", Column: "sealed", Row: 8}, r.ID(), sealed)
		},
		"another table": func() (hostkeep.Secret, error) {
			return r.Unseal(keyring.Place{Table: "x", Column: "sealed", Row: 7}, r.ID(), sealed)
		},
		"another column": func() (hostkeep.Secret, error) {
			return r.Unseal(keyring.Place{Table: "two_factor", Column: "x", Row: 7}, r.ID(), sealed)
		},
		"another key":      func() (hostkeep.Secret, error) { return other.Unseal(at, other.ID(), sealed) },
		"another key's id": func() (hostkeep.Secret, error) { return r.Unseal(at, "00000000", sealed) },
		"changed":          func() (hostkeep.Secret, error) { return r.Unseal(at, r.ID(), changed) },
		"cut":              func() (hostkeep.Secret, error) { return r.Unseal(at, r.ID(), sealed[:12]) },
		"empty":            func() (hostkeep.Secret, error) { return r.Unseal(at, r.ID(), nil) },
	} {
		if s, err := try(); err == nil || !s.Empty() {
			t.Errorf("%s: opened", about)
		}
	}
}

func TestSessionKeysAreTheirOwn(t *testing.T) {
	t.Parallel()
	r, err := keyring.Load(write(t, keyHex, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	s := hostkeep.NewSecret("secret")
	if token := r.HashToken(s); [32]byte(token) == [32]byte(r.HashSession(s)) || len(r.MarkSession("secret")) != 32 {
		t.Error("a session's hash is a token's")
	}
	if ticket := r.MarkTicket("secret"); len(ticket) != 64 || strings.HasPrefix(ticket, r.MarkSession("secret")) {
		t.Error("a ticket's mark is a session's")
	}
}

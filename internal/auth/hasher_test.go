package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

func TestHashThenVerify(t *testing.T) {
	t.Parallel()
	h := auth.NewHasher(2)
	one, err := h.Hash(t.Context(), hostkeep.NewSecret("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	two, _ := h.Hash(t.Context(), hostkeep.NewSecret("correct horse"))
	if f := strings.Split(one, "$"); len(f) != 6 || !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") || len(f[4]) != 22 || len(f[5]) != 43 {
		t.Errorf("form of %q", one)
	}
	if one == two {
		t.Error("two hashes of a password are the same: no salt")
	}
	for password, want := range map[string]bool{"correct horse": true, "correct horsf": false, "": false} {
		if ok, err := h.Verify(t.Context(), one, hostkeep.NewSecret(password)); ok != want || err != nil {
			t.Errorf("%q: %v, %v; want %v", password, ok, err, want)
		}
	}
	if _, err := h.Hash(t.Context(), hostkeep.Secret{}); err == nil {
		t.Error("an empty password was hashed")
	}
}

// The texts are from the test program of argon2's reference implementation.
func TestVerifyKnownHashes(t *testing.T) {
	t.Parallel()
	h := auth.NewHasher(1)
	for stored, password := range map[string]string{
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc": "password",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4":   "password",
	} {
		if ok, err := h.Verify(t.Context(), stored, hostkeep.NewSecret(password)); !ok || err != nil {
			t.Errorf("%s: %v, %v", stored, ok, err)
		}
	}
}

func TestVerifyRefusesOtherForms(t *testing.T) {
	t.Parallel()
	const salt, key = "c29tZXNhbHQ", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	for _, stored := range []string{
		"", "$", "$$$$$", "plain", "$1$salt$crypt", "$2b$12$abcdefghijklmnopqrstuv",
		"$argon2i$v=19$m=256,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=16$m=256,t=2,p=1$" + salt + "$" + key,
		"$argon2id$m=256,t=2,p=1$" + salt + "$" + key,
		"x$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + key + "$",
		"$argon2id$v=19$m=65537,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=4294967296,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=99999999999999999999,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=7,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=0,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=11,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=2,p=0$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=2,p=5$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=2,p=257$" + salt + "$" + key,
		"$argon2id$v=19$m=-256,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=0256,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "\n$" + key,
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + key[:4] + "\r" + key[4:],
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + key[:42] + "5", // a bit that is left over
		"$argon2id$v=19$t=2,m=256,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=2$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=2,p=1,x=1$" + salt + "$" + key,
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "=$" + key,
		"$argon2id$v=19$m=256,t=2,p=1$$" + key,
		"$argon2id$v=19$m=256,t=2,p=1$c2FsdA$" + key,
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$",
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$AAAA",
		"$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + strings.Repeat("A", 100),
	} {
		ok, err := auth.NewHasher(1).Verify(t.Context(), stored, hostkeep.NewSecret("password"))
		if ok || err == nil || errors.Is(err, auth.ErrUnavailable) {
			t.Errorf("%q: %v, %v; want an error", stored, ok, err)
		}
	}
}

// With all turns taken, 64 wait, the next is sent away, and who gives up waiting
// makes room. Tokens are none the wiser.
func TestHasherBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := auth.NewHasher(2).Cheap()
		n := newNode()
		n.give(secretA, hostkeep.Token{})
		a := n.authenticator(h)
		var leave [2]func()
		for i := range leave {
			var err error
			if leave[i], err = h.Enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		results := make(chan error, auth.MaxWaiting)
		for range auth.MaxWaiting {
			go func() {
				_, err := h.Hash(ctx, hostkeep.NewSecret("p"))
				results <- err
			}()
		}
		synctest.Wait()
		if len(results) != 0 {
			t.Fatalf("%d did not wait: %v", len(results), <-results)
		}
		_, err := a.Caller(t.Context(), auth.Request{Authorization: []string{basic("alice", "p")}})
		if !errors.Is(err, auth.ErrUnavailable) || n.read != 0 {
			t.Errorf("one too many: error = %v after %d reads, want ErrUnavailable after none", err, n.read)
		}
		if _, err := a.Caller(t.Context(), auth.Request{Authorization: []string{"whm alice:" + secretA}}); err != nil {
			t.Errorf("a token was kept out by passwords: %v", err)
		}
		cancel()
		for range auth.MaxWaiting {
			if err := <-results; !errors.Is(err, auth.ErrUnavailable) || !errors.Is(err, context.Canceled) {
				t.Errorf("gave up: error = %v, want ErrUnavailable and context.Canceled", err)
			}
		}
		go func() {
			_, err := h.Hash(t.Context(), hostkeep.NewSecret("p"))
			results <- err
		}()
		synctest.Wait()
		leave[0]()
		if err := <-results; err != nil {
			t.Errorf("after a turn was given back: %v", err)
		}
		leave[1]()
	})
}

package auth_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

// FuzzAuthorization looks for a header that gets in without the right secret,
// or an error that is not ours or tells the secret.
func FuzzAuthorization(f *testing.F) {
	const password = "long password"
	n := newNode()
	n.give(secretA, hostkeep.Token{})
	n.passwords[aliceID] = cheap(password)
	for _, seed := range []string{
		"", "whm alice:" + secretA, "WHM  alice:\t" + secretA + " ", "whm alice:" + secretB, "whm :" + secretA, "whm alice:a:b",
		"whm root:" + secretA, "whm alice:" + secretA + "\r\n", "cpanel alice:" + secretA, "Bearer " + secretA, "whm alice:" + secretA[:31],
		basic("alice", password), basic("alice", "x"), basic("bob", password), "Basic alice:" + password, "Basic \x00", "whm \xff:\xfe",
		"whm " + strings.Repeat("a", 5000),
	} {
		f.Add(seed, false)
	}
	f.Add("whm alice:"+secretA, true)
	f.Fuzz(func(t *testing.T, header string, twice bool) {
		headers := []string{header}
		if twice {
			headers = append(headers, header)
		}
		c, err := n.callFrom(peer, headers...)
		if (err == nil) != (!twice && mayEnter(header, password)) {
			t.Fatalf("header %q, twice %v: error = %v", header, twice, err)
		}
		if err == nil {
			if c.User.ID != aliceID || c.Rights != n.principals["alice"].Privileges && c.Via == hostkeep.ViaPassword {
				t.Fatalf("header %q: caller %+v", header, c)
			}
			return
		}
		var refused *auth.Refusal
		if errors.As(err, &refused) == errors.Is(err, auth.ErrUnavailable) {
			t.Fatalf("header %q: error = %v", header, err)
		}
		if text := err.Error(); strings.Contains(text, secretA) || strings.Contains(text, password) {
			t.Fatalf("the error tells the secret: %s", text)
		}
		if refused != nil && n.principals[refused.User].ID != refused.PrincipalID {
			t.Fatalf("header %q: refusal of %q, whom nobody knows", header, refused.User)
		}
	})
}

// mayEnter says in its own way what the rules are.
func mayEnter(header, password string) bool {
	if len(header) > 4096 || len(header) < 6 || strings.ContainsAny(header, "\r\n") { // base64 would skip line ends
		return false
	}
	blank := func(s string) bool { return strings.Trim(s, " \t") == "" }
	if strings.ToLower(header[:4]) == "whm " {
		before, after, ok := strings.Cut(header[4:], secretA)
		user, gap, _ := strings.Cut(before, ":")
		return ok && blank(gap) && blank(after) && strings.Contains(before, ":") && strings.TrimLeft(user, " \t") == "alice"
	}
	plain, err := base64.StdEncoding.DecodeString(strings.Trim(header[6:], " \t"))
	return strings.ToLower(header[:6]) == "basic " && err == nil && string(plain) == "alice:"+password
}

func BenchmarkToken(b *testing.B) {
	n := newNode()
	n.give(secretA, hostkeep.Token{Privileges: hostkeep.Everything()})
	a := n.authenticator(auth.NewHasher(1))
	r := auth.Request{Authorization: []string{"whm alice:" + secretA}, Addr: peer}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Caller(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzStoredPassword: a stored password is refused, or is within its bounds and
// written as it was read.
func FuzzStoredPassword(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=08,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, text string) {
		again, memory, err := auth.PHC(text)
		if err == nil && (again != text || memory < 8 || memory > 65536) {
			t.Errorf("%q is read as %q, with %d KiB", text, again, memory)
		}
	})
}

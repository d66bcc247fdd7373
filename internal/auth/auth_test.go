package auth_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

// secretA and secretB have checksums computed outside Go (bit by bit CRC-32).
const (
	secretA = "HKAAAAAAAAAAAAAAAAAAAAAAAAAX7CVE"
	secretB = "HKABCDEFGHIJKLMNOPQRSTUVWXY8S7MF"
)

const aliceID, sueID, bobID int64 = 2, 3, 4

var (
	start = time.Date(2030, 1, 2, 3, 4, 5, 678901000, time.UTC)
	peer  = netip.MustParseAddr("192.0.2.7")
)

// node is the memory and the password store of the tests. It counts what is
// asked of it.
type node struct {
	principals map[string]hostkeep.Principal
	tokens     map[hostkeep.TokenHash]hostkeep.Token
	passwords  map[int64]string
	readErr    error
	readyErrs  []error // the answers of Ready in turn; nil ever after
	now        time.Time

	hashed, byHash, byName, read int
	readID                       int64 // whose password was read last
}

func (n *node) Ready() (err error) {
	if len(n.readyErrs) > 0 {
		err, n.readyErrs = n.readyErrs[0], n.readyErrs[1:]
	}
	return err
}

func (n *node) TokenByHash(h hostkeep.TokenHash) (hostkeep.Token, hostkeep.Principal, bool) {
	n.byHash++
	t, ok := n.tokens[h]
	for _, p := range n.principals {
		if ok && p.ID == t.OwnerID {
			return t, p, true
		}
	}
	return hostkeep.Token{}, hostkeep.Principal{}, false
}

func (n *node) PrincipalByName(name string) (hostkeep.Principal, bool) {
	n.byName++
	p, ok := n.principals[name]
	return p, ok
}

func (n *node) PasswordHash(_ context.Context, id int64) (string, error) {
	n.read, n.readID = n.read+1, id
	if text, ok := n.passwords[id]; ok || n.readErr != nil {
		return text, n.readErr
	}
	return "", hostkeep.ErrNotFound
}

func (n *node) hashToken(s hostkeep.Secret) hostkeep.TokenHash {
	n.hashed++
	return sha256.Sum256([]byte(s.Reveal()))
}

func (n *node) add(p hostkeep.Principal) { n.principals[p.Name] = p }

// give adds a token with the given secret; what t does not say is a token 7 of alice's.
func (n *node) give(secret string, t hostkeep.Token) {
	t.Hash = sha256.Sum256([]byte(secret))
	if t.OwnerID == 0 {
		t.OwnerID = aliceID
	}
	if t.ID == 0 {
		t.ID = 7
	}
	n.tokens[t.Hash] = t
}

// newNode knows root, the reseller alice, the suspended reseller sue and the
// plain account bob.
func newNode() *node {
	n := &node{
		principals: map[string]hostkeep.Principal{}, tokens: map[hostkeep.TokenHash]hostkeep.Token{},
		passwords: map[int64]string{}, now: start,
	}
	n.add(hostkeep.Principal{ID: hostkeep.RootID, Name: hostkeep.RootName, Privileges: hostkeep.Everything()})
	n.add(hostkeep.Principal{ID: aliceID, Name: "alice", Reseller: true, Privileges: privileges("create-acct", "list-accts")})
	n.add(hostkeep.Principal{ID: sueID, Name: "sue", Reseller: true, Privileges: privileges("list-accts"), Suspended: true})
	n.add(hostkeep.Principal{ID: bobID, Name: "bob", OwnerID: aliceID})
	return n
}

func (n *node) authenticator(h *auth.Hasher) *auth.Authenticator {
	return auth.New(auth.Options{
		Memory: n, Passwords: n, Hasher: h, HashToken: n.hashToken, Now: func() time.Time { return n.now },
	})
}

// call authenticates one header from peer, with hashes that cost nothing.
func (n *node) call(header string) (hostkeep.Caller, error) {
	return n.callFrom(peer, header)
}

func (n *node) callFrom(addr netip.Addr, headers ...string) (hostkeep.Caller, error) {
	a := n.authenticator(auth.NewHasher(1).Cheap())
	return a.Caller(context.Background(), auth.Request{Authorization: headers, Addr: addr, ID: "r1"})
}

func privileges(names ...hostkeep.Privilege) hostkeep.Privileges {
	var s hostkeep.Privileges
	for _, n := range names {
		s = s.With(n)
	}
	return s
}

// wantRefusal checks that err is exactly the wanted refusal.
func wantRefusal(t *testing.T, err error, want auth.Refusal) {
	t.Helper()
	var got *auth.Refusal
	if !errors.As(err, &got) {
		t.Fatalf("error = %v, want a refusal: %+v", err, want)
	}
	if *got != want {
		t.Errorf("refusal = %+v, want %+v", *got, want)
	}
}

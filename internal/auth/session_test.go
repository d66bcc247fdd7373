package auth_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

// shelf keeps sessions and second factors, and counts what is asked of it.
type shelf struct {
	sessions map[hostkeep.SessionHash]hostkeep.Session
	links    map[hostkeep.SessionHash]hostkeep.Session
	factors  map[int64]hostkeep.TwoFactor
	seeds    map[int64]string
	err      error // of everything

	looked, used int
}

func newShelf() *shelf {
	return &shelf{
		sessions: map[hostkeep.SessionHash]hostkeep.Session{}, links: map[hostkeep.SessionHash]hostkeep.Session{},
		factors: map[int64]hostkeep.TwoFactor{}, seeds: map[int64]string{},
	}
}

func (s *shelf) OpenSession(_ context.Context, _ hostkeep.Caller, o hostkeep.Session) error {
	o.ID = int64(len(s.sessions) + 1)
	if s.err == nil {
		s.sessions[o.Hash] = o
	}
	return s.err
}

func (s *shelf) OpenLink(_ context.Context, link hostkeep.SessionHash, o hostkeep.Session) error {
	s.looked++
	l, ok := s.links[link]
	if s.err != nil || !ok || l.Token != o.Token || l.PrincipalID != o.PrincipalID {
		return errors.Join(s.err, hostkeep.ErrNotFound)
	}
	delete(s.links, link)
	s.sessions[o.Hash] = o
	return nil
}

func (s *shelf) SessionByHash(_ context.Context, h hostkeep.SessionHash) (hostkeep.Session, error) {
	s.looked++
	if o, ok := s.sessions[h]; ok || s.err != nil {
		return o, s.err
	}
	return hostkeep.Session{}, hostkeep.ErrNotFound
}

func (s *shelf) Session(_ context.Context, id int64) (hostkeep.Session, error) {
	for _, o := range s.sessions {
		if o.ID == id && s.err == nil {
			return o, nil
		}
	}
	return hostkeep.Session{}, errors.Join(s.err, hostkeep.ErrNotFound)
}

func (s *shelf) UseSession(context.Context, int64, time.Time) error { s.used++; return s.err }

func (s *shelf) EndSession(_ context.Context, id int64) error {
	for h, o := range s.sessions {
		if o.ID == id {
			delete(s.sessions, h)
		}
	}
	return s.err
}

func (s *shelf) TwoFactor(_ context.Context, id int64) (hostkeep.TwoFactor, error) {
	if t, ok := s.factors[id]; ok || s.err != nil {
		return t, s.err
	}
	return hostkeep.TwoFactor{}, hostkeep.ErrNotFound
}

func (s *shelf) UseCode(_ context.Context, id, step int64) (bool, error) {
	t := s.factors[id]
	if step <= t.LastStep {
		return false, s.err
	}
	t.LastStep = step
	s.factors[id] = t
	return true, s.err
}

func (s *shelf) TryCode(context.Context, int64, func(int64) time.Time) (bool, error) {
	return s.err == nil, s.err
}

func (s *shelf) Seed(t hostkeep.TwoFactor) (hostkeep.Secret, error) {
	return hostkeep.NewSecret(s.seeds[t.PrincipalID]), nil
}

// keys are those of no server.
type keys struct{}

func (keys) HashSession(s hostkeep.Secret) hostkeep.SessionHash {
	return sha256.Sum256([]byte("hash" + s.Reveal()))
}

func (keys) MarkSession(text string) string {
	sum := sha256.Sum256([]byte("mark" + text))
	return hex.EncodeToString(sum[:16])
}

func (keys) MarkTicket(text string) string {
	sum := sha256.Sum256([]byte("ticket" + text))
	return hex.EncodeToString(sum[:])
}

// signing is an authenticator with a shelf. alice's password is "right".
func signing(t *testing.T) (*auth.Authenticator, *node, *shelf) {
	t.Helper()
	n, s := newNode(), newShelf()
	h := auth.NewHasher(1).Cheap()
	hash, err := h.Hash(t.Context(), hostkeep.NewSecret("right"))
	if err != nil {
		t.Fatal(err)
	}
	n.passwords[aliceID] = hash
	return auth.New(auth.Options{
		Memory: n, Passwords: n, Hasher: h, HashToken: n.hashToken, Now: func() time.Time { return n.now }, Sessions: s, Keys: keys{}, Codes: s,
	}), n, s
}

func signIn(t *testing.T, a *auth.Authenticator) auth.Request {
	t.Helper()
	o, err := a.Login(t.Context(), auth.Login{User: "alice", Password: hostkeep.NewSecret("right")}, auth.Request{Addr: peer, ID: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	return auth.Request{Cookies: []string{o.Cookie.Reveal()}, Token: o.Token.Reveal(), Addr: peer, ID: "r2"}
}

func reasonOf(t *testing.T, err error) string {
	t.Helper()
	var refused *auth.Refusal
	if !errors.As(err, &refused) {
		t.Fatalf("error = %v, want a refusal", err)
	}
	return refused.Reason
}

func TestSession(t *testing.T) {
	t.Parallel()
	a, n, s := signing(t)
	r := signIn(t, a)
	c, err := a.Caller(t.Context(), r)
	alice := n.principals["alice"]
	if err != nil || c.User != alice || c.Via != hostkeep.ViaSession || c.Rights != alice.Rights() || c.SessionID != 1 || c.Addr != peer || c.RequestID != "r2" || !c.Unbounded() {
		t.Fatalf("%+v, %v", c, err)
	}
	with := func(change func(*auth.Request)) error {
		q := r
		change(&q)
		_, err := a.Caller(t.Context(), q)
		return err
	}
	claim, _ := url.QueryUnescape(r.Cookies[0])
	claim, _, _ = strings.Cut(claim, ",")
	for want, change := range map[string]func(*auth.Request){
		auth.ReasonNone:      func(r *auth.Request) { r.Token = "" },
		auth.ReasonToken:     func(r *auth.Request) { r.Token = "/cpsess0000000000" },
		auth.ReasonSeveral:   func(r *auth.Request) { r.Cookies = append(r.Cookies, r.Cookies...) },
		auth.ReasonTooLong:   func(r *auth.Request) { r.Cookies = []string{strings.Repeat("x", 5000)} },
		auth.ReasonMalformed: func(r *auth.Request) { r.Cookies = []string{claim + "," + strings.Repeat("0", 32)} },
		auth.ReasonScheme:    func(r *auth.Request) { r.Authorization = []string{"x"} }, // a header decides alone
		auth.ReasonSession: func(r *auth.Request) {
			r.Cookies = []string{url.QueryEscape("alice:gone," + keys{}.MarkSession("alice:gone"))}
		},
		auth.ReasonUser: func(r *auth.Request) {
			r.Cookies = []string{url.QueryEscape("zoe:gone," + keys{}.MarkSession("zoe:gone"))}
		},
		auth.ReasonSuspended: func(*auth.Request) {
			alice.Suspended = true
			n.add(alice)
		},
	} {
		if got := reasonOf(t, with(change)); got != want {
			t.Errorf("%s: %s", want, got)
		}
		alice.Suspended = false
		n.add(alice)
	}
	for h, o := range s.sessions { // one for cPanel is none for WHM
		o.Service = hostkeep.ServiceCPanel
		s.sessions[h] = o
	}
	if got := reasonOf(t, with(func(*auth.Request) {})); got != auth.ReasonSession {
		t.Errorf("a session of cPanel: %s", got)
	}
	looked := s.looked
	if got := reasonOf(t, with(func(r *auth.Request) { r.Cookies = []string{"alice%3Amadeup%2C00"} })); got != auth.ReasonMalformed || s.looked != looked {
		t.Errorf("a made-up cookie: %s, %d look-ups", got, s.looked-looked)
	}
	s.err = errors.New("the store is gone")
	if err := with(func(*auth.Request) {}); !errors.Is(err, auth.ErrUnavailable) {
		t.Errorf("with the store gone: %v", err)
	}
	s.err = nil
	n.readyErrs = []error{nil, errors.New("lost touch")} // after the look-up
	if err := with(func(*auth.Request) {}); !errors.Is(err, auth.ErrUnavailable) {
		t.Errorf("with the lease over: %v", err)
	}
}

// TestAUseThatCannotBeWritten: a full disk ends no session.
func TestAUseThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	a, n, s := signing(t)
	r := signIn(t, a)
	for range 20 {
		n.now = n.now.Add(time.Minute)
		if _, err := a.Caller(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if s.used != 20 {
		t.Errorf("%d uses were written, want 20", s.used)
	}
}

func TestAgainInASession(t *testing.T) {
	t.Parallel()
	for about, tt := range map[string]struct {
		happens func(*auth.Authenticator, *node, *shelf, auth.Request)
		reason  string
	}{
		"nothing": {func(*auth.Authenticator, *node, *shelf, auth.Request) {}, ""},
		"logout":  {func(a *auth.Authenticator, _ *node, _ *shelf, r auth.Request) { _ = a.Logout(context.Background(), r) }, auth.ReasonSession},
		"its end": {func(_ *auth.Authenticator, n *node, _ *shelf, _ auth.Request) {
			n.now = n.now.Add(hostkeep.SessionLife)
		}, auth.ReasonSession},
		"suspended": {func(_ *auth.Authenticator, n *node, _ *shelf, _ auth.Request) {
			n.add(hostkeep.Principal{ID: aliceID, Name: "alice", Reseller: true, Suspended: true})
		}, auth.ReasonSuspended},
	} {
		a, n, s := signing(t)
		r := signIn(t, a)
		c, err := a.Caller(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		tt.happens(a, n, s, r)
		_, err = a.Again(t.Context(), c)
		if tt.reason == "" && err != nil || tt.reason != "" && reasonOf(t, err) != tt.reason {
			t.Errorf("%s: %v", about, err)
		}
	}
}

// TestMatchCode: RFC 6238, appendix B, SHA-1, cut to six digits; the seed there is
// "12345678901234567890".
func TestMatchCode(t *testing.T) {
	t.Parallel()
	seed := hostkeep.NewSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		for ahead := max(int64(-2), -at/30); ahead <= 2; ahead++ { // from 1970 on
			step, right := auth.MatchCode(seed, code, time.Unix(at+30*ahead, 0))
			if want := ahead >= -1 && ahead <= 1; right != want || want && step != at/30 {
				t.Errorf("%d seen %d steps later: %v, step %d", at, ahead, right, step)
			}
		}
	}
	for _, code := range []string{"", "28708", "2870822", " 287082", "287083"} {
		if _, right := auth.MatchCode(seed, code, time.Unix(59, 0)); right {
			t.Errorf("%q is taken", code)
		}
	}
}

func TestCheckSeed(t *testing.T) {
	t.Parallel()
	for seed, good := range map[string]bool{
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ": true, "gezdgnbvgy3tqojq": true, "": false, "GEZDGNBVGY3TQOI": false, "0189": false,
		strings.Repeat("A", 16): true, strings.Repeat("A", 200): false,
	} {
		if err := auth.CheckSeed(hostkeep.NewSecret(seed)); (err == nil) != good {
			t.Errorf("%q: %v", seed, err)
		}
	}
}

// FuzzCookie looks for a cookie that gets in without being the session's, or a
// refusal that tells a secret.
func FuzzCookie(f *testing.F) {
	s := newShelf()
	n := newNode()
	a := auth.New(auth.Options{Memory: n, Hasher: auth.NewHasher(1).Cheap(), HashToken: n.hashToken, Now: func() time.Time { return n.now }, Sessions: s, Keys: keys{}})
	const id, token = "thesecret", "/cpsess1234567890"
	claim := "alice:" + id
	good := claim + "," + keys{}.MarkSession(claim)
	h := keys{}.HashSession(hostkeep.NewSecret(id))
	s.sessions[h] = hostkeep.Session{
		ID: 1, PrincipalID: aliceID, Service: hostkeep.ServiceWHM, Open: true, Hash: h, Token: keys{}.HashSession(hostkeep.NewSecret(token)),
		LastUsed: n.now, Ends: n.now.Add(time.Hour),
	}
	for _, cookie := range []string{good, url.QueryEscape(good), claim, claim + ",", "root:" + id + "," + keys{}.MarkSession("root:"+id), "%zz", ":,", "", "alice%00:x,y"} {
		f.Add(cookie, token)
		f.Add(cookie, "/cpsess0000000000")
	}
	f.Fuzz(func(t *testing.T, cookie, shown string) {
		c, err := a.Caller(t.Context(), auth.Request{Cookies: []string{cookie}, Token: shown})
		plain, escapes := url.QueryUnescape(cookie)
		if want := escapes == nil && plain == good && shown == token && len(cookie) <= 4096; (err == nil) != want {
			t.Fatalf("cookie %q, token %q: %+v, %v", cookie, shown, c, err)
		}
		if err != nil && (strings.Contains(err.Error(), id) || c.Via != "") {
			t.Fatalf("the refusal tells: %v, %+v", err, c)
		}
	})
}

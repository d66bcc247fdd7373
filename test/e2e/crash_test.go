package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// keepAlive is about how many tokens the crash test leaves alive: enough that
// there is something to lose, and few enough to look at all of them each time.
const keepAlive = 40

// TestCrash kills the server in the middle of creations and revocations, again
// and again. What was answered with success holds after the restart; what was not
// answered has happened wholly or not at all.
func TestCrash(t *testing.T) {
	t.Parallel()
	rounds := 200
	if testing.Short() {
		rounds = 30
	}
	s := newSite(t)
	l := newLedger(s)
	if err := l.killDuring(4, 6); err != nil {
		t.Fatal(err)
	}
	for round := 1; round < rounds; round++ {
		s.serve()
		if lost := l.check(); len(lost) > 0 {
			t.Fatalf("after crash %d: %s", round, strings.Join(lost, "; "))
		}
		if round%20 == 0 {
			verifyStore(t, s)
		}
		if err := l.killDuring(4, 1+rand.IntN(24)); err != nil { //nolint:gosec // any number will do
			t.Fatalf("round %d: %v", round, err)
		}
	}
	s.serve()
	if lost := l.check(); len(lost) > 0 {
		t.Fatalf("after the last crash: %s", strings.Join(lost, "; "))
	}
	verifyStore(t, s)
	s.stop()
	made, revoked, open := l.made.Load(), l.revoked.Load(), l.unanswered.Load()
	t.Logf("%d crashes, %d creations and %d revocations answered, %d calls cut off", rounds, made, revoked, open)
	if made < int64(rounds) || revoked < int64(rounds)/2 || open < int64(rounds)/2 {
		t.Error("too little happened for a test of crashes")
	}
}

// TestCrashControl shows that TestCrash's eyes see: acknowledgements that the
// server never gave are found to be broken.
func TestCrashControl(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l := newLedger(s)
	l.create("kept")
	if err := l.kill(); err != nil {
		t.Fatal(err)
	}
	s.serve()
	if lost := l.check(); len(lost) > 0 {
		t.Fatalf("nothing was faked, yet: %q", lost)
	}
	l.alive["never-made"] = "HK" + strings.Repeat("A", 30)
	if lost := l.check(); len(lost) != 2 {
		t.Errorf("a faked creation leads to %q, not to two complaints", lost)
	}
	delete(l.alive, "never-made")
	l.gone["kept"] = l.alive["kept"]
	delete(l.alive, "kept")
	if lost := l.check(); len(lost) != 2 {
		t.Errorf("a faked revocation leads to %q, not to two complaints", lost)
	}
	if err := l.kill(); err != nil {
		t.Fatal(err)
	}
}

// ledger is what clients were told, kept outside the server.
type ledger struct {
	s    *site
	root string // secret of the token that makes and revokes

	mu     sync.Mutex
	alive  map[string]string // name → secret, of answered creations
	gone   map[string]string // of answered revocations, since the last check
	doubt  map[string]string // asked for and not answered; "" is a secret that was never seen
	number int

	made, revoked, unanswered atomic.Int64
}

func newLedger(s *site) *ledger {
	return &ledger{s: s, root: s.token("root", "setup", "all", "--expires", "never"), alive: map[string]string{}, gone: map[string]string{}, doubt: map[string]string{}}
}

// killDuring has some clients work until the server has been killed, which
// happens as soon as so many calls were answered, while others are under way.
func (l *ledger) killDuring(clients, answers int) error {
	var left atomic.Int64
	left.Store(int64(answers))
	enough := make(chan struct{})
	failed := make(chan error, clients)
	var working sync.WaitGroup
	for range clients {
		working.Go(func() {
			client, err := l.s.call("", "", "").client()
			if err != nil {
				failed <- err
				return
			}
			defer client.CloseIdleConnections()
			for {
				answered, err := l.step(client)
				if err != nil {
					failed <- err
					return
				}
				if !answered {
					return // the server is gone
				}
				if left.Add(-1) == 0 {
					close(enough)
				}
			}
		})
	}
	var err error
	select {
	case <-enough:
	case err = <-failed:
	}
	err = errors.Join(err, l.kill())
	working.Wait()
	close(failed)
	return errors.Join(err, <-failed)
}

func (l *ledger) kill() error { return l.s.proc.Kill() }

// step makes a token, or revokes one. An error is an answer that nobody wants.
func (l *ledger) step(client *http.Client) (answered bool, err error) {
	if name, secret := l.pick(); name != "" {
		answered, _, err = l.ask(client, "api_token_revoke", "token_name", name)
		if answered && err == nil {
			l.revoked.Add(1)
			l.mark(func() { delete(l.doubt, name); l.gone[name] = secret })
		}
		return answered, err
	}
	l.mu.Lock()
	l.number++
	name := fmt.Sprintf("t%d", l.number)
	l.doubt[name] = ""
	l.mu.Unlock()
	answered, v, err := l.ask(client, "api_token_create", "token_name", name, "acl", "basic-system-info")
	if answered && err == nil {
		secret, _ := at(v, "data.token")
		l.made.Add(1)
		l.mark(func() { delete(l.doubt, name); l.alive[name] = fmt.Sprint(secret) })
	}
	return answered, err
}

func (l *ledger) mark(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
}

// pick takes a token to revoke when there are enough; until the answer it is in
// doubt.
func (l *ledger) pick() (name, secret string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.alive) == 0 || rand.IntN(2*keepAlive) >= len(l.alive) { //nolint:gosec // any will do
		return "", ""
	}
	for name, secret = range l.alive {
		break
	}
	delete(l.alive, name)
	l.doubt[name] = secret
	return name, secret
}

// ask calls as root. Not answered is a connection that broke; an answer other
// than success is an error.
func (l *ledger) ask(client *http.Client, function string, nameValue ...string) (answered bool, v any, err error) {
	a, err := l.s.callTo(client, l.root, function, nameValue...)
	if err != nil {
		l.unanswered.Add(1)
		return false, nil, nil
	}
	v, err = decode(a.body)
	if err == nil && !strings.Contains(string(a.body), `"result":1`) {
		err = fmt.Errorf("%s %q was answered: %d %s", function, nameValue, a.status, a.body)
	}
	return true, v, err
}

// create makes one token, for the control.
func (l *ledger) create(name string) {
	v := l.s.must("root", l.root, "api_token_create", "token_name", name, "acl", "basic-system-info")
	secret, _ := at(v, "data.token")
	l.alive[name] = fmt.Sprint(secret)
}

// check compares the server with the ledger, says what does not hold, and
// settles what was in doubt.
func (l *ledger) check() (lost []string) {
	l.s.t.Helper()
	client, err := l.s.call("", "", "").client()
	if err != nil {
		return []string{err.Error()}
	}
	defer client.CloseIdleConnections()
	_, v, err := l.ask(client, "api_token_list")
	if err != nil {
		return []string{err.Error()}
	}
	tokens, _ := at(v, "data.tokens")
	listed, _ := tokens.(map[string]any)
	complain := func(format string, args ...any) { lost = append(lost, fmt.Sprintf(format, args...)) }
	for name, secret := range l.alive {
		if listed[name] == nil {
			complain("the token %s was made and is not listed", name)
		}
		if status := l.try(client, secret); status != http.StatusOK {
			complain("the token %s was made and is answered with %d", name, status)
		}
	}
	for name, secret := range l.gone {
		if listed[name] != nil {
			complain("the token %s was revoked and is listed", name)
		}
		if status := l.try(client, secret); status != http.StatusForbidden {
			complain("the token %s was revoked and is answered with %d", name, status)
		}
	}
	for name, secret := range l.doubt {
		if want := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[listed[name] != nil]; secret != "" && l.try(client, secret) != want {
			complain("the token %s is half revoked: listed %t", name, listed[name] != nil)
		}
		if secret != "" && listed[name] != nil {
			l.alive[name] = secret
		}
		if secret == "" && listed[name] != nil {
			if _, _, err := l.ask(client, "api_token_revoke", "token_name", name); err != nil {
				complain("the token %s is half made: %v", name, err)
			}
		}
	}
	for name := range listed {
		_, doubted := l.doubt[name]
		if l.alive[name] == "" && l.gone[name] == "" && !doubted && name != "setup" {
			complain("the token %s was never asked for", name)
		}
	}
	clear(l.gone)
	clear(l.doubt)
	return lost
}

// try uses a token, and returns the HTTP status.
func (l *ledger) try(client *http.Client, secret string) int {
	a, err := l.s.callTo(client, secret, "version")
	if err != nil {
		return 0
	}
	return a.status
}

package web

import (
	"crypto/rand"
	"sync"
)

// spent remembers which forms were sent, so that a reload or a second click does
// not make a second token. It is a convenience of this process: across a restart
// the token's name, which is unique, does the same.
type spent struct {
	mu     sync.Mutex
	byForm map[formID]string // the name of what was made
	order  []formID          // the oldest first
}

type formID struct {
	user  int64
	nonce string
}

type claim struct {
	form formID
	name string
}

const (
	maxSpent = 4096
	maxNonce = 64
)

func newNonce() string { return rand.Text() }

// claim takes a form; not first: it was sent before, for the name in the claim.
// A form without a nonce can be sent again and again.
func (s *spent) claim(user int64, nonce, name string) (c claim, first bool) {
	c = claim{formID{user, nonce}, name}
	if nonce == "" || len(nonce) > maxNonce {
		return c, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, ok := s.byForm[c.form]; ok {
		c.name = before
		return c, false
	}
	if s.byForm == nil {
		s.byForm = map[formID]string{}
	}
	s.byForm[c.form], s.order = name, append(s.order, c.form)
	if len(s.order) > maxSpent {
		delete(s.byForm, s.order[0])
		s.order = s.order[1:]
	}
	return c, true
}

// release gives a form back that came to nothing.
func (s *spent) release(c claim) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byForm, c.form)
}

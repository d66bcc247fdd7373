package program

import (
	"bytes"
	"fmt"
	"regexp"
	"sync"
	"time"
)

// Patience is how long anything that must come is waited for. Nothing waits so long
// unless it is broken.
const Patience = 90 * time.Second

// Log keeps what a process prints and wakes those who wait for a line.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed and replaced at each write
}

func newLog() *Log { return &Log{more: make(chan struct{})} }

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.more)
	l.more = make(chan struct{})
	return l.text.Write(p)
}

func (l *Log) read() (text string, more <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String(), l.more
}

func (l *Log) String() string {
	text, _ := l.read()
	return text
}

// Await waits until what was printed matches, and returns the match with its groups.
// A process that has ended prints no more.
func (l *Log) Await(re *regexp.Regexp, ended <-chan struct{}) ([]string, error) {
	late := time.After(Patience)
	for {
		text, more := l.read()
		if m := re.FindStringSubmatch(text); m != nil {
			return m, nil
		}
		select {
		case <-more:
		case <-ended:
			if m := re.FindStringSubmatch(l.String()); m != nil {
				return m, nil
			}
			return nil, fmt.Errorf("the process ended without printing %q; it printed:\n%s", re, l)
		case <-late:
			return nil, fmt.Errorf("%q was not printed; this was:\n%s", re, l)
		}
	}
}

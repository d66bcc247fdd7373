package auth

import (
	"container/list"
	"net/netip"
	"time"

	"github.com/hostkeep/hostkeep"
)

// maxTallies bounds a Throttle's memory, some 300 bytes each. Each tally has cost
// somebody a password check, so filling the table takes longer than most windows.
const maxTallies = 1 << 16

type subjectKind uint8

const (
	ofBlock subjectKind = iota + 1
	ofNetwork
	ofUser
)

// subject is what failures are counted of.
type subject struct {
	kind  subjectKind
	block netip.Prefix
	user  uint64
}

// tally is the failures of one subject.
type tally struct {
	subject
	last     hostkeep.LoginFailure
	failures int64     // since from, within the window
	from     time.Time // the first of them
	window   time.Duration
	until    time.Time // end of the block; zero: none

	tries     int64 // failures, and tries while it was blocked
	triedFrom time.Time
	excessive bool // until is the long block's
}

// blocked reports whether the subject is over its limit now.
func (y *tally) blocked(now time.Time) bool { return y != nil && now.Before(y.until) }

// alive is how many failures count now.
func (y *tally) alive(now time.Time) int64 {
	if y == nil || !y.blocked(now) && (!y.until.IsZero() || now.Sub(y.from) >= y.window) {
		return 0
	}
	return y.failures
}

// fail counts one. At the limit the subject is blocked for a window.
func (y *tally) fail(f hostkeep.LoginFailure, limit int64, window time.Duration) {
	if y.alive(f.At) == 0 {
		y.failures, y.from, y.until, y.excessive = 0, f.At, time.Time{}, false
	}
	y.last, y.window = f, window
	if y.failures++; y.failures >= limit && !y.excessive {
		y.until = f.At.Add(window)
	}
}

// table is the tallies, those with the latest failures kept.
type table struct {
	rows  map[subject]*list.Element
	order *list.List // of *tally, the latest in front
	max   int
}

func newTable() table {
	return table{rows: map[subject]*list.Element{}, order: list.New(), max: maxTallies}
}

// get is the subject's tally, or nil.
func (b *table) get(s subject) *tally {
	if e, ok := b.rows[s]; ok {
		y, _ := e.Value.(*tally)
		return y
	}
	return nil
}

// put is the subject's tally, made when there is none.
func (b *table) put(s subject) *tally {
	if e, ok := b.rows[s]; ok {
		b.order.MoveToFront(e)
		return b.get(s)
	}
	y := &tally{subject: s}
	b.rows[s] = b.order.PushFront(y)
	for len(b.rows) > b.max {
		oldest, _ := b.order.Back().Value.(*tally)
		b.drop(oldest)
	}
	return y
}

func (b *table) drop(y *tally) {
	if e, ok := b.rows[y.subject]; ok {
		b.order.Remove(e)
		delete(b.rows, y.subject)
	}
}

// all is every tally, the latest first.
func (b *table) all() (tallies []*tally) {
	for e := b.order.Front(); e != nil; e = e.Next() {
		if y, ok := e.Value.(*tally); ok {
			tallies = append(tallies, y)
		}
	}
	return tallies
}

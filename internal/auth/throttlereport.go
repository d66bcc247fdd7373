package auth

import (
	"slices"

	"github.com/hostkeep/hostkeep"
)

// maxFailures is how many failures are remembered to be shown.
const maxFailures = 1000

// Follow takes what is stored of the guard, at each change of it.
func (t *Throttle) Follow(g hostkeep.Guard) {
	lists := map[string][]hostkeep.GuardEntry{}
	for _, e := range g.Entries {
		lists[e.List] = append(lists[e.List], e)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lists, t.settings = lists, t.base.With(g.Settings)
}

// Settings are the settings in force.
func (t *Throttle) Settings() hostkeep.GuardSettings {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.settings.With(nil)
}

// Forget forgets the failures of a range of addresses, and so their blocks; nil
// is everything, the names under attack too.
func (t *Throttle) Forget(span *hostkeep.Span) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, y := range t.table.all() {
		if span == nil || y.kind == ofBlock && concerns(*span, y) {
			t.table.drop(y)
		}
	}
	t.failures = slices.DeleteFunc(t.failures, func(f hostkeep.LoginFailure) bool { return span == nil || span.Contains(f.Addr) })
}

// concerns reports whether a block is in the range, or has its last failure there.
func concerns(span hostkeep.Span, y *tally) bool {
	return span.Contains(y.block.Addr()) || span.Contains(y.last.Addr)
}

// Remembered counts the failures and the blocks of a range that Forget would forget.
func (t *Throttle) Remembered(span *hostkeep.Span) (failures, blocks int64) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.failures {
		if (span == nil || span.Contains(f.Addr)) && now.Before(f.Until) {
			failures++
		}
	}
	for _, y := range t.table.all() {
		if y.kind == ofBlock && y.blocked(now) && (span == nil || concerns(*span, y)) {
			blocks++
		}
	}
	return failures, blocks
}

// remember keeps a failure to be shown.
func (t *Throttle) remember(f hostkeep.LoginFailure) {
	if len(t.failures) >= maxFailures {
		t.failures = slices.Delete(t.failures, 0, len(t.failures)-maxFailures+1)
	}
	t.failures = append(t.failures, f)
}

// Failures are the failures that are remembered, the latest first.
func (t *Throttle) Failures() (list []hostkeep.LoginFailure) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range slices.Backward(t.failures) {
		if now.Before(f.Until) {
			list = append(list, f)
		}
	}
	return list
}

// Blocked lists the addresses that are blocked now: for a window, for a day, and
// the names that are under attack.
func (t *Throttle) Blocked() (brutes, excessive, users []hostkeep.LoginBlock) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, y := range t.table.all() {
		switch {
		case !y.blocked(now):
		case y.kind == ofBlock && y.excessive:
			excessive = append(excessive, y.shown())
		case y.kind == ofBlock:
			brutes = append(brutes, y.shown())
		case y.kind == ofUser && y.last.User != "":
			users = append(users, y.shown())
		}
	}
	return brutes, excessive, users
}

func (y *tally) shown() hostkeep.LoginBlock {
	b := hostkeep.LoginBlock{LoginFailure: y.last, Failures: y.failures}
	b.Until = y.until
	return b
}

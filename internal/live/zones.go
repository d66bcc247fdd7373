package live

import (
	"context"
	"slices"
	"sync"

	"github.com/hostkeep/hostkeep"
)

// Zones is told what the zones are, before the change that made them so is
// answered. It is told one thing at a time, in the order of the changes.
type Zones interface {
	// Replace gives all zones that there are.
	Replace([]hostkeep.Zone)
	// Change gives those that were written, by their ids, and those that are gone.
	// A written one may have another name than before, and the name of one that is
	// gone or was renamed.
	Change(written []hostkeep.Zone, gone []int64)
}

// zoneLine is what was done to zones and has not been told yet. It is told beside
// the node's turn: to read a huge zone takes seconds, for which neither the changes
// of others nor the lease should wait.
type zoneLine struct {
	to    Zones // nil where nobody asks for zones
	woken chan struct{}

	turn chan struct{} // full while somebody tells

	mu      sync.Mutex // guards waiting
	waiting []zoneNews // what is being told stays until it was
}

// zoneNews is what one turn of the feed brought of zones.
type zoneNews struct {
	by      []int64 // the changes that it comes from, ascending
	written []hostkeep.Zone
	gone    []int64
	told    chan struct{} // closed then
}

func newZoneLine(to Zones) *zoneLine {
	return &zoneLine{to: to, woken: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
}

// replace tells all zones that there are, and with them whatever waits. Nothing may
// be added meanwhile.
func (l *zoneLine) replace(zones []hostkeep.Zone) {
	if l.to == nil {
		return
	}
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	l.to.Replace(zones)
	l.done(len(l.waiting))
}

// done takes the first n out of the line. Whoever calls it has the turn.
func (l *zoneLine) done(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, news := range l.waiting[:n] {
		close(news.told)
	}
	l.waiting = slices.Delete(l.waiting, 0, n)
}

// add puts what was done to zones into the line.
func (l *zoneLine) add(d hostkeep.Delta) {
	if l.to == nil {
		return
	}
	isZone := func(o hostkeep.Object) bool { return o.Kind == hostkeep.KindZone }
	news := zoneNews{written: d.Zones, told: make(chan struct{})}
	for _, e := range d.Events {
		if slices.ContainsFunc(e.Objects, isZone) {
			news.by = append(news.by, e.Seq)
		}
	}
	if len(news.by) == 0 {
		return
	}
	for _, o := range d.Gone {
		if isZone(o) {
			news.gone = append(news.gone, o.ID)
		}
	}
	l.mu.Lock()
	l.waiting = append(l.waiting, news)
	l.mu.Unlock()
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// anything is no change's number.
const anything = 0

// owed finds what is still to be told of what a change did to zones, or of anything.
func (l *zoneLine) owed(seq int64) (n zoneNews, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.waiting, func(n zoneNews) bool {
		return seq == anything || slices.Contains(n.by, seq)
	})
	if i < 0 {
		return n, false
	}
	return l.waiting[i], true
}

// tell waits until nothing is owed of a change, and tells what comes before where
// nobody else does.
func (l *zoneLine) tell(seq int64) {
	for {
		n, ok := l.owed(seq)
		if !ok {
			return
		}
		select {
		case <-n.told:
		case l.turn <- struct{}{}:
			if _, ok := l.owed(seq); ok {
				l.tellFirst()
			}
			<-l.turn
		}
	}
}

// tellFirst tells what waits longest. Whoever calls it has the turn.
func (l *zoneLine) tellFirst() {
	l.mu.Lock()
	first := l.waiting[0]
	l.mu.Unlock()
	l.to.Change(first.written, first.gone)
	l.done(1)
}

// told is the last change up to which nothing is owed, at most at.
func (l *zoneLine) told(at int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return at
	}
	return l.waiting[0].by[0] - 1
}

// run tells what nobody of this process waits for, until ctx ends.
func (l *zoneLine) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.woken:
			l.tell(anything)
		}
	}
}

package sqlstore

import (
	"math/rand/v2"
	"sync"

	"github.com/hostkeep/hostkeep"
)

// idEpoch is the start of 2025 in milliseconds since 1970: counted from there,
// 41 bits of milliseconds last until 2094.
const idEpoch = 1_735_689_600_000

// idSource makes ids that rise within the process and, with 22 random bits a
// millisecond, do not meet those of another. Where a millisecond gives several, the
// later ones are random steps ahead: two processes that counted on from near each
// other would meet again and again.
type idSource struct {
	now  hostkeep.Clock
	mu   sync.Mutex
	last int64
}

func (s *idSource) next() int64 {
	ms := max(s.now().UnixMilli()-idEpoch, 1) // ids below 2²² are the store's own
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last+1+rand.Int64N(1<<22), ms<<22|rand.Int64N(1<<22))
	return s.last
}

// NewID makes the id of a new row: positive, never given out before.
func (tx *Tx) NewID() int64 { return tx.store.ids.next() }

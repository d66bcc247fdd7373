package nameserver

import (
	"hash/maphash"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/miekg/dns"
)

// shards is how many maps share the zones: a change copies one of them.
const shards = 1024

// table is the zones that are served. Readers take no lock.
type table struct {
	seed   maphash.Seed
	shards [shards]struct {
		writing sync.Mutex
		zones   atomic.Pointer[map[string]*zone]
	}
}

func newTable() *table { return &table{seed: maphash.MakeSeed()} }

func (t *table) shard(name []byte) int { return int(maphash.Bytes(t.seed, name) % shards) }

func (t *table) get(name []byte) (z *zone, ok bool) {
	if m := t.shards[t.shard(name)].zones.Load(); m != nil {
		z, ok = (*m)[string(name)]
	}
	return z, ok
}

// put serves z under a name on the wire; nil is a zone that is ours and cannot
// be served. It answers with what was served before.
func (t *table) put(name string, z *zone) (before *zone) {
	t.change(name, func(m map[string]*zone) { before, m[name] = m[name], z })
	return before
}

func (t *table) remove(name string) {
	t.change(name, func(m map[string]*zone) { delete(m, name) })
}

func (t *table) change(name string, do func(map[string]*zone)) {
	s := &t.shards[t.shard([]byte(name))]
	s.writing.Lock()
	defer s.writing.Unlock()
	m := map[string]*zone{}
	if old := s.zones.Load(); old != nil {
		maps.Copy(m, *old)
	}
	do(m)
	s.zones.Store(&m)
}

// replace serves these zones and no others, and answers with what was served before.
func (t *table) replace(zones map[string]*zone) map[string]*zone {
	parts := make([]map[string]*zone, shards)
	for name, z := range zones {
		i := t.shard([]byte(name))
		if parts[i] == nil {
			parts[i] = map[string]*zone{}
		}
		parts[i][name] = z
	}
	before := map[string]*zone{}
	for i := range t.shards {
		s := &t.shards[i]
		s.writing.Lock()
		if old := s.zones.Load(); old != nil {
			maps.Copy(before, *old)
		}
		s.zones.Store(&parts[i])
		s.writing.Unlock()
	}
	return before
}

// find is the zone that a name belongs to: the nearest at or above it. Of DS
// records that is the one above the cut, when both are here.
func (t *table) find(k *key, qtype uint16) (z *zone, ok bool) {
	for i := range k.labels {
		if found, is := t.get(k.from(i)); is {
			z, ok = found, true
			if i > 0 || qtype != dns.TypeDS {
				return z, ok
			}
		}
	}
	return z, ok
}

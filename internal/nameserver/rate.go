package nameserver

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

const (
	rateBuckets = 1 << 16 // of 24 bytes each
	rateLocks   = 64
)

// rate limits how many like answers go over UDP into one network, because an
// address there may be a victim's that somebody else writes on his packets. Every
// second answer too many goes out cut back, so that a real client comes by TCP.
//
// Its memory is fixed. Two that meet in a bucket push each other out, which lets
// more through and never less.
type rate struct {
	seed    maphash.Seed
	gap     int64 // nanoseconds between answers
	burst   int64 // nanoseconds by which they may come early: a second's worth
	locks   [rateLocks]sync.Mutex
	buckets []bucket // nil: there is no limit
}

type bucket struct {
	id   uint64
	next int64 // when the next answer would be on time
	over uint64
}

func newRate(perSecond int) *rate {
	r := &rate{seed: maphash.MakeSeed()}
	if perSecond > 0 {
		r.gap, r.burst = int64(time.Second)/int64(perSecond), int64(time.Second)
		r.buckets = make([]bucket, rateBuckets)
	}
	return r
}

// verdict is what happens to an answer.
type verdict uint8

const (
	send verdict = iota
	cut
	drop
)

// mark stands for a name.
func (r *rate) mark(name []byte) uint64 {
	if r.buckets == nil {
		return 0
	}
	return maphash.Bytes(r.seed, name)
}

// judge counts an answer to an address.
func (r *rate) judge(to netip.Addr, f *found, qtype uint16, now time.Time) verdict {
	if r.buckets == nil {
		return send
	}
	what := [3]uint64{prefix(to), uint64(f.kind), f.about}
	if f.kind == kindAnswer {
		what[1] |= uint64(qtype) << 8
	}
	return r.count(maphash.Comparable(r.seed, what), now.UnixNano())
}

func (r *rate) count(id uint64, now int64) verdict {
	i := id % rateBuckets
	lock := &r.locks[i/2%rateLocks]
	lock.Lock()
	defer lock.Unlock()
	b := &r.buckets[i]
	if other := &r.buckets[i^1]; b.id != id && (other.id == id || other.next < b.next) {
		b = other
	}
	if b.id != id {
		*b = bucket{id: id}
	}
	if b.next > now+r.burst {
		b.over++
		if b.over%2 == 0 {
			return drop
		}
		return cut
	}
	b.next = max(b.next, now) + r.gap
	return send
}

// prefix is the network that an address stands for.
func prefix(a netip.Addr) uint64 {
	if a = a.Unmap(); a.Is4() {
		b := a.As4()
		return 1<<63 | uint64(b[0])<<16 | uint64(b[1])<<8 | uint64(b[2])
	}
	b, p := a.As16(), uint64(0)
	for _, c := range b[:7] {
		p = p<<8 | uint64(c)
	}
	return p
}

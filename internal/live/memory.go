package live

import (
	"encoding/hex"
	"time"

	"github.com/hostkeep/hostkeep"
)

// key is the first half of a token's keyed hash: 128 bits name a token.
type key [16]byte

func keyOf(h hostkeep.TokenHash) key { return key(h[:16]) }

// tokenRecord is a token without pointers, so that the collector does not walk
// a million of them. Privilege sets and address lists are interned.
type tokenRecord struct {
	id, owner int64
	expires   int64 // Unix microseconds; 0: never
	change    int64
	grant     uint32
	addresses uint32
}

type memory struct {
	principals map[int64]hostkeep.Principal
	names      map[string]int64
	tokens     map[key]tokenRecord
	sets       intern[grant, grant]
	lists      intern[string, hostkeep.AddressList]
}

// grant is what a token opens.
type grant struct {
	privileges hostkeep.Privileges
	cpanel     bool
}

// intern keeps each distinct value once. What is no longer used stays: the
// distinct sets of a server are few.
type intern[K comparable, V any] struct {
	index  map[K]uint32
	values []V
}

func (in *intern[K, V]) put(k K, v V) uint32 {
	i, ok := in.index[k]
	if !ok {
		i = uint32(len(in.values)) //nolint:gosec // bounded by memory long before 2³²
		in.index[k], in.values = i, append(in.values, v)
	}
	return i
}

func newMemory(s hostkeep.Snapshot) memory {
	m := memory{
		principals: make(map[int64]hostkeep.Principal, len(s.Principals)),
		names:      make(map[string]int64, len(s.Principals)),
		tokens:     make(map[key]tokenRecord, len(s.Tokens)),
		sets:       intern[grant, grant]{index: map[grant]uint32{}},
		lists:      intern[string, hostkeep.AddressList]{index: map[string]uint32{}},
	}
	m.apply(hostkeep.Delta{Principals: s.Principals, Tokens: s.Tokens})
	return m
}

// apply takes what is gone out before it puts what is there in: a name or a
// hash may have gone from one row to another.
func (m *memory) apply(d hostkeep.Delta) {
	for _, g := range d.Gone {
		switch g.Kind {
		case hostkeep.KindPrincipal:
			m.forget(g.ID)
		case hostkeep.KindToken:
			if raw, err := hex.DecodeString(g.Ref); err == nil && len(raw) == len(key{}) {
				delete(m.tokens, key(raw))
			}
		}
	}
	for _, p := range d.Principals {
		m.forget(p.ID)
	}
	for _, p := range d.Principals {
		m.principals[p.ID], m.names[p.Name] = p, p.ID
	}
	for _, t := range d.Tokens {
		m.tokens[keyOf(t.Hash)] = m.record(t)
	}
}

func (m *memory) forget(id int64) {
	if old, ok := m.principals[id]; ok {
		delete(m.names, old.Name)
		delete(m.principals, id)
	}
}

func (m *memory) record(t hostkeep.Token) tokenRecord {
	r := tokenRecord{id: t.ID, owner: t.OwnerID, change: t.Change}
	if !t.Expires.IsZero() {
		r.expires = t.Expires.UnixMicro()
	}
	g := grant{t.Privileges, t.CPanel}
	r.grant = m.sets.put(g, g)
	r.addresses = m.lists.put(t.Addresses.String(), t.Addresses)
	return r
}

// TokenByHash finds a token and its owner as of now. The token lacks what no
// decision needs: name, maker and time of creation.
func (n *Node) TokenByHash(h hostkeep.TokenHash) (t hostkeep.Token, owner hostkeep.Principal, ok bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	r, ok := n.mem.tokens[keyOf(h)]
	if !ok {
		return t, owner, false
	}
	g := n.mem.sets.values[r.grant]
	t = hostkeep.Token{ID: r.id, OwnerID: r.owner, CPanel: g.cpanel, Hash: h, Change: r.change, Privileges: g.privileges, Addresses: n.mem.lists.values[r.addresses]}
	if r.expires != 0 {
		t.Expires = time.UnixMicro(r.expires).UTC()
	}
	owner, ok = n.mem.principals[r.owner]
	return t, owner, ok
}

// PrincipalByName finds a principal as of now.
func (n *Node) PrincipalByName(name string) (hostkeep.Principal, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	id, ok := n.mem.names[name]
	return n.mem.principals[id], ok
}

package zonefile

import (
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/miekg/dns"
)

// rules are what a zone must keep as a whole, checked record by record.
type rules struct {
	zone  string // folded
	soa   bool
	ns    bool
	names map[string]stands
	seen  map[string]struct{} // the records, packed
	key   []byte              // of seen; the room is used again
}

// The limits of a name. A set of records that is longer fits in no message, neither
// in an answer nor in a transfer with its signature and SOA record; nobody needs as
// many types, and BIND takes no more as a secondary.
const (
	maxSet   = 60_000 // bytes of the records of one name and type, packed
	maxTypes = 100
)

// maxNames is how many names a zone has at most, counted with those that are there
// only because others are below them: of 127 labels each, the lines of a zone would
// have a hundred times as many names as there are lines, all of which a name server
// keeps.
const maxNames = 2 * MaxLines

// stands is what there is at a name.
type stands struct {
	holds
	sets []set
}

// set is the records of one name and type.
type set struct {
	rtype uint16
	bytes int
}

// holds is what stands at a name.
type holds uint8

const (
	holdsCNAME holds = 1 << iota
	holdsDNAME
	holdsOther // that may not stand beside a CNAME
)

// newRules begins with a zone of about so many lines.
func newRules(zone string, lines int) *rules {
	return &rules{zone: zone, names: make(map[string]stands, lines), seen: make(map[string]struct{}, lines)}
}

// add checks the next record, and marks it if it stood before.
func (r *rules) add(l *Line, lib *library) error {
	owner, rtype := fold(l.owner), l.RR.Header().Rrtype
	if !within(owner, r.zone) {
		return refuse(l.Number, "the name %s is not in the zone %s", hostkeep.Clip(owner, 80), strings.TrimSuffix(r.zone, "."))
	}
	if l.twin = r.twin(owner, rtype, lib.data()); l.twin {
		if rtype == dns.TypeSOA {
			return refuse(l.Number, "there is a second SOA record")
		}
		return nil
	}
	if err := r.top(l, owner); err != nil {
		return err
	}
	at, known := r.names[owner]
	if !known && !r.between(owner) {
		return refuse(l.Number, "the zone has more than %d names, those between others counted", maxNames)
	}
	if err := at.beside(l, owner); err != nil {
		return err
	}
	if err := at.room(l, owner, len(lib.wire)); err != nil {
		return err
	}
	r.names[owner] = at
	return nil
}

// between counts a new name and those between it and the zone's top, as far as they
// are new too. It says whether there was room for them.
func (r *rules) between(owner string) bool {
	for known := false; !known && owner != r.zone; _, known = r.names[owner] {
		r.names[owner] = stands{}
		i, _ := dns.NextLabel(owner, 0)
		owner = owner[i:]
	}
	return len(r.names) <= maxNames
}

// room counts a record, and refuses one too many.
func (s *stands) room(l *Line, owner string, bytes int) error {
	rtype := l.RR.Header().Rrtype
	i := slices.IndexFunc(s.sets, func(o set) bool { return o.rtype == rtype })
	if i < 0 {
		i = len(s.sets)
		s.sets = append(s.sets, set{rtype: rtype})
	}
	s.sets[i].bytes += bytes
	switch name := hostkeep.Clip(strings.TrimSuffix(owner, "."), 80); {
	case s.sets[i].bytes > maxSet:
		return refuse(l.Number, "the %s records of %s are longer than %d bytes together, and so fit in no answer", l.Type, name, maxSet)
	case len(s.sets) > maxTypes:
		return refuse(l.Number, "%s has records of more than %d types", name, maxTypes)
	}
	return nil
}

func (r *rules) twin(owner string, rtype uint16, data []byte) bool {
	key := append(r.key[:0], owner...)
	key = append(key, byte(rtype>>8), byte(rtype))
	key = append(key, data...)
	if i := nameStart(rtype); i >= 0 {
		for i += len(key) - len(data); i < len(key); i++ {
			if key[i] >= 'A' && key[i] <= 'Z' {
				key[i] |= 0x20
			}
		}
	}
	r.key = key
	if _, ok := r.seen[string(key)]; ok {
		return true
	}
	r.seen[string(key)] = struct{}{}
	return false
}

// top checks what must stand at the zone's top, and only there.
func (r *rules) top(l *Line, owner string) error {
	switch isSOA := l.Type == "SOA"; {
	case isSOA && owner != r.zone:
		return refuse(l.Number, "the SOA record must be the zone's, not that of %s", hostkeep.Clip(owner, 80))
	case isSOA && r.soa:
		return refuse(l.Number, "there is a second SOA record")
	case !isSOA && !r.soa:
		return refuse(l.Number, "the first record must be the SOA record")
	}
	r.soa = true
	r.ns = r.ns || l.Type == "NS" && owner == r.zone
	return nil
}

// beside checks that a CNAME stands alone at its name.
func (s *stands) beside(l *Line, owner string) error {
	has, what := s.holds, holdsOther
	switch l.RR.Header().Rrtype {
	case dns.TypeCNAME:
		what = holdsCNAME
	case dns.TypeDNAME:
		what = holdsDNAME | holdsOther
	case dns.TypeKEY: // of DNSSEC, it may
		what = 0
	}
	name := hostkeep.Clip(strings.TrimSuffix(owner, "."), 80)
	switch {
	case has&what&holdsCNAME != 0:
		return refuse(l.Number, "there is a second CNAME record of %s", name)
	case has&what&holdsDNAME != 0:
		return refuse(l.Number, "there is a second DNAME record of %s", name)
	case has&holdsCNAME != 0 && what&holdsOther != 0:
		return refuse(l.Number, "%s has a CNAME record, so it must have no %s record", name, l.Type)
	case has&holdsOther != 0 && what&holdsCNAME != 0:
		return refuse(l.Number, "%s has other records, so it must have no CNAME record", name)
	}
	s.holds = has | what
	return nil
}

// whole checks what is known when all records have been read.
func (r *rules) whole() error {
	switch name := strings.TrimSuffix(r.zone, "."); {
	case !r.soa:
		return hostkeep.Errorf(hostkeep.Invalid, "the zone %s has no SOA record", name)
	case !r.ns:
		return hostkeep.Errorf(hostkeep.Invalid, "the zone %s has no NS record of its own name", name)
	}
	return nil
}

package zonefile

import (
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/miekg/dns"
)

// rules are what a zone must keep as a whole, checked record by record.
type rules struct {
	zone  string // folded
	soa   bool
	ns    bool
	names map[string]holds
	seen  map[string]struct{} // the records, packed
}

// holds is what stands at a name.
type holds uint8

const (
	holdsCNAME holds = 1 << iota
	holdsDNAME
	holdsOther // that may not stand beside a CNAME
)

func newRules(zone string) *rules {
	return &rules{zone: zone, names: map[string]holds{}, seen: map[string]struct{}{}}
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
	return r.beside(l, owner)
}

func (r *rules) twin(owner string, rtype uint16, data []byte) bool {
	key := make([]byte, 0, len(owner)+len(data)+2)
	key = append(key, owner...)
	key = append(key, byte(rtype>>8), byte(rtype))
	key = append(key, data...)
	if i := nameStart(rtype); i >= 0 {
		for i += len(key) - len(data); i < len(key); i++ {
			if key[i] >= 'A' && key[i] <= 'Z' {
				key[i] |= 0x20
			}
		}
	}
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
func (r *rules) beside(l *Line, owner string) error {
	has := r.names[owner]
	what := holdsOther
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
	r.names[owner] = has | what
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

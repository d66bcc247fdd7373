package dns

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// mx is an MX record of a zone.
type mx struct {
	zonefile.Line
	host       string // absolute, without the dot at the end; "." for no server at all (RFC 7505)
	preference int64
}

// mxsOf lists the MX records of an absolute name as they stand in the file.
func mxsOf(file *zonefile.Zone, name string) (list []mx) {
	for _, l := range file.Lines {
		if isRecord(l, name) && l.Type == "MX" {
			fields := l.Fields()
			n, _ := strconv.ParseInt(fields[0].Value, 10, 64) // of a parsed record
			list = append(list, mx{l, fields[1].Value, n})
		}
	}
	return list
}

// wantedMX is an MX record as it is asked for.
type wantedMX struct {
	Name       string // as in zonefile.Entry
	Exchange   string
	Preference int64
	TTL        *uint32 // nil: what it was, else the zone's default

	// The record whose place it takes. With neither given that is the one of the
	// same server, if there is any.
	OldExchange   string // "": the same server
	OldPreference *int64
}

// edit is what makes the zone have the wanted record, and WHM's words for that. Asked
// for once more it is nothing.
func (w wantedMX) edit(file *zonefile.Zone, warn warnf) (e zonefile.Edit, said string, err error) {
	r, host, err := w.entry(file, warn)
	if err != nil {
		return e, "", err
	}
	list := mxsOf(file, absolute(r.Name, file.Name))
	old, there, err := w.places(list, host, file.Name)
	switch {
	case err != nil:
		return e, "", err
	case there == nil && old == nil:
		return zonefile.Edit{Add: []zonefile.Entry{r}}, added(r, file.Name), nil
	case there == nil: // in the place of the first
		there, old = &old[0], old[1:]
		if r.Name = there.Name; r.TTL == nil {
			r.TTL = &there.TTL
		}
		e.Change = []zonefile.Change{{Number: there.Number, Entry: r}}
		said = fmt.Sprintf("Replacing existing entry on line matched old entry and old priority: %d:", there.Number+1)
	default:
		if r.Name = there.Name; r.TTL != nil && *r.TTL != there.TTL {
			e.Change = []zonefile.Change{{Number: there.Number, Entry: r}}
		}
		said = fmt.Sprintf("Reusing existing entry on line matched new entry and new priority: %d:", there.Number+1)
	}
	for _, m := range old {
		e.Remove = append(e.Remove, m.Number)
	}
	return e, said, nil
}

// entry is the wanted record, and the name of its server as mx has it.
func (w wantedMX) entry(file *zonefile.Zone, warn warnf) (r zonefile.Entry, host string, err error) {
	if w.Preference < 0 || w.Preference > math.MaxUint16 {
		return r, "", invalid("The preference of an MX record, which is also called its priority, is 0 to %d.", math.MaxUint16)
	}
	if a, err := netip.ParseAddr(strings.TrimSuffix(strings.Trim(w.Exchange, "[]"), ".")); err == nil {
		return r, "", invalid("An MX record names a server, and %s is an address.", a)
	}
	data, err := fieldsIn{Exchange: w.Exchange, Preference: &w.Preference}.data("MX", nil, file.Name, warn)
	if err != nil {
		return r, "", err
	}
	host = server(data[1], file.Name)
	if alias := aliasOf(file, host+"."); alias != "" {
		warn("%s is an alias of %s; an MX record should name a server that has addresses itself.", hostkeep.Clip(host, 160), hostkeep.Clip(alias, 160))
	}
	return zonefile.Entry{Name: w.Name, TTL: w.TTL, Type: "MX", Data: data}, host, nil
}

// server is the name of an exchanger as mx has it.
func server(name, zone string) string {
	if name = absolute(name, zone); name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}

// places finds among the MX records of a name the ones that give way to the wanted
// record, and the one that is the wanted record already.
func (w wantedMX) places(list []mx, host, zone string) (old []mx, there *mx, err error) {
	for i, m := range list {
		if strings.EqualFold(m.host, host) && m.preference == w.Preference {
			there = &list[i]
			break
		}
	}
	if w.OldExchange == "" && w.OldPreference == nil {
		if there != nil {
			return nil, there, nil
		}
		if old = matching(list, host, nil); len(old) > 1 {
			old = old[:1]
		}
		return old, nil, nil
	}
	was := host
	if w.OldExchange != "" {
		was = server(zonefile.Absolute("MX", []string{"0", w.OldExchange})[1], zone)
	}
	old = matching(list, was, w.OldPreference)
	for _, m := range old {
		if m.preference != old[0].preference {
			return nil, nil, hostkeep.Errorf(hostkeep.Conflict, "There are several MX records that name %s; say by the old preference which one is meant.", hostkeep.Clip(was, 160))
		}
	}
	if len(old) == 0 && there == nil {
		return nil, nil, noMX(was, w.OldPreference)
	}
	if there != nil { // it does not give way to itself
		old = slices.DeleteFunc(old, func(m mx) bool { return m.Number == there.Number })
	}
	return old, there, nil
}

// matching are those that name a server, with the given preference or any.
func matching(list []mx, host string, preference *int64) (found []mx) {
	for _, m := range list {
		if strings.EqualFold(m.host, host) && (preference == nil || m.preference == *preference) {
			found = append(found, m)
		}
	}
	return found
}

func noMX(host string, preference *int64) *hostkeep.Error {
	with := ""
	if preference != nil {
		with = fmt.Sprintf(" with the preference %d", *preference)
	}
	return hostkeep.Errorf(hostkeep.NotFound, "There is no MX record that names %s%s.", hostkeep.Clip(host, 160), with)
}

// removeMX takes away the records of an absolute name that name a server with a
// preference.
func removeMX(file *zonefile.Zone, name, exchange string, preference int64) (e zonefile.Edit, said string, err error) {
	host := server(zonefile.Absolute("MX", []string{"0", exchange})[1], file.Name)
	found := matching(mxsOf(file, name), host, &preference)
	if len(found) == 0 {
		return e, "", noMX(host, &preference)
	}
	for _, m := range found {
		e.Remove = append(e.Remove, m.Number)
	}
	m := found[0]
	return e, fmt.Sprintf("Removed entry: %s %d\tIN MX %d %s", m.RR.Header().Name, m.TTL, m.preference, m.host), nil
}

func added(r zonefile.Entry, zone string) string {
	return fmt.Sprintf("Added entry: %s IN MX %s %s", absolute(r.Name, zone), r.Data[0], server(r.Data[1], zone))
}

// exchangers are who takes the mail of an absolute name, the most preferred first, as
// RFC 5321 (5.1) has it: its MX records, where it is an alias those of what it stands
// for, and of a name that has addresses and no MX record the name itself.
func exchangers(file *zonefile.Zone, name string) []mx {
	name = canonical(file, name)
	list := mxsOf(file, name)
	if len(list) == 0 && len(addresses(file, name)) > 0 {
		list = []mx{{host: strings.TrimSuffix(name, ".")}}
	}
	slices.SortStableFunc(list, func(a, b mx) int { return int(a.preference - b.preference) })
	return list
}

package zonefile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// Field is one field of a record's data by the name that WHM's old functions give it.
type Field struct{ Name, Value string }

// FieldNames lists, in the order of Entry.Data, the names of the fields of a type
// that WHM's old functions know; nil for others.
func FieldNames(recordType string) []string {
	names, _ := oldFields(recordType)
	return names
}

// oldFields are the names of a type's fields, and which of them are domain names.
func oldFields(recordType string) (names []string, domains []int) {
	switch strings.ToUpper(recordType) {
	case "A", "AAAA":
		return []string{"address"}, nil
	case "CNAME":
		return []string{"cname"}, []int{0}
	case "NS":
		return []string{"nsdname"}, []int{0}
	case "PTR":
		return []string{"ptrdname"}, []int{0}
	case "DNAME":
		return []string{"dname"}, []int{0}
	case "MX":
		return []string{"preference", "exchange"}, []int{1}
	case "AFSDB":
		return []string{"subtype", "hostname"}, []int{1}
	case "TXT":
		return []string{"txtdata"}, nil
	case "SRV":
		return []string{"priority", "weight", "port", "target"}, []int{3}
	case "CAA":
		return []string{"flag", "tag", "value"}, nil
	case "NAPTR":
		return []string{"order", "preference", "flags", "service", "regexp", "replacement"}, []int{5}
	case "HINFO":
		return []string{"cpu", "os"}, nil
	case "RP":
		return []string{"mbox", "txtdname"}, []int{0, 1}
	case "SOA":
		return []string{"mname", "rname", "serial", "refresh", "retry", "expire", "minimum"}, []int{0, 1}
	}
	return nil, nil
}

// Fields are the data of a record under the names of WHM's old functions (A:
// address; MX: preference, exchange; TXT: txtdata, all strings joined …), names
// absolute without the dot at the end. Of a type that those do not know it is nil.
func (l Line) Fields() []Field {
	names := FieldNames(l.Type)
	if l.Kind != Record || names == nil {
		return nil
	}
	values := l.values()
	out := make([]Field, 0, len(names))
	for i, name := range names {
		if i < len(values) {
			out = append(out, Field{name, values[i]})
		}
	}
	return out
}

func (l Line) values() []string {
	switch rr := l.RR.(type) {
	case *dns.CNAME:
		return []string{bare(rr.Target)}
	case *dns.NS:
		return []string{bare(rr.Ns)}
	case *dns.PTR:
		return []string{bare(rr.Ptr)}
	case *dns.DNAME:
		return []string{bare(rr.Target)}
	case *dns.MX:
		return []string{number(rr.Preference), bare(rr.Mx)}
	case *dns.AFSDB:
		return []string{number(rr.Subtype), bare(rr.Hostname)}
	case *dns.SRV:
		return []string{number(rr.Priority), number(rr.Weight), number(rr.Port), bare(rr.Target)}
	case *dns.RP:
		return []string{bare(rr.Mbox), bare(rr.Txt)}
	case *dns.SOA:
		return []string{
			bare(rr.Ns), bare(rr.Mbox), number(rr.Serial), number(rr.Refresh),
			number(rr.Retry), number(rr.Expire), number(rr.Minttl),
		}
	case *dns.NAPTR:
		values := slices.Clone(l.Data)
		values[len(values)-1] = bare(rr.Replacement)
		return values
	case *dns.TXT:
		return []string{strings.Join(l.Data, "")}
	}
	return l.Data
}

// bare takes the dot off an absolute name, but not off the root.
func bare(name string) string {
	if name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}

func number[N uint16 | uint32](n N) string { return strconv.FormatUint(uint64(n), 10) }

// Absolute makes data for an Entry of the values that the callers of WHM's old
// functions send. Those write targets without the dot at the end, so a domain name
// with a dot in it is absolute; one without any is relative, and "@" is the zone.
func Absolute(recordType string, values []string) []string {
	out := slices.Clone(values)
	_, domains := oldFields(recordType)
	for _, i := range domains {
		if i < len(out) && strings.Contains(out[i], ".") && !dns.IsFqdn(out[i]) {
			out[i] += "."
		}
	}
	return out
}

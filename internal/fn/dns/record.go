package dns

import (
	"context"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// record is a line as the older functions give it: what has a type has its fields.
type record struct {
	Line  int64   `whm:"Line" doc:"of its first line in the file, from 1"`
	Lines *int64  `whm:"Lines,omit" doc:"how many lines of the file it takes; of SOA always"`
	Type  string  `whm:"type" doc:"a record's, $TTL, or :RAW for any other line"`
	Name  string  `whm:"name" doc:"absolute, with a dot"`
	Class string  `whm:"class,omit"`
	TTL   string  `whm:"ttl"`
	Raw   *string `whm:"raw,omit" doc:"of :RAW"`
	Fields
}

// Fields are those of all the types of record that the older functions know.
type Fields struct {
	Address     *string `whm:"address,omit" doc:"A, AAAA"`
	CName       *string `whm:"cname,omit" doc:"CNAME"`
	NSDName     *string `whm:"nsdname,omit" doc:"NS"`
	Exchange    *string `whm:"exchange,omit" doc:"MX"`
	Preference  *string `whm:"preference,omit" doc:"MX, NAPTR"`
	TXTData     *string `whm:"txtdata,omit" doc:"TXT: its character-strings joined"`
	PTRDName    *string `whm:"ptrdname,omit" doc:"PTR"`
	Priority    *string `whm:"priority,omit" doc:"SRV"`
	Weight      *string `whm:"weight,omit" doc:"SRV"`
	Port        *string `whm:"port,omit" doc:"SRV"`
	Target      *string `whm:"target,omit" doc:"SRV"`
	Flag        *string `whm:"flag,omit" doc:"CAA"`
	Tag         *string `whm:"tag,omit" doc:"CAA"`
	Value       *string `whm:"value,omit" doc:"CAA"`
	DName       *string `whm:"dname,omit" doc:"DNAME"`
	Subtype     *string `whm:"subtype,omit" doc:"AFSDB"`
	Hostname    *string `whm:"hostname,omit" doc:"AFSDB"`
	Order       *string `whm:"order,omit" doc:"NAPTR"`
	Flags       *string `whm:"flags,omit" doc:"NAPTR"`
	Service     *string `whm:"service,omit" doc:"NAPTR"`
	RegExp      *string `whm:"regexp,omit" doc:"NAPTR"`
	Replacement *string `whm:"replacement,omit" doc:"NAPTR"`
	CPU         *string `whm:"cpu,omit" doc:"HINFO"`
	OS          *string `whm:"os,omit" doc:"HINFO"`
	Mbox        *string `whm:"mbox,omit" doc:"RP"`
	TXTDName    *string `whm:"txtdname,omit" doc:"RP"`
	MName       *string `whm:"mname,omit" doc:"SOA"`
	RName       *string `whm:"rname,omit" doc:"SOA"`
	Serial      *string `whm:"serial,omit" doc:"SOA"`
	Refresh     *string `whm:"refresh,omit" doc:"SOA"`
	Retry       *string `whm:"retry,omit" doc:"SOA"`
	Expire      *string `whm:"expire,omit" doc:"SOA"`
	Minimum     *string `whm:"minimum,omit" doc:"SOA"`
}

// set puts the fields that there are to their names.
func (f *Fields) set(list []zonefile.Field) {
	for _, field := range list {
		if to := f.named(field.Name); to != nil {
			*to = &field.Value
		}
	}
}

func (f *Fields) named(name string) **string {
	switch name {
	case "address":
		return &f.Address
	case "cname":
		return &f.CName
	case "nsdname":
		return &f.NSDName
	case "exchange":
		return &f.Exchange
	case "preference":
		return &f.Preference
	case "txtdata":
		return &f.TXTData
	case "ptrdname":
		return &f.PTRDName
	case "priority":
		return &f.Priority
	case "weight":
		return &f.Weight
	case "port":
		return &f.Port
	case "target":
		return &f.Target
	case "flag":
		return &f.Flag
	case "tag":
		return &f.Tag
	case "value":
		return &f.Value
	case "mname":
		return &f.MName
	case "rname":
		return &f.RName
	case "serial":
		return &f.Serial
	case "refresh":
		return &f.Refresh
	case "retry":
		return &f.Retry
	case "expire":
		return &f.Expire
	case "minimum":
		return &f.Minimum
	case "dname":
		return &f.DName
	case "subtype":
		return &f.Subtype
	case "hostname":
		return &f.Hostname
	case "order":
		return &f.Order
	case "flags":
		return &f.Flags
	case "service":
		return &f.Service
	case "regexp":
		return &f.RegExp
	case "replacement":
		return &f.Replacement
	case "cpu":
		return &f.CPU
	case "os":
		return &f.OS
	case "mbox":
		return &f.Mbox
	case "txtdname":
		return &f.TXTDName
	}
	return nil
}

// rawTTL is what the older functions say of a line before the file's $TTL.
const rawTTL = "86400"

// records are the lines of a zone.
func records(file *zonefile.Zone) []record {
	list, ttl := make([]record, len(file.Lines)), rawTTL
	for i, l := range file.Lines {
		if words := strings.Fields(l.Text); l.Kind == zonefile.Control && len(words) > 1 && strings.EqualFold(words[0], "$TTL") {
			ttl = words[1]
			list[i] = record{Line: int64(l.Number) + 1, Type: "$TTL", TTL: ttl}
			continue
		}
		list[i] = newRecord(l, ttl)
	}
	return list
}

func newRecord(l zonefile.Line, ttl string) record {
	r := record{Line: int64(l.Number) + 1, Type: ":RAW", TTL: ttl}
	if l.Kind != zonefile.Record {
		raw := l.Text // a pointer into l would keep all of l
		r.Raw = &raw
		return r
	}
	r.Type, r.Name, r.Class, r.TTL = l.Type, l.RR.Header().Name, "IN", strconv.FormatUint(uint64(l.TTL), 10)
	if lines := int64(l.Lines()); lines > 1 || l.Type == "SOA" {
		r.Lines = &lines
	}
	r.set(l.Fields())
	return r
}

type dumpIn struct {
	Domain string `whm:"domain,alias=zone,required,max=255"`
}

type dumped struct {
	Records []record `whm:"record"`
}

type dumpOut struct {
	wire.Note
	Zone []dumped `whm:"zone"`
	Old  []record `whm:"record,v0"`
}

func (f family) dumpzone(ctx context.Context, c api.Call, in dumpIn) (out dumpOut, err error) {
	out.Reason = "Zone Serialized"
	return out, f.read(ctx, c, in.Domain, noZoneHere, func(file *zonefile.Zone) error {
		out.Old = records(file)
		out.Zone = []dumped{{out.Old}}
		return nil
	})
}

type lineIn struct {
	Domain string `whm:"domain,required,max=255"`
	Line   int64  `whm:"line,alias=Line,required" doc:"from 1"`
}

type recordOut struct {
	wire.Note
	Records []record `whm:"record"`
}

func (f family) getzonerecord(ctx context.Context, c api.Call, in lineIn) (out recordOut, err error) {
	out.Reason = "Record obtained."
	return out, f.read(ctx, c, in.Domain, noZoneHere, func(file *zonefile.Zone) error {
		for _, rec := range records(file) {
			if rec.Line == in.Line {
				out.Records = []record{rec}
				return nil
			}
		}
		return hostkeep.Errorf(hostkeep.NotFound, "No record available on selected line.")
	})
}

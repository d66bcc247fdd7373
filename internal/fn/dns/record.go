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

func (f *Fields) set(list []zonefile.Field) {
	at := map[string]**string{
		"address": &f.Address, "cname": &f.CName, "nsdname": &f.NSDName, "exchange": &f.Exchange, "preference": &f.Preference, "txtdata": &f.TXTData,
		"ptrdname": &f.PTRDName, "priority": &f.Priority, "weight": &f.Weight, "port": &f.Port, "target": &f.Target, "flag": &f.Flag, "tag": &f.Tag,
		"value": &f.Value, "mname": &f.MName, "rname": &f.RName, "serial": &f.Serial, "refresh": &f.Refresh, "retry": &f.Retry, "expire": &f.Expire,
		"minimum": &f.Minimum, "dname": &f.DName, "subtype": &f.Subtype, "hostname": &f.Hostname, "order": &f.Order, "flags": &f.Flags,
		"service": &f.Service, "regexp": &f.RegExp, "replacement": &f.Replacement, "cpu": &f.CPU, "os": &f.OS, "mbox": &f.Mbox, "txtdname": &f.TXTDName,
	}
	for _, field := range list {
		if to := at[field.Name]; to != nil {
			*to = &field.Value
		}
	}
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
		r.Raw = &l.Text
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
	return out, f.Read(ctx, func(r Reader) error {
		file, err := read(r, c, in.Domain, noZoneHere)
		if err != nil {
			return err
		}
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
	return out, f.Read(ctx, func(r Reader) error {
		file, err := read(r, c, in.Domain, noZoneHere)
		if err != nil {
			return err
		}
		for _, rec := range records(file) {
			if rec.Line == in.Line {
				out.Records = []record{rec}
				return nil
			}
		}
		return hostkeep.Errorf(hostkeep.NotFound, "No record available on selected line.")
	})
}

package dns

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// zoneEdit declares API 2's module ZoneEdit, which ACME clients that are older than
// UAPI's DNS call.
func (f family) zoneEdit() []*api.Function {
	of := func(name, summary string, writes bool) api.Decl {
		return api.Decl{
			Name: name, Summary: summary, Writes: writes, Touches: api.NoCredentials,
			CPanel: api.CPanel{Module: "ZoneEdit", Dialect: wire.API2, Feature: zoneEdit},
		}
	}
	return []*api.Function{
		api.Define(of("fetchzones", "Give the account's zones as the lines of their files.", false), f.fetchZones),
		api.Define(of("fetchzone_records", "List the records of a zone that have the given name, type and data.", false), f.fetchRecords),
		api.Define(of("add_zone_record", "Add a record to a zone.", true), f.addRecord),
		api.Define(of("edit_zone_record", "Change a record of a zone; what is not given stays.", true), f.editRecord),
		api.Define(of("remove_zone_record", "Remove a record from a zone.", true), f.removeRecord),
	}
}

type zonesRow struct {
	Status  bool                 `whm:"status"`
	Message string               `whm:"statusmsg"`
	Zones   wire.Keyed[[]string] `whm:"zones" doc:"by the zone's name the lines of its file"`
}

type fetchOut struct {
	Rows []zonesRow `whm:",whole"`
}

func (f family) fetchZones(ctx context.Context, c api.Call, _ struct{}) (out fetchOut, err error) {
	var list []hostkeep.Zone // without their texts
	err = f.Read(ctx, func(r Reader) error {
		list, err = visible(r, c)
		return err
	})
	row := zonesRow{Status: true, Message: "ok", Zones: wire.Keyed[[]string]{}}
	for i := 0; i < len(list) && err == nil; i++ {
		gone := notControlled(list[i].Name) // meanwhile
		err = f.open(ctx, func(r Reader) (hostkeep.Zone, error) { return find(r, c, list[i].Name, gone) }, func(z hostkeep.Zone) error {
			row.Zones = append(row.Zones, wire.KeyedItem[[]string]{Key: z.Name, Value: fileLines(z.Text)})
			return nil
		})
		if errors.Is(err, gone) {
			err = nil
		}
	}
	out.Rows = []zonesRow{row}
	return out, err
}

func fileLines(text string) []string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

// recordsIn are what a record must have to be listed; what is not given does not
// matter.
type recordsIn struct {
	Domain string `whm:"domain,required,max=255"`
	Custom bool   `whm:"customonly,default=0" doc:"leave out what a zone begins with: SOA, NS and comments"`
	Line   *int64 `whm:"line,alias=Line" doc:"from 1"`
	Name   string `whm:"name,max=1024"`
	Type   string `whm:"type,max=20"`
	fieldsIn
}

// row is a record as API 2 gives it, whose clients know the line by two names.
type row struct {
	record
	Number int64   `whm:"line"`
	Record *string `whm:"record,omit" doc:"the address, cname or txtdata"`
}

type rowsOut struct {
	Rows []row `whm:",whole"`
}

func (f family) fetchRecords(ctx context.Context, c api.Call, in recordsIn) (out rowsOut, err error) {
	err = f.read(ctx, c, in.Domain, notControlled(in.Domain), func(file *zonefile.Zone) error {
		out.Rows = []row{}
		for i, rec := range records(file) {
			if in.wants(file.Lines[i], rec, file.Name) {
				out.Rows = append(out.Rows, newRow(rec))
			}
		}
		return nil
	})
	return out, err
}

func newRow(rec record) row {
	r := row{record: rec, Number: rec.Line}
	for _, v := range []*string{rec.Address, rec.CName, rec.TXTData} {
		if v != nil {
			r.Record = v
		}
	}
	return r
}

// wants reports whether a line has all that was given.
func (in recordsIn) wants(l zonefile.Line, rec record, zone string) bool {
	base := l.Kind != zonefile.Record || l.Type == "SOA" || l.Type == "NS"
	switch {
	case in.Custom && base,
		in.Line != nil && *in.Line != rec.Line,
		in.Type != "" && !strings.EqualFold(in.Type, rec.Type),
		in.Name != "" && !strings.EqualFold(absolute(owner(in.Name, zone), zone), rec.Name),
		in.TTL != nil && strconv.FormatInt(*in.TTL, 10) != rec.TTL:
		return false
	}
	has := map[string]string{}
	for _, field := range l.Fields() {
		has[field.Name] = field.Value
	}
	for name, want := range in.given() {
		if value, ok := has[name]; !ok || !sameValue(name, value, want) {
			return false
		}
	}
	return true
}

// sameValue compares names without their case and the dot at the end.
func sameValue(field, a, b string) bool {
	for _, n := range nameFields() {
		if n == field {
			return hostkeep.FoldDomain(a) == hostkeep.FoldDomain(b)
		}
	}
	return a == b
}

// result is what came of an edit: clients tell failure by the serial that is null.
type result struct {
	Status  bool    `whm:"status"`
	Message string  `whm:"statusmsg"`
	Serial  *string `whm:"newserial"`
}

type resultRow struct {
	Result result `whm:"result"`
}

type resultOut struct {
	Rows []resultRow `whm:",whole"`
}

// told makes the answer of an edit.
func told(z hostkeep.Zone, err error) (resultOut, error) {
	if hostkeep.KindOf(err) != 0 {
		return resultOut{[]resultRow{{result{Message: err.Error()}}}}, &api.Partial{Err: err}
	}
	if err != nil {
		return resultOut{}, err
	}
	serial := strconv.FormatUint(uint64(z.Serial), 10)
	return resultOut{[]resultRow{{result{Status: true, Serial: &serial}}}}, nil
}

type addRecordIn struct {
	Domain string `whm:"domain,required,max=255"`
	Name   string `whm:"name,required,max=1024" doc:"relative to the zone, or absolute with a dot; @ or the zone's name for its top"`
	Type   string `whm:"type,required,max=20"`
	fieldsIn
}

func (f family) addRecord(ctx context.Context, c api.Call, in addRecordIn) (resultOut, error) {
	z, _, err := f.add(ctx, c, addIn{in.Domain, in.Name, in.Type, in.fieldsIn}, notControlled(in.Domain))
	return told(z, err)
}

func (f family) editRecord(ctx context.Context, c api.Call, in editIn) (resultOut, error) {
	z, _, err := f.change(ctx, c, in, notControlled(in.Domain))
	return told(z, err)
}

type removeRecordIn struct {
	Domain string `whm:"domain,required,max=255"`
	Line   int64  `whm:"line,alias=Line,required" doc:"from 1"`
}

func (f family) removeRecord(ctx context.Context, c api.Call, in removeRecordIn) (resultOut, error) {
	z, _, err := f.remove(ctx, c, removeIn{Zone: in.Domain, Line: in.Line}, notControlled(in.Domain))
	return told(z, err)
}

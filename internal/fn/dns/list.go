package dns

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

type zoneRow struct {
	Domain string `whm:"domain"`
	File   string `whm:"zonefile"`
}

type listOut struct {
	Zones []zoneRow `whm:"zone,list"`
}

func (f family) listzones(ctx context.Context, c api.Call, _ struct{}) (out listOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		list, err := visible(r, c)
		out.Zones = make([]zoneRow, len(list))
		for i, z := range list {
			out.Zones[i] = zoneRow{z.Name, z.Name + ".db"}
		}
		return err
	})
	return out, err
}

// visible lists the zones that the caller may see, by name and without their texts.
func visible(r Reader, c api.Call) ([]hostkeep.Zone, error) {
	owner := c.User.ID
	switch {
	case c.Account.ID != 0:
		owner = c.Account.ID
	case c.User.Rights().Has(hostkeep.All):
		owner = 0
	}
	list, err := r.Zones(owner)
	if err != nil {
		return nil, fmt.Errorf("finding the zones: %w", err)
	}
	list = slices.DeleteFunc(list, func(z hostkeep.Zone) bool { return !c.Sees(z.PrincipalID, z.OwnerID) })
	slices.SortFunc(list, func(a, b hostkeep.Zone) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

type exportIn struct {
	Zones []string `whm:"zone,required,max=255" doc:"one or several"`
}

type exported struct {
	Zone string `whm:"zone"`
	Text string `whm:"text_b64" doc:"the file, in base64"`
}

type exportOut struct {
	Payload []exported `whm:"payload,list"`
}

// maxExport is how many bytes of zones one call gives: each is held until it is sent.
const maxExport = 4 * hostkeep.MaxZoneText

// exportZoneFiles gives each zone once, however often it is asked for.
func (f family) exportZoneFiles(ctx context.Context, c api.Call, in exportIn) (out exportOut, err error) {
	given, size := map[string]bool{}, 0
	for _, zone := range in.Zones {
		name := hostkeep.FoldDomain(zone)
		if given[name] {
			continue
		}
		given[name] = true
		err = f.open(ctx, called(c, name, noZone(zone)), func(z hostkeep.Zone) error {
			if size += len(z.Text); size > maxExport {
				return hostkeep.Errorf(hostkeep.Invalid, "The zones are longer than %d MiB together: ask for fewer at once.", maxExport>>20)
			}
			out.Payload = append(out.Payload, exported{name, base64.StdEncoding.EncodeToString([]byte(z.Text))})
			return nil
		})
		if err != nil {
			return exportOut{}, err
		}
	}
	return out, nil
}

type parseIn struct {
	Zone string `whm:"zone,required,max=255"`
}

// lineRow is a line as parse_dns_zone gives it. A zone may hold any bytes, so they
// are in base64.
type lineRow struct {
	Line int64    `whm:"line_index" doc:"of its first line in the file, from 0"`
	Type string   `whm:"type" doc:"record, control or comment"`
	Text *string  `whm:"text_b64,omit" doc:"of what is no record"`
	Name string   `whm:"dname_b64,omit" doc:"as it is written: with a dot at the end it is absolute, without one below the zone"`
	Kind string   `whm:"record_type,omit"`
	TTL  *int64   `whm:"ttl,omit"`
	Data []string `whm:"data_b64,omit" doc:"the fields of the record; of TXT one for each character-string"`
}

type parseOut struct {
	Payload []lineRow `whm:"payload,list"`
}

func (f family) parseDNSZone(ctx context.Context, c api.Call, in parseIn) (out parseOut, err error) {
	out.Payload, err = f.lines(ctx, c, in.Zone, noZone(in.Zone))
	return out, err
}

func (f family) lines(ctx context.Context, c api.Call, zone string, none *hostkeep.Error) (rows []lineRow, err error) {
	err = f.read(ctx, c, zone, none, func(file *zonefile.Zone) error {
		rows = make([]lineRow, len(file.Lines))
		for i, l := range file.Lines {
			rows[i] = newLineRow(l)
		}
		return nil
	})
	return rows, err
}

func newLineRow(l zonefile.Line) lineRow {
	in64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	row := lineRow{Line: int64(l.Number), Type: "comment"}
	switch l.Kind {
	case zonefile.Record:
		ttl := int64(l.TTL)
		row.Type, row.Name, row.Kind, row.TTL = "record", in64(l.Name), l.Type, &ttl
		row.Data = make([]string, len(l.Data))
		for i, d := range l.Data {
			row.Data[i] = in64(d)
		}
		return row
	case zonefile.Control:
		row.Type = "control"
	case zonefile.Comment:
	}
	text := in64(l.Text)
	row.Text = &text
	return row
}

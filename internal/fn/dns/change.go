package dns

import (
	"context"
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// done is WHM's word for a zone that was changed. There is no BIND; clients look
// for the text.
func (f family) done(z hostkeep.Zone) string {
	return fmt.Sprintf("Bind reloading on %s using rndc zone: [%s]", f.Domains.Hostname, z.Name)
}

// editing edits one zone and says so. seen is a serial as it was given, "" for
// none, and ttl the time to live that was.
func (f family) editing(
	ctx context.Context, c api.Call, zone string, none *hostkeep.Error, seen string, ttl *int64,
	what func(file *zonefile.Zone, ttl *uint32, warn warnf) (zonefile.Edit, error),
) (z hostkeep.Zone, note wire.Note, err error) {
	serial, err := seenSerial(seen)
	if err != nil {
		return z, note, err
	}
	seconds, err := ttlOf(ttl)
	if err != nil {
		return z, note, err
	}
	var warnings []string
	z, err = f.edit(ctx, c, f.wish(called(c, zone, none), serial, func(file *zonefile.Zone) (zonefile.Edit, error) {
		return what(file, seconds, gathering(&warnings))
	}))
	return z, wire.Note{Reason: f.done(z), Warnings: warnings}, err
}

// gathering keeps what is warned of from now on: an edit may be worked out again.
func gathering(warnings *[]string) warnf {
	*warnings = nil
	return func(format string, args ...any) { *warnings = append(*warnings, fmt.Sprintf(format, args...)) }
}

type addIn struct {
	Zone string `whm:"zone,required,max=255"`
	Name string `whm:"name,required,max=1024" doc:"relative to the zone, or absolute with a dot; @ or the zone's name for its top"`
	Type string `whm:"type,required,max=20"`
	fieldsIn
}

func (f family) addzonerecord(ctx context.Context, c api.Call, in addIn) (out api.Done, err error) {
	_, out.Note, err = f.add(ctx, c, in, noZoneHere)
	return out, err
}

func (f family) add(ctx context.Context, c api.Call, in addIn, none *hostkeep.Error) (z hostkeep.Zone, note wire.Note, err error) {
	return f.editing(ctx, c, in.Zone, none, in.Seen, in.TTL, func(file *zonefile.Zone, ttl *uint32, warn warnf) (e zonefile.Edit, err error) {
		r := zonefile.Entry{Name: owner(in.Name, file.Name), TTL: ttl, Type: strings.ToUpper(in.Type)}
		r.Data, err = in.data(r.Type, nil, file.Name, warn)
		return zonefile.Edit{Add: []zonefile.Entry{r}}, err
	})
}

type editIn struct {
	Domain string `whm:"domain,alias=zone,required,max=255"`
	Line   int64  `whm:"line,alias=Line,required" doc:"from 1"`
	Name   string `whm:"name,max=1024"`
	Type   string `whm:"type,max=20"`
	fieldsIn
}

// editzonerecord keeps of a record what is not given. Of another type nothing of
// the data can be kept.
func (f family) editzonerecord(ctx context.Context, c api.Call, in editIn) (out api.Done, err error) {
	_, out.Note, err = f.change(ctx, c, in, noZoneHere)
	return out, err
}

func (f family) change(ctx context.Context, c api.Call, in editIn, none *hostkeep.Error) (z hostkeep.Zone, note wire.Note, err error) {
	return f.editing(ctx, c, in.Domain, none, in.Seen, in.TTL, func(file *zonefile.Zone, ttl *uint32, warn warnf) (e zonefile.Edit, err error) {
		l, err := recordAt(file, in.Line)
		if err != nil {
			return e, err
		}
		r, err := in.over(l, file.Name, warn)
		if r.TTL = ttl; ttl == nil {
			r.TTL = &l.TTL
		}
		return zonefile.Edit{Change: []zonefile.Change{{Number: l.Number, Entry: r}}}, err
	})
}

// over is the record of a line with what is given in place of what it has.
func (in editIn) over(l zonefile.Line, zone string, warn warnf) (r zonefile.Entry, err error) {
	r = zonefile.Entry{Name: l.Name, Type: l.Type, Data: l.Data}
	if in.Name != "" {
		r.Name = owner(in.Name, zone)
	}
	old := l.Data
	if t := strings.ToUpper(in.Type); t != "" && t != l.Type {
		r.Type, old = t, nil
	}
	if old == nil || len(in.given()) > 0 {
		r.Data, err = in.data(r.Type, old, zone, warn)
	}
	return r, err
}

// recordAt finds the record that the older functions mean by a line.
func recordAt(file *zonefile.Zone, line int64) (zonefile.Line, error) {
	l, ok := file.At(int(max(min(line, 1<<31), 0)) - 1)
	if !ok || l.Kind != zonefile.Record {
		return l, noRecord(line)
	}
	return l, nil
}

func noRecord(line int64) *hostkeep.Error {
	return hostkeep.Errorf(hostkeep.NotFound, "Unable to find a record on specified line: %d", line)
}

type removeIn struct {
	Zone string `whm:"zone,required,max=255"`
	Line int64  `whm:"line,alias=Line,required" doc:"from 1"`
	Seen string `whm:"serialnum" doc:"the zone's serial; when it is another by now, nothing is changed"`
}

// removezonerecord was recorded to speak of the line also where there is no zone.
func (f family) removezonerecord(ctx context.Context, c api.Call, in removeIn) (out api.Done, err error) {
	_, out.Note, err = f.remove(ctx, c, in, noRecord(in.Line))
	return out, err
}

func (f family) remove(ctx context.Context, c api.Call, in removeIn, none *hostkeep.Error) (z hostkeep.Zone, note wire.Note, err error) {
	return f.editing(ctx, c, in.Zone, none, in.Seen, nil, func(file *zonefile.Zone, _ *uint32, _ warnf) (zonefile.Edit, error) {
		l, err := recordAt(file, in.Line)
		return zonefile.Edit{Remove: []int{l.Number}}, err
	})
}

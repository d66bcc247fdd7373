package daemon

import (
	"context"
	"log/slog"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/nameserver"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// newNames makes the name server, if this process is to be one. It is there before
// the node loads its memory, so that it begins with every zone.
func (a *App) newNames() error {
	if !a.serving || a.cfg.DNS == "" || a.cfg.DNS == "off" {
		return nil
	}
	o := nameserver.Options{Log: a.log, Now: a.now}
	for _, k := range a.cfg.DNSKeys {
		o.Keys = append(o.Keys, nameserver.Key{Name: k.Name, Algorithm: k.Algorithm, Secret: k.Secret})
	}
	for _, s := range a.cfg.DNSSecondaries {
		o.Secondaries = append(o.Secondaries, nameserver.Secondary{Addr: s.Addr, Key: s.Key})
	}
	names, err := nameserver.New(o)
	a.names = names
	return err
}

// startDNS binds the name server.
func (a *App) startDNS() error {
	if a.names == nil {
		return nil
	}
	return a.names.Listen(a.cfg.DNS)
}

// stopDNS ends what startDNS began.
func (a *App) stopDNS(ctx context.Context) error {
	if a.names == nil {
		return nil
	}
	return a.names.Close(ctx)
}

// zoneFeed hands the zones that the node follows to the name server. The node calls
// it from one place at a time.
type zoneFeed struct {
	names *nameserver.Server
	log   *slog.Logger
	name  map[int64]string // of each zone that is served, by its id
}

// Replace serves all zones, and no others.
func (f *zoneFeed) Replace(zones []hostkeep.Zone) {
	f.name = make(map[int64]string, len(zones))
	list := make([]nameserver.Zone, 0, len(zones))
	for _, z := range zones {
		if served, ok := f.parsed(z); ok {
			f.name[z.ID] = z.Name
			list = append(list, served)
		}
	}
	f.names.Replace(list)
}

// Change serves what was written instead of what was there. A name may go from one
// zone to another: what is no longer there goes first.
func (f *zoneFeed) Change(written []hostkeep.Zone, gone []int64) {
	for _, id := range gone {
		f.drop(id, "")
	}
	for _, z := range written {
		f.drop(z.ID, z.Name)
	}
	for _, z := range written {
		served, ok := f.parsed(z)
		if !ok {
			f.drop(z.ID, "")
			continue
		}
		f.name[z.ID] = z.Name
		f.names.Set(served)
	}
}

// drop stops serving a zone under the name that it had, unless it keeps that.
func (f *zoneFeed) drop(id int64, keeps string) {
	if name, served := f.name[id]; served && name != keeps {
		f.names.Remove(name)
		delete(f.name, id)
	}
}

// parsed reads a zone's text. What cannot be read was not written by us.
func (f *zoneFeed) parsed(z hostkeep.Zone) (nameserver.Zone, bool) {
	p, err := zonefile.Parse(z.Name, z.Text)
	if err != nil {
		f.log.Error("a zone in the store cannot be read and is not served", "zone", z.Name, "err", err)
		return nameserver.Zone{}, false
	}
	return nameserver.Zone{Name: z.Name, Records: p.Records()}, true
}

// addr is where a listener is, "" where it is not.
func (a *App) addr(listener string) string {
	if listener == "dns" && a.names != nil {
		return a.names.Addr()
	}
	if running := a.running.Load(); running != nil {
		return running.Addr(listener)
	}
	return ""
}

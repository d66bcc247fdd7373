package daemon

import (
	"context"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

// startDNS starts the name server, if there is to be one.
func (a *App) startDNS() error {
	if a.cfg.DNS == "" || a.cfg.DNS == "off" {
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
	if err != nil {
		return err
	}
	if err := names.Listen(a.cfg.DNS); err != nil {
		return err
	}
	a.names.Store(names)
	return nil
}

// stopDNS ends what startDNS began.
func (a *App) stopDNS(ctx context.Context) error {
	if names := a.names.Swap(nil); names != nil {
		return names.Close(ctx)
	}
	return nil
}

// addr is where a listener is, "" where it is not.
func (a *App) addr(listener string) string {
	if names := a.names.Load(); listener == "dns" && names != nil {
		return names.Addr()
	}
	if running := a.running.Load(); running != nil {
		return running.Addr(listener)
	}
	return ""
}

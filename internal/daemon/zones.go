package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/fn/server"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// zoneRules are this server's.
func (a *App) zoneRules() zones.Rules {
	return zones.Rules{Hostname: a.host, Version: server.Level, Now: a.now}
}

// The setting that the migration to zones leaves where there are accounts already,
// and how many of them get their zones in one change.
const (
	upgradeKind  = "upgrade"
	upgradeZones = "zones"
	upgradeBatch = 200
)

// makeZones gives the domains of accounts from before there were zones theirs. It
// does so until it is through, however often it is interrupted: who has its zone
// already keeps it.
func (a *App) makeZones(ctx context.Context) error {
	var accounts []hostkeep.Account
	due := false
	err := a.store.Read(ctx, func(r *sqlstore.Reader) (err error) {
		_, err = r.Setting(hostkeep.ServerSettings, upgradeKind, upgradeZones)
		if due = err == nil; due {
			accounts, err = r.Accounts(0)
		}
		return err
	})
	switch {
	case errors.Is(err, hostkeep.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("looking for domains without a zone: %w", err)
	}
	a.log.Info("making the zones of the domains that there are", "accounts", len(accounts))
	change := hostkeep.Change{Function: "make zones", Args: "{}", Caller: hostkeep.Caller{
		User: hostkeep.Principal{ID: hostkeep.RootID, Name: hostkeep.RootName}, Via: hostkeep.ViaSystem, RealUser: a.realUser,
	}}
	for batch := range slices.Chunk(accounts, upgradeBatch) {
		if err := a.change(ctx, change, func(tx *sqlstore.Tx) error { return a.zonesFor(tx, batch) }); err != nil {
			return fmt.Errorf("making the zones of the domains: %w", err)
		}
	}
	return a.change(ctx, change, func(tx *sqlstore.Tx) error {
		return tx.DropSetting(hostkeep.ServerSettings, upgradeKind, upgradeZones)
	})
}

// zonesFor makes the zones of accounts, and then the records of their subdomains.
func (a *App) zonesFor(tx *sqlstore.Tx, accounts []hostkeep.Account) error {
	rules := a.zoneRules()
	for _, account := range accounts {
		domains, err := tx.DomainsOf(account.ID)
		if err != nil {
			return err
		}
		settled, err := tx.Reseller(account.OwnerID)
		if err != nil {
			return err
		}
		names, err := rules.Nameservers(tx, settled)
		if err != nil {
			return err
		}
		for _, subs := range []bool{false, true} {
			for _, d := range domains {
				if subs != (d.Kind == hostkeep.SubDomain) {
					continue
				}
				err := rules.Added(tx, account, d, names)
				if kind := hostkeep.KindOf(err); kind == hostkeep.Conflict || kind == hostkeep.Invalid {
					a.log.Warn("a domain is left without a zone", "domain", d.Name, "err", err)
				} else if err != nil {
					return fmt.Errorf("the domain %s: %w", d.Name, err)
				}
			}
		}
	}
	return nil
}

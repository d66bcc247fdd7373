package dns

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zonefile"
	"github.com/hostkeep/hostkeep/internal/zones"
)

type addDNSIn struct {
	Domain   string `whm:"domain,required,max=255"`
	IP       string `whm:"ip,required,max=45" doc:"IPv4"`
	IPv6     string `whm:"ipv6,max=45"`
	Template string `whm:"template,default=standard,max=64"`
	Owner    string `whm:"trueowner" doc:"whose the zone is to be; without it the account's that has the domain, else the caller's"`
}

func (f family) adddns(ctx context.Context, c api.Call, in addDNSIn) (out api.Done, err error) {
	b := zones.Begin{Name: hostkeep.FoldDomain(in.Domain), Template: in.Template}
	if err := hostkeep.CheckDomain(b.Name); err != nil {
		return out, err
	}
	if b.IP, err = address("ip", in.IP, netip.Addr.Is4); err != nil {
		return out, err
	}
	if in.IPv6 != "" {
		if b.IPv6, err = address("ipv6", in.IPv6, netip.Addr.Is6); err != nil {
			return out, err
		}
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := f.ownerOfNew(tx, c, b.Name, in.Owner)
		if err != nil {
			return err
		}
		b.PrincipalID, b.User = p.ID, p.Name
		if b.Nameservers, err = f.nameservers(tx, p, b.Name); err != nil {
			return err
		}
		_, err = f.Zones.Create(tx, b)
		if errors.Is(err, hostkeep.ErrExists) {
			return hostkeep.Errorf(hostkeep.Conflict, "There is a zone %q on this server already.", b.Name)
		}
		out.Reason = fmt.Sprintf("Added %s ok belonging to user %s", b.Name, p.Name)
		return err
	})
	return out, err
}

func address(name, text string, fits func(netip.Addr) bool) (string, error) {
	a, err := netip.ParseAddr(text)
	if err != nil || !fits(a) || a.Zone() != "" {
		return "", invalid("The parameter %q is not an %s address.", name, map[string]string{"ip": "IPv4", "ipv6": "IPv6"}[name])
	}
	return a.String(), nil
}

// ownerOfNew is whose a new zone is to be. Nobody gets a zone whose name somebody
// else has a claim on.
func (f family) ownerOfNew(tx Tx, c api.Call, name, user string) (p hostkeep.Principal, err error) {
	d, err := tx.Domain(name)
	switch {
	case err == nil && c.Sees(d.AccountID, d.OwnerID):
		if user != "" && user != d.User {
			return p, hostkeep.Errorf(hostkeep.Conflict, "The domain %q is one of the account %s, and so is its zone.", name, d.User)
		}
		return c.FindUser(d.User, noSuchUser, tx.Principal)
	case err != nil && !errors.Is(err, hostkeep.ErrNotFound):
		return p, fmt.Errorf("finding the domain: %w", err)
	}
	if user == "" {
		user = c.User.Name
	}
	if p, err = c.FindUser(user, noSuchUser, tx.Principal); err != nil {
		return p, err
	}
	if err := f.Domains.May(c.Caller, hostkeep.Account{ID: p.ID, User: p.Name, OwnerID: p.OwnerID}, name, "", tx); err != nil {
		return p, err
	}
	return p, nil
}

func (f family) killdns(ctx context.Context, c api.Call, in domainIn) (out api.Done, err error) {
	none := hostkeep.Errorf(hostkeep.NotFound, "Unable to remove zone that does not exist.")
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		z, err := find(tx, c, in.Domain, none)
		if err != nil {
			return err
		}
		out.Note = wire.Note{Reason: "Zones Removed", Raw: fmt.Sprintf("%s => deleted from %s. ", z.Name, f.Domains.Hostname)}
		d, err := tx.Domain(z.Name)
		switch {
		case err == nil:
			out.Warnings = []string{fmt.Sprintf("The domain %s of the account %s has no zone now.", d.Name, d.User)}
		case !errors.Is(err, hostkeep.ErrNotFound):
			return fmt.Errorf("finding the domain: %w", err)
		}
		return tx.DeleteZone(z)
	})
	return out, err
}

type resetIn struct {
	Domain string `whm:"domain,alias=zone,required,max=255"`
	User   string `whm:"user" doc:"whose zone it is; another's is refused"`
}

// resetzone keeps what proves something to others, the TXT records, and makes the
// rest anew, the account's subdomains too.
func (f family) resetzone(ctx context.Context, c api.Call, in resetIn) (out api.Done, err error) {
	none := hostkeep.Errorf(hostkeep.NotFound, "Unable to determine the IP address for %s", hostkeep.Clip(in.Domain, 80))
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		z, err := find(tx, c, in.Domain, none)
		if err != nil {
			return err
		}
		if in.User != "" && in.User != z.User {
			return none
		}
		if err := f.editable(z); err != nil {
			return err
		}
		out.Note = wire.Note{Reason: f.done(z)}
		_, err = f.reset(tx, z, none)
		return err
	})
	return out, err
}

func (f family) reset(tx Tx, z hostkeep.Zone, none *hostkeep.Error) (hostkeep.Zone, error) {
	file, err := zones.Parsed(z)
	if err != nil {
		return z, err
	}
	p, err := tx.Principal(z.User)
	if err != nil {
		return z, fmt.Errorf("finding whose the zone is: %w", err)
	}
	b := zones.Begin{Name: z.Name, PrincipalID: p.ID, User: p.Name}
	if b.Nameservers, err = f.nameservers(tx, p, z.Name); err != nil {
		return z, err
	}
	if b.IP, b.IPv6, err = addressFor(tx, p, file); err != nil {
		return z, err
	}
	if b.IP == "" && b.IPv6 == "" {
		return z, none
	}
	if z, err = f.Zones.Reset(tx, z, b); err != nil {
		return z, err
	}
	a, err := tx.Account(p.Name)
	if errors.Is(err, hostkeep.ErrNotFound) { // root's
		return z, nil
	}
	if err != nil {
		return z, fmt.Errorf("finding the zone's account: %w", err)
	}
	subs, err := tx.DomainsOf(p.ID)
	if err != nil {
		return z, fmt.Errorf("finding the account's domains: %w", err)
	}
	return f.Zones.Subdomains(tx, a, z, subs)
}

// nameservers are those of a new zone of a principal. The zone of an account's domain
// has those that it comes with by itself, of the account's owner; what a reseller has
// besides its account's domains has the reseller's own.
func (f family) nameservers(tx Tx, p hostkeep.Principal, zone string) ([]string, error) {
	reseller := p.OwnerID
	if p.Reseller {
		d, err := tx.Domain(zone)
		switch {
		case err != nil && !errors.Is(err, hostkeep.ErrNotFound):
			return nil, fmt.Errorf("finding the domain: %w", err)
		case err != nil || d.AccountID != p.ID:
			reseller = p.ID
		}
	}
	settled, err := tx.Reseller(reseller)
	if err != nil {
		return nil, fmt.Errorf("finding the name servers: %w", err)
	}
	return f.Zones.Nameservers(tx, settled)
}

// addressFor is the address that a zone's names have: its account's, as it is seen
// from outside, or, where the zone is no account's, the one that its top has now.
func addressFor(r Reader, p hostkeep.Principal, file *zonefile.Zone) (v4, v6 string, err error) {
	a, err := r.Account(p.Name)
	if err == nil {
		return zones.Public(r, a.IP)
	}
	if !errors.Is(err, hostkeep.ErrNotFound) {
		return "", "", fmt.Errorf("finding the account: %w", err)
	}
	list := addresses(file, file.Name+".")
	return first(list, netip.Addr.Is4), first(list, netip.Addr.Is6), nil
}

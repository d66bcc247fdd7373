package zones

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// Added brings the zone of an account's new domain, or, of a subdomain, the records
// in the zone above; nameservers are those of new zones, and subdomains need none.
// A zone of that name that is the account's already stays as it is; one that is its
// owner's, which hostkeep.DomainRules has let pass, becomes the account's: see
// Waiting. A temporary domain has no zone.
func (r Rules) Added(tx Tx, a hostkeep.Account, d hostkeep.Domain, nameservers []string) error {
	switch {
	case d.Kind == hostkeep.SubDomain:
		return r.addSub(tx, a, d)
	case d.Kind == hostkeep.MainDomain && a.TemporaryDomain:
		return nil
	}
	z, err := tx.Zone(d.Name)
	switch {
	case err == nil && z.PrincipalID == a.ID:
		return nil
	case err == nil && z.PrincipalID == a.OwnerID:
		z.PrincipalID = a.ID
		return tx.UpdateZone(z)
	case err == nil:
		return hostkeep.Errorf(hostkeep.Conflict, "The domain %q already exists on this server.", d.Name)
	case !errors.Is(err, hostkeep.ErrNotFound):
		return fmt.Errorf("looking for the domain's zone: %w", err)
	}
	b := Begin{Name: d.Name, PrincipalID: a.ID, User: a.User, Nameservers: nameservers}
	if b.IP, b.IPv6, err = Public(tx, a.IP); err != nil {
		return err
	}
	_, err = r.Create(tx, b)
	return err
}

// Waiting says for the caller, before Added is asked, that a domain's zone is there
// and will be the account's with the records that it has; "" where it is not so.
func Waiting(kept Reader, a hostkeep.Account, name string) (string, error) {
	z, err := kept.Zone(name)
	switch {
	case errors.Is(err, hostkeep.ErrNotFound), err == nil && z.PrincipalID == a.ID:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("looking for the domain's zone: %w", err)
	}
	return fmt.Sprintf("The zone of %s was there already; it belongs to %s now, with the records that it has.", name, a.User), nil
}

// Removed takes away what Added brought. What somebody has put into the zone above
// a subdomain's name since stays.
func (r Rules) Removed(tx Tx, a hostkeep.Account, d hostkeep.Domain) error {
	if d.Kind == hostkeep.SubDomain {
		return r.removeSub(tx, a, d)
	}
	z, err := tx.Zone(d.Name)
	switch {
	case errors.Is(err, hostkeep.ErrNotFound), err == nil && z.PrincipalID != a.ID:
		return nil
	case err != nil:
		return fmt.Errorf("looking for the domain's zone: %w", err)
	}
	return tx.DeleteZone(z)
}

// above finds the account's zone that a subdomain's records stand in. There is none
// where the subdomain has a zone of its own, or where the nearest is another's.
func above(tx Tx, a hostkeep.Account, name string) (z hostkeep.Zone, ok bool, err error) {
	for i, n := range hostkeep.DomainAndAbove(name) {
		z, err := tx.Zone(n)
		switch {
		case errors.Is(err, hostkeep.ErrNotFound):
			continue
		case err != nil:
			return z, false, fmt.Errorf("looking for the zone above: %w", err)
		}
		return z, i > 0 && z.PrincipalID == a.ID, nil
	}
	return z, false, nil
}

// maxName is the longest name that DNS has, written with the dot at its end.
const maxName = 254

// pair are the names that a subdomain has, absolute.
func pair(d hostkeep.Domain) []string { return []string{d.Name + ".", "www." + d.Name + "."} }

// ownerName is the absolute name of a record's owner, folded; "" of other lines.
func ownerName(l zonefile.Line) string {
	if l.Kind != zonefile.Record {
		return ""
	}
	return hostkeep.FoldDomain(l.RR.Header().Name) + "."
}

func (r Rules) addSub(tx Tx, a hostkeep.Account, d hostkeep.Domain) error {
	z, ok, err := above(tx, a, d.Name)
	if err == nil && ok {
		_, err = r.Subdomains(tx, a, z, []hostkeep.Domain{d})
	}
	return err
}

// Subdomains puts into an account's zone the records of those of its subdomains that
// stand there, as far as they are missing.
func (r Rules) Subdomains(tx Tx, a hostkeep.Account, z hostkeep.Zone, list []hostkeep.Domain) (hostkeep.Zone, error) {
	rtype, address, err := addressOf(tx, a.IP)
	if err != nil || address == "" {
		return z, err
	}
	file, err := Parsed(z)
	if err != nil {
		return z, err
	}
	settled := settledNames(file) // also by another subdomain: www.a is one's pair with a, and may be one
	var e zonefile.Edit
	for _, d := range list {
		switch in, err := standsIn(tx, d, z); {
		case err != nil:
			return z, err
		case !in:
			continue
		}
		for _, name := range pair(d) {
			if settled[name] || len(name) > maxName { // www of a name that is as long as one may be
				continue
			}
			settled[name] = true
			e.Add = append(e.Add, zonefile.Entry{Name: name, Type: rtype, Data: []string{address}})
		}
	}
	if e.Empty() {
		return z, nil
	}
	return r.edit(tx, z, file, e)
}

// standsIn reports whether a zone is the nearest above a subdomain. It stops there, so
// the zone's own text is not read again.
func standsIn(tx Tx, d hostkeep.Domain, z hostkeep.Zone) (bool, error) {
	if d.Kind != hostkeep.SubDomain {
		return false, nil
	}
	for _, name := range hostkeep.DomainAndAbove(d.Name) {
		if name == z.Name {
			return name != d.Name, nil
		}
		if _, err := tx.Zone(name); !errors.Is(err, hostkeep.ErrNotFound) {
			return false, err
		}
	}
	return false, nil
}

// settledNames are the names that get no address of a subdomain. A record of another
// type may stand beside an address, but not beside an alias; what is there was put
// there by somebody who knew why.
func settledNames(file *zonefile.Zone) map[string]bool {
	names := map[string]bool{}
	for _, l := range file.Lines {
		if l.Kind == zonefile.Record && slices.Contains([]string{"A", "AAAA", "CNAME", "NS", "DNAME"}, l.Type) {
			names[ownerName(l)] = true
		}
	}
	return names
}

func (r Rules) removeSub(tx Tx, a hostkeep.Account, d hostkeep.Domain) error {
	z, ok, err := above(tx, a, d.Name)
	if err != nil || !ok {
		return err
	}
	rtype, address, err := addressOf(tx, a.IP)
	if err != nil {
		return err
	}
	_, err = r.editMatching(tx, z, func(l zonefile.Line, e *zonefile.Edit) {
		if slices.Contains(pair(d), ownerName(l)) && l.Type == rtype && isAddress(l, address) {
			e.Remove = append(e.Remove, l.Number)
		}
	})
	return err
}

// addressOf is the record of an account's address.
func addressOf(r Reader, ip string) (rtype, address string, err error) {
	v4, v6, err := Public(r, ip)
	if v6 != "" {
		return "AAAA", v6, err
	}
	return "A", v4, err
}

// editMatching edits a zone as pick asks for each of its lines, if it asks for
// anything.
func (r Rules) editMatching(tx Tx, z hostkeep.Zone, pick func(zonefile.Line, *zonefile.Edit)) (hostkeep.Zone, error) {
	file, err := Parsed(z)
	if err != nil {
		return z, err
	}
	var e zonefile.Edit
	for _, l := range file.Lines {
		pick(l, &e)
	}
	if e.Empty() {
		return z, nil
	}
	return r.edit(tx, z, file, e)
}

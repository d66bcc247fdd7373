package dns

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// zoneEdit is the feature that lets an account edit its zones.
const zoneEdit = "zoneedit"

// CPanel declares the functions of cPanel's modules DNS and ZoneEdit, and those of
// Email that are about MX records: an account's view of its own zones.
func CPanel(d Deps) []*api.Function {
	f := family{d}
	return slices.Concat(f.uapi(), f.zoneEdit(), f.email())
}

func (f family) uapi() []*api.Function {
	of := func(name, summary, feature string, writes bool) api.Decl {
		return api.Decl{
			Name: name, Summary: summary, Writes: writes, Touches: api.NoCredentials,
			CPanel: api.CPanel{Module: "DNS", Dialect: wire.UAPI, Feature: feature},
		}
	}
	return []*api.Function{
		api.Define(of("parse_zone", "Give a zone line by line, with what mass_edit_zone wants to know.", zoneEdit, false), f.parseZone),
		api.Define(of("mass_edit_zone", "Add, edit and remove records of a zone, all or none, if its serial is still the given one.", zoneEdit, true), f.massEditZone),
		api.Define(of("lookup", "Look up the addresses of a name.", api.AnyFeature, false), f.lookupName),
		api.Define(of("has_local_authority", "Tell of domains whether their name servers are this server's.", api.AnyFeature, false), f.hasLocalAuthority),
		api.Define(of("ensure_domains_reside_only_locally", "Fail unless the name servers of every domain are this server's.", api.AnyFeature, false), f.ensureLocal),
		api.Define(of("is_alias_available", "Tell which record types beyond the standard zones may have: none.", api.AnyFeature, false), f.isAliasAvailable),
		api.Define(of("swap_ip_in_zones", "Put another address in place of one in the account's zones.", zoneEdit, true), f.swapIP),
	}
}

// notControlled is what UAPI says of a zone that is missing or another's.
func notControlled(name string) *hostkeep.Error {
	return hostkeep.Errorf(hostkeep.NotFound, "You do not control a DNS zone named %s.", hostkeep.Clip(name, 80))
}

type linesOut struct {
	Lines []lineRow `whm:",whole"`
}

func (f family) parseZone(ctx context.Context, c api.Call, in parseIn) (out linesOut, err error) {
	out.Lines, err = f.lines(ctx, c, in.Zone, notControlled(in.Zone))
	return out, err
}

func (f family) massEditZone(ctx context.Context, c api.Call, in massEditIn) (serialOut, error) {
	return f.editBySerial(ctx, c, in, notControlled(in.Zone))
}

type addressesOut struct {
	Addresses []string `whm:",whole"`
}

func (f family) lookupName(ctx context.Context, c api.Call, in domainIn) (out addressesOut, err error) {
	list, err := f.lookup(ctx, c, in.Domain)
	out.Addresses = []string{}
	for _, a := range list {
		out.Addresses = append(out.Addresses, a.String())
	}
	return out, err
}

type domainsIn struct {
	Domains []string `whm:"domain,required,max=255" doc:"one or several"`
}

// authority is who answers for a domain, as the world is told.
type authority struct {
	Domain string   `whm:"domain"`
	Local  bool     `whm:"local_authority"`
	NS     []string `whm:"nameservers"`
	Zone   *string  `whm:"zone" doc:"the zone here that has the domain"`
	Error  *string  `whm:"error,omit" doc:"why the name servers are not known"`
}

type authorityOut struct {
	Domains []authority `whm:",whole"`
}

func (f family) hasLocalAuthority(ctx context.Context, c api.Call, in domainsIn) (out authorityOut, err error) {
	out.Domains, err = f.authorities(ctx, c, in.Domains)
	return out, err
}

func (f family) ensureLocal(ctx context.Context, c api.Call, in domainsIn) (out addressesOut, err error) {
	list, err := f.authorities(ctx, c, in.Domains)
	if err != nil {
		return out, err
	}
	var elsewhere []string
	for _, a := range list {
		if out.Addresses = append(out.Addresses, a.Domain); !a.Local {
			elsewhere = append(elsewhere, a.Domain)
		}
	}
	if len(elsewhere) > 0 {
		return out, hostkeep.Errorf(hostkeep.Conflict, "The name servers of these domains are not this server's alone, or not known: %s.", hostkeep.Clip(strings.Join(elsewhere, ", "), 500))
	}
	return out, nil
}

// maxDomains is how many domains one call asks the resolver for.
const maxDomains = 50

// authorities asks the world for the name servers of the account's domains, and
// compares them with those that its zones name.
func (f family) authorities(ctx context.Context, c api.Call, domains []string) (list []authority, err error) {
	if len(domains) > maxDomains {
		return nil, invalid("At most %d domains can be asked for at once.", maxDomains)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, domain := range domains {
		name := hostkeep.FoldDomain(domain)
		var zone string
		var ours []string
		err := f.enclosing(ctx, c, name, notControlled(domain), func(file *zonefile.Zone) error {
			zone, ours = file.Name, nameserversOf(file)
			return nil
		})
		if err != nil {
			return nil, err
		}
		a := authority{Domain: name, Zone: &zone, NS: []string{}}
		ns, err := f.ResolveNS(ctx, zone)
		if err != nil {
			text := "The name servers of " + zone + " cannot be found out."
			a.Error = &text
		}
		a.Local = err == nil && len(ns) > 0
		for _, n := range ns {
			n = hostkeep.FoldDomain(n)
			a.NS = append(a.NS, n)
			a.Local = a.Local && slices.Contains(ours, n)
		}
		list = append(list, a)
	}
	return list, nil
}

// nameserversOf lists the name servers of the zone itself.
func nameserversOf(file *zonefile.Zone) (names []string) {
	for _, l := range file.Lines {
		if l.Kind == zonefile.Record && l.Type == "NS" && hostkeep.FoldDomain(l.RR.Header().Name) == file.Name {
			names = append(names, hostkeep.FoldDomain(absolute(l.Data[0], file.Name)))
		}
	}
	return names
}

type aliasOut struct {
	Alias    bool   `whm:"alias"`
	AName    bool   `whm:"aname"`
	Resolver string `whm:"resolver"`
}

func (f family) isAliasAvailable(context.Context, api.Call, struct{}) (aliasOut, error) {
	return aliasOut{}, nil
}

type swapIn struct {
	Domains []string `whm:"domain,required,max=255" doc:"zones, one or several"`
	New     string   `whm:"dest_ip,required,max=45"`
	Old     string   `whm:"source_ip,max=45" doc:"the address to replace; without it the one that the zone's top has"`
	FTP     string   `whm:"ftp_ip,max=45" doc:"instead of dest_ip for the name ftp"`
}

type swapped struct {
	Zone   string `whm:"zone_name"`
	Record string `whm:"record_name"`
	Type   string `whm:"record_type"`
	Old    string `whm:"old_value"`
	New    string `whm:"new_value"`
}

type swapOut struct {
	Changes []swapped `whm:",whole"`
}

func (f family) swapIP(ctx context.Context, c api.Call, in swapIn) (out swapOut, err error) {
	s := swap{}
	for _, p := range []struct {
		name, text string
		to         *netip.Addr
	}{{"dest_ip", in.New, &s.to}, {"source_ip", in.Old, &s.from}, {"ftp_ip", in.FTP, &s.ftp}} {
		if p.text == "" {
			continue
		}
		if *p.to, err = netip.ParseAddr(p.text); err != nil || p.to.Zone() != "" {
			return out, invalid("The parameter %q is not an IP address.", p.name)
		}
	}
	if s.ftp.IsValid() && s.ftp.Is4() != s.to.Is4() || s.from.IsValid() && s.from.Is4() != s.to.Is4() {
		return out, invalid("The addresses must be of one kind, IPv4 or IPv6.")
	}
	wishes, changes := make([]wish, len(in.Domains)), make([][]swapped, len(in.Domains))
	for i, name := range in.Domains {
		wishes[i] = f.wish(called(c, name, notControlled(name)), nil, func(file *zonefile.Zone) (e zonefile.Edit, err error) {
			if e, changes[i] = s.edit(file); len(changes[i]) == 0 {
				err = hostkeep.Errorf(hostkeep.NotFound, "The zone %s has no record with that address.", file.Name)
			}
			return e, err
		})
	}
	_, err = f.edit(ctx, c, wishes...)
	out.Changes = append([]swapped{}, slices.Concat(changes...)...)
	return out, err
}

// swap is one address for another.
type swap struct{ from, to, ftp netip.Addr }

func (s swap) edit(file *zonefile.Zone) (e zonefile.Edit, changes []swapped) {
	kind := "A"
	if s.to.Is6() {
		kind = "AAAA"
	}
	from := s.from
	for _, l := range file.Lines {
		if l.Kind != zonefile.Record || l.Type != kind {
			continue
		}
		name := hostkeep.FoldDomain(l.RR.Header().Name)
		old, err := netip.ParseAddr(l.Data[0])
		if err != nil {
			continue
		}
		if !from.IsValid() && name == file.Name {
			from = old
		}
		to := s.to
		if s.ftp.IsValid() && name == "ftp."+file.Name {
			to = s.ftp
		}
		if old != from || old == to {
			continue
		}
		e.Change = append(e.Change, zonefile.Change{Number: l.Number, Entry: zonefile.Entry{Name: l.Name, TTL: &l.TTL, Type: kind, Data: []string{to.String()}}})
		changes = append(changes, swapped{file.Name, name, kind, old.String(), to.String()})
	}
	return e, changes
}

// Package dns is the family of zone functions: listing, reading and editing zones,
// making, resetting and removing them, and looking names up. It refuses to know
// what a zone file looks like, how an edit is locked, SQL and HTTP.
package dns

import (
	"context"
	"net/netip"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// Reader is what the family reads.
type Reader interface {
	hostkeep.KeptDomains
	// Zone finds a zone by its folded name, text and all; hostkeep.ErrNotFound if there is none.
	Zone(name string) (hostkeep.Zone, error)
	// Zones lists the zones of what a principal owns and its own, without their
	// texts; 0: everybody's.
	Zones(ownerID int64) ([]hostkeep.Zone, error)
	DomainsOf(accountID int64) ([]hostkeep.Domain, error)
	Principal(name string) (hostkeep.Principal, error)
	Account(user string) (hostkeep.Account, error)
	Reseller(id int64) (hostkeep.Reseller, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	zones.Tx
	Note(hostkeep.Object)
}

// Deps is what the family is made of.
type Deps struct {
	Read    func(context.Context, func(Reader) error) error
	Change  func(context.Context, hostkeep.Change, func(Tx) error) error
	Zones   zones.Rules
	Turns   *zones.Turns
	Domains hostkeep.DomainRules
	// Resolve asks the machine's resolver for the addresses of a name.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// ResolveNS asks it for the name servers of a domain.
	ResolveNS func(ctx context.Context, domain string) ([]string, error)
}

type family struct{ Deps }

const (
	manage = hostkeep.Privilege("manage-dns-records")
	nsConf = hostkeep.Privilege("ns-config")
)

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return append(append([]*api.Function{
		api.Define(api.Decl{
			Name: "listzones", Summary: "List the zones that the caller may see.", Since: "11",
			Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain},
		}, f.listzones),
		api.Define(api.Decl{
			Name: "export_zone_files", Summary: "Give zones as the text of their files.", Since: "11.96",
			Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
		}, f.exportZoneFiles),
		api.Define(api.Decl{
			Name: "parse_dns_zone", Summary: "Give a zone line by line, with what mass_edit_dns_zone wants to know.", Since: "96",
			Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
		}, f.parseDNSZone),
		api.Define(api.Decl{
			Name: "mass_edit_dns_zone", Summary: "Add, edit and remove records of a zone, all or none, if its serial is still the given one.", Since: "96",
			Opens: []hostkeep.Privilege{"edit-dns"}, Writes: true, Touches: api.NoCredentials,
		}, f.massEdit),
		api.Define(api.Decl{
			Name: "hostkeep_zone_import", Summary: "Put the text of a zone file in the place of a zone.",
			Opens: []hostkeep.Privilege{"edit-dns"}, Writes: true, Touches: api.NoCredentials, Room: hostkeep.MaxZoneText,
		}, f.importZone),
	}, f.zoneFunctions()...), append(f.recordFunctions(), f.lookupFunctions()...)...)
}

// zoneFunctions are those that make zones and take them away.
func (f family) zoneFunctions() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "adddns", Summary: "Make a zone from a template.", Since: "11.28",
			Opens: []hostkeep.Privilege{"create-dns"}, Writes: true, Touches: api.NoCredentials,
			Account: "trueowner", NoAccount: noSuchUser, V0: wire.V0{Form: wire.Result},
		}, f.adddns),
		api.Define(api.Decl{
			Name: "killdns", Summary: "Remove a zone.", Since: "11",
			Opens: []hostkeep.Privilege{"kill-dns"}, Writes: true, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Result, Log: wire.RawOut, Bare: true},
		}, f.killdns),
		api.Define(api.Decl{
			Name: "resetzone", Summary: "Make a zone anew from its template; TXT records stay.", Since: "11",
			Opens: []hostkeep.Privilege{manage}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: noSuchUser, V0: wire.V0{Form: wire.Result},
		}, f.resetzone),
	}
}

// recordFunctions are WHM's older ones, which count lines from 1 and name the
// fields of a record.
func (f family) recordFunctions() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "dumpzone", Summary: "Give the lines of a zone; parse_dns_zone gives them without loss.", Since: "11",
			Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Result, Bare: true, Members: []wire.Twin{{Name: "zone", Gone: true}}},
		}, f.dumpzone),
		api.Define(api.Decl{
			Name: "getzonerecord", Summary: "Give one line of a zone.", Since: "11",
			Opens: []hostkeep.Privilege{manage}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Result, Bare: true, Members: []wire.Twin{{Name: "record", First: true}}},
		}, f.getzonerecord),
		api.Define(api.Decl{
			Name: "addzonerecord", Summary: "Add a record to a zone.", Since: "11",
			Opens: []hostkeep.Privilege{manage}, Writes: true, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Result},
		}, f.addzonerecord),
		api.Define(api.Decl{
			Name: "editzonerecord", Summary: "Change a record of a zone; what is not given stays.", Since: "11",
			Opens: []hostkeep.Privilege{manage}, Writes: true, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Result},
		}, f.editzonerecord),
		api.Define(api.Decl{
			Name: "removezonerecord", Summary: "Remove a record from a zone.", Since: "11",
			Opens: []hostkeep.Privilege{manage}, Writes: true, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Result},
		}, f.removezonerecord),
		api.Define(api.Decl{
			Name: "listmxs", Summary: "List the MX records of a zone.", Since: "11",
			Opens: []hostkeep.Privilege{"edit-mx"}, Touches: api.NoCredentials,
		}, f.listmxs),
		api.Define(api.Decl{
			Name: "savemxs", Summary: "Add an MX record to a zone, or give the one that names the same server another preference.", Since: "11.28",
			Opens: []hostkeep.Privilege{"edit-mx"}, Writes: true, Touches: api.NoCredentials,
		}, f.savemxs),
	}
}

func (f family) lookupFunctions() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "lookupnsip", Summary: "Look up the IPv4 address of a name server.", Since: "11",
			Opens: []hostkeep.Privilege{nsConf}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain, Nulls: true},
		}, f.lookupnsip),
		api.Define(api.Decl{
			Name: "lookupnsips", Summary: "Look up the addresses of a name server.", Since: "60",
			Opens: []hostkeep.Privilege{nsConf}, Touches: api.NoCredentials,
		}, f.lookupnsips),
		api.Define(api.Decl{
			Name: "resolvedomainname", Summary: "Look up the IPv4 address of a domain.", Since: "11.28",
			Opens: []hostkeep.Privilege{nsConf}, Touches: api.NoCredentials,
		}, f.resolvedomainname),
	}
}

const noSuchUser = "Sorry, the user %s does not exist."

package domains

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// CPanel declares what of the family an account calls for itself.
func CPanel(d Deps) []*api.Function {
	f := family{d}
	reads := func(name, summary string) api.Decl {
		return api.Decl{
			Name: name, Summary: summary, Touches: api.NoCredentials,
			CPanel: api.CPanel{Module: "DomainInfo", Dialect: wire.UAPI, Feature: api.AnyFeature},
		}
	}
	adds := func(dialect wire.Dialect) api.Decl {
		return api.Decl{
			Name: "addsubdomain", Summary: "Make a subdomain of one of the account's domains.", Writes: true, Touches: api.NoCredentials,
			CPanel: api.CPanel{Module: "SubDomain", Dialect: dialect, Feature: "subdomains"},
		}
	}
	return []*api.Function{
		api.Define(reads("list_domains", "List the account's domains by kind."), f.listDomains),
		api.Define(reads("domains_data", "Show how the site of each of the account's domains is set up."), f.domainsData),
		api.Define(reads("single_domain_data", "Show how the site of one of the account's domains is set up."), f.singleDomainData),
		api.Define(reads("main_domain_builtin_subdomain_aliases", "List the names below the main domain that show its site without being subdomains."), f.builtinAliases),
		api.Define(adds(wire.UAPI), f.addSubdomain),
		api.Define(adds(wire.API2), f.addSubdomain2),
		api.Define(api2("SubDomain", "delsubdomain", "Remove a subdomain of the account.", "subdomains", true), f.deleteSubdomain),
		api.Define(api2("SubDomain", "listsubdomains", "List the account's subdomains.", "subdomains", false), f.listSubdomains),
		api.Define(api2("Park", "park", "Park a domain on the account's main domain, or on a subdomain: there it is an addon domain.", parked, true), f.parkOwn),
		api.Define(api2("Park", "unpark", "Remove a parked domain or an addon domain; a subdomain that it was parked on stays.", parked, true), f.unpark),
		api.Define(api2("Park", "listparkeddomains", "List the account's parked domains.", parked, false), f.listParked),
		api.Define(api2("Park", "listaddondomains", "List the account's addon domains.", addons, false), f.listAddons),
		api.Define(api2("AddonDomain", "addaddondomain", "Make an addon domain with the subdomain that it is parked on.", addons, true), f.addAddon),
		api.Define(api2("AddonDomain", "deladdondomain", "Remove an addon domain and the subdomain that it is parked on.", addons, true), f.deleteAddon),
		api.Define(api2("AddonDomain", "listaddondomains", "List the account's addon domains.", addons, false), f.listAddons),
	}
}

// The features that let an account park domains and have addon domains.
const (
	parked = "parkeddomains"
	addons = "addondomains"
)

func api2(module, name, summary, feature string, writes bool) api.Decl {
	return api.Decl{
		Name: name, Summary: summary, Writes: writes, Touches: api.NoCredentials,
		CPanel: api.CPanel{Module: module, Dialect: wire.API2, Feature: feature},
	}
}

// ours is the account that a function of cPanel's is called for, and its domains by
// name. What an account has that it owns as a reseller is not among them.
func ours(r Reader, c api.Call) (a hostkeep.Account, all []hostkeep.Domain, err error) {
	if a, err = r.AccountByID(c.Account.ID); err != nil {
		return a, nil, fmt.Errorf("finding the account: %w", err)
	}
	if all, err = r.DomainsOf(a.ID); err != nil {
		return a, nil, fmt.Errorf("finding the account's domains: %w", err)
	}
	return a, all, nil
}

// oursNamed is ours, and the one of the domains with a name.
func oursNamed(r Reader, c api.Call, name string) (a hostkeep.Account, all []hostkeep.Domain, d hostkeep.Domain, err error) {
	if a, all, err = ours(r, c); err != nil {
		return a, nil, d, err
	}
	d, ok := named(all, hostkeep.FoldDomain(name))
	if !ok {
		return a, nil, d, notControlled(name)
	}
	return a, all, d, nil
}

func (f family) own(ctx context.Context, c api.Call) (a hostkeep.Account, all []hostkeep.Domain, err error) {
	err = f.Read(ctx, func(r Reader) (err error) {
		a, all, err = ours(r, c)
		return err
	})
	return a, all, err
}

// named finds the domain with a name.
func named(all []hostkeep.Domain, name string) (d hostkeep.Domain, ok bool) {
	for _, d := range all {
		if d.Name == name {
			return d, true
		}
	}
	return d, false
}

type kindsOut struct {
	Main   string   `whm:"main_domain"`
	Addon  []string `whm:"addon_domains"`
	Parked []string `whm:"parked_domains"`
	Sub    []string `whm:"sub_domains"`
}

// listDomains answers the main domain as one text, as clients look for it.
func (f family) listDomains(ctx context.Context, c api.Call, _ struct{}) (out kindsOut, err error) {
	a, list, err := f.own(ctx, c)
	out.Main = a.Domain
	for _, d := range list {
		switch d.Kind {
		case hostkeep.AddonDomain:
			out.Addon = append(out.Addon, d.Name)
		case hostkeep.ParkedDomain:
			out.Parked = append(out.Parked, d.Name)
		case hostkeep.SubDomain:
			out.Sub = append(out.Sub, d.Name)
		}
	}
	return out, err
}

// domainData is a domain and the site that it shows, as far as it is known:
// nothing here redirects to HTTPS, and there is no module suPHP.
type domainData struct {
	Domain string `whm:"domain"`
	Type   string `whm:"type" doc:"main_domain, addon_domain, parked_domain or sub_domain"`
	siteData
	IPv6    *string     `whm:"ipv6"`
	UserDir bool        `whm:"userdirprotect"`
	Scripts scriptAlias `whm:"scriptalias"`
	Log     log         `whm:"customlog"`
}

func dataOf(a hostkeep.Account, d hostkeep.Domain, all []hostkeep.Domain) domainData {
	u := site(a, d, all)
	return domainData{Domain: d.Name, Type: string(d.Kind) + "_domain", siteData: u.siteData, Scripts: u.Scripts[0], Log: u.Logs[0]}
}

// byKind is every domain under its kind.
type byKind struct {
	Main   domainData   `whm:"main_domain"`
	Addon  []domainData `whm:"addon_domains"`
	Parked []domainData `whm:"parked_domains"`
	Sub    []domainData `whm:"sub_domains"`
}

type domainsIn struct {
	Format    string `whm:"format,enum=hash|list,default=hash"`
	Redirects bool   `whm:"return_https_redirects_status,default=0" doc:"1 is refused: no web server is run"`
}

type domainsOut struct {
	Kinds *byKind      `whm:",whole" doc:"in the format hash"`
	List  []domainData `whm:",whole" doc:"in the format list"`
}

func (f family) domainsData(ctx context.Context, c api.Call, in domainsIn) (out domainsOut, err error) {
	if in.Redirects {
		return out, noRedirects("return_https_redirects_status")
	}
	a, list, err := f.own(ctx, c)
	if err != nil {
		return out, err
	}
	kinds := &byKind{}
	out.List = []domainData{}
	for _, d := range list {
		data := dataOf(a, d, list)
		out.List = append(out.List, data)
		switch d.Kind {
		case hostkeep.MainDomain:
			kinds.Main = data
		case hostkeep.AddonDomain:
			kinds.Addon = append(kinds.Addon, data)
		case hostkeep.ParkedDomain:
			kinds.Parked = append(kinds.Parked, data)
		case hostkeep.SubDomain:
			kinds.Sub = append(kinds.Sub, data)
		}
	}
	if in.Format == "hash" {
		out = domainsOut{Kinds: kinds}
	}
	return out, nil
}

func noRedirects(name string) error {
	return hostkeep.Errorf(hostkeep.Unsupported, "The parameter %q asks what this server does not know: it runs no web server that could redirect to HTTPS.", name)
}

type singleIn struct {
	Domain    string `whm:"domain,required,max=255"`
	Redirects bool   `whm:"return_https_redirect_status,default=0" doc:"1 is refused: no web server is run"`
}

type singleOut struct {
	domainData
}

func (f family) singleDomainData(ctx context.Context, c api.Call, in singleIn) (out singleOut, err error) {
	if in.Redirects {
		return out, noRedirects("return_https_redirect_status")
	}
	a, list, err := f.own(ctx, c)
	if err != nil {
		return out, err
	}
	d, ok := named(list, hostkeep.FoldDomain(in.Domain))
	if !ok {
		return out, noDomain(in.Domain)
	}
	return singleOut{dataOf(a, d, list)}, nil
}

type aliasesOut struct {
	Names []string `whm:",whole"`
}

func (f family) builtinAliases(context.Context, api.Call, struct{}) (aliasesOut, error) {
	return aliasesOut{builtin()}, nil
}

// builtin are the names below a domain that show its site: of such each has one.
func builtin() []string { return []string{"www"} }

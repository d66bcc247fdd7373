package domains

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
	}
}

// own is the account that a function of cPanel's is called for, and its domains by name.
func (f family) own(ctx context.Context, c api.Call) (a hostkeep.Account, list []hostkeep.Domain, err error) {
	err = f.Read(ctx, func(r Reader) (err error) {
		if a, err = r.AccountByID(c.Account.ID); err != nil {
			return fmt.Errorf("finding the account: %w", err)
		}
		if list, err = r.DomainsOf(a.ID); err != nil {
			return fmt.Errorf("finding the account's domains: %w", err)
		}
		return nil
	})
	return a, list, err
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
	for _, d := range list {
		if d.Name == hostkeep.FoldDomain(in.Domain) {
			return singleOut{dataOf(a, d, list)}, nil
		}
	}
	return out, noDomain(in.Domain)
}

type aliasesOut struct {
	Names []string `whm:",whole"`
}

// builtinAliases: of such names each site has one.
func (f family) builtinAliases(context.Context, api.Call, struct{}) (aliasesOut, error) {
	return aliasesOut{[]string{"www"}}, nil
}

type addSubdomainIn struct {
	Label     string `whm:"domain,required,max=255" doc:"the name below rootdomain, without it"`
	Root      string `whm:"rootdomain,required,max=255" doc:"a domain of the account"`
	Docroot   string `whm:"dir,max=1024" doc:"below the account's home, or an absolute path there; absent: the name, in public_html"`
	CanonOff  bool   `whm:"canoff,default=1" doc:"0: UseCanonicalName is on"`
	StripDots bool   `whm:"disallowdot,default=0" doc:"1: take the dots out of the name"`
}

func (f family) addSubdomain(ctx context.Context, c api.Call, in addSubdomainIn) (out api.Done, err error) {
	name, err := f.newSubdomain(ctx, c, in)
	out.Messages = []string{added(name)}
	return out, err
}

func added(name string) string { return fmt.Sprintf("The subdomain %q has been added.", name) }

type addSubdomainOut struct {
	Reason string `whm:"reason"`
	Result bool   `whm:"result"`
}

func (f family) addSubdomain2(ctx context.Context, c api.Call, in addSubdomainIn) (out addSubdomainOut, err error) {
	name, err := f.newSubdomain(ctx, c, in)
	return addSubdomainOut{added(name), true}, err
}

// newSubdomain takes a domain of the account alone for what it is to be below: not
// one of its owner, nor of an account that it owns.
func (f family) newSubdomain(ctx context.Context, c api.Call, in addSubdomainIn) (name string, err error) {
	label, root := strings.ToLower(in.Label), hostkeep.FoldDomain(in.Root)
	if in.StripDots {
		label = strings.ReplaceAll(label, ".", "")
	}
	if in.Docroot == "" {
		in.Docroot = hostkeep.MainDocroot + "/" + label
	}
	name = label + "." + root
	if err := hostkeep.CheckDomain(name); err != nil {
		return name, err
	}
	return name, f.Change(ctx, c.Change(), func(tx Tx) error {
		d, err := tx.Domain(root)
		switch {
		case errors.Is(err, hostkeep.ErrNotFound), err == nil && !c.Sees(d.AccountID, d.OwnerID):
			return noDomain(in.Root)
		case err != nil:
			return fmt.Errorf("finding the domain: %w", err)
		}
		a, err := tx.AccountByID(d.AccountID)
		if err != nil {
			return fmt.Errorf("finding the account: %w", err)
		}
		return f.addBelow(tx, c.Caller, a, root, subdomain{name, "dir", in.Docroot, !in.CanonOff})
	})
}

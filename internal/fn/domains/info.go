package domains

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type domainIn struct {
	Domain string `whm:"domain,required,max=255"`
}

type ownerOut struct {
	User *string `whm:"user"`
}

func (f family) getdomainowner(ctx context.Context, c api.Call, in domainIn) (out ownerOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		d, err := r.Domain(hostkeep.FoldDomain(in.Domain))
		out.User = nil
		if errors.Is(err, hostkeep.ErrNotFound) {
			return nil
		}
		if err == nil && sees(c.Caller, d) {
			out.User = &d.User
		}
		return err
	})
	return out, err
}

type log struct {
	Format string `whm:"format"`
	Target string `whm:"target"`
}

type scriptAlias struct {
	Path string `whm:"path"`
	URL  string `whm:"url"`
}

// userdata is a site as a web server would be told of it.
type userdata struct {
	siteData
	UserDir string        `whm:"userdirprotect"`
	Scripts []scriptAlias `whm:"scriptalias"`
	Logs    []log         `whm:"customlog"`
}

// siteData is what WHM's and cPanel's functions tell of a site in the same form.
type siteData struct {
	User      string `whm:"user"`
	Group     string `whm:"group"`
	Owner     string `whm:"owner"`
	Name      string `whm:"servername"`
	Aliases   string `whm:"serveralias" doc:"separated by blanks"`
	Admin     string `whm:"serveradmin"`
	Docroot   string `whm:"documentroot"`
	Home      string `whm:"homedir"`
	IP        string `whm:"ip"`
	Port      int64  `whm:"port"`
	CGI       bool   `whm:"hascgi"`
	Options   string `whm:"options,omit" doc:"where CGI is off"`
	Canonical string `whm:"usecanonicalname"`
	BaseDir   bool   `whm:"phpopenbasedirprotect"`
}

type userdataOut struct {
	wire.Note
	Data userdata `whm:"userdata"`
}

// domainuserdata shows the site of a domain: its own, or the one that it is
// parked on.
func (f family) domainuserdata(ctx context.Context, c api.Call, in domainIn) (out userdataOut, err error) {
	none := hostkeep.Errorf(hostkeep.NotFound, "Unable to determine account owner for domain.")
	err = f.Read(ctx, func(r Reader) error {
		d, a, err := mine(r, c.Caller, in.Domain, none)
		if err != nil {
			return err
		}
		all, err := r.DomainsOf(a.ID)
		if err != nil {
			return fmt.Errorf("finding the account's domains: %w", err)
		}
		out.Data = site(a, d, all)
		return nil
	})
	out.Reason = "Obtained userdata."
	return out, err
}

func site(a hostkeep.Account, d hostkeep.Domain, all []hostkeep.Domain) userdata {
	for _, other := range all {
		if (d.Kind == hostkeep.ParkedDomain || d.Kind == hostkeep.AddonDomain) && other.Name == d.Parent {
			d = other
		}
	}
	aliases := "www." + d.Name
	for _, other := range all {
		if other.Kind != hostkeep.SubDomain && other.Parent == d.Name {
			aliases += " " + other.Name + " www." + other.Name
		}
	}
	logs := "/usr/local/apache/domlogs/" + d.Name
	u := userdata{
		siteData: siteData{
			User: a.User, Group: a.User, Owner: a.Owner, Name: d.Name, Aliases: aliases, Admin: "webmaster@" + d.Name,
			Docroot: docroot(a, d), Home: a.Home, IP: a.IP, Port: 80, CGI: a.Plan.CGI, Canonical: "Off", BaseDir: true,
		},
		Scripts: []scriptAlias{{Path: docroot(a, d) + "/cgi-bin", URL: "/cgi-bin/"}},
		Logs:    []log{{"combined", logs}, {"\"%{%s}t %I .\\n%{%s}t %O .\"", logs + "-bytes_log"}},
	}
	if d.Canonical {
		u.Canonical = "On"
	}
	if !u.CGI {
		u.Options = "-ExecCGI -Includes"
	}
	return u
}

func docroot(a hostkeep.Account, d hostkeep.Domain) string { return a.Home + "/" + d.Docroot }

// domainRow is a domain as get_domain_info lists it. No PHP, no ModSecurity and
// no IPv6 is set up.
type domainRow struct {
	Domain     string  `whm:"domain"`
	User       string  `whm:"user"`
	Owner      string  `whm:"user_owner"`
	Type       string  `whm:"domain_type"`
	Parent     string  `whm:"parent_domain" doc:"of a main domain: itself"`
	Docroot    string  `whm:"docroot"`
	IPv4       string  `whm:"ipv4"`
	IPv4SSL    string  `whm:"ipv4_ssl"`
	IPv6       *string `whm:"ipv6"`
	IPv6Own    bool    `whm:"ipv6_is_dedicated"`
	Port       int64   `whm:"port"`
	PortSSL    int64   `whm:"port_ssl"`
	PHP        string  `whm:"php_version"`
	ModSecured bool    `whm:"modsecurity_enabled"`
}

type infoOut struct {
	Domains []domainRow `whm:"domains,list"`
}

func (f family) getDomainInfo(ctx context.Context, c api.Call, _ struct{}) (out infoOut, err error) {
	owner := c.User.ID
	if c.User.Rights().Has(hostkeep.All) {
		owner = 0
	}
	err = f.Read(ctx, func(r Reader) error {
		accounts, err := r.Accounts(owner)
		if err != nil {
			return fmt.Errorf("finding the accounts: %w", err)
		}
		byID := make(map[int64]hostkeep.Account, len(accounts))
		for _, a := range accounts {
			byID[a.ID] = a
		}
		list, err := r.Domains(owner)
		if err != nil {
			return fmt.Errorf("finding the domains: %w", err)
		}
		out.Domains = make([]domainRow, len(list))
		for i, d := range list {
			out.Domains[i] = listed(byID[d.AccountID], d)
		}
		return nil
	})
	return out, err
}

func listed(a hostkeep.Account, d hostkeep.Domain) domainRow {
	row := domainRow{
		Domain: d.Name, User: a.User, Owner: a.Owner, Type: string(d.Kind), Parent: d.Parent, Docroot: docroot(a, d),
		IPv4: a.IP, IPv4SSL: a.IP, Port: 80, PortSSL: 443,
	}
	if d.Kind == hostkeep.MainDomain {
		row.Parent = d.Name
	}
	return row
}

package domains

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/zones"
)

type parkIn struct {
	Domain string `whm:"domain,required,max=255"`
	User   string `whm:"username,required"`
	Site   string `whm:"web_vhost_domain,required,max=255" doc:"the domain of the account whose site it shows"`
}

func (f family) park(ctx context.Context, c api.Call, in parkIn) (out api.Done, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		site, a, err := mine(tx, c.Caller, in.Site, noDomain(in.Site))
		switch {
		case err != nil:
			return err
		case a.User != in.User:
			return noDomain(in.Site)
		}
		out.Messages, err = f.parkOn(tx, c.Caller, a, site, hostkeep.FoldDomain(in.Domain))
		return err
	})
	return out, err
}

// parkOn parks a domain on a site of an account. On the main domain's it counts as
// parked, on a subdomain's as an addon, as cPanel counts them. What the caller should
// hear besides is in the notes.
func (f family) parkOn(tx Tx, c hostkeep.Caller, a hostkeep.Account, site hostkeep.Domain, name string) (notes []string, err error) {
	d := hostkeep.Domain{Name: name, Parent: site.Name, Docroot: site.Docroot}
	switch site.Kind {
	case hostkeep.MainDomain:
		d.Kind = hostkeep.ParkedDomain
	case hostkeep.SubDomain:
		d.Kind = hostkeep.AddonDomain
	default:
		return nil, hostkeep.Errorf(hostkeep.Invalid, "The domain %q has no site of its own: it is parked on %q.", site.Name, site.Parent)
	}
	note, err := zones.Waiting(tx, a, d.Name)
	if err != nil {
		return nil, err
	}
	if note != "" {
		notes = []string{note}
	}
	return notes, f.add(tx, c, a, d)
}

type subdomainIn struct {
	Domain    string `whm:"domain,required,max=255" doc:"below a domain of an account"`
	Docroot   string `whm:"document_root,required,max=1024" doc:"below the account's home, or an absolute path there"`
	Canonical bool   `whm:"use_canonical_name,default=0"`
}

type subdomainOut struct {
	User string `whm:"username"`
}

// createSubdomain finds the account by the nearest domain above.
func (f family) createSubdomain(ctx context.Context, c api.Call, in subdomainIn) (out subdomainOut, err error) {
	name := hostkeep.FoldDomain(in.Domain)
	if err := hostkeep.CheckDomain(name); err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		above, a, err := nearest(tx, c.Caller, name)
		if err != nil {
			return err
		}
		out.User = a.User
		return f.addBelow(tx, c.Caller, a, above.Name, subdomain{name, "document_root", in.Docroot, in.Canonical})
	})
	return out, err
}

// subdomain is a subdomain that is wanted.
type subdomain struct {
	name      string
	parameter string // that names the document root
	docroot   string // as it was given
	canonical bool
}

// addBelow makes a subdomain of an account below one of the account's domains.
func (f family) addBelow(tx Tx, c hostkeep.Caller, a hostkeep.Account, parent string, s subdomain) error {
	d, err := s.below(a, parent)
	if err != nil {
		return err
	}
	return f.add(tx, c, a, d)
}

func (s subdomain) below(a hostkeep.Account, parent string) (hostkeep.Domain, error) {
	root, err := below(a.Home, s.parameter, s.docroot)
	return hostkeep.Domain{Name: s.name, Kind: hostkeep.SubDomain, Parent: parent, Docroot: root, Canonical: s.canonical}, err
}

// nearest finds the domain that a name is below. That a foreign one is nearer
// than one of the caller's is not said: neither is there.
func nearest(tx Tx, c hostkeep.Caller, name string) (d hostkeep.Domain, a hostkeep.Account, err error) {
	none := hostkeep.Errorf(hostkeep.NotFound, "There is no domain above %q.", name)
	for _, above := range hostkeep.DomainsAbove(name) {
		d, a, err = mine(tx, c, above, none)
		if err != none { //nolint:errorlint // this very one
			return d, a, err
		}
	}
	return d, a, none
}

// below makes a document root relative to the home folder, in which it must be.
func below(home, name, root string) (string, error) {
	if strings.HasPrefix(root, "/") {
		root = path.Clean(root)
		root, _ = strings.CutPrefix(root, home+"/")
	}
	clean := path.Clean(strings.TrimLeft(root, "/"))
	if strings.HasPrefix(root, "/home/") || strings.HasPrefix(root, "//") || clean == "." || clean == ".." || strings.HasPrefix(clean, "../") {
		return "", hostkeep.Errorf(hostkeep.Invalid, "The parameter %q must be a folder below the account's home.", name)
	}
	return clean, nil
}

// add checks the rules that all kinds have in common, and the account's limit.
func (f family) add(tx Tx, c hostkeep.Caller, a hostkeep.Account, d hostkeep.Domain) error {
	if a.Suspended {
		return hostkeep.Errorf(hostkeep.Conflict, "The account %s is suspended; no domain is added to it.", a.User)
	}
	if err := hostkeep.CheckDomain(d.Name); err != nil {
		return err
	}
	if err := f.Rules.May(c, a, d.Name, "", tx); err != nil {
		return err
	}
	all, err := tx.DomainsOf(a.ID)
	if err != nil {
		return fmt.Errorf("finding the account's domains: %w", err)
	}
	if err := within(a, all, append(all, d), d.Kind); err != nil {
		return err
	}
	d.ID, d.AccountID = tx.NewID(), a.ID
	if err := tx.InsertDomain(d); err != nil {
		return err
	}
	settled, err := tx.Reseller(a.OwnerID)
	if err != nil {
		return fmt.Errorf("finding what was settled for the owner: %w", err)
	}
	names, err := f.Zones.Nameservers(tx, settled)
	if err != nil {
		return err
	}
	return f.Zones.Added(tx, a, d, names)
}

// within holds an account that comes to have more domains of a kind to its limit.
func within(a hostkeep.Account, was, is []hostkeep.Domain, kind hostkeep.DomainKind) error {
	limit, used, uses := allowance(a.Plan, kind), hostkeep.CountDomains(was, kind), hostkeep.CountDomains(is, kind)
	if limit == hostkeep.Unlimited || uses <= used || uses <= int64(limit) {
		return nil
	}
	return hostkeep.Errorf(hostkeep.Conflict, "The account %s may have %s domains of the kind %q and has %d.", a.User, limit, kind, used)
}

func allowance(p hostkeep.Plan, kind hostkeep.DomainKind) hostkeep.Limit {
	switch kind {
	case hostkeep.ParkedDomain:
		return p.MaxParked
	case hostkeep.AddonDomain:
		return p.MaxAddon
	case hostkeep.SubDomain:
		return p.MaxSub
	}
	return 0
}

type docrootIn struct {
	User    string `whm:"username,required"`
	Docroot string `whm:"docroot,required,max=1024" doc:"below the account's home, or an absolute path there"`
}

type docrootOut struct {
	Docroot string `whm:"documentroot"`
}

// setPrimaryDocroot moves what is parked on the main domain along.
func (f family) setPrimaryDocroot(ctx context.Context, c api.Call, in docrootIn) (out docrootOut, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := c.GovernAccount(in.User, noSuchUser, tx.Account)
		if err != nil {
			return err
		}
		root, err := below(a.Home, "docroot", in.Docroot)
		if err != nil {
			return err
		}
		all, err := tx.DomainsOf(a.ID)
		if err != nil {
			return fmt.Errorf("finding the account's domains: %w", err)
		}
		out.Docroot = a.Home + "/" + root
		for _, d := range all {
			if d.Kind == hostkeep.MainDomain || d.Kind == hostkeep.ParkedDomain {
				d.Docroot = root
				if err := tx.UpdateDomain(d); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, err
}

type deleteOut struct {
	Type *string `whm:"type" doc:"addon, parked or sub"`
	User string  `whm:"username"`
}

func (f family) deleteDomain(ctx context.Context, c api.Call, in domainIn) (out deleteOut, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		d, a, err := mine(tx, c.Caller, in.Domain, noDomain(in.Domain))
		if err != nil {
			return err
		}
		if err := f.remove(tx, a, d); err != nil {
			return err
		}
		kind := string(d.Kind)
		out = deleteOut{Type: &kind, User: a.User}
		return nil
	})
	return out, err
}

// remove takes a domain of an account away with its zone or records, unless it is the
// main one or another hangs on it.
func (f family) remove(tx Tx, a hostkeep.Account, d hostkeep.Domain) error {
	if d.Kind == hostkeep.MainDomain {
		return hostkeep.Errorf(hostkeep.Invalid, "%q is the main domain of %s, which goes only with the account.", d.Name, a.User)
	}
	all, err := tx.DomainsOf(a.ID)
	if err != nil {
		return fmt.Errorf("finding the account's domains: %w", err)
	}
	if err := alone(all, d.Name); err != nil {
		return err
	}
	if err := tx.DeleteDomain(d); err != nil {
		return err
	}
	return f.Zones.Removed(tx, a, d)
}

// alone refuses a domain that another of the account's hangs on.
func alone(all []hostkeep.Domain, name string) error {
	for _, other := range all {
		if other.Parent == name {
			return hostkeep.Errorf(hostkeep.Conflict, "The domain %q hangs on %q: remove it first.", other.Name, name)
		}
	}
	return nil
}

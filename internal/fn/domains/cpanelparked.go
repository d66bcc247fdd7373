package domains

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type parkOwnIn struct {
	Domain string `whm:"domain,required,max=255" doc:"a www. in front is taken off"`
	Top    string `whm:"topdomain,max=255" doc:"the name of a subdomain, whole or without the main domain: needs the feature addondomains; absent: the main domain"`
	Force  string `whm:"force" doc:"taken and without effect: a zone is never overwritten"`
}

func (f family) parkOwn(ctx context.Context, c api.Call, in parkOwnIn) (out doneOut, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, all, err := ours(tx, c)
		if err != nil {
			return err
		}
		top := hostkeep.FoldDomain(cmp.Or(in.Top, a.Domain))
		site, ok := named(all, top)
		if !ok {
			site, ok = named(all, top+"."+a.Domain)
		}
		if !ok {
			return notControlled(in.Top)
		}
		if site.Kind == hostkeep.SubDomain {
			if err := c.Needs(addons); err != nil {
				return err
			}
		}
		name := strings.TrimPrefix(hostkeep.FoldDomain(in.Domain), "www.")
		notes, err := f.parkOn(tx, c.Caller, a, site, name)
		out = parkedOn(name, site.Name, notes)
		return err
	})
	return out, err
}

func parkedOn(name, site string, notes []string) doneOut {
	return doneOut{strings.Join(append(notes, fmt.Sprintf("%s was successfully parked on top of %s", name, site)), "\n"), true}
}

type unparkIn struct {
	Domain string `whm:"domain,required,max=255"`
	Site   string `whm:"subdomain,max=255" doc:"what it is parked on, by name or as subdomain_rootdomain; given, it must be right"`
}

// unpark leaves the subdomain of an addon domain, and so refuses where the account may
// not have that by itself: with one addon domain after another it could have any number.
func (f family) unpark(ctx context.Context, c api.Call, in unparkIn) (out doneOut, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, all, d, err := oursNamed(tx, c, in.Domain)
		switch {
		case err != nil:
			return err
		case d.Kind == hostkeep.AddonDomain:
			err = c.Needs(addons)
		case d.Kind != hostkeep.ParkedDomain:
			err = hostkeep.Errorf(hostkeep.Invalid, "The domain %q is not parked.", d.Name)
		}
		if err == nil && in.Site != "" {
			err = parkedThere(all, d, in.Site)
		}
		if err != nil {
			return err
		}
		out = doneOut{d.Name + " was successfully unparked", true}
		_, err = f.takeAway(tx, a, d, false)
		return err
	})
	return out, err
}

// parkedThere refuses a site that a domain is not parked on. Clients name a subdomain
// as the lists do, or by its name.
func parkedThere(all []hostkeep.Domain, d hostkeep.Domain, site string) error {
	on, _ := named(all, d.Parent)
	if s := hostkeep.FoldDomain(site); s == on.Name || on.Kind == hostkeep.SubDomain && s == keyOf(on).Key {
		return nil
	}
	return hostkeep.Errorf(hostkeep.Invalid, "The domain %q is not parked on %q, but on %q.", d.Name, hostkeep.Clip(site, 80), on.Name)
}

// takeAway removes a domain that is parked, and with it the subdomain that it was
// parked on, unless another hangs on that. The subdomain is "" if it stays: then the
// account may have to have room for it.
func (f family) takeAway(tx Tx, a hostkeep.Account, d hostkeep.Domain, with bool) (sub string, err error) {
	was, err := tx.DomainsOf(a.ID)
	if err != nil {
		return "", fmt.Errorf("finding the account's domains: %w", err)
	}
	if err := f.remove(tx, a, d); err != nil {
		return "", err
	}
	is, err := tx.DomainsOf(a.ID)
	if err != nil {
		return "", fmt.Errorf("finding the account's other domains: %w", err)
	}
	hangs := alone(is, d.Parent)
	if on, ok := named(is, d.Parent); ok && with && hangs == nil {
		return on.Name, f.remove(tx, a, on)
	}
	if within(a, was, is, hostkeep.SubDomain) == nil {
		return "", nil
	}
	if with {
		return "", hangs
	}
	return "", hostkeep.Errorf(
		hostkeep.Conflict, "Without %q, the subdomain %q would count as one, and the account %s may have %s. AddonDomain::deladdondomain removes both.",
		d.Name, d.Parent, a.User, a.Plan.MaxSub,
	)
}

type addAddonIn struct {
	Domain    string          `whm:"newdomain,required,max=255"`
	Sub       string          `whm:"subdomain,required,max=255" doc:"what it is to be parked on: a name below the main domain, without that, or a whole one below another domain of the account; a subdomain that is there already is taken"`
	Docroot   string          `whm:"dir,max=1024" doc:"below the account's home, or an absolute path there; absent: the subdomain, in public_html"`
	StripDots bool            `whm:"disallowdot,default=0" doc:"1: take the dots out of subdomain"`
	Force     string          `whm:"force" doc:"taken and without effect: a zone is never overwritten"`
	Pass      hostkeep.Secret `whm:"pass" doc:"taken and without effect: no FTP server is run"`
	NoFTP     string          `whm:"ftp_is_optional" doc:"taken and without effect: no FTP server is run"`
	Quota     string          `whm:"quota" doc:"taken and without effect: no FTP server is run"`
}

// addAddon adds the subdomain last: with an addon domain on it, it does not count.
func (f family) addAddon(ctx context.Context, c api.Call, in addAddonIn) (out doneOut, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, all, err := ours(tx, c)
		if err != nil {
			return err
		}
		site, there, err := addonSite(a, all, in)
		if err != nil {
			return err
		}
		name := hostkeep.FoldDomain(in.Domain)
		notes, err := f.parkOn(tx, c.Caller, a, site, name)
		if err != nil {
			return err
		}
		if out = parkedOn(name, site.Name, notes); there {
			return nil
		}
		return f.add(tx, c.Caller, a, site)
	})
	return out, err
}

// addonSite is the subdomain that an addon domain is to be parked on, and whether it is
// there. cPanel as well takes one that is.
func addonSite(a hostkeep.Account, all []hostkeep.Domain, in addAddonIn) (site hostkeep.Domain, there bool, err error) {
	name, parent := subOf(a, all, in)
	label := strings.TrimSuffix(name, "."+parent)
	site, err = subdomain{name, "dir", cmp.Or(in.Docroot, hostkeep.MainDocroot+"/"+label), false}.below(a, parent)
	was, there := named(all, name)
	switch {
	case err != nil || !there:
		return site, false, err
	case was.Kind != hostkeep.SubDomain:
		return site, true, hostkeep.Errorf(hostkeep.Conflict, "The domain %q is not a subdomain.", was.Name)
	case in.Docroot != "" && was.Docroot != site.Docroot:
		return site, true, hostkeep.Errorf(hostkeep.Conflict, "The subdomain %q is there already, and shows the folder %q.", was.Name, was.Docroot)
	}
	return was, true, nil
}

// subOf reads which subdomain is meant: below the nearest domain of the account, or a
// part of a name, below the main one.
func subOf(a hostkeep.Account, all []hostkeep.Domain, in addAddonIn) (name, parent string) {
	name = hostkeep.FoldDomain(in.Sub)
	if in.StripDots {
		name = strings.ReplaceAll(name, ".", "")
	}
	for _, above := range hostkeep.DomainsAbove(name) {
		if d, ok := named(all, above); ok {
			return name, d.Name
		}
	}
	return name + "." + a.Domain, a.Domain
}

type deleteAddonIn struct {
	Domain string `whm:"domain,required,max=255"`
	Sub    string `whm:"subdomain,required,max=255" doc:"what it is parked on, as subdomain_rootdomain (domainkey of the list) or by name; it must be right"`
}

func (f family) deleteAddon(ctx context.Context, c api.Call, in deleteAddonIn) (out doneOut, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, all, d, err := oursNamed(tx, c, in.Domain)
		switch {
		case err != nil:
			return err
		case d.Kind != hostkeep.AddonDomain:
			return hostkeep.Errorf(hostkeep.Invalid, "The domain %q is not an addon domain.", d.Name)
		}
		if err := parkedThere(all, d, in.Sub); err != nil {
			return err
		}
		sub, err := f.takeAway(tx, a, d, true)
		out = doneOut{fmt.Sprintf("The addon domain %q has been removed.", d.Name), true}
		if sub != "" {
			out.Reason += "\n" + removed(sub)
		}
		return err
	})
	return out, err
}

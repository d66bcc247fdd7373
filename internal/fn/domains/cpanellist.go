package domains

import (
	"context"
	"regexp"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type listIn struct {
	Regex     string `whm:"regex,max=255" doc:"a regular expression (RE2) that the domain's name is to match, in upper or lower case"`
	Redirects bool   `whm:"return_https_redirect_status,default=0" doc:"1 is refused: no web server is run"`
}

// place is a domain and where its site lies. Nothing here redirects.
type place struct {
	Domain  string `whm:"domain"`
	Dir     string `whm:"dir"`
	RelDir  string `whm:"reldir" doc:"as basedir, after home:"`
	BaseDir string `whm:"basedir" doc:"below the account's home"`
	Status  string `whm:"status"`
}

// chosen lists the account's domains of a kind as they are asked for, each with the
// site that it shows: a subdomain has its own.
func (f family) chosen(ctx context.Context, c api.Call, in listIn, kind hostkeep.DomainKind, take func(place, hostkeep.Domain)) error {
	if in.Redirects {
		return noRedirects("return_https_redirect_status")
	}
	pattern, err := regexp.Compile("(?i)" + in.Regex)
	if err != nil {
		return hostkeep.Errorf(hostkeep.Invalid, `The parameter "regex" takes a regular expression (RE2).`)
	}
	a, all, err := f.own(ctx, c)
	for _, d := range all {
		if d.Kind != kind || !pattern.MatchString(d.Name) {
			continue
		}
		shown := d
		if on, ok := named(all, d.Parent); ok && kind != hostkeep.SubDomain {
			shown = on
		}
		take(place{d.Name, docroot(a, shown), "home:" + shown.Docroot, shown.Docroot, "not redirected"}, shown)
	}
	return err
}

// subKey names a subdomain as cPanel's functions do.
type subKey struct {
	Key  string `whm:"domainkey" doc:"subdomain_rootdomain"`
	Sub  string `whm:"subdomain" doc:"without rootdomain"`
	Root string `whm:"rootdomain"`
}

func keyOf(d hostkeep.Domain) subKey {
	label := strings.TrimSuffix(d.Name, "."+d.Parent)
	return subKey{label + "_" + d.Parent, label, d.Parent}
}

type subRow struct {
	place
	subKey
}

type subsOut struct {
	Rows []subRow `whm:",whole"`
}

func (f family) listSubdomains(ctx context.Context, c api.Call, in listIn) (out subsOut, err error) {
	out.Rows = []subRow{}
	err = f.chosen(ctx, c, in, hostkeep.SubDomain, func(p place, d hostkeep.Domain) { out.Rows = append(out.Rows, subRow{p, keyOf(d)}) })
	return out, err
}

type parkedRow struct {
	place
	Aliases []string `whm:"web_subdomain_aliases" doc:"names below the domain that show its site without being subdomains"`
}

type parkedOut struct {
	Rows []parkedRow `whm:",whole"`
}

func (f family) listParked(ctx context.Context, c api.Call, in listIn) (out parkedOut, err error) {
	out.Rows = []parkedRow{}
	err = f.chosen(ctx, c, in, hostkeep.ParkedDomain, func(p place, _ hostkeep.Domain) {
		out.Rows = append(out.Rows, parkedRow{p, builtin()})
	})
	return out, err
}

type addonRow struct {
	parkedRow
	subKey
	Full string `whm:"fullsubdomain" doc:"what it is parked on"`
}

type addonsOut struct {
	Rows []addonRow `whm:",whole"`
}

func (f family) listAddons(ctx context.Context, c api.Call, in listIn) (out addonsOut, err error) {
	out.Rows = []addonRow{}
	err = f.chosen(ctx, c, in, hostkeep.AddonDomain, func(p place, on hostkeep.Domain) {
		out.Rows = append(out.Rows, addonRow{parkedRow{p, builtin()}, keyOf(on), on.Name})
	})
	return out, err
}

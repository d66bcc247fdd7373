package hostkeep

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// DomainKind says what a domain is to its account.
type DomainKind string

// The kinds of domain. An addon is a domain parked on a subdomain's site.
const (
	MainDomain   DomainKind = "main"
	ParkedDomain DomainKind = "parked"
	SubDomain    DomainKind = "sub"
	AddonDomain  DomainKind = "addon"
)

// MainDocroot is where the site of a main domain lies, below the home folder.
const MainDocroot = "public_html"

// Domain is a name that an account has. No name is there twice on a server,
// whatever its kind.
type Domain struct {
	ID        int64 // of a main domain: the account's
	Name      string
	AccountID int64
	User      string // the account's, filled on reading
	OwnerID   int64  // who owns the account, filled on reading
	Kind      DomainKind
	Parent    string // what it is parked on or hangs on; "" for a main domain
	Docroot   string // relative to the account's home
	Canonical bool   // UseCanonicalName
	Change    int64
}

var domainLabel = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?$`)

// FoldDomain writes a domain as it is kept: lower case, without the dot at the end.
func FoldDomain(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// CheckDomain takes a folded domain: at least two labels, the last not a number.
// Names outside ASCII come as punycode.
func CheckDomain(domain string) error {
	labels := strings.Split(domain, ".")
	bad := len(domain) > 253 || len(labels) < 2 || strings.Trim(labels[len(labels)-1], "0123456789") == ""
	for _, l := range labels {
		bad = bad || !domainLabel.MatchString(l)
	}
	if bad {
		return Errorf(Invalid, "%q is not a valid domain name.", Clip(domain, 80))
	}
	return nil
}

// DomainsAbove lists the names that a domain is below, the nearest first.
func DomainsAbove(domain string) (above []string) {
	for {
		_, rest, ok := strings.Cut(domain, ".")
		if !ok || !strings.Contains(rest, ".") {
			return above
		}
		above, domain = append(above, rest), rest
	}
}

// DomainAndAbove lists a domain and the names that it is below, the nearest first.
func DomainAndAbove(domain string) []string { return append([]string{domain}, DomainsAbove(domain)...) }

// CountDomains counts the domains of a kind among those of an account, as its limits
// do. A subdomain that an addon domain is parked on is counted with that: every addon
// domain needs one, and who may have addon domains but no subdomains could have
// neither otherwise.
func CountDomains(all []Domain, kind DomainKind) (n int64) {
	addons := map[string]bool{} // what they are parked on
	for _, d := range all {
		if kind == SubDomain && d.Kind == AddonDomain {
			addons[d.Parent] = true
		}
	}
	for _, d := range all {
		if d.Kind == kind && !addons[d.Name] {
			n++
		}
	}
	return n
}

// TemporaryDomain is the main domain of an account that was given none.
func TemporaryDomain(user, hostname string) string { return user + ".temp." + hostname }

// DomainRules are a server's rules of who may have which domain.
type DomainRules struct {
	Hostname string // the server's name, qualified
	// PublicSuffix reports whether anybody may register names below a domain, as
	// below co.uk.
	PublicSuffix func(domain string) bool
}

// KeptDomains is what the rules ask of what there is.
type KeptDomains interface {
	Domain(name string) (Domain, error)         // ErrNotFound when nobody has it
	DomainsBelow(name string) ([]Domain, error) // everybody's
	Zone(name string) (Zone, error)             // ErrNotFound when there is none
	ZonesBelow(name string) ([]Zone, error)     // everybody's
	Settings(ownerID int64, kind string) ([]Setting, error)
}

// May decides whether the caller may give an account a domain: nobody has it, it
// is not the server's, and it does not come between somebody else and what that
// one has. Whose domain is nearest above decides: below one that another account
// has, a name could draw its visitors and mail to itself. What the account's own
// owner has, that one may give: a reseller gives its customers names below its own.
// What the account gives up for it does not count as its own. A zone counts like
// a domain of whose it is.
func (r DomainRules) May(c Caller, a Account, domain, givenUp string, kept KeptDomains) error {
	switch _, err := kept.Domain(domain); {
	case err == nil:
		return Errorf(Conflict, "The domain %q already exists on this server.", domain)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	if a.TemporaryDomain && domain == TemporaryDomain(a.User, r.Hostname) {
		return nil
	}
	if err := unzoned(c, a, domain, kept); err != nil {
		return err
	}
	above, err := nearest(domain, givenUp, kept)
	switch {
	case err != nil:
		return err
	case above.Name != "" && !mayGive(c, a, above.AccountID) && !roots(c, above):
		return Errorf(Conflict, "The domain %q is below a domain of another account.", domain)
	case domain == r.Hostname, r.unearned(domain, "temp."+r.Hostname, above),
		r.temporary(domain) && above.AccountID != a.ID: // the name above goes with its user's name
		return notOurs(domain)
	case c.Rights.Has(All): // answers for the whole server
		return nil
	}
	return r.unclaimed(c, domain, above, kept)
}

// unzoned refuses a domain whose zone is somebody else's. One that the account's
// owner has made, or kept of an account from before, is the owner's to give: but
// only its own calls give it, not those of the account.
func unzoned(c Caller, a Account, domain string, kept KeptDomains) error {
	z, err := kept.Zone(domain)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	case mayGive(c, a, z.PrincipalID):
		return nil
	}
	return Errorf(Conflict, "The domain %q already exists on this server.", domain)
}

// mayGive reports whether the caller may give an account of what a principal has: of
// the account's own, and of its owner's if that one calls, or whoever answers for all.
// An account's own calls, a reseller's among them, do not give what its owner has.
func mayGive(c Caller, a Account, principal int64) bool {
	return principal == a.ID || principal == a.OwnerID && (c.User.ID == a.OwnerID || c.Rights.Has(All))
}

// roots reports whether what is above is a zone of root's, and the caller answers
// for it.
func roots(c Caller, above Domain) bool { return above.AccountID == RootID && c.Rights.Has(All) }

// nearest is the domain next above one, or what stands for it where there is only
// a zone; without a name when there is neither.
func nearest(domain, givenUp string, kept KeptDomains) (Domain, error) {
	for _, name := range DomainsAbove(domain) {
		if name == givenUp {
			continue
		}
		if d, err := kept.Domain(name); !errors.Is(err, ErrNotFound) {
			return d, err
		}
		if z, err := kept.Zone(name); !errors.Is(err, ErrNotFound) {
			return Domain{Name: z.Name, AccountID: z.PrincipalID, OwnerID: z.OwnerID}, err
		}
	}
	return Domain{}, nil
}

// unclaimed holds whoever does not answer for the whole server to what nobody else
// has a claim on. WHM as well keeps names below the server's own from resellers.
func (r DomainRules) unclaimed(c Caller, domain string, above Domain, kept KeptDomains) error {
	servers, err := kept.Settings(ServerSettings, NameserverSetting)
	if err != nil {
		return fmt.Errorf("finding the name servers: %w", err)
	}
	for _, ns := range servers {
		if domain == ns.Value || below(ns.Value, domain) {
			return notOurs(domain)
		}
	}
	if below(r.Hostname, domain) || r.unearned(domain, r.Hostname, above) {
		return notOurs(domain)
	}
	if above.Name == "" && r.PublicSuffix(domain) {
		return &Error{Kind: Denied, Missing: All, Message: fmt.Sprintf("Permission denied: anybody may register names below %q; to take it needs the privilege \"all\".", domain)}
	}
	list, err := kept.DomainsBelow(domain)
	if err != nil {
		return fmt.Errorf("looking below the domain: %w", err)
	}
	zones, err := kept.ZonesBelow(domain)
	if err != nil {
		return fmt.Errorf("looking for zones below the domain: %w", err)
	}
	for _, z := range zones {
		list = append(list, Domain{AccountID: z.PrincipalID, OwnerID: z.OwnerID})
	}
	for _, d := range list {
		if d.AccountID != c.User.ID && d.OwnerID != c.User.ID {
			return Errorf(Conflict, "The domain %q has a domain of another account below it.", domain)
		}
	}
	return nil
}

func (r DomainRules) temporary(domain string) bool { return below(domain, "temp."+r.Hostname) }

// unearned reports whether a domain is the given one of the server's or below it,
// and not below one there that the account was given.
func (r DomainRules) unearned(domain, servers string, above Domain) bool {
	return domain == servers || below(domain, servers) && !below(above.Name, servers)
}

func below(domain, above string) bool { return strings.HasSuffix(domain, "."+above) }

func notOurs(domain string) error {
	return Errorf(Conflict, "The domain %q is the server's own name, or is kept for the server.", domain)
}

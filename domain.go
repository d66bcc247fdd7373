package hostkeep

import (
	"errors"
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

// TemporaryDomain is the main domain of an account that was given none.
func TemporaryDomain(user, hostname string) string { return user + ".temp." + hostname }

// NotTheServers refuses the server's own name to everybody, and the temporary
// domains to whoever has not got one: temporary is for those and for what hangs
// below one.
func NotTheServers(domain, hostname string, temporary bool) error {
	if domain == hostname || !temporary && strings.HasSuffix(domain, TemporaryDomain("", hostname)) {
		return Errorf(Conflict, "The domain %q is the server's own name.", domain)
	}
	return nil
}

// MayTakeDomain decides whether an account may have a domain: nobody has it, and
// it is not below one that somebody else has, whose visitors and mail it could
// draw to itself. What the account's own owner has is not somebody else's: a
// reseller gives its customers names below its own. find answers ErrNotFound for
// a domain that nobody has.
func MayTakeDomain(a Account, domain string, find func(string) (Domain, error)) error {
	switch _, err := find(domain); {
	case err == nil:
		return Errorf(Conflict, "The domain %q already exists on this server.", domain)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	for _, above := range DomainsAbove(domain) {
		switch d, err := find(above); {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return err
		case d.AccountID != a.ID && d.AccountID != a.OwnerID:
			return Errorf(Conflict, "The domain %q is below a domain of another account.", domain)
		}
	}
	return nil
}

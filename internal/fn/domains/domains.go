// Package domains is the family of domain functions: who has a domain, what is
// known of its site, and making and removing parked domains and subdomains. It
// refuses to know what a zone looks like, HTTP and SQL.
package domains

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// Reader is what the family reads.
type Reader interface {
	hostkeep.KeptDomains
	Domains(ownerID int64) ([]hostkeep.Domain, error)
	DomainsOf(accountID int64) ([]hostkeep.Domain, error)
	Account(user string) (hostkeep.Account, error)
	AccountByID(id int64) (hostkeep.Account, error)
	Accounts(ownerID int64) ([]hostkeep.Account, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	zones.Tx
	Reseller(id int64) (hostkeep.Reseller, error)
	InsertDomain(hostkeep.Domain) error
	UpdateDomain(hostkeep.Domain) error
	DeleteDomain(hostkeep.Domain) error
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
	Rules  hostkeep.DomainRules
	Zones  zones.Rules
}

type family struct{ Deps }

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return []*api.Function{
		api.Define(api.Decl{
			Name: "getdomainowner", Summary: "Tell which user has a domain; null when none that the caller may see.", Since: "78",
			Opens: []hostkeep.Privilege{"list-accts"}, Touches: api.NoCredentials,
		}, f.getdomainowner),
		api.Define(api.Decl{
			Name: "domainuserdata", Summary: "Show how the site of a domain is set up.", Since: "11.32",
			Opens: []hostkeep.Privilege{"acct-summary"}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Beside, Members: []wire.Twin{{Name: "userdata", Text: true}}},
		}, f.domainuserdata),
		api.Define(api.Decl{
			Name: "get_domain_info", Summary: "List the domains that the caller may see.", Since: "70",
			Opens: []hostkeep.Privilege{"acct-summary"}, Touches: api.NoCredentials,
		}, f.getDomainInfo),
		api.Define(api.Decl{
			Name: "create_parked_domain_for_user", Summary: "Park a domain on a site of an account; on a subdomain's it is an addon domain.", Since: "82",
			Opens: []hostkeep.Privilege{"park-dns"}, Writes: true, Touches: api.NoCredentials,
			Account: "username", NoAccount: noSuchUser,
		}, f.park),
		api.Define(api.Decl{
			Name: "create_subdomain", Summary: "Make a subdomain of a domain of an account.", Since: "86",
			Opens: []hostkeep.Privilege{"park-dns"}, Writes: true, Touches: api.NoCredentials,
		}, f.createSubdomain),
		api.Define(api.Decl{
			Name: "delete_domain", Summary: "Remove a parked domain, a subdomain or an addon domain.", Since: "86",
			Opens: []hostkeep.Privilege{"park-dns"}, Writes: true, Touches: api.NoCredentials,
		}, f.deleteDomain),
		api.Define(api.Decl{
			Name: "set_primary_domain_docroot", Summary: "Give the main domain of an account another document root.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
			Account: "username", NoAccount: noSuchUser,
		}, f.setPrimaryDocroot),
	}
}

const noSuchUser = "Sorry, the user %s does not exist."

// mine finds a domain of an account that the caller may act on, and the account.
// A foreign domain is answered like a missing one, with the sentence none.
func mine(r Reader, c hostkeep.Caller, name string, none *hostkeep.Error) (d hostkeep.Domain, a hostkeep.Account, err error) {
	d, err = r.Domain(hostkeep.FoldDomain(name))
	if errors.Is(err, hostkeep.ErrNotFound) || err == nil && !sees(c, d) {
		return d, a, none
	}
	if err != nil {
		return d, a, fmt.Errorf("finding the domain: %w", err)
	}
	if a, err = r.Account(d.User); err != nil {
		return d, a, fmt.Errorf("finding the domain's account: %w", err)
	}
	return d, a, nil
}

func sees(c hostkeep.Caller, d hostkeep.Domain) bool {
	return c.User.OwnsAccount(d.AccountID, d.OwnerID)
}

func noDomain(name string) *hostkeep.Error {
	return hostkeep.Errorf(hostkeep.NotFound, "There is no domain %q.", hostkeep.Clip(name, 80))
}

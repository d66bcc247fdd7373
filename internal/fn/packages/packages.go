// Package packages is the family of hosting package functions: add, edit, list,
// match and remove packages, and name their extensions. It holds the rules of names and of who sees
// which package. It refuses to know accounts beyond their plans, HTTP and SQL.
package packages

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Reader is what the family reads.
type Reader interface {
	Package(name string) (hostkeep.Package, error)
	Packages() ([]hostkeep.Package, error)
	AccountsOnPackage(id int64) (int64, error)
	FeatureList(name string) (hostkeep.FeatureList, error)
	Principal(name string) (hostkeep.Principal, error)
	Accounts(ownerID int64) ([]hostkeep.Account, error)
	Allotment(ownerID, accountID, packageID int64) (hostkeep.Allotment, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	NewID() int64
	InsertPackage(hostkeep.Package) error
	UpdatePackage(hostkeep.Package) error
	DeletePackage(id int64) error
	// SetPlans gives a plan to every account on a package that the owner has; 0: everybody.
	SetPlans(packageID, owner int64, p hostkeep.Plan) error
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
}

type family struct{ Deps }

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return []*api.Function{
		api.Define(api.Decl{
			Name: "addpkg", Summary: "Make a hosting package; a reseller's carries the reseller's name before an underscore.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.AddPkg}, Writes: true, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Result, Message: "Package added"},
		}, f.addpkg),
		api.Define(api.Decl{
			Name: "listpkgs", Summary: "List the hosting packages that the caller can use.", Since: "11",
			Opens: []hostkeep.Privilege{"list-pkgs"}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain, Members: []wire.Twin{{Name: "pkg", As: "package"}}},
		}, f.listpkgs),
		api.Define(api.Decl{
			Name: "killpkg", Summary: "Remove a hosting package that no account uses.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.AddPkg}, Writes: true, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Result, Message: "Package removed"},
		}, f.killpkg),
		api.Define(api.Decl{
			Name: "editpkg", Summary: "Change a hosting package, and with it every account on it; what is not given stays.", Since: "11",
			Opens: []hostkeep.Privilege{editPkg}, Writes: true, Touches: api.NoCredentials,
		}, f.editpkg),
		api.Define(api.Decl{
			Name: "getpkginfo", Summary: "Show one hosting package.", Since: "11",
			Opens: []hostkeep.Privilege{"list-pkgs"}, Touches: api.NoCredentials,
		}, f.getpkginfo),
		api.Define(api.Decl{
			Name: "matchpkgs", Summary: "Find the hosting packages that have all the values given.", Since: "11",
			Opens: []hostkeep.Privilege{"list-pkgs"}, Touches: api.NoCredentials,
		}, f.matchpkgs),
		api.Define(api.Decl{
			Name: "addpkgext", Summary: "Name extensions in a hosting package.", Since: "68",
			Opens: []hostkeep.Privilege{editPkg}, Writes: true, Touches: api.NoCredentials,
		}, f.addpkgext),
		api.Define(api.Decl{
			Name: "delpkgext", Summary: "Take extensions out of a hosting package.", Since: "68",
			Opens: []hostkeep.Privilege{editPkg}, Writes: true, Touches: api.NoCredentials,
		}, f.delpkgext),
		api.Define(api.Decl{
			Name: "_getpkgextensionform", Summary: "Show the form of a hosting package's extensions: there is none.", Since: "11.40",
			Opens: []hostkeep.Privilege{hostkeep.CreateAcct}, Touches: api.NoCredentials,
		}, f.extensionForm),
	}
}

const editPkg hostkeep.Privilege = "edit-pkg"

// found finds a package that the caller may do something with; any other is
// answered like one that does not exist.
func found(r Reader, name string, may func(hostkeep.Package) bool) (hostkeep.Package, error) {
	p, err := r.Package(name)
	if errors.Is(err, hostkeep.ErrNotFound) || (err == nil && !may(p)) {
		return p, hostkeep.Errorf(hostkeep.NotFound, "Specified package does not exist.")
	}
	if err != nil {
		return p, fmt.Errorf("finding the package: %w", err)
	}
	return p, nil
}

// editable finds a package that the caller may change.
func editable(r Reader, c hostkeep.Caller, name string) (hostkeep.Package, error) {
	return found(r, name, func(p hostkeep.Package) bool { return c.MayChange(p.OwnerID) })
}

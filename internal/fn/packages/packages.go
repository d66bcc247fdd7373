// Package packages is the family of hosting package functions: addpkg, listpkgs,
// killpkg. It holds the rules of names and of who sees which package. It refuses
// to know accounts, HTTP and SQL.
package packages

import (
	"context"
	"regexp"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Reader is what the family reads.
type Reader interface {
	Package(name string) (hostkeep.Package, error)
	Packages() ([]hostkeep.Package, error)
	AccountsOnPackage(id int64) (int64, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	NewID() int64
	InsertPackage(hostkeep.Package) error
	DeletePackage(id int64) error
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
	}
}

// owned reports whether the caller may change the package: its own, or any for
// root and holders of all.
func owned(c hostkeep.Caller, p hostkeep.Package) bool {
	return c.User.Rights().Has(hostkeep.All) || p.OwnerID == c.User.ID
}

// visible reports whether the caller may use the package: its own, global ones
// with viewglobalpackages, and "default", which new accounts get anyway.
func visible(c hostkeep.Caller, p hostkeep.Package) bool {
	return owned(c, p) || (p.OwnerID == 0 && (c.Rights.Has(hostkeep.ViewGlobalPackages) || p.Name == hostkeep.DefaultPackage))
}

var packageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 _.-]*$`)

// fullName checks a new package's name and puts a reseller's before it, once.
func fullName(c hostkeep.Caller, name string) (string, error) {
	if !packageName.MatchString(name) || len(name) > 60 || name != strings.TrimSpace(name) {
		return "", hostkeep.Errorf(hostkeep.Invalid, "A package's name has 1 to 60 letters, digits, blanks, dots, hyphens and underscores, and begins with a letter or digit.")
	}
	if c.User.ID == hostkeep.RootID || strings.HasPrefix(name, c.User.Name+"_") {
		return name, nil
	}
	return c.User.Name + "_" + name, nil
}

package accounts

import (
	"cmp"
	"errors"

	"github.com/hostkeep/hostkeep"
)

// plan finds the package of a new account and what the account has of it: the
// package's values, and what the call gives instead, held to the caller's package
// privileges. With savepkg the values become a package of their own, which the account is
// on.
func (in createIn) plan(tx Tx, c hostkeep.Caller) (pkg hostkeep.Package, plan hostkeep.Plan, err error) {
	name := in.Plan
	if name == "" && !in.SavePkg {
		name = in.PkgName
	}
	if pkg, err = usable(tx, c, cmp.Or(name, hostkeep.DefaultPackage)); err != nil {
		return pkg, plan, err
	}
	plan = in.over(pkg.Plan)
	if err := c.MayAccount(pkg.Plan, plan); err != nil {
		return pkg, plan, err
	}
	if plan.FeatureList != pkg.Plan.FeatureList {
		if err := c.KnownFeatureList(plan.FeatureList, tx.FeatureList); err != nil {
			return pkg, plan, err
		}
	}
	if in.SavePkg {
		pkg.Plan = plan
		pkg, err = savePackage(tx, c, in.PkgName, pkg)
	}
	return pkg, plan, err
}

// savePackage makes a package of another's values, by the rules of addpkg.
func savePackage(tx Tx, c hostkeep.Caller, name string, p hostkeep.Package) (hostkeep.Package, error) {
	if !c.Rights.Has(hostkeep.AddPkg) {
		return p, &hostkeep.Error{
			Kind: hostkeep.Denied, Missing: hostkeep.AddPkg,
			Message: `Permission denied: savepkg makes a package, which needs the privilege "add-pkg".`,
		}
	}
	if name == "" {
		return p, hostkeep.Errorf(hostkeep.Invalid, `The parameter "pkgname" is required with savepkg: it names the package to be made.`)
	}
	name, err := c.NewPackageName(name)
	if err != nil {
		return p, err
	}
	if err := c.MayPackage(hostkeep.Plan{}, p.Plan); err != nil {
		return p, err
	}
	owner, err := c.OwnerOfNew(name, tx.Principal)
	if err != nil {
		return p, err
	}
	p = hostkeep.Package{ID: tx.NewID(), Name: name, OwnerID: owner, Plan: p.Plan, Extensions: p.Extensions}
	if err = tx.InsertPackage(p); errors.Is(err, hostkeep.ErrExists) {
		err = hostkeep.Errorf(hostkeep.Conflict, "A package named %q exists already.", name)
	}
	return p, err
}
